//! Notices that memory ran out where nobody looks: in a microtask, or in a promise that nobody awaits. The engine then
//! drops what it had no room for and goes on, as if the script had never asked for it.

use std::cell::Cell;
use std::rc::Rc;

use rquickjs::{Context, Runtime};

use super::limits::MEMORY;
use super::thrown::{Lack, lack};

/// What was thrown and not caught, since the last look.
#[derive(Default)]
pub(super) struct Shortage {
    told: Cell<u32>,
    /// Where there was no room for the exception either, it is null: as what a script may throw itself.
    nulls: Cell<u32>,
}

impl Shortage {
    /// Hears of every promise that is rejected while nobody awaits it. One that is awaited before the next look is
    /// its author's affair.
    pub(super) fn of(runtime: &Runtime) -> Rc<Self> {
        let shortage = Rc::new(Self::default());
        let told = Rc::clone(&shortage);
        runtime.set_host_promise_rejection_tracker(Some(Box::new(move |_, _, reason, awaited| {
            let Some(lack) = lack(&reason) else { return };
            let heard = told.of_kind(lack);
            heard.set(if awaited { heard.get().saturating_sub(1) } else { heard.get() + 1 });
        })));
        shortage
    }

    /// Whether memory ran out since the last look. Asked between two jobs, where nothing of the script runs.
    pub(super) fn look(&self, runtime: &Runtime, context: &Context) -> bool {
        // What a job throws, and what the engine could not put off for lack of room, is left in the context.
        context.with(|ctx| {
            if ctx.has_exception()
                && let Some(lack) = lack(&ctx.catch())
            {
                self.of_kind(lack).update(|heard| heard + 1);
            }
        });
        let nulls = self.nulls.take();
        self.told.take() > 0 || nulls > 0 && is_nearly_full(runtime)
    }

    fn of_kind(&self, lack: Lack) -> &Cell<u32> {
        match lack {
            Lack::Told => &self.told,
            Lack::Null => &self.nulls,
        }
    }
}

/// Walks through all that the script holds: slow.
fn is_nearly_full(runtime: &Runtime) -> bool {
    usize::try_from(runtime.memory_usage().malloc_size).is_ok_and(|used| used > MEMORY / 2)
}
