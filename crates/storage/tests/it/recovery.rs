//! Recoveries that were asked for, and drafts that are waited for.

use std::time::Duration;

use bellhop_storage::{NewDraft, RegistrationRow};
use bellhop_testkit::database::Db;
use bellhop_workflow::activation::ActivationState;
use bellhop_workflow::ids::{CredentialName, HookId, RegistrationId, TriggerId};
use rstest::rstest;
use serde_json::json;

use crate::support::{Fixture, NOON};

const HOUR: Duration = Duration::from_hours(1);

async fn registration(fixture: &Fixture) -> RegistrationRow {
    let workflow = fixture.workflow("won-deal").await;
    let row = RegistrationRow {
        id: RegistrationId::generate(NOON),
        workflow_id: workflow.id,
        trigger_id: TriggerId::new("close"),
        provider: "close".to_owned(),
        hook_id: HookId::new("hook-1"),
        shared_hook: None,
        parameters: std::collections::BTreeMap::new(),
        events_since: std::collections::BTreeMap::new(),
        credential: Some(CredentialName::new("close")),
        webhook_id: None,
        signature_key: None,
        state: ActivationState::Active,
        url: None,
        former_urls: Vec::new(),
        events: Vec::new(),
        vendor_status: None,
        last_error: None,
        reconciled_at: None,
        mended: None,
        last_delivery_at: None,
        created_at: NOON,
        updated_at: NOON,
    };
    let mut tx = fixture.store.begin().await.unwrap();
    tx.save_registration(&row).await.unwrap();
    tx.commit().await.unwrap();
    row
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_recovery_is_one_nodes_until_it_has_ended(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (store, id) = (&fixture.store, registration(&fixture).await.id);
    assert_eq!(store.open_recoveries(NOON).await.unwrap(), []);

    store.request_recovery(id, NOON.minus(HOUR), NOON).await.unwrap();
    let open = store.open_recoveries(NOON).await.unwrap().remove(0);
    assert_eq!((open.registration_id, open.since, open.finished_at), (id, NOON.minus(HOUR), None));
    assert!(store.claim_recovery(id, HOUR, NOON).await.unwrap());
    assert!(!store.claim_recovery(id, HOUR, NOON).await.unwrap(), "another node is at it");
    assert_eq!(store.open_recoveries(NOON).await.unwrap(), []);
    // The node is gone.
    let later = NOON.plus(HOUR);
    assert_eq!(store.open_recoveries(later).await.unwrap().len(), 1);
    assert!(store.claim_recovery(id, HOUR, later).await.unwrap());
    store.extend_recovery(id, later.plus(2 * HOUR)).await.unwrap();
    assert!(!store.claim_recovery(id, HOUR, later.plus(HOUR)).await.unwrap());

    store.advance_recovery(id, &json!({ "run": 1 })).await.unwrap();
    assert_eq!(store.recovery(id).await.unwrap().unwrap().report, Some(json!({ "run": 1 })));
    let so_far = json!({ "run": 2 });
    store.fail_recovery(id, &so_far, "Close is down\0", later.plus(HOUR)).await.unwrap();
    let failed = store.recoveries().await.unwrap().remove(0);
    assert_eq!((failed.finished_at, failed.error.as_deref()), (None, Some("Close is down\u{fffd}")));
    assert_eq!(failed.report, Some(so_far));
    assert!(!store.claim_recovery(id, HOUR, later).await.unwrap(), "not yet");
    assert!(store.claim_recovery(id, HOUR, later.plus(HOUR)).await.unwrap());
    assert_eq!(store.recovery(id).await.unwrap().unwrap().error, None, "it is tried again");

    let report = json!({ "run": 7 });
    store.finish_recovery(id, NOON, &report, later).await.unwrap();
    let ended = store.recoveries().await.unwrap().remove(0);
    assert_eq!((ended.finished_at, ended.report, ended.error), (Some(later), Some(report), None));
    assert!(!store.claim_recovery(id, HOUR, later.plus(9 * HOUR)).await.unwrap());
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn what_is_asked_for_meanwhile_is_not_forgotten(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (store, id) = (&fixture.store, registration(&fixture).await.id);
    let since = async || store.recoveries().await.unwrap()[0].since;
    store.request_recovery(id, NOON.minus(2 * HOUR), NOON).await.unwrap();
    store.request_recovery(id, NOON.minus(HOUR), NOON.plus(HOUR)).await.unwrap();
    assert_eq!(since().await, NOON.minus(2 * HOUR), "as far back as either wanted");
    // The first one ends, of which the second was not a part.
    let report = json!({ "run": 7 });
    store.finish_recovery(id, NOON, &report, NOON.plus(HOUR)).await.unwrap();
    let open = store.open_recoveries(NOON.plus(HOUR)).await.unwrap();
    assert_eq!(open[0].report.as_ref(), Some(&report), "the second goes on from there");
    store.finish_recovery(id, NOON.plus(HOUR), &report, NOON.plus(HOUR)).await.unwrap();
    assert_eq!(store.open_recoveries(NOON.plus(HOUR)).await.unwrap(), []);

    store.request_recovery(id, NOON, NOON.plus(2 * HOUR)).await.unwrap();
    let anew = store.recovery(id).await.unwrap().unwrap();
    assert_eq!((anew.since, anew.report), (NOON, None), "one that has ended does not count");
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn who_is_at_it_keeps_it_and_who_failed_need_not_wait(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (store, id) = (&fixture.store, registration(&fixture).await.id);
    store.request_recovery(id, NOON, NOON).await.unwrap();
    assert!(store.claim_recovery(id, HOUR, NOON).await.unwrap());
    store.request_recovery(id, NOON, NOON).await.unwrap();
    assert!(!store.claim_recovery(id, HOUR, NOON).await.unwrap(), "the other node is at it still");
    store.fail_recovery(id, &json!({}), "Close is down", NOON.plus(HOUR)).await.unwrap();
    store.request_recovery(id, NOON, NOON).await.unwrap();
    assert!(store.claim_recovery(id, HOUR, NOON).await.unwrap());
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_registration_is_active_since_it_was_last_switched_on(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let store = &fixture.store;
    let mut row = registration(&fixture).await;
    let save = async |row: &RegistrationRow| {
        let mut tx = store.begin().await.unwrap();
        tx.save_registration(row).await.unwrap();
        tx.commit().await.unwrap();
        store.active_since(row.id).await.unwrap()
    };
    row.updated_at = NOON.plus(HOUR);
    assert_eq!(save(&row).await, Some(NOON), "to be changed is not to be switched on");
    row.state = ActivationState::Deactivating;
    assert_eq!(save(&row).await, None);
    (row.state, row.updated_at) = (ActivationState::Active, NOON.plus(2 * HOUR));
    assert_eq!(save(&row).await, Some(NOON.plus(2 * HOUR)));
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_draft_is_due_when_it_says_and_moved_on_once(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let row = registration(&fixture).await;
    let store = &fixture.store;
    let five = Duration::from_secs(5);
    let mut draft = NewDraft {
        workflow_id: row.workflow_id,
        trigger_id: row.trigger_id.clone(),
        activity_id: "acti_1".to_owned(),
        hook_id: row.hook_id.clone(),
        reopened_by: None,
        next_at: NOON.plus(five),
    };
    store.note_draft(&draft, NOON).await.unwrap();
    assert_eq!(store.due_drafts(NOON, 10).await.unwrap(), []);
    assert_eq!(store.next_draft().await.unwrap(), Some(NOON.plus(five)));

    let due = store.due_drafts(NOON.plus(five), 10).await.unwrap().remove(0);
    assert_eq!((due.activity_id.as_str(), due.looks), ("acti_1", 0));
    assert!(store.move_draft(&due, Some(NOON.plus(2 * five)), 1).await.unwrap());
    assert!(!store.move_draft(&due, None, 1).await.unwrap(), "another node was first");
    let again = store.due_drafts(NOON.plus(2 * five), 10).await.unwrap().remove(0);
    assert_eq!(again.looks, 1);
    assert!(store.move_draft(&again, None, 0).await.unwrap());
    assert_eq!(store.next_draft().await.unwrap(), None);

    let reopened = async || store.reopened_by(row.workflow_id, &row.trigger_id, "acti_1").await.unwrap();
    assert_eq!(reopened().await, None);
    draft.reopened_by = Some("ev_9".to_owned());
    store.note_draft(&draft, NOON).await.unwrap();
    draft.reopened_by = None;
    store.note_draft(&draft, NOON).await.unwrap();
    assert_eq!(
        reopened().await.as_deref(),
        Some("ev_9"),
        "a change of the draft does not publish the old one again"
    );
    let told_again = store.due_drafts(NOON.plus(five), 10).await.unwrap().remove(0);
    assert_eq!(told_again.looks, 0, "it is looked at as often as a new one");

    // What nobody looks at is forgotten in time.
    assert!(store.move_draft(&told_again, None, 0).await.unwrap());
    draft.activity_id = "acti_2".to_owned();
    store.note_draft(&draft, NOON.plus(31 * 24 * HOUR)).await.unwrap();
    assert_eq!(reopened().await, None);
}
