//! How a connection to a mail server leaves: from which address of ours, and through a proxy or not.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use xxhash_rust::xxh3::xxh3_64;

#[cfg(test)]
mod tests;

/// An address that mail servers are asked from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The address.
    pub address: IpAddr,
    /// The name to greet with from there: it must lead to the address and back. Without one, the installation's.
    pub helo: Option<String>,
}

/// A SOCKS5 proxy (RFC 1928), with a name and a password or without (RFC 1929). Debug output leaves the password out.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    /// Where it listens.
    pub address: SocketAddr,
    /// Name and password, each of at most 255 octets.
    pub login: Option<(String, String)>,
}

impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Proxy").field("address", &self.address).finish_non_exhaustive()
    }
}

/// The ways out.
#[derive(Clone, Debug, Default)]
pub(super) struct Ways {
    pub(super) sources: Vec<Source>,
    pub(super) proxy: Option<Proxy>,
}

impl Ways {
    /// The source address for a domain: always the same one while the configuration stays, so that a greylisting
    /// server finds what it waits for. `None` leaves it to the operating system; an error says that no address of ours
    /// can reach theirs.
    pub(super) fn source(&self, domain: &str, to: IpAddr) -> io::Result<Option<&Source>> {
        if self.sources.is_empty() || self.proxy.is_some() {
            return Ok(None);
        }
        // By the highest of a hash each: an address more or less changes the way of few domains.
        let of_family = self.sources.iter().filter(|source| source.address.is_ipv4() == to.is_ipv4());
        of_family
            .max_by_key(|source| xxh3_64(format!("{}|{domain}", source.address).as_bytes()))
            .map(Some)
            .ok_or_else(|| io::ErrorKind::NetworkUnreachable.into())
    }

    /// Opens the connection. Bounded by the caller.
    pub(super) async fn open(&self, from: Option<IpAddr>, to: SocketAddr) -> io::Result<TcpStream> {
        let tcp = match &self.proxy {
            Some(proxy) => through(proxy, to).await?,
            None => connect(from, to).await?,
        };
        tcp.set_nodelay(true)?;
        Ok(tcp)
    }
}

async fn connect(from: Option<IpAddr>, to: SocketAddr) -> io::Result<TcpStream> {
    let socket = if to.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    if let Some(from) = from {
        socket.bind(SocketAddr::new(from, 0))?;
    }
    socket.connect(to).await
}

/// Ways to log in at a proxy (RFC 1928 §3, RFC 1929).
const NO_LOGIN: u8 = 0;
const NAME_AND_PASSWORD: u8 = 2;

/// Asks the proxy for a connection to an address: never to a name, which it would resolve without the guard.
async fn through(proxy: &Proxy, to: SocketAddr) -> io::Result<TcpStream> {
    let refused = |why: &'static str| io::Error::new(io::ErrorKind::ConnectionRefused, why);
    let mut tcp = connect(None, proxy.address).await?;
    let method = if proxy.login.is_some() { NAME_AND_PASSWORD } else { NO_LOGIN };
    tcp.write_all(&[5, 1, method]).await?;
    let mut chosen = [0; 2];
    tcp.read_exact(&mut chosen).await?;
    if chosen != [5, method] {
        return Err(refused("the proxy wants another way to log in"));
    }
    if let Some((name, password)) = &proxy.login {
        let mut login = vec![1];
        for part in [name, password] {
            login.push(u8::try_from(part.len()).map_err(|_| refused("a name or password over 255 octets"))?);
            login.extend_from_slice(part.as_bytes());
        }
        tcp.write_all(&login).await?;
        let mut answer = [0; 2];
        tcp.read_exact(&mut answer).await?;
        if answer[1] != 0 {
            return Err(refused("the proxy did not take name and password"));
        }
    }
    let mut request = vec![5, 1, 0];
    match to.ip() {
        IpAddr::V4(v4) => {
            request.push(1);
            request.extend_from_slice(&v4.octets());
        }
        IpAddr::V6(v6) => {
            request.push(4);
            request.extend_from_slice(&v6.octets());
        }
    }
    request.extend_from_slice(&to.port().to_be_bytes());
    tcp.write_all(&request).await?;
    let mut answer = [0; 4];
    tcp.read_exact(&mut answer).await?;
    let rest = match answer {
        [5, 0, _, 1] => 4 + 2,
        [5, 0, _, 4] => 16 + 2,
        [5, 0, _, 3] => usize::from(tcp.read_u8().await?) + 2,
        [5, 3 | 4, ..] => return Err(io::ErrorKind::HostUnreachable.into()),
        [5, 6, ..] => return Err(io::ErrorKind::TimedOut.into()),
        _ => return Err(refused("the proxy refused the connection")),
    };
    let mut bound = vec![0; rest];
    tcp.read_exact(&mut bound).await?;
    Ok(tcp)
}

/// The address of this machine that would be used towards the public network: nothing is sent.
pub(crate) async fn own_address() -> io::Result<IpAddr> {
    let socket = tokio::net::UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).await?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 25)).await?;
    Ok(socket.local_addr()?.ip())
}
