use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hickory_proto::op::{Message, OpCode, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA, CNAME, MX, NS, SOA, TXT};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use plumb_base::{Domain, OrgId};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, UdpSocket};
use tokio::time::Instant;

use super::{AddressAnswer, DnsFault, MxAnswer, MxHost, TxtAnswer};
use crate::{CallContext, DNS_RESOLVER, Egress, EgressConfig, EgressError, FieldClass, Recorder};

/// A resolver on loopback, over UDP and TCP, that knows the zone below.
struct Resolver {
    address: SocketAddr,
    over_udp: Arc<AtomicUsize>,
    over_tcp: Arc<AtomicUsize>,
}

impl Resolver {
    async fn start() -> Self {
        // The same port must be free for both; other tests may hold one of them.
        let (udp, tcp) = loop {
            let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
            if let Ok(tcp) = TcpListener::bind(udp.local_addr().unwrap()).await {
                break (udp, tcp);
            }
        };
        let address = udp.local_addr().unwrap();
        let (over_udp, over_tcp) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let count = over_udp.clone();
        tokio::spawn(async move {
            let mut buffer = [0; 4096];
            while let Ok((length, from)) = udp.recv_from(&mut buffer).await {
                count.fetch_add(1, Ordering::SeqCst);
                if let Some(answer) = answer(&buffer[..length], true) {
                    udp.send_to(&answer, from).await.unwrap();
                }
            }
        });
        let count = over_tcp.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = tcp.accept().await {
                let count = count.clone();
                tokio::spawn(async move {
                    while let Ok(length) = stream.read_u16().await {
                        count.fetch_add(1, Ordering::SeqCst);
                        let mut question = vec![0; usize::from(length)];
                        stream.read_exact(&mut question).await.unwrap();
                        let Some(answer) = answer(&question, false) else { return };
                        stream.write_u16(u16::try_from(answer.len()).unwrap()).await.unwrap();
                        stream.write_all(&answer).await.unwrap();
                    }
                });
            }
        });
        Self { address, over_udp, over_tcp }
    }

    fn egress(&self) -> Egress {
        self.egress_with(Recorder::memory())
    }

    fn egress_with(&self, recorder: Recorder) -> Egress {
        let config = EgressConfig {
            allow_private: true,
            resolver: Some(self.address),
            dns_wait: Duration::from_millis(300),
            ..EgressConfig::new("probe.example.com", "probe@example.com")
        };
        Egress::new(config, recorder).unwrap()
    }
}

fn name(text: &str) -> Name {
    Name::from_str(text).unwrap()
}

fn record(of: &str, data: RData) -> Record {
    Record::from_rdata(name(of), 300, data)
}

fn soa() -> Record {
    record("example.", RData::SOA(SOA::new(name("ns.example."), name("hostmaster.example."), 1, 60, 60, 60, 120)))
}

fn mx(of: &str, preference: u16, host: &str) -> Record {
    record(of, RData::MX(MX::new(preference, name(host))))
}

fn answer(question: &[u8], over_udp: bool) -> Option<Vec<u8>> {
    let question = Message::from_vec(question).unwrap();
    let query = question.queries.first().unwrap().clone();
    let asked = query.name().to_ascii().to_ascii_lowercase();
    let mut answer = Message::response(question.metadata.id, OpCode::Query);
    answer.metadata.recursion_available = true;
    answer.add_query(query.clone());
    match (asked.as_str(), query.query_type()) {
        ("mail.example.", RecordType::MX) => {
            answer.add_answer(mx("mail.example.", 20, "mx2.mail.example."));
            answer.add_answer(mx("mail.example.", 10, "MX1.mail.example."));
            answer.add_answer(mx("mail.example.", 0, "."));
        }
        ("nomail.example.", RecordType::MX) => {
            answer.add_answer(mx("nomail.example.", 0, "."));
        }
        ("alias.example.", RecordType::MX) => {
            answer.add_answer(record("alias.example.", RData::CNAME(CNAME(name("mail.example.")))));
            answer.add_answer(mx("mail.example.", 10, "mx1.mail.example."));
        }
        ("dangling.example.", RecordType::MX) => {
            answer.metadata.response_code = ResponseCode::NXDomain;
            answer.add_answer(record("dangling.example.", RData::CNAME(CNAME(name("gone.example.")))));
            answer.add_authority(soa());
        }
        ("gone.example.", _) => {
            answer.metadata.response_code = ResponseCode::NXDomain;
            answer.add_authority(soa());
        }
        ("large.example.", RecordType::MX) if over_udp => answer.metadata.truncation = true,
        ("large.example.", RecordType::MX) => {
            for host in 0..40 {
                answer.add_answer(mx("large.example.", host, &format!("mx{host}.large.example.")));
            }
        }
        ("referred.example.", _) => {
            answer.add_authority(record("example.", RData::NS(NS(name("ns.example.")))));
        }
        ("broken.example.", _) | ("half.example.", RecordType::A) => {
            answer.metadata.response_code = ResponseCode::ServFail;
        }
        ("refused.example.", _) => answer.metadata.response_code = ResponseCode::Refused,
        ("silent.example.", _) => return None,
        ("mx1.mail.example.", RecordType::A) => {
            answer.add_answer(record("mx1.mail.example.", RData::A(A::new(127, 0, 0, 2))));
        }
        ("mx1.mail.example." | "half.example.", RecordType::AAAA) => {
            answer.add_answer(record(&asked, RData::AAAA(AAAA::new(0, 0, 0, 0, 0, 0, 0, 1))));
        }
        ("under_score.example.", RecordType::A) => {
            answer.add_answer(record("under_score.example.", RData::A(A::new(127, 0, 0, 3))));
        }
        ("mail.example.", RecordType::TXT) => {
            let parts = vec!["v=spf1 ".to_owned(), "-all".to_owned()];
            answer.add_answer(record("mail.example.", RData::TXT(TXT::new(parts))));
        }
        _ => {
            answer.add_authority(soa());
        }
    }
    Some(answer.to_vec().unwrap())
}

