//! How the parts of an SQL statement stand: free, within quotes, or in a comment.
//!
//! This is no defence: values are bound whatever is said here. It is to tell an author about a placeholder that the
//! database would take for plain text. So it knows what the dialects have in common (quotes of three kinds, `--` and
//! `/* */`) and PostgreSQL's `$$ … $$`, and not what they differ in, such as a backslash within quotes.

use std::ops::Range;

use crate::expression::Piece;

/// How an expression stands in a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stands {
    /// Where a value may stand.
    Free,
    /// Within quotes.
    Quoted {
        /// Whether there is nothing else within them.
        alone: bool,
    },
    /// In a comment.
    Commented,
}

/// What was found in a statement; ranges are in bytes of its text.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Each expression with its delimiters, and how it stands.
    pub(super) expressions: Vec<(Range<usize>, Stands)>,
    /// The first placeholder such as `$1`.
    pub(super) placeholder: Option<Range<usize>>,
}

/// Where the reading has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within<'a> {
    Nothing,
    Quotes(char),
    /// `$$ … $$` or `$tag$ … $tag$`, by that mark.
    Dollars(&'a str),
    Line,
    Block,
}

/// Reads a statement that was cut into its pieces.
pub(super) fn read(text: &str, pieces: &[Piece]) -> Found {
    let mut found = Found::default();
    let mut within = Within::Nothing;
    for piece in pieces {
        match piece {
            Piece::Text(range) => within = text_piece(text, range.clone(), within, &mut found),
            Piece::Expression(inner) => {
                let range = inner.start - "${{".len()..inner.end + "}}".len();
                let stands = match within {
                    Within::Nothing => Stands::Free,
                    Within::Line | Within::Block => Stands::Commented,
                    Within::Quotes(mark) => Stands::Quoted {
                        alone: text[..range.start].ends_with(mark) && text[range.end..].starts_with(mark),
                    },
                    Within::Dollars(mark) => Stands::Quoted {
                        alone: text[..range.start].ends_with(mark) && text[range.end..].starts_with(mark),
                    },
                };
                found.expressions.push((range, stands));
            }
            Piece::Unclosed(_) => {}
        }
    }
    found
}

fn text_piece<'a>(text: &'a str, range: Range<usize>, from: Within<'a>, found: &mut Found) -> Within<'a> {
    let mut within = from;
    let mut at = range.start;
    while at < range.end {
        let rest = &text[at..range.end];
        let Some(letter) = rest.chars().next() else { break };
        let mut step = letter.len_utf8();
        within = match within {
            Within::Nothing if rest.starts_with("--") => Within::Line,
            Within::Nothing if rest.starts_with("/*") => {
                step = 2;
                Within::Block
            }
            Within::Nothing if matches!(letter, '\'' | '"' | '`') => Within::Quotes(letter),
            Within::Nothing if letter == '$' && !follows_a_word(text, at) => {
                let digits = rest[1..].bytes().take_while(u8::is_ascii_digit).count();
                if digits > 0 {
                    found.placeholder.get_or_insert(at..at + 1 + digits);
                }
                match dollar_mark(rest) {
                    Some(mark) => {
                        step = mark.len();
                        Within::Dollars(mark)
                    }
                    None => Within::Nothing,
                }
            }
            // A doubled quote closes and opens again, which comes to the same.
            Within::Quotes(mark) if letter == mark => Within::Nothing,
            Within::Dollars(mark) if rest.starts_with(mark) => {
                step = mark.len();
                Within::Nothing
            }
            Within::Line if letter == '\n' => Within::Nothing,
            Within::Block if rest.starts_with("*/") => {
                step = 2;
                Within::Nothing
            }
            same => same,
        };
        at += step;
    }
    within
}

/// Whether the letter before is a part of a name, which may hold a `$`.
fn follows_a_word(text: &str, at: usize) -> bool {
    text[..at]
        .chars()
        .next_back()
        .is_some_and(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '$'))
}

/// The `$$` or `$tag$` that a text begins with.
fn dollar_mark(text: &str) -> Option<&str> {
    let end = text[1..].find('$')? + 1;
    let tag = &text[1..end];
    let is_tag = tag.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        && !tag.starts_with(|first: char| first.is_ascii_digit());
    is_tag.then(|| &text[..=end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::pieces;

    fn stands(text: &str) -> Vec<Stands> {
        read(text, &pieces(text)).expressions.into_iter().map(|(_, stands)| stands).collect()
    }

    #[test]
    fn quotes_and_comments_end_where_sql_ends_them() {
        use Stands::{Commented, Free, Quoted};
        for (text, expected) in [
            ("a = ${{ x }}", Free),
            ("a = '${{ x }}'", Quoted { alone: true }),
            ("a = '%${{ x }}%'", Quoted { alone: false }),
            ("a = 'it''s' AND b = ${{ x }}", Free),
            ("a = 'it''s ${{ x }}'", Quoted { alone: false }),
            ("SELECT \"${{ x }}\"", Quoted { alone: true }),
            ("SELECT `a` = ${{ x }}", Free),
            ("SELECT 1 -- it's\n = ${{ x }}", Free),
            ("SELECT 1 -- ${{ x }}", Commented),
            ("SELECT /* a ' b */ ${{ x }}", Free),
            ("SELECT /*/ ${{ x }} */ 1", Commented),
            ("SELECT $$ it's $$ || ${{ x }}", Free),
            ("SELECT $a$ ${{ x }} $$ $a$", Quoted { alone: false }),
            ("SELECT a$b$ || ${{ x }}", Free),
            ("SELECT '--' || ${{ x }}", Free),
            ("SELECT 'é' || ${{ x }}", Free),
        ] {
            assert_eq!(stands(text), [expected], "{text}");
        }
    }

    #[test]
    fn a_quote_that_one_piece_opens_another_closes() {
        use Stands::{Free, Quoted};
        assert_eq!(
            stands("a = '${{ x }} ${{ y }}' AND b = ${{ z }}"),
            [Quoted { alone: false }, Quoted { alone: false }, Free]
        );
    }

    #[test]
    fn a_placeholder_is_found_where_it_is_one() {
        let placeholder =
            |text: &str| read(text, &pieces(text)).placeholder.map(|range| text[range].to_owned());
        assert_eq!(placeholder("a = $12 AND b = $2").as_deref(), Some("$12"));
        for text in ["a = '$1'", "a$1 = 2", "-- $1", "a = $ 1"] {
            assert_eq!(placeholder(text), None, "{text}");
        }
    }
}
