use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::{Name, RData, RecordType};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

use super::{DOMAIN, site, world};
use crate::dns::{Data, Zone};
use crate::scene::naming;
use crate::script::Script;
use crate::{Dns, Site, Transport, World, WorldConfig};

fn question(name: &str, kind: RecordType) -> Message {
    let mut message = Message::new(4711, MessageType::Query, OpCode::Query);
    message.metadata.recursion_desired = true;
    message.add_query(Query::query(Name::from_ascii(format!("{name}.")).expect("a name"), kind));
    message
}

async fn over_udp(server: SocketAddr, question: &Message) -> Message {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
    socket.send_to(&question.to_vec().expect("bytes"), server).await.expect("sent");
    let mut buffer = [0; 4096];
    let (length, _) =
        timeout(Duration::from_secs(5), socket.recv_from(&mut buffer)).await.expect("in time").expect("a reply");
    Message::from_vec(&buffer[..length]).expect("a message")
}

async fn over_tcp(server: SocketAddr, question: &Message) -> Message {
    let mut stream = TcpStream::connect(server).await.expect("a connection");
    let bytes = question.to_vec().expect("bytes");
    stream.write_u16(bytes.len() as u16).await.expect("sent");
    stream.write_all(&bytes).await.expect("sent");
    let length = stream.read_u16().await.expect("a length");
    let mut reply = vec![0; usize::from(length)];
    stream.read_exact(&mut reply).await.expect("a reply");
    Message::from_vec(&reply).expect("a message")
}

async fn ask(world: &World, name: &str, kind: RecordType) -> Message {
    let reply = over_udp(world.dns_addr(), &question(name, kind)).await;
    assert_eq!(reply.metadata.id, 4711);
    assert!(reply.metadata.authoritative);
    reply
}

fn mx_of(reply: &Message) -> Vec<(u16, String)> {
    let mx = |data: &RData| if let RData::MX(mx) = data { Some((mx.preference, mx.exchange.to_ascii())) } else { None };
    reply.answers.iter().filter_map(|record| mx(&record.data)).collect()
}

fn has_soa(reply: &Message) -> bool {
    reply.authorities.iter().any(|record| record.record_type() == RecordType::SOA)
}

async fn world_with(dns: Dns) -> World {
    world(vec![site().dns(dns)]).await
}

#[tokio::test]
async fn an_mx_and_its_address() {
    let world = world_with(Dns::Mx).await;
    let reply = ask(&world, DOMAIN, RecordType::MX).await;
    assert_eq!(mx_of(&reply), [(10, "mx.firm.example.".to_owned())]);
    let reply = ask(&world, "MX.Firm.Example", RecordType::A).await;
    let address = world.smtp_addr(DOMAIN).expect("an address").ip();
    assert_eq!(reply.answers.first().and_then(|record| record.data.ip_addr()), Some(address));
    let asked = &world.log().dns[1];
    assert_eq!((asked.name.as_str(), asked.kind.as_str(), asked.over), ("mx.firm.example", "A", Transport::Udp));
}

#[tokio::test]
async fn nodata_and_nxdomain_differ_and_both_carry_a_soa() {
    let world = world_with(Dns::NoMailHost).await;
    for kind in [RecordType::MX, RecordType::A, RecordType::AAAA] {
        let reply = ask(&world, DOMAIN, kind).await;
        assert_eq!(reply.metadata.response_code, ResponseCode::NoError, "{kind}");
        assert!(reply.answers.is_empty() && has_soa(&reply), "{kind}");
    }
    for name in ["absent.firm.example", "absent.test"] {
        let reply = ask(&world, name, RecordType::MX).await;
        assert_eq!(reply.metadata.response_code, ResponseCode::NXDomain, "{name}");
        assert!(has_soa(&reply), "{name}");
    }
}

