//! `schedule:`: a workflow that is started by the clock.

use std::time::Duration;

/// What `schedule:` says.
#[derive(Debug, Clone, PartialEq)]
pub struct ScheduleTrigger {
    /// When it fires.
    pub timing: Timing,
    /// The IANA name of the time zone that a cron expression is read in; `UTC` where it is left out.
    pub timezone: String,
    /// What becomes of the times that passed while nobody was there to fire.
    pub catch_up: CatchUp,
}

/// When a schedule fires.
#[derive(Debug, Clone, PartialEq)]
pub enum Timing {
    /// At the times of a crontab expression, as it was written.
    Cron(String),
    /// Again and again, counted from the activation.
    Every(Duration),
}

/// What becomes of the times that passed while the server was down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CatchUp {
    /// They are let go.
    #[default]
    None,
    /// The last of them fires, once.
    One,
    /// Each of them fires.
    All,
}
