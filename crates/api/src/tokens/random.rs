//! What nobody can guess.

use bellhop_vault::Secret;

use crate::problem::Problem;

/// 256 random bits, in hexadecimal digits.
pub(crate) fn bits() -> Result<Secret, Problem> {
    let mut bits = [0; 32];
    getrandom::fill(&mut bits).map_err(Problem::internal)?;
    Ok(Secret::from(hex::encode(bits)))
}
