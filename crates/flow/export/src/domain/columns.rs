//! The columns of a file, and a lead as its cells.

use std::collections::HashMap;

use plumb_base::{Cells, ImportId, Timestamp};
use plumb_lead::{Field, Leaving};

use super::Profile;

/// When the imports were made that the fields of a page came from.
pub(crate) type Imports = HashMap<ImportId, Timestamp>;

/// One column of a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Id,
    Field(Field),
    PhoneNote,
    Dnc,
    DncLists,
    DncScreening,
    DncVersionDate,
    DncValidUntil,
    Score,
    Verdict,
    VerdictReason,
    VerdictExpiresAt,
    Usable,
    WhyNot,
    CreatedAt,
    UpdatedAt,
}

/// A number, and all that is to be known before it is called.
const PHONE: [Column; 7] = [
    Column::Field(Field::PhoneE164),
    Column::PhoneNote,
    Column::Dnc,
    Column::DncLists,
    Column::DncScreening,
    Column::DncVersionDate,
    Column::DncValidUntil,
];

const PERSON: [Column; 5] = [
    Column::Field(Field::FirstName),
    Column::Field(Field::LastName),
    Column::Field(Field::FullName),
    Column::Field(Field::Title),
    Column::Field(Field::Company),
];

const PLACE: [Column; 4] = [
    Column::Field(Field::City),
    Column::Field(Field::Region),
    Column::Field(Field::Postcode),
    Column::Field(Field::Country),
];

const USE: [Column; 2] = [Column::Usable, Column::WhyNot];

impl Column {
    fn name(self) -> &'static str {
        match self {
            Self::Id => "lead_id",
            Self::Field(Field::PhoneE164) => "phone",
            Self::Field(field) => field.as_str(),
            Self::PhoneNote => "phone_note",
            Self::Dnc => "dnc",
            Self::DncLists => "dnc_lists",
            Self::DncScreening => "dnc_screening",
            Self::DncVersionDate => "dnc_version_date",
            Self::DncValidUntil => "dnc_valid_until",
            Self::Score => "score",
            Self::Verdict => "verdict",
            Self::VerdictReason => "verdict_reason",
            Self::VerdictExpiresAt => "verdict_expires_at",
            Self::Usable => "usable",
            Self::WhyNot => "why_not",
            Self::CreatedAt => "created_at",
            Self::UpdatedAt => "updated_at",
        }
    }
}

/// The columns of one file.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    columns: Vec<Column>,
    /// The fields whose origin is told behind them.
    origins: Vec<Field>,
    with_not_us: bool,
}

impl Layout {
    /// The columns of a profile; with `provenance` the origin of each field too.
    pub(crate) fn of(profile: Profile, provenance: bool, with_not_us: bool) -> Self {
        let field = Column::Field;
        let columns = match profile {
            Profile::All => [
                &[Column::Id, field(Field::Email)][..],
                &PERSON,
                &[field(Field::Website)],
                &PHONE,
                &[field(Field::Street)],
                &PLACE,
                &[field(Field::Linkedin), Column::Score],
                &[Column::Verdict, Column::VerdictReason, Column::VerdictExpiresAt],
                &USE,
                &[Column::CreatedAt, Column::UpdatedAt],
            ]
            .concat(),
            Profile::Crm => [
                &[Column::Id, field(Field::Email)][..],
                &PERSON,
                &[field(Field::Website)],
                &PHONE,
                &[field(Field::Street)],
                &PLACE,
                &[field(Field::Linkedin), Column::Verdict],
                &USE,
            ]
            .concat(),
            Profile::Calling => [&[Column::Id][..], &PERSON, &PHONE, &PLACE].concat(),
        };
        let fields =
            columns.iter().filter_map(|column| if let Column::Field(field) = column { Some(*field) } else { None });
        let origins = if provenance { fields.collect() } else { Vec::new() };
        Self { columns, origins, with_not_us }
    }

    /// The names of the columns.
    pub(crate) fn names(&self) -> Vec<String> {
        let columns = self.columns.iter().map(|column| column.name().to_owned());
        let origins = self.origins.iter().flat_map(|field| {
            let name = Column::Field(*field).name();
            ["import", "row", "date"].map(|what| format!("{name}_source_{what}"))
        });
        columns.chain(origins).collect()
    }

