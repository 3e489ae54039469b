use super::*;

#[test]
fn the_first_row_wins_and_the_second_fills() {
    let mut kept = CleanLead {
        dedupe_key: "l:ada-example".into(),
        title: Some("CTO".into()),
        linkedin: Some("ada-example".into()),
        ..CleanLead::default()
    };
    let other = CleanLead {
        dedupe_key: "l:ada-example".into(),
        title: Some("CEO".into()),
        email: Some("ada@example.com".into()),
        email_key: Some("ada@example.com".into()),
        email_domain: Some("example.com".into()),
        phone_e164: Some("+12011234567".into()),
        ..CleanLead::default()
    };
    assert_eq!(merge(&mut kept, &other), ["email", "email_key", "email_domain", "phone_e164"]);
    assert_eq!(kept.title.as_deref(), Some("CTO"));
    assert_eq!(kept.email, other.email);
    assert!(merge(&mut kept, &other).is_empty(), "a second time there is nothing to fill");
}

#[test]
fn values_that_belong_together_are_not_mixed() {
    let mut kept = CleanLead { phone_e164: Some("+12011234567".into()), ..CleanLead::default() };
    let other = CleanLead {
        phone_e164: Some("+4915123456789".into()),
        phone_type: Some(PhoneType::Mobile),
        ..CleanLead::default()
    };
    assert!(merge(&mut kept, &other).is_empty());
    assert_eq!(kept.phone_type, None);
}

#[test]
fn debug_output_has_nobody_in_it() {
    let lead = CleanLead {
        dedupe_key: "e:ada@example.com".into(),
        email: Some("ada@example.com".into()),
        ..CleanLead::default()
    };
    assert!(!format!("{lead:?}").contains("ada"));
}
