//! What a script threw, in words, with the line that its author knows.

use rquickjs::{CatchResultExt as _, CaughtError, Ctx, Exception, Value};

use super::job::Mishap;

/// What the script is called in a stack.
pub(super) const SCRIPT: &str = "script";

/// The lines that stand before the script's first one.
const LINES_BEFORE: usize = 1;

/// How much of a message is kept, in characters.
const LONGEST: usize = 2_000;

/// Explains an error of the engine, or the exception that it stands for.
pub(super) fn explain(ctx: &Ctx<'_>, error: rquickjs::Error, code: &str) -> Mishap {
    match Err::<(), _>(error).catch(ctx) {
        Ok(()) => Mishap::NeverSettles,
        Err(CaughtError::Exception(exception)) => {
            let name = exception.as_object().get::<_, String>("name").unwrap_or_else(|_| "Error".to_owned());
            if tells_of_memory(&exception) {
                return Mishap::TooMuchMemory;
            }
            let words = exception.message().unwrap_or_default();
            let message = if words.is_empty() { name } else { format!("{name}: {words}") };
            let place = exception.stack().as_deref().and_then(|stack| place(stack, code));
            Mishap::Threw { message: message.chars().take(LONGEST).collect(), place }
        }
        // Out of memory, the engine may not even find room for the exception that says so.
        Err(CaughtError::Value(value)) if value.is_null() => Mishap::TooMuchMemory,
        Err(CaughtError::Value(value)) => {
            let words = value
                .as_string()
                .and_then(|text| text.to_string().ok())
                .or_else(|| ctx.json_stringify(value).ok().flatten().and_then(|text| text.to_string().ok()));
            let words = words.unwrap_or_else(|| "something that is no text".to_owned());
            Mishap::Threw { message: words.chars().take(LONGEST).collect(), place: None }
        }
        Err(CaughtError::Error(error)) => Mishap::Threw { message: error.to_string(), place: None },
    }
}

/// How the engine says that there was no memory left.
#[derive(Clone, Copy)]
pub(super) enum Lack {
    /// In words.
    Told,
    /// With null: it had no room for the words, or the script throws null.
    Null,
}

/// Whether what was thrown says that there was no memory left.
pub(super) fn lack(thrown: &Value<'_>) -> Option<Lack> {
    if thrown.is_null() {
        return Some(Lack::Null);
    }
    thrown.as_exception().is_some_and(tells_of_memory).then_some(Lack::Told)
}

fn tells_of_memory(exception: &Exception<'_>) -> bool {
    matches!(exception.message().as_deref(), Some("out of memory" | "string too long"))
}

/// The innermost place in the script itself: `    at name (script:4:13)`, or `    at script:4:13`.
fn place(stack: &str, code: &str) -> Option<(usize, usize)> {
    let (line, column) = stack.lines().find_map(|frame| {
        let (_, place) = frame.rsplit_once(SCRIPT)?;
        let mut numbers = place.trim_end_matches(')').strip_prefix(':')?.split(':').map(str::parse::<usize>);
        Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
    })?;
    let line = line.saturating_sub(LINES_BEFORE).max(1);
    let lines = code.split('\n').count();
    // A bracket that is not closed is missed where the code ends, not on the line that stands after it here.
    let end = || (lines, code.rsplit('\n').next().unwrap_or_default().chars().count() + 1);
    Some(if line > lines { end() } else { (line, column) })
}
