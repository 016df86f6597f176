//! How much of a file is read before it is refused. A workflow of a hundred steps has some two thousand nodes.

use serde_yaml::Options;
use serde_yaml::options::DuplicateKeyPolicy;

/// Values and keys, those that aliases repeat counted each time.
const MAX_NODES: usize = 6_000;

/// Lists and maps within one another.
pub(super) const MAX_DEPTH: usize = 50;

const MAX_ALIASES: usize = 200;

pub(super) fn options() -> Options {
    serde_yaml::options! {
        budget: serde_yaml::budget! {
            max_events: MAX_NODES * 3,
            max_nodes: MAX_NODES,
            max_depth: MAX_DEPTH,
            flow_nesting_limit: MAX_DEPTH + 1,
            max_aliases: MAX_ALIASES,
            max_anchors: MAX_ALIASES,
            max_recorded_anchor_events: MAX_NODES,
            max_recorded_anchor_bytes: super::MAX_FILE_BYTES,
            max_total_scalar_bytes: 2 * super::MAX_FILE_BYTES,
            max_merge_keys: MAX_ALIASES,
            max_documents: 1,
        },
        alias_limits: serde_yaml::alias_limits! {
            max_total_replayed_events: MAX_NODES,
            max_replay_stack_depth: 16,
        },
        // The tree is searched for them afterwards, so that all are reported, each with the line of the first.
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        // `yes` and `on` are words, and so are `007` and `1_000`.
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        reject_unsupported_tags: true,
        with_snippet: false,
    }
}
