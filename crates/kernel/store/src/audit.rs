//! What happened, written in the commit in which it happened.

use plumb_base::{AuditId, OrgId, Timestamp};
use serde_json::{Map, Value};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::actor::Actor;
use crate::error::StoreError;

/// One event for the audit log: an action, what it was done to, how it ended, and facts about it.
///
/// Entries hold ids, counts and names of fields, never a personal value: the log outlives the data.
#[derive(Clone, Debug)]
pub struct Entry {
    action: &'static str,
    object: Option<(&'static str, Uuid)>,
    refused: bool,
    org: Option<OrgId>,
    payload: Map<String, Value>,
}

impl Entry {
    /// An event named `area.verb`, such as `lead.edited`.
    #[must_use]
    pub fn of(action: &'static str) -> Self {
        Self { action, object: None, refused: false, org: None, payload: Map::new() }
    }

    /// What it was done to.
    #[must_use]
    pub fn on(mut self, kind: &'static str, id: Uuid) -> Self {
        self.object = Some((kind, id));
        self
    }

    /// A fact: a count, an id, the name of a field.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.payload.insert(name.to_owned(), value.into());
        self
    }

    /// Marks that it was refused.
    #[must_use]
    pub fn refused(mut self) -> Self {
        self.refused = true;
        self
    }

    /// The organisation whose log it belongs to, where the transaction itself has none.
    #[must_use]
    pub fn org(mut self, org: OrgId) -> Self {
        self.org = Some(org);
        self
    }

    /// The name of the action.
    #[must_use]
    pub fn action(&self) -> &'static str {
        self.action
    }

    pub(crate) async fn write(
        self,
        conn: &mut PgConnection,
        org: Option<OrgId>,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let org = org.or(self.org).unwrap_or(OrgId::PLATFORM);
        let nonce: [u8; 16] = plumb_base::random::bytes();
        sqlx::query(
            "insert into audit_pending
                 (org_id, id, at, actor_kind, actor_id, action, object_kind, object_id, outcome, request_id, payload, nonce)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(org.0)
        .bind(AuditId::fresh().0)
        .bind(now)
        .bind(actor.kind.as_str())
        .bind(actor.id)
        .bind(self.action)
        .bind(self.object.map(|(kind, _)| kind))
        .bind(self.object.map(|(_, id)| id))
        .bind(if self.refused { "refused" } else { "success" })
        .bind(actor.request_id)
        .bind(Value::Object(self.payload))
        .bind(&nonce[..])
        .execute(conn)
        .await?;
        Ok(())
    }
}
