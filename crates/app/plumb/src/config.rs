//! Configuration: defaults, then `plumb.toml`, then `PLUMB_*`, then flags. A key that nobody knows is an error.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use serde::Deserialize;

mod mail;

pub use mail::{RegionAllowed, SmtpManners, SmtpProxy, SourceAddress};

/// How an installation runs. Every member can be set in `plumb.toml` by its name, or in the environment as
/// `PLUMB_` and its name in capitals.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where everything is kept: the embedded database, the master key, the key of the command line.
    pub data_dir: Option<PathBuf>,
    /// A given Postgres 15 or newer; the login may create roles. The embedded one is used when it is not set.
    pub database_url: Option<String>,
    /// Address of the server.
    pub listen: SocketAddr,
    /// Address of `/livez`, `/readyz` and `/metrics`.
    pub admin_listen: SocketAddr,
    /// What people type to reach the server, such as `https://leads.example.com`.
    pub public_url: Option<String>,
    /// Certificate chain, PEM. With it the server speaks TLS 1.3.
    pub tls_certificate: Option<PathBuf>,
    /// Its private key, PEM.
    pub tls_key: Option<PathBuf>,
    /// Whether browsers are told to come by HTTPS only, for two years and with every subdomain, wherever the server is
    /// reached by HTTPS (conflict C6).
    pub hsts: bool,
    /// Proxies whose `X-Forwarded-For` is believed, as networks.
    pub trusted_proxies: Vec<String>,
    /// File of the master key; in the data directory when it is not set.
    pub master_key_file: Option<PathBuf>,
    /// Folder of the Do-Not-Call lists; `dnc` in the data directory when it is not set. Every server of an installation
    /// has to see the same one.
    pub dnc_dir: Option<PathBuf>,
    /// Most connections to the database.
    pub database_connections: u32,
    /// Jobs of one organisation that run at once; a quarter as many more run beside them for others.
    pub workers: usize,
    /// Largest list that may be uploaded, in bytes.
    pub upload_bytes_max: u64,
    /// Whether mail servers are asked. Needs outgoing port 25.
    pub ask_mail_servers: bool,
    /// The name under which we greet mail servers: it must resolve to this machine and back.
    pub helo: String,
    /// The sender of our probes: a real mailbox of a domain with MX and SPF.
    pub mail_from: String,
    /// The DNS server to ask; the system's when it is not set.
    pub resolver: Option<SocketAddr>,
    /// Port of mail servers.
    pub smtp_port: u16,
    /// Whether mail servers at loopback and private addresses may be asked.
    pub allow_private: bool,
    /// The addresses of this machine that mail servers are asked from, each with the name to greet with from there: a
    /// domain is always asked from the same one. Empty leaves it to the operating system.
    pub smtp_sources: Vec<SourceAddress>,
    /// A SOCKS5 proxy on the way to mail servers.
    pub smtp_proxy: Option<SmtpProxy>,
    /// How often other people's mail servers are asked.
    pub smtp_manners: Option<SmtpManners>,
    /// The public addresses that questions come from, where they are not this machine's: behind address translation or a
    /// proxy. For the audit before the first question.
    pub public_addresses: Vec<IpAddr>,
    /// Zones of blocklists that those addresses must not be on. For the same audit.
    pub blocklists: Vec<String>,
    /// A mail server of one's own, to prove on that port 25 is open outwards. For the same audit.
    pub port_test: Option<IpAddr>,
    /// Where subprocessors may be (conflict C9: the strictest by default).
    pub regions_allowed: Vec<RegionAllowed>,
    /// Name of the audit log, in its checkpoints.
    pub log_origin: String,
    /// Whether lists are read by a process that is not closed in. For systems without Landlock and seccomp, and for
    /// nobody's data: claim 127 does not hold then, and `plumb doctor` says so.
    pub unsafe_no_sandbox: bool,
    /// The program that is started to read lists; this one when it is not set.
    #[serde(skip)]
    pub program: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: None,
            database_url: None,
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            admin_listen: SocketAddr::from(([127, 0, 0, 1], 8081)),
            public_url: None,
            tls_certificate: None,
            tls_key: None,
            hsts: true,
            trusted_proxies: Vec::new(),
            master_key_file: None,
            dnc_dir: None,
            database_connections: 24,
            workers: 32,
            upload_bytes_max: plumb_base::limits::UPLOAD_BYTES_MAX,
            ask_mail_servers: false,
            helo: String::new(),
            mail_from: String::new(),
            resolver: None,
            smtp_port: 25,
            allow_private: false,
            smtp_sources: Vec::new(),
            smtp_proxy: None,
            smtp_manners: None,
            public_addresses: Vec::new(),
            blocklists: Vec::new(),
            port_test: None,
            regions_allowed: vec![RegionAllowed::Eu],
            log_origin: "plumbline.invalid/log".to_owned(),
            unsafe_no_sandbox: false,
            program: None,
        }
    }
}