fn context() -> CallContext {
    CallContext::new(OrgId::fresh(), "verify.mailbox")
}

async fn ask_mx(egress: &Egress, domain: &str) -> MxAnswer {
    egress.dns().mx(&context(), &Domain::parse(domain).unwrap()).await.unwrap()
}

fn host(preference: u16, host: &str) -> MxHost {
    MxHost { preference, host: host.to_owned() }
}

#[tokio::test]
async fn what_a_domain_says_about_its_mail_is_kept_apart() {
    let egress = Resolver::start().await.egress();
    let both = MxAnswer::Mx(vec![host(10, "mx1.mail.example"), host(20, "mx2.mail.example")]);
    assert_eq!(ask_mx(&egress, "mail.example").await, both, "sorted, lower case, without the null one");
    assert_eq!(ask_mx(&egress, "alias.example").await, MxAnswer::Mx(vec![host(10, "mx1.mail.example")]));
    assert_eq!(ask_mx(&egress, "nomail.example").await, MxAnswer::NullMx);
    assert_eq!(ask_mx(&egress, "gone.example").await, MxAnswer::NxDomain);
    assert_eq!(ask_mx(&egress, "dangling.example").await, MxAnswer::NxDomain);
    assert_eq!(ask_mx(&egress, "other.example").await, MxAnswer::NoData);
    assert_eq!(ask_mx(&egress, "broken.example").await, MxAnswer::Temporary(DnsFault::ServFail));
    assert_eq!(ask_mx(&egress, "refused.example").await, MxAnswer::Temporary(DnsFault::Refused));
    assert_eq!(ask_mx(&egress, "silent.example").await, MxAnswer::Temporary(DnsFault::Timeout));
    assert_eq!(
        ask_mx(&egress, "referred.example").await,
        MxAnswer::Temporary(DnsFault::Other),
        "a referral proves nothing"
    );
}

/// A circle of aliases is a fault of the zone, not a domain without mail hosts.
#[tokio::test]
async fn aliases_in_a_circle_prove_nothing() {
    let zone = vec![
        ("one.example", "CNAME", "two.example"),
        ("two.example", "CNAME", "one.example"),
        ("self.example", "CNAME", "self.example"),
        ("way.example", "CNAME", "house.example"),
        ("house.example", "MX", "mx.house.example"),
        ("bare.example", "CNAME", "hall.example"),
        ("hall.example", "A", "192.0.2.1"),
    ];
    let egress = super::zone::egress(zone, super::zone::config()).await;
    for domain in ["one.example", "two.example", "self.example"] {
        let answer = ask_mx(&egress, domain).await;
        assert!(matches!(answer, MxAnswer::Temporary(_)), "{domain}: {answer:?}");
        let answer = egress.dns().addresses(&context(), domain).await.unwrap();
        assert!(matches!(answer, AddressAnswer::Temporary(_)), "{domain}: {answer:?}");
    }
    assert_eq!(ask_mx(&egress, "way.example").await, MxAnswer::Mx(vec![host(10, "mx.house.example")]));
    assert_eq!(ask_mx(&egress, "bare.example").await, MxAnswer::NoData);
}

