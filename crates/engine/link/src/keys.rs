//! Keys under which records of one person meet, for records that lie in a database.

use xxhash_rust::xxh3::xxh3_64;

use crate::dict::NONE;
use crate::kind::Kind;
use crate::table::{FIRST, LAST, Table, What};
use crate::text::sound;
use crate::value;

/// Changes whenever [`keys_of`] makes other keys than before: stored keys of another version must be made anew.
pub const KEYS_VERSION: u32 = 2;

/// The keys of one record: records that may be about one person share at least one. Sorted, each once.
///
/// To link new rows with records of a database, store the keys of each record, fetch the records that share a key with
/// the new rows, and give both to a [`Linker`](crate::Linker) with [`population`](crate::Options::population) set to the
/// number of records in the database. `columns` and `cells` are as for the linker.
#[must_use]
pub fn keys_of<'a>(columns: &[Option<Kind>], cells: impl IntoIterator<Item = &'a str>) -> Vec<u64> {
    let mut table = Table::new(columns);
    table.push(cells);
    let row = table.row(0);
    let mut sounds: Vec<u32> = [FIRST, LAST].iter().map(|slot| sound_of(table.names.text(row[*slot]))).collect();
    sounds.retain(|sound| *sound != 0);
    sounds.sort_unstable();
    let mut keys = Vec::new();
    let mut add = |what: What, value: &[u8], sounds: &[u32]| {
        let mut key = vec![what as u8];
        key.extend_from_slice(value);
        for sound in sounds {
            key.extend_from_slice(&sound.to_le_bytes());
        }
        keys.push(xxh3_64(&key));
    };
    for field in &table.fields {
        for id in row[field.slots.clone()].iter().filter(|id| **id != NONE) {
            let value = field.dict.text(*id);
            match field.what {
                What::Email => {
                    let local = value.split(|b| *b == b'@').next().unwrap_or_default();
                    if str::from_utf8(local).is_ok_and(|local| !value::is_role(local)) {
                        add(field.what, value, &[]);
                    }
                }
                What::Phone | What::Profile | What::PersonId => add(field.what, value, &[]),
                What::Company | What::CompanyId | What::Domain | What::BirthDate | What::Postcode => {
                    for sound in &sounds {
                        add(field.what, value, &[*sound]);
                    }
                }
                What::City | What::Street | What::BirthPlace if sounds.len() == 2 => add(field.what, value, &sounds),
                _ => {}
            }
        }
    }
    if keys.is_empty() && sounds.len() == 2 {
        keys.push(xxh3_64(&[sounds[0].to_le_bytes(), sounds[1].to_le_bytes()].concat()));
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn sound_of(name: &[u8]) -> u32 {
    sound::key(name.split(|b| *b == b' ').next_back().unwrap_or_default())
}

#[cfg(test)]
mod tests;
