//! From a place inside a string to its place in the file.
//!
//! What a YAML string says and what stands in the file differ: quotes, escapes, folded lines, indentation. The two
//! are walked side by side; where they part in a way that is not known, there is no answer, and the diagnostic
//! points at the whole string.

/// Longer strings are not walked through.
const MAX_WALKED: usize = 16 * 1024;

/// The byte of `raw` (a string as it stands in the file) at which the byte `offset` of `value` (what it says) is.
pub(crate) fn locate(raw: &str, value: &str, offset: usize) -> Option<usize> {
    if raw.len() > MAX_WALKED {
        return None;
    }
    let quote = raw.chars().next().filter(|first| matches!(first, '"' | '\'') && !value.starts_with(*first));
    let start = quote.map_or(0, char::len_utf8);
    let mut file = raw.get(start..)?.char_indices().map(|(at, letter)| (start + at, letter)).peekable();
    let mut said = value.char_indices().peekable();
    loop {
        let Some(&(said_at, letter)) = said.peek() else {
            return (offset == value.len()).then(|| file.peek().map_or(raw.len(), |(at, _)| *at));
        };
        if said_at >= offset && !letter.is_whitespace() {
            skip_to(&mut file, letter);
            return file.peek().map(|(at, _)| *at);
        }
        if letter.is_whitespace() {
            // A line break with its indentation may be one space, one break, or several.
            let exact = file.peek().is_some_and(|(_, found)| *found == letter && letter != '\n');
            if exact {
                file.next();
                said.next();
                if said_at >= offset {
                    return file.peek().map(|(at, _)| at - letter.len_utf8());
                }
            } else {
                while said.next_if(|(_, letter)| letter.is_whitespace()).is_some() {}
            }
            while file.next_if(|(_, found)| *found == '\n' || *found == '\r').is_some() {
                while file.next_if(|(_, found)| *found == ' ').is_some() {}
            }
            continue;
        }
        skip_to(&mut file, letter);
        if file.next()?.1 != letter {
            return None;
        }
        said.next();
        if letter == '\'' && quote == Some('\'') {
            file.next_if(|(_, found)| *found == '\'');
        }
    }
}

/// Passes over what stands before a character only in the file: white space, and the backslash of an escape.
fn skip_to(file: &mut std::iter::Peekable<impl Iterator<Item = (usize, char)>>, letter: char) {
    while file.next_if(|(_, found)| *found != letter && (found.is_whitespace() || *found == '\\')).is_some() {
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(raw: &str, value: &str, needle: &str) -> Option<String> {
        let at = locate(raw, value, value.find(needle).unwrap())?;
        Some(raw[at..].chars().take(needle.chars().count()).collect())
    }

    #[test]
    fn plain_quoted_and_folded_strings_are_walked_through() {
        for (raw, value) in [
            ("a ${{ x }} b", "a ${{ x }} b"),
            ("'it''s ${{ x }}'", "it's ${{ x }}"),
            (r#""a \"b\" ${{ x }}""#, r#"a "b" ${{ x }}"#),
            ("a\n      b ${{ x }}", "a b ${{ x }}"),
            ("a\n\n      b ${{ x }}", "a\nb ${{ x }}"),
            ("line\n    next\n    ${{ x }}\n", "line\nnext\n${{ x }}\n"),
            ("${{ x }}", "${{ x }}"),
        ] {
            assert_eq!(found(raw, value, "x").as_deref(), Some("x"), "{raw:?}");
            assert_eq!(found(raw, value, "${{").as_deref(), Some("${{"), "{raw:?}");
        }
    }

    #[test]
    fn an_escape_that_is_not_known_gives_no_place_rather_than_a_wrong_one() {
        assert_eq!(locate(r#""\u0061 ${{ x }}""#, "a ${{ x }}", 6), None);
    }
}
