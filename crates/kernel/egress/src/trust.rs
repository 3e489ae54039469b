//! Whom TLS connections trust, and what they may negotiate.

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::CertificateDer;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};

use crate::error::EgressError;

/// 1.3 where the far side can, 1.2 at least (conflict C5).
pub(crate) const VERSIONS: &[&SupportedProtocolVersion] = &[&TLS13, &TLS12];

/// The cryptography of every connection outwards.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

/// The authorities that browsers trust.
pub(crate) fn public_roots() -> RootCertStore {
    RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }
}

/// TLS for HTTP, trusting the public authorities and `more`.
pub(crate) fn https(more: &[CertificateDer<'static>]) -> Result<ClientConfig, EgressError> {
    let unusable = |error: rustls::Error| EgressError::Config(format!("TLS cannot be set up: {error}"));
    let mut roots = public_roots();
    for root in more {
        roots.add(root.clone()).map_err(unusable)?;
    }
    Ok(ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(VERSIONS)
        .map_err(unusable)?
        .with_root_certificates(roots)
        .with_no_client_auth())
}
