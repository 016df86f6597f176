//! `uses: wait_for`: takes nothing. How long it waits is the step's own `timeout`.

use super::Rules;

pub(super) const RULES: Rules = Rules::Keys { keys: &[], one_of: &[], check: |_, _| {} };
