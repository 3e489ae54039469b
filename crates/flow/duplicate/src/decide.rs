//! What people say about a pair, and what follows.

use plumb_base::LeadId;
use plumb_lead::{Merged, UndoError};
use plumb_store::{OrgTx, Store, StoreError, audit};
use plumb_web::{Caller, Problem};
use uuid::Uuid;

use crate::domain::LinkState;
use crate::job::store_error;
use crate::query;

/// Merges the leads of a link under [`query::hold`]. None when one of them is not there any more, or somebody decided.
pub(crate) async fn merge_held(tx: &mut OrgTx, link: Uuid, leads: [Uuid; 2]) -> Result<Option<Merged>, StoreError> {
    let row = query::link(tx, link).await?;
    if !row.is_some_and(|row| LinkState::of(&row.state).waits()) {
        return Ok(None);
    }
    let merged = match plumb_lead::merge(tx, LeadId(leads[0]), LeadId(leads[1])).await {
        Ok(merged) => merged,
        Err(error) => return store_error(error).map_or(Ok(None), Err),
    };
    query::decide(tx, link, LinkState::Merged).await?;
    query::after_merge(tx, merged.merge, merged.survivor.0, merged.merged.0).await?;
    Ok(Some(merged))
}

const GONE: &str =
    "One of the two leads is gone, was merged meanwhile, or somebody decided about the pair. Look at the queue again.";

/// Merges a pair.
pub(crate) async fn merge(store: &Store, caller: &Caller, link: Uuid) -> Result<Merged, Problem> {
    let mut tx = store.org(caller.org, caller.actor).await?;
    query::hold(&mut tx).await?;
    let row = query::link(&mut tx, link).await?.ok_or_else(Problem::not_found)?;
    let merged = merge_held(&mut tx, link, [row.a, row.b]).await?.ok_or_else(|| Problem::conflict(GONE))?;
    let entry = audit::Entry::of("lead.merged")
        .on("lead", merged.survivor.0)
        .with("merged", merged.merged.to_string())
        .with("merge", merged.merge.to_string())
        .with("link", link.to_string())
        .with("confidence", row.confidence)
        .with("fields", merged.fields.clone());
    tx.commit(entry).await?;
    Ok(merged)
}

/// Says that a pair is not one person, or puts it off.
pub(crate) async fn set(store: &Store, caller: &Caller, link: Uuid, state: LinkState) -> Result<(), Problem> {
    let mut tx = store.org(caller.org, caller.actor).await?;
    query::hold(&mut tx).await?;
    query::link(&mut tx, link).await?.ok_or_else(Problem::not_found)?;
    if !query::decide(&mut tx, link, state).await? {
        return Err(Problem::conflict(GONE));
    }
    let action = if state == LinkState::Later { "duplicate.put_off" } else { "duplicate.dismissed" };
    Ok(tx.commit(audit::Entry::of(action).on("lead_link", link)).await?)
}

/// Undoes a merge.
pub(crate) async fn undo(store: &Store, caller: &Caller, merge: Uuid) -> Result<Merged, Problem> {
    let mut tx = store.org(caller.org, caller.actor).await?;
    query::hold(&mut tx).await?;
    let undone = plumb_lead::undo(&mut tx, merge).await.map_err(|error| match error {
        UndoError::NotFound => Problem::not_found(),
        UndoError::Undone => Problem::conflict("This merge was undone before. Nothing was changed."),
        UndoError::Later(later) => Problem::conflict(
            "A later merge stands on this one. Undo that first; nothing was changed.",
        )
        .extend("merge", later.to_string()),
        UndoError::Changed(fields) => Problem::conflict(format!(
            "These fields of the lead were changed after the merge: {}. Undoing would lose that, so nothing was changed. Set them back first, or leave the leads merged.",
            fields.join(", ").replace('_', " ")
        ))
        .extend("fields", fields),
        UndoError::Store(error) => error.into(),
    })?;
    query::after_undo(&mut tx, merge, [undone.survivor.0, undone.merged.0]).await?;
    plumb_lead::compare_again(&mut tx, undone.survivor).await?;
    plumb_lead::compare_again(&mut tx, undone.merged).await?;
    let entry = audit::Entry::of("lead.merge_undone")
        .on("lead", undone.survivor.0)
        .with("merged", undone.merged.to_string())
        .with("merge", merge.to_string())
        .with("fields", undone.fields.clone());
    tx.commit(entry).await?;
    Ok(undone)
}
