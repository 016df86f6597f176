//! Which token is shown to the server, and what to say where that was not the right one.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use bellhop_vault::Secret;
use url::{Host, Url};

use super::CliError;
use crate::server::TOKEN_FILE;

/// Where the token came from, or why there is none.
#[derive(Debug)]
enum Source {
    Given,
    Found(PathBuf),
    NotThere(PathBuf),
    Unreadable(PathBuf, std::io::Error),
    /// A token is only ever sent by itself to a server on this machine: another one could be anybody's.
    Elsewhere,
}

/// The token, and where it came from.
#[derive(Debug)]
pub(super) struct Token {
    secret: Option<Secret>,
    source: Source,
}

impl Token {
    /// Takes the token that was given, or else finds the one of a local server in `data_dir`.
    pub(super) fn find(given: Option<&Secret>, server: &Url, data_dir: &Path) -> Self {
        if let Some(given) = given {
            return Self { secret: Some(trimmed(given.expose())), source: Source::Given };
        }
        if !is_local(server) {
            return Self { secret: None, source: Source::Elsewhere };
        }
        let path = data_dir.join(TOKEN_FILE);
        match fs::read_to_string(&path) {
            Ok(text) => Self { secret: Some(trimmed(&text)), source: Source::Found(path) },
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Self { secret: None, source: Source::NotThere(path) }
            }
            Err(error) => Self { secret: None, source: Source::Unreadable(path, error) },
        }
    }

    /// The `Authorization` header, where there is a token.
    pub(super) fn header(&self) -> Result<Option<reqwest::header::HeaderValue>, CliError> {
        let Some(secret) = &self.secret else { return Ok(None) };
        let text = Secret::from(format!("Bearer {}", secret.expose()));
        let mut value = reqwest::header::HeaderValue::from_str(text.expose()).map_err(|_| {
            CliError::failed("the token has a character that no HTTP header can carry")
                .with_help("a token is the one line in the file `api-token` of the server's data directory")
        })?;
        value.set_sensitive(true);
        Ok(Some(value))
    }

    /// What to do after the server has refused the token, or the lack of one.
    pub(super) fn help(&self) -> String {
        match &self.source {
            Source::Given => {
                "the token from --token or BELLHOP_TOKEN is not one of this server's, or was revoked, \
                 or has expired"
                    .to_owned()
            }
            Source::Found(path) => format!(
                "the token in {} is not this server's: name its data directory with --data-dir, or give the token \
                 with --token",
                path.display()
            ),
            Source::NotThere(path) => format!(
                "there is no {}: name the server's data directory with --data-dir, or give the token with --token \
                 or BELLHOP_TOKEN",
                path.display()
            ),
            Source::Unreadable(path, error) => {
                format!(
                    "{} cannot be read ({error}): give the token with --token or BELLHOP_TOKEN",
                    path.display()
                )
            }
            Source::Elsewhere => {
                "give the token with --token or BELLHOP_TOKEN; only the token of a server on this \
                                  machine is found by itself"
                    .to_owned()
            }
        }
    }
}

fn trimmed(text: &str) -> Secret {
    Secret::from(text.trim().to_owned())
}

/// Whether the URL leads to this machine, and cannot lead elsewhere.
pub(super) fn is_local(server: &Url) -> bool {
    match server.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(given: Option<&str>, server: &str, data_dir: &Path) -> Option<String> {
        let given = given.map(|text| Secret::from(text.to_owned()));
        let token = Token::find(given.as_ref(), &server.parse().unwrap(), data_dir);
        token.header().unwrap().map(|value| value.to_str().unwrap().to_owned())
    }

    #[test]
    fn a_local_servers_token_is_found_and_goes_nowhere_else() {
        let data_dir = tempfile::tempdir().unwrap();
        fs::write(data_dir.path().join(TOKEN_FILE), "found-token\n").unwrap();
        for local in
            ["http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080", "http://127.1.2.3"]
        {
            assert_eq!(
                header(None, local, data_dir.path()).as_deref(),
                Some("Bearer found-token"),
                "{local}"
            );
        }
        for other in
            ["https://bellhop.example", "http://10.0.0.1", "http://localhost.example", "http://0.0.0.0"]
        {
            assert_eq!(header(None, other, data_dir.path()), None, "{other}");
        }
    }

    #[test]
    fn a_given_token_goes_before_a_found_one() {
        let data_dir = tempfile::tempdir().unwrap();
        fs::write(data_dir.path().join(TOKEN_FILE), "found-token").unwrap();
        let header = header(Some(" given-token "), "http://127.0.0.1", data_dir.path());
        assert_eq!(header.as_deref(), Some("Bearer given-token"));
    }
}
