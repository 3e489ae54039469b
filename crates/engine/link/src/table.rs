//! The rows of a list as numbers of values, laid out row by row: to compare two rows touches two places in memory.

use std::collections::HashSet;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::date;
use crate::dict::{Dict, NONE};
use crate::kind::Kind;
use crate::linker::Code;
use crate::name::Parts;
use crate::text::fold;
use crate::value::{self, Mailbox};

/// Places of the parts of a name in a row; the fields follow.
pub(crate) const FIRST: usize = 0;
pub(crate) const LAST: usize = 1;
pub(crate) const MIDDLE: usize = 2;
/// Given and family name together.
pub(crate) const WHOLE: usize = 3;
/// `Sr`, `Jr`, `III`: not a number in a dictionary but what [`Parts::generation`] says.
pub(crate) const GENERATION: usize = 4;
const FIELDS: usize = 5;

/// What a field compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum What {
    Email,
    /// The part of an address before the at sign, unless it names a task.
    Local,
    Phone,
    Profile,
    PersonId,
    BirthDate,
    Company,
    CompanyId,
    Domain,
    Title,
    Street,
    Number,
    Building,
    City,
    Region,
    Postcode,
    Country,
    Gender,
    BirthPlace,
    Occupation,
    Other,
}

impl What {
    /// How it is called outside.
    pub(crate) fn code(self) -> Code {
        Code::Kind(match self {
            Self::Local => return Code::MailboxName,
            Self::Email => Kind::Email,
            Self::Phone => Kind::Phone,
            Self::Profile => Kind::Profile,
            Self::PersonId => Kind::PersonId,
            Self::BirthDate => Kind::BirthDate,
            Self::Company => Kind::Company,
            Self::CompanyId => Kind::CompanyId,
            Self::Domain => Kind::Domain,
            Self::Title => Kind::Title,
            Self::Street => Kind::Street,
            Self::Number => Kind::StreetNumber,
            Self::Building => Kind::Building,
            Self::City => Kind::City,
            Self::Region => Kind::Region,
            Self::Postcode => Kind::Postcode,
            Self::Country => Kind::Country,
            Self::Gender => Kind::Gender,
            Self::BirthPlace => Kind::BirthPlace,
            Self::Occupation => Kind::Occupation,
            Self::Other => Kind::Other,
        })
    }
}

/// One thing that rows have one or several values of.
pub(crate) struct Field {
    pub(crate) what: What,
    /// Places in a row.
    pub(crate) slots: std::ops::Range<usize>,
    pub(crate) dict: Dict,
    /// Values met, repetitions included.
    pub(crate) filled: u64,
    /// Words that many companies have in their names; of companies only.
    pub(crate) common: HashSet<Vec<u8>>,
}

/// Where a column's cells go.
#[derive(Clone, Copy, Debug)]
enum Target {
    Name(Kind),
    Field { field: usize, slot: usize },
    Email { email: usize, local: usize, nth: usize, domain: usize, domain_nth: usize },
    Street { street: usize, number: usize, nth: usize },
    Nothing,
}

/// Rows and their values.
pub(crate) struct Table {
    targets: Vec<Target>,
    width: usize,
    cells: Vec<u32>,
    pub(crate) names: Dict,
    pub(crate) wholes: Dict,
    pub(crate) fields: Vec<Field>,
    /// A column is about an employer.
    pub(crate) names_employers: bool,
    /// The first row of the second list, when there are two.
    pub(crate) second_from: Option<u32>,
    scratch: Scratch,
}

#[derive(Default)]
struct Scratch {
    parts: Parts,
    whole: String,
    first: String,
    middle: String,
    last: String,
    /// What follows the family name.
    suffix: String,
    text: String,
    number: String,
    /// The local part of a mailbox.
    local: String,
}

