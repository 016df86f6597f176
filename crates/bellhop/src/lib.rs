//! The bellhop binary: command line, configuration, wiring and life cycle.

pub mod cli;
pub mod config;
pub mod demo;
mod files;
pub mod server;
