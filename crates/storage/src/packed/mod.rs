//! Payloads as they lie in the database: what is long enough is compressed.
//!
//! Most of an event, or of a journal, are names that every one of its kind has. A small dictionary of such names has them
//! cost next to nothing, also in the first event. It is a part of the format: a file that has been released is never
//! edited, as what was packed with it could not be read any more. A better one gets the next number and a mark of its own.
//!
//! What is packed begins with a mark that neither JSON nor other text begins with. Bytes that begin with one by chance are
//! stored behind another, so that whatever goes in comes out.

mod search;

use std::cell::RefCell;
use std::io;
use std::sync::LazyLock;

use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};
use zstd::zstd_safe::CParameter;

pub use self::search::unpacked_in;
use crate::error::StoreError;

/// In front of what is as it is and would be taken for something packed.
const PLAIN: u8 = 0x01;

/// In front of the length, in four bytes, and what Zstandard made of it with [`DICTIONARY`].
const PACKED: u8 = 0x02;

const HEAD: usize = 5;

/// No frame gives more than so many times its own length: a block of 128 KiB takes at least a few bytes.
const MOST_TIMES: usize = 65_536;

/// Shorter ones gain little.
const WORTH_IT: usize = 256;

/// A fast one without entropy coding: the dictionary does most of it, and this is paid for by every delivery.
const LEVEL: i32 = -1;

/// Names as they stand in events and journals, the most usual ones last.
static DICTIONARY: &[u8] = include_bytes!("dictionary-1.txt");

// Made ready once, and shared.
static PACKING: LazyLock<EncoderDictionary<'static>> =
    LazyLock::new(|| EncoderDictionary::copy(DICTIONARY, LEVEL));
static UNPACKING: LazyLock<DecoderDictionary<'static>> =
    LazyLock::new(|| DecoderDictionary::copy(DICTIONARY));

thread_local! {
    static PACKER: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static UNPACKER: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// The bytes as they are stored: shorter, where that can be.
pub(crate) fn pack(bytes: &[u8]) -> Vec<u8> {
    if bytes.len() >= WORTH_IT
        && let Ok(length) = u32::try_from(bytes.len())
        // Whatever keeps it from being packed, it can be stored as it is.
        && let Ok(packed) = compress(bytes)
        && packed.len() + HEAD < bytes.len()
    {
        return [&[PACKED][..], &length.to_le_bytes(), &packed].concat();
    }
    match bytes.first() {
        Some(&PLAIN | &PACKED) => [&[PLAIN], bytes].concat(),
        _ => bytes.to_vec(),
    }
}

/// What was stored; `what` names it where it cannot be read.
pub(crate) fn unpack(what: &'static str, stored: Vec<u8>) -> Result<Vec<u8>, StoreError> {
    match stored.split_first() {
        Some((&PLAIN, bytes)) => Ok(bytes.to_vec()),
        Some((&PACKED, rest)) => {
            let (length, packed) = rest.split_first_chunk().ok_or(StoreError::Corrupt { what })?;
            let length = u32::from_le_bytes(*length);
            decompress(packed, length).map_err(|_| StoreError::Corrupt { what })
        }
        _ => Ok(stored),
    }
}

/// The same for what may be absent.
pub(crate) fn unpack_option(
    what: &'static str,
    stored: Option<Vec<u8>>,
) -> Result<Option<Vec<u8>>, StoreError> {
    stored.map(|stored| unpack(what, stored)).transpose()
}

fn compress(bytes: &[u8]) -> io::Result<Vec<u8>> {
    PACKER.with_borrow_mut(|packer| {
        if packer.is_none() {
            *packer = Some(packer_anew()?);
        }
        packer.as_mut().map_or_else(|| Ok(Vec::new()), |packer| packer.compress(bytes))
    })
}

fn packer_anew() -> io::Result<Compressor<'static>> {
    let mut packer = Compressor::with_prepared_dictionary(&PACKING)?;
    // The length stands before it, and there is one dictionary for each mark.
    packer.set_parameter(CParameter::ContentSizeFlag(false))?;
    packer.set_parameter(CParameter::DictIdFlag(false))?;
    Ok(packer)
}

fn decompress(packed: &[u8], length: u32) -> io::Result<Vec<u8>> {
    let length = usize::try_from(length).map_err(io::Error::other)?;
    // What says otherwise was not written here, and is not worth the memory to find out.
    if length > packed.len().saturating_mul(MOST_TIMES) {
        return Err(io::ErrorKind::InvalidData.into());
    }
    UNPACKER.with_borrow_mut(|unpacker| {
        if unpacker.is_none() {
            *unpacker = Some(Decompressor::with_prepared_dictionary(&UNPACKING)?);
        }
        let bytes = match unpacker {
            Some(unpacker) => unpacker.decompress(packed, length)?,
            None => Vec::new(),
        };
        if bytes.len() == length { Ok(bytes) } else { Err(io::ErrorKind::InvalidData.into()) }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sha2::{Digest as _, Sha256};

    use super::*;

    const EVENT: &str = r#"{"subscription_id": "whsub_4tQy9Zb2LrW8kHs0VnXc1D", "event": {"id": "ev_6kD1", "object_type": "lead", "action": "created", "object_id": "lead_1", "lead_id": "lead_1", "date_created": "2026-03-02T09:20:11.004000", "date_updated": "2026-03-02T09:20:11.004000", "changed_fields": [], "data": {"id": "lead_1", "name": "Northwind Bikes", "status_label": "Potential", "contacts": []}}}"#;

    proptest! {
        #[test]
        fn whatever_goes_in_comes_out(bytes: Vec<u8>, times in 1..40_usize) {
            let bytes = bytes.repeat(times);
            prop_assert_eq!(unpack("test", pack(&bytes)).unwrap(), bytes);
        }

        #[test]
        fn also_what_begins_like_something_packed(mark in 0..4_u8, rest: Vec<u8>) {
            let bytes = [&[mark][..], &rest].concat();
            prop_assert_eq!(unpack("test", pack(&bytes)).unwrap(), bytes);
        }

        #[test]
        fn garbage_is_an_error_and_no_more(rest: Vec<u8>) {
            // A length of gigabytes must not be believed.
            let stored = [&[PACKED, 0xff, 0xff, 0xff, 0x7f][..], &rest].concat();
            prop_assert!(unpack("test", stored).is_err());
        }
    }

    #[test]
    fn an_event_is_less_than_half_of_itself() {
        let stored = pack(EVENT.as_bytes());
        assert!(stored.len() * 2 < EVENT.len(), "{} of {}", stored.len(), EVENT.len());
    }

    #[test]
    fn it_is_found_wherever_it_lies() {
        let file = [&[0, PACKED, 7][..], &pack(EVENT.as_bytes()), b"text", &[PACKED]].concat();
        assert!(unpacked_in(&file).windows(EVENT.len()).any(|bytes| bytes == EVENT.as_bytes()));
    }

    #[test]
    fn what_was_stored_before_is_read() {
        assert_eq!(unpack("test", EVENT.into()).unwrap(), EVENT.as_bytes());
    }

    #[test]
    fn what_has_been_cut_short_is_an_error() {
        let stored = pack(EVENT.as_bytes());
        for end in 1..stored.len() {
            assert!(unpack("test", stored[..end].to_vec()).is_err());
        }
    }

    #[test]
    fn the_dictionary_is_the_one_that_databases_were_written_with() {
        assert_eq!(
            hex::encode(Sha256::digest(DICTIONARY)),
            "206371a2a17005a20bcd29427e784a45ade96a2f87be31d3aac4827439af0025"
        );
    }
}
