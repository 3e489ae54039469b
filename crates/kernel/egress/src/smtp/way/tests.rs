use std::collections::BTreeMap;

use tokio::net::TcpListener;

use super::*;

fn source(text: &str) -> Source {
    Source { address: text.parse().unwrap(), helo: None }
}

#[test]
fn a_domain_keeps_its_source_address() {
    let ways = |count: u8| Ways {
        sources: (1..=count).map(|n| source(&format!("192.0.2.{n}"))).chain([source("2001:db8::1")]).collect(),
        proxy: None,
    };
    let to: IpAddr = "198.51.100.1".parse().unwrap();
    let of = |ways: &Ways, domain: &str| ways.source(domain, to).unwrap().unwrap().address;
    let (four, five) = (ways(4), ways(5));
    let mut used = BTreeMap::new();
    let mut moved = 0;
    for n in 0..1000 {
        let domain = format!("d{n}.example");
        assert_eq!(of(&four, &domain), of(&four, &domain));
        *used.entry(of(&four, &domain)).or_insert(0) += 1;
        moved += usize::from(of(&four, &domain) != of(&five, &domain));
    }
    assert_eq!(used.len(), 4);
    assert!(used.values().all(|count| (180..320).contains(count)), "{used:?}");
    assert!(moved < 300, "a fifth moves to the new address, {moved} did");
    let v6 = "2001:db8::25".parse().unwrap();
    assert_eq!(four.source("a.example", v6).unwrap().unwrap().address, "2001:db8::1".parse::<IpAddr>().unwrap());
    let only_v6 = Ways { sources: vec![source("2001:db8::1")], proxy: None };
    assert!(only_v6.source("a.example", to).is_err());
    assert_eq!(Ways::default().source("a.example", to).unwrap(), None);
}

#[tokio::test]
async fn from_the_address_that_was_chosen() {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let to = server.local_addr().unwrap();
    let from: IpAddr = "127.0.0.9".parse().unwrap();
    let ways = Ways::default();
    let (ours, theirs) = tokio::join!(ways.open(Some(from), to), server.accept());
    assert_eq!(theirs.unwrap().1.ip(), from);
    assert_eq!(ours.unwrap().local_addr().unwrap().ip(), from);
}

/// A proxy that takes this login, answers with this code and then repeats what it hears.
async fn proxy(login: Option<&'static [u8]>, code: u8) -> (SocketAddr, tokio::task::JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let task = tokio::spawn(async move {
        let (mut tcp, _) = listener.accept().await.unwrap();
        let mut hello = [0; 3];
        tcp.read_exact(&mut hello).await.unwrap();
        tcp.write_all(&[5, if login.is_some() { 2 } else { 0 }]).await.unwrap();
        if let Some(login) = login {
            let mut given = vec![0; login.len()];
            tcp.read_exact(&mut given).await.unwrap();
            tcp.write_all(&[1, u8::from(given != login)]).await.unwrap();
        }
        let mut request = vec![0; 10];
        if tcp.read_exact(&mut request).await.is_err() {
            return Vec::new();
        }
        tcp.write_all(&[5, code, 0, 3, 1, b'x', 0, 25]).await.unwrap();
        tcp.write_all(b"220 hi\r\n").await.unwrap();
        request
    });
    (address, task)
}

fn to() -> SocketAddr {
    "198.51.100.7:25".parse().unwrap()
}

#[tokio::test]
async fn through_a_proxy() {
    for login in [None, Some(&b"\x01\x03ada\x02pw"[..])] {
        let (address, task) = proxy(login, 0).await;
        let given = login.map(|_| ("ada".to_owned(), "pw".to_owned()));
        let ways = Ways { proxy: Some(Proxy { address, login: given }), ..Ways::default() };
        let mut tcp = ways.open(None, to()).await.unwrap();
        let mut greeting = [0; 8];
        tcp.read_exact(&mut greeting).await.unwrap();
        assert_eq!(&greeting, b"220 hi\r\n", "nothing of the proxy's answer is left in the way");
        assert_eq!(task.await.unwrap(), [5, 1, 0, 1, 198, 51, 100, 7, 0, 25]);
    }
}

#[tokio::test]
async fn a_proxy_that_refuses() {
    let kind = |login: Option<(&str, &str)>, address| {
        let login = login.map(|(name, password)| (name.to_owned(), password.to_owned()));
        let ways = Ways { proxy: Some(Proxy { address, login }), ..Ways::default() };
        async move { ways.open(None, to()).await.unwrap_err().kind() }
    };
    let (address, _) = proxy(None, 4).await;
    assert_eq!(kind(None, address).await, io::ErrorKind::HostUnreachable);
    let (address, _) = proxy(None, 2).await;
    assert_eq!(kind(None, address).await, io::ErrorKind::ConnectionRefused);
    let (address, _) = proxy(Some(b"\x01\x03ada\x02pw"), 0).await;
    assert_eq!(kind(Some(("ada", "no")), address).await, io::ErrorKind::ConnectionRefused);
    let (address, _) = proxy(None, 0).await;
    assert_eq!(kind(Some(("ada", "pw")), address).await, io::ErrorKind::ConnectionRefused);
}

#[test]
fn the_password_is_not_shown() {
    let proxy = Proxy { address: to(), login: Some(("ada".to_owned(), "secret".to_owned())) };
    assert!(!format!("{proxy:?}").contains("secret"));
}
