//! Randomness that is passed in: ids, keys and the choice of sample names. One seed gives one sequence.

use sha2::{Digest, Sha256};

const ALPHANUMERICS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Length of the random part of most of Close's ids.
const LONG: usize = 43;
/// Length of the random part in ids of subscriptions, events and requests.
const SHORT: usize = 22;

/// A source of random bytes: SHA-256 over a seed and a counter.
pub(crate) struct Dice {
    seed: [u8; 32],
    counter: u64,
    left: Vec<u8>,
}

impl Dice {
    pub(crate) fn from_seed(seed: u64) -> Self {
        Self::new(Sha256::digest(seed.to_be_bytes()).into())
    }

    pub(crate) fn from_machine() -> Result<Self, getrandom::Error> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)?;
        Ok(Self::new(seed))
    }

    fn new(seed: [u8; 32]) -> Self {
        Self { seed, counter: 0, left: Vec::new() }
    }

    /// Another source, which goes its own way from here.
    pub(crate) fn split(&mut self) -> Self {
        Self::new(std::array::from_fn(|_| self.byte()))
    }

    fn byte(&mut self) -> u8 {
        loop {
            if let Some(byte) = self.left.pop() {
                return byte;
            }
            let block =
                Sha256::new().chain_update(self.seed).chain_update(self.counter.to_be_bytes()).finalize();
            self.counter += 1;
            self.left = block.to_vec();
        }
    }

    /// A number from 0 up to but without `end`.
    pub(crate) fn below(&mut self, end: u32) -> u32 {
        let number = u32::from_be_bytes([self.byte(), self.byte(), self.byte(), self.byte()]);
        number % end.max(1)
    }

    /// One of `choices`, which has at least one.
    pub(crate) fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        let end = u32::try_from(choices.len()).unwrap_or(u32::MAX);
        &choices[self.below(end) as usize]
    }

    fn letters(&mut self, length: usize) -> String {
        (0..length).map(|_| char::from(*self.pick(ALPHANUMERICS))).collect()
    }

    /// A long id such as `lead_…`.
    pub(crate) fn id(&mut self, prefix: &str) -> String {
        format!("{prefix}_{}", self.letters(LONG))
    }

    /// A short id such as `whsub_…`, `ev_…` or `req_…`.
    pub(crate) fn short_id(&mut self, prefix: &str) -> String {
        format!("{prefix}_{}", self.letters(SHORT))
    }

    /// A signature key: 64 hexadecimal digits.
    pub(crate) fn key(&mut self) -> String {
        let bytes: Vec<u8> = (0..32).map(|_| self.byte()).collect();
        hex::encode(bytes)
    }
}
