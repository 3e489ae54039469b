//! The audit log on the command line.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use plumb_ledger::EXPORT_ENTRIES_MAX;
use plumb_verifier::BundleArguments;
use serde_json::Value;

use super::{Failed, print, remote, say};
use crate::config::Config;

/// Works with the audit log.
#[derive(Debug, Args)]
pub(super) struct Audit {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check an exported bundle, offline and without any server; `plumb-verify` is the same in a program of its own
    Verify(BundleArguments),
    /// Print the public key of the log on this machine: give it to whoever will check bundles
    Key,
    /// Get a receipt for one entry, for `plumb-verify receipt`
    Receipt {
        /// Number of the entry within the organisation's log
        seq: u64,
        /// Where to write the receipt
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
    /// Export the organisation's log with its proofs
    Export {
        /// Where to write the bundle
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
        /// Number of the first entry
        #[arg(long, default_value_t = 0)]
        from: u64,
        /// The size of a checkpoint that you kept
        #[arg(long)]
        since: Option<u64>,
        /// Also write the checkpoint, to keep: a later bundle must continue it
        #[arg(long, value_name = "FILE")]
        checkpoint: Option<PathBuf>,
    },
}

pub(super) async fn run(command: Audit, config: &Config, json: bool) -> anyhow::Result<()> {
    match command.command {
        Command::Verify(bundles) => verify(&bundles, json),
        Command::Key => {
            let store = remote::beside_running_server(config).await?;
            print(crate::server::ledger(config, &store)?.vkey());
            store.close().await;
            Ok(())
        }
        Command::Receipt { seq, output } => {
            let mut answer = remote::server(config)?.stream(&format!("/api/v1/audit/receipt?seq={seq}")).await?;
            let mut receipt = Vec::new();
            while let Some(piece) = answer.chunk().await? {
                receipt.extend_from_slice(&piece);
            }
            std::fs::write(&output, receipt).with_context(|| format!("{} cannot be written", output.display()))?;
            say(format_args!("Wrote {0}. `plumb-verify receipt {0} --key …` checks it anywhere.", output.display()));
            Ok(())
        }
        Command::Export { output, from, since, checkpoint } => {
            export(config, &output, from, since, checkpoint.as_deref()).await
        }
    }
}

/// Writes the log as one bundle, or as several where it is longer than one bundle can be.
async fn export(
    config: &Config,
    output: &Path,
    from: u64,
    since: Option<u64>,
    checkpoint: Option<&Path>,
) -> anyhow::Result<()> {
    let server = remote::server(config)?;
    let (mut from, mut part) = (from, 1);
    let since = since.map(|since| format!("&since={since}")).unwrap_or_default();
    loop {
        let bundle: Value = server.get_json(&format!("/api/v1/audit/export?from_seq={from}{since}")).await?;
        let path = if part == 1 { output.to_owned() } else { output.with_extension(format!("part{part}.json")) };
        std::fs::write(&path, serde_json::to_vec(&bundle)?)
            .with_context(|| format!("{} cannot be written", path.display()))?;
        say(format_args!("Wrote {0}. `plumb audit verify {0}` checks it anywhere.", path.display()));
        if let Some(kept) = checkpoint {
            let note = bundle["checkpoint"].as_str().unwrap_or_default();
            std::fs::write(kept, note).with_context(|| format!("{} cannot be written", kept.display()))?;
        }
        let entries = bundle["entries"].as_array().map_or(0, Vec::len);
        if entries < EXPORT_ENTRIES_MAX {
            return Ok(());
        }
        (from, part) = (from + entries as u64, part + 1);
    }
}

fn verify(bundles: &BundleArguments, json: bool) -> anyhow::Result<()> {
    let answer = bundles.run()?;
    if json {
        print(answer.to_json());
    } else {
        print(&answer);
    }
    if answer.is_good() {
        return Ok(());
    }
    Err(Failed::Partly(format!("{} fault(s) found", answer.faults())).into())
}
