//! Mistakes of YAML's grammar: what a person did, and how to mend it.
//!
//! The library's messages are matched by their words; one that is not known is passed on as it is, so that a new
//! version of the library costs a hint, never the place.

use super::{Problem, explain};
use crate::diagnostic::Code;
use crate::source::{Position, Source, Span};

pub(super) fn explain(said: &str, span: Span, source: &Source<'_>) -> Problem {
    let said = said.split(" at line ").next().unwrap_or(said);
    tab(said, span, source)
        .or_else(|| braces(span, source))
        .or_else(|| flow_expression(span, source))
        .or_else(|| colon(said, span, source))
        .or_else(|| quote(said, span, source))
        .or_else(|| known(said, span, source))
        .unwrap_or_else(|| Problem::new(Code::Yaml, span, format!("this is not YAML: {said}")))
}

/// The word that begins at a place.
pub(super) fn word(span: Span, source: &Source<'_>) -> Span {
    let rest = source.text().get(span.start..).unwrap_or_default();
    let length =
        rest.find(|letter: char| letter.is_whitespace() || ",]}".contains(letter)).unwrap_or(rest.len());
    Span::new(span.start, span.start + length)
}

fn line_of<'a>(span: Span, source: &Source<'a>) -> (usize, &'a str) {
    let number = source.position(span.start).line;
    (number, source.line(number))
}

fn tab(said: &str, span: Span, source: &Source<'_>) -> Option<Problem> {
    let first = source.position(span.start).line;
    if !said.contains("tab") && !line_of(span, source).1.trim_start_matches(' ').starts_with('\t') {
        return None;
    }
    // The library may point at the line before the one with the tab.
    let (line, within) = (first..=first + 1).find_map(|number| {
        let line = source.line(number);
        let indent = line.len() - line.trim_start().len();
        line[..indent].find('\t').map(|at| (number, at))
    })?;
    let start = source.byte(Position { line, column: within + 1 });
    Some(
        Problem::new(Code::TabIndentation, Span::new(start, start + 1), "tabs cannot indent YAML")
            .help("indent with spaces"),
    )
}

/// `{{ x }}`, as other tools write expressions.
fn braces(span: Span, source: &Source<'_>) -> Option<Problem> {
    let (number, line) = line_of(span, source);
    let found = line.match_indices("{{").map(|(at, _)| at).find(|at| !line[..*at].ends_with('$'))?;
    let line_start = source.byte(Position { line: number, column: 1 });
    let inside = &line[found + 2..];
    let end = inside.find("}}").map_or(line.len(), |end| found + 2 + end + 2);
    let written = inside.split("}}").next().unwrap_or_default().trim();
    Some(
        Problem::new(
            Code::BareBraces,
            Span::new(line_start + found, line_start + end),
            "`{{` begins a map within a map in YAML",
        )
        .help(format!("an expression is written `${{{{ {written} }}}}`")),
    )
}

/// `${{ x }}` inside `{ … }` or `[ … ]` and not in quotes: YAML sees a map after a dollar.
fn flow_expression(span: Span, source: &Source<'_>) -> Option<Problem> {
    let (number, line) = line_of(span, source);
    let line_start = source.byte(Position { line: number, column: 1 });
    let at = span.start.checked_sub(line_start)?;
    let open = line.match_indices("${{").map(|(found, _)| found).filter(|found| *found <= at).last()?;
    let is_flow = line[..open].contains(['{', '[']);
    if !is_flow {
        return None;
    }
    let end = line[open..].find("}}").map_or(line.len(), |end| open + end + 2);
    let written = &line[open..end];
    let quoted = if written.contains('"') { format!("'{written}'") } else { format!("\"{written}\"") };
    Some(
        Problem::new(
            Code::UnquotedExpression,
            Span::new(line_start + open, line_start + end),
            "inside `{ … }` and `[ … ]` an expression must be in quotes",
        )
        .help(format!("write `{quoted}`")),
    )
}

fn colon(said: &str, span: Span, source: &Source<'_>) -> Option<Problem> {
    if !said.contains("mapping values are not allowed") {
        return None;
    }
    let (number, line) = line_of(span, source);
    let column = source.position(span.start).column;
    let before: String = line.chars().take(column.saturating_sub(1)).collect();
    let place = Span::new(span.start, span.start + 1);
    if before.contains(": ") {
        let value = before.split_once(": ").map_or("", |(_, value)| value);
        return Some(
            Problem::new(Code::Yaml, place, "a second `: ` on a line begins a map within the value").help(
                format!("put the whole value in quotes: `\"{}: …\"`", value.trim_start_matches(['"', '\''])),
            ),
        );
    }
    let above = number.saturating_sub(1);
    Some(
        Problem::new(
            Code::Yaml,
            place,
            "a key cannot begin here: the line above has a value already, or no `:`",
        )
        .help(format!("line {above} may lack a `:`, or this line is indented too far")),
    )
}

