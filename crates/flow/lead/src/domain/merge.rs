//! Which of two leads about one person survives, and which values it takes from the other.

use plumb_link::{Record, Survivor, survivors};
use serde_json::{Map, Value, json};

use super::Field;

/// A lead as the database gives it: each column by its name.
pub(crate) type Row = Map<String, Value>;

/// One of the two leads.
#[derive(Clone, Debug)]
pub(crate) struct Side {
    pub(crate) row: Row,
    /// Whether its owner opted out.
    pub(crate) suppressed: bool,
}

/// What the survivor takes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Taken {
    /// Columns of the survivor that change, with their new values.
    pub(crate) columns: Row,
    /// The fields among them, in the order in which people read them.
    pub(crate) fields: Vec<&'static str>,
}

/// Columns that only make sense together: a town of one lead and a street of another are no address.
struct Group {
    fields: &'static [Field],
    /// What goes with them.
    beside: &'static [&'static str],
}

const GROUPS: [Group; 5] = [
    Group { fields: &[Field::FirstName, Field::LastName, Field::FullName], beside: &[] },
    Group { fields: &[Field::Company, Field::Title, Field::Website], beside: &["company_key", "org_domain"] },
    // A screening holds for the number that was screened, and for no other.
    Group {
        fields: &[Field::PhoneE164],
        beside: &["phone_type", "dnc", "dnc_number", "dnc_lists", "dnc_version", "dnc_valid_until", "dnc_screening_id"],
    },
    Group { fields: &[Field::Street, Field::City, Field::Region, Field::Postcode, Field::Country], beside: &[] },
    Group { fields: &[Field::Linkedin], beside: &[] },
];

fn text<'a>(row: &'a Row, column: &str) -> &'a str {
    row.get(column).and_then(Value::as_str).unwrap_or_default()
}

impl Side {
    /// Whoever opted out comes first: their address is what the opt-out is recognised by. Then who is known to exist, who
    /// can be written to at all, and who is newest.
    fn rank(&self) -> (bool, bool, bool, &str, &str) {
        let verified = text(&self.row, "verdict") == "verified";
        let has_email = !text(&self.row, "email").is_empty();
        (self.suppressed, verified, has_email, text(&self.row, "created_at"), text(&self.row, "id"))
    }

    /// Where a field came from, as the lead's provenance says it.
    fn origin(&self, field: Field) -> Value {
        let exception = self.row.get("provenance").and_then(|provenance| provenance.get(field.as_str()));
        exception.cloned().unwrap_or_else(|| json!({ "import": self.row["import_id"], "row": self.row["row_no"] }))
    }

    fn is_edited(&self, field: Field) -> Option<&str> {
        self.row.get("provenance")?.get(field.as_str())?.get("edited_at")?.as_str()
    }

    /// Since when the values of a group stand, and whether they can be relied on: somebody typed them, or the mailbox of
    /// the lead was found to exist.
    fn standing(&self, group: &Group) -> (i64, bool) {
        let edited = group.fields.iter().filter_map(|field| self.is_edited(*field)).max();
        let at = edited.unwrap_or_else(|| text(&self.row, "created_at"));
        let at = at.parse::<plumb_base::Timestamp>().map_or(0, |at| at.timestamp_micros());
        (at, edited.is_some() || text(&self.row, "verdict") == "verified")
    }
}

/// Puts the survivor first.
pub(crate) fn in_order(a: Side, b: Side) -> (Side, Side) {
    if a.rank() >= b.rank() { (a, b) } else { (b, a) }
}

