//! News between nodes, on PostgreSQL: one that runs nothing tells those that do what it has committed.
//!
//! Who runs executions itself tells nobody: what it does not begin at once, it begins when it can, and a notification with
//! each commit would have all nodes' commits wait for one another. What nobody is told of, because a process or the
//! connection has ended just then, is found by looking, as ever.

use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::dialect::Either;
use crate::store::Store;
use crate::work::{Commits, WorkSignal};

/// The channel, beside whatever else is in the same database.
const CHANNEL: &str = "bellhop_news";

const NOTIFY: &str = "SELECT pg_notify($1, $2)";

/// How long to wait where the database does not take or give news.
const PAUSE: Duration = Duration::from_secs(1);

/// What is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum News {
    Started,
    Cancels,
    Schedules,
}

impl News {
    const ALL: [Self; 3] = [Self::Started, Self::Cancels, Self::Schedules];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Cancels => "cancels",
            Self::Schedules => "schedules",
        }
    }

    /// As if this process had committed it.
    fn pass_on(self, commits: &Commits) {
        match self {
            Self::Started => commits.started.send_replace(()),
            Self::Cancels => commits.cancels.send_replace(()),
            Self::Schedules => commits.schedules.send_replace(()),
        }
    }
}

impl Store {
    /// Tells other nodes of executions that may be claimed here, wishes to cancel some, and changes of schedules, until it
    /// is stopped. Many at once are told of once. On SQLite, where there are no others, it only waits for its end.
    pub fn tell_news(&self, stop: CancellationToken) -> impl Future<Output = ()> + Send + use<> {
        // From here on, not from when it is first looked at: nothing is committed between that nobody is told of.
        let signals = [self.work_available(), self.cancels(), self.schedules_changed()];
        let pool = self.pools().write.clone();
        async move {
            let Either::Postgres(pool) = pool else { return stop.cancelled().await };
            tokio::select! {
                () = tell(&pool, signals) => {}
                () = stop.cancelled() => {}
            }
        }
    }

    /// Has what other nodes tell count as committed here, until it is stopped. On SQLite it only waits for its end.
    pub async fn hear_news(&self, stop: CancellationToken) {
        let Either::Postgres(pool) = &self.pools().read else { return stop.cancelled().await };
        let listening = async {
            loop {
                if let Err(error) = self.listen(pool).await {
                    tracing::debug!(%error, "news of other nodes not heard, will try again");
                }
                sleep(PAUSE).await;
            }
        };
        tokio::select! {
            () = listening => {}
            () = stop.cancelled() => {}
        }
    }

    async fn listen(&self, pool: &PgPool) -> Result<(), sqlx::Error> {
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(CHANNEL).await?;
        let commits = self.commits();
        loop {
            // Before it listened, or while its connection was lost, there may have been anything.
            for news in News::ALL {
                news.pass_on(commits);
            }
            while let Some(notification) = listener.try_recv().await? {
                let told = News::ALL.into_iter().find(|news| news.as_str() == notification.payload());
                if let Some(news) = told {
                    news.pass_on(commits);
                }
            }
        }
    }
}

async fn tell(pool: &PgPool, [mut started, mut cancels, mut schedules]: [WorkSignal; 3]) {
    loop {
        let news = tokio::select! {
            () = started.wait() => News::Started,
            () = cancels.wait() => News::Cancels,
            () = schedules.wait() => News::Schedules,
        };
        if let Err(error) = sqlx::query(NOTIFY).bind(CHANNEL).bind(news.as_str()).execute(pool).await {
            tracing::debug!(%error, "other nodes not told of a commit, they will find it");
            sleep(PAUSE).await;
        }
    }
}
