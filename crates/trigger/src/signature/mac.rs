//! HMACs and comparisons that take as long for a near miss as for a far one.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use subtle::ConstantTimeEq;

use super::{Hash, VerifyError};

/// Checks that one of `given`, of which there is one at least, is the HMAC of `parts`, taken one after another.
pub(super) fn check(hash: Hash, key: &[u8], parts: &[&[u8]], given: &[Vec<u8>]) -> Result<(), VerifyError> {
    match hash {
        Hash::Sha1 => check_with::<Hmac<Sha1>>(key, parts, given),
        Hash::Sha256 => check_with::<Hmac<Sha256>>(key, parts, given),
        Hash::Sha512 => check_with::<Hmac<Sha512>>(key, parts, given),
    }
}

fn check_with<M: Mac + KeyInit + Clone>(
    key: &[u8],
    parts: &[&[u8]],
    given: &[Vec<u8>],
) -> Result<(), VerifyError> {
    let expected = M::output_size();
    if given.iter().all(|given| given.len() != expected) {
        let actual = given.first().map_or(0, Vec::len);
        return Err(VerifyError::SignatureLength { expected, actual });
    }
    let mut mac = <M as KeyInit>::new_from_slice(key).map_err(|_| VerifyError::NoKey)?;
    for part in parts {
        mac.update(part);
    }
    // The MAC's own check takes as long for a near miss as for a far one. Which of several it was is no secret.
    let one = given.iter().any(|given| mac.clone().verify_slice(given).is_ok());
    if one { Ok(()) } else { Err(VerifyError::Mismatch) }
}

/// Whether two texts are equal. They are hashed first, so that the time does not tell the length of the secret one.
pub(super) fn same(given: &[u8], expected: &[u8]) -> bool {
    Sha256::digest(given).ct_eq(&Sha256::digest(expected)).into()
}
