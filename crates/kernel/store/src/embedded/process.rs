//! One process, held by a handle that a recycled process id cannot redirect.

use std::{
    io,
    os::fd::OwnedFd,
    process::Child,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use rustix::process::{Pid, Signal};
use tokio::io::{Interest, unix::AsyncFd};

/// A running process: ours by birth, or adopted.
#[derive(Debug)]
pub(super) struct Process {
    pid: Pid,
    /// Refers to this very process for as long as it is open, where a number may come to mean another.
    handle: OwnedFd,
    /// Kept to be reaped, so that no zombie stays behind under our name.
    child: Mutex<Option<Child>>,
}

impl Process {
    /// A handle on the process that has this id now; none when there is no such process.
    pub(super) fn open(pid: i32) -> io::Result<Option<Self>> {
        let Some(pid) = Pid::from_raw(pid).filter(|pid| pid.as_raw_nonzero().get() > 0) else { return Ok(None) };
        match pidfd::open(pid) {
            Ok(handle) => Ok(Some(Self { pid, handle, child: Mutex::new(None) })),
            Err(rustix::io::Errno::SRCH) => Ok(None),
            Err(errno) => Err(errno.into()),
        }
    }

    /// Takes over a child. It cannot be gone yet, or at worst it is a zombie: nobody else reaps it.
    pub(super) fn born(child: Child) -> io::Result<Self> {
        let pid = Pid::from_child(&child);
        Ok(Self { pid, handle: pidfd::open(pid)?, child: Mutex::new(Some(child)) })
    }

    pub(super) fn pid(&self) -> i32 {
        self.pid.as_raw_nonzero().get()
    }

    /// Sends a signal; a process that has ended already is no error.
    pub(super) fn signal(&self, signal: Signal) -> io::Result<()> {
        match pidfd::signal(&self.handle, signal) {
            Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
            Err(errno) => Err(errno.into()),
        }
    }

    /// Returns when the process has ended. Works in any runtime with I/O, not only in the one it was started in.
    pub(super) async fn exited(&self) {
        while let Err(error) = self.watch().await {
            tracing::warn!(pid = self.pid(), %error, "cannot watch the database server's process; trying again");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        if let Some(child) = self.child.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            // Already reaped, or reaped now; there is nothing to learn from the status.
            let _ = child.try_wait();
        }
    }

    /// Whether it ended within `bound`.
    pub(super) async fn exited_within(&self, bound: Duration) -> bool {
        tokio::time::timeout(bound, self.exited()).await.is_ok()
    }

    async fn watch(&self) -> io::Result<()> {
        // A pidfd becomes readable when its process ends, zombies included (pidfd_open(2)).
        #[expect(
            deprecated,
            reason = "its unsafe successor is for types that lie about their descriptor, which OwnedFd does not"
        )]
        let watched = AsyncFd::with_interest(self.handle.try_clone()?, Interest::READABLE)?;
        watched.readable().await.map(|_| ())
    }
}

#[cfg(target_os = "linux")]
mod pidfd {
    use std::os::fd::OwnedFd;

    use rustix::{
        io::Result,
        process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal},
    };

    pub(super) fn open(pid: Pid) -> Result<OwnedFd> {
        pidfd_open(pid, PidfdFlags::empty())
    }

    pub(super) fn signal(handle: &OwnedFd, signal: Signal) -> Result<()> {
        pidfd_send_signal(handle, signal)
    }
}

/// Never reached: `Embedded::start` refuses these systems before anything else.
#[cfg(not(target_os = "linux"))]
mod pidfd {
    use std::os::fd::OwnedFd;

    use rustix::{
        io::{Errno, Result},
        process::{Pid, Signal},
    };

    pub(super) fn open(_pid: Pid) -> Result<OwnedFd> {
        Err(Errno::NOSYS)
    }

    pub(super) fn signal(_handle: &OwnedFd, _signal: Signal) -> Result<()> {
        Err(Errno::NOSYS)
    }
}
