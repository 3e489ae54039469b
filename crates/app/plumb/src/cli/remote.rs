//! How the command line reaches its server: by the API, with a key that is kept beside the data.

use std::fs;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use plumb_base::{Clock, OrgId, UserId};
use plumb_egress::OwnServer;
use plumb_store::access::Scope;
use plumb_store::embedded;
use plumb_store::{Store, StoreConfig};
use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::keys;
use crate::server::Server;

/// The key of the command line on the server's own machine.
#[derive(Debug, Serialize, Deserialize)]
struct LocalKey {
    url: String,
    key: String,
}

/// Its file in the data directory.
const LOCAL_KEY: &str = "cli.json";

fn path(config: &Config) -> anyhow::Result<PathBuf> {
    Ok(config.data_dir()?.join(LOCAL_KEY))
}

/// Makes an API key of `user` for the command line on this machine, readable by the server's user alone.
pub(super) async fn keep_local_key(config: &Config, server: &Server, org: OrgId, user: UserId) -> anyhow::Result<()> {
    let path = path(config)?;
    let key =
        plumb_identity::create_api_key(&server.store, org, user, "command line on the server", Scope::ALL).await?;
    let text = serde_json::to_string(&LocalKey { url: config.public_url(), key })?;
    let aside = path.with_extension("new");
    let _ = fs::remove_file(&aside);
    let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&aside);
    let mut file = file.with_context(|| format!("{} cannot be written", aside.display()))?;
    std::io::Write::write_all(&mut file, text.as_bytes())?;
    Ok(fs::rename(aside, path)?)
}

/// The server that the command line talks to: `PLUMB_URL` and `PLUMB_API_KEY`, or the one on this machine.
pub(super) fn server(config: &Config) -> anyhow::Result<OwnServer> {
    let (url, key) = match (std::env::var("PLUMB_URL").ok(), std::env::var("PLUMB_API_KEY").ok()) {
        (Some(url), Some(key)) => (url, key),
        (None, None) => {
            let path = path(config)?;
            // A running demo serves where no server of one's own was ever set up.
            let demo = config.demo_dir()?.join(LOCAL_KEY);
            let Ok(text) = fs::read_to_string(&path).or_else(|_| fs::read_to_string(demo)) else {
                bail!(
                    "no server is known here ({} is missing): run `plumb up` or `plumb demo` first, or set PLUMB_URL and PLUMB_API_KEY",
                    path.display()
                );
            };
            let local: LocalKey =
                serde_json::from_str(&text).with_context(|| format!("{} cannot be read", path.display()))?;
            (local.url, local.key)
        }
        _ => bail!("PLUMB_URL and PLUMB_API_KEY belong together: set both or none"),
    };
    Ok(OwnServer::new(&url, Some(&key), None)?)
}

/// Where the server of this machine said that it is reached.
pub(super) fn local_url(config: &Config) -> Option<String> {
    let local: LocalKey = serde_json::from_str(&fs::read_to_string(path(config).ok()?).ok()?).ok()?;
    Some(local.url)
}

/// Opens the database of a server that runs on this machine, for what only its operator may do.
pub(super) async fn beside_running_server(config: &Config) -> anyhow::Result<Store> {
    let data_dir = config.data_dir()?;
    let admin = match &config.database_url {
        Some(url) => url.parse().context("the database URL cannot be read")?,
        None => embedded::running_admin_options(&data_dir, crate::database::DATABASE)?,
    };
    let key_file = config.master_key_file()?;
    if !key_file.exists() {
        bail!("there is no installation in {}: run `plumb up` first", data_dir.display());
    }
    let store = StoreConfig { admin, connections_max: 2 };
    Ok(Store::open(store, keys::load_or_create(&key_file)?, Clock::System).await?.0)
}
