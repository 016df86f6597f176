//! A process that ends: what it was about to do is not done.

use std::pin::Pin;
use std::task::{Context, Poll};

/// A future that is dropped after so many polls, wherever it waits just then.
pub(super) struct Fuse<F> {
    pub(super) work: F,
    pub(super) polls_left: u32,
}

impl<F: Future + Unpin> Future for Fuse<F> {
    /// None where it came to its end before the work did.
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(left) = self.polls_left.checked_sub(1) else { return Poll::Ready(None) };
        self.polls_left = left;
        Pin::new(&mut self.work).poll(context).map(Some)
    }
}
