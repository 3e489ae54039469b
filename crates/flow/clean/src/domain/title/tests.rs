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
