//! The only way out of an installation.
//!
//! No other crate opens a socket to anywhere but the database. A call names a destination of the register, gives
//! values that carry their class, and says on whose behalf it goes; [`Egress`] refuses what the register does not
//! know or allow, commits the disclosure, checks the very address that it connects to, and only then sends
//! (claims 178–195).

mod audit;
mod broker;
mod disclosure;
mod dns;
mod error;
mod guard;
mod http;
mod outgoing;
mod own_server;
mod register;
mod smtp;
mod spf;
mod trust;

pub use audit::{AuditItem, AuditReport, ProbeIdentity, audit};
pub use broker::{Egress, EgressConfig};
pub use disclosure::{CallContext, Disclosure, Recorder, Subject};
pub use dns::{AddressAnswer, Dns, DnsFault, MxAnswer, MxHost, TxtAnswer};
pub use error::EgressError;
pub use guard::{Guard, Refusal};
pub use http::{ANSWER_BYTES_MAX, HttpAnswer, HttpError, HttpRequest};
pub use outgoing::{FieldClass, Outgoing};
pub use own_server::{Download, Event, Events, OwnServer, OwnServerError};
pub use register::{
    DNS_RESOLVER, Destination, HUNTER, HostRule, MAILBOX_HOSTS, NEVERBOUNCE, NOTICE_DAYS, OWN_SERVER, Region, Standing,
    ZEROBOUNCE,
};
pub use smtp::{
    CertificateFault, Heard, Manners, Pause, Proxy, REPLY_BYTES_MAX, REPLY_LINE_BYTES_MAX, REPLY_LINES_MAX, Smtp,
    SmtpError, SmtpStream, Source, TlsFacts, TlsVersion, Wait,
};
