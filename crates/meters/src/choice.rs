//! One handle for each value of a label.

/// A handle for each of few values of a label, all made beforehand.
#[derive(Debug, Clone)]
pub struct Choice<T> {
    values: Box<[(&'static str, T)]>,
    /// For a value that was not foreseen; shown under `other`.
    other: Box<T>,
}

impl<T> Choice<T> {
    pub(crate) fn of(values: &[&'static str], mut make: impl FnMut(&'static str) -> T) -> Self {
        Self {
            values: values.iter().map(|value| (*value, make(value))).collect(),
            other: Box::new(make("other")),
        }
    }

    /// The handle of that value. There are few enough that looking through them is the quickest way.
    #[must_use]
    pub fn of_value(&self, value: &str) -> &T {
        self.values.iter().find(|(known, _)| *known == value).map_or(&self.other, |(_, handle)| handle)
    }
}
