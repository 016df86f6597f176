//! `schedule:`: started by the clock.

use std::time::Duration;

use super::misplaced_where;
use crate::diagnostic::Code;
use crate::model::{CatchUp, ScheduleTrigger, Timing};
use crate::parse::context::Context;
use crate::parse::place::At;
use crate::parse::suggest::nearest;
use crate::parse::{duration, expressions};
use crate::schedule::{Cron, nearest_zone, time_zone};
use crate::yaml::Data;

pub(super) const KEYS: [&str; 4] = ["cron", "every", "timezone", "catch_up"];

const UTC: &str = "UTC";

/// An interval below that would be one after the other without a pause.
const SHORTEST: Duration = Duration::from_secs(1);

pub(super) fn read(context: &mut Context<'_>, at: &At<'_>) -> Option<ScheduleTrigger> {
    if let Data::Text(text) = &at.node.data {
        let shown: String = text.chars().take(40).collect();
        let key = if Cron::parse(text).is_ok() { "cron" } else { "every" };
        context
            .error(Code::WrongType, at.span(), &at.path, "`schedule` must be a map, found text")
            .help(format!("write `schedule: {{ {key}: \"{shown}\" }}`"));
        return None;
    }
    let mut fields = at.map(context)?;
    let cron = fields.take_with_key("cron");
    let every = fields.take_with_key("every");
    let zone = fields.take_with_key("timezone");
    let catch_up = match fields.take("catch_up") {
        Some(at) => catch_up(context, &at),
        None => Some(CatchUp::default()),
    };
    misplaced_where(context, &mut fields, "schedule");
    fields.finish(context, &KEYS);
    let timezone = match &zone {
        Some((_, at)) => timezone(context, at),
        None => Some(UTC.to_owned()),
    };
    if let (Some(_), Some((key, at))) = (&every, &zone) {
        context
            .warning(
                Code::ConflictingKeys,
                *key,
                &at.path,
                "`every` counts from the activation, in any time zone",
            )
            .help("take `timezone` away, or say the times of the day with `cron`");
    }
    let timing = match (cron, every) {
        (Some((_, cron)), None) => self::cron(context, &cron),
        (None, Some((_, every))) => self::every(context, &every),
        (Some(_), Some((key, at))) => {
            context
                .error(Code::ConflictingKeys, key, &at.path, "a schedule has `cron` or `every`, not both")
                .help("keep one of them, or begin another trigger: `- schedule:`");
            None
        }
        (None, None) => {
            context
                .error(Code::MissingKey, at.span(), &at.path, "`schedule` needs `cron` or `every`")
                .help("for instance `cron: \"0 9 * * 1-5\"`, or `every: 15m`");
            None
        }
    };
    Some(ScheduleTrigger { timing: timing?, timezone: timezone?, catch_up: catch_up? })
}

fn cron(context: &mut Context<'_>, at: &At<'_>) -> Option<Timing> {
    let text = at.text(context)?;
    if has_expression(context, at, text) {
        return None;
    }
    match Cron::parse(text) {
        Ok(cron) if cron.fires() => Some(Timing::Cron(text.trim().to_owned())),
        Ok(_) => {
            context
                .error(
                    Code::CronNeverFires,
                    at.span(),
                    &at.path,
                    "no year has such a day, so this never fires",
                )
                .help("look at the day of the month and the month: the last day of February is the 29th");
            None
        }
        Err(error) => {
            let raw = context.source().slice(at.span());
            let span = expressions::place(at, raw, text, error.range);
            context.error(Code::InvalidCron, span, &at.path, error.message).help(error.help);
            None
        }
    }
}

fn every(context: &mut Context<'_>, at: &At<'_>) -> Option<Timing> {
    let interval = duration::read(context, at)?;
    if interval < SHORTEST {
        context
            .error(Code::InvalidDuration, at.span(), &at.path, "a schedule fires once a second at most")
            .help("write `1s` or more");
        return None;
    }
    Some(Timing::Every(interval))
}

fn timezone(context: &mut Context<'_>, at: &At<'_>) -> Option<String> {
    let text = at.text(context)?;
    if has_expression(context, at, text) {
        return None;
    }
    if let Some((name, _)) = time_zone(text) {
        return Some(name);
    }
    let shown: String = text.chars().take(60).collect();
    let known =
        nearest_zone(text, |written, names| nearest(written, names.iter().copied()).map(str::to_owned));
    let help = known.map_or_else(
        || {
            "time zones have the names of the IANA database: `Europe/Berlin`, `America/New_York`, `UTC`"
                .to_owned()
        },
        |name| format!("did you mean `{name}`?"),
    );
    context
        .error(Code::UnknownTimezone, at.span(), &at.path, format!("no time zone is called `{shown}`"))
        .help(help);
    None
}

/// When a schedule fires is settled before there is an event to compute it from.
fn has_expression(context: &mut Context<'_>, at: &At<'_>, text: &str) -> bool {
    let found = text.contains("${{");
    if found {
        let message = format!("{} cannot hold an expression", at.label());
        context
            .error(Code::InvalidValue, at.span(), &at.path, message)
            .help("write it out, and decide with `where` or `if` what depends on data");
    }
    found
}

fn catch_up(context: &mut Context<'_>, at: &At<'_>) -> Option<CatchUp> {
    Some(match at.choice(context, &["none", "one", "all"])? {
        "one" => CatchUp::One,
        "all" => CatchUp::All,
        _ => CatchUp::None,
    })
}
