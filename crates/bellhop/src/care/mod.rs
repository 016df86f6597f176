//! Looking after a server's data: saving it, putting it back, moving it, and saying what is wrong with it.
//!
//! All of it works on the database that the settings name, without a server, or beside one where that says so.

mod archive;
mod backup;
pub mod doctor;
mod key;
mod moving;
mod part;
mod postgres;
mod restore;

pub use self::archive::{ArchiveError, Imported, Tally, export, import};
pub use self::backup::{BackedUp, BackupError, Stage, backup};
pub use self::key::KeyPlace;
pub use self::moving::{MoveError, move_database};
pub(crate) use self::part::Part;
pub use self::restore::{RestoreError, RestoreStep, Restored, restore};

/// An error with all that caused it, each told once.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_words = cause.to_string();
        if !words.ends_with(&cause_words) {
            words.push_str(": ");
            words.push_str(&cause_words);
        }
        source = cause.source();
    }
    words
}
