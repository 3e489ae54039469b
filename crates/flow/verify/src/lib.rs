//! Stage 3: does this mailbox exist?
//!
//! Every address runs a cascade: its form, the opt-outs, the DNS, a verification provider, and last the mailbox's own
//! mail server, which is asked without ever sending a message. What a reply means is decided in [`domain`], by rules
//! without I/O; STRICT marks borderline results as unverified instead of guessing (claim 22).

mod batch;
mod cascade;
mod catch_alls;
mod config;
pub mod domain;
mod explain;
mod http;
mod job;
mod list;
mod policy;
mod probe;
mod provider;
mod query;
mod recheck;
mod route;
mod run;
mod settings;

pub use cascade::{Lists, Request, check, check_group, fresh_control_local, verify_one};
pub use catch_alls::CatchAlls;
pub use config::VerifyConfig;
pub use domain::dialogue::Deadlines;
pub use domain::reason::Reason;
pub use domain::retry::RetrySchedule;
pub use domain::verdict::{Flag, Outcome, Policy, Tri, Verdict};
pub use explain::{Explained, Step, UnderPolicy, explain};
pub use http::routes;
pub use job::jobs;
pub use list::{ListRun, Repeats, verify_list};
pub use provider::{Site, Sites, Vendor};
pub use run::http::ListsOf;
