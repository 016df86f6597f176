//! A database, a clock that stands still, a peer, and nodes that run what is in the one against the other.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bellhop_executor::{Executor, ExecutorParts, StoredCredentials};
use bellhop_steps::{CredentialSource, Reach, StepRunner};
use bellhop_storage::{
    CredentialStore, ExecutionRow, Intake, NewExecution, NewWorkflow, NodeId, Recorded, Store, WorkflowRow,
};
use bellhop_testkit::clock::TestClock;
use bellhop_testkit::database::{Db, TestDatabase};
use bellhop_traces::Traces;
use bellhop_vault::{Credential, CredentialKind, MasterKey, Redactor};
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::{CredentialName, ExecutionId, WorkflowId, WorkflowName};
use bellhop_workflow::journal::{StepRecord, StepStatus};
use bellhop_workflow::model::EventPair;
use bellhop_workflow::time::{Clock, Timestamp};
use bellhop_workflow::{EventCatalogue, EventName, UnknownEvent};
use serde_json::Value;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::subscriber::DefaultGuard;

use crate::log::Log;
use crate::peer::Peer;
use crate::wait::{eventually, in_time, until};

/// When these stories begin.
pub(crate) const NOON: Timestamp = Timestamp::from_seconds(1_772_452_800);

/// How long a claim holds, by the clock of the story. Nodes look for work and renew what they have three times as
/// often, by the clock on the wall.
pub(crate) const LEASE: Duration = Duration::from_millis(300);

/// A lease that no node comes to renew before the story is over.
pub(crate) const NEVER_RENEWED: Duration = Duration::from_hours(1);

/// Where nodes say that they are reached.
pub(crate) const PUBLIC_URL: &str = "https://bellhop.example";

/// What the credential `bearer` holds.
pub(crate) const TOKEN: &str = "t0ken-t0ken";

pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) peer: Peer,
    pub(crate) credentials: CredentialStore,
    pub(crate) master_key: MasterKey,
    redactor: Redactor,
    workflows: AtomicUsize,
    log: Log,
    database: TestDatabase,
    _log: DefaultGuard,
}

impl World {
    pub(crate) async fn start(db: Db) -> Self {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone());
        // For this thread, which is all that a test's runtime has.
        let guard = tracing::subscriber::set_default(subscriber.finish());
        let database = TestDatabase::create(db);
        let store = Store::connect(&database.url()).await.unwrap();
        let redactor = Redactor::default();
        Self {
            credentials: credentials(store.clone(), redactor.clone()),
            store,
            clock: Arc::new(TestClock::at(NOON)),
            peer: Peer::start().await,
            master_key: MasterKey::generate().unwrap(),
            redactor,
            workflows: AtomicUsize::new(0),
            log,
            database,
            _log: guard,
        }
    }

    /// The database as another process has it open.
    pub(crate) async fn another_store(&self) -> Store {
        Store::connect(&self.database.url()).await.unwrap()
    }

    /// Past the store, for what the store itself never does.
    pub(crate) async fn execute(&self, sql: &'static str) {
        if self.database.file().is_some() {
            let pool = sqlx::SqlitePool::connect(&self.database.url()).await.unwrap();
            sqlx::raw_sql(sql).execute(&pool).await.unwrap();
            pool.close().await;
        } else {
            let pool = sqlx::PgPool::connect(&self.database.url()).await.unwrap();
            sqlx::raw_sql(sql).execute(&pool).await.unwrap();
            pool.close().await;
        }
    }

    /// All that the journals hold, earlier records too.
    pub(crate) async fn journals(&self) -> String {
        const JOURNALS: &str = "SELECT records FROM journal";
        let rows: Vec<Vec<u8>> = if self.database.file().is_some() {
            let pool = sqlx::SqlitePool::connect(&self.database.url()).await.unwrap();
            sqlx::query_scalar(JOURNALS).fetch_all(&pool).await.unwrap()
        } else {
            let pool = sqlx::PgPool::connect(&self.database.url()).await.unwrap();
            sqlx::query_scalar(JOURNALS).fetch_all(&pool).await.unwrap()
        };
        let unpacked = rows.iter().map(|stored| bellhop_storage::unpacked_in(stored));
        let texts = rows.iter().cloned().chain(unpacked);
        texts.map(|text| String::from_utf8_lossy(&text).into_owned()).collect::<Vec<_>>().join("\n")
    }

    /// Waits until a node has logged that.
    pub(crate) async fn logged(&self, words: &str) {
        until(words, || self.log.text().contains(words)).await;
    }

    /// Stores a file as a workflow, unread.
    pub(crate) async fn save(&self, yaml: String) -> WorkflowRow {
        let number = self.workflows.fetch_add(1, Ordering::SeqCst);
        let new = NewWorkflow {
            id: WorkflowId::generate(NOON),
            name: WorkflowName::new(format!("story-{number}")),
            description: None,
            yaml,
            created_at: NOON,
        };
        let mut tx = self.store.begin().await.unwrap();
        let row = tx.create_workflow(&new).await.unwrap();
        tx.commit().await.unwrap();
        row
    }

    /// Stores a workflow that is started by hand. `PEER` in it stands for the peer's address.
    pub(crate) async fn workflow(&self, body: &str) -> WorkflowRow {
        let body = body.replace("PEER", &self.peer.url());
        self.save(format!("name: story\ntriggers: [manual: {{}}]\n{body}")).await
    }

    /// Starts an execution by hand.
    pub(crate) async fn begin(&self, workflow: &WorkflowRow, inputs: Option<Value>) -> ExecutionId {
        self.begin_with(workflow, |new| new.inputs = inputs).await
    }

    /// Starts an execution that is somehow different.
    pub(crate) async fn begin_with(
        &self,
        workflow: &WorkflowRow,
        change: impl FnOnce(&mut NewExecution),
    ) -> ExecutionId {
        let now = self.clock.now();
        let id = ExecutionId::generate(now);
        let mut new = NewExecution::new(id, workflow.id, workflow.version, "manual", now);
        change(&mut new);
        let recorded =
            self.store.record(Intake { parsed: None, delivery: None, execution: Some(new) }).await.unwrap();
        let Recorded::Accepted(id) = recorded else { panic!("not accepted: {recorded:?}") };
        id
    }

    /// Stores a workflow and starts it.
    pub(crate) async fn run(&self, body: &str) -> ExecutionId {
        let workflow = self.workflow(body).await;
        self.begin(&workflow, None).await
    }

    /// Stores a workflow, starts it, and runs it to its end on a node of its own.
    pub(crate) async fn outcome(&self, body: &str) -> ExecutionRow {
        let id = self.run(body).await;
        let node = self.node().start();
        let row = self.ended(id).await;
        node.stop().await;
        row
    }

    pub(crate) async fn execution(&self, id: ExecutionId) -> ExecutionRow {
        self.store.execution(id).await.unwrap().unwrap()
    }

    /// Waits for the end of an execution.
    pub(crate) async fn ended(&self, id: ExecutionId) -> ExecutionRow {
        eventually("an execution's end", || async {
            Some(self.execution(id).await).filter(|row| row.status.is_final())
        })
        .await
    }

    /// Waits until an execution stands there.
    pub(crate) async fn stands(&self, id: ExecutionId, status: ExecutionStatus) -> ExecutionRow {
        eventually(status.as_str(), || async {
            Some(self.execution(id).await).filter(|row| row.status == status)
        })
        .await
    }

    /// Waits until so many requests have come to a path of the peer.
    pub(crate) async fn requests(&self, path: &str, count: usize) {
        until("requests", || self.peer.count(path) >= count).await;
    }

    /// A node, to be started.
    pub(crate) fn node(&self) -> NodePlan {
        NodePlan {
            store: self.store.clone(),
            credentials: Arc::new(StoredCredentials(self.credentials.clone())),
            redactor: self.redactor.clone(),
            master_key: self.master_key.clone(),
            clock: Arc::<TestClock>::clone(&self.clock),
            concurrency: 8,
            lease: LEASE,
        }
    }
}

