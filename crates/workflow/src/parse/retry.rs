//! `retry:`.

use std::time::Duration;

use super::context::Context;
use super::duration;
use super::place::At;
use crate::diagnostic::Code;
use crate::model::Retry;
use crate::yaml::Data;

const KEYS: [&str; 4] = ["max_attempts", "initial_interval", "max_interval", "multiplier"];

/// What `retry:` means where it leaves something out.
const DEFAULT: Retry = Retry {
    max_attempts: 3,
    initial_interval: Duration::from_secs(1),
    max_interval: Duration::from_mins(1),
    multiplier: 2.0,
};

const MAX_ATTEMPTS: u64 = 100;

pub(super) fn read(context: &mut Context<'_>, at: &At<'_>) -> Option<Retry> {
    if let Data::Number(number) = &at.node.data {
        let message = "`retry` must be a map, found a number";
        context
            .error(Code::WrongType, at.span(), &at.path, message)
            .help(format!("write `retry: {{ max_attempts: {number} }}`"));
        return None;
    }
    let mut fields = at.map(context)?;
    let max_attempts = fields.take("max_attempts").map(|at| attempts(context, &at));
    let initial = fields.take("initial_interval").map(|at| duration::read(context, &at));
    let longest_at = fields.take("max_interval");
    let longest = longest_at.as_ref().map(|at| duration::read(context, at));
    let multiplier = fields.take("multiplier").map(|at| factor(context, &at));
    fields.finish(context, &KEYS, &[]);
    let retry = Retry {
        max_attempts: max_attempts.unwrap_or(Some(DEFAULT.max_attempts))?,
        initial_interval: initial.unwrap_or(Some(DEFAULT.initial_interval))?,
        max_interval: longest
            .unwrap_or(Some(DEFAULT.max_interval.max(initial.flatten().unwrap_or_default())))?,
        multiplier: multiplier.unwrap_or(Some(DEFAULT.multiplier))?,
    };
    if retry.initial_interval > retry.max_interval {
        let place = longest_at.unwrap_or_else(|| at.clone());
        let message = "`max_interval` is shorter than `initial_interval`";
        let help =
            "make the longest pause longer, or the first one shorter; each is longer than the one before";
        context.error(Code::InvalidValue, place.span(), &place.path, message).help(help);
        return None;
    }
    Some(retry)
}

fn attempts(context: &mut Context<'_>, at: &At<'_>) -> Option<u32> {
    let Data::Number(number) = &at.node.data else {
        at.wrong_type(context, "a number");
        return None;
    };
    let attempts = number.as_u64().filter(|attempts| (1..=MAX_ATTEMPTS).contains(attempts));
    if attempts.is_none() {
        let message = format!("`max_attempts` must be a whole number from 1 to {MAX_ATTEMPTS}");
        context
            .error(Code::InvalidValue, at.span(), &at.path, message)
            .help("it counts the first attempt too: 1 means no retry");
    }
    attempts.and_then(|attempts| u32::try_from(attempts).ok())
}

fn factor(context: &mut Context<'_>, at: &At<'_>) -> Option<f64> {
    let Data::Number(number) = &at.node.data else {
        at.wrong_type(context, "a number");
        return None;
    };
    let factor = number.as_f64().filter(|factor| (1.0..=100.0).contains(factor));
    if factor.is_none() {
        context
            .error(Code::InvalidValue, at.span(), &at.path, "`multiplier` must be from 1 to 100")
            .help("2 doubles each pause, and 1 keeps them all alike");
    }
    factor
}
