//! `uses: return`: what is under `with`, whatever it is, becomes the execution's output.

use super::Rules;

pub(super) const RULES: Rules = Rules::Anything;
