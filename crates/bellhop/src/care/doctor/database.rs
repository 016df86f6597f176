//! Whether the database opens, is at this version, takes what is written, and is whole.

use bellhop_storage::{Bare, CopyError, Dialect, Schema};

use super::{Finding, chain};
use crate::config::Settings;
use crate::server::database;

const CHECK: &str = "database";

/// The database, as far as it can be used.
pub(super) struct Patient {
    /// A connection to it, where it has tables that this program knows.
    pub(super) bare: Option<Bare>,
    pub(super) findings: Vec<Finding>,
}

impl Patient {
    const fn without(findings: Vec<Finding>) -> Self {
        Self { bare: None, findings }
    }
}

pub(super) async fn open(settings: &Settings) -> Patient {
    let url = database::url(settings);
    let mut bare = match Bare::open_to_write(&url).await {
        Ok(bare) => bare,
        Err(CopyError::Missing(path)) => {
            let mend =
                "the first start makes it; else name the right one with `--data-dir` or BELLHOP_DATABASE_URL";
            let detail = format!("there is none at {}", path.display());
            return Patient::without(vec![Finding::remark(CHECK, detail, mend)]);
        }
        Err(error) => return Patient::without(vec![unusable(&error, database::file(settings).is_some())]),
    };
    let schema = match bare.schema().await {
        Ok(schema) => schema,
        Err(error) => return Patient::without(vec![unusable(&error, bare.dialect() == Dialect::Sqlite)]),
    };
    let dialect = bare.dialect();
    let first = of_version(schema, dialect);
    if !schema.is_usable() {
        return Patient::without(vec![first]);
    }
    let mut findings = vec![first];
    findings.push(match bare.write_nothing().await {
        Ok(()) => Finding::well(CHECK, "it takes what is written"),
        Err(error) => not_writable(&error, dialect),
    });
    if dialect == Dialect::Sqlite {
        findings.push(wholeness(&mut bare).await);
    }
    Patient { bare: Some(bare), findings }
}

fn of_version(schema: Schema, dialect: Dialect) -> Finding {
    match schema {
        Schema::Current { at } => {
            Finding::well(CHECK, format!("{dialect}, with tables of this version (migration {at})"))
        }
        Schema::Older { at } => Finding::remark(
            CHECK,
            format!("{dialect}, with tables of an earlier version (migration {at})"),
            "the next start brings them to this version; make a backup before that",
        ),
        Schema::Newer { at } => Finding::wrong(
            CHECK,
            format!("{dialect}, with tables of a later version (migration {at})"),
            "install that version again, or put back a backup from before the upgrade",
        ),
        Schema::Foreign => Finding::remark(
            CHECK,
            format!("{dialect}, without any of Bellhop's tables"),
            "the first start makes them; if there should be some, another database is meant",
        ),
    }
}

fn unusable(error: &CopyError, is_file: bool) -> Finding {
    let mend = if is_file {
        "stop the server, keep a copy of the file, and put the last good backup in its place: `bellhop restore FILE`"
    } else {
        "see whether the database server runs, and whether BELLHOP_DATABASE_URL has the right host, name and password"
    };
    Finding::wrong(CHECK, format!("it cannot be opened: {}", chain(error)), mend)
}

fn not_writable(error: &CopyError, dialect: Dialect) -> Finding {
    let mend = match dialect {
        Dialect::Sqlite => {
            "see whether the disk is full (`df`), whether this user may write the file and its directory, and whether \
             another program holds a lock on it"
        }
        Dialect::Postgres => {
            "give the user of BELLHOP_DATABASE_URL the right to write; see whether it is a standby"
        }
    };
    Finding::wrong(CHECK, format!("it takes nothing that is written: {}", chain(error)), mend)
}

async fn wholeness(bare: &mut Bare) -> Finding {
    let mend = "stop the server, keep a copy of the files, and put the last good backup in their place: `bellhop restore FILE`";
    match bare.faults_at_a_glance().await {
        Ok(faults) if faults.is_empty() => Finding::well(CHECK, "its file is whole"),
        Ok(faults) => Finding::wrong(CHECK, format!("its file is damaged: {}", faults.join("; ")), mend),
        Err(error) => {
            Finding::wrong(CHECK, format!("its file cannot be read through: {}", chain(&error)), mend)
        }
    }
}
