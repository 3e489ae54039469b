use super::*;

fn countries() -> Countries {
    Countries::new(include_str!("../../../lists/countries.txt"))
}

#[test]
fn countries_by_name_and_code() {
    let countries = countries();
    let cases = [
        (
            "DE",
            ["de", "DEU", "Germany", "Deutschland", "Allemagne", "Alemania", "GERMANIA", "ドイツ", "BRD"].as_slice(),
        ),
        (
            "US",
            [
                "us",
                "USA",
                "U.S.A.",
                "United States",
                "Vereinigte Staaten",
                "États-Unis",
                "estados unidos",
                "The United States",
            ]
            .as_slice(),
        ),
        ("GB", ["UK", "GBR", "Great Britain", "England", "Großbritannien", "Royaume-Uni", "Reino Unido"].as_slice()),
        ("CH", ["Schweiz", "Suisse", "Svizzera", "switzerland"].as_slice()),
        ("AT", ["Österreich", "Oesterreich", "Austria", "Autriche"].as_slice()),
        ("NL", ["Holland", "The Netherlands", "Niederlande", "Nederland", "Pays-Bas"].as_slice()),
        ("CZ", ["Czech Republic", "Czechia", "Tschechien", "Česko"].as_slice()),
        ("KR", ["South Korea", "Südkorea", "Korea, Republic of"].as_slice()),
        ("CI", ["Côte d'Ivoire", "Ivory Coast"].as_slice()),
        ("TR", ["Türkiye", "Turkey", "Türkei"].as_slice()),
        ("NA", ["NA", "Namibia"].as_slice()),
        ("NE", ["Niger"].as_slice()),
        ("NG", ["Nigeria"].as_slice()),
        ("GR", ["EL", "Greece", "Griechenland"].as_slice()),
    ];
    for (code, names) in cases {
        for name in names {
            assert_eq!(countries.find(name).map(|c| c.to_string()).as_deref(), Some(code), "{name}");
        }
    }
    for name in ["", "Atlantis", "EU", "Europe", "D", "??"] {
        assert_eq!(countries.find(name), None, "{name}");
    }
}

#[test]
fn every_line_reads_back_and_every_country_is_there() {
    let countries = countries();
    let mut lines = 0;
    for mut row in lists::rows(include_str!("../../../lists/countries.txt")) {
        lines += 1;
        let code: Country = row.next().unwrap().parse().unwrap();
        assert_eq!(countries.find(code.as_str()), Some(code));
        for name in row {
            assert_eq!(countries.find(name), Some(code), "{name}");
        }
    }
    assert!(lines >= 249, "{lines}");
}

#[test]
fn postcodes() {
    let country = |code: &str| code.parse().ok();
    let cases = [
        ("2134", country("US"), ("02134", true)),
        ("2134-0001", country("US"), ("02134-0001", true)),
        ("2134.0", country("US"), ("02134", true)),
        ("02134", country("US"), ("02134", false)),
        ("2134", country("AT"), ("2134", false)),
        ("2134", None, ("2134", false)),
        ("D-10115", country("DE"), ("10115", false)),
        ("CH-8001", country("CH"), ("8001", false)),
        ("sw1a 1aa", country("GB"), ("SW1A 1AA", false)),
        ("10115.0", country("DE"), ("10115", false)),
    ];
    for (cell, country, (wanted, padded)) in cases {
        let mut out = "before ".to_owned();
        assert_eq!(postcode(cell, country, &mut out), padded, "{cell}");
        assert_eq!(out.strip_prefix("before "), Some(wanted), "{cell}");
    }
}

#[test]
fn regions_by_country() {
    let regions = Regions::new(include_str!("../../../lists/regions.txt"));
    let cases = [
        ("US", "TX", Some("US-TX")),
        ("US", "texas", Some("US-TX")),
        ("US", "N.Y.", Some("US-NY")),
        ("US", "US-CA", Some("US-CA")),
        ("CA", "Québec", Some("CA-QC")),
        ("CA", "QC", Some("CA-QC")),
        ("AU", "nsw", Some("AU-NSW")),
        ("DE", "Baden-Wuerttemberg", Some("DE-BW")),
        ("DE", "Bavaria", Some("DE-BY")),
        ("GB", "Scotland", Some("GB-SCT")),
        ("BR", "Sao Paulo", Some("BR-SP")),
        ("IN", "Karnataka", Some("IN-KA")),
        ("IT", "Lombardia", Some("IT-25")),
        ("US", "Ontario", None),
        ("GB", "West Yorkshire", None),
        ("JP", "Tokyo", None),
    ];
    for (country, cell, wanted) in cases {
        assert_eq!(regions.find(cell, country.parse().unwrap()), wanted, "{country} {cell}");
    }
}

/// No name of a country's region is another region's code or name.
#[test]
fn regions_are_told_apart() {
    for mut row in lists::rows(include_str!("../../../lists/regions.txt")) {
        let country = row.next().unwrap();
        let mut seen = std::collections::BTreeMap::new();
        for (code, names) in row.map(|region| region.split_once('=').unwrap()) {
            for name in names.split(',').chain([code]) {
                let other = seen.insert(fold::solid(name), code);
                assert!(other.is_none_or(|other| other == code), "{country} {name}");
            }
        }
        assert!(seen.len() >= 8, "{country}");
    }
}
