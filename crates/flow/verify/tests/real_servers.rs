//! A real Postfix with a real postgrey before one of its domains, on loopback. They are skipped, with a word, where they
//! are not installed or may not be started.
#![expect(clippy::disallowed_methods, reason = "the test asks whether its own servers are up")]

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use plumb_base::OrgId;
use plumb_egress::{CallContext, Egress, EgressConfig, Recorder};
use plumb_testworld::dns::{Data, Zone, Zones};
use plumb_testworld::{World, WorldConfig};
use plumb_verify::{Lists, Outcome, Request, VerifyConfig, check, fresh_control_local};

/// How long a server may take to be up.
const UP: Duration = Duration::from_secs(20);
/// How long postgrey holds a first attempt back.
const HELD_BACK: Duration = Duration::from_secs(2);

/// Postfix and postgrey in a directory of their own.
struct Servers {
    dir: PathBuf,
    smtp_port: u16,
    postfix: Child,
    postgrey: Child,
}

/// Why they cannot be had here.
fn missing() -> Option<String> {
    for program in ["/usr/sbin/postfix", "/usr/sbin/postgrey"] {
        if !Path::new(program).exists() {
            return Some(format!("{program} is not installed"));
        }
    }
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    (!is_root).then(|| "Postfix is started by root alone".to_owned())
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
    listener.local_addr().expect("it has an address").port()
}

/// The user and the group of this name.
fn ids(user: &str) -> (u32, u32) {
    let passwd = std::fs::read_to_string("/etc/passwd").expect("users");
    let line = passwd.lines().find(|line| line.starts_with(&format!("{user}:"))).expect("the package made its user");
    let mut fields = line.split(':').skip(2).map(|field| field.parse().expect("a number"));
    (fields.next().expect("a user"), fields.next().expect("a group"))
}

impl Servers {
    async fn start() -> Self {
        let name = plumb_base::hex::encode(&plumb_base::random::bytes::<8>());
        let dir = std::env::temp_dir().join(format!("plumb-postfix-{name}"));
        let etc = dir.join("etc");
        for part in ["etc", "queue", "data", "grey"] {
            std::fs::create_dir_all(dir.join(part)).expect("a directory");
        }
        let (user, _) = ids("postfix");
        chown(dir.join("data"), Some(user), None).expect("Postfix owns its data");
        let (user, group) = ids("postgrey");
        chown(dir.join("grey"), Some(user), Some(group)).expect("postgrey owns its data");

        let (smtp_port, grey_port) = (free_port(), free_port());
        let main = format!(
            "compatibility_level = 3.6\nqueue_directory = {dir}/queue\ndata_directory = {dir}/data\n\
             mail_owner = postfix\nmyhostname = mx.firm.example\nmydestination = firm.example, grey.example\n\
             local_recipient_maps = texthash:{dir}/etc/people\nmynetworks = 192.0.2.1/32\n\
             inet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nsmtpd_peername_lookup = no\n\
             smtpd_relay_restrictions = reject_unauth_destination\nsmtpd_restriction_classes = greylist\n\
             greylist = check_policy_service inet:127.0.0.1:{grey_port}\n\
             smtpd_recipient_restrictions = check_recipient_access texthash:{dir}/etc/grey\n\
             alias_maps =\nalias_database =\nsmtpd_tls_security_level = none\n",
            dir = dir.display()
        );
        let master = format!(
            "127.0.0.1:{smtp_port} inet n - n - - smtpd\nanvil unix - - n - 1 anvil\n\
             rewrite unix - - n - - trivial-rewrite\nproxymap unix - - n - - proxymap\n\
             cleanup unix n - n - 0 cleanup\ntlsmgr unix - - n 1000? 1 tlsmgr\n"
        );
        for (file, text) in [
            ("main.cf", main.as_str()),
            ("master.cf", &master),
            ("people", "ada x\n"),
            ("grey", "grey.example greylist\n"),
        ] {
            std::fs::write(etc.join(file), text).expect("a file");
        }
        let quiet = |command: &mut Command| {
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts")
        };
        let postfix = quiet(Command::new("/usr/sbin/postfix").arg("-c").arg(&etc).arg("start-fg"));
        let postgrey = quiet(
            Command::new("/usr/sbin/postgrey")
                .arg(format!("--inet=127.0.0.1:{grey_port}"))
                .arg(format!("--delay={}", HELD_BACK.as_secs()))
                .arg(format!("--dbdir={}", dir.join("grey").display())),
        );
        let servers = Self { dir, smtp_port, postfix, postgrey };
        for port in [smtp_port, grey_port] {
            up(port).await;
        }
        servers
    }
}

