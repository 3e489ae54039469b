use super::*;

#[test]
fn a_registry_has_one_word_everywhere() {
    for registry in Registry::ALL {
        assert_eq!(registry.as_str().parse(), Ok(*registry));
        assert_eq!(serde_json::to_value(registry).unwrap(), registry.as_str());
    }
    assert!("ny".parse::<Registry>().is_err());
    assert!("FL".parse::<Registry>().is_err());
}

#[test]
fn a_state_list_is_asked_by_area_code_and_by_address() {
    assert!(Registry::Federal.applies(None, None));
    assert!(Registry::Fl.applies(Some("FL"), None));
    assert!(Registry::Fl.applies(Some("NY"), Some("FL")));
    assert!(!Registry::Fl.applies(Some("NY"), Some("CA")));
    assert!(!Registry::Fl.applies(None, None));
}
