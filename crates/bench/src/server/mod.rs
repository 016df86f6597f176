//! The real server in a process of its own: started as a user would start it, spoken to over HTTP, watched from outside.

mod child;
mod database;
mod process;
mod rest;

pub(crate) use self::child::{Server, Site, database_file};
pub(crate) use self::database::{Database, Standing};
pub(crate) use self::process::{ProcessStat, Usage};
pub(crate) use self::rest::Rest;
