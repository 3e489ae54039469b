//! Moves events from the outbox into the log: place, leaf, tiles and signed checkpoint in one transaction.
//!
//! *Invariants*: an event is in the outbox or in the log, never in both and never in neither, whenever the
//! process stops. Nothing is appended to a log that this installation's key did not sign.

#[cfg(test)]
pub(crate) mod tests;

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use plumb_base::OrgId;
use plumb_store::{SystemTask, SystemTx};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::Ledger;
use crate::error::LedgerError;
use crate::query::{self, CheckpointRow, NewEntry, Pending};
use plumb_log::hash::Hash;
use plumb_log::leaf::{LEAF_VERSION, Leaf, NONCE_BYTES, OrgSalt, Party, Record};
use plumb_log::note::{Checkpoint, Note};
use plumb_log::tree::Edge;

/// Most events in one transaction.
pub const BATCH_EVENTS_MAX: usize = 4_000;

/// How often the outbox is looked at. An event is provable within 5 s (claim 108).
const TICK: Duration = Duration::from_millis(500);

/// What one run did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sequenced {
    /// Another node is at it.
    Elsewhere,
    /// The outbox was empty.
    Nothing,
    /// Events went into the log.
    Appended {
        /// How many, at most [`BATCH_EVENTS_MAX`].
        events: usize,
        /// Leaves in the tree now.
        size: u64,
    },
}

impl Ledger {
    /// Sequences until `shutdown`. Runs on every node; a lock lets one at a time work.
    pub async fn run(&self, shutdown: CancellationToken) {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut failing = false;
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                _ = tick.tick() => {}
            }
            match self.drain(&shutdown).await {
                Ok(()) if failing => {
                    failing = false;
                    tracing::info!("the audit log is being written again");
                }
                // Events wait in the outbox meanwhile. Said once, not twice a second.
                Err(error) if !failing => {
                    failing = true;
                    tracing::error!(%error, "the audit log cannot be written");
                }
                Ok(()) | Err(_) => {}
            }
        }
    }

    /// Sequences until the outbox holds less than a batch.
    async fn drain(&self, shutdown: &CancellationToken) -> Result<(), LedgerError> {
        while let Sequenced::Appended { events: BATCH_EVENTS_MAX, .. } = self.sequence_once().await? {
            if shutdown.is_cancelled() {
                break;
            }
        }
        Ok(())
    }

    /// Moves one batch of events from the outbox into the log.
    pub async fn sequence_once(&self) -> Result<Sequenced, LedgerError> {
        let mut tx = self.store.system(SystemTask::SequenceAudit).await?;
        let sequenced = self.sequence_in(&mut tx).await?;
        match sequenced {
            Sequenced::Appended { .. } => tx.commit_unaudited().await?,
            Sequenced::Elsewhere | Sequenced::Nothing => tx.done_reading().await?,
        }
        Ok(sequenced)
    }

    /// All of it but the commit.
    async fn sequence_in(&self, tx: &mut SystemTx) -> Result<Sequenced, LedgerError> {
        if !query::lead(tx.conn()).await? {
            return Ok(Sequenced::Elsewhere);
        }
        let events = query::take_pending(tx.conn(), BATCH_EVENTS_MAX as i64).await?;
        if events.is_empty() {
            return Ok(Sequenced::Nothing);
        }
        let mut edge = self.signed_edge(tx).await?;
        let entries = self.entries(tx, events, edge.size()).await?;
        let hashes: Vec<Hash> = entries.iter().map(|entry| Hash::leaf(entry.leaf.as_bytes())).collect();
        let tiles = edge.append(&hashes);
        let checkpoint = Checkpoint { origin: self.origin.clone(), size: edge.size(), root: edge.root() };
        let note = checkpoint.signed_by(&self.signer(self.origin.clone()))?.to_string();
        query::insert_entries(tx.conn(), &entries).await?;
        query::put_tiles(tx.conn(), &tiles).await?;
        let now = tx.now();
        query::insert_checkpoint(tx.conn(), &checkpoint, &note, now).await?;
        Ok(Sequenced::Appended { events: entries.len(), size: checkpoint.size })
    }

    /// The right edge of the tree, which must be the one that the newest checkpoint was signed over.
    async fn signed_edge(&self, tx: &mut SystemTx) -> Result<Edge, LedgerError> {
        let row = query::newest_checkpoint(tx.conn()).await?;
        let size = row.as_ref().map_or(0, |row| row.size);
        let taken = query::places_taken(tx.conn()).await?;
        if taken > size {
            // To go on from here would be a second history beside the one that somebody may have kept.
            return Err(LedgerError::Tampered(format!(
                "it has {taken} entries, and the newest checkpoint only {size}"
            )));
        }
        let Some(row) = row else { return Ok(Edge::default()) };
        let (checkpoint, _) = self.signed_checkpoint(&row)?;
        let ids: BTreeSet<_> = Edge::tiles_of(checkpoint.size).into_iter().map(|(id, _)| id).collect();
        let edge = Edge::load(checkpoint.size, &query::tiles(tx.conn(), &ids).await?)?;
        if edge.root() != checkpoint.root {
            return Err(LedgerError::Tampered("the tiles do not lead to the signed root".to_owned()));
        }
        Ok(edge)
    }

    /// The checkpoint of a row, with the text of the key that signed it, which is this installation's.
    pub(crate) fn signed_checkpoint(&self, row: &CheckpointRow) -> Result<(Checkpoint, String), LedgerError> {
        let note = Note::parse(&row.note)?;
        // The name in the note, so that a renamed log is read to its end under its old name.
        let origin = note.text().lines().next().unwrap_or_default().parse()?;
        let key = self.signer(origin).verifier();
        let checkpoint = Checkpoint::verified(&note, &key)?;
        if checkpoint.size != row.size || checkpoint.root.0[..] != row.root[..] {
            return Err(LedgerError::Tampered("a checkpoint's row does not agree with its note".to_owned()));
        }
        Ok((checkpoint, key.to_string()))
    }

    /// Gives each event its places, its link and its leaf.
    async fn entries(
        &self,
        tx: &mut SystemTx,
        events: Vec<Pending>,
        first_index: u64,
    ) -> Result<Vec<NewEntry>, LedgerError> {
        let orgs: BTreeSet<Uuid> = events.iter().map(|event| event.org_id).collect();
        let orgs: Vec<Uuid> = orgs.into_iter().collect();
        let mut chains: HashMap<Uuid, Chain> =
            orgs.iter().map(|&org| (org, Chain::beginning(self.salt(OrgId(org)), org))).collect();
        for end in query::log_ends(tx.conn(), &orgs).await? {
            if let Some(chain) = chains.get_mut(&end.org) {
                chain.next_seq = end.seq + 1;
                chain.link = Some(Hash::of(&[&end.leaf]));
            }
        }
        let mut entries = Vec::with_capacity(events.len());
        for (event, log_index) in events.into_iter().zip(first_index..) {
            // Every event's organisation was put in above.
            let Some(chain) = chains.get_mut(&event.org_id) else { continue };
            entries.push(chain.extend(event, log_index)?);
        }
        Ok(entries)
    }
}

