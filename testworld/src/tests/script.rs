use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::time::timeout;

use super::Client;
use crate::scene::parse;
use crate::{World, WorldConfig, heldout};

async fn world(text: &str) -> World {
    let scripts = parse(text).expect("scenes").into_iter().map(|scene| scene.script).collect();
    World::start(WorldConfig { scripts, ..WorldConfig::default() }).await.expect("a world")
}

async fn to(world: &World, host: &str) -> Client<tokio::net::TcpStream> {
    Client::connect(world.smtp_addr(host).expect("an address")).await
}

#[tokio::test]
async fn a_script_is_followed_letter_by_letter() {
    let world = world(
        "scene: one\nbanner: 220-{host}\\n220 {domain}\ntarget: 550-5.1.1 <{rcpt}>\\n550 5.1.1 from {from} as {helo} at {ip}\\xFF\n",
    )
    .await;
    let mut client = to(&world, "mx.one.example").await;
    assert_eq!(client.reply().await, "220-mx.one.example\r\n220 one.example\r\n");
    client.says("EHLO probe.test", "250").await;
    client.says("MAIL FROM:<me@probe.test>", "250").await;
    let reply = client.send("RCPT TO:<ada@one.example>").await;
    assert_eq!(
        reply,
        "550-5.1.1 <ada@one.example>\r\n550 5.1.1 from me@probe.test as probe.test at 127.0.0.1\u{fffd}\r\n"
    );
    client.says("RCPT TO:<other@one.example>", "550 5.1.1").await;
    client.says("DATA", "554").await;
    client.says("QUIT", "221").await;
    assert!(client.is_closed().await);
    let log = world.log().host("one.example");
    assert_eq!((log.connections, log.rcpts.len(), log.data_asked), (1, 2, 1));
}

#[tokio::test]
async fn a_second_connection_gets_the_second_answer() {
    let world = world("scene: two\nbanner: [[close]]\nbanner@2: 220 here now\n").await;
    assert!(to(&world, "mx.two.example").await.is_closed().await);
    for _ in 0..2 {
        assert_eq!(to(&world, "mx.two.example").await.reply().await, "220 here now\r\n");
    }
}

#[tokio::test]
async fn encodings_floods_resets_and_silence() {
    let world = world(
        "scene: odd\nbanner: 220 ж[[as koi8-r]]\nehlo: [[flood 100 abc\\n]][[close]]\nhelo: [[reset]]\nmail: [[silence]]\n",
    )
    .await;
    let mut client = to(&world, "mx.odd.example").await;
    let mut banner = [0; 7];
    client.stream.read_exact(&mut banner).await.expect("a banner");
    assert_eq!(&banner, b"220 \xD6\r\n");
    let flood = client.send("EHLO x").await;
    assert_eq!(flood, "abc\r\n", "the first of them, as it reads");

    let mut client = to(&world, "mx.odd.example").await;
    client.reply().await;
    assert_eq!(client.send("HELO x").await, "");
    let mut client = to(&world, "mx.odd.example").await;
    client.reply().await;
    assert!(timeout(Duration::from_millis(50), client.send("MAIL FROM:<>")).await.is_err());
}

#[test]
fn faults_of_scenes_name_their_line() {
    for (text, line) in [
        ("lang: en", 1),
        ("scene: a\nno key", 2),
        ("scene: a\n\n# b\ntruth: perhaps", 4),
        ("scene: a\ndns: nowhere", 2),
        ("scene: a\nhost: x y", 2),
        ("scene: a\nbanner@2: 220 b", 2),
        ("scene: a\nbanner: 220 [[jump]]", 2),
        ("scene: a\nbanner: 220 [[wait", 2),
        ("scene: a\nbanner: 220 \\q", 2),
        ("scene: a\nshout: 220", 2),
    ] {
        assert_eq!(parse(text).expect_err(text).line, line, "{text}");
    }
}

#[test]
fn the_held_out_scenes_are_many_and_whole() {
    let scenes = heldout::scenes().expect("scenes");
    assert!(scenes.len() >= 300, "{}", scenes.len());
    let mut names: Vec<&str> = scenes.iter().map(|scene| scene.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), scenes.len(), "each has a name of its own");
    let languages: std::collections::BTreeSet<&str> = scenes.iter().map(|scene| scene.language.as_str()).collect();
    assert!(languages.len() >= 12, "{languages:?}");
    for scene in &scenes {
        assert!(!scene.truth.is_empty() && !scene.because.is_empty(), "{}", scene.name);
    }
}
