//! Looking for something in a database's files, which packing would hide.

use std::io::Read as _;

use zstd::stream::read::Decoder;

use super::{HEAD, PACKED, UNPACKING};

/// Longer ones are in several pages of a file, and not found there.
const LONGEST: u32 = 65_536;

/// All that is packed within these bytes, one after the other as it was before: for whoever makes sure that something is
/// not kept, and looks into a database's files for it. What is long enough to be spread over a file's pages is not found.
#[must_use]
pub fn unpacked_in(bytes: &[u8]) -> Vec<u8> {
    let marks = bytes.iter().enumerate().filter(|(_, byte)| **byte == PACKED);
    marks.filter_map(|(place, _)| unpacked_at(&bytes[place..])).flatten().collect()
}

fn unpacked_at(bytes: &[u8]) -> Option<Vec<u8>> {
    let (head, packed) = bytes.split_at_checked(HEAD)?;
    let length = u32::from_le_bytes(head[1..].try_into().ok()?);
    if length > LONGEST {
        return None;
    }
    let mut unpacked = Vec::new();
    let decoder = Decoder::with_prepared_dictionary(packed, &UNPACKING).ok()?.single_frame();
    decoder.take(u64::from(length)).read_to_end(&mut unpacked).ok()?;
    (unpacked.len() as u64 == u64::from(length)).then_some(unpacked)
}
