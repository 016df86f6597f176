//! The bellhop binary: command line, configuration, wiring and life cycle.

pub mod care;
pub mod cli;
pub mod config;
pub mod demo;
mod files;
mod hosts;
mod scripts;
pub mod server;
