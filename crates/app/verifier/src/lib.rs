//! The offline verifier as a command: `plumb-verify`, and `plumb audit verify` beside it. It reads files and the log's
//! plain functions (`plumb_log`), and nothing else of the product.

mod answer;
mod bundle;
mod checkpoint;
mod receipt;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use plumb_log::note::VerifierKey;

pub use answer::Answer;

/// What to check.
#[derive(Debug, Subcommand)]
pub enum Check {
    /// Check an exported part of an organisation's log
    Bundle(BundleArguments),
    /// Check a receipt for one entry (`.tlog-proof`)
    Receipt(ReceiptArguments),
    /// Check a checkpoint's signatures
    Checkpoint(CheckpointArguments),
}

/// Arguments of a check of a bundle.
#[derive(Debug, Args)]
pub struct BundleArguments {
    /// The bundles, in the order of their parts
    #[arg(required = true)]
    bundles: Vec<PathBuf>,
    /// The log's public key, as you got it by another way than the bundle
    #[arg(long, value_name = "VKEY")]
    key: Option<String>,
    /// A checkpoint that you kept from an earlier bundle: the log must continue it
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
}

/// Arguments of a check of a receipt.
#[derive(Debug, Args)]
pub struct ReceiptArguments {
    /// The receipt
    receipt: PathBuf,
    #[command(flatten)]
    trust: Trust,
}

/// Arguments of a check of a checkpoint.
#[derive(Debug, Args)]
pub struct CheckpointArguments {
    /// The checkpoint
    checkpoint: PathBuf,
    #[command(flatten)]
    trust: Trust,
}

/// Whom the reader trusts.
#[derive(Debug, Args)]
struct Trust {
    /// The log's public key, as you got it by another way than what you check
    #[arg(long, value_name = "VKEY")]
    key: VerifierKey,
    /// A witness that you trust; may be given several times
    #[arg(long = "witness", value_name = "VKEY")]
    witnesses: Vec<VerifierKey>,
    /// How many of these witnesses must have signed
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    quorum: usize,
}

impl Check {
    /// Makes the check.
    ///
    /// # Errors
    /// When a file cannot be read. What is wrong *in* a file is an answer.
    pub fn run(&self) -> anyhow::Result<Answer> {
        match self {
            Self::Bundle(arguments) => arguments.run(),
            Self::Receipt(arguments) => receipt::check(&arguments.receipt, &arguments.trust),
            Self::Checkpoint(arguments) => checkpoint::check(&arguments.checkpoint, &arguments.trust),
        }
    }
}

impl BundleArguments {
    /// Makes the check.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn run(&self) -> anyhow::Result<Answer> {
        bundle::check(&self.bundles, self.key.as_deref(), self.checkpoint.as_deref())
    }
}

fn read(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}
