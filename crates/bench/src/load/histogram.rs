//! Counts of values in buckets that are as fine as a thousandth of what is in them, so that millions of values take a
//! few KiB and a percentile is right in its first three digits.

/// Values below it have buckets of their own; from there on each doubling has half as many.
const FINE: u64 = 1_024;
const HALF: usize = 512;

/// How often each value came.
#[derive(Debug, Default)]
pub(super) struct Histogram {
    /// As far as the greatest value reaches.
    buckets: Vec<u64>,
    count: u64,
    max: u64,
}

impl Histogram {
    pub(super) fn add(&mut self, value: u64) {
        let bucket = bucket(value);
        if bucket >= self.buckets.len() {
            self.buckets.resize(bucket + 1, 0);
        }
        self.buckets[bucket] += 1;
        self.count += 1;
        self.max = self.max.max(value);
    }

    pub(super) const fn count(&self) -> u64 {
        self.count
    }

    pub(super) const fn max(&self) -> u64 {
        self.max
    }

    /// The least value that so large a share of all values is not above; 0 where there are none.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "a share of a count is a count"
    )]
    pub(super) fn quantile(&self, share: f64) -> u64 {
        let wanted = ((self.count as f64 * share).ceil() as u64).max(1);
        let mut seen = 0;
        for (bucket, count) in self.buckets.iter().enumerate() {
            seen += count;
            if seen >= wanted {
                return greatest(bucket).min(self.max);
            }
        }
        self.max
    }
}

/// By how many doublings a value is beyond the fine ones.
const fn doublings(value: u64) -> u32 {
    (u64::BITS - value.leading_zeros()).saturating_sub(FINE.ilog2())
}

#[expect(clippy::cast_possible_truncation, reason = "64 doublings of 512 buckets at most")]
const fn bucket(value: u64) -> usize {
    let shift = doublings(value);
    HALF * shift as usize + (value >> shift) as usize
}

/// The greatest value of a bucket.
const fn greatest(bucket: usize) -> u64 {
    let shift = (bucket / HALF).saturating_sub(1);
    let first = ((bucket - HALF * shift) as u64) << shift;
    first + (1 << shift) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_is_in_a_bucket_no_wider_than_a_five_hundredth_of_it() {
        let values =
            (0..5_000).chain((13..40).flat_map(|bits| [(1 << bits) - 1, 1 << bits, (1 << bits) + 7]));
        for value in values {
            let top = greatest(bucket(value));
            assert!(top >= value && top - value <= value / 500, "{value} is counted as {top}");
            assert_eq!(bucket(top), bucket(value), "{value}");
            assert_eq!(bucket(top + 1), bucket(value) + 1, "{value}");
        }
    }

    #[test]
    fn a_quantile_is_the_value_that_so_many_are_not_above() {
        let mut histogram = Histogram::default();
        for value in [7, 1, 9, 3] {
            histogram.add(value);
        }
        let quantiles = [0.0, 0.25, 0.5, 0.75, 0.76, 1.0].map(|share| histogram.quantile(share));
        assert_eq!(quantiles, [1, 1, 3, 7, 9, 9]);
        assert_eq!((histogram.count(), histogram.max()), (4, 9));
        assert_eq!(Histogram::default().quantile(0.5), 0);
    }
}
