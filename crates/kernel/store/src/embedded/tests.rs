//! Against a real server: each case is one that once kept a database from starting, or let it start wrongly.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::{PermissionsExt, symlink},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use sqlx::{ConnectOptions, Connection, Executor, PgConnection, Row};

use super::{binaries::Binaries, cluster::PidFile, process::Process, *};

/// A data directory that is gone after the test. The server in it must have been stopped, or is adopted to stop it.
struct Place(PathBuf);

impl Place {
    fn new() -> Self {
        let name = format!("plumb-embedded-{}", layout::hex(&plumb_base::random::bytes::<6>()));
        Self(env::temp_dir().canonicalize().unwrap().join(name))
    }

    fn config(&self) -> EmbeddedConfig {
        EmbeddedConfig { data_dir: self.0.clone(), durable: false, max_connections: 20 }
    }

    async fn start(&self) -> Embedded {
        Embedded::start(self.config()).await.unwrap()
    }

    async fn refusal(&self) -> EmbeddedError {
        Embedded::start(self.config()).await.unwrap_err()
    }

    /// Starts a server in a process of its own, and returns both: `kill -9` cannot be tried on ourselves.
    fn start_elsewhere(&self) -> (Child, u32) {
        let (child, words) = elsewhere("supervise", &self.0);
        (child, words[0].parse().unwrap())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // Only a failed test leaves a server; it ends by itself when its directory is gone.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Runs `process_of_its_own` in a role, and waits for the words it answers with.
fn elsewhere(role: &str, dir: &Path) -> (Child, Vec<String>) {
    let mut child = spawn_elsewhere(role, dir);
    let words = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok)
        .find_map(|line| Some(line.split_once("RUNNING ")?.1.split(' ').map(str::to_owned).collect()));
    (child, words.expect("the other process ended before it was ready"))
}

fn spawn_elsewhere(role: &str, dir: &Path) -> Child {
    let test = format!("{}::process_of_its_own", module_path!().split_once("::").unwrap().1);
    Command::new(env::current_exe().unwrap())
        .args([&test, "--exact", "--ignored", "--nocapture"])
        .env("PLUMB_TEST_ROLE", role)
        .env("PLUMB_TEST_DIR", dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[tokio::test]
#[ignore = "started by other tests as a process of its own"]
async fn process_of_its_own() {
    let Ok(role) = env::var("PLUMB_TEST_ROLE") else { return };
    if role == "supervise" {
        let place = Place(PathBuf::from(env::var_os("PLUMB_TEST_DIR").unwrap()));
        let server = place.start().await;
        println!("RUNNING {}", server.pid());
        std::future::pending::<()>().await;
    } else {
        let server = throwaway::cluster().await.server();
        println!("RUNNING {} {}", server.pid(), server.site.layout.data_dir.display());
        if role == "throwaway" {
            std::future::pending::<()>().await;
        }
        std::process::exit(3); // runs no destructor
    }
}

fn kill(pid: u32) {
    kill_process(Pid::from_raw(pid as i32).unwrap(), Signal::KILL).unwrap();
}

async fn wait_gone(pid: u32) {
    if let Some(process) = Process::open(pid as i32).unwrap() {
        assert!(process.exited_within(Duration::from_secs(20)).await, "process {pid} is still there");
    }
}

fn runs(pid: u32) -> bool {
    // A zombie has no arguments any more.
    fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| !line.is_empty())
}

async fn connect(server: &Embedded) -> PgConnection {
    server.admin_options_for("postgres").connect().await.unwrap()
}

async fn setting(connection: &mut PgConnection, name: &str) -> String {
    let row = sqlx::query("select current_setting($1)").bind(name).fetch_one(connection).await.unwrap();
    row.get(0)
}

async fn write_kept_row(server: &Embedded) {
    let mut connection = connect(server).await;
    connection.execute("create table kept as select 42 as n").await.unwrap();
    connection.close().await.unwrap();
}

async fn kept_row(server: &Embedded) -> i32 {
    connect(server).await.fetch_one("select n from kept").await.unwrap().get(0)
}

/// A backend that computes and never looks up, as a long aggregate does: it does not notice its postmaster's end.
async fn busy_backend(server: &Embedded) -> u32 {
    let mut connection = connect(server).await;
    let pid: i32 = connection.fetch_one("select pg_backend_pid()").await.unwrap().get(0);
    tokio::spawn(async move { connection.execute("do $$ begin loop end loop; end $$").await.map(|_| ()) });
    let mut watcher = connect(server).await;
    loop {
        let row = sqlx::query("select count(*) from pg_stat_activity where pid = $1 and query like 'do %'")
            .bind(pid)
            .fetch_one(&mut watcher)
            .await
            .unwrap();
        if row.get::<i64, _>(0) == 1 {
            return pid as u32;
        }
    }
}

#[tokio::test]
async fn first_start_makes_a_durable_private_cluster_and_the_second_finds_it() {
    let place = Place::new();
    let config = EmbeddedConfig { durable: true, ..place.config() };
    let cold = Instant::now();
    let server = Embedded::start(config.clone()).await.unwrap();
    println!("cold start: {:?}", cold.elapsed());

    let mut connection = connect(&server).await;
    for (name, value) in [
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("data_checksums", "on"),
        ("listen_addresses", ""),
        ("server_encoding", "UTF8"),
        ("max_connections", "20"),
        ("shared_buffers", "256MB"),
        ("jit", "off"),
    ] {
        assert_eq!(setting(&mut connection, name).await, value, "{name}");
    }
    assert!(setting(&mut connection, "server_version").await.starts_with(&server.version().1));
    connection.close().await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(server.socket_dir()), 0o700);
    assert_eq!(mode(&server.site.layout.password_file), 0o600);
    assert_eq!(mode(&server.site.dir()), 0o700);
    if rustix::process::geteuid().is_root() {
        let status = fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
        let line = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned();
        assert!(!line("Uid:").contains("0\t0"), "the server runs as root");
        assert_eq!(line("Groups:"), "", "root's groups went with it");
    }
    write_kept_row(&server).await;
    server.stop().await.unwrap();

    let warm = Instant::now();
    let server = Embedded::start(config).await.unwrap();
    println!("warm start: {:?}", warm.elapsed());
    assert_eq!(kept_row(&server).await, 42);
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_wrong_password_is_refused() {
    let place = Place::new();
    let server = place.start().await;
    let error = server.admin_options_for("postgres").password("wrong").connect().await.unwrap_err();
    assert!(error.to_string().contains("password authentication failed"), "{error}");
    server.stop().await.unwrap();
}

#[tokio::test]
async fn second_instance_is_refused_with_the_owners_pid() {
    let place = Place::new();
    let server = place.start().await;
    let error = place.refusal().await;
    assert_eq!(error.exit_code(), 75);
    assert!(error.to_string().contains(&format!("in use by process {}", std::process::id())), "{error}");
    assert_eq!(connect(&server).await.fetch_one("select 1").await.unwrap().get::<i32, _>(0), 1);
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_killed_postmaster_is_replaced_though_a_backend_is_busy() {
    let place = Place::new();
    let server = Embedded::start(EmbeddedConfig { durable: true, ..place.config() }).await.unwrap();
    write_kept_row(&server).await;
    let (postmaster, busy) = (server.pid(), busy_backend(&server).await);

    kill(postmaster);
    server.exited().await;
    assert!(runs(busy), "the case is not the one we mean: the backend noticed");
    let (first, second) = tokio::join!(server.restart(), server.restart());
    first.unwrap();
    second.unwrap();

    assert_ne!(server.pid(), postmaster);
    assert!(!runs(busy));
    assert_eq!(kept_row(&server).await, 42);
    server.stop().await.unwrap();
}

#[tokio::test]
async fn the_server_of_a_killed_supervisor_is_adopted() {
    let place = Place::new();
    let (mut other, postmaster) = place.start_elsewhere();
    let error = place.refusal().await;
    assert!(error.to_string().contains(&format!("in use by process {}", other.id())), "{error}");
    other.kill().unwrap();
    other.wait().unwrap();

    let server = place.start().await;
    assert_eq!(server.pid(), postmaster);
    write_kept_row(&server).await;
    server.stop().await.unwrap();
    assert!(!runs(postmaster));
}

#[tokio::test]
async fn a_server_with_other_settings_is_replaced_not_adopted() {
    let place = Place::new();
    let (mut other, postmaster) = place.start_elsewhere();
    other.kill().unwrap();
    other.wait().unwrap();

    let server = Embedded::start(EmbeddedConfig { max_connections: 30, ..place.config() }).await.unwrap();
    assert_ne!(server.pid(), postmaster);
    assert_eq!(setting(&mut connect(&server).await, "max_connections").await, "30");
    server.stop().await.unwrap();
}

#[tokio::test]
async fn starts_after_everything_was_killed_at_once() {
    let place = Place::new();
    let (mut other, postmaster) = place.start_elsewhere();
    let layout = Layout::of(place.0.clone());
    other.kill().unwrap();
    kill(postmaster);
    other.wait().unwrap();
    wait_gone(postmaster).await;
    assert!(PidFile::read(&layout.cluster(find_binaries().unwrap().major)).is_some(), "nothing stale was left");

    let server = place.start().await;
    assert_ne!(server.pid(), postmaster);
    write_kept_row(&server).await;
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_stale_pid_file_with_a_strangers_or_a_zombies_pid_does_not_matter() {
    let place = Place::new();
    let server = place.start().await;
    let (cluster, socket_dir) = (server.site.dir(), server.socket_dir().to_owned());
    let ready = fs::read_to_string(cluster.join("postmaster.pid")).unwrap();
    let pid = server.pid().to_string();
    server.stop().await.unwrap();

    let mut stranger = Command::new("sleep").arg("600").spawn().unwrap();
    let mut zombie = Command::new("true").spawn().unwrap();
    wait_gone(zombie.id()).await;
    for recycled in [stranger.id(), zombie.id()] {
        let stale = ready.replacen(&pid, &recycled.to_string(), 1);
        fs::write(cluster.join("postmaster.pid"), &stale).unwrap();
        fs::write(socket_dir.join(".s.PGSQL.5432.lock"), &stale).unwrap();
        let server = place.start().await;
        assert_ne!(server.pid(), recycled);
        connect(&server).await.close().await.unwrap();
        server.stop().await.unwrap();
    }
    assert!(stranger.try_wait().unwrap().is_none(), "a stranger was killed");
    stranger.kill().unwrap();
    stranger.wait().unwrap();
    zombie.wait().unwrap();
}

#[tokio::test]
async fn a_start_killed_within_initdb_leaves_nothing() {
    let place = Place::new();
    let mut other = spawn_elsewhere("supervise", &place.0);
    let postgres = place.0.join("postgres");
    let halves = || {
        let entries = fs::read_dir(&postgres).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).filter(|path| path.join("cluster/PG_VERSION").exists()).collect::<Vec<_>>()
    };
    let half = loop {
        if let Some(half) = halves().pop() {
            break half;
        }
        assert!(other.try_wait().unwrap().is_none());
        std::thread::yield_now();
    };
    other.kill().unwrap();
    other.wait().unwrap();

    let server = place.start().await;
    assert!(!half.exists());
    write_kept_row(&server).await;
    server.stop().await.unwrap();
    assert!(halves().is_empty());
}

#[tokio::test]
async fn data_by_another_major_is_refused_in_words() {
    let place = Place::new();
    fs::create_dir_all(place.0.join("postgres/99")).unwrap();
    let error = place.refusal().await;
    let text = error.to_string();
    assert!(text.contains("written by PostgreSQL 99") && text.contains("apt-get install postgresql-99"), "{text}");
    assert_eq!(error.exit_code(), 78);
    assert!(!place.0.join("secrets").exists(), "a refused start changes nothing");
}

#[test]
fn the_data_choose_their_programs() {
    let of = |major: u16| Binaries { dir: PathBuf::from(format!("/{major}")), major, version: format!("{major}.1") };
    let found = || vec![of(18), of(15)];
    let dir = Path::new("/data/postgres/15");
    assert_eq!(binaries::pick(found(), None).unwrap().major, 18);
    assert_eq!(binaries::pick(found(), Some((dir, 15))).unwrap().major, 15);
    let error = binaries::pick(found(), Some((dir, 17))).unwrap_err();
    assert!(error.to_string().contains("only 18.1, 15.1 was found"), "{error}");
    assert!(matches!(binaries::pick(vec![], None), Err(EmbeddedError::NoBinaries)));
}

#[tokio::test]
async fn open_directories_and_passwords_are_refused_with_the_remedy() {
    let place = Place::new();
    let server = place.start().await;
    let (cluster, password) = (server.site.dir(), server.site.layout.password_file.clone());
    server.stop().await.unwrap();
    let chmod = |path: &Path, mode: u32| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();

    chmod(&cluster, 0o755);
    let error = place.refusal().await;
    assert!(error.to_string().contains(&format!("chmod 0700 {}", cluster.display())), "{error}");
    chmod(&cluster, 0o700);

    chmod(&password, 0o644);
    let error = place.refusal().await;
    assert!(error.to_string().contains("can be read by others (mode 0644)"), "{error}");
    chmod(&password, 0o600);

    fs::rename(&password, password.with_extension("away")).unwrap();
    assert!(matches!(place.refusal().await, EmbeddedError::PasswordMissing { .. }));
    fs::rename(password.with_extension("away"), &password).unwrap();

    if rustix::process::geteuid().is_root() {
        let uid = fs::metadata(&cluster).map(|meta| std::os::unix::fs::MetadataExt::uid(&meta)).unwrap();
        std::os::unix::fs::chown(&cluster, Some(0), None).unwrap();
        let error = place.refusal().await;
        assert!(error.to_string().contains("chown -R"), "{error}");
        std::os::unix::fs::chown(&cluster, Some(uid), None).unwrap();
    }
    place.start().await.stop().await.unwrap();
}

#[tokio::test]
async fn a_directory_closed_to_the_servers_user_is_named() {
    if !rustix::process::geteuid().is_root() {
        return; // only root runs the server as somebody else
    }
    let home = Place::new();
    layout::make_dir(&home.0, 0o700).unwrap();
    let config = EmbeddedConfig { data_dir: home.0.join("data"), durable: false, max_connections: 20 };
    let error = Embedded::start(config).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains(&format!("({} is closed to others)", home.0.display())), "{text}");
    assert!(text.contains("/var/lib/plumb"), "{text}");
}

#[tokio::test]
async fn a_socket_directory_planted_by_somebody_else_is_refused() {
    let place = Place::new();
    let account = Account::for_server(None).unwrap();
    layout::make_dir(&place.0, 0o755).unwrap();
    let planted = place.0.join("socket");
    symlink("/tmp", &planted).unwrap();
    assert!(matches!(layout::own_dir(&planted, &account), Err(EmbeddedError::Permissions { .. })));
    fs::remove_file(&planted).unwrap();
    layout::make_dir(&planted, 0o777).unwrap();
    assert!(matches!(layout::own_dir(&planted, &account), Err(EmbeddedError::Permissions { .. })));
}

#[tokio::test]
async fn a_path_too_long_for_a_socket_gets_a_short_one() {
    let place = Place::new();
    let deep = place.0.join("a".repeat(90));
    layout::make_dir(&place.0, 0o711).unwrap();
    let config = EmbeddedConfig { data_dir: deep.clone(), durable: false, max_connections: 20 };
    let server = Embedded::start(config).await.unwrap();
    let socket_dir = server.socket_dir().to_owned();
    assert!(!socket_dir.starts_with(&deep) && socket_dir.as_os_str().len() < 90);
    connect(&server).await.close().await.unwrap();
    server.stop().await.unwrap();
    fs::remove_dir_all(socket_dir).unwrap();
}

#[tokio::test]
async fn values_of_rows_do_not_reach_the_log() {
    let place = Place::new();
    let server = place.start().await;
    let mut connection = connect(&server).await;
    connection.execute("create table person (email text primary key)").await.unwrap();
    for statement in [
        "insert into person values ('secret@example.com'), ('secret@example.com')",
        "select 'secret@example.com'::date",
        "do $$ begin raise warning 'secret@example.com'; end $$",
        "syntax 'secret@example.com'",
    ] {
        let failed = connection.execute(statement).await.is_err();
        assert_eq!(failed, !statement.starts_with("do"), "{statement}");
    }
    // A backend's crash makes the server tell which statement it was at.
    let victim: i32 = connection.fetch_one("select pg_backend_pid()").await.unwrap().get(0);
    let asked =
        tokio::spawn(async move { connection.execute("select 'secret@example.com', pg_sleep(60)").await.map(|_| ()) });
    let mut watcher = connect(&server).await;
    while watcher
        .fetch_one(
            "select count(*) from pg_stat_activity where query like 'select ''secret%' and wait_event = 'PgSleep'",
        )
        .await
        .unwrap()
        .get::<i64, _>(0)
        == 0
    {}
    kill(victim as u32);
    asked.await.unwrap().unwrap_err();

    let logs = server.site.layout.logs.clone();
    server.stop().await.unwrap();
    let log: String =
        fs::read_dir(&logs).unwrap().map(|file| fs::read_to_string(file.unwrap().path()).unwrap()).collect();
    assert!(log.contains("was terminated by signal 9"), "the log is not where we look: {log}");
    assert!(!log.contains("secret"), "{log}");
}

#[tokio::test]
async fn only_the_newest_logs_stay() {
    let place = Place::new();
    let server = place.start().await;
    let logs = server.site.layout.logs.clone();
    for day in 10..30 {
        fs::write(logs.join(format!("postgres-200001{day}T000000.log")), "").unwrap();
    }
    server.trim_logs().unwrap();
    let mut left: Vec<_> = fs::read_dir(&logs).unwrap().map(|file| file.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left.len(), 10);
    assert_eq!(left[0], "postgres-20000121T000000.log");
    assert_ne!(left[9], "postgres-20000129T000000.log", "the log in use went");
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_failed_start_says_why() {
    let place = Place::new();
    let server = place.start().await;
    let conf = server.site.dir().join("postgresql.conf");
    server.stop().await.unwrap();
    fs::write(&conf, "no_such_setting = 1\n").unwrap();
    let error = place.refusal().await;
    assert!(matches!(error, EmbeddedError::StartFailed { .. }), "{error:?}");
    assert!(error.to_string().contains("no_such_setting"), "{error}");
}

#[tokio::test]
async fn a_dropped_handle_ends_the_server_and_frees_the_directory() {
    let place = Place::new();
    let server = place.start().await;
    let postmaster = server.pid();
    drop(server);
    let server = place.start().await; // at once: it waits for the old one
    assert_ne!(server.pid(), postmaster);
    assert!(!runs(postmaster));
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_throwaway_cluster_goes_with_its_process_however_that_ends() {
    for role in ["throwaway", "throwaway, then exit"] {
        let (mut other, words) = elsewhere(role, Path::new("/"));
        let (postmaster, dir): (u32, _) = (words[0].parse().unwrap(), PathBuf::from(&words[1]));
        if role == "throwaway" {
            assert!(runs(postmaster) && dir.is_dir());
            other.kill().unwrap();
        }
        other.wait().unwrap();
        wait_gone(postmaster).await;
        let bound = Instant::now() + Duration::from_secs(20);
        while dir.exists() {
            assert!(Instant::now() < bound, "{} is still there", dir.display());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

#[tokio::test]
async fn the_throwaway_cluster_is_one_and_serves() {
    let (one, other) = tokio::join!(throwaway::cluster(), throwaway::cluster());
    assert_eq!(one.server().pid(), other.server().pid());
    assert_eq!(setting(&mut connect(one.server()).await, "fsync").await, "off");
}

#[test]
fn reads_what_the_system_writes() {
    let version = |line| binaries::parse_version(line);
    assert_eq!(version("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some((15, "15.18".to_owned())));
    assert_eq!(version("postgres (PostgreSQL) 19beta1"), Some((19, "19beta1".to_owned())));
    assert_eq!(version("postgres: not found"), None);

    let file = "4711\n/data\n1700000000\n5432\n/data/socket\n\n  1234567    9\nready   \n";
    assert_eq!(PidFile::parse(file), Some(PidFile { pid: 4711, status: "ready".to_owned() }));
    assert_eq!(PidFile::parse("4711\n/data\n"), Some(PidFile { pid: 4711, status: String::new() }));
    assert_eq!(PidFile::parse(""), None);

    let passwd = b"root:x:0:0::/root:/bin/sh\nbroken\nplumb:x:998:997::/:/bin/false\n";
    let found = account::find(passwd, |account| account.uid == 998).unwrap();
    assert_eq!((found.name.as_str(), found.gid), ("plumb", 997));
    assert_eq!(account::find(passwd, |account| account.uid == 5), None);
}
