use super::*;

#[test]
fn every_reason_has_words() {
    let codes = Kind::ALL.map(Code::Kind).into_iter().chain([Code::NamesTurned, Code::Generation, Code::MailboxName]);
    for code in codes {
        for agreement in [Agreement::Same, Agreement::Typo, Agreement::Variant, Agreement::Alike, Agreement::Different]
        {
            let words = Reason::from(Evidence { code, agreement, weight: 0 }).words();
            assert!(!words.contains('_') && words.len() > 8, "{words}");
        }
    }
    let reason = Evidence { code: Code::Kind(Kind::Profile), agreement: Agreement::Same, weight: 900 };
    assert_eq!(Reason::from(reason).words(), "Same LinkedIn profile");
}

#[test]
fn states_are_read_as_they_are_written() {
    for state in [LinkState::Open, LinkState::Later, LinkState::Dismissed, LinkState::Merged] {
        assert_eq!(LinkState::of(state.as_str()), state);
    }
}
