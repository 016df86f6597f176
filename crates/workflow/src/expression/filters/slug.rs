//! `slugify`.

/// A text for a URL or a channel name: lower-case ASCII letters and digits, everything else one dash. Letters of
/// other scripts are written in ASCII: `Café Nørd` becomes `cafe-nord`.
pub(super) fn slugify(text: &str) -> String {
    let ascii = deunicode::deunicode_with_tofu(text, "-");
    let words: Vec<&str> =
        ascii.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join("-").to_ascii_lowercase()
}
