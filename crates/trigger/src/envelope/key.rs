//! Keeping what goes into an index within an index's bounds.

use sha2::{Digest, Sha256};

/// PostgreSQL refuses an index entry of more than about 2,700 bytes; no honest id is longer than this.
const LONGEST: usize = 255;

/// `text`, or its hash where it is too long: equal texts stay equal, and different ones different.
pub(crate) fn distinct(text: String) -> String {
    if text.len() <= LONGEST { text } else { format!("sha256:{}", hex::encode(Sha256::digest(text))) }
}

/// `text`, or as much of it as fits.
pub(crate) fn shortened(text: &str) -> String {
    text[..text.floor_char_boundary(LONGEST)].to_owned()
}
