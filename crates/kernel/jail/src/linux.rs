//! Landlock, seccomp and resource limits, in this order.

mod escapes;
mod filter;

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, CompatLevel, Compatible as _, Ruleset, RulesetAttr as _, RulesetStatus,
    Scope,
};
use rustix::process::{DumpableBehavior, Resource, Rlimit};

use crate::{Closed, JailError, Limits};

/// The oldest Landlock that takes away all files, TCP, and signals and abstract sockets of others.
const ABI_WANTED: ABI = ABI::V6;
/// The oldest that takes away all that touches files. What it lacks (TCP) is refused by the filter of calls.
const ABI_NEEDED: ABI = ABI::V2;

pub(crate) fn close(limits: Limits) -> Result<Closed, JailError> {
    let kernel = rustix::system::uname().release().to_string_lossy().into_owned();
    limit(limits).map_err(|error| unsupported("its limits cannot be set", &error))?;
    landlock()?;
    filter::install()?;
    Ok(Closed { kernel, refused: escapes::try_all()? })
}

fn unsupported(what: &str, error: &dyn std::fmt::Display) -> JailError {
    JailError::Unsupported(format!("{what} ({error})"))
}

fn limit(limits: Limits) -> Result<(), rustix::io::Errno> {
    let set =
        |resource, most| rustix::process::setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    set(Resource::As, limits.memory_bytes_max)?;
    set(Resource::Cpu, limits.cpu_s_max)?;
    set(Resource::Core, 0)?;
    set(Resource::Fsize, 0)?;
    // What it reads must not be read out of its memory by others.
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)
}

fn landlock() -> Result<(), JailError> {
    let ruleset = || {
        Ruleset::default()
            .set_compatibility(CompatLevel::HardRequirement)
            .handle_access(AccessFs::from_all(ABI_NEEDED))?
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(AccessFs::from_all(ABI_WANTED))?
            .handle_access(AccessNet::from_all(ABI_WANTED))?
            .scope(Scope::from_all(ABI_WANTED))?
            .create()?
            .restrict_self()
    };
    let status = ruleset().map_err(|error| unsupported("Landlock is missing or too old", &error))?;
    match status.ruleset {
        RulesetStatus::NotEnforced => Err(JailError::Unsupported("Landlock is switched off".to_owned())),
        RulesetStatus::PartiallyEnforced | RulesetStatus::FullyEnforced => Ok(()),
    }
}
