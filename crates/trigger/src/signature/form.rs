//! How a signature is written, as data: what a manifest's `signature` says, and a workflow's `hmac`.

use std::fmt;

use bellhop_workflow::model::{HmacAlgorithm, SignatureEncoding, WrittenScheme};
use serde::{Deserialize, Deserializer};

/// How a sender signs.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// The header that carries it.
    pub header: String,
    /// What stands between several entries of the header; without one, the header is one entry.
    pub separator: Option<char>,
    /// What an entry that is a signature begins with. Others are passed over.
    #[serde(default)]
    pub prefix: String,
    /// The hash of the HMAC.
    pub hash: Hash,
    /// How its bytes are written.
    pub encoding: Encoding,
    /// How the key is written.
    pub key: KeyForm,
    /// The bytes that are signed.
    pub signs: Signs,
    /// When it was sent, where that is signed.
    pub timestamp: Option<SentAt>,
    /// The header with the id that is signed, where one is.
    pub id: Option<String>,
}

/// The hash of an HMAC. What is broken of SHA-1, that two texts can be made with the same hash, does not break an HMAC;
/// some senders offer nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hash {
    /// HMAC-SHA1.
    Sha1,
    /// HMAC-SHA256.
    Sha256,
    /// HMAC-SHA512.
    Sha512,
}

impl Hash {
    /// As a manifest says it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }
}

/// How bytes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// Hexadecimal, in either case.
    Hex,
    /// Base64, padded or not.
    Base64,
}

impl Encoding {
    /// As a manifest says it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hex => "hex",
            Self::Base64 => "base64",
        }
    }
}

/// How a key is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyForm {
    /// The bytes of the text are the key.
    Text,
    /// In hexadecimal.
    Hex,
    /// In base64, after `whsec_`.
    Whsec,
}

/// When a delivery was sent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SentAt {
    /// Where it says so.
    #[serde(rename = "in")]
    pub place: SentIn,
    /// How.
    pub unit: Unit,
}

/// Where a delivery says when it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SentIn {
    /// In a header of its own.
    Header(String),
    /// In the signature's header, in the entry that begins so.
    Entry(String),
}

impl fmt::Display for SentIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name) => write!(f, "header {name}"),
            Self::Entry(start) => write!(f, "{start} in the signature's header"),
        }
    }
}

/// How a time is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// A whole number of seconds since 1970.
    Seconds,
    /// A whole number of milliseconds since 1970.
    Milliseconds,
    /// As RFC 3339 writes it.
    Rfc3339,
}

/// A part of what is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// These bytes.
    Literal(String),
    /// The delivery's time, as it is written.
    Timestamp,
    /// The delivery's id.
    Id,
    /// The body, byte for byte.
    Body,
}

/// What is signed: `{timestamp}.{body}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signs(pub Vec<Part>);

impl Signs {
    /// Reads a text with `{body}`, `{timestamp}` and `{id}` in it; none where something else is in braces.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            if !before.is_empty() {
                parts.push(Part::Literal(before.to_owned()));
            }
            let (name, after) = after.split_once('}')?;
            parts.push(match name {
                "timestamp" => Part::Timestamp,
                "id" => Part::Id,
                "body" => Part::Body,
                _ => return None,
            });
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Literal(rest.to_owned()));
        }
        Some(Self(parts))
    }
}

impl fmt::Display for Signs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Literal(text) => f.write_str(text),
            Part::Timestamp => f.write_str("{timestamp}"),
            Part::Id => f.write_str("{id}"),
            Part::Body => f.write_str("{body}"),
        })
    }
}

impl<'de> Deserialize<'de> for Signs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let known = "`{body}`, `{timestamp}` and `{id}` are what can be signed";
        Self::read(&text).ok_or_else(|| serde::de::Error::custom(known))
    }
}

impl From<&WrittenScheme> for Signature {
    /// What a workflow writes out itself: the signed bytes are the body, or a timestamp's text, a dot and the body.
    fn from(written: &WrittenScheme) -> Self {
        let timed = written.timestamp_header.as_ref();
        let parts = match timed {
            Some(_) => vec![Part::Timestamp, Part::Literal(".".to_owned()), Part::Body],
            None => vec![Part::Body],
        };
        Self {
            header: written.header.clone(),
            separator: None,
            prefix: written.prefix.clone(),
            hash: match written.algorithm {
                HmacAlgorithm::Sha256 => Hash::Sha256,
                HmacAlgorithm::Sha512 => Hash::Sha512,
            },
            encoding: match written.encoding {
                SignatureEncoding::Hex => Encoding::Hex,
                SignatureEncoding::Base64 => Encoding::Base64,
            },
            key: KeyForm::Text,
            signs: Signs(parts),
            timestamp: timed.map(|name| SentAt { place: SentIn::Header(name.clone()), unit: Unit::Seconds }),
            id: None,
        }
    }
}
