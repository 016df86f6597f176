//! A database, a simulated Close, and a life cycle between them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bellhop_storage::{CredentialStore, NewWorkflow, RegistrationRow, Store, WorkflowRow};
use bellhop_testkit::database::{Db, TestDatabase};
use bellhop_trigger::catalogue::catalogue;
use bellhop_trigger::close::{self, CloseApi, NewSubscription, Patience, SubscriptionChange};
use bellhop_trigger::hooks::{Hook, HookTable};
use bellhop_trigger::lifecycle::{Lifecycle, LifecycleError, LifecycleParts};
use bellhop_vault::{Credential, MasterKey, Redactor, Secret};
use bellhop_workflow::activation::ActivationState;
use bellhop_workflow::ids::{CredentialName, HookId, WorkflowId, WorkflowName};
use bellhop_workflow::model::{EventPair, Workflow};
use bellhop_workflow::time::{Clock as _, SystemClock, Timestamp};
use close_simulator::{CallFault, Effect, Simulator, SimulatorConfig};
use http::{HeaderMap, HeaderValue};

/// The key that the simulated Close knows.
pub(crate) const API_KEY: &str = "api_0rightK3yOfTheSimulator";

pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) simulator: Simulator,
    pub(crate) lifecycle: Lifecycle,
    pub(crate) hooks: Arc<HookTable>,
    pub(crate) credentials: CredentialStore,
    pub(crate) key: MasterKey,
    pub(crate) redactor: Redactor,
    /// Last, so that it is dropped after what uses it.
    _database: TestDatabase,
}

impl World {
    pub(crate) async fn new(db: Db) -> Self {
        Self::with(db, SimulatorConfig::for_tests(API_KEY)).await
    }

    pub(crate) async fn with(db: Db, config: SimulatorConfig) -> Self {
        Self::reached_at(db, config, "https://bellhop.example").await
    }

    /// A world whose deliveries go to `public_url`.
    pub(crate) async fn reached_at(db: Db, config: SimulatorConfig, public_url: &str) -> Self {
        let simulator = Simulator::start(config).await.unwrap();
        let database = TestDatabase::create(db);
        let store = Store::connect(&database.url()).await.unwrap();
        let key = MasterKey::generate().unwrap();
        let redactor = Redactor::default();
        let credentials = CredentialStore::new(store.clone(), key.clone(), BTreeMap::new(), redactor.clone());
        let hooks =
            Arc::new(HookTable::new(store.clone(), key.clone(), credentials.clone(), redactor.clone()));
        let lifecycle = Lifecycle::new(LifecycleParts {
            store: store.clone(),
            hooks: Arc::clone(&hooks),
            credentials: credentials.clone(),
            key: key.clone(),
            redactor: redactor.clone(),
            close: api(&simulator),
            vendors: bellhop_trigger::vendor::DeclaredVendors::new(
                close::http_client().unwrap(),
                BTreeMap::new(),
            ),
            public_url: public_url.to_owned(),
            clock: Arc::new(SystemClock),
        });
        let world =
            Self { store, simulator, lifecycle, hooks, credentials, key, redactor, _database: database };
        world.put("close", &Credential::Close { api_key: secret(API_KEY) }).await;
        world
    }

    /// Another server over the same database, reached at `public_url`: after a restart, or beside this one.
    pub(crate) async fn other_node(&self, public_url: &str) -> (Lifecycle, Arc<HookTable>) {
        let hooks = Arc::new(self.other_hooks(self.key.clone()).await);
        let lifecycle = Lifecycle::new(LifecycleParts {
            store: self.store.clone(),
            hooks: Arc::clone(&hooks),
            credentials: self.credentials.clone(),
            key: self.key.clone(),
            redactor: self.redactor.clone(),
            close: api(&self.simulator),
            vendors: bellhop_trigger::vendor::DeclaredVendors::new(
                close::http_client().unwrap(),
                BTreeMap::new(),
            ),
            public_url: public_url.to_owned(),
            clock: Arc::new(SystemClock),
        });
        (lifecycle, hooks)
    }

