//! Taking a file in: written beside the lists as it comes, loaded by a job.

use std::path::PathBuf;

use axum::extract::multipart::{Field, Multipart};
use chrono::NaiveDate;
use plumb_base::ImportId;
use plumb_store::audit;
use plumb_store::job::{self, When};
use plumb_web::{Caller, Problem};
use schemars::JsonSchema;
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;

use crate::Screen;
use crate::domain::registry::Registry;
use crate::job::LoadList;
use crate::model::FileKind;
use crate::query::{self, NewLoad};
use crate::reader::{Change, Columns, Form, Layout};

/// Longest field beside the file.
const FIELD_BYTES_MAX: usize = 16 * 1024;

/// What is said beside a file, as fields of the form.
#[derive(Debug, Default, JsonSchema)]
#[expect(dead_code, reason = "describes the form in the API's document; its fields are read one by one as they come")]
pub(crate) struct LoadForm {
    /// The list: one number a line, columns or XML; plain, gzip or zip.
    #[schemars(extend("format" = "binary"))]
    file: String,
    /// `full`, `change`, `reassigned` or `company`; `full` when absent.
    kind: Option<String>,
    /// The registry, for the first two kinds.
    registry: Option<Registry>,
    /// The date that the registry states; the day on which the file was obtained when absent, except for a registry.
    version_date: Option<NaiveDate>,
    /// The day on which the file was obtained; today when absent.
    obtained_on: Option<NaiveDate>,
    /// Of a change file: the date of the version that it changes.
    based_on: Option<NaiveDate>,
    /// `true` when the list speaks about every area code, and not only about those in the file.
    covers_all: Option<String>,
    /// `true` to take a list that differs by more than 5 % from the one before, or has unknown area codes.
    accept_unusual: Option<String>,
    /// How the numbers are written, in JSON; one a line when absent.
    form: Option<Form>,
}

/// The fields as they came.
#[derive(Default)]
struct Said {
    kind: FileKind,
    registry: Option<Registry>,
    version_date: Option<NaiveDate>,
    obtained_on: Option<NaiveDate>,
    based_on: Option<NaiveDate>,
    covers_all: bool,
    accept_unusual: bool,
    form: Form,
    /// Columns from single fields, as a page sends them.
    columns: PageColumns,
}

/// What a page's form says about columns: empty when there are none.
#[derive(Default)]
struct PageColumns {
    delimiter: Option<char>,
    header: bool,
    number: Option<usize>,
    area: Option<usize>,
    change: Option<usize>,
    every: Option<Change>,
}

/// Takes in the one file of a form, and queues its load.
pub(crate) async fn take_in(screen: &Screen, caller: &Caller, form: &mut Multipart) -> Result<ImportId, Problem> {
    let id = ImportId::fresh();
    let (shelves, now) = (screen.shelves.clone(), screen.store.clock().now());
    let prepared = tokio::task::spawn_blocking(move || shelves.prepare(now)).await.map_err(|_| Problem::internal())?;
    prepared.map_err(|error| disk(&error))?;
    let mut waiting = Waiting { path: screen.shelves.waiting(id), kept: false };
    let (mut said, mut bytes) = (Said::default(), None);
    while let Some(field) = form.next_field().await? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            if bytes.is_some() {
                return Err(Problem::invalid("The form has two files. Send one list at a time."));
            }
            bytes = Some(write(&waiting.path, field, screen.upload_bytes_max).await?);
        } else {
            said.field(&name, text(field).await?.trim())?;
        }
    }
    let bytes = bytes.filter(|bytes| *bytes > 0).ok_or_else(|| {
        Problem::invalid("The form has no file, or an empty one. Send the list as the field named file.")
    })?;
    queue(screen, caller, id, said.settled()?, bytes).await?;
    waiting.kept = true;
    Ok(id)
}

async fn queue(screen: &Screen, caller: &Caller, id: ImportId, said: Said, bytes: u64) -> Result<(), Problem> {
    let mut tx = screen.store.org(caller.org, caller.actor).await?;
    let today = tx.now().date_naive();
    let holder = match said.registry {
        None => String::new(),
        Some(registry) => {
            let known = query::subscriptions(&mut tx).await?;
            let known = known.into_iter().find(|known| known.registry == registry.as_str()).ok_or_else(|| {
                Problem::conflict("Nobody said under whose subscription this registry is used. Enter the holder of the subscription first.")
            })?;
            if !known.holds_on(today) {
                return Err(Problem::conflict(
                    "The subscription to this registry has run out. Enter the new one first.",
                ));
            }
            known.holder
        }
    };
    let obtained_on = said.obtained_on.unwrap_or(today);
    let load = NewLoad {
        id,
        registry: said.registry,
        kind: said.kind,
        holder,
        version_date: said.version_date.unwrap_or(obtained_on),
        obtained_on,
        based_on: said.based_on,
        form: said.form,
        covers_all: said.covers_all,
        accept_unusual: said.accept_unusual,
        bytes: bytes as i64,
        by: caller.user,
    };
    query::add_load(&mut tx, &load).await?;
    job::enqueue(&mut tx, &LoadList { load: id }, When::Now).await?;
    let entry = audit::Entry::of("dnc.load_queued")
        .on("dnc_load", id.0)
        .with("kind", load.kind.as_str())
        .with("registry", load.registry.map_or("", Registry::as_str))
        .with("version_date", load.version_date.to_string())
        .with("accept_unusual", load.accept_unusual)
        .with("bytes", load.bytes);
    Ok(tx.commit(entry).await?)
}

