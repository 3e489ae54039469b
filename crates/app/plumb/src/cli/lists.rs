//! Lists in and out of a running server.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use plumb_egress::OwnServer;
use serde_json::{Value, json};

use super::{Failed, print, remote, say, summary};
use crate::config::Config;

/// Brings a list in and follows it to its end.
#[derive(Debug, Args)]
pub(super) struct Import {
    /// The list: CSV with a header row
    file: PathBuf,
    /// Country of telephone numbers that say none, such as DE
    #[arg(long, value_name = "CC")]
    country: Option<String>,
    /// What a column is about, as `Column name=field`; `Column name=` carries it along. The rest is proposed
    #[arg(long = "map", value_name = "COLUMN=FIELD")]
    map: Vec<String>,
    /// Upload and show what is proposed, without starting
    #[arg(long)]
    dry_run: bool,
    /// Do not wait for its end
    #[arg(long)]
    no_wait: bool,
}

/// Shows leads.
#[derive(Debug, Args)]
pub(super) struct Leads {
    #[command(flatten)]
    filter: Filter,
    /// Order: -score, score, -created, created
    #[arg(long, default_value = "-score", allow_hyphen_values = true)]
    sort: String,
    /// At most this many
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

/// Takes leads out.
#[derive(Debug, Args)]
pub(super) struct Export {
    #[command(flatten)]
    filter: Filter,
    /// Where to write the file; standard output when not given
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Every lead, marked with whether it may be used and why not
    #[arg(long)]
    all: bool,
    /// Format of the file; by the name of the output when not given, else CSV
    #[arg(long)]
    format: Option<Format>,
    /// Columns: all of them, what a customer database takes, or what a caller needs
    #[arg(long, value_enum, default_value_t = Profile::All)]
    profile: Profile,
    /// Also where each field came from: its import, its row there, and when
    #[arg(long)]
    provenance: bool,
    /// Also telephone numbers of Canada and the Caribbean (+1), which no Do-Not-Call list here covers
    #[arg(long)]
    not_us_phones: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Csv,
    Parquet,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Profile {
    All,
    Crm,
    Calling,
}

/// The word of a value on the command line.
fn word<T: ValueEnum>(value: &T) -> String {
    value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

impl Export {
    /// What the server is asked for.
    fn wanted(&self) -> Value {
        let named = self.output.as_ref().and_then(|path| path.extension()).is_some_and(|end| end == "parquet");
        let format = self.format.unwrap_or(if named { Format::Parquet } else { Format::Csv });
        let mut wanted = json!({
            "format": word(&format),
            "profile": word(&self.profile),
            "rows": if self.all { "all" } else { "usable" },
            "include_provenance": self.provenance,
            "include_not_us_phones": self.not_us_phones,
        });
        for (name, value) in self.filter.pairs() {
            wanted[name] = value.into();
        }
        wanted
    }
}

/// Which leads.
#[derive(Debug, Args)]
struct Filter {
    /// Only leads with this verdict
    #[arg(long)]
    verdict: Option<Verdict>,
    /// Only leads of this country (ISO 3166-1 alpha-2)
    #[arg(long, value_name = "CC")]
    country: Option<String>,
    /// Only leads that this import brought
    #[arg(long, value_name = "ID")]
    import: Option<plumb_base::ImportId>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Verdict {
    Verified,
    Undeliverable,
    Risky,
    Unverified,
}

impl Filter {
    fn pairs(&self) -> Vec<(&'static str, String)> {
        let verdict =
            self.verdict.and_then(|verdict| verdict.to_possible_value()).map(|value| value.get_name().to_owned());
        let import = self.import.map(|import| import.to_string());
        [("verdict", verdict), ("country", self.country.clone()), ("import", import)]
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect()
    }
}

pub(super) async fn import(command: Import, config: &Config, json: bool) -> anyhow::Result<()> {
    let server = remote::server(config)?;
    let uploaded = upload(&server, &command.file, command.country.as_deref()).await?;
    let id = uploaded["id"].as_str().unwrap_or_default().to_owned();
    let mapping = mapped(&uploaded, &command.map);
    if command.dry_run || mapping.is_err() {
        // A draft that nobody will start need not lie there for 30 days.
        let _: Value = server.post_json(&format!("/api/v1/imports/{id}/cancel"), &json!({})).await?;
    }
    let mapping = mapping?;
    if command.dry_run {
        if json {
            print(&uploaded);
        } else {
            summary::proposal(&uploaded);
            say("Nothing was imported. Leave out --dry-run to import it so, or change columns with --map.");
        }
        return Ok(());
    }
    let body = json!({ "mapping": mapping, "default_country": command.country });
    let started: Value = server.post_json(&format!("/api/v1/imports/{id}/start"), &body).await?;
    if command.no_wait {
        print(if json { started.to_string() } else { format!("Import {id} is queued.") });
        return Ok(());
    }
    let ended = follow_import(&server, &id).await?;
    if json {
        print(&ended);
    } else {
        summary::import(&ended);
    }
    match ended["state"].as_str() {
        Some("done") => Ok(()),
        _ => Err(Failed::Partly(format!(
            "the import ended as {}: {}",
            ended["state"],
            ended["error"].as_str().unwrap_or("cancelled")
        ))
        .into()),
    }
}

/// Uploads a list as a draft.
pub(super) async fn upload(server: &OwnServer, file: &Path, country: Option<&str>) -> anyhow::Result<Value> {
    let opened = tokio::fs::File::open(file).await.with_context(|| format!("{} cannot be read", file.display()))?;
    let bytes = opened.metadata().await?.len();
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or("list.csv");
    say(format_args!("Uploading {name} ({bytes} bytes) …"));
    let fields: Vec<(&str, &str)> = country.map(|country| ("default_country", country)).into_iter().collect();
    Ok(server.upload_multipart("/api/v1/imports", &fields, name, opened, Some(bytes)).await?)
}

/// Waits for an import's end, with its progress on standard error.
pub(super) async fn follow_import(server: &OwnServer, id: &str) -> anyhow::Result<Value> {
    let mut line = summary::ProgressLine::new();
    loop {
        let import: Value = server.get_json(&format!("/api/v1/imports/{id}")).await?;
        let read = import["bytes_read"].as_f64().unwrap_or(0.0);
        let whole = import["bytes"].as_f64().unwrap_or(1.0).max(1.0);
        line.show(&format!("cleaning   {:>3.0} %  {} rows", 100.0 * read / whole, import["rows_read"]));
        if matches!(import["state"].as_str(), Some("done" | "failed" | "cancelled")) {
            line.end();
            return Ok(import);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// The proposed mapping with what `--map` says instead.
fn mapped(uploaded: &Value, overrides: &[String]) -> anyhow::Result<Value> {
    let mut mapping = uploaded["mapping"].clone();
    for text in overrides {
        let Some((name, field)) = text.rsplit_once('=') else {
            return Err(Failed::Usage(format!("--map {text}: write it as `Column name=field`")).into());
        };
        let columns = mapping["columns"].as_array_mut().into_iter().flatten();
        let Some(column) = columns.into_iter().find(|column| column["name"] == name) else {
            return Err(Failed::Usage(format!("--map {text}: the list has no column {name:?}")).into());
        };
        column["field"] = if field.is_empty() { Value::Null } else { field.into() };
    }
    Ok(mapping)
}

pub(super) async fn leads(command: Leads, config: &Config, json: bool) -> anyhow::Result<()> {
    let server = remote::server(config)?;
    let mut pairs = command.filter.pairs();
    pairs.push(("sort", command.sort.clone()));
    let (mut left, mut after) = (command.limit, None::<String>);
    let mut shown = summary::LeadTable::new();
    while left > 0 {
        let mut page = pairs.clone();
        page.push(("limit", left.min(200).to_string()));
        page.extend(after.take().map(|after| ("after", after)));
        let answer: Value = server.get_json(&format!("/api/v1/leads?{}", serde_urlencoded::to_string(page)?)).await?;
        let leads = answer["leads"].as_array().cloned().unwrap_or_default();
        left = left.saturating_sub(leads.len());
        for lead in leads {
            if json { print(&lead) } else { shown.row(&lead) }
        }
        after = answer["next"].as_str().map(str::to_owned);
        if after.is_none() {
            break;
        }
    }
    Ok(())
}

pub(super) async fn export(command: Export, config: &Config, json: bool) -> anyhow::Result<()> {
    let server = remote::server(config)?;
    let asked: Value = server.post_json("/api/v1/exports", &command.wanted()).await?;
    let id = asked["id"].as_str().unwrap_or_default().to_owned();
    let export = follow_export(&server, &id).await?;
    if export["state"] != "done" {
        let why = export["error"].as_str().unwrap_or("somebody cancelled it");
        bail!("the export ended as {}: {why}", export["state"].as_str().unwrap_or("unknown"));
    }
    let mut download = server.stream(&format!("/api/v1/exports/{id}/content")).await?;
    let Some(path) = &command.output else {
        let mut out = std::io::stdout().lock();
        while let Some(piece) = download.chunk().await? {
            out.write_all(&piece)?;
        }
        return Ok(());
    };
    // Written aside and renamed: a cut download leaves no file that looks whole.
    let aside = path.with_extension("part");
    let mut file = std::fs::File::create(&aside).with_context(|| format!("{} cannot be written", aside.display()))?;
    let mut bytes = 0_u64;
    let written = async {
        while let Some(piece) = download.chunk().await? {
            file.write_all(&piece)?;
            bytes += piece.len() as u64;
        }
        file.sync_all()?;
        std::fs::rename(&aside, path)?;
        anyhow::Ok(())
    };
    if let Err(error) = written.await {
        let _ = std::fs::remove_file(&aside);
        return Err(error.context(format!("{} was not written", path.display())));
    }
    if json {
        print(json!({ "file": path, "bytes": bytes, "export": export }));
    } else {
        let sum =
            |name: &str| export[name].as_object().map_or(0, |counts| counts.values().filter_map(Value::as_i64).sum());
        let (left_out, withheld): (i64, i64) = (sum("left_out"), sum("phones_withheld"));
        let rows = &export["rows_out"];
        say(format_args!(
            "Wrote {} ({rows} rows, {bytes} bytes; {left_out} leads left out, {withheld} numbers held back).",
            path.display()
        ));
    }
    Ok(())
}

/// Waits for an export's end, with its progress on standard error.
async fn follow_export(server: &OwnServer, id: &str) -> anyhow::Result<Value> {
    let mut line = summary::ProgressLine::new();
    loop {
        let export: Value = server.get_json(&format!("/api/v1/exports/{id}")).await?;
        let read = export["leads_read"].as_f64().unwrap_or(0.0);
        let whole = export["leads_read_total"].as_f64().unwrap_or(1.0).max(1.0);
        line.show(&format!("exporting  {:>3.0} %  {} rows", (100.0 * read / whole).min(100.0), export["rows_out"]));
        if matches!(export["state"].as_str(), Some("done" | "failed" | "cancelled")) {
            line.end();
            return Ok(export);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
