//! Starting workflows by the clock.
//!
//! What is to fire is in the table of schedules, which the life cycle fills and empties; the [`Scheduler`] fires what
//! is due and moves it on. A time that fires and the move to the next one are one commit, so that a crash neither
//! loses a time nor fires it twice, and of several nodes one fires it.
//!
//! | file | does |
//! |---|---|
//! | `plan` | which of the times that have passed fire; pure |
//! | `event` | what a workflow is told of a time; pure |
//! | `definitions` | the triggers of the versions that are on |
//! | `fire` | one schedule that is due |
//! | `scheduler` | waits for the next, and fires all that are due |

mod definitions;
mod event;
mod fire;
mod plan;
mod scheduler;

pub use self::event::FIRED;
pub use self::scheduler::{FireError, Scheduler};
