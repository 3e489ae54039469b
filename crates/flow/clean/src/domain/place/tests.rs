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
fn postcodes_of_many_countries() {
    let postcodes = Postcodes::new(include_str!("../../../lists/postcodes.txt"));
    let (mut wrong, mut count) = (Vec::new(), 0);
    for line in include_str!("postcodes.txt").lines().filter(|line| !line.starts_with('#')) {
        let [cell, country, wanted, what] =
            <[&str; 4]>::try_from(line.split('|').map(str::trim).collect::<Vec<_>>()).unwrap();
        let country = country.parse().ok();
        let mut out = "before ".to_owned();
        let written = postcodes.write(cell, country, &mut out);
        let found = out.strip_prefix("before ").unwrap();
        let expected = match what {
            "padded" => Written::Padded,
            "odd" => Written::Odd,
            _ => Written::Fits,
        };
        count += 1;
        if (found, written) != (wanted, expected) {
            wrong.push(format!("{cell} {country:?}: {found} {written:?}, not {wanted} {what}"));
        }
        let mut again = String::new();
        let twice = postcodes.write(found, country, &mut again);
        assert_eq!((again.as_str(), twice == Written::Odd), (found, written == Written::Odd), "{cell}");
    }
    assert!(count > 80, "{count}");
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
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
        assert_eq!(regions.find(cell, country.parse().unwrap()).map(|at| regions.code(at)), wanted, "{country} {cell}");
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

/// Countries, and regions with their country before them, as lists spell them.
#[test]
fn places_as_lists_spell_them() {
    let (countries, regions) = (countries(), Regions::new(include_str!("../../../lists/regions.txt")));
    let (mut wrong, mut count) = (Vec::new(), 0);
    for line in include_str!("unseen.txt").lines().filter(|line| !line.starts_with('#')) {
        let (text, wanted) = line.split_once(" | ").unwrap();
        let found = match text.split_once('/') {
            Some((country, region)) => {
                regions.find(region, country.parse().unwrap()).map_or("-", |at| regions.code(at)).to_owned()
            }
            None => countries.find(text).map_or("-".to_owned(), |country| country.to_string()),
        };
        count += 1;
        if found != wanted {
            wrong.push(format!("{text}: {found}, not {wanted}"));
        }
    }
    assert!(count > 70, "{count}");
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}
