//! Answers to requests that wait.

use std::time::Duration;

use bellhop_storage::{HttpAnswer, WriteError};
use bellhop_testkit::database::Db;
use bellhop_workflow::journal::StepStatus;
use rstest::rstest;

use crate::support::{Fixture, NOON, event, node, step};

fn answer(status: u16) -> HttpAnswer {
    HttpAnswer {
        status,
        headers: vec![("x-greeting".to_owned(), "hello".to_owned())],
        body: b"\0binary".to_vec(),
    }
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn the_first_answer_holds_and_is_told_at_once(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (store, workflow) = (&fixture.store, fixture.workflow("won-deal").await);
    let id = fixture.accepted(event(&workflow, "evt_1")).await;
    let holder = node();
    store.claim(holder, 10, NOON, Duration::from_secs(30)).await.unwrap();
    let mut answered = store.answered();

    let stranger = store.respond(node(), id, answer(500), &[]).await;
    assert!(matches!(stranger, Err(WriteError::LeaseLost)), "{stranger:?}");
    assert_eq!(store.answer_of(id).await.unwrap(), None);

    store.respond(holder, id, answer(201), &[step("reply", StepStatus::Succeeded)]).await.unwrap();
    store.respond(holder, id, answer(202), &[]).await.unwrap();

    answered.wait().await;
    assert_eq!(store.answer_of(id).await.unwrap(), Some(answer(201)));
    assert_eq!(store.execution(id).await.unwrap().unwrap().steps, [step("reply", StepStatus::Succeeded)]);
}
