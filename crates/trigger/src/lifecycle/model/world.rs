//! What a run happens in: a database, a simulated Close, and a server that ends and begins again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use bellhop_storage::{Author, CredentialStore, RegistrationRow, Store, WorkflowRow};
use bellhop_testkit::clock::TestClock;
use bellhop_testkit::database::{Db, TestDatabase};
use bellhop_vault::{Credential, MasterKey, Redactor, Secret};
use bellhop_workflow::activation::ActivationState;
use bellhop_workflow::ids::{CredentialName, WorkflowName};
use bellhop_workflow::model::{EventPair, Workflow};
use bellhop_workflow::time::{Clock as _, Timestamp};
use close_simulator::{Simulator, SimulatorConfig, Subscription};
use http::{HeaderMap, HeaderValue};

use super::deeds::{PUBLIC_URLS, TRIGGERS, WORKFLOWS};
use crate::catalogue::catalogue;
use crate::close::{self, CloseApi, Patience, SubscribedEvent};
use crate::hooks::HookTable;
use crate::inbound::{Verdict, examine};
use crate::lifecycle::context::Context;
use crate::lifecycle::wanted::{Source, wanted};
use crate::lifecycle::{Expected, LifecycleParts};

const API_KEY: &str = "api_0rightK3yOfTheSimulator";

/// The URLs of those who are none of our business.
const ELSEWHERE: &str = "https://elsewhere.example/webhook/";

pub(super) struct World {
    pub(super) store: Store,
    pub(super) simulator: Simulator,
    credentials: CredentialStore,
    key: MasterKey,
    redactor: Redactor,
    clock: Arc<TestClock>,
    http: reqwest::Client,
    _database: TestDatabase,
}

/// A server.
pub(super) struct Node {
    pub(super) context: Arc<Context>,
    hooks: Arc<HookTable>,
}

impl World {
    pub(super) async fn new(db: Db) -> Self {
        let simulator = Simulator::start(SimulatorConfig::for_tests(API_KEY)).await.unwrap();
        let database = TestDatabase::create(db);
        let store = Store::connect(&database.url()).await.unwrap();
        let key = MasterKey::generate().unwrap();
        let redactor = Redactor::default();
        let credentials = CredentialStore::new(store.clone(), key.clone(), BTreeMap::new(), redactor.clone());
        let clock = Arc::new(TestClock::at(Timestamp::from_seconds(1_772_442_014)));
        let http = close::http_client().unwrap();
        Self { store, simulator, credentials, key, redactor, clock, http, _database: database }
    }

    /// As if nothing had ever happened.
    pub(super) async fn begin(&self) {
        self.simulator.reset();
        self.put_key(true).await;
        let node = self.node(0, &patient()).await;
        for workflow in 0..WORKFLOWS {
            if self.workflow(workflow).await.is_some() {
                node.context.delete(&name(workflow), &Expected::Any, Author::system()).await.unwrap();
            }
        }
    }

    /// A server that has just been started.
    pub(super) async fn node(&self, public_url: usize, patience: &Patience) -> Node {
        let (store, key) = (self.store.clone(), self.key.clone());
        let hooks = HookTable::new(store, key, self.credentials.clone(), self.redactor.clone());
        hooks.load().await.unwrap();
        let hooks = Arc::new(hooks);
        let context = Context::new(LifecycleParts {
            store: self.store.clone(),
            hooks: Arc::clone(&hooks),
            credentials: self.credentials.clone(),
            key: self.key.clone(),
            redactor: self.redactor.clone(),
            close: self.api(patience),
            vendors: crate::vendor::DeclaredVendors::new(self.http.clone(), BTreeMap::new()),
            public_url: PUBLIC_URLS[public_url].to_owned(),
            clock: self.clock.clone(),
        });
        Node { context: Arc::new(context), hooks }
    }

    /// The process has ended. What it held is free after a while.
    pub(super) fn pass_time(&self) {
        self.clock.advance(Duration::from_secs(61));
    }

