//! Answers to requests that wait.

use std::time::Duration;

use bellhop_storage::{AnswerError, Ending, FinishedExecution, HttpAnswer, WriteError};
use bellhop_testkit::database::Db;
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::ExecutionId;
use bellhop_workflow::journal::StepStatus;
use rstest::rstest;
use serde_json::json;

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

#[rstest]
#[case(199, "x-a", "b", "the status has to be between 200 and 599, and 199 is not")]
#[case(600, "x-a", "b", "the status has to be between 200 and 599, and 600 is not")]
#[case(200, "", "b", "`` cannot be the name of a header: letters, digits and `-` can")]
#[case(200, "x a", "b", "`x a` cannot be the name of a header: letters, digits and `-` can")]
#[case(
    200,
    "x-a",
    "b\r\nset-cookie: c",
    "the value of the header `x-a` has a line break or control character, or more than 8192 bytes"
)]
#[case(200, "Content-Length", "5", "the header `Content-Length` is the server's own; leave it out")]
#[case(
    200,
    "transfer-encoding",
    "chunked",
    "the header `transfer-encoding` is the server's own; leave it out"
)]
fn what_cannot_be_sent_is_refused(
    #[case] status: u16,
    #[case] name: &str,
    #[case] value: &str,
    #[case] message: &str,
) {
    let headers = vec![(name.to_owned(), value.to_owned())];
    let refused = HttpAnswer { status, headers, body: Vec::new() }.check().unwrap_err();
    assert_eq!(refused.to_string(), message);
}

#[test]
fn what_can_be_sent_is_let_through_up_to_its_bounds() {
    let with = |body: usize, headers: usize| HttpAnswer {
        status: 302,
        headers: (0..headers).map(|number| (format!("X-{number}"), "ä, b\t".to_owned())).collect(),
        body: vec![b'x'; body],
    };
    assert_eq!(with(1_048_576, 50).check(), Ok(()));
    assert_eq!(with(1_048_577, 0).check(), Err(AnswerError::TooLong(1_048_577)));
    assert_eq!(with(0, 51).check(), Err(AnswerError::TooManyHeaders(51)));
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn whoever_watches_is_told_of_the_answer_and_of_the_end(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (store, workflow) = (&fixture.store, fixture.workflow("won-deal").await);
    let id = fixture.accepted(event(&workflow, "evt_1")).await;
    let other = fixture.accepted(event(&workflow, "evt_2")).await;
    let holder = node();
    store.claim(holder, 10, NOON, Duration::from_secs(30)).await.unwrap();
    let (mut watch, mut twin) = (store.watch_execution(id), store.watch_execution(id));
    let unconcerned = store.watch_execution(other);

    store.respond(holder, id, answer(201), &[]).await.unwrap();
    watch.wait().await;
    drop(watch);
    let end = |id| FinishedExecution {
        id,
        records: Vec::new(),
        ending: Ending::Succeeded(Some(json!(42))),
        finished_at: NOON,
    };
    store.finish(holder, end(id)).await.unwrap();
    twin.wait().await;

    drop(unconcerned);
    let standing = store.standing(id).await.unwrap().unwrap();
    assert_eq!((standing.status, standing.output), (ExecutionStatus::Succeeded, json!(42)));
    let standing = store.standing(other).await.unwrap().unwrap();
    assert_eq!((standing.status, standing.output), (ExecutionStatus::Running, json!(null)));
    assert_eq!(store.standing(ExecutionId::generate(NOON)).await.unwrap(), None);
}
