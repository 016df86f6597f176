//! Runs one script in a runtime of its own: made for it, and gone with everything in it when it ends. There is
//! nothing in there but the language: no files, no network, no processes, no modules, no timers.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rquickjs::context::{EvalOptions, intrinsic};
use rquickjs::{Context, Ctx, Exception, Function, Persistent, Promise, Runtime, Value};

use super::console::Console;
use super::job::{Job, Mishap, Report};
use super::limits::{MEMORY, OUTPUT, STACK};
use super::shortage::Shortage;
use super::thrown;
use super::watch::Watch;

/// The language, whole but for `performance`, which is a clock.
type Language = (
    intrinsic::Date,
    intrinsic::Eval,
    intrinsic::RegExpCompiler,
    intrinsic::RegExp,
    intrinsic::Json,
    intrinsic::Proxy,
    intrinsic::MapSet,
    intrinsic::TypedArrays,
    intrinsic::Promise,
    intrinsic::WeakRef,
);

const PRELUDE: &str = include_str!("prelude.js");

/// What the prelude's own functions are called in a stack.
const PRELUDE_NAME: &str = "bellhop";

/// Runs the script to its end. Takes as long as the script does: not for a thread that others wait for.
pub(super) fn run(job: &Job, cancelled: Arc<AtomicBool>) -> Report {
    let console = Rc::new(RefCell::new(Console::default()));
    let watch = Rc::new(Watch::new(job.time, cancelled));
    let result = in_a_runtime(job, &console, &watch);
    // Whatever the script made of being stopped, that is why it ended.
    let result = match watch.verdict() {
        Some(mishap) if result.is_err() || mishap == Mishap::PrintsForEver => Err(mishap),
        _ => result,
    };
    let lines = console.borrow_mut().take();
    Report { lines, result }
}

fn in_a_runtime(job: &Job, console: &Rc<RefCell<Console>>, watch: &Rc<Watch>) -> Result<String, Mishap> {
    let runtime = Runtime::new().map_err(|_| Mishap::TooMuchMemory)?;
    runtime.set_memory_limit(MEMORY);
    runtime.set_max_stack_size(STACK);
    let asked = Rc::clone(watch);
    runtime.set_interrupt_handler(Some(Box::new(move || asked.verdict().is_some())));
    let context = Context::custom::<Language>(&runtime).map_err(|_| Mishap::TooMuchMemory)?;
    let shortage = Shortage::of(&runtime);
    let explained = |ctx: &Ctx<'_>, stop| match stop {
        Stop::Mishap(mishap) => mishap,
        Stop::Thrown(error) => thrown::explain(ctx, error, &job.code),
    };
    let begun = context
        .with(|ctx| begin(&ctx, job, console, watch).map_err(|error| explained(&ctx, error.into())))?;
    // Also what nobody awaited runs to its end, as its author expects of it.
    loop {
        if shortage.look(&runtime, &context) {
            return Err(Mishap::TooMuchMemory);
        }
        if let Some(mishap) = watch.verdict() {
            return Err(mishap);
        }
        // What a job throws stays in the context, for the next look.
        if matches!(runtime.execute_pending_job(), Ok(false)) {
            break;
        }
    }
    context.with(|ctx| finish(&ctx, begun).map_err(|stop| explained(&ctx, stop)))
}

/// A script that has come to its first `await`, or to its end.
struct Begun {
    promise: Persistent<Promise<'static>>,
    /// Writes what comes of it as JSON.
    write: Persistent<Function<'static>>,
}

/// Why there is nothing to give.
enum Stop {
    Mishap(Mishap),
    Thrown(rquickjs::Error),
}

impl From<rquickjs::Error> for Stop {
    fn from(error: rquickjs::Error) -> Self {
        Self::Thrown(error)
    }
}

fn begin(
    ctx: &Ctx<'_>,
    job: &Job,
    console: &Rc<RefCell<Console>>,
    watch: &Rc<Watch>,
) -> rquickjs::Result<Begun> {
    let print = printer(ctx, Rc::clone(console), Rc::clone(watch))?;
    let prelude: Function = ctx.eval_with_options(PRELUDE, named(PRELUDE_NAME))?;
    let write: Function = prelude.call((print, job.now, job.seed.to_vec()))?;
    for (name, json) in &job.globals {
        ctx.globals().set(name.as_str(), ctx.json_parse(json.as_str())?)?;
    }

    let source = format!("(async () => {{\n{}\n}})", job.code);
    let script: Function = ctx.eval_with_options(source, named(thrown::SCRIPT))?;
    let promise: Promise = script.call(())?;
    Ok(Begun { promise: Persistent::save(ctx, promise), write: Persistent::save(ctx, write) })
}

fn finish(ctx: &Ctx<'_>, begun: Begun) -> Result<String, Stop> {
    let write = begun.write.restore(ctx)?;
    let promise = begun.promise.restore(ctx)?;
    let value: Value = promise.result().ok_or(Stop::Mishap(Mishap::NeverSettles))??;
    let json: rquickjs::String = write.call((value,))?;
    let json = json.to_string()?;
    if json.len() > OUTPUT { Err(Stop::Mishap(Mishap::TooLarge)) } else { Ok(json) }
}

/// The function behind `console`.
fn printer<'js>(
    ctx: &Ctx<'js>,
    console: Rc<RefCell<Console>>,
    watch: Rc<Watch>,
) -> rquickjs::Result<Function<'js>> {
    Function::new(ctx.clone(), move |ctx: Ctx<'js>, level: String, text: String| {
        if console.borrow_mut().print(&level, &text) {
            return Ok(());
        }
        watch.log_is_full();
        Err(Exception::throw_range(&ctx, "the log is full"))
    })
}

fn named(file: &str) -> EvalOptions {
    let mut options = EvalOptions::default();
    options.filename = Some(file.to_owned());
    options
}
