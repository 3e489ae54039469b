//! Proposing what each column is about, from its name and from what its cells look like.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::date;
use super::fold;
use super::lists;
use super::mapping::{Field, MappedColumn, Mapping};
use super::preset::Preset;
use super::sensitive::Sensitive;
use super::text;

/// Names of columns in the exports of common products, as data: field, rank, folded names.
const HEADERS: &str = include_str!("../../lists/headers.txt");

/// A name is believed against its cells only while at least this share of them fits, in per cent.
const SHARE_TO_KEEP: usize = 30;
/// Cells alone decide from this share on, in per cent.
const SHARE_TO_DECIDE: usize = 70;

/// How sure a proposal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// A guess that somebody should look at.
    Low,
    /// The name or the cells say so.
    Medium,
    /// The name is known and the cells do not speak against it.
    High,
}

/// What is proposed for one column, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProposedColumn {
    /// Position in the row, from 0.
    pub index: usize,
    /// The name in the header row.
    pub name: String,
    /// What it seems to be about; absent if it is only carried along.
    pub field: Option<Field>,
    /// How sure that is.
    pub confidence: Confidence,
    /// One sentence for people.
    pub reason: String,
    /// What it seems to be about that must not be taken. Such a column has no field, and should leave the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<Sensitive>,
}

/// A proposal for every column of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Proposal {
    /// The columns, in order.
    pub columns: Vec<ProposedColumn>,
    /// The product whose export the list seems to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<Preset>,
}

impl Proposal {
    /// The mapping that the proposal amounts to. It may still lack what [`Mapping::check`] asks for.
    #[must_use]
    pub fn mapping(&self) -> Mapping {
        let column = |c: &ProposedColumn| MappedColumn { index: c.index, name: c.name.clone(), field: c.field };
        Mapping { width: self.columns.len(), columns: self.columns.iter().map(column).collect() }
    }
}

/// A candidate reading of one column: higher ranks win when two columns would say the same.
struct Candidate {
    field: Field,
    rank: usize,
    confidence: Confidence,
    reason: String,
}

/// Proposes what each column is about. `sample` holds some of the first rows (50 to 200 are enough); rows may be ragged.
///
/// The name is asked first, then the cells; where they contradict each other, the cells of an address, number or link
/// decide, because their look is unmistakable. Of two columns about the same field, the one with the higher rank is
/// taken (a work address before a private one). The other is carried along; a further address or number is asked where
/// the first has nothing usable ([`Field::may_repeat`]), unless its column is for private ones.
///
/// The headers of a known product's export say what its columns are. A column that looks like a special category of
/// personal data is never proposed; it carries a warning.
#[must_use]
pub fn propose(headers: &[String], sample: &[Vec<String>]) -> Proposal {
    propose_as(headers, sample, Preset::of(headers))
}

/// [`propose`] for a list that is known to be, or not to be, a product's export.
#[must_use]
pub fn propose_as(headers: &[String], sample: &[Vec<String>], preset: Option<Preset>) -> Proposal {
    let warnings: Vec<Option<Sensitive>> = headers
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let cells: Vec<&str> = sample.iter().filter_map(|row| row.get(index)).map(String::as_str).collect();
            Sensitive::of(name, &cells)
        })
        .collect();
    let candidates: Vec<Option<Candidate>> = headers
        .iter()
        .enumerate()
        .map(|(index, name)| {
            if warnings[index].is_some() {
                return None;
            }
            let own = candidate(name, &Shares::of(index, sample));
            match preset.as_ref().and_then(|preset| Some((preset, preset.field(headers, index)?))) {
                // What the cells plainly are not, a product's name for the column does not make them.
                Some((preset, field)) if own.as_ref().is_none_or(|own| own.confidence > Confidence::Low) => {
                    Some(Candidate {
                        field,
                        rank: PRESET_RANK,
                        confidence: Confidence::High,
                        reason: format!("Exports of {} call {} so.", preset.name, field.code()),
                    })
                }
                _ => own,
            }
        })
        .collect();
    let columns = headers.iter().enumerate().map(|(index, name)| {
        let (name, warning) = (name.clone(), warnings[index]);
        let carried = |reason: String| ProposedColumn {
            index,
            name: name.clone(),
            field: None,
            confidence: Confidence::Medium,
            reason,
            warning,
        };
        if let Some(warning) = warning {
            return carried(format!("{} It is not taken; leave it out of the list.", warning.explain()));
        }
        let Some(own) = &candidates[index] else {
            return carried("Neither the name nor the cells say what this is; it is carried along.".to_owned());
        };
        // The first of the best: equal ranks are decided by position.
        let better = candidates.iter().enumerate().find(|(other, candidate)| {
            candidate.as_ref().is_some_and(|candidate| {
                candidate.field == own.field
                    && (candidate.rank > own.rank || (candidate.rank == own.rank && *other < index))
            })
        });
        if let Some((other, _)) = better {
            if own.field.may_repeat() && own.rank >= FURTHER_RANK {
                let reason = format!("Asked where {:?} has nothing usable.", headers[other]);
                let (field, confidence) = (Some(own.field), own.confidence);
                return ProposedColumn { index, name, field, confidence, reason, warning };
            }
            return carried(format!(
                "It looks like {} too, but the column {:?} suits better; it is carried along.",
                own.field.code(),
                headers[other]
            ));
        }
        ProposedColumn {
            index,
            name,
            field: Some(own.field),
            confidence: own.confidence,
            reason: own.reason.clone(),
            warning,
        }
    });
    Proposal { columns: columns.collect(), preset }
}

