//! Cuts an expression into words, signs and literals.
//!
//! MiniJinja does the parsing; it does not tell which names an expression uses and where they stand. This is just
//! enough of its lexer to find them, and to find the `}}` that ends an expression rather than one inside a string.

use std::ops::Range;

/// One token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Where it stands, in bytes.
    pub(super) range: Range<usize>,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name or a word of the language.
    Name,
    /// A number.
    Number,
    /// A string literal with its quotes.
    Text,
    /// A string literal that never ends.
    OpenText,
    /// `==`, `!=`, `<=`, `>=`, `//`, `**`.
    LongSign,
    /// Any other character.
    Sign(char),
}

/// The first token at or after `from`; none at the end.
pub(super) fn next(source: &str, from: usize) -> Option<Token> {
    let rest = source.get(from..)?;
    let start = from + (rest.len() - rest.trim_start().len());
    let rest = &source[start..];
    let first = rest.chars().next()?;
    let (kind, length) = match first {
        '"' | '\'' => text(rest, first),
        first if first.is_ascii_alphabetic() || first == '_' => (Kind::Name, word(rest)),
        first if first.is_ascii_digit() => (Kind::Number, number(rest, source[..start].ends_with('.'))),
        _ if is_long_sign(rest) => (Kind::LongSign, 2),
        other => (Kind::Sign(other), other.len_utf8()),
    };
    Some(Token { kind, range: start..start + length })
}

/// All tokens of an expression.
pub(super) fn all(source: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    while let Some(token) = next(source, tokens.last().map_or(0, |last| last.range.end)) {
        tokens.push(token);
    }
    tokens
}

fn text(rest: &str, quote: char) -> (Kind, usize) {
    let mut escaped = false;
    for (index, letter) in rest.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            letter if letter == quote => return (Kind::Text, index + letter.len_utf8()),
            _ => {}
        }
    }
    (Kind::OpenText, rest.len())
}

fn word(rest: &str) -> usize {
    rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count()
}

/// `12`, `0x1f`, `1_000`, `1.5`, `1e-3`. After a dot it is an index (`rows.0.name`) and has no fraction.
fn number(rest: &str, is_index: bool) -> usize {
    let mut length = word(rest);
    let bytes = rest.as_bytes();
    let digit_at = |index: usize| bytes.get(index).is_some_and(u8::is_ascii_digit);
    if !is_index && bytes.get(length) == Some(&b'.') && digit_at(length + 1) {
        length += 1 + word(&rest[length + 1..]);
    }
    let ends_with_exponent = matches!(bytes[length - 1], b'e' | b'E') && !rest.starts_with("0x");
    if ends_with_exponent && matches!(bytes.get(length), Some(b'+' | b'-')) && digit_at(length + 1) {
        length += 1 + word(&rest[length + 1..]);
    }
    length
}

fn is_long_sign(rest: &str) -> bool {
    ["==", "!=", "<=", ">=", "//", "**"].iter().any(|sign| rest.starts_with(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(source: &str) -> Vec<&str> {
        all(source).into_iter().map(|token| &source[token.range]).collect()
    }

    #[test]
    fn words_numbers_strings_and_signs_are_told_apart() {
        assert_eq!(
            cut(r#"rows.0.name == "a }} \" b"|upper~1.5e-3 //x"#),
            ["rows", ".", "0", ".", "name", "==", r#""a }} \" b""#, "|", "upper", "~", "1.5e-3", "//", "x"]
        );
    }

    #[test]
    fn a_string_without_an_end_reaches_to_the_end() {
        let tokens = all("a ~ 'b c");
        assert_eq!(
            tokens.last().map(|token| (token.kind, token.range.clone())),
            Some((Kind::OpenText, 4..8))
        );
    }

    #[test]
    fn letters_beyond_ascii_are_signs_of_their_own() {
        assert_eq!(cut("é+ß"), ["é", "+", "ß"]);
    }
}
