//! Blocks, pauses and scripts.
