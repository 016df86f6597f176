//! What an event's id says: how far its reader has come.

use std::fmt;
use std::str::FromStr;

use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::ExecutionId;
use bellhop_workflow::time::Timestamp;

/// How far the reader of one execution has come: `12.3.running`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Seen {
    /// The last entry of the journal that it has seen something of.
    pub(super) entry: i64,
    /// How many of that entry's records.
    pub(super) records: usize,
    /// The last status that it was told.
    pub(super) status: Option<ExecutionStatus>,
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self.status.map_or("", ExecutionStatus::as_str);
        write!(f, "{}.{}.{status}", self.entry, self.records)
    }
}

impl FromStr for Seen {
    type Err = NoMark;

    fn from_str(text: &str) -> Result<Self, NoMark> {
        let mut parts = text.splitn(3, '.');
        let mut part = || parts.next().ok_or(NoMark);
        let entry = part()?.parse().ok().filter(|entry| *entry >= 0).ok_or(NoMark)?;
        let records = part()?.parse().map_err(|_| NoMark)?;
        let status = match part()? {
            "" => None,
            word => Some(word.parse().map_err(|_| NoMark)?),
        };
        Ok(Self { entry, records, status })
    }
}

/// How far the reader of all has come: `1772442014000000`, or with the oldest execution that had not ended,
/// `1772442014000000.01a20010-cf0b-701a-a99e-9c742a238d3d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    /// What was committed some seconds before that, it has seen.
    pub(super) at: Timestamp,
    /// No older execution can have changed since.
    pub(super) oldest: Option<ExecutionId>,
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.at.as_micros())?;
        self.oldest.map_or(Ok(()), |oldest| write!(f, ".{oldest}"))
    }
}

impl FromStr for Moment {
    type Err = NoMark;

    fn from_str(text: &str) -> Result<Self, NoMark> {
        let (at, oldest) = text.split_once('.').map_or((text, None), |(at, oldest)| (at, Some(oldest)));
        // Later than year 9999 is no time of ours.
        let at = at.parse().ok().filter(|at| (0..253_402_300_800_000_000).contains(at)).ok_or(NoMark)?;
        let oldest = oldest.map(|id| id.parse().map_err(|_| NoMark)).transpose()?;
        Ok(Self { at: Timestamp::from_micros(at), oldest })
    }
}

/// The text is no id of ours. Its reader is one that comes for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NoMark;

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(Seen::default(), "0.0.")]
    #[case(Seen { entry: 12, records: 3, status: Some(ExecutionStatus::Running) }, "12.3.running")]
    fn how_far_one_has_come_is_read_back(#[case] seen: Seen, #[case] text: &str) {
        assert_eq!((seen.to_string().as_str(), text.parse()), (text, Ok(seen)));
    }

    #[rstest]
    #[case("")]
    #[case("1")]
    #[case("-1.0.running")]
    #[case("1.0.done")]
    #[case("99999999999999999999.0.")]
    fn any_other_text_is_no_place(#[case] text: &str) {
        assert_eq!(text.parse::<Seen>(), Err(NoMark));
    }

    #[rstest]
    #[case("1772442014000000")]
    #[case("1772442014000000.01a20010-cf0b-701a-a99e-9c742a238d3d")]
    fn a_moment_is_read_back(#[case] text: &str) {
        assert_eq!(text.parse::<Moment>().map(|moment| moment.to_string()), Ok(text.to_owned()));
    }

    #[rstest]
    #[case("")]
    #[case("now")]
    #[case("-5")]
    #[case("9223372036854775807")]
    #[case("1.2")]
    fn any_other_text_is_no_moment(#[case] text: &str) {
        assert_eq!(text.parse::<Moment>(), Err(NoMark));
    }
}
