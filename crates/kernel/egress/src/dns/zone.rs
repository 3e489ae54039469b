//! A resolver on loopback that knows a list of records, for tests.

use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr as _;
use std::time::Duration;

use hickory_proto::op::{Message, OpCode, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA, CNAME, MX, PTR, SOA, TXT};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use tokio::net::UdpSocket;

use crate::{Egress, EgressConfig, Recorder};

/// A line of a zone: `name kind value`. The kind `FAIL` makes every question about the name fail.
type Line = (&'static str, &'static str, &'static str);

fn name(text: &str) -> Name {
    Name::from_str(&format!("{}.", text.trim_end_matches('.'))).unwrap()
}

fn record((of, kind, value): &Line) -> Option<Record> {
    let data = match *kind {
        "A" => RData::A(A(value.parse().unwrap())),
        "AAAA" => RData::AAAA(AAAA(value.parse().unwrap())),
        "MX" if *value == "." => RData::MX(MX::new(0, Name::root())),
        "MX" => RData::MX(MX::new(10, name(value))),
        "PTR" => RData::PTR(PTR(name(value))),
        "CNAME" => RData::CNAME(CNAME(name(value))),
        "TXT" => RData::TXT(TXT::new(vec![(*value).to_owned()])),
        _ => return None,
    };
    Some(Record::from_rdata(name(of), 300, data))
}

/// Starts a resolver for the zone, and egress that asks it.
pub(crate) async fn egress(zone: Vec<Line>, config: EgressConfig) -> Egress {
    let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let resolver = udp.local_addr().unwrap();
    tokio::spawn(async move {
        let mut buffer = [0; 4096];
        while let Ok((length, from)) = udp.recv_from(&mut buffer).await {
            udp.send_to(&answer(&zone, &buffer[..length]), from).await.unwrap();
        }
    });
    let dns_wait = Duration::from_millis(500);
    Egress::new(EgressConfig { resolver: Some(resolver), dns_wait, ..config }, Recorder::memory()).unwrap()
}

/// Egress with the names of a well-kept sender.
pub(crate) fn config() -> EgressConfig {
    EgressConfig { allow_private: true, ..EgressConfig::new("probe.ours.example", "postmaster@ours.example") }
}

/// An address of the documentation.
pub(crate) fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn answer(zone: &[Line], question: &[u8]) -> Vec<u8> {
    let question = Message::from_vec(question).unwrap();
    let query = question.queries.first().unwrap().clone();
    let asked = query.name().to_ascii().trim_end_matches('.').to_ascii_lowercase();
    let mut answer = Message::response(question.metadata.id, OpCode::Query);
    answer.metadata.recursion_available = true;
    answer.add_query(query.clone());
    let of_name = || zone.iter().filter(|(of, ..)| of.eq_ignore_ascii_case(&asked));
    if of_name().any(|(_, kind, _)| *kind == "FAIL") {
        answer.metadata.response_code = ResponseCode::ServFail;
    } else if of_name().next().is_none() {
        answer.metadata.response_code = ResponseCode::NXDomain;
    }
    // The whole chain of aliases, as a recursive resolver gives it.
    let mut at = query.name().clone();
    for _ in 0..4 {
        let mut next = None;
        for found in zone.iter().filter_map(record).filter(|record| record.name == at) {
            if let RData::CNAME(target) = &found.data {
                next = Some(target.0.clone());
            }
            if found.record_type() == query.query_type() || found.record_type() == RecordType::CNAME {
                answer.add_answer(found);
            }
        }
        let Some(name) = next else { break };
        at = name;
    }
    if answer.answers.is_empty() && answer.metadata.response_code != ResponseCode::ServFail {
        let soa = SOA::new(name("ns.example"), name("hostmaster.example"), 1, 60, 60, 60, 120);
        answer.add_authority(Record::from_rdata(name("example"), 300, RData::SOA(soa)));
    }
    answer.to_vec().unwrap()
}
