//! TLS of the server's own sockets: 1.3 and nothing older (claim 100).

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::version::TLS13;
use tokio_rustls::TlsAcceptor;

/// A certificate chain with its key, ready to serve.
#[derive(Clone)]
pub struct Tls(Arc<ServerConfig>);

/// A certificate and key that cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read, or is no PEM.
    #[error("{path}: {cause}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// The key does not fit the certificate, or is of a kind that is not supported.
    #[error("the certificate and the key cannot be used: {0}")]
    Unfit(#[from] rustls::Error),
}

impl Tls {
    /// Reads a certificate chain, the server's own first, and its private key, both in PEM.
    ///
    /// Reads the files once, at start: a renewed certificate needs a restart.
    pub fn from_files(certificates: &Path, key: &Path) -> Result<Self, TlsError> {
        let bad = |path: &Path, cause: &pem::Error| TlsError::File { path: path.to_owned(), cause: cause.to_string() };
        let chain = CertificateDer::pem_file_iter(certificates)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|cause| bad(certificates, &cause))?;
        let key = PrivateKeyDer::from_pem_file(key).map_err(|cause| bad(key, &cause))?;
        Self::new(chain, key)
    }

    pub(crate) fn new(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<Self, TlsError> {
        let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(&[&TLS13])?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self(Arc::new(config)))
    }

    pub(crate) fn acceptor(self) -> TlsAcceptor {
        TlsAcceptor::from(self.0)
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

#[cfg(test)]
mod tests;