/// Above every rank that a name alone can have.
const PRESET_RANK: usize = 100;
/// From this rank on a column is asked where a better one has nothing. Private numbers and addresses are below it.
const FURTHER_RANK: usize = 60;

/// How much the name of a column says that it is about `field`; 0 if nothing.
pub(crate) fn rank(name: &str, field: Field) -> usize {
    by_name(name).filter(|(named, ..)| *named == field).map_or(0, |(_, rank, _)| rank)
}

fn candidate(name: &str, shares: &Shares) -> Option<Candidate> {
    let shown = shares.best();
    match by_name(name) {
        Some((field, rank, confidence)) => {
            let fits = shares.of_field(field);
            let contradicted = shares.filled >= 3 && fits.is_some_and(|share| share < SHARE_TO_KEEP);
            match shown {
                // A column called "LinkedIn" with company pages in it, or "Contact" full of addresses.
                Some((other, share)) if other != field && (contradicted || fits.is_none()) => Some(Candidate {
                    field: other,
                    rank: 50,
                    confidence: Confidence::Medium,
                    reason: format!(
                        "The name says {}, but {share} % of the cells look like {}.",
                        field.code(),
                        other.code()
                    ),
                }),
                _ if contradicted && matches!(field, Field::ProfileUrl | Field::Date) => None,
                _ if contradicted => Some(Candidate {
                    field,
                    rank: 10,
                    confidence: Confidence::Low,
                    reason: format!("The name says {}, but few cells look like it.", field.code()),
                }),
                _ => Some(Candidate {
                    field,
                    rank,
                    confidence,
                    reason: match fits {
                        Some(share) if shares.filled > 0 => {
                            format!("The name says {}, and {share} % of the cells look like it.", field.code())
                        }
                        _ => format!("The name says {}.", field.code()),
                    },
                }),
            }
        }
        None if shares.filled >= 2 && shares.date >= SHARE_TO_DECIDE => (!says_birth(name)).then(|| Candidate {
            field: Field::Date,
            rank: 30,
            confidence: Confidence::Medium,
            reason: format!("{} % of the cells look like {}.", shares.date, Field::Date.code()),
        }),
        None if is_about_something_else(name) => None,
        None => shown.map(|(field, share)| Candidate {
            field,
            rank: 40,
            confidence: Confidence::Medium,
            reason: format!("{share} % of the cells look like {}.", field.code()),
        }),
    }
}

/// What the name alone says, with its rank.
fn by_name(name: &str) -> Option<(Field, usize, Confidence)> {
    let name = without_zone(name);
    let words = fold::words(name);
    let solid: String = words.split(' ').collect();
    // Salesforce marks custom columns with `__c`.
    let solid = if name.ends_with("__c") { solid.strip_suffix('c').unwrap_or(&solid) } else { &solid };
    for mut row in lists::rows(HEADERS) {
        let (Some(field), Some(rank), Some(names)) = (row.next(), row.next(), row.next()) else { continue };
        if names.split(' ').any(|known| fold_known(known, solid))
            && let (Some(field), Ok(rank)) = (Field::from_code(field), rank.parse())
        {
            return Some((field, rank, Confidence::High));
        }
    }
    if is_about_something_else(name) {
        return None;
    }
    let holds = |parts: &[&str]| parts.iter().any(|part| words.split(' ').any(|word| word == *part));
    let within = |parts: &[&str]| parts.iter().any(|part| solid.contains(part));
    let guess = if within(&["linkedin"]) && !holds(&["company"]) {
        Field::ProfileUrl
    } else if within(&["email", "emailadresse"]) || holds(&["mail"]) {
        Field::Email
    } else if within(&["telefon", "phone"]) || holds(&["mobile", "tel", "cell"]) {
        Field::Phone
    } else if within(&["website", "homepage"]) {
        Field::Website
    } else if within(&["firstname", "vorname"]) {
        Field::FirstName
    } else if within(&["lastname", "surname", "nachname"]) {
        Field::LastName
    } else if within(&["jobtitle"]) {
        Field::Title
    } else if within(&["companyname", "firmenname"]) {
        Field::Company
    } else {
        return None;
    };
    Some((guess, 45, Confidence::Medium))
}

