//! Who calls, and what they may do.
//!
//! A handler of `/api/v1` takes [`crate::extract::Reader`], [`crate::extract::Writer`] or [`crate::extract::Admin`] as
//! its first argument: that is the proof that the caller's token reaches so far. What it may do *with which workflow* the
//! handler asks of the [`Caller`] in it.

mod address;
mod attempts;
mod authenticate;
mod caller;
pub(crate) mod cookie;
mod remembered;
mod table;

pub(crate) use self::address::address;
pub(crate) use self::attempts::{Attempts, network};
pub(crate) use self::authenticate::{caller, holder, is_still_taken, retry_after};
pub(crate) use self::caller::Caller;
pub(crate) use self::table::TokenTable;
