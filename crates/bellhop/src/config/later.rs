//! Keys that are part of the configuration but that this version does nothing with yet. They are taken, so that a
//! configuration that has them starts; whoever set one is told.

use serde::Deserialize;

use super::ConfigError;

/// Their names.
pub(super) const LATER_KEYS: [&str; 2] = ["role", "otlp_endpoint"];

/// A value that is not looked at, but for whether it is there.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Later(serde_json::Value);

impl std::fmt::Debug for Later {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // There may be a password in it.
        f.write_str("[not used]")
    }
}

/// A node that is told to be only a half must not be a whole one instead.
pub(super) fn check_role(role: Option<&Later>) -> Result<(), ConfigError> {
    match role {
        Some(Later(serde_json::Value::String(role))) if role == "all" => Ok(()),
        None => Ok(()),
        Some(_) => Err(ConfigError::Invalid("`role`: this version has only the role `all`".to_owned())),
    }
}
