//! Workflows made from the grammar, written as YAML, and models written back: what holds parser, printer and schema
//! together.
//!
//! [`make`] draws a whole workflow from dice, so that one seed is one workflow; [`yaml`] writes any value as YAML in
//! block style; [`print`] writes a parsed model back as such a value.

mod dice;
pub(crate) mod make;
pub(crate) mod print;
pub(crate) mod steps;
pub(crate) mod triggers;
mod with;
pub(crate) mod yaml;

pub(crate) use self::dice::Dice;