impl Config {
    /// Reads the configuration. `file` must exist when it is given; `plumb.toml` in the working directory need not.
    pub fn load(file: Option<&Path>) -> anyhow::Result<Self> {
        let mut table = match file {
            Some(path) => read(path)?,
            None if Path::new("plumb.toml").exists() => read(Path::new("plumb.toml"))?,
            None => toml::Table::new(),
        };
        for (name, value) in std::env::vars() {
            if name == "DATABASE_URL" && !table.contains_key("database_url") {
                table.insert("database_url".to_owned(), value.into());
            } else if let Some(key) = name.strip_prefix("PLUMB_")
                && !NOT_CONFIGURATION.contains(&key)
            {
                table.insert(key.to_ascii_lowercase(), parsed(value));
            }
        }
        let config: Self =
            table.try_into().context("the configuration cannot be read (plumb.toml and PLUMB_* variables)")?;
        if config.tls_certificate.is_some() != config.tls_key.is_some() {
            bail!("tls_certificate and tls_key belong together: set both or none");
        }
        if config.ask_mail_servers && (config.helo.is_empty() || config.mail_from.is_empty()) {
            bail!(
                "ask_mail_servers needs helo (a name that resolves to this machine and back) and mail_from (a real mailbox): set both, or leave ask_mail_servers off"
            );
        }
        config.check_origins()?;
        Ok(config)
    }

    /// Refuses what would switch a protection off without a word.
    fn check_origins(&self) -> anyhow::Result<()> {
        let is_origin = |url: &str| {
            let authority = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
            authority.is_some_and(|authority| !authority.is_empty() && !authority.contains(['/', '?', '#', '@', ' ']))
        };
        let url = self.public_url();
        if !is_origin(&url) {
            bail!(
                "public_url {url:?} is not what forms can be compared with: write it as https://leads.example.com, without a path"
            );
        }
        if let Some(everybody) = self.trusted_proxies.iter().find(|network| network.trim().ends_with("/0")) {
            bail!(
                "trusted_proxies has {everybody}: then anybody may choose the address that limits count. Name the proxies' own networks"
            );
        }
        Ok(())
    }

    /// Refuses to serve others in the clear: passwords and keys could be read on the way.
    pub fn check_transport(&self) -> anyhow::Result<()> {
        let url = self.public_url();
        let host =
            url.strip_prefix("http://").map(|authority| authority.rsplit_once(':').map_or(authority, |(host, _)| host));
        // A container listens on every address of its own, and is reached as this machine.
        let for_this_machine = self.public_url.is_some() && matches!(host, Some("localhost" | "127.0.0.1" | "[::1]"));
        if self.listen.ip().is_loopback()
            || self.tls_certificate.is_some()
            || url.starts_with("https://")
            || for_this_machine
        {
            return Ok(());
        }
        bail!(
            "{} can be reached by others, and without TLS passwords and keys can be read on the way: set tls_certificate and tls_key; or set public_url to the https:// address of the proxy before it; or listen on 127.0.0.1",
            self.listen
        )
    }

    /// The directory where everything is kept.
    pub fn data_dir(&self) -> anyhow::Result<PathBuf> {
        match &self.data_dir {
            Some(dir) => Ok(std::path::absolute(dir)?),
            None => Ok(plumb_store::embedded::default_data_dir()?),
        }
    }

    /// Where the demo keeps its own, apart from real data.
    pub fn demo_dir(&self) -> anyhow::Result<PathBuf> {
        Ok(self.data_dir()?.join("demo"))
    }

    /// The file of the master key.
    pub fn master_key_file(&self) -> anyhow::Result<PathBuf> {
        match &self.master_key_file {
            Some(file) => Ok(file.clone()),
            None => Ok(self.data_dir()?.join("master.key")),
        }
    }

    /// The folder of the Do-Not-Call lists.
    pub fn dnc_dir(&self) -> anyhow::Result<PathBuf> {
        match &self.dnc_dir {
            Some(dir) => Ok(std::path::absolute(dir)?),
            None => Ok(self.data_dir()?.join("dnc")),
        }
    }

    /// What people type to reach the server.
    #[must_use]
    pub fn public_url(&self) -> String {
        let scheme = if self.tls_certificate.is_some() { "https" } else { "http" };
        self.public_url
            .clone()
            .unwrap_or_else(|| format!("{scheme}://{}", self.listen))
            .trim_end_matches('/')
            .to_owned()
    }
}

/// Variables with our prefix that are read elsewhere.
const NOT_CONFIGURATION: [&str; 6] = ["PG_BIN", "API_KEY", "URL", "LOG", "BLESS", "FAULTS"];

fn read(path: &Path) -> anyhow::Result<toml::Table> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    text.parse().with_context(|| format!("{} is not TOML", path.display()))
}

/// A value of the environment as the type that it looks like.
fn parsed(value: String) -> toml::Value {
    match (value.parse::<i64>(), value.as_str()) {
        (Ok(number), _) => number.into(),
        (_, "true") => true.into(),
        (_, "false") => false.into(),
        (_, list) if list.starts_with('[') => format!("v = {list}")
            .parse::<toml::Table>()
            .ok()
            .and_then(|mut table| table.remove("v"))
            .unwrap_or_else(|| list.into()),
        _ => value.into(),
    }
}

#[cfg(test)]
mod tests;
