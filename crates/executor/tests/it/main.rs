//! Stories of executions, from the claim to their end, on both databases. The other side of their effects is a
//! [`peer::Peer`] that answers as each story wants.

#![expect(clippy::unwrap_used, reason = "what a test cannot go on without fails it")]

mod blocks;
mod cancel;
mod children;
mod effects;
mod ends;
mod errors;
mod fairness;
mod faults;
mod journal;
mod last_words;
mod load;
mod log;
mod lost;
mod masks;
mod nodes;
mod panics;
mod pauses;
mod peer;
mod rate_limits;
mod recovery;
mod rehearsal;
mod rerun;
mod retries;
mod secrets;
mod side_by_side;
mod timeouts;
mod wait;
mod waits;
mod world;
