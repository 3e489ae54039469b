//! Whether a receipt shows what it says, by its own text and the keys that its reader trusts.

use crate::hash::Hash;
use crate::leaf::{Leaf, Record};
use crate::note::{Checkpoint, VerifierKey};
use crate::tree::root_from_inclusion;
use crate::verify::{Fault, check_record, witnessed};

use super::{Receipt, Statement};

/// What a receipt without a fault has shown: this leaf was in the log when the checkpoint was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The checkpoint that it was proved against.
    pub checkpoint: Checkpoint,
    /// The entry's place in the log.
    pub index: u64,
    /// The leaf.
    pub leaf: Leaf,
    /// What the leaf commits to, when the receipt has it.
    pub record: Option<Record>,
    /// The trusted witnesses that signed the checkpoint, each with the time in seconds after 1970.
    pub witnesses: Vec<(String, u64)>,
}

/// Checks a receipt that this product wrote: its form, the signature of `log`, its place in the tree, its record
/// against the commitment, and which of `witnesses` signed. A receipt without a key to check it by shows nothing,
/// so there is no way to leave it out.
///
/// # Errors
/// Every fault that was found, at least one.
pub fn verify_receipt(text: &str, log: &VerifierKey, witnesses: &[VerifierKey]) -> Result<Shown, Vec<Fault>> {
    let receipt = Receipt::parse(text).map_err(|error| vec![Fault::Receipt(error)])?;
    let statement: Statement = receipt
        .extra
        .as_deref()
        .ok_or_else(|| "it has no statement".to_owned())
        .and_then(|extra| serde_json::from_slice(extra).map_err(|error| error.to_string()))
        .map_err(|why| vec![Fault::Statement(why)])?;
    if statement.format != Statement::FORMAT {
        return Err(vec![Fault::Format(statement.format)]);
    }
    let leaf = Leaf::from_text(&statement.leaf).map_err(|error| vec![Fault::Leaf { entry: 0, error }])?;
    let checkpoint = Checkpoint::verified(&receipt.checkpoint, log).map_err(|error| vec![Fault::Checkpoint(error)])?;

    let mut faults = Vec::new();
    let hash = Hash::leaf(statement.leaf.as_bytes());
    if root_from_inclusion(hash, receipt.index, checkpoint.size, &receipt.proof) != Some(checkpoint.root) {
        faults.push(Fault::NotIncluded { entry: 0 });
    }
    if let Some(org) = &statement.org
        && org.salt.tag(org.id) != leaf.org_tag
    {
        faults.push(Fault::ForeignLeaf { entry: 0 });
    }
    if let Some(disclosed) = &statement.record {
        let salt = statement.org.as_ref().map(|org| &org.salt);
        faults.extend(check_record(disclosed, &leaf, salt, 0));
    }
    let (signed, wrong) = witnessed(&receipt.checkpoint, witnesses);
    faults.extend(wrong);
    if !faults.is_empty() {
        return Err(faults);
    }
    let record = statement.record.and_then(|disclosed| Record::from_text(&disclosed.text).ok());
    Ok(Shown { checkpoint, index: receipt.index, leaf, record, witnesses: signed })
}