/// What `survivor` takes from `merged`. Group by group, a value that can be relied on wins over one that cannot, then the
/// newest, then the first row; gaps are filled as long as nothing in the group contradicts. The address, its key and its
/// verdict stay the survivor's.
pub(crate) fn taken(survivor: &Side, merged: &Side) -> Taken {
    let mut taken = Taken::default();
    let mut origins = Row::new();
    for group in &GROUPS {
        let values = |side: &Side| -> Vec<String> {
            group.fields.iter().map(|field| text(&side.row, field.as_str()).to_owned()).collect()
        };
        let (kept, other) = (values(survivor), values(merged));
        let winners = winners(group, [survivor, merged], [&kept, &other]);
        let differ = winners.iter().flatten().any(|winner| !winner.differing.is_empty());
        let has_any = |values: &[String]| values.iter().any(|value| !value.is_empty());
        // Where they contradict, the whole group is of one lead: of that whose first contradicted value won.
        let merged_wins = if differ {
            winners.iter().flatten().find(|winner| !winner.differing.is_empty()).is_some_and(|winner| winner.from == 1)
        } else {
            has_any(&other) && !has_any(&kept)
        };
        for (at, field) in group.fields.iter().enumerate() {
            let takes = if merged_wins {
                kept[at] != other[at]
            } else {
                !differ && kept[at].is_empty() && !other[at].is_empty()
            };
            if takes {
                taken.columns.insert(field.as_str().to_owned(), merged.row[field.as_str()].clone());
                taken.fields.push(field.as_str());
                if !other[at].is_empty() {
                    origins.insert(field.as_str().to_owned(), merged.origin(*field));
                }
            }
        }
        for column in group.beside {
            let (kept, other) = (&survivor.row[*column], &merged.row[*column]);
            if kept != other && (merged_wins || (!differ && kept.is_null())) {
                taken.columns.insert((*column).to_owned(), other.clone());
            }
        }
    }
    let mut provenance = survivor.row["provenance"].as_object().cloned().unwrap_or_default();
    provenance.extend(origins);
    put(&mut taken, survivor, "provenance", Value::Object(provenance));
    put(&mut taken, survivor, "flags", json!(flags(survivor, merged)));
    put(&mut taken, survivor, "merged_tokens", tokens(survivor, merged));
    taken
}

fn winners(group: &Group, sides: [&Side; 2], values: [&[String]; 2]) -> Vec<Option<Survivor>> {
    let cells = values.map(|values| values.iter().map(String::as_str).collect::<Vec<_>>());
    let stands = sides.map(|side| side.standing(group));
    let verified = stands.map(|(_, verified)| vec![verified; group.fields.len()]);
    let record = |at: usize| Record {
        values: &cells[at],
        verified: &verified[at],
        at: stands[at].0,
        source_rank: 0,
        row: at as u32,
    };
    survivors(&[record(0), record(1)])
}

fn put(taken: &mut Taken, survivor: &Side, column: &str, value: Value) {
    if survivor.row.get(column) != Some(&value) {
        taken.columns.insert(column.to_owned(), value);
    }
}

/// What was noticed about the merged lead's address stays with it.
fn flags(survivor: &Side, merged: &Side) -> Vec<String> {
    let of = |side: &Side| -> Vec<String> {
        side.row["flags"].as_array().into_iter().flatten().filter_map(|flag| flag.as_str().map(str::to_owned)).collect()
    };
    let mut flags = of(survivor);
    for flag in of(merged).into_iter().filter(|flag| !flag.starts_with("email")) {
        if !flags.contains(&flag) {
            flags.push(flag);
            flags.sort();
        }
    }
    flags
}

/// The keyed hashes of every address that is merged into the survivor; null for none.
fn tokens(survivor: &Side, merged: &Side) -> Value {
    let before = survivor.row["merged_tokens"].as_array().into_iter().flatten();
    let further = merged.row["merged_tokens"].as_array().into_iter().flatten();
    let own = [&merged.row["email_token"], &merged.row["email_token_base"]];
    let mut tokens: Vec<Value> = Vec::new();
    for token in before.chain(further).chain(own) {
        if !token.is_null() && !tokens.contains(token) {
            tokens.push(token.clone());
        }
    }
    if tokens.is_empty() { Value::Null } else { Value::Array(tokens) }
}

#[cfg(test)]
mod tests;
