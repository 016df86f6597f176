//! A running simulator, and what a test asks of it.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::SimulatorConfig;
use crate::connection::{Connection, CuttableListener};
use crate::delivery::DeliveryAttempt;
use crate::event::{EmitError, Event, EventDraft};
use crate::faults::{CallFault, DeliveryFaults, Faults};
use crate::hub::Hub;
use crate::sink::{SinkAnswer, SinkRequest};
use crate::subscription::Subscription;
use crate::{api, control};

/// Why a simulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port could not be had.
    #[error("could not listen on {address}")]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The HTTP client for deliveries could not be made.
    #[error("could not make an HTTP client")]
    Client(#[source] reqwest::Error),
    /// The machine gave no randomness.
    #[error("the machine gave no randomness")]
    Randomness(#[source] getrandom::Error),
}

/// A running simulator. It stops when it is dropped; [`Simulator::stop`] also waits for it.
pub struct Simulator {
    hub: Arc<Hub>,
    address: SocketAddr,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Simulator {
    /// Opens the port and begins to serve.
    pub async fn start(config: SimulatorConfig) -> Result<Self, StartError> {
        // Where the process has chosen one already, that one is used.
        rustls::crypto::ring::default_provider().install_default().ok();

        let wanted = config.listen;
        let in_vain = |source| StartError::Listen { address: wanted, source };
        let listener = TcpListener::bind(wanted).await.map_err(in_vain)?;
        let address = listener.local_addr().map_err(in_vain)?;

        let stop = CancellationToken::new();
        let tasks = TaskTracker::new();
        let hub = Arc::new(Hub::new(config, tasks.clone(), stop.clone())?);
        let router = Router::new().nest(api::PREFIX, api::router(&hub)).merge(control::router());
        let service = router.with_state(Arc::clone(&hub)).into_make_service_with_connect_info::<Connection>();
        let server = axum::serve(CuttableListener::new(listener, stop.clone()), service);
        let stopped = stop.clone();
        tasks.spawn(async move { stopped.run_until_cancelled(server.into_future()).await });
        Ok(Self { hub, address, stop, tasks })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base of Close's API: `http://127.0.0.1:PORT/api/v1`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}{}", self.address, api::PREFIX)
    }

    /// The base of the control API: `http://127.0.0.1:PORT/control`.
    #[must_use]
    pub fn control_url(&self) -> String {
        format!("http://{}/control", self.address)
    }

    /// The URL of a sink. It is there without being made.
    #[must_use]
    pub fn sink_url(&self, name: &str) -> String {
        format!("http://{}/sink/{name}", self.address)
    }

    /// Emits an event and starts its deliveries.
    pub fn emit(&self, draft: &EventDraft) -> Result<Event, EmitError> {
        self.hub.emit(draft).map(|event| Event::clone(&event))
    }

    /// All subscriptions, in the order of their creation.
    #[must_use]
    pub fn subscriptions(&self) -> Vec<Subscription> {
        self.hub.world().subscriptions.all().to_vec()
    }

    /// Every attempt to deliver so far, the oldest first.
    #[must_use]
    pub fn deliveries(&self) -> Vec<DeliveryAttempt> {
        self.hub.world().attempts.all().to_vec()
    }

    /// Waits until the attempts are `enough`, and returns them. Without an end: put `tokio::time::timeout` around it.
    pub async fn deliveries_when(&self, enough: impl Fn(&[DeliveryAttempt]) -> bool) -> Vec<DeliveryAttempt> {
        self.hub.watch(|world| Some(world.attempts.all()).filter(|all| enough(all)).map(<[_]>::to_vec)).await
    }

    /// What a sink got so far, the oldest first.
    #[must_use]
    pub fn sink_requests(&self, name: &str) -> Vec<SinkRequest> {
        self.hub.world().sinks.requests(name)
    }

    /// Waits until a sink got at least `count` requests, and returns them. Without an end: put `tokio::time::timeout`
    /// around it.
    pub async fn sink_requests_when(&self, name: &str, count: usize) -> Vec<SinkRequest> {
        self.hub
            .watch(|world| Some(world.sinks.requests(name)).filter(|requests| requests.len() >= count))
            .await
    }

    /// Writes what a sink answers to the next requests, one answer each.
    pub fn script_sink(&self, name: &str, answers: Vec<SinkAnswer>) {
        self.hub.world().sinks.script(name, answers);
    }

    /// Switches on a fault in calls of the API.
    pub fn add_fault(&self, fault: CallFault) {
        self.hub.world().faults.calls.push(fault);
    }

    /// Sets the faults in deliveries, for events from here on.
    pub fn set_delivery_faults(&self, faults: DeliveryFaults) {
        self.hub.world().faults.delivery = faults;
    }

    /// Switches all faults off.
    pub fn clear_faults(&self) {
        self.hub.world().faults = Faults::default();
    }

    /// Forgets everything but the organization and its keys, and ends all deliveries.
    pub fn reset(&self) {
        self.hub.reset();
    }

    /// Closes the port and all connections, ends all deliveries, and waits for it.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
