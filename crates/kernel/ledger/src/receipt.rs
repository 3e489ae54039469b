//! A receipt for one entry of an organisation's log: what whoever is told of the entry can keep and check.

#[cfg(test)]
mod tests;

use plumb_log::leaf::OrgSalt;
use plumb_log::note::Note;
use plumb_log::receipt::{Opening, Receipt, Statement};
use plumb_log::tree::inclusion_spans;
use plumb_store::OrgTx;

use crate::Ledger;
use crate::error::LedgerError;
use crate::export::tiles_of;
use crate::query;

impl Ledger {
    /// The receipt of entry `seq` of the transaction's organisation against the newest checkpoint, with its record
    /// unless that was pruned. `None` when there is no such entry in the log (yet).
    pub async fn receipt(&self, tx: &mut OrgTx, seq: u64) -> Result<Option<Receipt>, LedgerError> {
        let org = tx.org();
        let row = query::newest_checkpoint(tx.conn()).await?.ok_or(LedgerError::Empty)?;
        let (checkpoint, _) = self.signed_checkpoint(&row)?;
        let found = query::entries(tx.conn(), org, seq, checkpoint.size, 1).await?.pop();
        let Some(entry) = found.filter(|entry| entry.org_seq as u64 == seq) else { return Ok(None) };
        let index = entry.log_index as u64;
        let spans = inclusion_spans(index, checkpoint.size)?;
        let tiles = tiles_of(tx, &spans).await?;
        let proof = spans.iter().map(|span| tiles.hash(*span)).collect::<Result<_, _>>()?;
        let salt: OrgSalt = self.salt(org);
        let entry = entry.into_bundle(Vec::new())?;
        let statement = Statement {
            format: Statement::FORMAT.to_owned(),
            leaf: entry.leaf,
            record: entry.record,
            org: Some(Opening { id: org.0, salt }),
        };
        Ok(Some(Receipt { extra: Some(statement.to_bytes()?), index, proof, checkpoint: Note::parse(&row.note)? }))
    }
}
