//! TLS to mail servers: whatever certificate the server has, what is wrong with it is noted and the connection
//! goes on. Signatures of the handshake are verified all the same.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, ProtocolVersion, SignatureScheme};
use serde::Serialize;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::SmtpError;
use crate::error::EgressError;
use crate::trust;

/// The version that a connection has (conflict C5: 1.2 at least, 1.3 preferred).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum TlsVersion {
    /// TLS 1.2.
    #[serde(rename = "1.2")]
    V1_2,
    /// TLS 1.3.
    #[serde(rename = "1.3")]
    V1_3,
}

impl TlsVersion {
    /// `1.2` or `1.3`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1_2 => "1.2",
            Self::V1_3 => "1.3",
        }
    }
}

/// What is wrong with a server's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CertificateFault {
    /// Its time is over, or has not come.
    OutOfTime,
    /// It is for another name.
    OtherName,
    /// Nobody whom we know vouches for it: self-signed, or a private authority.
    UnknownIssuer,
    /// It was withdrawn.
    Revoked,
    /// It is malformed, badly signed, or not for servers.
    Unusable,
}

/// What the handshake found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TlsFacts {
    /// The version.
    pub version: TlsVersion,
    /// What is wrong with the certificate, if anything is.
    pub certificate_fault: Option<CertificateFault>,
}

/// What every handshake needs.
#[derive(Clone)]
pub(super) struct TlsSetup {
    strict: Arc<WebPkiServerVerifier>,
}

impl TlsSetup {
    pub(super) fn new() -> Result<Self, EgressError> {
        let strict = WebPkiServerVerifier::builder_with_provider(Arc::new(trust::public_roots()), trust::provider())
            .build()
            .map_err(|error| EgressError::Config(format!("TLS cannot be set up: {error}")))?;
        Ok(Self { strict })
    }

    /// Shakes hands on `tcp` with the mail host `host`.
    pub(super) async fn handshake(
        &self,
        tcp: TcpStream,
        host: &str,
        address: IpAddr,
    ) -> Result<(TlsStream<TcpStream>, TlsFacts), SmtpError> {
        let verifier = Arc::new(NotingVerifier { strict: self.strict.clone(), fault: Mutex::new(None) });
        let failed = |error: &dyn std::fmt::Display| SmtpError::Tls(error.to_string());
        // Made anew each time: without resumed sessions, every certificate is looked at.
        let config = ClientConfig::builder_with_provider(trust::provider())
            .with_protocol_versions(trust::VERSIONS)
            .map_err(|error| failed(&error))?
            .dangerous()
            .with_custom_certificate_verifier(verifier.clone())
            .with_no_client_auth();
        // A name with an underscore is no server name; then the address stands in, and no certificate matches.
        let name = ServerName::try_from(host.to_owned()).unwrap_or_else(|_| ServerName::IpAddress(address.into()));
        let stream = TlsConnector::from(Arc::new(config)).connect(name, tcp).await.map_err(|error| {
            // Faults of the protocol come wrapped in an I/O error; what is left is the socket's own.
            match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
                Some(protocol) => failed(protocol),
                None => SmtpError::of_socket(&error, false),
            }
        })?;
        let version = match stream.get_ref().1.protocol_version() {
            Some(ProtocolVersion::TLSv1_3) => TlsVersion::V1_3,
            Some(ProtocolVersion::TLSv1_2) => TlsVersion::V1_2,
            other => return Err(SmtpError::Tls(format!("unexpected version {other:?}"))),
        };
        let certificate_fault = *verifier.fault.lock().unwrap_or_else(PoisonError::into_inner);
        Ok((stream, TlsFacts { version, certificate_fault }))
    }
}

/// Verifies strictly, notes the outcome, and lets the connection go on.
#[derive(Debug)]
struct NotingVerifier {
    strict: Arc<WebPkiServerVerifier>,
    fault: Mutex<Option<CertificateFault>>,
}

impl ServerCertVerifier for NotingVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let strict = self.strict.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        if let Err(error) = strict {
            *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = Some(fault_of(&error));
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.strict.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.strict.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.strict.supported_verify_schemes()
    }
}

pub(super) fn fault_of(error: &Error) -> CertificateFault {
    let Error::InvalidCertificate(cause) = error else { return CertificateFault::Unusable };
    match cause {
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => CertificateFault::OutOfTime,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            CertificateFault::OtherName
        }
        CertificateError::UnknownIssuer => CertificateFault::UnknownIssuer,
        CertificateError::Revoked => CertificateFault::Revoked,
        // What the verifier says of a self-signed certificate that is marked as an authority.
        CertificateError::Other(_) if cause.to_string().contains("CaUsedAsEndEntity") => {
            CertificateFault::UnknownIssuer
        }
        _ => CertificateFault::Unusable,
    }
}
