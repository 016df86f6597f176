//! `script`: JavaScript (ES2023) in a sandbox. `code` is the body of an async function that sees what expressions
//! see (`event`, `steps`, `vars`, …) and `args`, as data; what it returns is the output, and `console` writes to the
//! step's log. It runs in a process of its own, or at least on a thread (see [`ScriptIsolation`]), within bounds of time,
//! memory, stack, log and output.
//!
//! The same step gives the same again: the present is when the step began, and chance grows from its idempotency key.

mod console;
mod engine;
mod job;
mod limits;
mod lost;
mod process;
mod roots;
mod shortage;
mod thread;
mod thrown;
mod watch;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bellhop_workflow::expression::Scope;
use bellhop_workflow::journal::LogLine;
use bellhop_workflow::model::StepKind;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;

use self::job::{Job, Mishap};
use self::limits::{LOG_BYTES, LOG_LINES, LONGEST_TIME, MEMORY, OUTPUT};
use self::process::Pool;
pub use self::process::{SCRIPT_WORKER, script_worker};
use crate::input::Input;
use crate::{Call, StepFailure};

/// How much longer than its time a script is waited for: one that is deep in the engine answers late.
const GRACE: Duration = Duration::from_secs(2);

/// What stands between a script and the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScriptIsolation {
    /// A thread of this process. Enough where every script is one's own: a loop of the engine itself cannot be ended,
    /// and a crash of the engine is one of the process.
    Thread,
    /// Processes that can be killed.
    Process {
        /// What they run. It calls [`script_worker`] where [`SCRIPT_WORKER`] is its only argument.
        program: PathBuf,
        /// How long one is kept for the next script.
        idle: Duration,
    },
}

/// Where scripts run: a few at a time, so that the rest of the server has cores and threads left.
#[derive(Clone)]
pub(crate) struct Scripts {
    places: Arc<Semaphore>,
    /// None where they run on threads.
    processes: Option<Arc<Pool>>,
}

impl Scripts {
    /// Room for twice as many scripts as there are cores.
    pub(crate) fn new(isolation: ScriptIsolation) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let processes = match isolation {
            ScriptIsolation::Thread => None,
            ScriptIsolation::Process { program, idle } => Some(Arc::new(Pool::new(program, idle))),
        };
        Self { places: Arc::new(Semaphore::new(cores * 2)), processes }
    }

    /// Runs the script of a step. The time that it waits for a place is not its own.
    pub(crate) async fn run(&self, call: &mut Call<'_>) -> Result<Value, StepFailure> {
        let time = call.timeout.min(LONGEST_TIME);
        let job = read(call, time)?;
        let place = Arc::clone(&self.places)
            .acquire_owned()
            .await
            .map_err(|_| StepFailure::script("the server is ending".to_owned()))?;

        let report = match &self.processes {
            None => thread::run(job, place, time + GRACE).await,
            Some(pool) => {
                let report = pool.run(&job, time + GRACE).await;
                drop(place);
                report
            }
        };
        let report = report.map_err(|lost| StepFailure::lost_script(lost.to_string()))?;

        let now = call.now;
        call.log.extend(report.lines.into_iter().map(|(level, message)| LogLine { at: now, level, message }));
        let json = report.result.map_err(|mishap| failure(mishap, time))?;
        serde_json::from_str(&json)
            .map_err(|error| StepFailure::script(format!("what the script returned is no JSON: {error}")))
    }
}

fn read(call: &Call<'_>, time: Duration) -> Result<Job, StepFailure> {
    let mut input = Input::of(StepKind::Script, call.input)?;
    let code: String = input.required("code")?;
    let args: Map<String, Value> = input.optional("args")?.unwrap_or_default();
    input.finish()?;
    if code.contains('\0') {
        return Err(StepFailure::invalid_input("`code` holds a NUL character"));
    }

    let mut globals = call.scope.map(|scope: &Scope| roots::mentioned(&code, scope)).unwrap_or_default();
    globals.push(("args".to_owned(), Value::Object(args).to_string()));
    Ok(Job {
        code,
        globals,
        now: call.started_at.as_micros().div_euclid(1_000),
        seed: seed(call.idempotency_key),
        time,
    })
}

fn seed(idempotency_key: &str) -> [u32; 4] {
    let hash = Sha256::digest(idempotency_key.as_bytes());
    let mut words = hash.chunks_exact(4).map(|word| u32::from_be_bytes([word[0], word[1], word[2], word[3]]));
    std::array::from_fn(|_| words.next().unwrap_or_default())
}

fn failure(mishap: Mishap, time: Duration) -> StepFailure {
    match mishap {
        Mishap::TooLong | Mishap::Cancelled => StepFailure::script_timeout(format!(
            "the script did not end within {time:?}; a step's `timeout` can give it up to {LONGEST_TIME:?}"
        )),
        Mishap::PrintsForEver => StepFailure::script(format!(
            "the script logs more than {LOG_LINES} lines or {} KiB: does it print for ever?",
            LOG_BYTES / 1024
        )),
        Mishap::TooMuchMemory => StepFailure::script(format!(
            "the script needs more than {} MiB of memory: does it allocate for ever?",
            MEMORY / 1024 / 1024
        )),
        Mishap::TooLarge => {
            StepFailure::large_output(format!("the script returns more than {} MiB", OUTPUT / 1024 / 1024))
        }
        Mishap::NeverSettles => StepFailure::script(
            "the script awaits a promise that nothing settles: there are no timers and no I/O in a script"
                .to_owned(),
        ),
        Mishap::Threw { message, place } => {
            let message = if message.contains("Maximum call stack size exceeded") {
                format!("{message}: does the script call itself for ever?")
            } else {
                message
            };
            StepFailure::script(match place {
                Some((line, column)) => format!("{message} (line {line}, column {column})"),
                None => message,
            })
        }
    }
}