    /// Adds a lead as a row, its cells as they are.
    pub(crate) fn push(&self, leaving: &Leaving, imports: &Imports, cells: &mut Cells) {
        let phone = Phone::of(leaving, self.with_not_us);
        for column in &self.columns {
            push(*column, leaving, &phone, cells);
        }
        for field in &self.origins {
            // A number that stays back has no origin to tell.
            let origin =
                if *field == Field::PhoneE164 && phone.number.is_none() { None } else { leaving.origin(*field) };
            let Some(origin) = origin else {
                (0..3).for_each(|_| cells.push_cell(""));
                continue;
            };
            match origin.import {
                Some(import) => cells.push_cell(&import.to_string()),
                None => cells.push_cell("edited by hand"),
            }
            cells.push_cell(&origin.row.map(|row| row.to_string()).unwrap_or_default());
            let at = origin.edited_at.or_else(|| imports.get(&origin.import?).copied());
            cells.push_cell(&at.map(moment).unwrap_or_default());
        }
        cells.end_row();
    }
}

fn push(column: Column, leaving: &Leaving, phone: &Phone<'_>, cells: &mut Cells) {
    let lead = &leaving.lead;
    let dnc = lead.phone_dnc.as_ref();
    let optional = |at: Option<Timestamp>| at.map(moment).unwrap_or_default();
    match column {
        Column::Id => cells.push_cell(&lead.id.to_string()),
        Column::Field(Field::PhoneE164) => cells.push_cell(phone.number.unwrap_or_default()),
        Column::Field(field) => cells.push_cell(lead.field(field).unwrap_or_default()),
        Column::PhoneNote => cells.push_cell(&phone.note),
        Column::Dnc => cells.push_cell(dnc.map_or("", |dnc| dnc.dnc)),
        Column::DncLists => cells.push_cell(&dnc.map(|dnc| dnc.lists.join(", ")).unwrap_or_default()),
        Column::DncScreening => {
            cells.push_cell(&dnc.and_then(|dnc| dnc.screening).map(|id| id.to_string()).unwrap_or_default());
        }
        Column::DncVersionDate => {
            cells.push_cell(&dnc.and_then(|dnc| dnc.version_date).map(|date| date.to_string()).unwrap_or_default());
        }
        Column::DncValidUntil => cells.push_cell(&optional(dnc.and_then(|dnc| dnc.valid_until))),
        Column::Score => cells.push_cell(&lead.score.to_string()),
        Column::Verdict => cells.push_cell(lead.verdict.as_deref().unwrap_or_default()),
        Column::VerdictReason => cells.push_cell(lead.verdict_reason.as_deref().unwrap_or_default()),
        Column::VerdictExpiresAt => cells.push_cell(&optional(lead.verdict_expires_at)),
        Column::Usable => cells.push_cell(if lead.usable { "yes" } else { "no" }),
        Column::WhyNot => cells.push_cell(lead.unusable.map_or("", |why| why.as_str())),
        Column::CreatedAt => cells.push_cell(&moment(lead.created_at)),
        Column::UpdatedAt => cells.push_cell(&moment(lead.updated_at)),
    }
}

/// RFC 3339, to the second.
fn moment(at: Timestamp) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A lead's number as a file has it, or why it has none.
struct Phone<'l> {
    number: Option<&'l str>,
    note: String,
}

impl<'l> Phone<'l> {
    fn of(leaving: &'l Leaving, with_not_us: bool) -> Self {
        let Some(phone) = leaving.phone(with_not_us) else { return Self { number: None, note: String::new() } };
        let number = match phone {
            Ok(number) => number,
            Err(withheld) => return Self { number: None, note: withheld.note() },
        };
        let dnc = leaving.lead.phone_dnc.as_ref();
        let until = dnc.filter(|dnc| dnc.dnc == "clear").and_then(|dnc| dnc.valid_until);
        let note = match until {
            Some(until) => format!("clear of Do-Not-Call lists until {}", until.format("%Y-%m-%d %H:%M UTC")),
            None => "outside the United States: not screened".to_owned(),
        };
        Self { number: Some(number), note }
    }
}
