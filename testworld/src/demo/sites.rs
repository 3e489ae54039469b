//! The companies of the demo, and the free-mail and disposable domains of its list.

use std::net::Ipv4Addr;
use std::time::Duration;

use crate::site::{Behaviour, Dns, Language, Mailbox, Nonsense, Pattern, Phase, Rule, Site, Voice};

/// A company that does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Company {
    /// Its name with its legal form.
    pub name: &'static str,
    /// Its domain, in A-label form.
    pub domain: &'static str,
    /// ISO 3166-1.
    pub country: &'static str,
    /// Where it sits.
    pub city: &'static str,
}

const fn company(name: &'static str, domain: &'static str, country: &'static str, city: &'static str) -> Company {
    Company { name, domain, country, city }
}

/// Companies with an ordinary, honest mail server, whatever its language: most of the list works here.
pub(super) static ORDINARY: [Company; 26] = [
    company("Lanternworks Ltd", "lanternworks.example", "GB", "London"),
    company("Paperharbor Inc.", "paperharbor.example", "US", "New York"),
    company("Musterwerk GmbH", "musterwerk.example", "DE", "Berlin"),
    company("Nebelstein & Söhne KG", "nebelstein.example", "DE", "Hamburg"),
    company("Atelier Lune SARL", "atelier-lune.example", "FR", "Paris"),
    company("Grand Rivage S.A.", "grandrivage.example", "FR", "Lyon"),
    company("Kiezelhof B.V.", "kiezelhof.example", "NL", "Utrecht"),
    company("Campoflor, S.L.", "campoflor.example", "ES", "Valencia"),
    company("Luce Serena S.r.l.", "luceserena.example", "IT", "Torino"),
    company("Vale Claro, Lda.", "valeclaro.example", "PT", "Porto"),
    company("Lyktgren AB", "lyktgren.example", "SE", "Göteborg"),
    company("Quillstone Partners LLP", "quillstone.test", "GB", "Leeds"),
    company("Copperwick, LLC", "copperwick.test", "US", "Chicago"),
    company("見本商事株式会社", "mihon-shoji.example", "JP", "Tokyo"),
    company("Paradeigma A.E.", "paradeigma.example", "GR", "Athens"),
    company("Bücherhain GmbH & Co. KG", "xn--bcherhain-q9a.example", "DE", "München"),
    company("Brambleford Corporation", "brambleford.example", "US", "Denver"),
    company("Silberwald AG", "silberwald.example", "DE", "Frankfurt am Main"),
    company("Boisclair SAS", "boisclair.example", "FR", "Lille"),
    company("Torreserena S.A.", "torreserena.example", "ES", "Bilbao"),
    company("Boscochiaro S.p.A.", "boscochiaro.example", "IT", "Milano"),
    company("Pedradoce Unipessoal Lda", "pedradoce.example", "PT", "Lisboa"),
    company("Thistlegate plc", "thistlegate.example", "GB", "Edinburgh"),
    company("Old Post Trading Co.", "oldpost.example", "GB", "Birmingham"),
    company("Glimmerhurst Pty Ltd", "glimmerhurst.example", "AU", "Sydney"),
    company("Backup Works Inc", "backupworks.example", "US", "Boston"),
];

