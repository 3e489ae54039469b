//! STARTTLS with a certificate that nobody has signed but ourselves, as many mail servers have.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

use crate::world::WorldError;

/// An acceptor with a fresh key, for the names `*.example` and `*.test`.
pub(crate) fn acceptor() -> Result<TlsAcceptor, WorldError> {
    let made = rcgen::generate_simple_self_signed(vec!["*.example".to_owned(), "*.test".to_owned()])
        .map_err(|error| WorldError::Tls(error.to_string()))?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| WorldError::Tls(error.to_string()))?
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .map_err(|error| WorldError::Tls(error.to_string()))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
