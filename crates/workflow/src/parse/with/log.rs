//! `uses: log`.

use super::{Key, Rules, Shape};

const LEVELS: &[&str] = &["debug", "info", "warn", "error"];

pub(super) const RULES: Rules = Rules::Keys {
    keys: &[Key::required("message", Shape::Any), Key::optional("level", Shape::Choice(LEVELS))],
    one_of: &[],
    check: |_, _| {},
};
