//! A database as a whole: looked at, copied, moved. For the commands that look after one beside or without a server.
//!
//! A server's [`crate::Store`] makes a file where there is none and brings the tables to its version. A [`Bare`]
//! connection does neither: whoever looks at a database, or saves it, has to find it as it is.

mod archive;
mod bare;
mod error;
mod moving;
mod schema;
mod sealed;
mod snapshot;
mod value;

pub use self::archive::{
    ARCHIVE_VERSION, ArchiveItem, ArchiveLine, ArchivedCredential, ArchivedDelivery, ArchivedExecution,
    ArchivedState, ArchivedVersion, ArchivedWorkflow, Body, ImportOutcome, Wanted,
};
pub use self::bare::Bare;
pub use self::error::CopyError;
pub use self::moving::move_all;
pub use self::schema::Schema;
pub use self::sealed::{OpenedCredential, SealedValues};
pub use self::snapshot::snapshot;