impl Table {
    pub(crate) fn new(columns: &[Option<Kind>]) -> Self {
        let mut fields: Vec<(What, usize)> = Vec::new();
        // The field of a kind and the next free place in it; fields of which each column is one of its own are new.
        let mut place = |what: What| {
            let alone = matches!(what, What::PersonId | What::Other | What::CompanyId);
            let at = fields.iter().position(|(other, _)| *other == what && !alone).unwrap_or_else(|| {
                fields.push((what, 0));
                fields.len() - 1
            });
            fields[at].1 += 1;
            (at, fields[at].1 - 1)
        };
        let mut targets = Vec::with_capacity(columns.len());
        for kind in columns {
            let what = match kind {
                None => {
                    targets.push(Target::Nothing);
                    continue;
                }
                Some(kind) if kind.is_name() => {
                    targets.push(Target::Name(*kind));
                    continue;
                }
                Some(Kind::Email) => {
                    let ((email, nth), (local, _)) = (place(What::Email), place(What::Local));
                    // Websites have places there too.
                    let (domain, domain_nth) = place(What::Domain);
                    targets.push(Target::Email { email, local, nth, domain, domain_nth });
                    continue;
                }
                Some(Kind::Street) => {
                    let ((street, nth), (number, _)) = (place(What::Street), place(What::Number));
                    targets.push(Target::Street { street, number, nth });
                    continue;
                }
                Some(Kind::Phone) => What::Phone,
                Some(Kind::Profile) => What::Profile,
                Some(Kind::PersonId) => What::PersonId,
                Some(Kind::BirthDate) => What::BirthDate,
                Some(Kind::Company) => What::Company,
                Some(Kind::CompanyId) => What::CompanyId,
                Some(Kind::Domain) => What::Domain,
                Some(Kind::Title) => What::Title,
                Some(Kind::StreetNumber) => What::Number,
                Some(Kind::Building) => What::Building,
                Some(Kind::City) => What::City,
                Some(Kind::Region) => What::Region,
                Some(Kind::Postcode) => What::Postcode,
                Some(Kind::Country) => What::Country,
                Some(Kind::Gender) => What::Gender,
                Some(Kind::BirthPlace) => What::BirthPlace,
                Some(Kind::Occupation) => What::Occupation,
                Some(_) => What::Other,
            };
            let (field, slot) = place(what);
            targets.push(Target::Field { field, slot });
        }
        let mut width = FIELDS;
        let fields = fields.into_iter().map(|(what, slots)| {
            width += slots;
            Field { what, slots: width - slots..width, dict: Dict::new(), filled: 0, common: HashSet::new() }
        });
        let fields: Vec<Field> = fields.collect();
        Self {
            targets,
            width,
            cells: Vec::new(),
            names: Dict::new(),
            wholes: Dict::new(),
            names_employers: columns
                .iter()
                .flatten()
                .any(|kind| matches!(kind, Kind::Company | Kind::CompanyId | Kind::Domain | Kind::Title)),
            fields,
            second_from: None,
            scratch: Scratch::default(),
        }
    }

