//! Stretches of time as stretches of ids: the first 48 bits of a `UUIDv7` are its milliseconds (RFC 9562, 5.7).

use bellhop_workflow::time::Timestamp;
use uuid::Uuid;

/// No id that was made at that instant or later, to the millisecond, is smaller.
pub(crate) fn first_id(instant: Timestamp) -> Uuid {
    let milliseconds = u128::from(instant.as_micros().max(0).unsigned_abs() / 1_000);
    Uuid::from_u128(milliseconds << 80)
}

/// No id that was made before that instant, or in its millisecond, is as great.
pub(crate) fn end_id(instant: Timestamp) -> Uuid {
    let milliseconds = u128::from(instant.as_micros().max(0).unsigned_abs() / 1_000);
    Uuid::from_u128((milliseconds + 1) << 80)
}

#[cfg(test)]
mod tests {
    use bellhop_workflow::ids::ExecutionId;

    use super::*;

    #[test]
    fn an_id_lies_within_its_own_millisecond() {
        let instant = Timestamp::from_micros(4_102_444_800_000_999);
        let id = ExecutionId::generate(instant).as_uuid();
        assert!(first_id(instant) <= id && id < end_id(instant));
        assert!(id < first_id(Timestamp::from_micros(4_102_444_800_001_000)));
    }
}