impl Said {
    fn field(&mut self, name: &str, value: &str) -> Result<(), Problem> {
        if value.is_empty() {
            return Ok(());
        }
        let yes = matches!(value, "true" | "on" | "1");
        let column =
            || value.parse().map(Some).map_err(|_| Problem::invalid(format!("{name} is no number of a column.")));
        match name {
            "kind" => {
                self.kind = FileKind::of(value)
                    .ok_or_else(|| Problem::invalid("The kind is not one of full, change, reassigned and company."))?;
            }
            "registry" => self.registry = Some(value.parse().map_err(|error| Problem::invalid(format!("{error}.")))?),
            "version_date" => self.version_date = Some(date(name, value)?),
            "obtained_on" => self.obtained_on = Some(date(name, value)?),
            "based_on" => self.based_on = Some(date(name, value)?),
            "covers_all" => self.covers_all = yes,
            "accept_unusual" => self.accept_unusual = yes,
            "form" => {
                self.form = serde_json::from_str(value)
                    .map_err(|error| Problem::invalid(format!("The form of the file cannot be read: {error}.")))?;
            }
            "delimiter" => self.columns.delimiter = if value == "tab" { Some('\t') } else { value.chars().next() },
            "header" => self.columns.header = yes,
            "number_column" => self.columns.number = column()?,
            "area_column" => self.columns.area = column()?,
            "change_column" => self.columns.change = column()?,
            "every" => {
                self.columns.every = match value {
                    "add" => Some(Change::Add),
                    "delete" => Some(Change::Delete),
                    _ => return Err(Problem::invalid("Every entry is one of add and delete.")),
                };
            }
            _ => {}
        }
        Ok(())
    }

    /// What was said, made whole, or why it cannot be.
    fn settled(mut self) -> Result<Self, Problem> {
        if let Some(number) = self.columns.number {
            let defaults = Columns::default();
            self.form.layout = Layout::Columns(Columns {
                delimiter: self.columns.delimiter.unwrap_or(defaults.delimiter),
                header: self.columns.header,
                number,
                area: self.columns.area,
                change: self.columns.change,
                ..defaults
            });
        }
        self.form.every = self.form.every.or(self.columns.every);
        if let Layout::Columns(columns) = &self.form.layout
            && let Some(fault) = columns.fault()
        {
            return Err(Problem::invalid(fault));
        }
        let of_registry = matches!(self.kind, FileKind::Full | FileKind::Change);
        if of_registry != self.registry.is_some() {
            return Err(Problem::invalid(
                "A whole list or a change file needs its registry, and other files have none.",
            ));
        }
        if of_registry && self.version_date.is_none() {
            return Err(Problem::invalid("The date that the registry states on the list is missing: version_date."));
        }
        if (self.kind == FileKind::Change) != self.based_on.is_some() {
            return Err(Problem::invalid(
                "A change file needs the date of the version that it changes, and no other file has one: based_on.",
            ));
        }
        Ok(self)
    }
}

fn date(name: &str, value: &str) -> Result<NaiveDate, Problem> {
    value.parse().map_err(|_| Problem::invalid(format!("{name} is no date such as 2026-10-01.")))
}

async fn write(path: &PathBuf, mut field: Field<'_>, bytes_max: u64) -> Result<u64, Problem> {
    let mut file = File::create_new(path).await.map_err(|error| disk(&error))?;
    let mut bytes = 0;
    while let Some(piece) = field.chunk().await? {
        bytes += piece.len() as u64;
        if bytes > bytes_max {
            return Err(Problem::too_large(bytes_max));
        }
        file.write_all(&piece).await.map_err(|error| disk(&error))?;
    }
    file.sync_all().await.map_err(|error| disk(&error))?;
    Ok(bytes)
}

async fn text(mut field: Field<'_>) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await? {
        if bytes.len() + piece.len() > FIELD_BYTES_MAX {
            return Err(Problem::too_large(FIELD_BYTES_MAX as u64));
        }
        bytes.extend_from_slice(&piece);
    }
    String::from_utf8(bytes).map_err(|_| Problem::bad_request("A field of the form is no UTF-8 text."))
}

fn disk(error: &std::io::Error) -> Problem {
    tracing::error!(%error, "the folder of the Do-Not-Call lists cannot be written");
    Problem::internal()
}

/// A file that is removed again unless its load was queued: an upload that breaks off leaves nothing.
struct Waiting {
    path: PathBuf,
    kept: bool,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if !self.kept {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
