//! Taking a file in: judged by its beginning before any of it is stored, then kept piece by piece as it comes.
//!
//! Never more than a few pieces are in memory, whatever the file's size. Until its end is here, nothing of it can be
//! used; an upload that breaks off is marked as failed and its pieces are removed.

mod file;
mod unfinished;

use std::time::Duration;

use plumb_base::{Country, ImportId};
use plumb_store::audit;
use plumb_store::job::{self, When};
use plumb_vault::{Context, Purpose};
use plumb_web::{Caller, Problem};
use serde_json::json;

use crate::Source;
use crate::cleaning::{MappedColumn, Mapping, Proposed};
use crate::job::ImportList;
use crate::model::{Column, Preview, State};
use crate::query::{self, Uploaded};
use crate::reason::NOT_TAKEN;
use crate::worker::{Seen, Sniffed};
use file::{Received, receive};

/// `table.column` of a piece.
pub(crate) const CHUNK_PLACE: &str = "import_chunk.sealed";
/// `table.column` of a preview.
pub(crate) const PREVIEW_PLACE: &str = "import.preview_sealed";

/// The row that a sealed piece belongs to: it opens under no other import and at no other position.
pub(crate) fn chunk_row(import: ImportId, seq: i32) -> [u8; 20] {
    let mut row = [0; 20];
    row[..16].copy_from_slice(import.0.as_bytes());
    row[16..].copy_from_slice(&seq.to_be_bytes());
    row
}

/// What may be asked for together with the file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    pub(crate) start: bool,
    pub(crate) default_country: Option<Country>,
    pub(crate) mapping: Option<Mapping>,
}

/// How long the rest of a refused upload is read and thrown away.
const LINGER: Duration = Duration::from_secs(2);
/// Longest field beside the file.
const FIELD_BYTES_MAX: usize = plumb_base::limits::BODY_BYTES_MAX;

/// Takes in the one file of a form with what is asked for beside it, before or after it.
pub(crate) async fn take_in(
    source: &Source,
    caller: &Caller,
    form: &mut axum::extract::Multipart,
    mut asked: Asked,
) -> Result<ImportId, Problem> {
    let mut received: Option<Received> = None;
    let outcome = async {
        while let Some(field) = form.next_field().await? {
            match field.name().unwrap_or_default() {
                "file" if received.is_some() => {
                    return Err(Problem::invalid("The form has two files. Upload one list at a time."));
                }
                "file" => received = Some(receive(source, caller, field).await?),
                "start" => asked.start = matches!(text(field).await?.trim(), "true" | "1" | "on"),
                "default_country" => asked.default_country = country(&text(field).await?)?,
                "mapping" => asked.mapping = mapping(&text(field).await?)?,
                _ => {}
            }
        }
        Ok(())
    }
    .await;
    let Some(received) = received else {
        if let Err(problem) = outcome {
            linger(form).await;
            return Err(problem);
        }
        return Err(Problem::invalid("The form has no file. Send the list as the field named file."));
    };
    let import = received.import;
    let concluded = match outcome {
        Ok(()) => conclude(source, caller, &received, asked).await,
        Err(problem) => Err(problem),
    };
    match concluded {
        Ok(()) => received.unfinished.all_well(),
        Err(problem) => {
            received.unfinished.give_up(problem.detail_text()).await;
            linger(form).await;
            return Err(problem);
        }
    }
    Ok(import)
}

/// Reads on for a moment after a refusal: a client that is still sending would otherwise find its connection cut and
/// never see the answer (RFC 9112, section 9.6).
async fn linger(form: &mut axum::extract::Multipart) {
    let rest = async { while let Ok(Some(_)) = form.next_field().await {} };
    let _ = tokio::time::timeout(LINGER, rest).await;
}

async fn text(mut field: axum::extract::multipart::Field<'_>) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await? {
        if bytes.len() + piece.len() > FIELD_BYTES_MAX {
            return Err(Problem::too_large(FIELD_BYTES_MAX as u64));
        }
        bytes.extend_from_slice(&piece);
    }
    String::from_utf8(bytes).map_err(|_| Problem::bad_request("A field of the form is no UTF-8 text."))
}

/// A country as people type it into a form; nothing typed is none.
pub(crate) fn country(typed: &str) -> Result<Option<Country>, Problem> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let no_country =
        |_| Problem::invalid("The default country is not two letters such as DE (ISO 3166-1). Correct it.");
    typed.parse().map(Some).map_err(no_country)
}

fn mapping(sent: &str) -> Result<Option<Mapping>, Problem> {
    if sent.trim().is_empty() {
        return Ok(None);
    }
    serde_json::from_str(sent)
        .map(Some)
        .map_err(|error| Problem::invalid(format!("The mapping cannot be read: {error}.")))
}

/// Makes the stored file a draft with a proposal, or queues it.
async fn conclude(source: &Source, caller: &Caller, received: &Received, asked: Asked) -> Result<(), Problem> {
    let Received { import, bytes, seen: Seen { rows, encoding, .. }, sniffed, .. } = received;
    let Sniffed { delimiter, names, sample, proposal } = sniffed;
    let proposals = &proposal.columns;
    let mapping = asked.mapping.unwrap_or_else(|| proposed_mapping(names, proposals)).completed(names);
    let sound = (source.cleaning.check)(&mapping, names).is_empty();
    let state = if asked.start && sound { State::Queued } else { State::Draft };
    let column = |(name, proposal): (&String, &Proposed)| Column {
        name: name.clone(),
        proposal: proposal.clone(),
        sample: Vec::new(),
    };
    let columns: Vec<Column> = names.iter().zip(proposals).map(column).collect();

    // What must not be taken is not shown either.
    let mut sample = sample.clone();
    for row in &mut sample {
        let warned =
            row.iter_mut().zip(proposals).filter(|(cell, proposed)| proposed.warning.is_some() && !cell.is_empty());
        warned.for_each(|(cell, _)| NOT_TAKEN.clone_into(cell));
    }
    let preview = json!(Preview::of(&sample, names.len())).to_string();
    let context = Context { org: caller.org, place: PREVIEW_PLACE, row: import.0.as_bytes() };
    let preview_sealed = source.store.keys().seal(Purpose::Personal, context, preview.as_bytes());

    let mut tx = source.store.org(caller.org, caller.actor).await?;
    let with = Uploaded {
        state,
        bytes: *bytes,
        encoding,
        delimiter: &delimiter.to_string(),
        columns: json!(columns),
        mapping: json!(mapping),
        preview_sealed,
        default_country: asked.default_country.as_ref().map(Country::as_str),
        preset: proposal.preset.as_deref(),
    };
    if !query::uploaded(&mut tx, *import, with).await? {
        return Err(given_up());
    }
    if state == State::Queued {
        job::enqueue(&mut tx, &ImportList { import: *import }, When::Now).await?;
    }
    let entry = audit::Entry::of("import.uploaded")
        .on("import", import.0)
        .with("bytes", *bytes)
        .with("rows", *rows)
        .with("columns", names.len())
        .with("state", state.as_str());
    Ok(tx.commit(entry).await?)
}

fn proposed_mapping(names: &[String], proposals: &[Proposed]) -> Mapping {
    let column = |(index, (name, proposed)): (usize, (&String, &Proposed))| MappedColumn {
        index,
        name: name.clone(),
        field: proposed.field.clone(),
    };
    Mapping { width: names.len(), columns: names.iter().zip(proposals).enumerate().map(column).collect() }
}

fn given_up() -> Problem {
    Problem::conflict("The upload took too long and was given up. Send the file again.")
}

#[cfg(test)]
mod tests;