/// Companies whose DNS or mail server is special in some way.
pub(super) static SPECIAL: [Company; 45] = [
    company("Opalmere plc", "opalmere.example", "GB", "Manchester"),
    company("Zuckerfeld GmbH", "zuckerfeld.example", "DE", "Berlin"),
    company("Emberwood Ltd.", "emberwood.example", "GB", "London"),
    company("Igelbach GmbH", "igelbach.example", "DE", "Hamburg"),
    company("Regenthal e.K.", "regenthal.example", "DE", "München"),
    company("Kettlemore Inc", "kettlemore.example", "US", "Washington"),
    company("Duskwick LLC", "duskwick.example", "US", "Boston"),
    company("Nettleford & Co", "nettleford.example", "GB", "Leeds"),
    company("Ivorycroft Ltd", "ivorycroft.example", "GB", "London"),
    company("Velvetgate Inc.", "velvetgate.example", "US", "Chicago"),
    company("Harbourguard Ltd", "harbourguard.example", "GB", "London"),
    company("Palisade Werke AG", "palisade.example", "DE", "Frankfurt am Main"),
    company("Disguise Studio SARL", "disguise.example", "FR", "Paris"),
    company("Tollgate Logistics", "tollgate.example", "US", "Denver"),
    company("Wobble Furniture Ltd", "wobble.example", "GB", "Birmingham"),
    company("Attic Archives", "attic.example", "US", "New York"),
    company("Sealed Envelope Co.", "sealed.example", "US", "San Francisco"),
    company("Doorman Services S.A.", "doorman.example", "FR", "Lyon"),
    company("Single File Systems", "singlefile.example", "US", "Boston"),
    company("Sphinx Advisory Ltd", "sphinx.example", "GB", "Edinburgh"),
    company("Mumble Media GmbH", "mumble.example", "DE", "Berlin"),
    company("Jabber & Sons", "jabber.example", "GB", "Leeds"),
    company("Webonly Inc", "webonly.example", "US", "Denver"),
    company("Epic Replies AB", "epicreplies.example", "SE", "Stockholm"),
    company("Longline Shipping", "longline.example", "SE", "Malmö"),
    company("Deadharbor Inc.", "deadharbor.example", "US", "Boston"),
    company("Simplehost SARL", "simplehost.example", "FR", "Lille"),
    company("Nomail Holdings", "nomail.example", "GB", "London"),
    company("Mixed Signals Ltd", "mixedsignals.example", "GB", "Manchester"),
    company("Brochure Agency", "brochure.example", "US", "New York"),
    company("Dangling Systems", "danglingmx.example", "US", "Chicago"),
    company("Figures AG", "figures.example", "DE", "Hamburg"),
    company("Insider Networks", "insider.example", "US", "Washington"),
    company("Broken Zone GmbH", "brokenzone.example", "DE", "München"),
    company("Closed Zone SAS", "closedzone.example", "FR", "Paris"),
    company("Quiet Zone Ltd", "quietzone.example", "GB", "London"),
    company("Bigzone Corporation", "bigzone.example", "US", "San Francisco"),
    company("Vanished Ventures", "vanished.example", "US", "New York"),
    company("Cloudfirm B.V.", "cloudfirm.example", "NL", "Amsterdam"),
    company("Gatehouse Insurance", "gatehouse.example", "GB", "London"),
    company("Tandem Mutter AG", "tandem.example", "DE", "Berlin"),
    company("Tandem Tochter GmbH", "tandem-tochter.example", "DE", "Berlin"),
    company("Halbtag Verein e.V.", "halbtag.example", "DE", "Hamburg"),
    company("Sendero S.L.", "sendero.example", "ES", "Madrid"),
    company("Fermata S.r.l.", "fermata.example", "IT", "Roma"),
];

/// Free-mail domains of the list, each with the name of its mail host.
pub(super) const FREE: [(&str, &str); 6] = [
    ("gmail.com", "gmail-smtp-in.l.google.com"),
    ("outlook.com", "outlook-com.olc.protection.outlook.com"),
    ("yahoo.com", "mta5.am0.yahoodns.net"),
    ("gmx.de", "mx00.emig.gmx.net"),
    ("web.de", "mx-ha02.web.de"),
    ("orange.fr", "smtp-in.orange.fr"),
];

/// Disposable domains of the list.
pub(super) const DISPOSABLE: [&str; 4] = ["mailinator.com", "guerrillamail.com", "yopmail.com", "10minutemail.com"];

/// Misspelt domains of the list, each with the domain that was meant. They do not exist.
pub(super) const MISSPELT: [(&str, &str); 5] = [
    ("lanternwroks.test", "lanternworks.example"),
    ("musterwrek.test", "musterwerk.example"),
    ("paperharbr.test", "paperharbor.example"),
    ("exmaple.test", "grandrivage.example"),
    ("copperwcik.test", "copperwick.test"),
];

