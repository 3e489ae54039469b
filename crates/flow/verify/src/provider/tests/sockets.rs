//! The providers over real sockets, in every mood that they have.

use plumb_base::OrgId;
use plumb_egress::{CallContext, EgressConfig, Recorder};
use plumb_testworld::providers::{KEY, Known, Mood, Providers, Vendor as Theirs};

use super::*;
use crate::settings::tests::STUB;

struct Scene {
    providers: Providers,
    egress: Egress,
    sites: Sites,
}

impl Scene {
    async fn new() -> Self {
        let providers = Providers::start().await.unwrap();
        let config = EgressConfig {
            allow_private: true,
            destinations: vec![STUB],
            ..EgressConfig::new("probe.example", "postmaster@probe.example")
        };
        let answer_within = Duration::from_millis(500);
        let site = || Site { destination: STUB.name, base: providers.base(), answer_within };
        let sites = Sites { neverbounce: site(), zerobounce: site(), hunter: site() };
        Self { egress: Egress::new(config, Recorder::memory()).unwrap(), sites, providers }
    }

    async fn ask(&self, vendor: Vendor, key: &str, email: &str) -> Result<Read, Trouble> {
        let ctx = CallContext::new(OrgId::fresh(), "a test");
        ask(&self.egress, &self.sites, vendor, key, &ctx, &Email::parse(email).unwrap()).await.unwrap()
    }

    /// What it says of somebody who is known so.
    async fn of(&self, vendor: Vendor, known: Known) -> Reason {
        self.providers.knows("ada@firm.example", known);
        self.ask(vendor, KEY, "ada@firm.example").await.unwrap().reason
    }

    /// What comes of a question in this mood.
    async fn in_mood(&self, vendor: Vendor, mood: Mood) -> Result<Read, Trouble> {
        let theirs = match vendor {
            Vendor::NeverBounce => Theirs::NeverBounce,
            Vendor::ZeroBounce => Theirs::ZeroBounce,
            Vendor::Hunter => Theirs::Hunter,
        };
        self.providers.is(theirs, mood);
        self.providers.knows("ada@firm.example", Known::Valid);
        self.ask(vendor, KEY, "ada@firm.example").await
    }

    /// What is the same at all of them.
    async fn does_as_everybody(&self, vendor: Vendor) {
        assert_eq!(self.in_mood(vendor, Mood::Talkative).await.unwrap().reason, Reason::ProviderValid);
        for mood in [Mood::Unavailable, Mood::Html, Mood::HtmlError, Mood::CutOff, Mood::HangsUp, Mood::Silent] {
            let read = self.in_mood(vendor, mood).await;
            assert!(matches!(read, Err(Trouble::Later { everybody: false, .. })), "{mood:?}: {read:?}");
        }
        let read = self.in_mood(vendor, Mood::Throttled).await;
        assert!(matches!(read, Err(Trouble::Later { everybody: true, after: Some(_), .. })), "{read:?}");
        assert!(is_off(&self.in_mood(vendor, Mood::KeyRevoked).await));
        assert_eq!(self.in_mood(vendor, Mood::Well).await.unwrap().reason, Reason::ProviderValid);
        assert!(is_off(&self.ask(vendor, "another-key", "ada@firm.example").await));
        let calls = self.providers.calls();
        assert!(calls.iter().all(|call| call.emails == ["ada@firm.example"] && !call.path.contains(KEY)));
    }
}

#[tokio::test]
async fn neverbounce() {
    let (scene, vendor) = (Scene::new().await, Vendor::NeverBounce);
    for (known, reason) in [
        (Known::Valid, Reason::ProviderValid),
        (Known::AcceptsAll, Reason::CatchAll),
        (Known::Invalid, Reason::ProviderInvalid),
        (Known::Disposable, Reason::Disposable),
        (Known::SpamTrap, Reason::SpamTrap),
        (Known::Role, Reason::ProviderValid),
        (Known::Unknown, Reason::ProviderUnknown),
    ] {
        assert_eq!(scene.of(vendor, known).await, reason, "{known:?}");
    }
    scene.does_as_everybody(vendor).await;
    assert!(is_off(&scene.in_mood(vendor, Mood::OutOfCredits).await), "said with HTTP 200");
}

