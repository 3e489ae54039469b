use plumb_base::Domain;

use super::*;

fn facts(rules: &Rules, domain: &str) -> DomainFacts {
    let mut memo = Memo::default();
    memo.clear();
    rules.domain(&mut memo, Domain::parse(domain).unwrap().as_str())
}

fn provider(rules: &Rules, domain: &str) -> MailProvider {
    facts(rules, domain).provider
}

#[test]
fn shared_hosts_name_nobody() {
    let rules = Rules::embedded();
    for (domain, registrable, shared) in [
        ("www.shop.example.co.uk", "example.co.uk", false),
        ("www.linkedin.com", "linkedin.com", true),
        ("de-de.facebook.com", "facebook.com", true),
        ("co.uk", "", false),
    ] {
        let facts = facts(&rules, domain);
        assert_eq!((usize::from(facts.registrable), facts.shared), (registrable.len(), shared), "{domain}");
    }
}

#[test]
fn providers_are_told_apart() {
    let rules = Rules::embedded();
    assert!(rules.disposable_domains() > 200_000);
    for domain in ["gmail.com", "GMX.de", "mail.yahoo.co.uk", "outlook.de", "onet.pl"] {
        assert_eq!(provider(&rules, domain), MailProvider::Free, "{domain}");
    }
    for domain in ["mailinator.com", "box.mailinator.com"] {
        assert_eq!(provider(&rules, domain), MailProvider::Disposable, "{domain}");
    }
    for domain in ["example.com", "mail.example.co.uk", "notgmail.example"] {
        assert_eq!(provider(&rules, domain), MailProvider::Own, "{domain}");
    }
}

#[test]
fn functions_are_told_from_people() {
    let rules = Rules::embedded();
    for local in ["info", "sales", "sales2", "info-berlin", "support.emea", "postmaster", "vertrieb", "datenschutz"] {
        assert!(rules.is_role(local), "{local}");
    }
    for local in ["ada", "ada.example", "christian", "infoma", "salesman.joe"] {
        assert!(!rules.is_role(local), "{local}");
    }
}

#[test]
fn the_version_is_stable_within_a_build() {
    let version = Rules::embedded().version();
    assert_eq!(version, Rules::embedded().version());
    assert_eq!(version.to_string().len(), 32);
}

#[test]
fn lists_name_their_source_and_licence() {
    for list in [ROLE, FREE_FIRST, FREE, DISPOSABLE, SHARED_HOSTS, COUNTRIES, REGIONS, LEGAL_FORMS] {
        let head = list.lines().next().unwrap();
        for part in ["# ", "source: ", "licence: ", "taken: "] {
            assert!(head.contains(part), "{head}");
        }
    }
}