/// How long greylisting servers of the demo make a client wait: short, so that a visitor sees the second try.
const GREYLIST: Duration = Duration::from_secs(30);

/// Every company of the demo.
pub fn companies() -> impl Iterator<Item = &'static Company> {
    ORDINARY.iter().chain(&SPECIAL)
}

/// How a company forms its addresses.
pub(super) fn pattern(domain: &str) -> Pattern {
    match domain {
        "nebelstein.example"
        | "copperwick.test"
        | "silberwald.example"
        | "thistlegate.example"
        | "kettlemore.example" => Pattern::InitialLast,
        "grandrivage.example" | "boscochiaro.example" | "tollgate.example" => Pattern::FirstUnderscoreLast,
        domain if FREE.iter().any(|(free, _)| *free == domain) || domain == "googlemail.com" => Pattern::FirstLast,
        _ => Pattern::FirstDotLast,
    }
}

/// Every site of the demo: one for each company, free-mail and disposable domain.
#[must_use]
pub fn sites() -> Vec<Site> {
    let staffed = |domain: &str, left_of_hundred| {
        Site::new(domain).staffed(Rule::Staff { pattern: pattern(domain), left_of_hundred })
    };
    let mut sites: Vec<_> = companies().map(|company| special(staffed(company.domain, 7))).collect();
    sites.extend(FREE.iter().map(|(domain, host)| staffed(domain, 20).dns(Dns::MxNamed((*host).to_owned()))));
    sites.push(staffed("googlemail.com", 20).dns(Dns::MxOf("gmail.com".to_owned())));
    sites.extend(DISPOSABLE.iter().map(|domain| Site::new(domain).behaves(Behaviour::CatchAll)));
    sites
}