fn quote(said: &str, span: Span, source: &Source<'_>) -> Option<Problem> {
    if said.contains("unclosed quote") {
        return Some(Problem::new(
            Code::Yaml,
            Span::new(span.start, span.start + 1),
            "this quote is never closed",
        ));
    }
    if said.contains("multiline quoted scalar") {
        let problem = match opened_above(span, source) {
            Some(quote) => Problem::new(Code::Yaml, quote, "this quote is not closed on its line"),
            None => Problem::new(Code::Yaml, span, "a quote that was opened above is still open here"),
        };
        return Some(problem.help("close it, or indent the lines that the text goes on in"));
    }
    if said.contains("invalid trailing content after") {
        let (_, line) = line_of(span, source);
        let value = line.split_once(": ").map_or(line, |(_, value)| value).trim();
        let problem = Problem::new(Code::Yaml, word(span, source), "nothing may follow a closing quote");
        return Some(if value.contains('\'') {
            problem.help("put all of the value in quotes")
        } else {
            problem.help(format!("put all of the value in quotes: `'{value}'`"))
        });
    }
    None
}

/// The last quote of the nearest line above that has an odd number of them.
fn opened_above(span: Span, source: &Source<'_>) -> Option<Span> {
    let number = source.position(span.start).line;
    (number.saturating_sub(50)..number).rev().find_map(|above| {
        let line = source.line(above);
        let quote = ['"', '\''].into_iter().find(|quote| line.matches(*quote).count() % 2 == 1)?;
        let start = source.byte(Position { line: above, column: 1 }) + line.rfind(quote)?;
        Some(Span::new(start, start + 1))
    })
}

fn known(said: &str, span: Span, source: &Source<'_>) -> Option<Problem> {
    let one = Span::new(span.start, span.start + 1);
    let here = |message: &str| Problem::new(Code::Yaml, one, message);
    let rest = source.text().get(span.start..).unwrap_or_default();
    let problem = if said.contains("unexpected character") {
        // The library may point at the beginning of the value that holds the character.
        let unprintable =
            rest.lines().next().unwrap_or_default().char_indices().find(|(_, letter)| letter.is_control());
        match unprintable {
            Some((at, letter)) if letter != '\t' => {
                let place = Span::new(span.start + at, span.start + at + letter.len_utf8());
                Problem::new(
                    Code::Yaml,
                    place,
                    format!("the character U+{:04X} cannot be in YAML", u32::from(letter)),
                )
                .help("in double quotes it can be written as `\\x` and two digits")
            }
            _ => here(&format!("a value cannot begin with `{}`", rest.chars().next().unwrap_or(' ')))
                .help("put the value in quotes"),
        }
    } else if said.contains("unclosed bracket") {
        here("this bracket is never closed")
    } else if said.contains("expected ',' or") {
        here("a `,` or the closing bracket is missing before this")
            .help("inside `{ … }` and `[ … ]`, text with `,`, `:`, `{` or `[` in it must be in quotes")
    } else if said.contains("did not find expected key") || said.contains("did not find expected '-'") {
        Problem::new(Code::Yaml, word(span, source), "this line is indented like none of the lines above it")
            .help("all keys of a map, and all `-` of a list, begin in the same column")
    } else if said.contains("block sequence entries are not allowed") {
        here("a list cannot begin on the line of its key").help("begin it on the next line")
    } else if said.contains("unsupported tag") {
        let (number, line) = line_of(span, source);
        let line_start = source.byte(Position { line: number, column: 1 });
        let tag = line.get(..span.start.saturating_sub(line_start)).and_then(|before| before.rfind('!'));
        let start = tag.map_or(span.start, |tag| line_start + tag);
        Problem::new(Code::Yaml, word(Span::new(start, start), source), "YAML tags are not used here")
            .help("a value that begins with `!` must be in quotes; in an expression write `not`")
    } else if said.contains("unknown escape") {
        here("this text has a backslash with a character that it does not go with")
            .help("in single quotes a backslash is only a backslash")
    } else if said.contains("comment intercepting") {
        here("a `#` after a space begins a comment").help("put the value in quotes")
    } else if said.contains("nesting") || said.contains("recursion limit") || said.contains("too deep") {
        explain::too_deep(span)
    } else if said.contains("string scalar") {
        here("a key must be text")
    } else {
        return None;
    };
    Some(problem)
}
