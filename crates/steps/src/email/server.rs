//! Where mail goes: a server's URL, read into a transport.
//!
//! `smtps://` is TLS from the first byte. `smtp://` becomes TLS by STARTTLS where the server offers it; with a password
//! it has to, as a password never goes over the network in clear, but for this machine's own loopback. `?tls=required`
//! and `?tls=none` say it explicitly.

use std::time::Duration;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::{SMTP_PORT, SUBMISSION_PORT, SUBMISSIONS_PORT};
use lettre::{AsyncSmtpTransport, Tokio1Executor};
use url::{Host, Url};

/// A transport for one message.
pub(super) type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// Reads the URL. What is wrong with it is said without the URL, which has a password in it.
pub(crate) fn transport(url: &str, timeout: Duration) -> Result<Transport, String> {
    let url = Url::parse(url).map_err(|error| format!("the URL of the mail server: {error}"))?;
    let host =
        url.host_str().filter(|host| !host.is_empty()).ok_or("the URL of the mail server has no host")?;
    let password = url.password().map(decoded).transpose()?;
    let explicit = url.query_pairs().find(|(key, _)| key == "tls").map(|(_, value)| value.into_owned());

    let parameters = || TlsParameters::new(bare(host).to_owned()).map_err(|error| error.to_string());
    let (tls, port) = match (url.scheme(), explicit.as_deref()) {
        ("smtps", None | Some("required")) => (Tls::Wrapper(parameters()?), SUBMISSIONS_PORT),
        ("smtp", Some("required")) => (Tls::Required(parameters()?), SUBMISSION_PORT),
        ("smtp", Some("none")) => (Tls::None, SMTP_PORT),
        ("smtp", None) if password.is_some() && !is_loopback(&url) => {
            (Tls::Required(parameters()?), SUBMISSION_PORT)
        }
        ("smtp", None) => (Tls::Opportunistic(parameters()?), SMTP_PORT),
        ("smtp" | "smtps", Some(_)) => {
            return Err("`tls` in the URL of the mail server is `required` or `none`".to_owned());
        }
        _ => return Err("the URL of the mail server has to begin with smtp:// or smtps://".to_owned()),
    };
    let mut builder = Transport::builder_dangerous(bare(host))
        .port(url.port().unwrap_or(port))
        .tls(tls)
        .timeout(Some(timeout));
    if let Some(password) = password {
        builder = builder.credentials(Credentials::new(decoded(url.username())?, password));
    }
    Ok(builder.build())
}

/// An IPv6 address without the brackets that a URL puts around it.
fn bare(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        // Other schemes than those of the web leave an address as it was written.
        Some(Host::Domain(name)) => {
            name == "localhost"
                || bare(name).parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        None => false,
    }
}

fn decoded(text: &str) -> Result<String, String> {
    percent_encoding::percent_decode_str(text)
        .decode_utf8()
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| "user or password in the URL of the mail server is no UTF-8".to_owned())
}
