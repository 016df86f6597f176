//! The fields of a crontab expression: what each is called, and what may stand in it.

/// One field.
#[derive(Debug)]
pub(super) struct Field {
    /// What a message calls it.
    pub(super) name: &'static str,
    /// The least value.
    pub(super) min: u8,
    /// The greatest value of `*`.
    pub(super) max: u8,
    /// The greatest value that may be written: for the day of the week 7 too, another word for 0.
    pub(super) written_max: u8,
    /// The names of the values from `min` on; empty where there are none.
    pub(super) names: &'static [&'static str],
}

pub(super) const SECOND: Field = numbers("second", 0, 59);
pub(super) const MINUTE: Field = numbers("minute", 0, 59);
pub(super) const HOUR: Field = numbers("hour", 0, 23);
pub(super) const DAY: Field = numbers("day of the month", 1, 31);
pub(super) const MONTH: Field = Field {
    names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
    ..numbers("month", 1, 12)
};
pub(super) const WEEKDAY: Field = Field {
    written_max: 7,
    names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
    ..numbers("day of the week", 0, 6)
};

const fn numbers(name: &'static str, min: u8, max: u8) -> Field {
    Field { name, min, max, written_max: max, names: &[] }
}

impl Field {
    /// Whether a range may go over the end of it: Friday to Monday.
    pub(super) const fn is_cyclic(&self) -> bool {
        self.written_max > self.max
    }

    /// What may stand in it, as a sentence has it.
    pub(super) fn allowed(&self) -> String {
        let numbers = format!("from {} to {}", self.min, self.written_max);
        match (self.names.first(), self.names.last()) {
            (Some(first), Some(last)) => format!("{numbers}, or `{first}` to `{last}`"),
            _ => numbers,
        }
    }
}
