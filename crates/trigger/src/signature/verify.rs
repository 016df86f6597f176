//! Checking a delivery against what its sender's [`Signature`] says.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_PAD_INDIFFERENT as BASE64;
use bellhop_workflow::time::Timestamp;
use http::HeaderMap;

use super::form::{Encoding, Part, SentIn, Signature};
use super::{SignatureKey, VerifyError, header, mac, timestamp};

/// How many signatures of one delivery are looked at: senders send two while their key changes.
const MOST: usize = 8;

impl Signature {
    /// Checks a delivery: `body` is what came over the wire, `now` is this machine's time, and `tolerance` how far the
    /// sender's may be from it in either direction, where the time is signed.
    pub fn verify(
        &self,
        key: &SignatureKey,
        headers: &HeaderMap,
        body: &[u8],
        now: Timestamp,
        tolerance: Duration,
    ) -> Result<(), VerifyError> {
        let value = header::text(headers, &self.header)
            .map_err(|_| VerifyError::MalformedSignature)?
            .ok_or(VerifyError::MissingSignature)?;
        let given = self.signatures(value)?;
        let sent = self.sent(value, headers)?;
        if let (Some(sent), Some(timestamp)) = (sent, &self.timestamp) {
            timestamp::check_fresh(sent, timestamp.unit, now, tolerance)?;
        }
        let id = self.signed_id(headers)?;
        let part = |part: &'_ Part| match part {
            Part::Literal(text) => text.as_bytes().to_vec(),
            Part::Timestamp => sent.unwrap_or_default().as_bytes().to_vec(),
            Part::Id => id.unwrap_or_default().as_bytes().to_vec(),
            Part::Body => Vec::new(),
        };
        let small: Vec<Vec<u8>> = self.signs.0.iter().map(part).collect();
        let parts = self.signs.0.iter().zip(&small);
        let parts: Vec<&[u8]> =
            parts.map(|(part, small)| if *part == Part::Body { body } else { small.as_slice() }).collect();
        mac::check(self.hash, key.as_bytes(), &parts, &given)
    }

    /// The signatures in the header, decoded. Of several, those that are not written as they should be are passed over.
    fn signatures(&self, value: &str) -> Result<Vec<Vec<u8>>, VerifyError> {
        let written = self.entries(value).filter_map(|entry| entry.strip_prefix(self.prefix.as_str()));
        let decoded: Vec<Vec<u8>> = written.take(MOST).filter_map(|text| self.decode(text)).collect();
        if decoded.is_empty() { Err(VerifyError::MalformedSignature) } else { Ok(decoded) }
    }

    fn decode(&self, text: &str) -> Option<Vec<u8>> {
        match self.encoding {
            Encoding::Hex => hex::decode(text).ok(),
            Encoding::Base64 => BASE64.decode(text).ok(),
        }
    }

    /// When it was sent, as it is written; none where the sender signs no time.
    fn sent<'a>(&self, value: &'a str, headers: &'a HeaderMap) -> Result<Option<&'a str>, VerifyError> {
        let Some(timestamp) = &self.timestamp else { return Ok(None) };
        let found = match &timestamp.place {
            SentIn::Header(name) => {
                header::text(headers, name).map_err(|_| VerifyError::MalformedTimestamp)?
            }
            SentIn::Entry(prefix) => {
                self.entries(value).find_map(|entry| entry.strip_prefix(prefix.as_str()))
            }
        };
        found.map(Some).ok_or(VerifyError::MissingTimestamp)
    }

    /// The id that is signed; none where the sender signs none.
    fn signed_id<'a>(&self, headers: &'a HeaderMap) -> Result<Option<&'a str>, VerifyError> {
        let Some(name) = &self.id else { return Ok(None) };
        let found = header::text(headers, name).map_err(|_| VerifyError::MalformedSignature)?;
        found.map(Some).ok_or(VerifyError::MissingId)
    }

    fn entries<'a>(&self, value: &'a str) -> impl Iterator<Item = &'a str> {
        let separator = self.separator;
        // Without a separator, the header is the entry to the last byte.
        let whole = separator.is_none().then_some(value);
        let several = separator.map(|separator| value.split(separator).map(str::trim));
        whole.into_iter().chain(several.into_iter().flatten())
    }
}
