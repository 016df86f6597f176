//! For tests only: a database of one's own.

pub mod database;