/// What is special about a site, if anything.
fn special(site: Site) -> Site {
    let plain = Voice::plain;
    let offering_tls = Voice { starttls: true, ..Voice::default() };
    match site.domain.as_str() {
        // Honest servers, each with its own tongue.
        "lanternworks.example" => site
            .speaks(offering_tls)
            .mailbox("percy.opalgate", Mailbox::Full)
            .mailbox("ivy.emberstone", Mailbox::Disabled),
        "musterwerk.example" => {
            site.mailbox("emil.dachsfeld", Mailbox::Full).mailbox("frieda.mondhain", Mailbox::Disabled)
        }
        "silberwald.example" => site
            .speaks(plain(Language::German))
            .mailbox("lwolkenthal", Mailbox::Full)
            .mailbox("migelberg", Mailbox::Disabled),
        "boisclair.example" => site
            .speaks(Voice { latin1: true, ..plain(Language::French) })
            .mailbox("luc.sableval", Mailbox::Full)
            .mailbox("zoe.lunechamp", Mailbox::Disabled),
        "torreserena.example" => site.speaks(plain(Language::Spanish)).mailbox("pablo.lunarosa", Mailbox::Full),
        "boscochiaro.example" => site.speaks(plain(Language::Italian)).mailbox("gaia_nevedolce", Mailbox::Disabled),
        "pedradoce.example" => site.speaks(plain(Language::Portuguese)).mailbox("marta.luafeliz", Mailbox::Full),
        "sendero.example" => site.speaks(Voice { language: Language::Spanish, ..Voice::default() }),
        "fermata.example" => site.speaks(Voice { language: Language::Italian, many_lines: true, ..Voice::default() }),
        "mihon-shoji.example" => site.speaks(Voice { smtputf8: true, ..offering_tls }),
        "brambleford.example" => site.speaks(offering_tls),
        "thistlegate.example" => site.speaks(Voice { many_lines: true, ..Voice::default() }),
        "oldpost.example" => site.speaks(Voice { helo_only: true, ..plain(Language::English) }),
        "backupworks.example" => site.dns(Dns::DeadThenLive),
        "bigzone.example" => site.dns(Dns::Truncated),
        "simplehost.example" => site.dns(Dns::ImplicitMx),
        "mixedsignals.example" => site.dns(Dns::NullMxBesideReal),
        "tandem-tochter.example" => site.dns(Dns::MxOf("tandem.example".to_owned())),
        "gatehouse.example" => site.dns(Dns::MxNamed("mx0a-gatehouse-example.pphosted.com".to_owned())),

        // Servers that say more or less than the truth.
        "opalmere.example" | "zuckerfeld.example" => site.behaves(Behaviour::CatchAll),
        "cloudfirm.example" => site
            .dns(Dns::MxNamed("cloudfirm-example.mail.protection.outlook.com".to_owned()))
            .behaves(Behaviour::CatchAll),
        "emberwood.example" => site.behaves(Behaviour::RefusesAll),
        "igelbach.example" => site
            .speaks(Voice { language: Language::German, ..Voice::default() })
            .behaves(Behaviour::Greylists { after: GREYLIST, says_so: true }),
        "regenthal.example" => site.behaves(Behaviour::Greylists { after: GREYLIST, says_so: false }),
        "kettlemore.example" => site.behaves(Behaviour::Tarpits { delay: Duration::from_millis(700) }),
        "duskwick.example" => site.behaves(Behaviour::Drops { at: Phase::Banner }),
        "nettleford.example" => site.behaves(Behaviour::Drops { at: Phase::Rcpt }),
        "ivorycroft.example" => site.behaves(Behaviour::Drops { at: Phase::SecondRcpt }),
        "velvetgate.example" => site.behaves(Behaviour::Silent { at: Phase::Banner }),
        "harbourguard.example" => site.behaves(Behaviour::Blocks { at: Phase::Rcpt }),
        "halbtag.example" => site.speaks(plain(Language::German)).behaves(Behaviour::Blocks { at: Phase::Mail }),
        "palisade.example" => site.behaves(Behaviour::Blocks { at: Phase::Banner }),
        "disguise.example" => site.behaves(Behaviour::BlocksAsUnknown),
        "tollgate.example" => site.behaves(Behaviour::RateLimits { rcpts: 0 }),
        "wobble.example" => site.behaves(Behaviour::TempFail),
        "attic.example" => site.behaves(Behaviour::OutOfStorage),
        "sealed.example" => site.speaks(offering_tls).behaves(Behaviour::RequiresTls),
        "doorman.example" => site.behaves(Behaviour::RefusesSender),
        "singlefile.example" => site.behaves(Behaviour::OneRecipient),
        "sphinx.example" => site.behaves(Behaviour::WillNotSay),
        "mumble.example" => site.behaves(Behaviour::Unclear),
        "jabber.example" => site.behaves(Behaviour::Nonsense(Nonsense::CodesDisagree)),
        "webonly.example" => site.behaves(Behaviour::Nonsense(Nonsense::NotSmtp)),
        "epicreplies.example" => site.behaves(Behaviour::Nonsense(Nonsense::EndlessReply)),
        "longline.example" => site.behaves(Behaviour::Nonsense(Nonsense::LongLine)),

        // Domains that lead nowhere.
        "deadharbor.example" => site.dns(Dns::Dead),
        "nomail.example" => site.dns(Dns::NullMx),
        "brochure.example" => site.dns(Dns::NoMailHost),
        "danglingmx.example" => site.dns(Dns::MxUnresolvable),
        "figures.example" => site.dns(Dns::MxLiteral),
        "insider.example" => site.dns(Dns::MxAt(Ipv4Addr::new(10, 0, 0, 25))),
        "brokenzone.example" => site.dns(Dns::ServFail),
        "closedzone.example" => site.dns(Dns::Refused),
        "quietzone.example" => site.dns(Dns::Silent),
        "vanished.example" => site.dns(Dns::NxDomain),
        _ => site,
    }
}
