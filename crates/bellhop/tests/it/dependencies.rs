//! Who may import whom, as `docs/architecture.md` says.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// The crates that each crate may depend on. A crate that is not listed here fails the test, so that each new one is
/// placed on purpose.
const ALLOWED: [(&str, &[&str]); 14] = [
    ("bellhop-workflow", &[]),
    ("bellhop-vault", &[]),
    ("bellhop-meters", &[]),
    ("bellhop-traces", &["bellhop-workflow", "bellhop-meters"]),
    ("bellhop-storage", &["bellhop-workflow", "bellhop-vault", "bellhop-meters"]),
    ("bellhop-trigger", &["bellhop-workflow", "bellhop-storage", "bellhop-vault", "bellhop-meters"]),
    ("bellhop-steps", &["bellhop-workflow", "bellhop-vault"]),
    (
        "bellhop-executor",
        &[
            "bellhop-workflow",
            "bellhop-steps",
            "bellhop-storage",
            "bellhop-vault",
            "bellhop-meters",
            "bellhop-traces",
        ],
    ),
    ("bellhop-rehearsal", &["bellhop-workflow", "bellhop-vault", "bellhop-steps", "bellhop-executor"]),
    (
        "bellhop-api",
        &[
            "bellhop-workflow",
            "bellhop-vault",
            "bellhop-meters",
            "bellhop-traces",
            "bellhop-storage",
            "bellhop-trigger",
            "bellhop-steps",
        ],
    ),
    ("close-simulator", &[]),
    (
        "bellhop",
        &[
            "bellhop-workflow",
            "bellhop-vault",
            "bellhop-meters",
            "bellhop-traces",
            "bellhop-storage",
            "bellhop-trigger",
            "bellhop-steps",
            "bellhop-executor",
            "bellhop-rehearsal",
            "bellhop-api",
            "close-simulator",
        ],
    ),
    // Speaks to the server over HTTP; of the crates, only what prepares a database and stands for Close.
    ("bellhop-bench", &["bellhop-workflow", "bellhop-storage", "close-simulator"]),
    (
        "bellhop-testkit",
        &["bellhop-workflow", "bellhop-vault", "bellhop-storage", "bellhop", "close-simulator"],
    ),
];

/// Crates that speak to databases: `storage` to Bellhop's own, `steps` to those of users, which it refuses to be
/// Bellhop's, and `bench`, which only counts, beside a server that it must not disturb by asking. `sqlx` anywhere else
/// would be a second way to the same tables.
const MAY_NAME_SQLX: [&str; 3] = ["bellhop-storage", "bellhop-steps", "bellhop-bench"];

#[test]
fn crates_import_only_what_the_architecture_lets_them() {
    let metadata = MetadataCommand::new().no_deps().exec().unwrap();
    let allowed: BTreeMap<_, _> = ALLOWED.into_iter().collect();
    let ours: BTreeSet<_> = metadata.packages.iter().map(|package| package.name.to_string()).collect();
    assert_eq!(
        ours,
        allowed.keys().map(ToString::to_string).collect(),
        "a crate has no place in the architecture"
    );
    for package in &metadata.packages {
        let may = allowed[package.name.as_str()];
        for dependency in package.dependencies.iter().filter(|one| one.kind == DependencyKind::Normal) {
            let name = dependency.name.as_str();
            assert!(!ours.contains(name) || may.contains(&name), "{} may not import {name}", package.name);
            assert!(
                name != "sqlx" || MAY_NAME_SQLX.contains(&package.name.as_str()),
                "{} may not name sqlx",
                package.name
            );
        }
    }
}
