use super::*;

#[test]
fn every_line_of_the_shipped_plan_is_read() {
    let text = include_str!("../../../lists/area_codes.txt");
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let plan = Plan::shipped();
    for line in lines.clone() {
        let mut cells = line.split('|');
        let area = plan.area(cells.next().unwrap().parse().unwrap()).unwrap();
        assert_eq!(area.country, cells.next().unwrap());
        assert_eq!(area.region.unwrap_or_default(), cells.next().unwrap());
        let zones = cells.next().unwrap().split(',').filter(|zone| !zone.is_empty()).count();
        assert_eq!(area.zones.len(), zones, "{line}: an unknown time zone");
        assert_eq!(
            area.region.is_some(),
            area.country == "US" && !area.zones.is_empty(),
            "{line}: toll-free has neither"
        );
    }
    assert_eq!(plan.areas.len(), lines.count());
    assert!(plan.codes_of_us().count() > 340);
}

#[test]
fn area_codes_have_state_and_zones() {
    let plan = Plan::shipped();
    assert_eq!(plan.area(212).map(|area| (area.country, area.region)), Some(("US", Some("NY"))));
    assert_eq!(plan.area(850).unwrap().zones, [Tz::America__Chicago, Tz::America__New_York], "a state with two zones");
    assert_eq!(plan.area(416).map(|area| area.country), Some("CA"));
    assert_eq!(plan.area(787).map(|area| (area.country, area.region)), Some(("US", Some("PR"))));
    assert_eq!(plan.area(800).map(|area| (area.country, area.region)), Some(("US", None)));
    assert_eq!(plan.area(200), None);
    assert_eq!(plan.area(911), None);
}

#[test]
fn every_state_has_an_area_code_and_is_found_by_letters_and_name() {
    let plan = Plan::shipped();
    for (letters, name) in super::super::registry::STATES {
        assert!(!plan.zones_of_region(letters).is_empty(), "{letters}");
        for text in [letters, name, &format!("US-{letters}"), &letters.to_lowercase(), &name.to_uppercase()] {
            assert_eq!(plan.region_named(text), Some(letters), "{text}");
        }
    }
    for text in ["", "Bavaria", "US-", "XX"] {
        assert_eq!(plan.region_named(text), None, "{text}");
    }
}
