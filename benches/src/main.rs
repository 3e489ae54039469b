//! Measures the product beside its targets and beside a peer that does less, in one run on one machine.
//!
//! Figures are medians of rounds; what is compared is interleaved, so that a busy machine is busy for both. Nothing
//! here passes or fails: a figure is read with the conditions that it was taken under (`docs/operate/figures.md`).
//!
//! `cargo build --release -p plumb -p plumb-testworld -p plumb-benches && target/release/plumb-benches all`; the verifier
//! beside its peer:
//! `target/release/plumb-benches verify --peer`

mod audit;
mod clean;
mod dnc;
mod figure;
mod import;
mod jobs;
mod leads;
mod link;
mod proc;
mod rows;
mod running;
mod start;
mod verify;
mod workbench;

use clap::{Parser, ValueEnum};

/// Measures the product.
#[derive(Debug, Parser)]
#[command(name = "plumb-benches")]
struct Benches {
    /// What to measure
    what: What,
    /// Rows of the list that is imported; a second list has ten times as many
    #[arg(long, default_value_t = 100_000)]
    rows: u64,
    /// Leads of the organisation whose leads are listed
    #[arg(long, default_value_t = 1_000_000)]
    leads: i64,
    /// Leave out the second, longer list
    #[arg(long)]
    short: bool,
    #[command(flatten)]
    clean: clean::CleanArgs,
    #[command(flatten)]
    dnc: dnc::DncArgs,
    #[command(flatten)]
    verify: verify::VerifyArgs,
    #[command(flatten)]
    link: link::LinkArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    Import,
    Leads,
    Audit,
    Jobs,
    Start,
    Verify,
    Dnc,
    Link,
    Clean,
    All,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let asked = Benches::parse();
    let wanted = |what: What| asked.what == What::All || asked.what == what;
    if asked.what == What::Verify {
        return verify::run(&asked.verify).await;
    }
    if asked.what == What::Link {
        return link::run(&asked.link);
    }
    if asked.what == What::Clean {
        return clean::run(&asked.clean);
    }
    figure::conditions().await?;
    if wanted(What::Start) {
        start::run().await?;
    }
    if wanted(What::Import) {
        import::run(asked.rows, asked.short).await?;
    }
    if wanted(What::Leads) {
        leads::run(asked.leads).await?;
    }
    if wanted(What::Audit) {
        audit::run().await?;
    }
    if wanted(What::Jobs) {
        jobs::run().await?;
    }
    if wanted(What::Link) {
        link::run(&asked.link)?;
    }
    if wanted(What::Verify) {
        verify::run(&asked.verify).await?;
    }
    if wanted(What::Clean) {
        clean::run(&asked.clean)?;
    }
    if wanted(What::Dnc) {
        dnc::run(&asked.dnc)?;
    }
    Ok(())
}
