//! Operators whose answers to RCPT are to be read with care. Start values; bounces seen later are the evidence to
//! change them.

/// What an acceptance by an operator's servers is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acceptance {
    /// It counts when a random address was refused on the same connection.
    WithRefusedControl,
    /// The same; and when both are accepted, the operator is known to accept first and bounce later, so that this does
    /// not show a catch-all domain either.
    WithRefusedControlElseSilent,
    /// It never counts: the operator accepts before it knows.
    Never,
}

/// One row of the operator table.
#[derive(Debug, PartialEq, Eq)]
pub struct Operator {
    /// Its name, as shown in the evidence.
    pub name: &'static str,
    /// How the names of its mail hosts end.
    hosts: &'static [&'static str],
    /// What an acceptance is worth.
    pub acceptance: Acceptance,
    /// Whether 5.4.1 says that the address is unknown.
    pub no_route_means_unknown: bool,
}

impl Operator {
    /// Whether an acceptance can count at all. Where it cannot, a control address would be asked about for nothing.
    #[must_use]
    pub fn is_informative(&self) -> bool {
        self.acceptance != Acceptance::Never
    }
}

const fn row(name: &'static str, hosts: &'static [&'static str], acceptance: Acceptance) -> Operator {
    Operator { name, hosts, acceptance, no_route_means_unknown: false }
}

/// The table. A host that is in none of the rows is read like [`OTHER`].
pub const OPERATORS: &[Operator] = &[
    row("google", &[".google.com", ".googlemail.com"], Acceptance::WithRefusedControl),
    Operator {
        no_route_means_unknown: true,
        ..row("outlook.com", &[".olc.protection.outlook.com"], Acceptance::WithRefusedControl)
    },
    Operator {
        no_route_means_unknown: true,
        ..row("microsoft365", &[".protection.outlook.com", ".mx.microsoft"], Acceptance::WithRefusedControlElseSilent)
    },
    row("yahoo", &[".yahoodns.net"], Acceptance::Never),
    row("mail.ru", &[".mail.ru"], Acceptance::Never),
    row("mimecast", &[".mimecast.com"], Acceptance::Never),
    row("proofpoint", &[".pphosted.com", ".ppe-hosted.com"], Acceptance::Never),
    row("barracuda", &[".barracudanetworks.com"], Acceptance::Never),
    row("cisco", &[".iphmx.com"], Acceptance::WithRefusedControl),
    row("trendmicro", &[".trendmicro.com"], Acceptance::WithRefusedControl),
    row("sophos", &[".sophos.com"], Acceptance::WithRefusedControl),
];

/// Everyone else.
pub const OTHER: &Operator = &row("other", &[], Acceptance::WithRefusedControl);

/// The operator of a mail host, by the end of its name. The first row that fits counts.
#[must_use]
pub fn operator_of(mx_host: &str) -> &'static Operator {
    let host = mx_host.trim_end_matches('.').to_ascii_lowercase();
    let fits = |suffix: &&str| host.ends_with(*suffix) || suffix.strip_prefix('.') == Some(&host);
    OPERATORS.iter().find(|operator| operator.hosts.iter().any(fits)).unwrap_or(OTHER)
}