fn credentials(store: Store, redactor: Redactor) -> CredentialStore {
    let token = [("token".to_owned(), TOKEN.to_owned().into())];
    let bearer = Credential::from_fields(CredentialKind::HttpBearer, token).unwrap();
    let environment = BTreeMap::from([(CredentialName::new("bearer"), bearer)]);
    CredentialStore::new(store, MasterKey::generate().unwrap(), environment, redactor)
}

/// What a node is to be like.
pub(crate) struct NodePlan {
    pub(crate) store: Store,
    pub(crate) credentials: Arc<dyn CredentialSource>,
    pub(crate) concurrency: usize,
    pub(crate) lease: Duration,
    redactor: Redactor,
    master_key: MasterKey,
    clock: Arc<dyn Clock>,
}

impl NodePlan {
    pub(crate) fn start(self) -> Node {
        let base = "http://127.0.0.1:9/api/v1";
        let executor = Executor::new(ExecutorParts {
            steps: StepRunner::new(base, self.credentials, self.redactor.clone(), Reach::Anything).unwrap(),
            store: self.store,
            redactor: self.redactor,
            master_key: self.master_key,
            public_url: PUBLIC_URL.to_owned(),
            catalogue: &NoEvents,
            traces: Traces::off(),
            node: NodeId::generate(self.clock.now()),
            clock: self.clock,
            concurrency: self.concurrency,
            lease: self.lease,
        });
        let (stop, abort) = (CancellationToken::new(), CancellationToken::new());
        let task = tokio::spawn(Arc::clone(&executor).run(stop.clone(), abort.clone()));
        Node { stop, abort, task, executor }
    }
}

/// A node that runs.
pub(crate) struct Node {
    pub(crate) stop: CancellationToken,
    abort: CancellationToken,
    task: JoinHandle<()>,
    executor: Arc<Executor>,
}

impl Node {
    /// Has it end as a server does that is asked to: what it has begun, it finishes.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        in_time("a node to stop", self.task).await.unwrap();
    }

    /// Has it end as a server does whose time to stop is up: what it still runs, it drops and gives back.
    pub(crate) async fn hand_over(self) {
        let executor = Arc::clone(&self.executor);
        self.abort().await;
        executor.hand_back_rest().await.unwrap();
    }

    /// Has it end where it stands, leases and all, as a crash would.
    pub(crate) async fn abort(self) {
        self.stop.cancel();
        self.abort.cancel();
        in_time("a node to end", self.task).await.unwrap();
    }
}

pub(crate) struct NoEvents;

impl EventCatalogue for NoEvents {
    fn resolve(&self, _: &str, _: &str) -> Result<Vec<EventPair>, UnknownEvent> {
        Err(UnknownEvent { suggestion: None })
    }

    fn names(&self, _: &str) -> Vec<EventName> {
        Vec::new()
    }
}

/// Path and status of each step that has a record.
pub(crate) fn statuses(row: &ExecutionRow) -> Vec<(&str, StepStatus)> {
    row.steps.iter().map(|step| (step.path.as_str(), step.status)).collect()
}

pub(crate) fn step<'a>(row: &'a ExecutionRow, path: &str) -> &'a StepRecord {
    row.steps.iter().find(|step| step.path == path).unwrap_or_else(|| panic!("no step `{path}` in {row:?}"))
}
