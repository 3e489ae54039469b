//! Words that every crate uses: identifiers, addresses, domains, time and limits.
//!
//! Pure: nothing here opens a file, a socket or a connection. The two ambient things that a program
//! cannot do without, the time and randomness, are read here and nowhere else ([`Clock`], [`random`]).

pub mod cells;
pub mod clock;
pub mod country;
pub mod csv;
pub mod domain;
pub mod email;
pub mod hex;
pub mod id;
pub mod limits;
pub mod pii;
pub mod random;

pub use cells::Cells;
pub use clock::{Clock, Timestamp};
pub use country::Country;
pub use domain::Domain;
pub use email::Email;
pub use id::{
    ApiKeyId, AuditId, DisclosureId, ImportId, JobId, LeadId, OrgId, SessionId, UserId, VerificationId,
    VerificationRunId,
};
pub use pii::Pii;
