//! An upload under way, and what becomes of it when it breaks off.

use plumb_base::{ImportId, OrgId};
use plumb_store::{Actor, Store, StoreError, audit};

use crate::model::State;
use crate::query;

const BROKEN_OFF: &str = "The upload broke off before its end.";

/// Holds an upload's row while its bytes arrive. Dropped before [`Unfinished::all_well`], as when the client hangs
/// up and the request is thrown away, it marks the import as failed and removes its pieces.
pub(super) struct Unfinished {
    store: Store,
    org: OrgId,
    actor: Actor,
    import: ImportId,
    open: bool,
}

impl Unfinished {
    pub(super) fn new(store: Store, org: OrgId, actor: Actor, import: ImportId) -> Self {
        Self { store, org, actor, import, open: true }
    }

    /// The upload is complete.
    pub(super) fn all_well(mut self) {
        self.open = false;
    }

    /// The upload is refused or broken: says so on the import.
    pub(super) async fn give_up(mut self, why: &str) {
        self.open = false;
        clear(&self.store, self.org, self.actor, self.import, why).await;
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.open {
            return;
        }
        let (store, org, actor, import) = (self.store.clone(), self.org, self.actor, self.import);
        // Without a runtime the process is at its end; the sweep finds what is left.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { clear(&store, org, actor, import, BROKEN_OFF).await });
        }
    }
}

async fn clear(store: &Store, org: OrgId, actor: Actor, import: ImportId, why: &str) {
    if let Err(error) = try_clear(store, org, actor, import, why).await {
        tracing::warn!(%import, %error, "an unfinished upload could not be cleared away; the sweep will do it");
    }
}

async fn try_clear(store: &Store, org: OrgId, actor: Actor, import: ImportId, why: &str) -> Result<(), StoreError> {
    let mut tx = store.org(org, actor).await?;
    let error = format!("{why} Nothing was imported.");
    query::end(&mut tx, import, State::Failed, Some(&error)).await?;
    query::forget_chunks(&mut tx, import).await?;
    tx.commit(audit::Entry::of("import.upload_failed").on("import", import.0).refused()).await
}
