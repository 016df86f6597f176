//! Where the master key is, which no copy of a database holds.

use std::fmt;
use std::path::PathBuf;

use crate::config::Settings;
use crate::server::files::KEY_FILE;

/// Where a server has its master key from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyPlace {
    /// `master_key` of the settings.
    Settings,
    /// A file.
    File(PathBuf),
}

impl KeyPlace {
    pub(super) fn of(settings: &Settings) -> Self {
        match (&settings.master_key, &settings.master_key_file) {
            (Some(_), _) => Self::Settings,
            (None, Some(file)) => Self::File(file.clone()),
            (None, None) => Self::File(settings.data_dir.join(KEY_FILE)),
        }
    }
}

impl fmt::Display for KeyPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Settings => f.write_str("`master_key` of the settings"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}