    /// The server ends, and starts again, reached at `public_url`.
    pub(crate) async fn restart(&mut self, public_url: &str) {
        self.lifecycle.drain().await;
        (self.lifecycle, self.hooks) = self.other_node(public_url).await;
    }

    /// Somebody changes a subscription at Close.
    pub(crate) async fn change_at_close(&self, id: &str, change: &SubscriptionChange) {
        api(&self.simulator).update(&secret(API_KEY), id, change).await.unwrap().unwrap();
    }

    /// Somebody deletes a subscription at Close.
    pub(crate) async fn delete_at_close(&self, id: &str) {
        api(&self.simulator).delete(&secret(API_KEY), id).await.unwrap();
    }

    /// The workflow of [`greet`], registered with another credential of the same organization.
    pub(crate) async fn with_other_credential(&self) -> String {
        self.put("other", &Credential::Close { api_key: secret(API_KEY) }).await;
        greet("lead.created").replace("      events", "      credential: other\n      events")
    }

    pub(crate) async fn put(&self, name: &str, credential: &Credential) {
        self.credentials.put(&CredentialName::new(name), credential, now()).await.unwrap();
    }

    /// Stores a workflow, inactive.
    pub(crate) async fn create(&self, yaml: &str) -> WorkflowName {
        let workflow = parse(yaml);
        let mut tx = self.store.begin().await.unwrap();
        let new = NewWorkflow {
            id: WorkflowId::generate(now()),
            name: workflow.name.clone(),
            description: workflow.description,
            yaml: yaml.to_owned(),
            created_at: now(),
        };
        tx.create_workflow(&new).await.unwrap();
        tx.commit().await.unwrap();
        workflow.name
    }

    pub(crate) async fn update(&self, yaml: &str) -> Result<WorkflowRow, LifecycleError> {
        let workflow = parse(yaml);
        self.lifecycle.update(&workflow.name.clone(), workflow, yaml.to_owned()).await
    }

    pub(crate) async fn workflow(&self, name: &WorkflowName) -> WorkflowRow {
        self.store.workflow(name).await.unwrap().unwrap()
    }

    pub(crate) async fn state(&self, name: &WorkflowName) -> ActivationState {
        self.workflow(name).await.state
    }

    pub(crate) async fn registrations(&self, name: &WorkflowName) -> Vec<RegistrationRow> {
        let id = self.workflow(name).await.id;
        self.store.registrations(id).await.unwrap()
    }

    /// The only registration that there is.
    pub(crate) async fn registration(&self, name: &WorkflowName) -> RegistrationRow {
        let mut rows = self.registrations(name).await;
        assert_eq!(rows.len(), 1, "{rows:?}");
        rows.remove(0)
    }

    pub(crate) fn hook(&self, row: &RegistrationRow) -> Arc<Hook> {
        self.hooks.get(&row.hook_id).unwrap()
    }

    /// The ids of what Close has, in the order of their creation.
    pub(crate) fn at_close(&self) -> Vec<String> {
        self.simulator.subscriptions().into_iter().map(|found| found.id).collect()
    }

    /// The URLs of what Close has.
    pub(crate) fn urls_at_close(&self) -> Vec<String> {
        self.simulator.subscriptions().into_iter().map(|found| found.url).collect()
    }

    /// Asserts that the workflow is registered once, that this is all that Close has, and that a delivery signed with
    /// Close's key is accepted.
    pub(crate) async fn assert_on(&self, name: &WorkflowName) -> RegistrationRow {
        assert_eq!(self.state(name).await, ActivationState::Active);
        let row = self.registration(name).await;
        assert_eq!(row.state, ActivationState::Active);
        assert_eq!(self.at_close(), [row.webhook_id.clone().unwrap()]);
        assert_eq!(self.urls_at_close(), [row.url.clone().unwrap()]);
        let verdict = self.deliver(&row.hook_id);
        assert!(matches!(verdict, bellhop_trigger::inbound::Verdict::Accepted(_)), "{verdict:?}");
        row
    }

    /// Asserts that the workflow is off, nothing of it is at Close, and no key is kept.
    pub(crate) async fn assert_off(&self, name: &WorkflowName) {
        assert_eq!(self.state(name).await, ActivationState::Inactive);
        for row in self.registrations(name).await {
            assert_eq!(row.state, ActivationState::Inactive);
            assert_eq!((row.webhook_id, row.signature_key), (None, None));
            assert!(self.hooks.get(&row.hook_id).is_none_or(|hook| !hook.active));
        }
        assert_eq!(self.at_close(), Vec::<String>::new());
    }

