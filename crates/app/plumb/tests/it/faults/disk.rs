//! A disk that is full.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use plumb_egress::OwnServerError;
use plumb_testworld::World;
use serde_json::Value;

use super::installation::{Installation, upload};
use super::{LEASES, people};
use crate::flow::{Dir, eventually};

/// A small disk of its own, taken away with its value.
struct Disk(PathBuf);

impl Disk {
    fn mount(at: &Path) -> Option<Self> {
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", "size=160m,mode=755", "tmpfs"]).arg(at).output().ok()?;
        mounted.status.success().then(|| Self(at.to_owned()))
    }

    /// Fills it up to `left` bytes.
    fn fill(&self, left: u64) -> PathBuf {
        let space = rustix::fs::statvfs(&self.0).expect("the disk tells its space");
        let free = space.f_bavail * space.f_frsize;
        let path = self.0.join("ballast");
        let mut file = File::create(&path).expect("a file is made");
        let block = vec![0; 1 << 16];
        for _ in 0..free.saturating_sub(left) >> 16 {
            // The database that runs on it takes space too.
            if file.write_all(&block).is_err() {
                break;
            }
        }
        path
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).output();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_said_and_survived() {
    let dir = Dir::new("disk");
    let Some(disk) = rustix::process::geteuid().is_root().then(|| Disk::mount(&dir.0)).flatten() else {
        eprintln!("faults: the disk that is full is skipped: mounting one needs root");
        return;
    };
    let world = World::demo().await.expect("an internet");
    let mut plumb = Installation::at(disk.0.join("data"), None, &world, false);
    plumb.start().await;
    let id = plumb.import(&people(0, 400)).await;
    plumb.done(&id, LEASES).await;
    let before = plumb.count("select count(*) from lead").await;

    // The journal gets a fresh piece first, so that it is the table that finds no space.
    sqlx::query("select pg_switch_wal()").execute(&mut plumb.database().await).await.expect("another piece");
    sqlx::query("checkpoint").execute(&mut plumb.database().await).await.expect("a checkpoint");
    let ballast = disk.fill(5 << 20);
    let list = people(1, 250_000);
    let refused = upload(&plumb.api(), &list).await;
    let Err(OwnServerError::Problem { status, title, detail, .. }) = &refused else {
        panic!("a list of {} bytes on a full disk: {refused:?}", list.len());
    };
    let words = format!("{title}: {}", detail.as_deref().unwrap_or_default());
    let listed: Value = plumb.api().get_json("api/v1/imports").await.expect("reading goes on");
    let usable = listed["imports"]
        .as_array()
        .expect("imports")
        .iter()
        .filter(|import| {
            import["id"] != id.as_str()
                && matches!(import["state"].as_str(), Some("draft" | "queued" | "running" | "done"))
        })
        .count();
    assert_eq!(usable, 0, "no half list: {listed}");
    assert_eq!(plumb.count("select count(*) from lead").await, before, "no half import");

    std::fs::remove_file(ballast).expect("space is back");
    let list = people(2, 4_000);
    let id = eventually("lists are taken again", Duration::from_mins(1), async || {
        let draft = upload(&plumb.api(), &list).await.ok()?;
        draft["id"].as_str().map(str::to_owned)
    })
    .await;
    let _: Value =
        plumb.api().post_json(&format!("api/v1/imports/{id}/start"), &serde_json::json!({})).await.expect("a start");
    let import = plumb.done(&id, LEASES).await;
    assert_eq!(import["rows_read"], 4_000);
    let (entries, _) = plumb.proved_log(None).await;
    eprintln!(
        "faults: a full disk answers {status} {words:?}; with space again a list of 4000 rows is imported; log of {entries} entries proved"
    );
    plumb.stop().await;
    assert_eq!(*status, 503);
    assert!(words.to_lowercase().contains("disk"), "the answer names the disk: {words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_without_space_is_survived() {
    let dir = Dir::new("journal");
    let Some(disk) = rustix::process::geteuid().is_root().then(|| Disk::mount(&dir.0)).flatten() else {
        eprintln!("faults: the journal without space is skipped: mounting a disk needs root");
        return;
    };
    let world = World::demo().await.expect("an internet");
    let mut plumb = Installation::at(disk.0.join("data"), None, &world, false);
    plumb.start().await;
    let id = plumb.import(&people(0, 400)).await;
    plumb.done(&id, LEASES).await;
    let leads = plumb.count("select count(*) from lead").await;
    let (before, bundle) = plumb.proved_log(None).await;
    let kept = bundle["checkpoint"].as_str().expect("a checkpoint").to_owned();

    // The journal is moved on to pieces that it has no space for: that ends the database, as nothing else does.
    let ballast = disk.fill(0);
    let mut conn = plumb.database().await;
    let mut pieces = 0;
    while sqlx::query("select txid_current(), pg_switch_wal()").execute(&mut conn).await.is_ok() {
        pieces += 1;
        assert!(pieces < 100, "the disk is not full");
    }
    let refused: Result<Value, _> = plumb.api().get_json("api/v1/leads").await;
    let said = match refused {
        Err(OwnServerError::Problem { status, .. }) => status,
        Err(other) => panic!("without a database: {other}"),
        Ok(_) => panic!("it answers after {pieces} pieces, without a database"),
    };
    assert_eq!(said, 503, "the server stands, and says to try again");

    std::fs::remove_file(ballast).expect("space is back");
    let began = std::time::Instant::now();
    eventually("the server answers again", Duration::from_mins(2), async || {
        plumb.api().get_json::<Value>("api/v1/leads").await.ok()
    })
    .await;
    let back = began.elapsed();
    assert_eq!(plumb.count("select count(*) from lead").await, leads, "nothing is lost");
    let id = plumb.import(&people(1, 400)).await;
    plumb.done(&id, LEASES).await;
    let (entries, _) = plumb.proved_log(Some(&kept)).await;
    assert!(entries > before);
    eprintln!(
        "faults: a journal without space ends the database after {pieces} pieces; {said} meanwhile; with space again it answers after {back:.1?}, and the log goes on ({before} entries, now {entries})"
    );
    plumb.stop().await;
}
