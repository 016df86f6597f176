//! The audit log: written with the change, found by what it is about, and gone in its time.

use std::collections::BTreeMap;
use std::time::Duration;

use bellhop_storage::{
    Action, AuditFilter, AuditRow, Author, CredentialStore, Keep, NewAudit, Pace, Store, Subject, Who,
};
use bellhop_testkit::database::Db;
use bellhop_vault::{Credential, MasterKey, Redactor};
use bellhop_workflow::ids::{AuditId, CredentialName, TokenId, WorkflowName};
use bellhop_workflow::time::Timestamp;
use rstest::rstest;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::support::{Fixture, NOON, id_at};

const HOUR: Duration = Duration::from_hours(1);

fn token() -> Author {
    let who = Who::Token { id: Some(TokenId::generate(NOON)), name: "ci".to_owned() };
    Author { who, address: Some("192.0.2.7".to_owned()) }
}

fn entry(author: Author, action: Action, subject: Subject, at: Timestamp) -> NewAudit {
    let id = AuditId::from_uuid(id_at(at));
    NewAudit { id, author, action, subject, before: None, after: Some(json!({ "version": 1 })), at }
}

fn workflow(name: &str) -> Subject {
    Subject::Workflow(WorkflowName::new(name))
}

async fn listed(store: &Store, filter: &AuditFilter) -> Vec<String> {
    let rows = store.audit_log(filter, None, 10).await.unwrap();
    rows.iter()
        .map(|row| {
            let AuditRow { actor, action, object_kind, object_name, .. } = row;
            format!("{actor} {action} {object_kind} {}", object_name.as_deref().unwrap_or("-"))
        })
        .collect()
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_list_shows_what_it_is_asked_for(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let store = &fixture.store;
    let by_token = token();
    store.audit(&entry(Author::system(), Action::Create, workflow("won-deal"), NOON)).await.unwrap();
    let update = NewAudit {
        before: Some(json!({ "version": 0 })),
        ..entry(by_token.clone(), Action::Update, workflow("won-deal"), NOON.plus(HOUR))
    };
    store.audit(&update).await.unwrap();
    store.audit(&entry(by_token, Action::Create, workflow("new-lead"), NOON.plus(2 * HOUR))).await.unwrap();
    store.audit(&entry(Author::cli(), Action::Rotate, Subject::Vault, NOON.plus(3 * HOUR))).await.unwrap();

    let all = AuditFilter::default;
    let text = |text: &str| Some(text.to_owned());
    let lines = [
        "cli rotate vault -",
        "ci create workflow new-lead",
        "ci update workflow won-deal",
        "system create workflow won-deal",
    ];
    assert_eq!(listed(store, &all()).await, lines);
    let cases = [
        (AuditFilter { object_kind: text("workflow"), ..all() }, &lines[1..]),
        (AuditFilter { object_kind: text("workflow"), object_name: text("won-deal"), ..all() }, &lines[2..]),
        (AuditFilter { actor: text("ci"), ..all() }, &lines[1..3]),
        (AuditFilter { since: Some(NOON.plus(HOUR)), ..all() }, &lines[..3]),
        (AuditFilter { until: Some(NOON.plus(HOUR)), ..all() }, &lines[3..]),
        (AuditFilter { object_kind: text("credential"), ..all() }, &lines[..0]),
    ];
    for (filter, expected) in cases {
        assert_eq!(listed(store, &filter).await, expected, "{filter:?}");
    }

    let rows = store.audit_log(&all(), None, 3).await.unwrap();
    let [second] = &store.audit_log(&all(), Some(rows[2].id), 3).await.unwrap()[..] else {
        panic!("one entry is left for the second page")
    };
    assert_eq!((second.action.as_str(), second.token, second.address.as_deref()), ("create", None, None));
    let updated = &rows[2];
    assert_eq!((updated.at, updated.address.as_deref()), (NOON.plus(HOUR), Some("192.0.2.7")));
    assert_eq!(
        updated.token,
        match update.author.who {
            Who::Token { id, .. } => id,
            Who::System | Who::Cli => None,
        }
    );
    assert_eq!(
        (&updated.before, &updated.after),
        (&Some(json!({ "version": 0 })), &Some(json!({ "version": 1 })))
    );
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_change_that_is_taken_back_is_not_in_it(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let mut tx = fixture.store.begin().await.unwrap();
    tx.audit(&entry(token(), Action::Delete, workflow("won-deal"), NOON)).await.unwrap();
    drop(tx);
    assert!(listed(&fixture.store, &AuditFilter::default()).await.is_empty());
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn credentials_are_named_and_their_values_are_not(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let store = &fixture.store;
    let key = MasterKey::generate().unwrap();
    let credentials = CredentialStore::new(store.clone(), key, BTreeMap::new(), Redactor::default());
    let (name, by_token) = (CredentialName::new("close"), credentials.by(token()));
    let close = Credential::Close { api_key: "api_very_secret".to_owned().into() };
    by_token.put(&name, &close, NOON).await.unwrap();
    by_token.put(&name, &close, NOON).await.unwrap();
    assert!(by_token.delete(&name, NOON).await.unwrap());
    assert!(!by_token.delete(&name, NOON).await.unwrap());

    let rows = store.audit_log(&AuditFilter::default(), None, 10).await.unwrap();
    let shown = Some(json!({ "kind": "close", "fields": ["api_key"] }));
    let told: Vec<_> = rows.iter().map(|row| (row.action.as_str(), &row.before, &row.after)).collect();
    let expected = [("delete", &shown, &None), ("update", &shown, &shown), ("create", &None, &shown)];
    assert_eq!(told, expected);
    assert!(rows.iter().all(|row| row.actor == "ci" && row.object_name.as_deref() == Some("close")));
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn entries_go_by_their_age_and_by_their_number(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let store = &fixture.store;
    let pace = Pace { rest: Duration::ZERO, stop: CancellationToken::new() };
    for hour in 0..5 {
        let at = NOON.plus(hour * HOUR);
        store.audit(&entry(token(), Action::Update, workflow(&format!("at-{hour}")), at)).await.unwrap();
    }
    let by_age = Keep { age: Some(2 * HOUR), payload_age: None, rows: None };
    store.sweep(by_age, NOON.plus(4 * HOUR), &pace).await.unwrap();
    let names = ["ci update workflow at-4", "ci update workflow at-3", "ci update workflow at-2"];
    assert_eq!(listed(store, &AuditFilter::default()).await, names);
    let by_number = Keep { age: None, payload_age: None, rows: Some(1) };
    store.sweep(by_number, NOON.plus(4 * HOUR), &pace).await.unwrap();
    assert_eq!(listed(store, &AuditFilter::default()).await, names[..1]);
}