#[tokio::test]
async fn the_mail_routes_of_the_standard_and_those_outside_it() {
    let nothing = Vec::<(u16, String)>::new();
    let own = "mx.firm.example.".to_owned();
    let cases = [
        (Dns::ImplicitMx, nothing.clone()),
        (Dns::NullMx, vec![(0, ".".to_owned())]),
        (Dns::NullMxBesideReal, vec![(0, ".".to_owned()), (10, own.clone())]),
        (Dns::DeadThenLive, vec![(10, own.clone()), (20, "backup.firm.example.".to_owned())]),
        (Dns::MxUnresolvable, vec![(10, "gone.firm.example.".to_owned())]),
        (Dns::MxLiteral, vec![(10, "192.0.2.25.".to_owned())]),
        (Dns::MxNamed("in.operator.test".to_owned()), vec![(5, "in.operator.test.".to_owned())]),
        (Dns::MxAt(Ipv4Addr::new(10, 0, 0, 25)), vec![(10, own)]),
    ];
    for (dns, expected) in cases {
        let world = world_with(dns.clone()).await;
        let reply = ask(&world, DOMAIN, RecordType::MX).await;
        assert_eq!(mx_of(&reply), expected, "{dns:?}");
    }

    let world = world_with(Dns::ImplicitMx).await;
    assert_eq!(ask(&world, DOMAIN, RecordType::A).await.answers.len(), 1);
    let world = world_with(Dns::MxUnresolvable).await;
    let reply = ask(&world, "gone.firm.example", RecordType::A).await;
    assert_eq!(reply.metadata.response_code, ResponseCode::NXDomain);
    let world = world_with(Dns::MxNamed("in.operator.test".to_owned())).await;
    assert_eq!(ask(&world, "in.operator.test", RecordType::A).await.answers.len(), 1);
}

#[tokio::test]
async fn servers_that_fail_refuse_or_stay_silent() {
    let world = world(vec![
        Site::new("fails.example").dns(Dns::ServFail),
        Site::new("refuses.example").dns(Dns::Refused),
        Site::new("silent.example").dns(Dns::Silent),
    ])
    .await;
    assert_eq!(ask(&world, "fails.example", RecordType::MX).await.metadata.response_code, ResponseCode::ServFail);
    assert_eq!(ask(&world, "mx.refuses.example", RecordType::A).await.metadata.response_code, ResponseCode::Refused);

    // A question that is answered, sent after one that is not, comes back first.
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
    for name in ["silent.example", "fails.example"] {
        let bytes = question(name, RecordType::MX).to_vec().expect("bytes");
        socket.send_to(&bytes, world.dns_addr()).await.expect("sent");
    }
    let mut buffer = [0; 4096];
    let (length, _) = socket.recv_from(&mut buffer).await.expect("a reply");
    let reply = Message::from_vec(&buffer[..length]).expect("a message");
    assert_eq!(reply.metadata.response_code, ResponseCode::ServFail);
    assert_eq!(world.log().dns.iter().filter(|asked| asked.name == "silent.example").count(), 1);
}

#[tokio::test]
async fn a_truncated_answer_is_whole_over_tcp() {
    let world = world_with(Dns::Truncated).await;
    let reply = ask(&world, DOMAIN, RecordType::MX).await;
    assert!(reply.metadata.truncation && reply.answers.is_empty());
    let reply = over_tcp(world.dns_addr(), &question(DOMAIN, RecordType::MX)).await;
    assert!(!reply.metadata.truncation);
    assert_eq!(mx_of(&reply).len(), 1);
    assert_eq!(world.log().dns[1].over, Transport::Tcp);
}

#[tokio::test]
async fn an_answer_too_long_for_the_client_is_truncated_too() {
    let mut zone = Zone::default();
    for number in 0..40 {
        zone = zone.with("many.test", Data::Mx { preference: number, host: format!("host-{number}.many.test") });
    }
    let world = world(Vec::new()).await;
    world.set_zone("many.test", zone);
    let mut asked = question("many.test", RecordType::MX);
    assert!(over_udp(world.dns_addr(), &asked).await.metadata.truncation);
    let mut edns = Edns::new();
    edns.set_max_payload(1232);
    asked.set_edns(edns);
    let reply = over_udp(world.dns_addr(), &asked).await;
    assert_eq!((reply.metadata.truncation, mx_of(&reply).len()), (false, 40));
    assert!(reply.edns.is_some());
}

#[tokio::test]
async fn aliases_are_followed_and_names_between_exist() {
    let world = world(Vec::new()).await;
    let zone = Zone::default()
        .with("www.alias.test", Data::Cname("deep.host.alias.test".to_owned()))
        .with("deep.host.alias.test", Data::A(Ipv4Addr::LOCALHOST))
        .with("loop.alias.test", Data::Cname("loop.alias.test".to_owned()));
    world.set_zone("alias.test", zone);
    let reply = ask(&world, "www.alias.test", RecordType::A).await;
    let kinds: Vec<_> = reply.answers.iter().map(hickory_proto::rr::Record::record_type).collect();
    assert_eq!(kinds, [RecordType::CNAME, RecordType::A]);
    let reply = ask(&world, "host.alias.test", RecordType::A).await;
    assert_eq!(reply.metadata.response_code, ResponseCode::NoError);
    assert!(reply.answers.is_empty());
    ask(&world, "loop.alias.test", RecordType::A).await; // ends
}

