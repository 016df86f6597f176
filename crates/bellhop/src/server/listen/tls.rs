//! TLS with a certificate from files, which may be replaced while the server runs.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, crypto};
use tokio::net::TcpStream;
use tokio::signal::unix::{SignalKind, signal};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;

use crate::config::Settings;

/// A certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// One of the two settings is missing.
    #[error("`tls_cert` and `tls_key` belong together: set both, or neither")]
    Half,
    /// A file cannot be read, or is not what it should be.
    #[error("{path}: {source}; it has to be a PEM file")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: rustls::pki_types::pem::Error,
    },
    /// The file of the certificate has none.
    #[error("{0} has no certificate in it")]
    Empty(PathBuf),
    /// The key is none that is known, or another certificate's.
    #[error("the certificate in {cert} and the key in {key} cannot be used: {source}")]
    Mismatch {
        /// Where the certificate is.
        cert: PathBuf,
        /// Where the key is.
        key: PathBuf,
        /// Why not.
        source: rustls::Error,
    },
    /// TLS itself cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Setup(#[from] rustls::Error),
}

/// TLS as it is spoken here.
pub(in crate::server) struct Tls {
    acceptor: TlsAcceptor,
    shown: Arc<Shown>,
    files: Files,
    /// How often they are looked at.
    pace: Duration,
}

/// The certificate that clients are shown.
#[derive(Debug)]
struct Shown(ArcSwap<CertifiedKey>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load_full())
    }
}

/// Where the certificate and its key are.
#[derive(Debug, Clone)]
struct Files {
    cert: PathBuf,
    key: PathBuf,
}

impl Tls {
    /// The certificate that the settings name; none where they name none.
    pub(in crate::server) fn of(settings: &Settings) -> Result<Option<Arc<Self>>, TlsError> {
        let files = match (&settings.tls_cert, &settings.tls_key) {
            (None, None) => return Ok(None),
            (Some(cert), Some(key)) => Files { cert: cert.clone(), key: key.clone() },
            _ => return Err(TlsError::Half),
        };
        let pace = settings.waits.certificate;
        let shown = Arc::new(Shown(ArcSwap::from_pointee(files.read()?)));
        let provider = Arc::new(crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&shown) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Some(Arc::new(Self { acceptor: TlsAcceptor::from(Arc::new(config)), shown, files, pace })))
    }

    pub(super) async fn accept(&self, stream: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
        self.acceptor.accept(stream).await
    }

    /// Takes up a new certificate when its files have changed, or on SIGHUP, until it is stopped. One that cannot be
    /// used is told of, and the one before stays.
    pub(in crate::server) async fn keep_fresh(self: Arc<Self>, stop: CancellationToken) {
        let mut pace = tokio::time::interval(self.pace);
        pace.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        // Where there are no signals, the pace is enough.
        let mut asked = signal(SignalKind::hangup()).ok();
        let mut seen = self.files.changed();
        loop {
            let hangup = async {
                match &mut asked {
                    Some(asked) => asked.recv().await,
                    None => std::future::pending().await,
                }
            };
            let is_asked = tokio::select! {
                _ = pace.tick() => false,
                _ = hangup => true,
                () = stop.cancelled() => return,
            };
            let changed = self.files.changed();
            if is_asked || changed != seen {
                seen = changed;
                self.take_up();
            }
        }
    }

    fn take_up(&self) {
        let file = self.files.cert.display();
        match self.files.read() {
            Ok(read) => {
                self.shown.0.store(Arc::new(read));
                tracing::info!(%file, "the certificate was read again");
            }
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::error!(%file, error, "the new certificate cannot be used, the one before stays");
            }
        }
    }
}

impl Files {
    fn read(&self) -> Result<CertifiedKey, TlsError> {
        let unreadable = |path: &Path| {
            let path = path.to_owned();
            move |source| TlsError::Unreadable { path, source }
        };
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(&self.cert)
            .and_then(Iterator::collect)
            .map_err(unreadable(&self.cert))?;
        if chain.is_empty() {
            return Err(TlsError::Empty(self.cert.clone()));
        }
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(unreadable(&self.key))?;
        let provider = crypto::ring::default_provider();
        CertifiedKey::from_der(chain, key, &provider).map_err(|source| TlsError::Mismatch {
            cert: self.cert.clone(),
            key: self.key.clone(),
            source,
        })
    }

    /// When each of them was last written, as far as that can be told.
    fn changed(&self) -> [Option<SystemTime>; 2] {
        [&self.cert, &self.key].map(|file| std::fs::metadata(file).and_then(|file| file.modified()).ok())
    }
}