    /// Somebody else's way to the same organization.
    pub(super) fn api(&self, patience: &Patience) -> CloseApi {
        CloseApi::new(&self.simulator.base_url(), self.http.clone()).with_patience(*patience)
    }

    /// The right key.
    pub(super) fn api_key() -> Secret {
        API_KEY.to_owned().into()
    }

    pub(super) async fn put_key(&self, right: bool) {
        let api_key = if right { API_KEY } else { "api_wrong" }.to_owned().into();
        let now = self.clock.now();
        self.credentials
            .put(&CredentialName::new("close"), &Credential::Close { api_key }, now)
            .await
            .unwrap();
    }

    pub(super) async fn workflow(&self, workflow: usize) -> Option<WorkflowRow> {
        self.store.workflow(&name(workflow)).await.unwrap()
    }

    /// What is at the vendor that is none of our business.
    pub(super) fn foreign(&self) -> BTreeSet<String> {
        let all = self.simulator.subscriptions().into_iter();
        all.filter(is_foreign).map(|found| format!("{found:?}")).collect()
    }

    /// What is at the vendor must be what is on here, one for one, and its key must be the stored one.
    pub(super) async fn check(&self, node: &Node) {
        let mut at_vendor: Vec<Subscription> = self.simulator.subscriptions();
        at_vendor.retain(|found| !is_foreign(found));
        let mut shared = Shared { at_vendor: None, events: self.shared_events().await };
        for workflow in 0..WORKFLOWS {
            let Some(row) = self.workflow(workflow).await else { continue };
            let rows = self.store.registrations(row.id).await.unwrap();
            match row.state {
                ActivationState::Inactive => assert!(rows.iter().all(is_off), "{rows:#?}"),
                ActivationState::Active => {
                    let yaml = self.store.workflow_version(row.id, row.version).await.unwrap().unwrap().yaml;
                    self.check_active(node, &parse(&yaml), rows, &mut at_vendor, &mut shared);
                }
                other => panic!("{} is still {other}", row.name),
            }
        }
        assert!(at_vendor.is_empty(), "nobody knows of {at_vendor:#?}");
    }

    /// The events of all triggers that are on and share.
    async fn shared_events(&self) -> Vec<EventPair> {
        let mut all = Vec::new();
        for workflow in 0..WORKFLOWS {
            let Some(row) = self.workflow(workflow).await else { continue };
            if row.state == ActivationState::Active {
                let yaml = self.store.workflow_version(row.id, row.version).await.unwrap().unwrap().yaml;
                for wanted in wanted(&parse(&yaml)).iter().filter(|wanted| wanted.is_shared()) {
                    all.extend_from_slice(wanted.events());
                }
            }
        }
        all
    }

    fn check_active(
        &self,
        node: &Node,
        definition: &Workflow,
        mut rows: Vec<RegistrationRow>,
        at_vendor: &mut Vec<Subscription>,
        all_shared: &mut Shared,
    ) {
        for wanted in wanted(definition) {
            let Source::Vendor { events, shared, .. } = &wanted.source else { continue };
            let place = rows.iter().position(|row| wanted.is_of(row)).unwrap();
            let row = rows.remove(place);
            assert_eq!((row.state, row.last_error.as_deref()), (ActivationState::Active, None), "{row:#?}");
            assert_eq!(row.url.as_deref(), Some(node.context.hook_url(row.hook()).as_str()));
            assert_eq!(row.shared_hook.is_some(), *shared);
            let is_it = |found: &Subscription| Some(&found.id) == row.webhook_id.as_ref();
            let found = match &all_shared.at_vendor {
                Some(found) if *shared => found.clone(),
                _ => {
                    let place = at_vendor.iter().position(is_it);
                    at_vendor.remove(place.unwrap_or_else(|| panic!("not at the vendor: {row:#?}")))
                }
            };
            assert!(is_it(&found), "there are two to share: {found:#?} and {row:#?}");
            assert_eq!(Some(&found.url), row.url.as_ref());
            assert_eq!(found.status, close_simulator::SubscriptionStatus::Active);
            let pairs = found.events.iter().map(|event| (event.object_type.as_str(), event.action.as_str()));
            let expected = if *shared { &all_shared.events } else { events };
            let wanted_pairs = expected.iter().map(|pair| (pair.object_type.as_str(), pair.action.as_str()));
            assert_eq!(pairs.collect::<BTreeSet<_>>(), wanted_pairs.collect::<BTreeSet<_>>());
            assert!(found.events.iter().all(|event| event.filter.is_none()));
            assert_eq!(row.events, *events);
            node.check_delivery(&row, &found, self.clock.now());
            if *shared {
                all_shared.at_vendor = Some(found);
            }
        }
        assert!(rows.is_empty(), "left over: {rows:#?}");
    }
}