#[tokio::test]
async fn a_truncated_answer_is_asked_for_again_over_tcp() {
    let resolver = Resolver::start().await;
    let MxAnswer::Mx(hosts) = ask_mx(&resolver.egress(), "large.example").await else { panic!("no hosts") };
    assert_eq!(hosts.len(), 40);
    assert_eq!(resolver.over_tcp.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn addresses_come_with_ipv4_first() {
    let egress = Resolver::start().await.egress();
    let ask = async |host: &str| egress.dns().addresses(&context(), host).await.unwrap();
    let found = |texts: &[&str]| AddressAnswer::Addresses(texts.iter().map(|text| text.parse().unwrap()).collect());
    assert_eq!(ask("mx1.mail.example").await, found(&["127.0.0.2", "::1"]));
    assert_eq!(ask("half.example").await, found(&["::1"]), "one family failed, the other did not");
    assert_eq!(ask("under_score.example.").await, found(&["127.0.0.3"]));
    assert_eq!(ask("gone.example").await, AddressAnswer::NxDomain);
    assert_eq!(ask("mail.example").await, AddressAnswer::NoData);
    assert_eq!(ask("broken.example").await, AddressAnswer::Temporary(DnsFault::ServFail));
    for text in ["192.0.2.1", "2001:db8::1", "", ".", "a..b", "with space.example"] {
        let answer = ask(text).await;
        assert!(matches!(answer, AddressAnswer::NotAName), "{text:?}: {answer:?}");
    }
}

#[tokio::test]
async fn the_parts_of_a_text_are_joined() {
    let egress = Resolver::start().await.egress();
    let answer = egress.dns().txt(&context(), "mail.example").await.unwrap();
    assert_eq!(answer, TxtAnswer::Txt(vec!["v=spf1 -all".to_owned()]));
    assert_eq!(egress.dns().txt(&context(), "other.example").await.unwrap(), TxtAnswer::NoData);
}

#[tokio::test]
async fn each_question_that_leaves_is_recorded_and_no_other() {
    let resolver = Resolver::start().await;
    let egress = resolver.egress();
    let (first, second) = tokio::join!(ask_mx(&egress, "mail.example"), ask_mx(&egress, "MAIL.example"));
    assert_eq!(first, second);
    ask_mx(&egress, "mail.example").await;
    ask_mx(&egress, "gone.example").await;
    ask_mx(&egress, "gone.example").await;
    assert_eq!(resolver.over_udp.load(Ordering::SeqCst), 2, "answers, and the lack of one, are kept");
    let kept = egress.recorder().kept().unwrap();
    assert_eq!(kept.len(), 2);
    assert_eq!(kept[0].destination, DNS_RESOLVER);
    assert_eq!(kept[0].classes, [FieldClass::Domain]);
    assert_eq!(kept[0].host, resolver.address.to_string());

    ask_mx(&egress, "broken.example").await;
    let asked = resolver.over_udp.load(Ordering::SeqCst);
    ask_mx(&egress, "broken.example").await;
    assert!(resolver.over_udp.load(Ordering::SeqCst) > asked, "a fault is not kept");
}

#[tokio::test]
async fn a_question_that_cannot_be_recorded_does_not_leave() {
    let resolver = Resolver::start().await;
    let egress = resolver.egress_with(Recorder::failing());
    let refused = egress.dns().mx(&context(), &Domain::parse("mail.example").unwrap()).await.unwrap_err();
    assert!(matches!(refused, EgressError::NotRecorded(_)), "{refused}");
    assert_eq!(resolver.over_udp.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_resolver_that_is_not_there_answers_nothing() {
    let mut resolver = Resolver::start().await;
    resolver.address = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap().local_addr().unwrap();
    // Whether the machine says "refused" or nothing is its own affair; it is no answer about the domain.
    let answer = ask_mx(&resolver.egress(), "gone.example").await;
    assert!(matches!(answer, MxAnswer::Temporary(DnsFault::Unreachable | DnsFault::Timeout)), "{answer:?}");
}

#[tokio::test]
async fn an_answer_is_kept_for_its_time() {
    use super::answer::Records;
    use super::cache::{Cache, Key};
    let cache = Cache::new(2);
    let asked = Mutex::new(0);
    let began = Instant::now();
    let ask = async |name: &str, at_secs: u64| {
        let key = Key { name: name.to_owned(), kind: RecordType::MX };
        let brings = || async {
            *asked.lock().unwrap() += 1;
            Ok(Records::NoData { keep: Duration::from_secs(100) })
        };
        cache.get_or_ask(key, began + Duration::from_secs(at_secs), brings).await.unwrap();
        *asked.lock().unwrap()
    };
    assert_eq!(ask("a", 0).await, 1);
    assert_eq!(ask("a", 99).await, 1);
    assert_eq!(ask("a", 100).await, 2, "its time is over");
    assert_eq!(ask("b", 101).await, 3);
    assert_eq!(ask("c", 101).await, 4, "the bound holds, and the newest is kept");
    assert_eq!(ask("c", 102).await, 4);
}

#[tokio::test]
async fn who_gives_up_leaves_the_question_to_the_next() {
    use super::answer::Records;
    use super::cache::{Cache, Key};
    let cache = Cache::new(8);
    let key = Key { name: "a".to_owned(), kind: RecordType::MX };
    let refused = cache
        .get_or_ask(key.clone(), Instant::now(), || async { Err(EgressError::NotRecorded("full".to_owned())) })
        .await;
    assert!(matches!(refused, Err(EgressError::NotRecorded(_))));
    let next = cache.get_or_ask(key, Instant::now(), || async { Ok(Records::Fault(DnsFault::Timeout)) }).await;
    assert!(matches!(next, Ok(Records::Fault(DnsFault::Timeout))));
}

#[tokio::test]
async fn a_loopback_resolver_needs_leave() {
    let loopback: IpAddr = Ipv4Addr::LOCALHOST.into();
    let config = EgressConfig {
        resolver: Some(SocketAddr::new(loopback, 53)),
        ..EgressConfig::new("probe.example.com", "probe@example.com")
    };
    assert!(matches!(Egress::new(config, Recorder::memory()), Err(EgressError::Config(_))));
}