#[tokio::test]
async fn dns_changes_at_run_time() {
    let world = world_with(Dns::NxDomain).await;
    let reply = ask(&world, DOMAIN, RecordType::MX).await;
    assert_eq!(reply.metadata.response_code, ResponseCode::NXDomain);
    world.set_dns(DOMAIN, Dns::Mx).await.expect("a server");
    assert_eq!(mx_of(&ask(&world, DOMAIN, RecordType::MX).await).len(), 1);
    super::Client::to(&world).await;
    world.set_dns(DOMAIN, Dns::NullMx).await.expect("changed");
    assert_eq!(mx_of(&ask(&world, DOMAIN, RecordType::MX).await), [(0, ".".to_owned())]);
    assert!(TcpStream::connect(world.smtp_addr(DOMAIN).expect("an address")).await.is_err());
}

#[tokio::test]
async fn what_is_no_question_gets_no_answer_or_an_error() {
    let world = World::start(WorldConfig::default()).await.expect("a world");
    let mut two = question("a.test", RecordType::A);
    two.add_query(Query::query(Name::from_ascii("b.test.").expect("a name"), RecordType::A));
    assert_eq!(over_udp(world.dns_addr(), &two).await.metadata.response_code, ResponseCode::FormErr);
    let mut notify = question("a.test", RecordType::A);
    notify.metadata.op_code = OpCode::Notify;
    assert_eq!(over_udp(world.dns_addr(), &notify).await.metadata.response_code, ResponseCode::NotImp);
}

#[tokio::test]
async fn evil_zones_lie_each_in_its_own_way() {
    let domain = |word: &str| format!("{word}.example");
    let words = ["servfail-mx", "length-lies", "garbage", "wrong-id", "wrong-question", "tcp-lies", "loop", "many"];
    let scripts = words.iter().map(|word| {
        let naming = naming(word).expect("a word of scenes");
        Script { naming, ..Script::new(&domain(word), "ada") }
    });
    let world =
        World::start(WorldConfig { scripts: scripts.collect(), ..WorldConfig::default() }).await.expect("a world");
    let server = world.dns_addr();
    let raw = async |word: &str| {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
        let question = question(&domain(word), RecordType::MX).to_vec().expect("bytes");
        socket.send_to(&question, server).await.expect("sent");
        let mut buffer = vec![0; 4096];
        let (length, _) = socket.recv_from(&mut buffer).await.expect("a reply");
        buffer.truncate(length);
        buffer
    };
    let message = async |word: &str| Message::from_vec(&raw(word).await).expect("a message");

    assert_eq!(message("servfail-mx").await.metadata.response_code, ResponseCode::ServFail);
    let address = over_udp(server, &question(&domain("servfail-mx"), RecordType::A)).await;
    assert_eq!(address.answers.len(), 1, "everything but MX is answered");
    assert!(Message::from_vec(&raw("length-lies").await).is_err());
    assert!(Message::from_vec(&raw("garbage").await).is_err());
    assert_eq!(message("wrong-id").await.metadata.id, 4712);
    assert_ne!(message("wrong-question").await.queries[0].name().to_ascii(), "wrong-question.example.");
    assert!(message("loop").await.answers.iter().all(|record| record.record_type() == RecordType::CNAME));

    assert!(message("tcp-lies").await.metadata.truncation);
    let mut stream = TcpStream::connect(server).await.expect("a connection");
    let bytes = question(&domain("tcp-lies"), RecordType::MX).to_vec().expect("bytes");
    stream.write_u16(bytes.len() as u16).await.expect("sent");
    stream.write_all(&bytes).await.expect("sent");
    let announced = stream.read_u16().await.expect("a length");
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.expect("it closes");
    assert!(rest.len() < usize::from(announced));

    let many = mx_of(&over_tcp(server, &question(&domain("many"), RecordType::MX)).await);
    assert_eq!((many.len(), many.iter().min().cloned()), (500, Some((10, "mx.many.example.".to_owned()))));
}
