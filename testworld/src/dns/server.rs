//! An authoritative name server on UDP and TCP.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use hickory_proto::op::{Edns, Message, MessageType, Metadata, OpCode, Query, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA, CNAME, MX, PTR, SOA, TXT};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::{Answering, Data, Found};
use crate::log::{Question, Transport};
use crate::smtp::ACCEPT_PAUSE;
use crate::world::Internet;

/// Largest answer over UDP, whatever the client says it takes (the size that avoids fragments).
const UDP_BYTES_MAX: usize = 1232;
/// Most TCP connections at a time.
const TCP_CONNECTIONS_MAX: usize = 64;
/// How many bytes of a message are held back by [`Answering::LengthLies`].
const LENGTH_LIE_BYTES: usize = 4;
/// How many bytes more than there are [`Answering::TcpLies`] announces.
const TCP_LIE_BYTES: u16 = 700;
/// Bytes of [`Answering::Garbage`].
const GARBAGE_BYTES: usize = 60;
/// How long a TCP connection may stay without a question.
const TCP_IDLE: Duration = Duration::from_secs(10);

/// Answers questions over UDP until the task is dropped.
pub(crate) async fn serve_udp(socket: UdpSocket, internet: Arc<Internet>) {
    let mut buffer = vec![0; 4096];
    loop {
        // A client that went away shows as an error of the next receive; it is not ours.
        let Ok((length, client)) = socket.recv_from(&mut buffer).await else { continue };
        if let Some(reply) = answer(&internet, &buffer[..length], Transport::Udp)
            && let Err(error) = socket.send_to(&reply.bytes, client).await
        {
            tracing::debug!(%error, "a DNS reply was not sent");
        }
    }
}

/// Answers questions over TCP until the task is dropped.
pub(crate) async fn serve_tcp(listener: TcpListener, internet: Arc<Internet>) {
    let places = Arc::new(Semaphore::new(TCP_CONNECTIONS_MAX));
    let mut connections = JoinSet::new();
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let Ok((stream, _)) = listener.accept().await else {
            sleep(ACCEPT_PAUSE).await;
            continue;
        };
        while connections.try_join_next().is_some() {}
        let internet = Arc::clone(&internet);
        connections.spawn(async move {
            if let Err(error) = converse(stream, &internet).await {
                tracing::debug!(%error, "a DNS connection ended early");
            }
            drop(place);
        });
    }
}

async fn converse(mut stream: TcpStream, internet: &Internet) -> io::Result<()> {
    loop {
        let Ok(length) = timeout(TCP_IDLE, stream.read_u16()).await else { return Ok(()) };
        let mut question = vec![0; usize::from(length?)];
        stream.read_exact(&mut question).await?;
        if let Some(reply) = answer(internet, &question, Transport::Tcp) {
            let Ok(length) = u16::try_from(reply.bytes.len()) else { return Ok(()) };
            stream.write_u16(length.saturating_add(reply.bytes_missing)).await?;
            stream.write_all(&reply.bytes).await?;
            if reply.bytes_missing > 0 {
                return Ok(());
            }
        }
    }
}

/// What goes out.
struct Reply {
    bytes: Vec<u8>,
    /// How many bytes are announced over TCP and never sent.
    bytes_missing: u16,
}

