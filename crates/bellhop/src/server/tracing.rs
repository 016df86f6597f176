//! Traces, where the settings name a collector.

use bellhop_meters::Meters;
use bellhop_storage::NodeId;
use bellhop_traces::{Fates, Target, Traces};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::config::{ConfigError, Settings};

/// What sends spans, if anything does.
pub(super) struct Tracing {
    /// Where spans go.
    pub(super) traces: Traces,
    /// What is counted of them.
    pub(super) meters: Meters,
    /// Its own: what ends as the server stops has spans, too.
    stop: CancellationToken,
    task: Option<JoinHandle<()>>,
}

impl Tracing {
    /// Begins to send to the collector of the settings. Whether it answers is nobody's concern.
    pub(super) fn start(settings: &Settings, node: NodeId) -> Result<Self, ConfigError> {
        let meters = Meters::new();
        let fates = Fates::new(&meters);
        let (stop, nothing) = (CancellationToken::new(), Traces::off());
        let Some(endpoint) = &settings.otlp_endpoint else {
            return Ok(Self { traces: nothing, meters, stop, task: None });
        };
        let target = Target::new(endpoint.expose(), &node.to_string())
            .map_err(|error| ConfigError::Invalid(format!("`otlp_endpoint`: {error}")))?;
        let (traces, exporter) = Traces::to(target, fates);
        let task = tokio::spawn(exporter.run(stop.clone()));
        Ok(Self { traces, meters, stop, task: Some(task) })
    }

    /// Sends what is left, for a moment at most.
    pub(super) async fn end(&mut self) {
        self.stop.cancel();
        if let Some(task) = self.task.take()
            && let Err(error) = task.await
            && error.is_panic()
        {
            tracing::error!("what sends traces has panicked");
        }
    }
}

impl Drop for Tracing {
    fn drop(&mut self) {
        // Where the server ends at once, what is left is not waited for.
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}
