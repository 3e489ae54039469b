//! The peer: built apart, run in a network of its own.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use tokio::process::Command;

use super::VerifyArgs;
use crate::figure::say;
use crate::workbench::Scratch;

/// Its sources.
const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/reacher");

/// Brings the loopback interface up, puts our resolver in place of the system's, and goes on as the program named.
const INSIDE: &str = "ip link set lo up && mount --bind \"$0\" /etc/resolv.conf && exec \"$@\"";

/// What the system's resolver is told there: one attempt of one second, as ours makes.
const RESOLV_CONF: &str = "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n";

fn target() -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let target = own.parent().and_then(Path::parent).context("this program lies in no target directory")?;
    Ok(target.join("peers"))
}

/// Where the built peer is.
pub(super) fn program() -> anyhow::Result<PathBuf> {
    Ok(target()?.join("release/reacher-peer"))
}

/// Builds it, from its own lock file.
pub(super) async fn build() -> anyhow::Result<PathBuf> {
    say("building the peer (its crates are no part of the product)");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--release", "--locked", "--quiet", "--manifest-path"])
        .arg(Path::new(SOURCES).join("Cargo.toml"))
        .env("CARGO_TARGET_DIR", target()?)
        .status()
        .await?;
    ensure!(built.success(), "the peer cannot be built");
    program()
}

/// Runs this same measurement where nothing but the scripted internet can be reached.
pub(super) async fn run_in_a_network_of_its_own(peer: &Path, args: &VerifyArgs) -> anyhow::Result<()> {
    ensure!(peer.exists(), "{} is missing", peer.display());
    let scratch = Scratch::new("resolver")?;
    let resolver = scratch.path().join("resolv.conf");
    std::fs::write(&resolver, RESOLV_CONF)?;
    let ended = Command::new("unshare")
        .args(["--user", "--map-root-user", "--net", "--mount", "sh", "-c", INSIDE])
        .arg(&resolver)
        .arg(std::env::current_exe()?)
        .args(["verify", "--peer", "--inside"])
        .args(["--addresses", &args.addresses.to_string(), "--domains", &args.domains.to_string()])
        .args(["--delay-ms", &args.delay_ms.to_string(), "--concurrency", &args.concurrency.to_string()])
        .args(args.plain.then_some("--plain"))
        .kill_on_drop(true)
        .status()
        .await
        .context("`unshare` is missing (util-linux)")?;
    ensure!(ended.success(), "the measurement ended with {ended}");
    Ok(())
}