#[tokio::test]
async fn a_list_at_neverbounce() {
    let scene = Scene::new().await;
    scene.providers.knows("ada@firm.example", Known::Valid);
    scene.providers.knows("left@firm.example", Known::Invalid);
    let emails = ["ada@firm.example", "left@firm.example"].map(|email| Email::parse(email).unwrap());
    let (egress, site) = (&scene.egress, &scene.sites.neverbounce);
    let ctx = CallContext::new(OrgId::fresh(), "a test");
    let create = || neverbounce::create_job(egress, site, KEY, &ctx, &emails);
    scene.providers.is(Theirs::NeverBounce, Mood::TooLarge);
    assert!(matches!(answered(create().await).unwrap(), Err(Trouble::TooMany)), "413");
    scene.providers.is(Theirs::NeverBounce, Mood::Talkative);
    let job = neverbounce::read_created(&create().await.unwrap()).unwrap();
    let early = neverbounce::job_results(egress, site, KEY, &ctx, job, 1).await.unwrap();
    assert!(matches!(neverbounce::read_results(&early), Err(Trouble::Later { .. })), "an error with HTTP 200");
    let mut looks = 0;
    loop {
        let answer = neverbounce::job_status(egress, site, KEY, &ctx, job).await.unwrap();
        match neverbounce::read_status(&answer).unwrap() {
            neverbounce::JobStatus::AtWork => looks += 1,
            neverbounce::JobStatus::Complete => break,
            neverbounce::JobStatus::Failed => panic!("it did not fail"),
        }
        assert!(looks < 10);
    }
    let page = neverbounce::job_results(egress, site, KEY, &ctx, job, 1).await.unwrap();
    let (results, pages) = neverbounce::read_results(&page).unwrap();
    let reasons: Vec<_> = results.iter().map(|(email, read)| (email.as_str(), read.reason)).collect();
    assert_eq!(reasons, [("ada@firm.example", Reason::ProviderValid), ("left@firm.example", Reason::ProviderInvalid)]);
    assert_eq!((pages, looks > 0), (1, true));
}

#[tokio::test]
async fn zerobounce() {
    let (scene, vendor) = (Scene::new().await, Vendor::ZeroBounce);
    for (known, reason) in [
        (Known::Valid, Reason::ProviderValid),
        (Known::AcceptsAll, Reason::CatchAll),
        (Known::Invalid, Reason::ProviderInvalid),
        (Known::Full, Reason::MailboxFull),
        (Known::Typo, Reason::ProviderUnknown),
        (Known::Disposable, Reason::Disposable),
        (Known::SpamTrap, Reason::SpamTrap),
        (Known::Role, Reason::ProviderDoNotMail),
        (Known::Unknown, Reason::ProviderUnknown),
    ] {
        assert_eq!(scene.of(vendor, known).await, reason, "{known:?}");
    }
    scene.does_as_everybody(vendor).await;
    assert!(is_off(&scene.in_mood(vendor, Mood::OutOfCredits).await), "said with HTTP 200");
    assert_eq!(scene.in_mood(vendor, Mood::TooLarge).await, Err(Trouble::TooMany));
}

#[tokio::test]
async fn hunter() {
    let (scene, vendor) = (Scene::new().await, Vendor::Hunter);
    for (known, reason) in [
        (Known::Valid, Reason::ProviderValid),
        (Known::AcceptsAll, Reason::CatchAll),
        (Known::Invalid, Reason::ProviderInvalid),
        (Known::Disposable, Reason::Disposable),
        (Known::Webmail, Reason::ProviderUnknown),
        (Known::Unknown, Reason::ProviderUnknown),
    ] {
        assert_eq!(scene.of(vendor, known).await, reason, "{known:?}");
    }
    scene.does_as_everybody(vendor).await;
    let read = scene.in_mood(vendor, Mood::OutOfCredits).await;
    assert!(matches!(read, Err(Trouble::Later { everybody: true, .. })), "429: {read:?}");
    scene.providers.is(Theirs::Hunter, Mood::Well);
    scene.providers.knows("slow@firm.example", Known::ReadyAfter(2));
    for _ in 0..2 {
        let read = scene.ask(vendor, KEY, "slow@firm.example").await;
        assert!(matches!(read, Err(Trouble::Later { after: Some(_), everybody: false, .. })), "202: {read:?}");
    }
    assert_eq!(scene.ask(vendor, KEY, "slow@firm.example").await.unwrap().reason, Reason::ProviderValid);
    scene.providers.knows("out@firm.example", Known::OptedOut);
    assert_eq!(scene.ask(vendor, KEY, "out@firm.example").await, Err(Trouble::OptedOut), "451");
}
