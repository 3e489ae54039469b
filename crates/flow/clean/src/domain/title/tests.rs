use super::*;

#[test]
fn titles() {
    let cases = [
        ("CEO", Seniority::Executive),
        ("Co-Founder & CTO", Seniority::Executive),
        ("Geschäftsführer", Seniority::Executive),
        ("Managing Director", Seniority::Executive),
        ("Vice President, Sales", Seniority::VicePresident),
        ("Director of Marketing", Seniority::Director),
        ("Head of People", Seniority::Director),
        ("Leiter Einkauf", Seniority::Director),
        ("Product Manager", Seniority::Manager),
        ("Software Engineer", Seniority::Staff),
        ("Assistant to the CEO", Seniority::Staff),
        ("Marketing Intern", Seniority::Entry),
        ("Internal Auditor", Seniority::Staff),
    ];
    for (title, wanted) in cases {
        assert_eq!(seniority(title), Some(wanted), "{title}");
    }
    assert_eq!(seniority("—"), None);
}

#[test]
fn titles_of_many_languages() {
    let (mut wrong, mut count) = (Vec::new(), 0);
    let lines = include_str!("titles.txt").lines().chain(include_str!("unseen.txt").lines());
    for line in lines.filter(|line| !line.starts_with('#')) {
        let (title, wanted) = line.split_once(" | ").unwrap();
        let found = seniority(title).map_or("-", Seniority::code);
        count += 1;
        if found != wanted {
            wrong.push(format!("{title}: {found}, not {wanted}"));
        }
    }
    assert!(count > 190, "{count}");
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn codes_are_those_of_json() {
    for rank in Seniority::ALL {
        assert_eq!(serde_json::to_value(rank).unwrap(), rank.code());
    }
}
