//! After a change of the master key, everything opens with the new one alone: all of it, whatever was cut short.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bellhop_storage::{
    CredentialRow, Ending, FinishedExecution, Intake, NewExecution, RegistrationRow, Resealed, Store,
    seal_context, signature_key_context,
};
use bellhop_testkit::database::Db;
use bellhop_vault::{CredentialKind, MasterKey, Sealed};
use bellhop_workflow::activation::ActivationState;
use bellhop_workflow::ids::{CredentialName, ExecutionId, HookId, RegistrationId, TriggerId};
use bellhop_workflow::journal::StepStatus;
use rstest::rstest;

use crate::support::{Fixture, NOON, event, node, step};

/// What is sealed in this story, and where.
struct Secrets {
    registration: RegistrationId,
    execution: ExecutionId,
    hook: HookId,
}

async fn seal_everything(fixture: &Fixture, key: &MasterKey) -> Secrets {
    let store = &fixture.store;
    let workflow = fixture.workflow("won-deal").await;
    let mut tx = store.begin().await.unwrap();
    for name in ["close", "shop"] {
        let context = format!("credential:{name}");
        let row = CredentialRow {
            name: CredentialName::new(name),
            kind: CredentialKind::Hmac,
            fields: vec!["secret".to_owned()],
            sealed: key.seal(&context, b"{\"secret\":\"s\"}").unwrap(),
            created_at: NOON,
            updated_at: NOON,
        };
        tx.put_credential(&row).await.unwrap();
    }
    let registration = RegistrationId::generate(NOON);
    let hook = HookId::new("a1b2");
    let row = RegistrationRow {
        former_urls: Vec::new(),
        mended: None,
        reconciled_at: None,

        id: registration,
        workflow_id: workflow.id,
        trigger_id: TriggerId::new("close"),
        provider: "close".to_owned(),
        hook_id: hook.clone(),
        shared_hook: None,
        parameters: std::collections::BTreeMap::new(),
        events_since: std::collections::BTreeMap::new(),
        credential: None,
        webhook_id: None,
        signature_key: Some(key.seal(&signature_key_context(registration), b"abcd").unwrap().into_bytes()),
        state: ActivationState::Active,
        url: None,
        events: Vec::new(),
        vendor_status: None,
        last_error: None,
        last_delivery_at: None,
        created_at: NOON,
        updated_at: NOON,
    };
    tx.save_registration(&row).await.unwrap();
    tx.commit().await.unwrap();

    let Intake { delivery, execution, .. } = event(&workflow, "evt_1");
    let execution = execution.unwrap();
    let context = seal_context(execution.id);
    let sealed = key.seal(&context, b"{}").unwrap().into_bytes();
    let execution = NewExecution { sealed: Some(sealed), ..execution };
    let id = fixture.accepted(Intake { parsed: None, delivery, execution: Some(execution) }).await;
    let node = node();
    store.claim(node, 1, NOON, Duration::from_secs(30)).await.unwrap();
    let mut masked = step("lead", StepStatus::Succeeded);
    masked.sealed = Some(STANDARD.encode(key.seal(&context, b"\"output\"").unwrap().as_bytes()));
    store.append_journal(id, node, vec![step("plain", StepStatus::Succeeded)]).await.unwrap();
    let end =
        FinishedExecution { id, records: vec![masked], ending: Ending::Succeeded(None), finished_at: NOON };
    store.finish(node, end).await.unwrap();
    Secrets { registration, execution: id, hook }
}

/// Opens all of it.
async fn opens_with(store: &Store, key: &MasterKey, secrets: &Secrets) -> bool {
    let mut good = true;
    for row in store.credentials().await.unwrap() {
        good &= key.open(&format!("credential:{}", row.name), &row.sealed).is_ok();
    }
    let row = store.registrations_by_hook(&secrets.hook).await.unwrap().remove(0);
    let sealed = Sealed::from_bytes(row.signature_key.unwrap());
    good &= key.open(&signature_key_context(secrets.registration), &sealed).is_ok();
    let context = seal_context(secrets.execution);
    let origin = store.origin(secrets.execution).await.unwrap().unwrap();
    good &= key.open(&context, &Sealed::from_bytes(origin.sealed.unwrap())).is_ok();
    let steps = store.execution(secrets.execution).await.unwrap().unwrap().steps;
    let sealed: Vec<_> = steps.iter().filter_map(|step| step.sealed.as_ref()).collect();
    assert_eq!(sealed.len(), 1);
    let sealed = Sealed::from_bytes(STANDARD.decode(sealed[0]).unwrap());
    good && key.open(&context, &sealed).is_ok()
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn everything_sealed_is_sealed_anew(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (old, new) = (MasterKey::generate().unwrap(), MasterKey::generate().unwrap());
    let secrets = seal_everything(&fixture, &old).await;
    let store = &fixture.store;
    let both = new.clone().with_previous(old.clone());
    assert!(opens_with(store, &both, &secrets).await, "before anything is done, both keys open all of it");

    let done = store.reseal(&both).await.unwrap();
    assert_eq!(done, Resealed { credentials: 2, signature_keys: 1, executions: 1, journals: 1 });
    assert!(opens_with(store, &new, &secrets).await);
    assert!(!opens_with(store, &old, &secrets).await);
    assert_eq!(store.reseal(&both).await.unwrap(), Resealed::default(), "there is nothing left to do");
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn what_was_cut_short_is_taken_up_again(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let [old, new, third] = [(); 3].map(|()| MasterKey::generate().unwrap());
    let secrets = seal_everything(&fixture, &old).await;
    let store = &fixture.store;
    // One credential stands in the way: it is of neither key.
    let mut tx = store.begin().await.unwrap();
    let mut shop = store.credential(&CredentialName::new("shop")).await.unwrap().unwrap();
    let good = shop.sealed.clone();
    shop.sealed = third.seal("credential:shop", b"{}").unwrap();
    tx.put_credential(&shop).await.unwrap();
    tx.commit().await.unwrap();
    let both = new.clone().with_previous(old);
    let refused = store.reseal(&both).await.unwrap_err();
    assert_eq!(refused.to_string(), "the credential `shop` cannot be sealed anew");

    let mut tx = store.begin().await.unwrap();
    shop.sealed = good;
    tx.put_credential(&shop).await.unwrap();
    tx.commit().await.unwrap();
    assert!(opens_with(store, &both, &secrets).await, "both keys open what is there in between");
    store.reseal(&both).await.unwrap();
    assert!(opens_with(store, &new, &secrets).await);
}
