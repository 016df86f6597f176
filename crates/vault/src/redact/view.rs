//! A text with its escapes undone, and the way back from a place in it to the place in the text.

use std::ops::Range;

use memchr::{memchr, memchr2};

/// A text with one kind of escape undone.
pub(super) struct View {
    /// What it says.
    pub(super) bytes: Vec<u8>,
    /// Where the two texts fall out of step: a place in `bytes` and its origin. Between two of them both go on byte
    /// by byte, so that a long text with few escapes costs little.
    steps: Vec<(usize, usize)>,
}

impl View {
    /// Where in the text a stretch of `bytes` came from.
    pub(super) fn origin(&self, span: &Range<usize>) -> Range<usize> {
        self.origin_of(span.start)..self.origin_of(span.end)
    }

    fn origin_of(&self, place: usize) -> usize {
        let after = self.steps.partition_point(|&(decoded, _)| decoded <= place);
        let (decoded, original) = if after == 0 { (0, 0) } else { self.steps[after - 1] };
        original + (place - decoded)
    }
}

/// One escape sequence: how many bytes it takes, and what it stands for.
struct Escape {
    length: usize,
    character: Decoded,
}

enum Decoded {
    Byte(u8),
    Character(char),
}

/// `%41`, as URLs have it, in either case of digits.
pub(super) fn percent(text: &[u8]) -> Option<View> {
    decode(text, |rest| memchr(b'%', rest), percent_escape)
}

/// As [`percent`], and `+` for a space, as forms have it.
pub(super) fn form(text: &[u8]) -> Option<View> {
    decode(
        text,
        |rest| memchr2(b'%', b'+', rest),
        |rest| {
            if rest.first() == Some(&b'+') {
                return Some(Escape { length: 1, character: Decoded::Byte(b' ') });
            }
            percent_escape(rest)
        },
    )
}

/// `\"`, `\/`, `\u00e9` and the others of a JSON string (RFC 8259 section 7).
pub(super) fn json(text: &[u8]) -> Option<View> {
    decode(text, |rest| memchr(b'\\', rest), json_escape)
}

/// Undoes what `read` takes for an escape, wherever `find` finds that one may begin. `None` where there is no escape.
fn decode(
    text: &[u8],
    find: impl Fn(&[u8]) -> Option<usize>,
    read: fn(&[u8]) -> Option<Escape>,
) -> Option<View> {
    let mut view: Option<View> = None;
    let mut place = 0;
    let mut copied = 0;
    while let Some(offset) = find(&text[place..]) {
        let at = place + offset;
        let Some(escape) = read(&text[at..]) else {
            place = at + 1;
            continue;
        };
        let view =
            view.get_or_insert_with(|| View { bytes: Vec::with_capacity(text.len()), steps: Vec::new() });
        view.bytes.extend_from_slice(&text[copied..at]);
        match escape.character {
            Decoded::Byte(byte) => view.bytes.push(byte),
            Decoded::Character(character) => {
                view.bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        place = at + escape.length;
        copied = place;
        view.steps.push((view.bytes.len(), place));
    }
    if let Some(view) = &mut view {
        view.bytes.extend_from_slice(&text[copied..]);
    }
    view
}

fn percent_escape(rest: &[u8]) -> Option<Escape> {
    let &[b'%', high, low, ..] = rest else { return None };
    let value = hex_value(&[high, low])?;
    Some(Escape { length: 3, character: Decoded::Byte(u8::try_from(value).ok()?) })
}

fn json_escape(rest: &[u8]) -> Option<Escape> {
    let byte = match rest.get(1)? {
        b'u' => return unicode_escape(rest),
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        &same @ (b'"' | b'\\' | b'/') => same,
        _ => return None,
    };
    Some(Escape { length: 2, character: Decoded::Byte(byte) })
}

fn unicode_escape(rest: &[u8]) -> Option<Escape> {
    let first = u16::try_from(hex_value(rest.get(2..6)?)?).ok()?;
    if let Some(character) = char::from_u32(u32::from(first)) {
        return Some(Escape { length: 6, character: Decoded::Character(character) });
    }
    // A character beyond the first 65,536 is written as two escapes.
    let second = u16::try_from(hex_value(rest.get(6..)?.strip_prefix(b"\\u")?.get(..4)?)?).ok()?;
    let character = char::decode_utf16([first, second]).next()?.ok()?;
    Some(Escape { length: 12, character: Decoded::Character(character) })
}

fn hex_value(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value, &digit| Some(value * 16 + char::from(digit).to_digit(16)?))
}