/// The name of a column of dates without the time zone that HubSpot writes behind it: `Create Date (EST)`.
fn without_zone(name: &str) -> &str {
    let is_zone = |zone: &str| (2..=5).contains(&zone.len()) && zone.bytes().all(|b| b.is_ascii_uppercase());
    match name.strip_suffix(')').and_then(|rest| rest.split_once(" (")) {
        Some((date, zone)) if is_zone(zone) && date.ends_with("Date") => date,
        _ => name,
    }
}

/// The names in the list are folded already, but those with letters of other scripts fold at run time.
fn fold_known(known: &str, solid: &str) -> bool {
    if known.is_ascii() { known == solid } else { fold::solid(known) == solid }
}

/// Words in a name that make it a remark about an address or number and not the address or number itself.
fn is_about_something_else(name: &str) -> bool {
    const REMARKS: [&str; 31] = [
        "bounce",
        "bounced",
        "bounces",
        "catch",
        "click",
        "clicked",
        "confidence",
        "consent",
        "count",
        "created",
        "date",
        "domain",
        "extension",
        "fax",
        "format",
        "id",
        "open",
        "opened",
        "opt",
        "optout",
        "owner",
        "quality",
        "score",
        "sent",
        "source",
        "status",
        "subscribed",
        "type",
        "unsubscribed",
        "verification",
        "verified",
    ];
    let words = fold::words(name);
    words.split(' ').any(|word| REMARKS.contains(&word))
}

/// Whether the name of a column of dates speaks of birth: that day is the person's own.
fn says_birth(name: &str) -> bool {
    const BIRTH: [&str; 10] = [
        "anniversaire",
        "birth",
        "born",
        "dob",
        "fodselsdato",
        "geboorte",
        "geburt",
        "nacimiento",
        "naissance",
        "nascita",
    ];
    let words = fold::words(name);
    words.split(' ').any(|word| BIRTH.iter().any(|known| word.starts_with(known)))
}

/// Whether the name of a column of streets says that people live there.
pub(crate) fn says_home(name: &str) -> bool {
    const HOME: [&str; 12] = [
        "casa",
        "domicile",
        "domicilio",
        "heim",
        "home",
        "persoonlijk",
        "personal",
        "personnelle",
        "privat",
        "private",
        "prive",
        "residential",
    ];
    let words = fold::words(name);
    words.split(' ').any(|word| HOME.contains(&word) || word.starts_with("privat"))
}

/// What share of a column's filled cells looks like what, in per cent.
struct Shares {
    filled: usize,
    email: usize,
    phone: usize,
    website: usize,
    profile: usize,
    date: usize,
}

impl Shares {
    fn of(index: usize, sample: &[Vec<String>]) -> Self {
        let mut shares = Self { filled: 0, email: 0, phone: 0, website: 0, profile: 0, date: 0 };
        for cell in sample.iter().filter_map(|row| row.get(index)) {
            let cell = text::tidy(cell);
            if cell.is_empty() || text::is_placeholder(&cell, Field::Street) {
                continue;
            }
            shares.filled += 1;
            shares.email += usize::from(looks_like_email(&cell));
            shares.phone += usize::from(looks_like_phone(&cell));
            shares.profile += usize::from(cell.to_ascii_lowercase().contains("linkedin.com/in/"));
            shares.website += usize::from(looks_like_website(&cell));
            shares.date += usize::from(date::looks_like(&cell));
        }
        let filled = shares.filled;
        let Self { email, phone, website, profile, date, .. } = &mut shares;
        for count in [email, phone, website, profile, date] {
            *count = (*count * 100).checked_div(filled).unwrap_or(0);
        }
        shares
    }

    /// The share for a field whose cells have a look of their own.
    fn of_field(&self, field: Field) -> Option<usize> {
        match field {
            Field::Email => Some(self.email),
            Field::Phone => Some(self.phone),
            Field::Website => Some(self.website),
            Field::ProfileUrl => Some(self.profile),
            Field::Date => Some(self.date),
            _ => None,
        }
    }

    /// The look that decides by itself. Phones are not among them without a name: order numbers look the same.
    fn best(&self) -> Option<(Field, usize)> {
        [(Field::Email, self.email), (Field::ProfileUrl, self.profile)]
            .into_iter()
            .find(|(_, share)| self.filled >= 2 && *share >= SHARE_TO_DECIDE)
    }
}

fn looks_like_email(cell: &str) -> bool {
    cell.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.') && !cell.contains('/'))
}

fn looks_like_phone(cell: &str) -> bool {
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    let letters = cell.chars().filter(|c| c.is_alphabetic()).count();
    (6..=20).contains(&digits) && letters <= 5 && !cell.contains('@')
}

fn looks_like_website(cell: &str) -> bool {
    let host = cell.split_once("://").map_or(cell, |(_, rest)| rest).split('/').next().unwrap_or_default();
    let dotted = host
        .rsplit_once('.')
        .is_some_and(|(name, end)| !name.is_empty() && end.len() >= 2 && end.chars().all(char::is_alphabetic));
    dotted && !host.contains([' ', '@']) && !cell.to_ascii_lowercase().contains("linkedin.com/in/")
}

#[cfg(test)]
mod tests;
