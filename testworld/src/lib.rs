//! A whole internet on loopback: a name server and mail servers that behave as scripted, for the tests and the
//! demo. All of it are real sockets, so the product's own clients run unchanged against it; nothing ever leaves
//! the machine, and no server ever takes a message.
//!
//! A [`World`] is made of [`Site`]s. Each is a domain with what DNS says about it ([`Dns`]), how its mail server
//! behaves ([`Behaviour`]) and words its replies ([`Voice`]), and which mailboxes exist ([`Rule`], [`Mailbox`]).
//! [`World::log`] tells what clients asked, [`World::set`] and its sisters change things at run time.
//!
//! ```ignore
//! let world = World::start(WorldConfig {
//!     sites: vec![Site::new("firm.example").mailbox("ada", Mailbox::Exists)],
//!     ..WorldConfig::default()
//! })
//! .await?;
//! let resolver = resolver_at(world.dns_addr());
//! let probe = probe_on_port(world.smtp_port());
//! ```
//!
//! Where replies must come letter for letter, a [`script::Script`] takes the place of a site; [`scene`] reads scripts from
//! text, each with what is true of it, and [`heldout`] are the scenes that the verifier is judged by.
//!
//! [`demo`] holds the fixed world of the demo and the list of contacts that goes with it; what is true of each
//! address follows from the same tables, so that a verdict can be checked against it.
//!
//! *Left out*: an address that swallows connection attempts (loopback always answers; [`Behaviour::Silent`] at the
//! banner is the nearest), DNSSEC, and servers that take messages.

pub mod demo;
pub mod dns;
pub mod farm;
pub mod heldout;
pub mod log;
pub mod providers;
pub mod scene;
pub mod script;
pub mod site;

mod smtp;
mod tls;
mod world;
mod zones;

pub use log::{HostLog, Log, Question, Transport};
pub use site::{Behaviour, Dns, Language, Mailbox, Mailboxes, Nonsense, Pattern, Phase, Rule, Site, Voice};
pub use world::{World, WorldConfig, WorldError};

#[cfg(test)]
mod tests;
