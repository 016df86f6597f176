//! `uses: fail`.

use super::{Key, Rules, Shape};

pub(super) const RULES: Rules =
    Rules::Keys { keys: &[Key::required("message", Shape::Scalar)], one_of: &[], check: |_, _| {} };