/// One organisation's chain while a batch is being sequenced.
struct Chain {
    salt: OrgSalt,
    tag: Hash,
    next_seq: u64,
    link: Option<Hash>,
}

impl Chain {
    fn beginning(salt: OrgSalt, org: Uuid) -> Self {
        Self { salt, tag: salt.tag(org), next_seq: 0, link: None }
    }

    fn extend(&mut self, event: Pending, log_index: u64) -> Result<NewEntry, LedgerError> {
        let id = event.id;
        let unfit = |reason: &dyn ToString| LedgerError::Unfit { id, reason: reason.to_string() };
        let nonce: &[u8; NONCE_BYTES] =
            event.nonce.as_slice().try_into().map_err(|_| unfit(&"its nonce has another length"))?;
        let record = event.record();
        let text = record.to_text().map_err(|error| unfit(&error))?;
        let leaf = Leaf {
            actor_ref: self.salt.reference(&record.actor),
            object_ref: record.object.as_ref().map(|object| self.salt.reference(object)),
            org_prev: self.link,
            org_seq: self.next_seq,
            org_tag: self.tag,
            outcome: event.outcome.clone(),
            payload_commit: Record::commitment(nonce, &text),
            t: event.at,
            action: event.action.clone(),
            v: LEAF_VERSION,
        };
        let leaf = leaf.to_text().map_err(|error| unfit(&error))?;
        let org_seq = self.next_seq;
        self.next_seq += 1;
        self.link = Some(Leaf::link(&leaf));
        Ok(NewEntry { event, org_seq, log_index, leaf })
    }
}

impl Pending {
    fn record(&self) -> Record {
        Record {
            actor: Party { id: self.actor_id, kind: self.actor_kind.clone() },
            data: self.payload.clone(),
            id: self.id,
            object: self.object_kind.clone().map(|kind| Party { id: self.object_id, kind }),
            request_id: self.request_id,
        }
    }
}
