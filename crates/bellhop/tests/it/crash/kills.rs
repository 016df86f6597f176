//! A server under load that is killed again and again.
//!
//! `BELLHOP_CRASH_KILLS` says how often (50 where it is left out), `BELLHOP_CRASH_SEED` repeats the moments of an earlier
//! run, which it prints.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use bellhop_testkit::database::Db;
use bellhop_testkit::process::Process;
use bellhop_testkit::server::PATIENCE;
use bellhop_workflow::time::{Clock as _, SystemClock};
use futures::StreamExt as _;
use reqwest::Method;
use rstest::rstest;
use serde_json::Value;
use tokio::sync::watch;

use super::counter::Counter;
use super::verdict;
use crate::site::{Hook, Site};

const KILLS: usize = 50;
const SENDERS: usize = 8;
/// How many events may be under way at once, so that the load is what the server can do.
const UNDER_WAY: usize = 16;
/// How many effects one life of the server comes to at most.
const MOST_CALLS: u64 = 120;

/// Effects in a row, side by side, tried again and in a loop; a count; and a pause that is long enough for a row in the
/// database. `after` has what the effects before it were answered.
const EFFECTS: &str = "
name: effects
triggers:
  - close: { events: [lead.created] }
steps:
  - id: total
    uses: state
    with: { increment: total }
  - id: first
    uses: http
    with:
      method: POST
      url: URL/effect
      json: { event: '${{ event.id }}', step: first, after: [] }
  - id: wide
    parallel:
      left:
        - id: left
          uses: http
          with:
            method: POST
            url: URL/effect
            json: { event: '${{ event.id }}', step: left, after: ['${{ steps.first.output.body.number }}'] }
      right:
        - id: right
          uses: http
          with:
            method: POST
            url: URL/effect
            json: { event: '${{ event.id }}', step: right, after: ['${{ steps.first.output.body.number }}'] }
  - id: flaky
    uses: http
    retry: { max_attempts: 40, initial_interval: 20ms }
    with:
      method: POST
      url: URL/effect
      json:
        event: '${{ event.id }}'
        step: flaky
        after: ['${{ steps.wide.output.left.body.number }}', '${{ steps.wide.output.right.body.number }}']
  - id: nap
    uses: sleep
    with: { for: 1100ms }
  - id: rounds
    loop: { until: index == 2, max_iterations: 5 }
    steps:
      - id: round
        uses: http
        with:
          method: POST
          url: URL/effect
          json: { event: '${{ event.id }}', step: 'round-${{ index }}', after: ['${{ steps.flaky.output.body.number }}'] }
  - id: last
    uses: http
    with:
      method: POST
      url: URL/effect
      json: { event: '${{ event.id }}', step: last, after: ['${{ steps.round.output.body.number }}'] }
";

struct Load {
    site: Site,
    hook: Hook,
    counter: Counter,
    /// Where the server is at present.
    address: watch::Sender<String>,
    sent: AtomicUsize,
    stop: AtomicBool,
}

