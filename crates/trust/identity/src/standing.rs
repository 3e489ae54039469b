//! Whether somebody who asked for work may still have it done.

use std::str::FromStr as _;

use plumb_store::access::{Action, Role, Scope, allows};
use plumb_store::{Actor, ActorKind, OrgTx, StoreError};

/// Whether `actor` may do `action` in the organisation of `tx` now: a person by the role there today, a key by its scopes
/// and its maker's role, as long as it is neither revoked nor expired. What takes long asks again on its way.
pub async fn still_may(tx: &mut OrgTx, actor: Actor, action: Action) -> Result<bool, StoreError> {
    let (org, now) = (tx.org().0, tx.now());
    let Some(id) = actor.id else { return Ok(false) };
    let (role, scopes) = match actor.kind {
        ActorKind::User => {
            let role = sqlx::query_scalar!("select role from membership where org_id = $1 and user_id = $2", org, id)
                .fetch_optional(tx.conn())
                .await?;
            (role, None)
        }
        ActorKind::ApiKey => {
            let row = sqlx::query!(
                "select m.role, k.scopes from api_key k join membership m on m.org_id = k.org_id and m.user_id = k.created_by
                 where k.org_id = $1 and k.id = $2 and k.revoked_at is null and k.expires_at > $3",
                org,
                id,
                now,
            )
            .fetch_optional(tx.conn())
            .await?;
            row.map_or((None, None), |row| (Some(row.role), Some(row.scopes)))
        }
        ActorKind::Job | ActorKind::System | ActorKind::Anonymous => return Ok(false),
    };
    let has_role = role.and_then(|role| Role::from_str(&role).ok()).is_some_and(|role| allows(role, action));
    let has_scope = scopes.is_none_or(|scopes| {
        scopes.iter().filter_map(|scope| Scope::from_str(scope).ok()).any(|scope| action.scope() == Some(scope))
    });
    Ok(has_role && has_scope)
}
