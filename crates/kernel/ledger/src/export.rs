//! An organisation's own log as a bundle that proves itself (claim 116: self-serve, on every plan).

mod proofs;
#[cfg(test)]
mod tests;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use plumb_store::OrgTx;

use crate::Ledger;
use crate::error::LedgerError;
use crate::query::{self, StoredEntry};
use plumb_log::bundle::{Bundle, BundleEntry, Consistency, Disclosed, FORMAT};
use plumb_log::leaf::{Party, Record};
use plumb_log::tree::{consistency_spans, inclusion_spans};
use proofs::Proofs;
pub(crate) use proofs::tiles_of;

/// Most entries in one bundle: about 2 kB each in the document.
pub const EXPORT_ENTRIES_MAX: usize = 20_000;

/// How many entries' proofs are computed at once. Bounds the tiles in memory to about 4 MB.
const PROOF_ENTRIES: usize = 500;

/// Which part of the log.
#[derive(Clone, Copy, Debug)]
pub struct ExportQuery {
    /// Number of the first entry within the organisation's log; 0 for the beginning.
    pub from_seq: u64,
    /// Most entries; held to [`EXPORT_ENTRIES_MAX`].
    pub entries_max: usize,
    /// The size of a checkpoint that the reader kept, to prove that the log continues it.
    pub since: Option<u64>,
}

impl Default for ExportQuery {
    fn default() -> Self {
        Self { from_seq: 0, entries_max: EXPORT_ENTRIES_MAX, since: None }
    }
}

/// A bundle and what comes after it.
#[derive(Clone, Debug)]
pub struct Exported {
    /// The bundle; `serde_json` makes the document of it.
    pub bundle: Bundle,
    /// Where the next bundle begins, when the log goes on.
    pub next_seq: Option<u64>,
}

impl Ledger {
    /// A part of the log of the transaction's organisation, proved against the newest checkpoint. What was
    /// committed less than a second ago may not be in the log yet.
    pub async fn export(&self, tx: &mut OrgTx, wanted: ExportQuery) -> Result<Exported, LedgerError> {
        let org = tx.org();
        // The checkpoint first: what the sequencer adds from here on lies beyond its size.
        let row = query::newest_checkpoint(tx.conn()).await?.ok_or(LedgerError::Empty)?;
        let (checkpoint, vkey) = self.signed_checkpoint(&row)?;
        let size = checkpoint.size;
        let most = wanted.entries_max.min(EXPORT_ENTRIES_MAX);
        let mut rows = query::entries(tx.conn(), org, wanted.from_seq, size, most + 1).await?;
        let next_seq = rows.get(most).map(|row| row.org_seq as u64);
        rows.truncate(most);

        let mut proofs = Proofs::default();
        let consistency = match wanted.since {
            Some(since) if since > size => return Err(LedgerError::FromTheFuture { since, size }),
            Some(since) if since > 0 && since < size => Some(Consistency {
                size: since,
                root: proofs.root(tx, since).await?,
                proof: proofs.resolve(tx, &[consistency_spans(since, size)?]).await?.remove(0),
            }),
            _ => None,
        };
        let mut entries = Vec::with_capacity(rows.len());
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let part: Vec<StoredEntry> = rows.by_ref().take(PROOF_ENTRIES).collect();
            let spans: Result<Vec<_>, _> = part.iter().map(|row| inclusion_spans(row.log_index as u64, size)).collect();
            let resolved = proofs.resolve(tx, &spans?).await?;
            for (row, proof) in part.into_iter().zip(resolved) {
                entries.push(row.into_bundle(proof)?);
            }
        }
        let bundle = Bundle {
            format: FORMAT.to_owned(),
            org: org.0,
            org_salt: self.salt(org),
            vkeys: vec![vkey],
            checkpoint: row.note,
            consistency,
            entries,
            hashes: proofs.into_hashes(),
        };
        Ok(Exported { bundle, next_seq })
    }
}

impl StoredEntry {
    pub(crate) fn into_bundle(self, proof: Vec<usize>) -> Result<BundleEntry, LedgerError> {
        let leaf = String::from_utf8(self.leaf)
            .map_err(|_| LedgerError::Tampered(format!("the leaf at {} is no text", self.log_index)))?;
        let record = match (self.payload, self.nonce) {
            (Some(data), Some(nonce)) => {
                let record = Record {
                    actor: Party { id: self.actor_id, kind: self.actor_kind },
                    data,
                    id: self.id,
                    object: self.object_kind.map(|kind| Party { id: self.object_id, kind }),
                    request_id: self.request_id,
                };
                Some(Disclosed { nonce: STANDARD.encode(nonce), text: record.to_text()? })
            }
            // Pruned: the leaf's commitment stays, and opens no more.
            _ => None,
        };
        Ok(BundleEntry { index: self.log_index as u64, leaf, record, proof })
    }
}
