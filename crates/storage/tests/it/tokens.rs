//! Tokens: given out, found by what they are recognised by, revoked, and gone in their time.

use std::time::Duration;

use bellhop_storage::{Keep, NewToken, Pace, Scope, SessionRow, Store, TokenDigest, TokenError, TokenRow};
use bellhop_testkit::database::Db;
use bellhop_workflow::ids::{TokenId, WorkflowName};
use bellhop_workflow::time::Timestamp;
use rstest::rstest;
use tokio_util::sync::CancellationToken;

use crate::support::{Fixture, NOON};

const HOUR: Duration = Duration::from_hours(1);

fn new(name: &str, secret: &str, now: Timestamp) -> NewToken {
    NewToken {
        id: TokenId::generate(now),
        name: name.to_owned(),
        scope: Scope::Write,
        workflows: Some(vec![WorkflowName::new("won-deal"), WorkflowName::new("new-lead")]),
        digest: TokenDigest::of(secret),
        created_at: now,
        expires_at: None,
    }
}

async fn create(store: &Store, new: &NewToken) -> Result<TokenRow, TokenError> {
    let mut tx = store.begin().await.unwrap();
    let row = tx.create_token(new).await?;
    tx.commit().await.unwrap();
    Ok(row)
}

async fn revoke(store: &Store, id: TokenId, now: Timestamp) -> Option<TokenRow> {
    let mut tx = store.begin().await.unwrap();
    let row = tx.revoke_token(id, now).await.unwrap();
    tx.commit().await.unwrap();
    row
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_token_is_found_until_it_is_revoked(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let store = &fixture.store;
    let made = create(store, &new("ci", "bh_one", NOON)).await.unwrap();
    let digest = TokenDigest::of("bh_one");
    assert_eq!(store.live_token(&digest).await.unwrap(), Some(made.clone()));
    assert_eq!(store.live_token(&TokenDigest::of("bh_two")).await.unwrap(), None);
    assert_eq!(store.live_tokens().await.unwrap(), [(digest, made.clone())]);

    let taken = create(store, &new("ci", "bh_two", NOON)).await;
    assert!(matches!(taken, Err(TokenError::NameTaken)));

    let later = NOON.plus(HOUR);
    let revoked = revoke(store, made.id, later).await.unwrap();
    assert_eq!(revoked, TokenRow { revoked_at: Some(later), ..made.clone() });
    assert_eq!(revoke(store, made.id, later).await, None);
    assert_eq!(store.live_token(&digest).await.unwrap(), None);
    assert_eq!(store.token(made.id).await.unwrap(), Some(revoked.clone()));

    // Its name is free again.
    let again = create(store, &new("ci", "bh_two", later)).await.unwrap();
    assert_eq!(store.tokens(None, 1).await.unwrap(), std::slice::from_ref(&again));
    assert_eq!(store.tokens(Some(again.id), 1).await.unwrap(), [revoked]);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn an_expired_token_lets_go_of_its_name(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let end = NOON.plus(HOUR);
    let first = NewToken { expires_at: Some(end), ..new("ci", "bh_one", NOON) };
    let first = create(&fixture.store, &first).await.unwrap();
    assert!(first.is_live(NOON) && !first.is_live(end));
    create(&fixture.store, &new("ci", "bh_two", end)).await.unwrap();
    let ended = fixture.store.token(first.id).await.unwrap().unwrap();
    assert_eq!(ended.revoked_at, Some(end));
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn the_latest_use_stays(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let store = &fixture.store;
    let one = create(store, &new("one", "bh_one", NOON)).await.unwrap().id;
    let other = create(store, &new("other", "bh_two", NOON)).await.unwrap().id;
    store.record_token_uses(&[(other, NOON), (one, NOON.plus(HOUR))]).await.unwrap();
    // A node that comes late with what it has seen before.
    store.record_token_uses(&[(one, NOON), (other, NOON.plus(2 * HOUR))]).await.unwrap();
    let used = async |id| store.token(id).await.unwrap().unwrap().last_used_at;
    assert_eq!(used(one).await, Some(NOON.plus(HOUR)));
    assert_eq!(used(other).await, Some(NOON.plus(2 * HOUR)));
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn what_is_not_taken_any_more_goes_in_its_time(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let store = &fixture.store;
    let expiring = |name: &str, end| NewToken { expires_at: Some(end), ..new(name, name, NOON) };
    create(store, &expiring("expired", NOON.plus(HOUR))).await.unwrap();
    create(store, &expiring("expires-late", NOON.plus(5 * HOUR))).await.unwrap();
    create(store, &new("lives", "lives", NOON)).await.unwrap();
    let revoked = create(store, &new("revoked", "revoked", NOON)).await.unwrap();
    revoke(store, revoked.id, NOON.plus(HOUR)).await.unwrap();
    let keep = Keep { age: Some(2 * HOUR), payload_age: None, rows: None };
    let pace = Pace { rest: Duration::ZERO, stop: CancellationToken::new() };
    store.sweep(keep, NOON.plus(4 * HOUR), &pace).await.unwrap();
    let left = store.tokens(None, 10).await.unwrap();
    assert_eq!(left.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["lives", "expires-late"]);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_session_is_found_until_it_is_ended_and_goes_when_it_has_expired(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let store = &fixture.store;
    let session = |name: &str, hours: u32| SessionRow {
        digest: TokenDigest::of(name),
        token: TokenDigest::of("bh_one"),
        created_at: NOON,
        expires_at: NOON.plus(hours * HOUR),
    };
    let (short, long, ended) = (session("short", 1), session("long", 2), session("ended", 2));
    for one in [&short, &long, &ended] {
        store.open_session(one).await.unwrap();
    }
    assert_eq!(store.session(&short.digest).await.unwrap(), Some(short.clone()));
    for _ in 0..2 {
        store.end_session(&ended.digest).await.unwrap();
    }
    assert_eq!(store.session(&ended.digest).await.unwrap(), None);

    // However long the history is kept.
    let keep = Keep { age: None, payload_age: None, rows: None };
    let pace = Pace { rest: Duration::ZERO, stop: CancellationToken::new() };
    store.sweep(keep, short.expires_at, &pace).await.unwrap();
    assert_eq!(store.sessions().await.unwrap(), [long]);
}
