//! The calls that a closed process may make; every other answers EPERM.

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
};

use super::unsupported;
use crate::JailError;

/// Memory, time, ending. Nothing that names a path, a process or an address.
const ALLOWED: [i64; 19] = [
    libc::SYS_close,
    libc::SYS_brk,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_futex,
    libc::SYS_sched_yield,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_getrandom,
    libc::SYS_gettid,
    libc::SYS_getpid,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_fstat,
];

/// These work on the first three descriptors only: whatever else was left open by whoever started us is of no use.
const STREAMS: [i64; 7] = [
    libc::SYS_read,
    libc::SYS_write,
    libc::SYS_readv,
    libc::SYS_writev,
    libc::SYS_pread64,
    libc::SYS_pwrite64,
    libc::SYS_lseek,
];
/// Number of the last descriptor that may be used.
const STREAM_LAST: u64 = 2;

pub(super) fn install() -> Result<(), JailError> {
    let program = program().map_err(|error| unsupported("the filter of system calls cannot be made", &error))?;
    seccompiler::apply_filter(&program).map_err(|error| unsupported("seccomp is missing", &error))
}

fn program() -> Result<BpfProgram, seccompiler::BackendError> {
    let when = |conditions: Vec<(u8, SeccompCmpOp, u64)>| {
        let conditions = conditions
            .into_iter()
            .map(|(argument, compare, value)| SeccompCondition::new(argument, SeccompCmpArgLen::Dword, compare, value));
        Ok::<_, seccompiler::BackendError>(vec![SeccompRule::new(conditions.collect::<Result<_, _>>()?)?])
    };
    // The third argument of both is the protection, the fourth of mmap the flags: memory may be asked for, but not
    // memory that holds code, nor the content of a file.
    let no_code = (2, SeccompCmpOp::MaskedEq(libc::PROT_EXEC as u64), 0);
    let no_file = (3, SeccompCmpOp::MaskedEq(libc::MAP_ANONYMOUS as u64), libc::MAP_ANONYMOUS as u64);
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = ALLOWED.into_iter().map(|call| (call, Vec::new())).collect();
    rules.insert(libc::SYS_mprotect, when(vec![no_code.clone()])?);
    rules.insert(libc::SYS_mmap, when(vec![no_code, no_file])?);
    for call in STREAMS {
        rules.insert(call, when(vec![(0, SeccompCmpOp::Le, STREAM_LAST)])?);
    }
    let filter = SeccompFilter::new(
        rules,
        SeccompAction::Errno(libc::EPERM as u32),
        SeccompAction::Allow,
        std::env::consts::ARCH.try_into()?,
    )?;
    filter.try_into()
}
