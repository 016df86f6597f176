//! Whole numbers with bounds.

use std::num::NonZeroU32;
use std::ops::RangeInclusive;

use super::context::Context;
use super::place::At;
use crate::diagnostic::Code;
use crate::yaml::Data;

/// Reads how many of something, from 1 to `most`; notes where it is something else.
pub(super) fn count(context: &mut Context<'_>, at: &At<'_>, most: u32) -> Option<NonZeroU32> {
    whole(context, at, 1..=most).and_then(NonZeroU32::new)
}

/// Reads a whole number; notes where it is none, or out of bounds.
pub(super) fn whole(context: &mut Context<'_>, at: &At<'_>, bounds: RangeInclusive<u32>) -> Option<u32> {
    let (least, most) = (bounds.start(), bounds.end());
    let Data::Number(number) = &at.node.data else {
        at.wrong_type(context, "a number");
        return None;
    };
    let found =
        number.as_u64().and_then(|number| u32::try_from(number).ok()).filter(|it| bounds.contains(it));
    if found.is_none() {
        let message = format!("{} must be a whole number from {least} to {most}", at.label());
        let nearest =
            if number.as_f64().is_some_and(|number| number > f64::from(*most)) { most } else { least };
        context
            .error(Code::InvalidValue, at.span(), &at.path, message)
            .help(format!("the nearest that is taken is `{nearest}`"));
    }
    found
}
