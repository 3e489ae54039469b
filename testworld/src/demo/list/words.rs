//! Words for the cells that everybody fills in their own way.

/// Titles as people of a country write them.
pub(super) fn titles(country: &str) -> &'static [&'static str] {
    match country {
        "DE" => {
            &["Geschäftsführer", "Leiterin Einkauf", "Vertriebsleiter", "IT-Leitung", "Assistenz der Geschäftsführung"]
        }
        "FR" => &["Directrice générale", "Responsable achats", "Chef de projet", "DSI"],
        "ES" => &["Directora comercial", "Jefe de compras", "Gerente"],
        "IT" => &["Amministratore delegato", "Responsabile acquisti", "Direttrice vendite"],
        "PT" => &["Diretor comercial", "Gestora de compras"],
        _ => &[
            "CEO",
            "Head of Procurement",
            "VP Sales",
            "Marketing Manager",
            "Sr. Software Engineer",
            "office manager",
            "CTO / Co-Founder",
            "Director, Operations",
        ],
    }
}

/// How people write the name of a country, given by ISO 3166-1.
pub(super) fn country_names(country: &str) -> &'static [&'static str] {
    match country {
        "US" => &["United States", "USA", "US", "U.S.A."],
        "GB" => &["United Kingdom", "UK", "GB", "England"],
        "DE" => &["Germany", "Deutschland", "DE", "D"],
        "FR" => &["France", "FR", "Frankreich"],
        "NL" => &["Netherlands", "NL", "The Netherlands", "Nederland"],
        "ES" => &["Spain", "España", "ES"],
        "IT" => &["Italy", "Italia", "IT"],
        "PT" => &["Portugal", "PT"],
        "SE" => &["Sweden", "Sverige", "SE"],
        "JP" => &["Japan", "日本"],
        "GR" => &["Greece", "Ελλάδα"],
        "AU" => &["Australia", "AUS"],
        _ => &[""],
    }
}
