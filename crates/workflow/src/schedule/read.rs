//! From the text of one field to its items, each mistake at its place.

use std::ops::Range;

use super::error::CronError;
use super::fields::Field;

/// One item of a field's list: the values from `start` to `end`, each `step`th of them. Over the week's end `end` goes
/// on counting, so that Friday to Monday is 5 to 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) start: u8,
    pub(super) end: u8,
    pub(super) step: u8,
}

/// A part of the expression, and where it begins there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
}

impl<'a> Part<'a> {
    pub(super) fn range(self) -> Range<usize> {
        self.at..self.at + self.text.len()
    }

    /// What stands before and after a separator.
    fn split_once(self, separator: char) -> Option<(Self, Self)> {
        let (before, after) = self.text.split_once(separator)?;
        let after_at = self.at + before.len() + separator.len_utf8();
        Some((Self { text: before, at: self.at }, Self { text: after, at: after_at }))
    }

    fn items(self) -> impl Iterator<Item = Part<'a>> {
        let mut at = self.at;
        self.text.split(',').map(move |text| {
            let part = Part { text, at };
            at += text.len() + 1;
            part
        })
    }

    /// Its text, cut short for a message.
    fn shown(self) -> String {
        self.text.chars().take(40).collect()
    }
}

/// Reads a field's list.
pub(super) fn field(field: &Field, part: Part<'_>) -> Result<Vec<Item>, CronError> {
    if let Some(error) = quartz(field, part) {
        return Err(error);
    }
    part.items().map(|part| item(field, part)).collect()
}

fn item(field: &Field, part: Part<'_>) -> Result<Item, CronError> {
    let (values, step) = match part.split_once('/') {
        Some((values, step)) => (values, Some(step)),
        None => (part, None),
    };
    let (start, end) = match values.split_once('-') {
        _ if values.text == "*" => (field.min, field.max),
        Some((first, last)) => range(field, values, first, last)?,
        None => {
            let start = value(field, values)?;
            match step {
                // In the day of the week 7 has nothing after it: Sunday begins the week as 0.
                Some(_) if start > field.max => (field.min, field.max),
                Some(_) => (start, field.max),
                None => (start, start),
            }
        }
    };
    let step = step.map_or(Ok(1), |step| self::step(field, step))?;
    Ok(Item { start, end, step })
}

fn range(field: &Field, whole: Part<'_>, first: Part<'_>, last: Part<'_>) -> Result<(u8, u8), CronError> {
    let (start, end) = (value(field, first)?, value(field, last)?);
    if start <= end {
        return Ok((start, end));
    }
    if field.is_cyclic() {
        let days = field.max + 1;
        return Ok((start % days, if start == days { end } else { end + days }));
    }
    let help = match (start == field.max, end == field.min) {
        (false, false) => format!("write it as two: `{start}-{},{}-{end}`", field.max, field.min),
        (true, false) => format!("write it as two: `{start},{}-{end}`", field.min),
        (false, true) => format!("write it as two: `{start}-{},{end}`", field.max),
        (true, true) => format!("write it as two: `{start},{end}`"),
    };
    let message = format!("the range `{}` of the {} runs backwards", whole.shown(), field.name);
    Err(CronError::new(whole.range(), message, help))
}

fn value(field: &Field, part: Part<'_>) -> Result<u8, CronError> {
    if part.text.is_empty() {
        let message = format!("something is missing in the {}", field.name);
        let help = "a list has no spaces and nothing empty in it: `1,15`, and a range both its ends: `1-5`";
        return Err(CronError::new(part.range(), message, help));
    }
    let name = field.names.iter().position(|name| part.text.eq_ignore_ascii_case(name));
    if let Some(index) = name.and_then(|index| u8::try_from(index).ok()) {
        return Ok(field.min + index);
    }
    let number = number(part).filter(|number| (field.min..=field.written_max).contains(number));
    number.ok_or_else(|| {
        let lower = part.text.to_ascii_lowercase();
        let begins = field.names.iter().find(|name| lower.starts_with(**name));
        let help = match begins {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("the {} is {}", field.name, field.allowed()),
        };
        CronError::new(part.range(), format!("the {} cannot be `{}`", field.name, part.shown()), help)
    })
}

/// A step as great as the field has values is the last that makes sense: `*/60` is the same as `0`. Beyond that it was
/// meant to go on over the hour's end, which no step does.
fn step(field: &Field, part: Part<'_>) -> Result<u8, CronError> {
    let greatest = field.max - field.min + 1;
    match number(part) {
        Some(0) | None => {
            let message = format!("`{}` cannot be a step of the {}", part.shown(), field.name);
            Err(CronError::new(part.range(), message, format!("a step is a number from 1 to {greatest}")))
        }
        Some(step) if step > greatest => {
            let message =
                format!("the {} has only {greatest} values, so it has no step of {step}", field.name);
            let help =
                "steps begin anew with each round of the field; `every: 90m` goes on across hours and days";
            Err(CronError::new(part.range(), message, help))
        }
        Some(step) => Ok(step),
    }
}

/// A whole number; the greatest there is for one that is too great.
fn number(part: Part<'_>) -> Option<u8> {
    let is_number = !part.text.is_empty() && part.text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| part.text.parse().unwrap_or(u8::MAX))
}

/// What Quartz has and crontab lacks.
fn quartz(field: &Field, part: Part<'_>) -> Option<CronError> {
    let error = |mark: &str, at: Range<usize>, help: &str| {
        let message = format!("`{mark}` in the {} is Quartz's, not crontab's", field.name);
        Some(CronError::new(at, message, help))
    };
    if let Some(found) = part.text.find(['?', '#']) {
        let at = part.at + found;
        return match &part.text[found..=found] {
            "?" => error("?", at..at + 1, "write `*`"),
            _ => error(
                "#",
                part.range(),
                "for a second Friday write `8-14` as the day of the month, and `where: event.time | date('%u') == '5'`",
            ),
        };
    }
    let is_mark = |word: &str, mark: char| {
        let rest = word.trim_matches(|letter: char| letter.is_ascii_digit());
        rest.eq_ignore_ascii_case(mark.encode_utf8(&mut [0; 4])) || rest.eq_ignore_ascii_case("lw")
    };
    part.items().find_map(|item| {
        let word = item.text.split(['-', '/']).next().unwrap_or_default();
        if is_mark(word, 'w') {
            return error(
                "W",
                item.range(),
                "choose days of the week in the last field: `1-5` is Monday to Friday",
            );
        }
        let help = "choose a day that every month has, such as `28`, or the first day of the next one, `1`";
        if is_mark(word, 'l') { error("L", item.range(), help) } else { None }
    })
}