/// The reply to one message, or `None` for silence.
fn answer(internet: &Internet, bytes: &[u8], over: Transport) -> Option<Reply> {
    let honest = |bytes| Reply { bytes, bytes_missing: 0 };
    let request = Message::from_vec(bytes).ok()?;
    if request.metadata.message_type != MessageType::Query {
        return None; // an answer to an answer would never end
    }
    let mut reply = Message::new(request.metadata.id, MessageType::Response, OpCode::Query);
    reply.metadata = Metadata::response_from_request(&request.metadata);
    reply.metadata.authoritative = true;
    reply.metadata.recursion_available = true;
    reply.add_queries(request.queries.iter().cloned());
    if request.edns.is_some() {
        let mut edns = Edns::new();
        edns.set_max_payload(UDP_BYTES_MAX as u16);
        reply.set_edns(edns);
    }
    let [query] = request.queries.as_slice() else {
        reply.metadata.response_code = ResponseCode::FormErr;
        return reply.to_vec().ok().map(honest);
    };
    if request.metadata.op_code != OpCode::Query {
        reply.metadata.response_code = ResponseCode::NotImp;
        return reply.to_vec().ok().map(honest);
    }

    let name = query.name().to_ascii().trim_end_matches('.').to_ascii_lowercase();
    let kind = query.query_type();
    internet.log.question(Question { name: name.clone(), kind: kind.to_string(), over });
    let zones = internet.zones.read().unwrap_or_else(PoisonError::into_inner);
    let answering = zones.zone_of(&name).map_or(Answering::Normally, |(_, zone)| zone.answering);
    match answering {
        Answering::Silent => return None,
        Answering::ServFail => reply.metadata.response_code = ResponseCode::ServFail,
        Answering::ServFailForMx if kind == RecordType::MX => {
            reply.metadata.response_code = ResponseCode::ServFail;
        }
        Answering::Refused => reply.metadata.response_code = ResponseCode::Refused,
        Answering::TruncatedOverUdp | Answering::TcpLies if over == Transport::Udp => {
            return reply.truncate().to_vec().ok().map(honest);
        }
        _ => {
            let found = zones.find(&name, |data| kind == RecordType::ANY || data.record_type() == kind);
            fill(&mut reply, found, internet.ttl_secs)?;
        }
    }
    match answering {
        Answering::WrongId => reply.metadata.id = reply.metadata.id.wrapping_add(1),
        Answering::WrongQuestion => {
            let other = self::name("other.testworld.test")?;
            for record in &mut reply.answers {
                record.name = other.clone();
            }
            reply.queries = vec![Query::query(other, kind)];
        }
        _ => {}
    }
    let mut bytes = reply.to_vec().ok()?;
    let room = usize::from(request.max_payload()).clamp(512, UDP_BYTES_MAX);
    if over == Transport::Udp && bytes.len() > room {
        return reply.truncate().to_vec().ok().map(honest);
    }
    match answering {
        Answering::LengthLies => bytes.truncate(bytes.len().saturating_sub(LENGTH_LIE_BYTES)),
        Answering::Garbage => bytes = vec![0xA5; GARBAGE_BYTES],
        _ => {}
    }
    let bytes_missing = if answering == Answering::TcpLies { TCP_LIE_BYTES } else { 0 };
    Some(Reply { bytes, bytes_missing })
}

/// Puts what was found into the reply. NODATA and NXDOMAIN carry the SOA of their zone (RFC 2308).
fn fill(reply: &mut Message, found: Found, ttl_secs: u32) -> Option<()> {
    let origin = match found {
        Found::Records(records) => {
            for (owner, data) in records {
                reply.add_answer(Record::from_rdata(name(&owner)?, ttl_secs, data.rdata()?));
            }
            return Some(());
        }
        Found::NoData(origin) => origin,
        Found::NoName(origin) => {
            reply.metadata.response_code = ResponseCode::NXDomain;
            origin
        }
    };
    let soa = SOA::new(name("ns.testworld.test")?, name("hostmaster.testworld.test")?, 1, 3600, 600, 86_400, ttl_secs);
    // The minimum of the SOA is the lifetime of the negative answer; its own lifetime caps it.
    reply.add_authority(Record::from_rdata(name(&origin)?, ttl_secs, RData::SOA(soa)));
    Some(())
}

/// A name on the wire; the empty text and "." are the root.
fn name(text: &str) -> Option<Name> {
    let text = text.trim_end_matches('.');
    if text.is_empty() { Some(Name::root()) } else { Name::from_ascii(format!("{text}.")).ok() }
}

impl Data {
    fn record_type(&self) -> RecordType {
        match self {
            Self::A(_) => RecordType::A,
            Self::Aaaa(_) => RecordType::AAAA,
            Self::Cname(_) => RecordType::CNAME,
            Self::Mx { .. } => RecordType::MX,
            Self::Ptr(_) => RecordType::PTR,
            Self::Txt(_) => RecordType::TXT,
        }
    }

    fn rdata(&self) -> Option<RData> {
        Some(match self {
            Self::A(address) => RData::A(A(*address)),
            Self::Aaaa(address) => RData::AAAA(AAAA(*address)),
            Self::Cname(to) => RData::CNAME(CNAME(name(to)?)),
            Self::Mx { preference, host } => RData::MX(MX::new(*preference, name(host)?)),
            Self::Ptr(to) => RData::PTR(PTR(name(to)?)),
            Self::Txt(text) => RData::TXT(TXT::new(vec![text.clone()])),
        })
    }
}

/// Binds UDP and TCP on one port of 127.0.0.1; 0 chooses one.
pub(crate) async fn bind(port: u16) -> io::Result<(UdpSocket, TcpListener, SocketAddr)> {
    let mut attempts = 0;
    loop {
        let udp = UdpSocket::bind(("127.0.0.1", port)).await?;
        let address = udp.local_addr()?;
        attempts += 1;
        match TcpListener::bind(address).await {
            Ok(tcp) => return Ok((udp, tcp, address)),
            // Somebody has the TCP side of the port we were given: take another.
            Err(_) if port == 0 && attempts < crate::world::PORT_ATTEMPTS => {}
            Err(error) => return Err(error),
        }
    }
}
