//! Connections that deliver, from start to stop.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

use super::request::TemplateError;
use super::{Connection, ExchangeError, Pace, RequestTemplate, Tally, Target};

/// How long the answers of what is in the air may take once the load has stopped.
const PATIENCE: Duration = Duration::from_secs(30);

/// The load did not go as it should.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoadError {
    /// A request was not answered.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
    /// A delivery was answered otherwise than it has to be.
    #[error("a delivery was answered {0}, not {1}")]
    Refused(u16, u16),
    /// No request can be made.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// Answers stay out.
    #[error("deliveries were not answered within {PATIENCE:?} of the last one")]
    Silent,
}

/// What all connections share.
struct Shared {
    stop: Cell<bool>,
    acknowledged: Cell<u64>,
    tally: RefCell<Tally>,
    failure: RefCell<Option<LoadError>>,
}

/// A load that runs.
pub(crate) struct Load {
    shared: Rc<Shared>,
    pace: Pace,
    connections: Vec<JoinHandle<()>>,
}

/// What came of a window.
pub(crate) struct Window {
    pub(crate) tally: Tally,
    pub(crate) elapsed: Duration,
}

impl Load {
    /// Opens the connections and begins. Has to be called within a `LocalSet`.
    pub(crate) async fn start(target: &Target, connections: usize, pace: Pace) -> Result<Self, LoadError> {
        let shared = Rc::new(Shared {
            stop: Cell::new(false),
            acknowledged: Cell::new(0),
            tally: RefCell::new(Tally::new()),
            failure: RefCell::new(None),
        });
        let mut open = Vec::with_capacity(connections);
        for _ in 0..connections {
            let connection = Connection::open_from(target.signing.source(), target.address).await?;
            open.push((connection, RequestTemplate::new(target)?));
        }
        let connections = open.into_iter().map(|(connection, requests)| {
            let (shared, pace, answers) = (Rc::clone(&shared), pace.clone(), target.signing.answers());
            tokio::task::spawn_local(async move {
                if let Err(failure) = deliver(connection, requests, &pace, &shared, answers).await {
                    shared.stop.set(true);
                    pace.stop();
                    shared.failure.borrow_mut().get_or_insert(failure);
                }
            })
        });
        let connections = connections.collect();
        Ok(Self { shared, pace, connections })
    }

    /// Counts anew for so long.
    pub(crate) async fn measure(&self, duration: Duration) -> Result<Window, LoadError> {
        let start = self.begin();
        tokio::time::sleep(duration).await;
        self.end(start)
    }

    /// Counts anew from here.
    pub(crate) fn begin(&self) -> Instant {
        self.shared.tally.replace(Tally::new());
        Instant::now()
    }

    /// What was counted since.
    pub(crate) fn end(&self, start: Instant) -> Result<Window, LoadError> {
        let elapsed = start.elapsed();
        let tally = self.shared.tally.replace(Tally::new());
        self.check()?;
        Ok(Window { tally, elapsed })
    }

    /// Sends nothing more and waits for the answers. How many deliveries were acknowledged in all.
    pub(crate) async fn stop(self) -> Result<u64, LoadError> {
        self.shared.stop.set(true);
        self.pace.stop();
        let answers = futures::future::join_all(self.connections);
        tokio::time::timeout(PATIENCE, answers).await.map_err(|_| LoadError::Silent)?;
        match self.shared.failure.take() {
            Some(failure) => Err(failure),
            None => Ok(self.shared.acknowledged.get()),
        }
    }

    fn check(&self) -> Result<(), LoadError> {
        self.shared.failure.take().map_or(Ok(()), Err)
    }
}

impl Window {
    /// Answers a second.
    #[expect(clippy::cast_precision_loss, reason = "answers of a run are far below 2^53")]
    pub(crate) fn rate(&self) -> f64 {
        self.tally.count() as f64 / self.elapsed.as_secs_f64()
    }
}

async fn deliver(
    mut connection: Connection,
    mut requests: RequestTemplate,
    pace: &Pace,
    shared: &Shared,
    answers: &[u16],
) -> Result<(), LoadError> {
    while let Some(due) = pace.turn().await {
        if shared.stop.get() {
            break;
        }
        let status = connection.exchange(requests.next()).await?;
        if !answers.contains(&status) {
            return Err(LoadError::Refused(status, answers[0]));
        }
        shared.acknowledged.set(shared.acknowledged.get() + 1);
        shared.tally.borrow_mut().add(due.elapsed());
    }
    Ok(())
}
