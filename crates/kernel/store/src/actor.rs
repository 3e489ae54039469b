//! Who does something, as the audit log names them.

use plumb_base::{ApiKeyId, JobId, UserId};
use uuid::Uuid;

/// The kind of an actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActorKind {
    /// A signed-in person.
    User,
    /// A program with an API key.
    ApiKey,
    /// Background work that somebody queued.
    Job,
    /// The installation itself.
    System,
    /// Somebody without an account.
    Anonymous,
}

impl ActorKind {
    /// The word in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::ApiKey => "api_key",
            Self::Job => "job",
            Self::System => "system",
            Self::Anonymous => "anonymous",
        }
    }
}

/// Who acts, by id, and in which request.
#[derive(Clone, Copy, Debug)]
pub struct Actor {
    /// The kind of actor.
    pub kind: ActorKind,
    /// The user, key or job; none for the installation and for strangers.
    pub id: Option<Uuid>,
    /// The request that it was asked in.
    pub request_id: Option<Uuid>,
}

impl Actor {
    /// The installation itself.
    pub const SYSTEM: Self = Self { kind: ActorKind::System, id: None, request_id: None };

    /// Somebody without an account, in a request.
    #[must_use]
    pub const fn anonymous(request_id: Uuid) -> Self {
        Self { kind: ActorKind::Anonymous, id: None, request_id: Some(request_id) }
    }

    /// A signed-in person.
    #[must_use]
    pub const fn user(user: UserId, request_id: Option<Uuid>) -> Self {
        Self { kind: ActorKind::User, id: Some(user.0), request_id }
    }

    /// A program with an API key.
    #[must_use]
    pub const fn api_key(key: ApiKeyId, request_id: Option<Uuid>) -> Self {
        Self { kind: ActorKind::ApiKey, id: Some(key.0), request_id }
    }

    /// A job.
    #[must_use]
    pub const fn job(job: JobId) -> Self {
        Self { kind: ActorKind::Job, id: Some(job.0), request_id: None }
    }
}
