//! The two secrets of the server's own: the key that seals, and the token that opens the REST interface. Each comes from
//! the settings, or is made once and kept in the data directory.

use bellhop_vault::{MasterKey, Redactor, Secret};

use super::StartError;
use super::files::{self, KEY_FILE, PREVIOUS_KEY_FILE, TOKEN_FILE};
use crate::config::Settings;

/// The master key, with the one before it where that is known still.
pub(super) fn master_key(settings: &Settings, redactor: &Redactor) -> Result<MasterKey, StartError> {
    if is_own(settings) {
        let made = MasterKey::generate()?.to_base64();
        files::read_or_create(&settings.data_dir.join(KEY_FILE), || Ok(made.expose().to_owned()))?;
    }
    let known = known_master_key(settings, redactor)?;
    known.ok_or_else(|| StartError::Other("the file with the master key is gone".to_owned()))
}

/// The same, where there is one already: none is made.
pub(crate) fn known_master_key(
    settings: &Settings,
    redactor: &Redactor,
) -> Result<Option<MasterKey>, StartError> {
    let own = settings.data_dir.join(KEY_FILE);
    let text = match (&settings.master_key, &settings.master_key_file) {
        (Some(key), _) => key.expose().to_owned(),
        (None, Some(file)) => files::read(file)?,
        (None, None) if own.exists() => files::read(&own)?,
        (None, None) => return Ok(None),
    };
    let key = read_key(text, redactor)?;
    Ok(Some(match previous(settings)? {
        Some(text) => key.with_previous(read_key(text, redactor)?),
        None => key,
    }))
}

/// Whether the key is the server's own, in the data directory, and not the settings'.
pub(super) fn is_own(settings: &Settings) -> bool {
    settings.master_key.is_none() && settings.master_key_file.is_none()
}

/// The key before: of the settings, or where a change of the server's own key has left it.
fn previous(settings: &Settings) -> Result<Option<String>, StartError> {
    let left = settings.data_dir.join(PREVIOUS_KEY_FILE);
    Ok(match (&settings.master_key_previous, &settings.master_key_previous_file) {
        (Some(key), _) => Some(key.expose().to_owned()),
        (None, Some(file)) => Some(files::read(file)?),
        (None, None) if is_own(settings) && left.exists() => Some(files::read(&left)?),
        (None, None) => None,
    })
}

fn read_key(text: String, redactor: &Redactor) -> Result<MasterKey, StartError> {
    let key = MasterKey::from_base64(&text)?;
    redactor.learn(&Secret::from(text));
    Ok(key)
}

pub(super) fn api_token(settings: &Settings, redactor: &Redactor) -> Result<Secret, StartError> {
    let path = settings.data_dir.join(TOKEN_FILE);
    let text = match &settings.api_token {
        Some(token) => token.expose().to_owned(),
        None => files::read_or_create(&path, new_token)?,
    };
    if text.trim().is_empty() {
        return Err(StartError::Other("`api_token` is empty: leave it out to have one made".to_owned()));
    }
    if text.len() < 16 {
        tracing::warn!("`api_token` has fewer than 16 characters; whoever guesses it can do everything");
    }
    let token = Secret::from(text);
    redactor.learn(&token);
    Ok(token)
}

fn new_token() -> std::io::Result<String> {
    let mut bytes = [0; 24];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    Ok(format!("bh_{}", hex::encode(bytes)))
}
