//! Which version of the tables a database has, compared with what this program knows.

use crate::connect;
use crate::dialect::Dialect;

/// How far a database's tables have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// It has none of Bellhop's tables.
    Foreign,
    /// An earlier version has written it; a start brings it to this one.
    Older {
        /// Its last migration.
        at: i64,
    },
    /// It is at this version.
    Current {
        /// Its last migration.
        at: i64,
    },
    /// A later version has written it, and this one cannot read it.
    Newer {
        /// Its last migration.
        at: i64,
    },
}

impl Schema {
    /// What is known of the migrations that it has had.
    pub(super) fn of(applied: &[i64], dialect: Dialect) -> Self {
        let known = connect::versions(dialect);
        let Some(at) = applied.iter().copied().max() else { return Self::Foreign };
        if applied.iter().any(|version| !known.contains(version)) {
            Self::Newer { at }
        } else if known.iter().all(|version| applied.contains(version)) {
            Self::Current { at }
        } else {
            Self::Older { at }
        }
    }

    /// Its last migration.
    #[must_use]
    pub const fn at(self) -> Option<i64> {
        match self {
            Self::Foreign => None,
            Self::Older { at } | Self::Current { at } | Self::Newer { at } => Some(at),
        }
    }

    /// Whether this program can work with it, at once or after its next start.
    #[must_use]
    pub const fn is_usable(self) -> bool {
        matches!(self, Self::Older { .. } | Self::Current { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_older_newer_or_as_this_program_knows_it() {
        for dialect in [Dialect::Sqlite, Dialect::Postgres] {
            let known = connect::versions(dialect);
            let last = *known.last().unwrap();
            assert_eq!(Schema::of(&[], dialect), Schema::Foreign);
            assert_eq!(Schema::of(&known, dialect), Schema::Current { at: last });
            assert_eq!(Schema::of(&known[..3], dialect), Schema::Older { at: known[2] });
            let later = [&known[..], &[last + 1]].concat();
            assert_eq!(Schema::of(&later, dialect), Schema::Newer { at: last + 1 });
            // Of another branch: what it lacks counts for less than what is not known of it.
            assert_eq!(Schema::of(&[1, last + 1], dialect), Schema::Newer { at: last + 1 });
        }
    }
}
