//! The instant of a crash: after so many chances for one.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::task::{Context, Poll};

/// Burns down by one at each place where a process may end.
#[derive(Debug)]
pub(super) struct Fuse {
    left: AtomicU32,
    burnt: AtomicBool,
    passed: AtomicU32,
}

impl Fuse {
    /// One that burns out at the chance of that number, counted from 1; none never does.
    pub(super) fn new(chance: Option<u32>) -> Self {
        Self {
            left: AtomicU32::new(chance.unwrap_or(u32::MAX)),
            burnt: AtomicBool::new(false),
            passed: AtomicU32::new(0),
        }
    }

    pub(super) fn is_burnt(&self) -> bool {
        self.burnt.load(Ordering::SeqCst)
    }

    /// How many chances there were.
    pub(super) fn passed(&self) -> u32 {
        self.passed.load(Ordering::SeqCst)
    }

    /// A chance: true where this is the end.
    pub(super) fn burns(&self) -> bool {
        self.passed.fetch_add(1, Ordering::SeqCst);
        if self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.burnt.store(true, Ordering::SeqCst);
        }
        self.is_burnt()
    }

    /// A chance in the middle of something. Lets others run meanwhile, and never returns once the process has ended.
    pub(super) async fn chance(&self) {
        self.burns();
        Yield(false).await;
        if self.is_burnt() {
            std::future::pending::<()>().await;
        }
    }
}

struct Yield(bool);

impl Future for Yield {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}
