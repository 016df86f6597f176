//! Everything durable, on SQLite and on PostgreSQL. No other crate names sqlx.
//!
//! A [`Store`] is the whole of it: reads go to a pool, a [`Tx`] holds what must be written together, and what every
//! event writes (deliveries, executions, journals) goes through one writer task that commits for many callers at once.
//!
//! SQL is written once, with `$1` placeholders, in the file of the table that it is about; `on_either!` runs it on
//! whichever database there is. Only claiming has a file for each.
//!
//! # Adding a table
//! 1. A migration in `migrations/sqlite` and one in `migrations/postgres`, with the same number, name, tables and
//!    columns. A released file is never edited.
//! 2. A module here with its row type, its reads on [`Store`] and its writes on [`Tx`].
//! 3. A story in `tests/it` for both databases: a statement that no test runs on both is not known to work on both.

mod answers;
mod audit;
mod changes;
mod children;
mod claim;
mod connect;
mod copy;
mod credentials;
mod dedup;
mod deliveries;
mod dialect;
mod drafts;
mod due;
mod error;
mod executions;
mod health;
mod holds;
mod journal;
mod json;
mod leases;
mod listing;
mod lock;
mod meters;
mod news;
mod node;
mod outage;
mod packed;
mod queue;
mod readiness;
mod recovery;
mod refusals;
mod registrations;
mod reseal;
mod resumes;
mod retention;
mod rows;
mod schedules;
mod seats;
mod sessions;
mod slots;
mod span;
mod state;
mod store;
mod text;
mod tokens;
mod transaction;
mod watch;
mod work;
mod workflows;
mod writer;

pub use self::answers::{AnswerError, HttpAnswer};
pub use self::audit::{Action, AuditFilter, AuditRow, Author, NewAudit, RESERVED_ACTORS, Subject, Who};
pub use self::changes::{ChangeFeed, ExecutionStanding, JournalEntry, News};
pub use self::children::ChildState;
pub use self::claim::{Claimed, ClaimedExecution, Standings};
pub use self::copy::{
    ARCHIVE_VERSION, ArchiveItem, ArchiveLine, ArchivedCredential, ArchivedDelivery, ArchivedExecution,
    ArchivedState, ArchivedVersion, ArchivedWorkflow, Bare, Body, CopyError, ImportOutcome, OpenedCredential,
    Schema, SealedValues, Wanted, move_all, snapshot,
};
pub use self::credentials::{CredentialRow, CredentialStore, CredentialSummary, PutError, ResolveError};
pub use self::deliveries::{DeliveryFilter, DeliveryRow, NewDelivery, Outcome, UnknownOutcome};
pub use self::dialect::Dialect;
pub use self::drafts::{DraftRow, NewDraft};
pub use self::error::{CreateError, RegistrationError, StoreError, WriteError};
pub use self::executions::{
    CancelOutcome, CancelledBy, ConcealError, Ending, ExecutionFilter, ExecutionRow, FinishedExecution, Gate,
    Intake, NewExecution, Origin, Parent, Pruned, Recorded, SuspendedExecution, seal_concealed, seal_context,
};
pub use self::leases::HeldLease;
pub use self::listing::Listing;
pub use self::node::NodeId;
pub use self::outage::{Fault, Outage};
pub use self::packed::unpacked_in;
pub use self::queue::{Queue, RegistrationCount};
pub use self::readiness::Migrations;
pub use self::recovery::RecoveryRow;
pub use self::refusals::{NewRefusals, RefusalFilter, RefusalRow};
pub use self::registrations::{Mended, RegistrationRow, VendorNote, signature_key_context};
pub use self::reseal::{ResealStoreError, Resealed};
pub use self::resumes::ResumeOutcome;
pub use self::retention::{Keep, Pace, Swept, retention_lock};
pub use self::rows::MAX_PAGE;
pub use self::schedules::{DueSchedule, Firing, NewSchedule, ScheduleRow};
pub use self::seats::{Birth, FirstWrite, SeatOffer, Seated, Seats};
pub use self::sessions::SessionRow;
pub use self::slots::{Room, Slot, Slots};
pub use self::state::{StateChange, StateError, StateOp, StateRow, StateWrite, ToRecord};
pub use self::store::Store;
pub use self::tokens::{NewToken, Scope, TokenDigest, TokenError, TokenRow, UnknownScope};
pub use self::transaction::Tx;
pub use self::watch::ExecutionWatch;
pub use self::work::WorkSignal;
pub use self::workflows::{
    LastExecution, NewWorkflow, RecentCounts, VersionRow, WorkflowRow, WorkflowSummary,
};
