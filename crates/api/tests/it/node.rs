//! What a node does with an execution, done by hand.

use std::time::Duration;

use bellhop_storage::{ClaimedExecution, Ending, FinishedExecution, HttpAnswer, NodeId, SuspendedExecution};
use bellhop_workflow::execution::ExecutionError;
use bellhop_workflow::ids::ExecutionId;
use bellhop_workflow::journal::{StepRecord, StepStatus};
use serde_json::{Value, json};

use crate::app::{START, TestApp};

pub(crate) struct Node<'a> {
    app: &'a TestApp,
    pub(crate) id: NodeId,
}

impl<'a> Node<'a> {
    pub(crate) fn of(app: &'a TestApp) -> Self {
        Self { app, id: NodeId::generate(START) }
    }

    /// What is due, as soon as something is.
    pub(crate) async fn claim(&self) -> ClaimedExecution {
        let mut work = self.app.store.work_available();
        loop {
            if let Some(claimed) = self.claim_now().await {
                return claimed;
            }
            work.wait().await;
        }
    }

    pub(crate) async fn claim_now(&self) -> Option<ClaimedExecution> {
        self.app.store.claim(self.id, 1, START, Duration::from_mins(1)).await.unwrap().pop()
    }

    pub(crate) async fn succeed(&self, id: ExecutionId, output: Option<Value>) {
        self.finish(id, Ending::Succeeded(output), Vec::new()).await;
    }

    pub(crate) async fn fail(&self, id: ExecutionId) {
        let message = "the secret of the failure".to_owned();
        let error = ExecutionError { step: None, kind: "fail".to_owned(), message };
        self.finish(id, Ending::Failed(error), Vec::new()).await;
    }

    pub(crate) async fn finish(&self, id: ExecutionId, ending: Ending, records: Vec<StepRecord>) {
        let end = FinishedExecution { id, records, ending, finished_at: START };
        self.app.store.finish(self.id, end).await.unwrap();
    }

    /// Puts it aside with these steps waiting.
    pub(crate) async fn wait_at(&self, id: ExecutionId, steps: &[(&str, &str)]) {
        let records = steps.iter().map(|(step, path)| record(step, path, StepStatus::Waiting)).collect();
        let aside = SuspendedExecution { id, records, wake_at: None };
        self.app.store.suspend(self.id, aside).await.unwrap();
    }

    pub(crate) async fn respond(&self, id: ExecutionId, status: u16, headers: &[(&str, &str)], body: &str) {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let answer = HttpAnswer { status, headers, body: body.as_bytes().to_vec() };
        self.app.store.respond(self.id, id, answer, &[]).await.unwrap();
    }
}

pub(crate) fn record(step: &str, path: &str, status: StepStatus) -> StepRecord {
    serde_json::from_value(json!({
        "id": step, "path": path, "uses": "wait_for", "status": status, "attempts": 1,
    }))
    .unwrap()
}
