//! HMACs and comparisons that take as long for a near miss as for a far one.

use bellhop_workflow::model::HmacAlgorithm;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256, Sha512};
use subtle::ConstantTimeEq;

use super::VerifyError;

/// Checks `given` against the HMAC of `parts`, taken one after another.
pub(super) fn check(
    algorithm: HmacAlgorithm,
    key: &[u8],
    parts: &[&[u8]],
    given: &[u8],
) -> Result<(), VerifyError> {
    match algorithm {
        HmacAlgorithm::Sha256 => check_with::<Hmac<Sha256>>(key, parts, given),
        HmacAlgorithm::Sha512 => check_with::<Hmac<Sha512>>(key, parts, given),
    }
}

fn check_with<M: Mac + KeyInit>(key: &[u8], parts: &[&[u8]], given: &[u8]) -> Result<(), VerifyError> {
    // An empty key makes an HMAC that anybody can compute.
    if key.is_empty() {
        return Err(VerifyError::NoKey);
    }
    let expected = M::output_size();
    if given.len() != expected {
        return Err(VerifyError::SignatureLength { expected, actual: given.len() });
    }
    let mut mac = <M as KeyInit>::new_from_slice(key).map_err(|_| VerifyError::NoKey)?;
    for part in parts {
        mac.update(part);
    }
    mac.verify_slice(given).map_err(|_| VerifyError::Mismatch)
}

/// Whether two texts are equal. They are hashed first, so that the time does not tell the length of the secret one.
pub(super) fn same(given: &[u8], expected: &[u8]) -> bool {
    Sha256::digest(given).ct_eq(&Sha256::digest(expected)).into()
}
