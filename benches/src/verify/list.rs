//! A long list through each program: addresses a second, processor time, memory.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::ensure;
use plumb_testworld::farm::{KNOWN, domain};
use tokio::process::Command;

use super::beside;
use super::world::Running;
use crate::figure::figure;
use crate::proc;
use crate::workbench::Scratch;

/// How often the kernel's counts of a running program are read.
const EVERY: Duration = Duration::from_millis(100);
/// One address in so many has no mailbox.
const UNKNOWN_EVERY: usize = 3;
/// How long the peer may take for one address.
const PEER_WAIT_MS: u64 = 30_000;

/// What is measured.
pub(super) struct Size {
    pub(super) addresses: usize,
    pub(super) domains: usize,
    pub(super) concurrency: usize,
    pub(super) delay_ms: u64,
    /// Whether the servers take one command at a time only.
    pub(super) plain: bool,
}

impl Size {
    /// The list, the addresses of one domain apart from each other.
    pub(super) fn list(&self) -> String {
        let mut list = String::new();
        for at in 0..self.addresses {
            let name = if at % UNKNOWN_EVERY == 0 { "nobody" } else { KNOWN };
            let _ = writeln!(list, "{name}{at}@{}", domain(at % self.domains));
        }
        list
    }

    /// How many of them have a mailbox.
    fn known(&self) -> usize {
        (0..self.addresses).filter(|at| at % UNKNOWN_EVERY != 0).count()
    }
}

/// What a program took, and how often it was right.
pub(super) struct Took {
    pub(super) seconds: f64,
    pub(super) cpu_seconds: f64,
    memory_mb: f64,
    addresses: usize,
    right: usize,
}

/// Our own program, as anybody runs it.
pub(super) async fn ours(size: &Size, own_network: bool) -> anyhow::Result<Took> {
    let world = Running::of_domains(own_network, size).await?;
    let scratch = Scratch::new("verify")?;
    let list = scratch.path().join("list.txt");
    std::fs::write(&list, size.list())?;
    let mut command = Command::new(beside("plumb")?);
    command
        .arg("verify")
        .arg(&list)
        .args(["--json", "--allow-private", "--resolver", &world.ports.dns.to_string()])
        .args(["--smtp-port", &world.ports.smtp_port.to_string()])
        .args(["--concurrency", &size.concurrency.to_string()])
        .current_dir(scratch.path());
    let took = measure(command, &scratch, size, |line| {
        let verdict = line["verdict"].as_str()?;
        Some((line["email"].as_str()?.starts_with(KNOWN), verdict == "verified", verdict == "undeliverable"))
    })
    .await?;
    world.stop().await?;
    Ok(took)
}

/// The peer on the same list.
pub(super) async fn theirs(size: &Size, program: Option<&Path>) -> anyhow::Result<Option<Took>> {
    let Some(program) = program else { return Ok(None) };
    let world = Running::of_domains(true, size).await?;
    let scratch = Scratch::new("verify-peer")?;
    let list = scratch.path().join("list.txt");
    std::fs::write(&list, size.list())?;
    let mut command = Command::new(program);
    command
        .arg(&list)
        .arg(world.ports.smtp_port.to_string())
        .arg(size.concurrency.to_string())
        .arg(PEER_WAIT_MS.to_string())
        .arg("1");
    let took = measure(command, &scratch, size, |line| {
        let reachable = line["reachable"].as_str()?;
        Some((line["address"].as_str()?.starts_with(KNOWN), reachable == "safe", reachable == "invalid"))
    });
    let took = took.await?;
    world.stop().await?;
    Ok(Some(took))
}

/// Runs a program to its end. `read` says of a line of its output whether the mailbox exists, whether the program says
/// that it does, and whether it says that it does not.
async fn measure(
    mut command: Command,
    scratch: &Scratch,
    size: &Size,
    read: impl Fn(&serde_json::Value) -> Option<(bool, bool, bool)>,
) -> anyhow::Result<Took> {
    let answers = scratch.path().join("answers.jsonl");
    let began = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(std::fs::File::create(&answers)?)
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let pid = child.id().unwrap_or_default();
    let (mut cpu_seconds, mut memory_mb) = (0.0_f64, 0.0_f64);
    let status = loop {
        // The last look is at most this long before the end.
        if let Ok(status) = tokio::time::timeout(EVERY, child.wait()).await {
            break status?;
        }
        cpu_seconds = cpu_seconds.max(proc::of(pid).cpu_seconds);
        memory_mb = memory_mb.max(proc::peak_mb(pid));
    };
    let seconds = began.elapsed().as_secs_f64();
    ensure!(status.success(), "{} ended with {status}", command.as_std().get_program().display());
    let text = std::fs::read_to_string(&answers)?;
    let lines = text.lines().filter_map(|line| serde_json::from_str(line).ok());
    let answers: Vec<(bool, bool, bool)> = lines.filter_map(|line| read(&line)).collect();
    ensure!(answers.len() == size.addresses, "{} answers for {} addresses", answers.len(), size.addresses);
    ensure!(answers.iter().filter(|(known, ..)| *known).count() == size.known(), "the answers are for another list");
    let right = answers.iter().filter(|(known, yes, no)| if *known { *yes } else { *no }).count();
    Ok(Took { seconds, cpu_seconds, memory_mb, addresses: size.addresses, right })
}

/// Prints what a program took.
pub(super) fn show(name: &str, took: &Took) {
    let addresses = took.addresses as f64;
    let each_us = took.cpu_seconds / addresses * 1e6;
    figure(format_args!("{name}: addresses a second"), format_args!("{:.0}", addresses / took.seconds), "");
    figure(format_args!("{name}: processor time"), format_args!("{:.1} s, {each_us:.0} µs each", took.cpu_seconds), "");
    figure(format_args!("{name}: memory at its most"), format_args!("{:.0} MB", took.memory_mb), "≤ 200 MB");
    figure(format_args!("{name}: right"), format_args!("{} of {}", took.right, took.addresses), "");
}
