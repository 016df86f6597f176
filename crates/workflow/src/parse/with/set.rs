//! `uses: set`: computes the map under `with`.

use super::Rules;

pub(super) const RULES: Rules = Rules::AnyMap;
