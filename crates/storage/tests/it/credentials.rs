//! Credentials: sealed on disk, opened where they are used, hidden everywhere else.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use bellhop_storage::{CredentialStore, CredentialSummary, ResolveError};
use bellhop_testkit::database::Db;
use bellhop_vault::{Credential, CredentialKind, MasterKey, Redactor, Secret};
use bellhop_workflow::ids::CredentialName;
use rstest::rstest;

use crate::support::{Fixture, NOON};

fn close(api_key: &str) -> Credential {
    Credential::Close { api_key: Secret::from(api_key.to_owned()) }
}

fn credentials(fixture: &Fixture, key: &MasterKey) -> (CredentialStore, Redactor) {
    let redactor = Redactor::default();
    (CredentialStore::new(fixture.store.clone(), key.clone(), BTreeMap::new(), redactor.clone()), redactor)
}

fn api_key(credential: &Credential) -> &str {
    credential.get("api_key").unwrap().expose()
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_credential_is_opened_as_it_was_last_put(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (credentials, _) = credentials(&fixture, &MasterKey::generate().unwrap());
    let name = CredentialName::new("close");
    let later = NOON.plus(Duration::from_secs(1));

    credentials.put(&name, &close("api_first_key"), NOON).await.unwrap();
    let summary = credentials.put(&name, &close("api_second_key"), later).await.unwrap();

    assert_eq!(api_key(&credentials.resolve(&name).await.unwrap()), "api_second_key");
    let expected = CredentialSummary {
        name: name.clone(),
        kind: CredentialKind::Close,
        fields: vec!["api_key".to_owned()],
        stored: Some((NOON, later)),
    };
    assert_eq!(summary, expected);
    assert_eq!(credentials.summary(&name).await.unwrap().as_ref(), Some(&expected));
    assert_eq!(credentials.list().await.unwrap(), [expected]);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_deleted_credential_is_missing(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (credentials, _) = credentials(&fixture, &MasterKey::generate().unwrap());
    let name = CredentialName::new("close");
    credentials.put(&name, &close("api_some_key"), NOON).await.unwrap();

    assert!(credentials.delete(&name, NOON).await.unwrap());

    assert!(!credentials.delete(&name, NOON).await.unwrap());
    assert!(
        matches!(credentials.resolve(&name).await, Err(ResolveError::Missing(missing)) if missing == name)
    );
    assert_eq!(credentials.summary(&name).await.unwrap(), None);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn the_environment_comes_before_the_database(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (name, redactor) = (CredentialName::new("close"), Redactor::default());
    let environment = BTreeMap::from([(name.clone(), close("api_from_environment"))]);
    let key = MasterKey::generate().unwrap();
    let credentials = CredentialStore::new(fixture.store.clone(), key, environment, redactor.clone());

    credentials.put(&name, &close("api_from_database"), NOON).await.unwrap();

    assert_eq!(api_key(&credentials.resolve(&name).await.unwrap()), "api_from_environment");
    assert_eq!(credentials.summary(&name).await.unwrap().unwrap().stored, None);
    assert_eq!(credentials.list().await.unwrap().len(), 1);
    assert_eq!(redactor.redact("api_from_environment"), "[redacted]");
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn the_redactor_knows_every_stored_secret_after_a_restart(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let key = MasterKey::generate().unwrap();
    let (before, _) = credentials(&fixture, &key);
    before.put(&CredentialName::new("one"), &close("api_one_key"), NOON).await.unwrap();
    before.put(&CredentialName::new("two"), &close("api_two_key"), NOON).await.unwrap();

    let (after, redactor) = credentials(&fixture, &key);
    after.warm().await.unwrap();

    assert_eq!(redactor.redact("api_one_key and api_two_key"), "[redacted] and [redacted]");
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn sealed_bytes_open_with_their_key_and_under_their_name_alone(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let key = MasterKey::generate().unwrap();
    let (credentials_of_key, _) = credentials(&fixture, &key);
    let name = CredentialName::new("close");
    credentials_of_key.put(&name, &close("api_some_key"), NOON).await.unwrap();

    let (other, _) = credentials(&fixture, &MasterKey::generate().unwrap());
    assert!(matches!(other.resolve(&name).await, Err(ResolveError::Sealed { .. })));
    // One that cannot be opened does not keep a server from starting.
    other.warm().await.unwrap();

    fixture.execute("UPDATE credentials SET name = 'moved'").await;
    let moved = credentials_of_key.resolve(&CredentialName::new("moved")).await;
    assert!(matches!(moved, Err(ResolveError::Sealed { .. })), "{moved:?}");
}

#[tokio::test]
async fn no_secret_is_in_the_database_files() {
    let fixture = Fixture::start(Db::Sqlite).await;
    let (credentials, _) = credentials(&fixture, &MasterKey::generate().unwrap());
    let secret = "api_must_not_be_found";

    credentials.put(&CredentialName::new("findable-name"), &close(secret), NOON).await.unwrap();

    let directory = fixture.database.file().unwrap().parent().unwrap().to_owned();
    let files = fs::read_dir(directory).unwrap().map(|file| fs::read(file.unwrap().path()).unwrap());
    let bytes = files.collect::<Vec<_>>().concat();
    let contains = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(contains("findable-name"));
    assert!(!contains(secret));
}
