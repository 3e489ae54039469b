//! The quality score: points for what a lead has, each with its reason. Computed where the facts of all stages
//! meet (D-0008).

use serde::Serialize;

use super::NewLead;

/// Version of the points below, kept with each score.
pub const SCORE_VERSION: i16 = 1;

/// What the score looks at.
#[derive(Clone, Debug, Default)]
pub struct Facts<'a> {
    /// The address, if any.
    pub email: Option<&'a str>,
    /// The address's domain is the company's own.
    pub own_domain: bool,
    /// The company's domain is known.
    pub org_domain: bool,
    /// Given and family name are there.
    pub full_name: bool,
    /// Job title is there.
    pub title: bool,
    /// Company is there.
    pub company: bool,
    /// A valid telephone number is there.
    pub phone: bool,
    /// Country is known.
    pub country: bool,
    /// Profile link is there.
    pub profile: bool,
    /// More than one source row made it.
    pub sources: bool,
    /// The verdict on the address, if any.
    pub verdict: Option<&'a str>,
    /// What cleaning and verifying noticed.
    pub flags: &'a [String],
}

impl<'a> Facts<'a> {
    /// The facts of a lead that was not verified yet.
    #[must_use]
    pub fn of(lead: &'a NewLead, sources: bool) -> Self {
        Self {
            email: lead.email.as_deref(),
            own_domain: is_own_domain(lead.email_domain.as_deref(), lead.org_domain.as_deref()),
            org_domain: lead.org_domain.is_some(),
            full_name: lead.first_name.is_some() && lead.last_name.is_some(),
            title: lead.title.is_some(),
            company: lead.company.is_some(),
            phone: lead.phone_e164.is_some(),
            country: lead.country.is_some(),
            profile: lead.linkedin.is_some(),
            sources,
            verdict: None,
            flags: &lead.flags,
        }
    }
}

/// Whether an address belongs to the company: its domain is the company's or lies under it.
#[must_use]
pub fn is_own_domain(email_domain: Option<&str>, org_domain: Option<&str>) -> bool {
    match (email_domain, org_domain) {
        (Some(email), Some(org)) => email == org || email.strip_suffix(org).is_some_and(|rest| rest.ends_with('.')),
        _ => false,
    }
}

/// One part of a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Part {
    /// Points, or for a cap the highest score that it lets stand.
    pub points: i16,
    /// Why.
    pub reason: &'static str,
}

/// The score, 0–100, and its parts. A cap that lowered it is the last part.
#[must_use]
pub fn score(facts: &Facts<'_>) -> (i16, Vec<Part>) {
    let has = |flag: &str| facts.flags.iter().any(|f| f == flag);
    let points: [(bool, i16, &'static str); 12] = [
        (facts.email.is_some(), 15, "has a well-formed address"),
        (facts.own_domain, 10, "the address is on the company's own domain"),
        (facts.verdict == Some("verified"), 25, "the mailbox's own server confirmed the address"),
        (facts.phone, 10, "has a valid telephone number"),
        (facts.full_name, 10, "has a given and a family name"),
        (facts.title, 5, "has a job title"),
        (facts.company, 5, "has a company"),
        (facts.org_domain, 5, "the company's domain is known"),
        (facts.country, 5, "the country is known"),
        (facts.profile, 5, "has a profile link"),
        (facts.sources, 5, "more than one row says so"),
        (has("email_role"), -5, "the address belongs to a role, not a person"),
    ];
    let mut parts: Vec<Part> =
        points.iter().filter(|(holds, ..)| *holds).map(|&(_, points, reason)| Part { points, reason }).collect();
    let sum = parts.iter().map(|part| part.points).sum::<i16>().clamp(0, 100);
    let caps: [(bool, i16, &'static str); 2] = [
        (has("email_disposable"), 10, "at most 10: the address is disposable"),
        (facts.verdict == Some("undeliverable"), 20, "at most 20: the address does not exist"),
    ];
    let cap = caps.iter().filter(|(holds, cap, _)| *holds && *cap < sum).min_by_key(|(_, cap, _)| *cap);
    if let Some(&(_, cap, reason)) = cap {
        parts.push(Part { points: cap, reason });
        return (cap, parts);
    }
    (sum, parts)
}
