//! Who is asking: what the authenticator found, and what a handler is told.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use futures::future::BoxFuture;
use http::request::Parts;
use plumb_base::{ApiKeyId, OrgId, SessionId, UserId};
use plumb_store::access::{Role, Scope};
use plumb_store::{Actor, ActorKind, StoreError};

use crate::csrf::Csrf;
use crate::problem::Problem;
use crate::request::RequestId;

/// Who is asking.
#[derive(Clone, Debug)]
pub enum Principal {
    /// Nobody that we know: no credential was sent.
    Anonymous,
    /// A person with a session.
    Session(Session),
    /// A program with an API key.
    ApiKey(Key),
}

/// A signed-in session.
#[derive(Clone, Debug)]
pub struct Session {
    /// Whose session it is.
    pub user: UserId,
    /// The session's own id: not the secret in the cookie.
    pub session: SessionId,
    /// The session's synchroniser token against cross-site request forgery.
    pub csrf: Csrf,
    /// The organisation the session works in; none when the person was removed from it.
    pub member: Option<Member>,
}

/// A person's place in one organisation, read on each request so that a change acts at once.
#[derive(Clone, Debug)]
pub struct Member {
    /// The organisation.
    pub org: OrgId,
    /// Its name, for the head of a page.
    pub org_name: Arc<str>,
    /// The person's role in it.
    pub role: Role,
}

/// A valid API key.
#[derive(Clone, Debug)]
pub struct Key {
    /// The key's id.
    pub key: ApiKeyId,
    /// The organisation it belongs to.
    pub org: OrgId,
    /// What it may do, at most.
    pub scopes: Vec<Scope>,
    /// The role of the key's maker today: a key never does more than its maker could.
    pub role: Role,
}

/// A request's credential could not be turned into a principal.
#[derive(Debug, thiserror::Error)]
pub enum AuthnError {
    /// A credential was sent, and it is unknown, expired, revoked or malformed. Answered with 401.
    #[error("the credential is not valid")]
    Rejected,
    /// Too many bad credentials came from here. Answered with 429.
    #[error("too many bad credentials")]
    Throttled {
        /// How long to wait.
        retry_after: Duration,
    },
    /// The credential could not be checked. Answered with 503, never with a pass.
    #[error("the credential could not be checked")]
    Unavailable(#[from] StoreError),
}

/// Turns a request's cookie or bearer token into a principal.
///
/// It sees the head of the request only, with [`RequestId`] and [`crate::ClientAddr`] among its extensions.
pub trait Authenticator: Send + Sync + 'static {
    /// Who sent this request.
    ///
    /// No credential is `Ok(Principal::Anonymous)`; a bad one is `Err(AuthnError::Rejected)`.
    fn authenticate<'a>(&'a self, parts: &'a Parts) -> BoxFuture<'a, Result<Principal, AuthnError>>;
}

/// Who calls a route of [`crate::Access::Org`]: the access layer puts it there after it has allowed the call.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The organisation whose rows the call is about. Never taken from the request.
    pub org: OrgId,
    /// The organisation's name; empty for an API key.
    pub org_name: Arc<str>,
    /// The person, when there is one.
    pub user: Option<UserId>,
    /// The role whose rights apply.
    pub role: Role,
    /// An API key's scopes; empty for a session, which has all that its role has.
    pub scopes: Vec<Scope>,
    /// What the audit log will say: who, under which request.
    pub actor: Actor,
    /// The session's token for forms; empty for an API key, which never sees a page.
    pub csrf: Csrf,
}

impl Caller {
    pub(crate) fn of_member(session: &Session, member: &Member, request: RequestId) -> Self {
        Self {
            org: member.org,
            org_name: Arc::clone(&member.org_name),
            user: Some(session.user),
            role: member.role,
            scopes: Vec::new(),
            actor: Actor { kind: ActorKind::User, id: Some(session.user.0), request_id: Some(request.0) },
            csrf: session.csrf.clone(),
        }
    }

    pub(crate) fn of_key(key: Key, request: RequestId) -> Self {
        Self {
            org: key.org,
            org_name: Arc::from(""),
            user: None,
            role: key.role,
            actor: Actor { kind: ActorKind::ApiKey, id: Some(key.key.0), request_id: Some(request.0) },
            scopes: key.scopes,
            csrf: Csrf::none(),
        }
    }
}

/// Who calls a route of [`crate::Access::SignedIn`]: a person with a session, in any organisation or none.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The person.
    pub user: UserId,
    /// The session.
    pub session: SessionId,
    /// The session's token for forms.
    pub csrf: Csrf,
    /// The organisation the session works in.
    pub member: Option<Member>,
    /// What the audit log will say.
    pub actor: Actor,
}

impl SignedIn {
    pub(crate) fn of(session: Session, request: RequestId) -> Self {
        Self {
            user: session.user,
            session: session.session,
            csrf: session.csrf,
            member: session.member,
            actor: Actor { kind: ActorKind::User, id: Some(session.user.0), request_id: Some(request.0) },
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| misdeclared("Caller", "Access::Org"))
    }
}

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| misdeclared("SignedIn", "Access::SignedIn"))
    }
}

fn misdeclared(wanted: &'static str, access: &'static str) -> Problem {
    tracing::error!(wanted, access, "a handler asks for what its route's access does not give");
    Problem::internal()
}