/// The subscription that triggers share.
struct Shared {
    /// Once one of them was found to have it.
    at_vendor: Option<Subscription>,
    /// What it has to deliver.
    events: Vec<EventPair>,
}

impl Node {
    /// A delivery that is signed by the vendor is accepted.
    fn check_delivery(&self, row: &RegistrationRow, found: &Subscription, now: Timestamp) {
        let event = &row.events[0];
        let body = format!(
            r#"{{"event": {{"id": "ev_1", "object_type": "{}", "action": "{}", "data": {{}}}}}}"#,
            event.object_type, event.action
        );
        let seconds = now.as_micros() / 1_000_000;
        let signature =
            close_simulator::sign(&found.signature_key, &seconds.to_string(), body.as_bytes()).unwrap();
        let mut headers = HeaderMap::new();
        headers.insert("close-sig-hash", HeaderValue::try_from(signature).unwrap());
        headers.insert("close-sig-timestamp", HeaderValue::from(seconds));
        let hook = self.hooks.all(row.hook()).unwrap();
        let hook = hook.iter().find(|hook| hook.registration == row.id).unwrap();
        let verdict = examine(hook, &headers, &body.into_bytes().into(), now, Duration::from_mins(5));
        assert!(matches!(verdict, Verdict::Accepted(_)), "{verdict:?}: {row:#?}");
    }
}

fn is_off(row: &RegistrationRow) -> bool {
    row.state == ActivationState::Inactive && row.webhook_id.is_none() && row.signature_key.is_none()
}

/// Soon gives up.
pub(super) const fn hasty() -> Patience {
    Patience { attempt: Duration::from_millis(400), pauses: Duration::ZERO, first_pause: Duration::ZERO }
}

/// Waits for a machine that is busy with other things.
pub(super) const fn patient() -> Patience {
    Patience { attempt: Duration::from_secs(20), pauses: Duration::ZERO, first_pause: Duration::ZERO }
}

pub(super) fn name(workflow: usize) -> WorkflowName {
    WorkflowName::new(format!("workflow-{workflow}"))
}

pub(super) fn yaml(workflow: usize, triggers: usize) -> String {
    let triggers = TRIGGERS[triggers]
        .iter()
        .map(|events| match events.strip_prefix('+') {
            Some(events) => format!("  - close:\n      events: [{events}]\n      sharing: workspace\n"),
            None => format!("  - close:\n      events: [{events}]\n"),
        })
        .collect::<Vec<_>>()
        .concat();
    format!(
        "name: {}\ntriggers:\n{triggers}steps:\n  - uses: log\n    with:\n      message: hello\n",
        name(workflow)
    )
}

pub(super) fn parse(yaml: &str) -> Workflow {
    bellhop_workflow::parse(yaml, catalogue()).unwrap().workflow
}

/// Events that nobody here wants.
pub(super) fn others() -> Vec<SubscribedEvent> {
    vec![SubscribedEvent {
        object_type: "opportunity".to_owned(),
        action: "created".to_owned(),
        extra_filter: None,
    }]
}

/// Whether it is a stranger's.
pub(super) fn is_foreign(found: &Subscription) -> bool {
    found.url.starts_with(ELSEWHERE)
}

/// The URL of a stranger.
pub(super) fn elsewhere(number: u32) -> String {
    format!("{ELSEWHERE}{number:032x}")
}
