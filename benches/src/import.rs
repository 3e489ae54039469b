//! A list from its first byte to its last lead.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::bail;
use plumb_base::OrgId;
use serde_json::Value;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};

use crate::figure::{figure, title};
use crate::rows;
use crate::running::Running;
use crate::workbench::Scratch;
use crate::{proc, rows::HEADER};

/// How often the import is looked at.
const LOOK: Duration = Duration::from_millis(50);
/// Rows of one statement of the peer, as in a batch of an import.
const PEER_ROWS: usize = 2_000;

pub(crate) async fn run(count: u64, short: bool) -> anyhow::Result<()> {
    one(count).await?;
    if !short {
        one(count * 10).await?;
    }
    Ok(())
}

async fn one(count: u64) -> anyhow::Result<()> {
    let scratch = Scratch::new("import")?;
    let list = scratch.path().join("list.csv");
    let mut file = BufWriter::new(File::create(&list)?);
    rows::write(count, &mut file)?;
    file.flush()?;
    let bytes = std::fs::metadata(&list)?.len();
    title(format_args!("import: {count} rows, {:.1} MB, 14 columns, a tenth of them again", bytes as f64 / 1e6));

    let dir = scratch.path().join("data");
    std::fs::create_dir(&dir)?;
    let running = Running::start(&dir).await?;
    let mut admin = running.admin.connect().await?;
    let peer = count as f64 / peer(&mut admin, &list).await?.as_secs_f64();
    admin.close().await?;

    let cpu = (proc::of(running.pid), proc::of_server(running.postmaster));
    let resting = proc::peak_mb(running.pid);
    let began = Instant::now();
    let file = tokio::fs::File::open(&list).await?;
    let import: Value =
        running.api.upload_multipart("/api/v1/imports?start=true", &[], "list.csv", file, Some(bytes)).await?;
    let uploaded = began.elapsed();
    let path = format!("/api/v1/imports/{}", import["id"].as_str().unwrap_or_default());
    let ended = loop {
        let import: Value = running.api.get_json(&path).await?;
        match import["state"].as_str() {
            Some("done") => break import,
            Some("queued" | "running") => tokio::time::sleep(LOOK).await,
            state => bail!("the import is {state:?}: {import}"),
        }
    };
    let whole = began.elapsed();
    let cpu = (proc::of(running.pid).since(cpu.0), proc::of_server(running.postmaster).since(cpu.1));
    let peak = proc::peak_mb(running.pid);
    running.stop().await?;

    let per_second = count as f64 / whole.as_secs_f64();
    figure("rows/s, first byte to done", format_args!("{per_second:.0}"), "≥ 20,000 on 2 processors");
    let processing = whole.saturating_sub(uploaded);
    figure("  upload", format_args!("{:.2} s", uploaded.as_secs_f64()), "");
    let rate = count as f64 / processing.as_secs_f64();
    figure("  processing", format_args!("{:.2} s, {rate:.0} rows/s", processing.as_secs_f64()), "");
    figure("processor time of plumb", format_args!("{:.2} s", cpu.0), "");
    figure("processor time of Postgres", format_args!("{:.2} s", cpu.1), "");
    figure("most memory of plumb (before)", format_args!("{peak:.0} MB ({resting:.0})"), "≤ 150 MB at any size");
    figure("peer: plain insert of the cells, rows/s", format_args!("{peer:.0}"), "");
    figure("  an import against it", format_args!("{:.2}", per_second / peer), "");
    let counted = |name: &str| ended[name].as_i64().unwrap_or_default();
    figure(
        "new / merged / rejected",
        format_args!("{} / {} / {}", counted("rows_new"), counted("rows_merged"), counted("rows_rejected")),
        "",
    );
    Ok(())
}

/// The same cells with nothing done to them: no cleaning, no screening, no origin of anything, no log.
async fn peer(conn: &mut PgConnection, list: &Path) -> anyhow::Result<Duration> {
    sqlx::raw_sql(
        "create table peer (id uuid primary key, a text, b text, c text, d text, e text, f text, g text, h text, i text,
             j text, k text, l text, m text, n text)",
    )
    .execute(&mut *conn)
    .await?;
    let began = Instant::now();
    let mut reader = csv::Reader::from_reader(BufReader::new(File::open(list)?));
    let mut records = reader.records();
    loop {
        let mut columns: Vec<Vec<String>> = vec![Vec::with_capacity(PEER_ROWS); HEADER.len()];
        let mut ids = Vec::with_capacity(PEER_ROWS);
        for record in records.by_ref().take(PEER_ROWS) {
            ids.push(OrgId::fresh().0);
            for (column, cell) in columns.iter_mut().zip(record?.iter()) {
                column.push(cell.to_owned());
            }
        }
        if ids.is_empty() {
            break;
        }
        let statement =
            "insert into peer select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[],
            $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[],
            $14::text[], $15::text[])";
        let statement = columns.iter().fold(sqlx::query(statement).bind(ids), sqlx::query::Query::bind);
        statement.execute(&mut *conn).await?;
    }
    let took = began.elapsed();
    sqlx::raw_sql("drop table peer").execute(conn).await?;
    Ok(took)
}
