//! What a secret looks like: itself, and its base64 wherever in a longer text it stood.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use zeroize::Zeroizing;

/// Bytes to search for.
pub(super) struct Pattern {
    bytes: Zeroizing<Vec<u8>>,
    /// Whether the base64 digit before the match has bits of the secret.
    before: bool,
    /// Whether the base64 digit after the match has bits of the secret.
    after: bool,
}

impl Pattern {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The match and what of the secret is beside it.
    pub(super) fn widen(&self, found: Range<usize>, text: &[u8]) -> Range<usize> {
        let Range { mut start, mut end } = found;
        if self.before && start > 0 && is_base64_digit(text[start - 1]) {
            start -= 1;
        }
        if self.after {
            end += text[end..].iter().take(1).filter(|&&byte| is_base64_digit(byte)).count();
            end += text[end..].iter().take(2).take_while(|&&byte| byte == b'=').count();
        }
        start..end
    }
}

/// All patterns of one secret.
pub(super) fn patterns(secret: &str) -> Vec<Pattern> {
    let mut patterns =
        vec![Pattern { bytes: secret.as_bytes().to_vec().into(), before: false, after: false }];
    for lead in 0..3 {
        let standard = base64_after(lead, secret.as_bytes());
        let url_safe = url_safe(&standard);
        patterns.extend((url_safe.bytes != standard.bytes).then_some(url_safe));
        patterns.push(standard);
    }
    patterns
}

/// The base64 digits that depend on the secret alone where `lead` bytes (modulo 3) stand before it. Base64 writes
/// three bytes as four digits, so there are three ways that the secret's bytes fall upon digits, whatever stands
/// before and after it: `base64("user:secret")` holds one of them.
fn base64_after(lead: usize, secret: &[u8]) -> Pattern {
    let mut padded = Zeroizing::new(vec![0; lead]);
    padded.extend_from_slice(secret);
    let encoded = Zeroizing::new(STANDARD_NO_PAD.encode(&*padded));
    let first = (lead * 8).div_ceil(6);
    let end = padded.len() * 8 / 6;
    Pattern {
        bytes: encoded.as_bytes()[first..end].to_vec().into(),
        before: lead > 0,
        after: !padded.len().is_multiple_of(3),
    }
}

fn url_safe(standard: &Pattern) -> Pattern {
    let translate = |&byte: &u8| match byte {
        b'+' => b'-',
        b'/' => b'_',
        other => other,
    };
    let bytes: Vec<u8> = standard.bytes.iter().map(translate).collect();
    Pattern { bytes: bytes.into(), ..*standard }
}

const fn is_base64_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}
