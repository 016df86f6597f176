//! Durable keys of workflows: what one execution leaves for the next.

mod change;
mod read;
mod write;

pub(crate) use self::change::Effect;
pub use self::change::{StateChange, StateError, StateOp};
pub use self::read::StateRow;
pub use self::write::{StateWrite, ToRecord};
