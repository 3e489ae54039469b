use super::*;

fn plan(country: &str) -> &'static Plan {
    Plan::of(country.parse().unwrap()).unwrap()
}

#[test]
fn every_plan_is_found_by_its_country() {
    for known in PLANS.iter().filter(|plan| plan.region != "001") {
        assert_eq!(plan(known.region).region, known.region);
    }
    assert_eq!(PLANS.iter().filter(|plan| plan.region != "001").count(), 245);
    assert!(Plan::of("ZZ".parse().unwrap()).is_none());
}

#[test]
fn a_calling_code_leads_to_the_main_plan() {
    let of = |digits: &[u8]| Plan::by_code(digits).map(|(plan, rest)| (plan.region, rest.len()));
    assert_eq!(of(&[1, 2, 1, 2]), Some(("US", 3)));
    assert_eq!(of(&[4, 4, 7]), Some(("GB", 1)));
    assert_eq!(of(&[3, 5, 8, 1]), Some(("FI", 1)));
    assert_eq!(of(&[8, 0, 0, 1]), Some(("001", 1)));
    assert_eq!(of(&[0, 1]), None);
    assert_eq!(of(&[9, 9, 9, 1]), None);
    assert_eq!(of(&[3]), None);
}

#[test]
fn lengths_are_told_apart() {
    use Length::{Local, Possible, TooLong, TooShort};

    let us = plan("US");
    let lengths = [6, 7, 9, 10, 11, 40].map(|digits| us.length(digits));
    assert_eq!(lengths, [TooShort, Local, TooShort, Possible, TooLong, TooLong]);
    assert_eq!(plan("IS").length(8), Length::Never, "seven or nine");
}

#[test]
fn a_shared_code_knows_whose_a_number_is() {
    let of = |digits: &[u8]| plan("GB").class(digits).0.and_then(region);
    assert_eq!(of(&[2, 0, 7, 9, 4, 6, 0, 0, 0, 0]), Some("GB"));
    assert_eq!(of(&[1, 4, 8, 1, 2, 5, 6, 7, 8, 9]), Some("GG"));
    assert_eq!(of(&[1, 6, 2, 4, 7, 5, 6, 7, 8, 9]), Some("IM"));
    assert_eq!(of(&[0, 0, 0]), None);
}
