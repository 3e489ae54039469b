use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ProtocolVersion, RootCertStore, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::TlsConnector;

use super::{Tls, TlsError};
use crate::Settings;
use crate::product::World;
use crate::serve::{ConnectionLimits, Listener, serve};

/// A folder with a certificate for `localhost` and its key, gone at the end.
struct Files(PathBuf);

impl Files {
    fn new() -> (Self, CertificateDer<'static>) {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let folder = std::env::temp_dir().join(format!("plumb-tls-{}", plumb_base::JobId::fresh()));
        std::fs::create_dir(&folder).unwrap();
        let pem =
            |label, der: &[u8]| format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der));
        std::fs::write(folder.join("cert.pem"), pem("CERTIFICATE", made.cert.der())).unwrap();
        std::fs::write(folder.join("key.pem"), pem("PRIVATE KEY", &made.signing_key.serialize_der())).unwrap();
        (Self(folder), made.cert.der().clone())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn client(trusted: &CertificateDer<'static>, version: &'static SupportedProtocolVersion) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

/// Claim 100: 1.3 answers, 1.2 is refused in the handshake.
#[tokio::test]
async fn speaks_1_3_and_nothing_older() {
    let (files, certificate) = Files::new();
    let world = World::new(Settings { hsts: true, ..Settings::default() });
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = socket.local_addr().unwrap();
    let tls = Tls::from_files(&files.path("cert.pem"), &files.path("key.pem")).unwrap();
    let listener = Listener { socket, tls: Some(tls), limits: ConnectionLimits::default() };
    tokio::spawn(serve(listener, world.router, world.shutdown.clone()));

    let connect = async |version| {
        #[expect(clippy::disallowed_methods, reason = "a client of our own server, on loopback")]
        let stream = tokio::net::TcpStream::connect(address).await.unwrap();
        client(&certificate, version).connect(ServerName::try_from("localhost").unwrap(), stream).await
    };
    let mut stream = connect(&rustls::version::TLS13).await.unwrap();
    assert_eq!(stream.get_ref().1.protocol_version(), Some(ProtocolVersion::TLSv1_3));
    let request = b"GET /api/v1/public HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("strict-transport-security: "), "{answer}");
    let refused = connect(&rustls::version::TLS12).await.unwrap_err();
    assert!(refused.to_string().contains("ProtocolVersion"), "{refused}");
    world.shutdown.cancel();
}

#[test]
fn says_which_file_is_wrong() {
    let (files, _) = Files::new();
    let (cert, key) = (files.path("cert.pem"), files.path("key.pem"));
    let other = Files::new().0;
    let missing = Tls::from_files(Path::new("/no/such.pem"), &key).unwrap_err();
    assert!(matches!(&missing, TlsError::File { path, .. } if path == Path::new("/no/such.pem")), "{missing}");
    let swapped = Tls::from_files(&cert, &cert).unwrap_err();
    assert!(matches!(&swapped, TlsError::File { path, .. } if *path == cert), "{swapped}");
    let foreign = Tls::from_files(&cert, &other.path("key.pem")).unwrap_err();
    assert!(matches!(foreign, TlsError::Unfit(_)), "{foreign}");
}
