//! Cleaning: what a row of a list says, normalised, checked as far as that goes without asking anybody, and given
//! the key under which two rows are the same lead.
//!
//! [`domain`] is the kernel: plain functions on plain data, so that the command line, the server, a benchmark and a
//! cluster worker call the same. A caller proposes a mapping of columns ([`propose`]), has it checked
//! ([`Mapping::check`]), and then cleans batch after batch of rows ([`Kernel`]) against one snapshot of rules ([`Rules`]).

pub mod domain;

pub use domain::batch::{CleanRow, Cleaned, Value};
pub use domain::columns::{Confidence, Proposal, ProposedColumn, propose, propose_as};
pub use domain::date::{Date, DateError, DateOrder, read as read_date};
pub use domain::flag::{Flag, Flags, Reason, RejectReason};
pub use domain::kernel::{FIELD_BYTES_MAX, Kernel, Options};
pub use domain::key::{Key, KeyKind};
pub use domain::lead::{CleanLead, merge};
pub use domain::mapping::{Field, MappedColumn, Mapping, MappingError};
pub use domain::phone::PhoneType;
pub use domain::policy::{PrivateClass, PrivateClasses};
pub use domain::preset::Preset;
pub use domain::rules::{Rules, RulesVersion};
pub use domain::sensitive::Sensitive;
pub use domain::title::{Seniority, seniority};
