//! What is below the server fails: the disk, the database, the files that a crash has left.

mod damaged;
mod full;
mod locked;
mod severed;
mod waiting;
mod wal;

use std::time::Duration;

use bellhop_testkit::process::Process;
use bellhop_testkit::server::PATIENCE;

use crate::site::{Delivered, Hook, Site};

const STOPPED: &str = "the database takes nothing";
const GOES_ON: &str = "the database takes writes again";

/// One effect, and something before and behind it.
fn one_effect(url: &str) -> String {
    format!(
        "name: effects\ntriggers:\n  - close: {{ events: [lead.created] }}\nsteps:\n  - id: name\n    uses: set\n    \
         with: {{ name: '${{{{ event.data.name }}}}' }}\n  - id: effect\n    uses: http\n    with:\n      method: POST\n      \
         url: {url}\n      json: {{ event: '${{{{ event.id }}}}' }}\n  - id: after\n    uses: state\n    with: {{ increment: \
         total }}\n"
    )
}

/// Waits until something is as it has to be.
async fn until<F: Future<Output = bool>>(what: &str, condition: impl Fn() -> F) {
    let mut look = tokio::time::interval(Duration::from_millis(50));
    let waiting = async {
        while !condition().await {
            look.tick().await;
        }
    };
    tokio::time::timeout(PATIENCE * 2, waiting).await.unwrap_or_else(|_| panic!("in vain: {what}"));
}

impl Site {
    /// Waits until the server says whether it is ready as it has to.
    async fn until_ready_is(&self, server: &Process, status: u16) {
        until(&format!("/readyz says {status}"), || async {
            self.ask(server, "/readyz").await.status == status
        })
        .await;
    }

    /// Waits until every event of these has one execution that ended well.
    async fn all_succeed(&self, server: &Process, events: &[String]) {
        until("all executions end", || async {
            let all = self.executions(server).await;
            events.iter().all(|event| all.iter().any(|one| one["event"]["id"] == **event))
                && all.iter().all(|one| one["status"] == "succeeded")
        })
        .await;
        let all = self.executions(server).await;
        for event in events {
            assert_eq!(
                all.iter().filter(|one| one["event"]["id"] == **event).count(),
                1,
                "{event} ran more than once"
            );
        }
    }

    /// Delivers until one is refused for the database's sake; those that were taken before, and the refusal.
    async fn deliver_until_refused(&self, server: &Process, hook: &Hook) -> (Vec<String>, Delivered) {
        let mut taken = Vec::new();
        for number in 0..20_000 {
            let event = format!("ev_before_{number}");
            let answer = self.deliver(server.address(), hook, &event).await.unwrap();
            if !answer.is_taken() {
                return (taken, answer);
            }
            taken.push(event);
        }
        panic!("everything was taken");
    }
}

/// Refused, to be sent again soon.
#[track_caller]
fn is_put_off(answer: &Delivered) {
    assert_eq!((answer.status.as_u16(), answer.retry_after.as_deref()), (503, Some("5")));
}