/// Waits until somebody listens.
async fn up(port: u16) {
    let began = Instant::now();
    while TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port))).is_err() {
        assert!(began.elapsed() < UP, "nobody listens on port {port}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        let _ = Command::new("/usr/sbin/postfix")
            .arg("-c")
            .arg(self.dir.join("etc"))
            .arg("stop")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        let _ = self.postfix.wait();
        let _ = self.postgrey.kill();
        let _ = self.postgrey.wait();
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

/// The names of the three domains: all have the one server.
fn zones() -> Zones {
    let host = "mx.firm.example";
    let mut zones = Zones::default();
    for domain in ["firm.example", "grey.example", "other.example"] {
        let zone = Zone::default().with(domain, Data::Mx { preference: 10, host: host.to_owned() });
        zones.0.insert(domain.to_owned(), zone);
    }
    zones.0.insert(host.to_owned(), Zone::default().with(host, Data::A([127, 0, 0, 1].into())));
    zones
}

async fn ask(egress: &Egress, address: &str, attempt: u16, control_local: &str) -> Outcome {
    let request = Request { address, lists: Lists::default(), suppressed: Some(false), attempt, control_local };
    let ctx = CallContext::new(OrgId::fresh(), "test");
    check(egress, &VerifyConfig::default(), &ctx, &request).await.expect("egress goes out")
}

fn codes(outcome: &Outcome) -> (&'static str, &'static str) {
    (outcome.verdict.code(), outcome.reason.code())
}

#[tokio::test]
async fn postfix_and_postgrey_are_understood() {
    if let Some(reason) = missing() {
        println!("skipped: {reason}");
        return;
    }
    let servers = Servers::start().await;
    let world = World::start(WorldConfig { zones: zones(), ..WorldConfig::default() }).await.expect("names");
    let config = EgressConfig {
        allow_private: true,
        resolver: Some(world.dns_addr()),
        smtp_port: servers.smtp_port,
        ..EgressConfig::new("probe.example", "postmaster@probe.example")
    };
    let egress = Egress::new(config, Recorder::memory()).expect("an egress");
    let control_local = fresh_control_local();
    let first = async |address| codes(&ask(&egress, address, 1, &control_local).await);

    assert_eq!(first("ada@firm.example").await, ("verified", "mailbox_confirmed"));
    assert_eq!(first("nobody@firm.example").await, ("undeliverable", "mailbox_unknown"));
    assert_eq!(first("ada@other.example").await, ("unverified", "policy"), "relaying is refused");

    let began = Instant::now();
    let outcome = ask(&egress, "ada@grey.example", 1, &control_local).await;
    assert_eq!(codes(&outcome), ("unverified", "greylisted"));
    assert!(outcome.retry_at.is_some(), "it is asked again");
    assert_eq!(first("nobody@grey.example").await, ("unverified", "greylisted"));
    let outcome = loop {
        tokio::time::sleep(HELD_BACK / 4).await;
        // The attempts of this impatient test all count as the second.
        let outcome = ask(&egress, "ada@grey.example", 2, &control_local).await;
        // First the address is let in, and then the control, which is asked about when the address was let in.
        if outcome.verdict.code() == "verified" {
            break outcome;
        }
        assert!(["greylisted", "probe_inconclusive"].contains(&outcome.reason.code()), "{outcome:?}");
        assert!(outcome.retry_at.is_some(), "it is asked again");
        assert!(began.elapsed() < UP, "postgrey lets nobody in");
    };
    assert_eq!(codes(&outcome), ("verified", "mailbox_confirmed"));
    assert!(began.elapsed() >= HELD_BACK, "it was held back");
    assert_eq!(
        codes(&ask(&egress, "nobody@grey.example", 2, &control_local).await),
        ("undeliverable", "mailbox_unknown")
    );
}