    /// What becomes of a delivery to the hook, signed with the key of the subscription that Close has for it.
    pub(crate) fn deliver(&self, hook: &HookId) -> bellhop_trigger::inbound::Verdict {
        let url = self.lifecycle.hook_url(hook);
        let found = self.simulator.subscriptions().into_iter().find(|found| found.url == url).unwrap();
        deliver_with(&self.hooks.get(hook).unwrap(), &found.signature_key)
    }

    pub(crate) fn fault(&self, method: &str, times: u32, effect: Effect) {
        self.simulator.add_fault(CallFault::next(method, "/webhook/", effect).times(times));
    }

    /// Creates a subscription at Close that Bellhop does not know of.
    pub(crate) async fn subscribe_elsewhere(&self, url: &str) -> String {
        let pair = EventPair { object_type: "lead".to_owned(), action: "created".to_owned() };
        let new = NewSubscription::new(url.to_owned(), &[pair], None);
        api(&self.simulator).create(&secret(API_KEY), &new).await.unwrap().id
    }

    /// What another process would have in its memory.
    pub(crate) async fn other_hooks(&self, key: MasterKey) -> HookTable {
        let credentials = self.credentials.clone();
        let hooks = HookTable::new(self.store.clone(), key, credentials, self.redactor.clone());
        hooks.load().await.unwrap();
        hooks
    }
}

/// A delivery of what the hook asked for first, signed with `key` now.
pub(crate) fn deliver_with(hook: &Hook, key: &str) -> bellhop_trigger::inbound::Verdict {
    let asked_for = hook.events.as_ref().map(|events| events[0].clone());
    let EventPair { object_type, action } = asked_for.unwrap_or_else(|| EventPair::named("lead.created"));
    let body = format!(
        r#"{{"event": {{"id": "ev_1", "object_type": "{object_type}", "action": "{action}", "data": {{"id": "lead_1"}}}}}}"#
    );
    let seconds = now().as_micros() / 1_000_000;
    let signature = close_simulator::sign(key, &seconds.to_string(), body.as_bytes()).unwrap();
    let mut headers = HeaderMap::new();
    headers.insert("close-sig-hash", HeaderValue::try_from(signature).unwrap());
    headers.insert("close-sig-timestamp", HeaderValue::from(seconds));
    bellhop_trigger::inbound::examine(
        hook,
        &headers,
        &body.into_bytes().into(),
        now(),
        Duration::from_mins(5),
    )
}

/// A client that gives a hanging Close up soon, and does not wait between attempts.
pub(crate) fn api(simulator: &Simulator) -> CloseApi {
    CloseApi::new(&simulator.base_url(), close::http_client().unwrap()).with_patience(Patience {
        attempt: Duration::from_secs(3),
        pauses: Duration::from_secs(1),
        first_pause: Duration::ZERO,
    })
}

pub(crate) fn now() -> Timestamp {
    SystemClock.now()
}

pub(crate) fn secret(text: &str) -> Secret {
    text.to_owned().into()
}

fn parse(yaml: &str) -> Workflow {
    bellhop_workflow::parse(yaml, catalogue()).unwrap().workflow
}

/// A workflow with one `close` trigger for these events.
pub(crate) fn greet(events: &str) -> String {
    format!(
        "name: greet\ntriggers:\n  - close:\n      events: [{events}]\nsteps:\n  - uses: log\n    with:\n      message: hello\n"
    )
}

/// Close's answer with this status and body, without doing anything.
pub(crate) fn answer(status: u16, body: serde_json::Value) -> Effect {
    Effect::Answer { status, body, headers: BTreeMap::new() }
}

/// What the user is told of a vendor: the status of its answer, and the message.
pub(crate) fn vendor(error: LifecycleError) -> (Option<u16>, String) {
    match error {
        LifecycleError::Vendor { status, message, .. } => (status, message),
        other => panic!("{other:?}"),
    }
}
