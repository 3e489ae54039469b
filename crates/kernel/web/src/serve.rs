//! The server: connections from a bound socket, in the clear or with TLS 1.3, until it is told to stop.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use crate::client::Peer;

mod tls;

pub use tls::{Tls, TlsError};

/// A socket to serve on, and what a connection may cost.
#[derive(Debug)]
pub struct Listener {
    /// The bound socket.
    pub socket: TcpListener,
    /// The certificate and key, when we terminate TLS.
    pub tls: Option<Tls>,
    /// What a connection may cost.
    pub limits: ConnectionLimits,
}

/// What one connection, and all of them, may cost.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionLimits {
    /// The longest that the head of a request may take to arrive, and a kept connection may idle.
    pub header_read_timeout: Duration,
    /// The largest head of a request; beyond it the answer is 431. At least 8 KiB.
    pub header_bytes_max: usize,
    /// The most headers of one request.
    pub headers_max: usize,
    /// The longest that a TLS handshake may take.
    pub handshake_timeout: Duration,
    /// How many connections are open at once; further ones wait to be accepted.
    pub connections_max: usize,
    /// How long open requests may go on after the shutdown began.
    pub drain: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            header_read_timeout: Duration::from_secs(10),
            header_bytes_max: 32 * 1024,
            headers_max: 64,
            handshake_timeout: Duration::from_secs(10),
            connections_max: 4096,
            drain: Duration::from_secs(10),
        }
    }
}

/// Serves `router` on `listener` until `shutdown`, then lets open requests finish for at most
/// [`ConnectionLimits::drain`].
///
/// # Errors
/// When the socket cannot be used at all. What goes wrong with one connection ends that connection.
pub async fn serve(listener: Listener, router: Router, shutdown: CancellationToken) -> io::Result<()> {
    let Listener { socket, tls, limits } = listener;
    socket.set_nonblocking(true)?;
    let socket = tokio::net::TcpListener::from_std(socket)?;
    let places = Arc::new(Semaphore::new(limits.connections_max));
    let connections = TaskTracker::new();
    let drained = CancellationToken::new();
    let server =
        Server { router, tls: tls.map(Tls::acceptor), limits, shutdown: shutdown.clone(), drained: drained.clone() };
    let server = Arc::new(server);

    loop {
        let accepted = tokio::select! {
            biased;
            () = shutdown.cancelled() => break,
            accepted = accept(&socket, &places) => accepted,
        };
        let (stream, peer, place) = match accepted {
            Ok(accepted) => accepted,
            Err(error) if is_of_one_connection(&error) => continue,
            Err(error) => {
                tracing::warn!(%error, "no connection can be accepted");
                // Out of file descriptors, most likely: nothing tells when one is free again.
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let server = Arc::clone(&server);
        connections.spawn(async move {
            server.connection(stream, peer).await;
            drop(place);
        });
    }

    drop(socket);
    connections.close();
    if tokio::time::timeout(limits.drain, connections.wait()).await.is_err() {
        tracing::warn!(open = connections.len(), "requests were cut off at shutdown");
        drained.cancel();
        connections.wait().await;
    }
    Ok(())
}

type Accepted = (TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit);

async fn accept(socket: &tokio::net::TcpListener, places: &Arc<Semaphore>) -> io::Result<Accepted> {
    let place = Arc::clone(places).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, peer) = socket.accept().await?;
    Ok((stream, peer, place))
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

struct Server {
    router: Router,
    tls: Option<TlsAcceptor>,
    limits: ConnectionLimits,
    shutdown: CancellationToken,
    drained: CancellationToken,
}

impl Server {
    async fn connection(&self, stream: TcpStream, peer: SocketAddr) {
        let _ = stream.set_nodelay(true);
        let Some(tls) = &self.tls else { return self.requests(stream, peer).await };
        let handshake = tokio::time::timeout(self.limits.handshake_timeout, tls.accept(stream));
        let stream = tokio::select! {
            () = self.shutdown.cancelled() => return,
            stream = handshake => stream,
        };
        if let Ok(Ok(stream)) = stream {
            self.requests(stream, peer).await;
        }
    }

    async fn requests<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(&self, stream: S, peer: SocketAddr) {
        let router = self.router.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer));
            router.clone().oneshot(request)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.header_read_timeout)
            // hyper takes no less.
            .max_buf_size(self.limits.header_bytes_max.max(8192))
            .max_headers(self.limits.headers_max)
            .serve_connection(TokioIo::new(stream), service);
        let mut connection = std::pin::pin!(connection);
        // A connection's own error, a client that went away say, concerns nobody else.
        tokio::select! {
            _ = connection.as_mut() => return,
            () = self.shutdown.cancelled() => connection.as_mut().graceful_shutdown(),
        }
        tokio::select! {
            _ = connection => {}
            () = self.drained.cancelled() => {}
        }
    }
}

#[cfg(test)]
mod tests;
