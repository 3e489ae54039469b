//! A scripted internet in a process of its own, until standard input ends. Where it is comes first, as a line of JSON.
//!
//! - `mail-world scenes [DNS_PORT [SMTP_PORT]]`: the held-out scenes;
//! - `mail-world domains COUNT DELAY_MS [DNS_PORT [SMTP_PORT]]`: many alike domains;
//! - `mail-world plain-domains …`: the same, whose servers do not offer PIPELINING;
//! - `mail-world addresses`: only prints the addresses of the scenes.

use std::error::Error;
use std::io::Write as _;
use std::time::Duration;

use plumb_testworld::{World, WorldConfig, farm, heldout};

/// The seconds for which the names of alike domains hold; those of scenes do not hold at all.
const TTL_SECS: u32 = 300;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let given: Vec<&str> = given.iter().map(String::as_str).collect();
    let (config, ports) = match given.as_slice() {
        ["addresses"] => {
            let mut out = std::io::stdout().lock();
            for scene in heldout::scenes()? {
                writeln!(out, "{}", scene.address)?;
            }
            return Ok(());
        }
        ["scenes", ports @ ..] => {
            let scripts = heldout::scenes()?.into_iter().map(|scene| scene.script).collect();
            (WorldConfig { scripts, ..WorldConfig::default() }, ports)
        }
        [kind @ ("domains" | "plain-domains"), count, delay_ms, ports @ ..] => {
            let scripts = farm::scripts(count.parse()?, Duration::from_millis(delay_ms.parse()?));
            let scripts = if *kind == "domains" { scripts } else { farm::without_pipelining(scripts) };
            (WorldConfig { scripts, ttl_secs: TTL_SECS, ..WorldConfig::default() }, ports)
        }
        _ => {
            return Err(
                "usage: mail-world scenes | domains COUNT DELAY_MS | plain-domains COUNT DELAY_MS | addresses".into()
            );
        }
    };
    let port = |at: usize| ports.get(at).map_or(Ok(0), |text| text.parse::<u16>());
    let world = World::start(WorldConfig { dns_port: port(0)?, smtp_port: port(1)?, ..config }).await?;
    let mut out = std::io::stdout();
    writeln!(out, r#"{{"dns":"{}","smtp_port":{}}}"#, world.dns_addr(), world.smtp_port())?;
    out.flush()?;
    let until_closed = || std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
    tokio::task::spawn_blocking(until_closed).await??;
    Ok(())
}
