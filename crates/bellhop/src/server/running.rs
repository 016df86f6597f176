//! A server that runs, and how it is ended.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bellhop_api::ApiState;
use bellhop_executor::Executor;
use bellhop_storage::Store;
use bellhop_trigger::lifecycle::Lifecycle;
use bellhop_vault::Secret;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::files::Lock;
use super::tracing::Tracing;

/// A server that runs.
pub struct Running {
    pub(super) address: SocketAddr,
    pub(super) public_url: String,
    pub(super) token: Secret,
    pub(super) stop: CancellationToken,
    pub(super) abort: CancellationToken,
    pub(super) tasks: Vec<JoinHandle<()>>,
    /// How long whatever is under way may go on after the server was asked to stop.
    pub(super) grace: Duration,
    /// Where executions are run here.
    pub(super) executor: Option<Arc<Executor>>,
    pub(super) lifecycle: Arc<Lifecycle>,
    pub(super) api: ApiState,
    pub(super) store: Store,
    pub(super) tracing: Tracing,
    pub(super) _lock: Option<Lock>,
}

impl Running {
    /// The address it listens on.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where the world reaches it.
    #[must_use]
    pub fn public_url(&self) -> &str {
        &self.public_url
    }

    /// The token of its REST interface.
    #[must_use]
    pub const fn token(&self) -> &Secret {
        &self.token
    }

    /// Takes no more requests, lets those that are under way and running executions end within `shutdown_grace`, hands
    /// back what still runs then, so that another node or the next start has it at once, and closes the database.
    pub async fn stop(mut self) {
        self.stop.cancel();
        let (abort, grace) = (self.abort.clone(), self.grace);
        let deadline = tokio::spawn(async move {
            tokio::time::sleep(grace).await;
            abort.cancel();
        });
        self.join().await;
        self.hand_back().await;
        // Activations that were asked for are brought to their end: a half-made registration is a nuisance to mend.
        self.lifecycle.drain().await;
        deadline.abort();
        self.api.flush_refusals().await;
        self.api.flush_tokens().await;
        self.store.close().await;
        self.tracing.end().await;
    }

    /// Ends at once; what was running goes on from its journal after the next start.
    pub async fn abort(mut self) {
        self.stop.cancel();
        self.abort.cancel();
        self.join().await;
        self.api.flush_refusals().await;
        self.api.flush_tokens().await;
        self.store.close().await;
    }

    /// A token that is cancelled when the server stops, on request or because a part of it ended.
    #[must_use]
    pub fn stopped(&self) -> CancellationToken {
        self.stop.clone()
    }

    async fn hand_back(&self) {
        let Some(executor) = &self.executor else { return };
        match executor.hand_back_rest().await {
            Ok(0) => {}
            Ok(executions) => tracing::info!(executions, "running executions handed back to the table"),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "running executions not handed back, their leases will run out");
            }
        }
    }

    async fn join(&mut self) {
        for task in self.tasks.drain(..) {
            if let Err(error) = task.await
                && error.is_panic()
            {
                tracing::error!("a part of the server has panicked");
            }
        }
    }
}
