//! Colours, on a terminal that wants them.

use std::env;

/// What a word says about how things stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Nothing in particular.
    Plain,
    /// It went well.
    Good,
    /// It went wrong.
    Bad,
    /// It is under way, or wants a look.
    Busy,
    /// It matters less.
    Dim,
}

impl Tone {
    /// The tone of a state, status or outcome. A word that a newer server made up has none.
    #[must_use]
    pub fn of(word: &str) -> Self {
        match word {
            "active" | "succeeded" | "accepted" => Self::Good,
            "failed" | "error" | "rejected" => Self::Bad,
            "queued" | "running" | "waiting" | "activating" | "deactivating" | "duplicate" => Self::Busy,
            "inactive" | "cancelled" | "skipped" | "pending" | "filtered" => Self::Dim,
            _ => Self::Plain,
        }
    }
}

/// Paints text, or leaves it as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paint {
    on: bool,
}

impl Paint {
    /// Leaves everything as it is.
    pub const OFF: Self = Self { on: false };
    /// Paints whatever happens.
    pub const ON: Self = Self { on: true };

    /// Paints on a terminal, unless its user has asked for no colours (<https://no-color.org>).
    #[must_use]
    pub fn where_wanted(is_terminal: bool) -> Self {
        let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self { on: is_terminal && !refused && !dumb }
    }

    /// Whether anything is painted.
    #[must_use]
    pub const fn is_on(self) -> bool {
        self.on
    }

    /// Text in the colour of its tone.
    #[must_use]
    pub fn tone(self, tone: Tone, text: &str) -> String {
        match tone {
            Tone::Plain => text.to_owned(),
            Tone::Good => self.wrap("32", text),
            Tone::Bad => self.wrap("31", text),
            Tone::Busy => self.wrap("33", text),
            Tone::Dim => self.wrap("2", text),
        }
    }

    /// What went well.
    #[must_use]
    pub fn good(self, text: &str) -> String {
        self.tone(Tone::Good, text)
    }

    /// The start of an error.
    #[must_use]
    pub fn bad(self, text: &str) -> String {
        self.wrap("1;31", text)
    }

    /// The start of a warning.
    #[must_use]
    pub fn warning(self, text: &str) -> String {
        self.wrap("1;33", text)
    }

    /// A heading, or the start of a help line.
    #[must_use]
    pub fn strong(self, text: &str) -> String {
        self.wrap("1", text)
    }

    /// The frame around a line of a file: its number, arrows and bars.
    #[must_use]
    pub fn frame(self, text: &str) -> String {
        self.wrap("1;34", text)
    }

    /// What is there now, and was not before.
    #[must_use]
    pub fn added(self, text: &str) -> String {
        self.wrap("32", text)
    }

    /// What was there before, and is not now.
    #[must_use]
    pub fn removed(self, text: &str) -> String {
        self.wrap("31", text)
    }

    /// What matters less.
    #[must_use]
    pub fn dim(self, text: &str) -> String {
        self.tone(Tone::Dim, text)
    }

    fn wrap(self, code: &str, text: &str) -> String {
        if self.on { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_for_terminals() {
        assert_eq!(Paint::where_wanted(false).bad("error:"), "error:");
        assert_eq!(Paint::ON.tone(Tone::of("failed"), "failed"), "\x1b[31mfailed\x1b[0m");
    }
}