#[rstest]
#[case::sqlite(Db::Sqlite, 1)]
// The same server and the same story, and each kill waits for a lease.
#[case::postgres(Db::Postgres, 5)]
#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_ends_once_however_often_the_server_is_killed(
    #[case] db: Db,
    #[case] share: usize,
) {
    let kills = number("BELLHOP_CRASH_KILLS").map_or(KILLS, |kills| usize::try_from(kills).unwrap()) / share;
    let seed = number("BELLHOP_CRASH_SEED").unwrap_or_else(|| SystemClock.now().as_micros().unsigned_abs());
    println!("{kills} kills, seed {seed}");
    let site = Site::new(db).await;
    let counter = Counter::default();
    let yaml = EFFECTS.replace("URL", &counter.start().await);
    let mut server = site.serve();
    let hook = site.activate(&server, "effects", yaml).await;
    let address = watch::Sender::new(server.address().to_owned());
    let load = Arc::new(Load {
        site,
        hook,
        counter,
        address,
        sent: AtomicUsize::default(),
        stop: AtomicBool::default(),
    });
    let senders: Vec<_> =
        (0..SENDERS).map(|_| tokio::spawn(Arc::clone(&load).send_until_stopped())).collect();
    let watching = tokio::spawn(Arc::clone(&load).watch());

    let mut dice = Dice(seed);
    for _ in 0..kills {
        // After so much work, not so much time: on a slow machine the kills would all come before there is any.
        load.counter.more_calls(dice.below(MOST_CALLS)).await;
        tokio::time::sleep(Duration::from_micros(dice.below(20_000))).await;
        server.kill();
        load.counter.killed().await;
        // One in six dies again before it is quite there.
        if dice.below(6) == 0 {
            load.site.serve_briefly(Duration::from_micros(dice.below(300_000)));
            load.counter.killed().await;
        }
        server = load.site.serve();
        load.address.send_replace(server.address().to_owned());
    }
    load.stop.store(true, Ordering::SeqCst);
    for sender in senders {
        sender.await.unwrap();
    }
    let ended = load.ended(&server).await;
    let seen = watching.await.unwrap();

    let sent = load.sent.load(Ordering::SeqCst);
    let calls = load.counter.calls();
    let interrupted = verdict::on_calls(&calls);
    verdict::on_executions(&ended, &calls, sent);
    verdict::on_what_was_seen(&seen, &ended);
    println!(
        "{sent} events, {} effects called for, {interrupted} of them again after an interruption; {} looks at what was \
         under way",
        calls.len(),
        seen.len()
    );
    assert!(sent > kills && interrupted > 0, "the kills came in the middle of nothing");
}

impl Load {
    /// Sends one event after the other, each until it is acknowledged.
    async fn send_until_stopped(self: Arc<Self>) {
        while !self.stop.load(Ordering::SeqCst) {
            if self.sent.load(Ordering::SeqCst) >= self.counter.through() + UNDER_WAY {
                // That one came between the look and the wait costs a moment.
                drop(tokio::time::timeout(Duration::from_millis(20), self.counter.one_more.notified()).await);
                continue;
            }
            let event = format!("ev_{:06}", self.sent.fetch_add(1, Ordering::SeqCst));
            while !self.is_taken(&event).await {
                // Until the server is back, or sooner.
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    }

    async fn is_taken(&self, event: &str) -> bool {
        let address = self.address.borrow().clone();
        self.site.deliver(&address, &self.hook, event).await.is_some_and(|answer| answer.is_taken())
    }

    /// Looks at executions that are under way, as somebody would who follows them.
    async fn watch(self: Arc<Self>) -> Vec<Value> {
        let mut seen: Vec<Value> = Vec::new();
        // Where the last look at each one is: one that shows nothing new is not kept.
        let mut latest: HashMap<String, usize> = HashMap::new();
        while !self.stop.load(Ordering::SeqCst) {
            let address = self.address.borrow().clone();
            for id in self.site.under_way(&address).await {
                let Some(now) = self.site.get(&address, &format!("/executions/{id}")).await else { continue };
                if latest.get(&id).is_none_or(|before| seen[*before] != now) {
                    latest.insert(id, seen.len());
                    seen.push(now);
                }
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        seen
    }

    /// All executions with their steps, once none is under way.
    async fn ended(&self, server: &Process) -> Vec<Value> {
        let deadline = tokio::time::Instant::now() + PATIENCE * 4;
        let mut look = tokio::time::interval(Duration::from_millis(500));
        let listed = loop {
            look.tick().await;
            let listed = self.site.executions(server).await;
            let open: Vec<_> = listed.iter().filter(|one| one["finished_at"].is_null()).collect();
            if open.is_empty() {
                break listed;
            }
            assert!(tokio::time::Instant::now() < deadline, "executions did not end: {open:#?}");
        };
        futures::stream::iter(listed)
            .map(|one| async move {
                let path = format!("/executions/{}", one["id"].as_str().unwrap());
                self.site.call(server, Method::GET, &path, None).await
            })
            .buffer_unordered(SENDERS)
            .collect()
            .await
    }
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is no number: {text}")))
}

/// Numbers that look like chance and are the same for the same seed (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}
