//! The key that a sender signs with.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_PAD_INDIFFERENT as BASE64;
use bellhop_vault::Secret;
use zeroize::Zeroizing;

use super::KeyForm;

/// What a key in base64 is commonly marked with.
const MARK: &str = "whsec_";

/// A key, decoded to the bytes that the HMAC is made with. Never empty: an HMAC under an empty key can be made by
/// anybody.
pub struct SignatureKey(Zeroizing<Vec<u8>>);

/// The text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature key is {}", wrong(*.form))]
pub struct MalformedKey {
    /// What it should have been.
    form: KeyForm,
}

/// What a text is that is no such key.
const fn wrong(form: KeyForm) -> &'static str {
    match form {
        KeyForm::Text => "empty",
        KeyForm::Hex => "not hexadecimal",
        KeyForm::Whsec => "not `whsec_` and base64",
    }
}

impl KeyForm {
    /// A key of these bytes, as it is given out.
    pub(crate) fn write(self, bytes: &[u8]) -> Secret {
        match self {
            Self::Text | Self::Hex => hex::encode(bytes),
            Self::Whsec => format!("{MARK}{}", BASE64.encode(bytes)),
        }
        .into()
    }
}

impl SignatureKey {
    /// Decodes a key as its sender gives it out.
    pub fn read(form: KeyForm, text: &Secret) -> Result<Self, MalformedKey> {
        let text = text.expose();
        let bytes = match form {
            KeyForm::Text => Some(text.as_bytes().to_vec()),
            KeyForm::Hex => hex::decode(text).ok(),
            KeyForm::Whsec => BASE64.decode(text.strip_prefix(MARK).unwrap_or(text)).ok(),
        };
        let bytes = Zeroizing::new(bytes.ok_or(MalformedKey { form })?);
        if bytes.is_empty() { Err(MalformedKey { form }) } else { Ok(Self(bytes)) }
    }

    /// Decodes a key that is written in hexadecimal, as Close's are.
    pub fn from_hex(text: &Secret) -> Result<Self, MalformedKey> {
        Self::read(KeyForm::Hex, text)
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SignatureKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
