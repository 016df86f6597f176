//! Why a case fails.

use std::fmt;

use bellhop_workflow::event::WrongField;

use crate::Difference;

/// Why a case fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// Something came out otherwise than expected.
    Difference(Difference),
    /// A step would have reached outside, and the case has no mock for it.
    Unmocked {
        /// The step's id.
        step: String,
        /// Its kind.
        kind: &'static str,
        /// What it was given, as JSON, cut where it is long.
        input: String,
    },
    /// The mock of a step has no answer left.
    UsedUp {
        /// The step's id.
        step: String,
        /// How many answers it had.
        answers: usize,
    },
    /// The case's event is none.
    WrongEvent(String),
}

impl From<WrongField> for Failure {
    fn from(wrong: WrongField) -> Self {
        Self::WrongEvent(wrong.to_string())
    }
}

impl Failure {
    /// What is wrong, on one line.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::Difference(difference) => difference.path.clone(),
            Self::Unmocked { step, kind, .. } => format!("`{step}` ({kind}) ran without a mock"),
            Self::UsedUp { step, answers } => {
                let were = if *answers == 1 { "one answer, which is" } else { "answers, which are all" };
                let count = if *answers == 1 { String::new() } else { format!("{answers} ") };
                format!("the `sequence` of `{step}` has {count}{were} used")
            }
            Self::WrongEvent(why) => why.clone(),
        }
    }

    /// What helps to mend it, each with a word in front.
    #[must_use]
    pub fn details(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Difference(Difference { expected, got, .. }) => {
                vec![("expected", expected.clone()), ("got", got.clone())]
            }
            Self::Unmocked { step, input, .. } => vec![
                ("given", input.clone()),
                ("help", format!("nothing leaves a test: add `mocks: {{ {step}: {{ output: … }} }}`")),
            ],
            Self::UsedUp { .. } => {
                vec![("help", "give one answer for each attempt, or `output` for all of them".to_owned())]
            }
            Self::WrongEvent(_) => Vec::new(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title())?;
        for (word, text) in self.details() {
            write!(f, "\n  {word}: {text}")?;
        }
        Ok(())
    }
}
