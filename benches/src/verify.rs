//! The verifier beside a peer (`check-if-email-exists`), on one scripted internet and in one run: how often each is
//! right, and how many addresses a second each gets through.
//!
//! The peer resolves by the system's configuration alone, so with `--peer` the whole measurement runs in a network and
//! a mount table of its own (`unshare`, `ip`), where that configuration names the scripted name server. The peer is
//! built on demand from a workspace of its own: what it pulls in is no part of the product.

mod list;
mod parts;
mod peer;
mod scenes;
mod server;
mod world;

use std::path::PathBuf;

use clap::Args;
use plumb_web::admin::Metrics;

use self::list::Size;

use crate::figure::{say, title};

/// How the verifier is measured.
#[derive(Clone, Debug, Args)]
pub(crate) struct VerifyArgs {
    /// Addresses of the long list
    #[arg(long, default_value_t = 50_000)]
    pub(crate) addresses: usize,
    /// Domains that the addresses are spread over, each with a mail server of its own
    #[arg(long, default_value_t = 2_000)]
    pub(crate) domains: usize,
    /// How long the scripted mail servers wait before they answer what they were written, in milliseconds
    #[arg(long, default_value_t = 200)]
    pub(crate) delay_ms: u64,
    /// Addresses under way at once in the long list
    #[arg(long, default_value_t = 4_000)]
    pub(crate) concurrency: usize,
    /// Only measure what the jobs of a server add to the bare probe
    #[arg(long)]
    pub(crate) server: bool,
    /// Also print where the time of a job goes
    #[arg(long, requires = "server")]
    pub(crate) parts: bool,
    /// Mail servers do not offer PIPELINING
    #[arg(long)]
    pub(crate) plain: bool,
    /// Also run the peer; needs `unshare` and `ip`, and the registry the first time
    #[arg(long)]
    pub(crate) peer: bool,
    /// The measurement already runs in a network of its own
    #[arg(long, hide = true)]
    pub(crate) inside: bool,
}

/// The sizes at which both are compared: addresses, domains, connections at once.
const COMPARED: [(usize, usize, usize); 2] = [(2_000, 200, 100), (10_000, 200, 100)];
/// The size at which the jobs of a server are compared with the bare probe.
const OF_A_SERVER: (usize, usize, usize) = (4_000, 400, 100);

pub(crate) async fn run(args: &VerifyArgs) -> anyhow::Result<()> {
    if args.server {
        let (addresses, domains, concurrency) = OF_A_SERVER;
        let metrics = args.parts.then(Metrics::install).transpose()?;
        server::compare(&Size { addresses, domains, concurrency, delay_ms: args.delay_ms, plain: args.plain }).await?;
        metrics.iter().for_each(parts::show);
        return Ok(());
    }
    if args.peer && !args.inside {
        let program = peer::build().await?;
        return peer::run_in_a_network_of_its_own(&program, args).await;
    }
    let peer = args.peer.then(peer::program).transpose()?;
    say(format_args!(
        "{} processors; every mail server waits {} ms before it answers what it was written, and {} PIPELINING",
        std::thread::available_parallelism()?,
        args.delay_ms,
        if args.plain { "does not offer" } else { "offers" }
    ));
    scenes::compare(peer.as_deref()).await?;
    let sizes = if peer.is_some() { &COMPARED[..] } else { &[] };
    for (addresses, domains, concurrency) in sizes.iter().copied() {
        title(format_args!("{addresses} addresses over {domains} domains, {concurrency} connections at once"));
        let size = Size { addresses, domains, concurrency, delay_ms: args.delay_ms, plain: args.plain };
        let (ours, theirs) = (list::ours(&size, peer.is_some()).await?, list::theirs(&size, peer.as_deref()).await?);
        list::show("plumb verify", &ours);
        if let Some(theirs) = theirs {
            list::show("check-if-email-exists 0.11.11", &theirs);
            let (seconds, cpu) = (theirs.seconds / ours.seconds, theirs.cpu_seconds / ours.cpu_seconds);
            say(format_args!(
                "  ours: {seconds:.1} times as many addresses a second, {cpu:.1} times as many for a CPU second"
            ));
        }
    }
    let Size { addresses, domains, concurrency, .. } = Size::of(args);
    title(format_args!("{addresses} addresses over {domains} domains, {concurrency} under way at once"));
    list::show("plumb verify", &list::ours(&Size::of(args), peer.is_some()).await?);
    Ok(())
}

impl Size {
    fn of(args: &VerifyArgs) -> Self {
        let VerifyArgs { addresses, domains, concurrency, delay_ms, plain, .. } = *args;
        Self { addresses, domains, concurrency, delay_ms, plain }
    }
}

/// The program beside this one.
fn beside(name: &str) -> anyhow::Result<PathBuf> {
    let program = std::env::current_exe()?.with_file_name(name);
    anyhow::ensure!(program.exists(), "{} is missing: build it with `cargo build --release`", program.display());
    Ok(program)
}