    /// Adds a row. Cells beyond the columns are ignored, missing ones are empty.
    pub(crate) fn push<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) {
        let start = self.cells.len();
        self.cells.resize(start + self.width, NONE);
        let mut scratch = std::mem::take(&mut self.scratch);
        let scratched = [&mut scratch.whole, &mut scratch.first, &mut scratch.middle, &mut scratch.last];
        for part in scratched.into_iter().chain([&mut scratch.suffix, &mut scratch.local]) {
            part.clear();
        }
        for (column, cell) in cells.into_iter().enumerate().take(self.targets.len()) {
            if matches!(self.targets[column], Target::Nothing) || value::is_blank(cell) {
                continue;
            }
            match self.targets[column] {
                Target::Name(kind) => {
                    let part = match kind {
                        Kind::FirstName => &mut scratch.first,
                        Kind::MiddleName => &mut scratch.middle,
                        Kind::LastName => &mut scratch.last,
                        Kind::NameSuffix => &mut scratch.suffix,
                        _ => &mut scratch.whole,
                    };
                    // Of two columns about the whole name the longer says more.
                    if cell.len() > part.len() {
                        cell.clone_into(part);
                    }
                }
                Target::Email { email, local, nth, domain, domain_nth } => {
                    let Some(mailbox) = Mailbox::read(cell) else { continue };
                    self.set(start, email, nth, mailbox.key.as_bytes());
                    if !value::is_role(mailbox.local()) {
                        mailbox.local().clone_into(&mut scratch.local);
                        self.set(start, local, nth, mailbox.local().as_bytes());
                    }
                    if let Some(org) = mailbox.org_domain() {
                        self.set(start, domain, domain_nth, org.as_bytes());
                    }
                }
                Target::Street { street, number, nth } => {
                    scratch.text.clear();
                    scratch.number.clear();
                    value::street(cell, &mut scratch.text, &mut scratch.number);
                    self.set(start, street, nth, scratch.text.as_bytes());
                    self.set(start, number, nth, scratch.number.as_bytes());
                }
                Target::Field { field, slot } => {
                    scratch.text.clear();
                    make(self.fields[field].what, cell, &mut scratch.text);
                    self.set(start, field, slot, scratch.text.as_bytes());
                }
                Target::Nothing => {}
            }
        }
        scratch.parts.read(&scratch.whole, &scratch.first, &scratch.middle, &scratch.last);
        scratch.parts.suffix(&scratch.suffix);
        scratch.parts.complete(&scratch.local);
        let parts = &scratch.parts;
        let first = self.names.intern(parts.first.as_bytes());
        let last = self.names.intern(parts.last.as_bytes());
        let row = &mut self.cells[start..];
        (row[FIRST], row[LAST]) = (first, last);
        row[MIDDLE] = self.names.intern(parts.middle.as_bytes());
        row[GENERATION] = parts.generation;
        if first != NONE && last != NONE {
            row[WHOLE] = self.wholes.intern(&(u64::from(first) << 32 | u64::from(last)).to_ne_bytes());
        }
        self.scratch = scratch;
    }

    fn set(&mut self, start: usize, field: usize, slot: usize, value: &[u8]) {
        let field = &mut self.fields[field];
        let id = field.dict.intern(value);
        if id != NONE {
            self.cells[start + field.slots.start + slot] = id;
            field.filled += 1;
        }
    }

    /// Gives a row without a value in a field one that others have.
    pub(crate) fn fill(&mut self, row: u32, field: usize, id: u32) {
        let field = &mut self.fields[field];
        self.cells[row as usize * self.width + field.slots.start] = id;
        field.dict.count_again(id);
        field.filled += 1;
    }

    /// How many rows there are.
    pub(crate) fn rows(&self) -> u32 {
        (self.cells.len() / self.width) as u32
    }

    /// The values of a row.
    pub(crate) fn row(&self, row: u32) -> &[u32] {
        let start = row as usize * self.width;
        &self.cells[start..start + self.width]
    }

    /// Whether both rows are in one list, of two.
    pub(crate) fn in_one_list(&self, a: u32, b: u32) -> bool {
        self.second_from.is_some_and(|from| (a < from) == (b < from))
    }

    /// No more rows: frees what only adding them needs.
    pub(crate) fn close(&mut self) {
        self.names.close();
        self.wholes.close();
        self.fields.iter_mut().for_each(|field| field.dict.close());
        self.cells.shrink_to_fit();
    }

    /// A number of each row's content that no order of rows changes.
    pub(crate) fn content_hashes(&self) -> Vec<u64> {
        let hashes = |dict: &Dict| -> Vec<u64> {
            std::iter::once(0).chain(dict.ids().map(|id| xxh3_64_with_seed(dict.text(id), 1))).collect()
        };
        let mut sums = vec![0_u64; self.rows() as usize];
        let mut add = |slots: &[usize], of: &[u64]| {
            for (row, sum) in sums.iter_mut().enumerate() {
                for slot in slots {
                    let value = of[self.cells[row * self.width + slot] as usize];
                    *sum = (*sum ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
                }
            }
        };
        add(&[FIRST, LAST, MIDDLE], &hashes(&self.names));
        for field in &self.fields {
            let slots: Vec<usize> = field.slots.clone().collect();
            add(&slots, &hashes(&field.dict));
        }
        sums
    }
}

/// The value of a cell.
fn make(what: What, cell: &str, out: &mut String) {
    match what {
        What::Phone => value::phone(cell, out),
        What::Profile => out.extend(value::handle(cell)),
        What::Domain => out.extend(value::domain(cell)),
        What::BirthDate => {
            if let Some(digits) = date::digits(cell) {
                out.extend(digits.iter().map(|digit| char::from(*digit)));
            }
        }
        What::Company => value::company(cell, out),
        What::Gender => value::gender(cell, out),
        What::Country => value::country(cell, out),
        What::PersonId | What::CompanyId | What::Postcode | What::Number => fold::solid(cell, out),
        _ => fold::words(cell, out),
    }
}
