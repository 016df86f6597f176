//! `script`: what a script sees, what it can give, and what becomes of one that goes too far.

use std::time::Duration;

use bellhop_steps::{Call, Outcome, StepFailure};
use bellhop_workflow::expression::Scope;
use bellhop_workflow::ids::StepId;
use bellhop_workflow::journal::{LogLevel, LogLine, StepStatus};
use bellhop_workflow::model::StepKind;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{IDEMPOTENCY_KEY, NOW, isolations, output, runner_for};

/// Runs a script in that scope: on a thread and in a process, with the same result.
async fn run_in(
    scope: &Scope,
    input: &Value,
    key: &str,
    timeout: Duration,
    log: &mut Vec<LogLine>,
) -> Result<Value, StepFailure> {
    let mut results = Vec::new();
    for isolation in isolations() {
        let mut log = log.clone();
        let call = Call {
            kind: StepKind::Script,
            input,
            idempotency_key: key,
            trace: None,
            timeout,
            log: &mut log,
            now: NOW,
            started_at: NOW,
            scope: Some(scope),
        };
        let runner = runner_for("http://127.0.0.1:9/").with_scripts_in(isolation);
        let result = runner.run(call).await.map(|outcome: Outcome| output(outcome));
        results.push((result, log));
    }
    let [on_a_thread, in_a_process] = results.try_into().unwrap();
    assert_eq!(in_a_process, on_a_thread);
    *log = in_a_process.1;
    in_a_process.0
}

async fn attempt(code: &str, log: &mut Vec<LogLine>) -> Result<Value, StepFailure> {
    run_in(&Scope::new(), &json!({ "code": code }), IDEMPOTENCY_KEY, Duration::from_secs(30), log).await
}

async fn result(code: &str) -> Value {
    attempt(code, &mut Vec::new()).await.unwrap()
}

async fn message(code: &str) -> String {
    let failure = attempt(code, &mut Vec::new()).await.unwrap_err();
    assert_eq!(failure.error.kind, "script", "{failure:?}");
    assert!(!failure.retryable);
    failure.error.message
}

#[tokio::test]
async fn a_script_sees_what_expressions_see_as_data() {
    let mut scope = Scope::new();
    let attack = "`); throw 'out'; (`${1}${{ event }}\u{2028}'\"\\</script>";
    scope.set("event", &json!({ "id": "ev_1", "data": { "note": attack, "value": 12.5 } }));
    scope.set("vars", &json!({ "limit": 10 }));
    scope.set("contact", &json!({ "name": "Ann" }));
    scope.set_step(&StepId::new("lead"), &json!({ "name": "Acme" }), StepStatus::Succeeded, None);
    let input = json!({
        "code": "return { note: event.data.note, big: event.data.value > vars.limit, lead: steps.lead.output.name,\n\
                 status: steps.lead.status, contact: contact.name, first: args.list[0], nobody: typeof item };",
        "args": { "list": [attack] },
    });

    let result =
        run_in(&scope, &input, IDEMPOTENCY_KEY, Duration::from_secs(5), &mut Vec::new()).await.unwrap();

    assert_eq!(
        result,
        json!({
            "note": attack, "big": true, "lead": "Acme", "status": "succeeded", "contact": "Ann", "first": attack,
            "nobody": "undefined",
        })
    );
}

#[rstest]
#[case::nothing("", json!(null))]
#[case::undefined("return undefined", json!(null))]
#[case::nested("return { a: [1, 2.5, 'x', null, true], b: undefined }", json!({ "a": [1, 2.5, "x", null, true] }))]
#[case::awaited("const one = async () => 1; return await one() + await Promise.resolve(2)", json!(3))]
#[case::a_date("return new Date(Date.UTC(2026, 0, 31))", json!("2026-01-31T00:00:00.000Z"))]
#[case::es2023("return [3, 1, 2].toSorted().with(0, 'x').findLast((n) => n < 3)", json!(2))]
#[case::a_comment_at_the_end("return 1 // done", json!(1))]
#[case::regular_expressions(r"return 'a-b'.replace(/(?<l>\w)-(\w)/u, '$2-$<l>')", json!("b-a"))]
#[tokio::test]
async fn what_it_returns_is_the_output(#[case] code: &str, #[case] expected: Value) {
    assert_eq!(result(code).await, expected);
}

#[rstest]
#[case::function("return { f() {} }", "TypeError: the result has at `f` a function, which JSON cannot hold")]
#[case::big_integer(
    "return 1n",
    "TypeError: the result is a BigInt, which JSON cannot hold: use Number(…) or String(…)"
)]
#[case::not_a_number("return [0 / 0]", "TypeError: the result has at `0` NaN, which JSON cannot hold")]
#[case::map(
    "return { m: new Map() }",
    "TypeError: the result has at `m` a Map, which JSON cannot hold: use Object.fromEntries(…)"
)]
#[case::promise(
    "return [Promise.resolve(1)]",
    "TypeError: the result has at `0` a promise: put `await` before it"
)]
#[tokio::test]
async fn what_json_cannot_hold_is_refused(#[case] code: &str, #[case] expected: &str) {
    assert_eq!(message(code).await, expected);
}

#[tokio::test]
async fn a_cycle_is_refused() {
    let message = message("const a = {}; a.a = a; return a").await;
    assert!(message.contains("circular"), "{message}");
}

#[rstest]
#[case::thrown("\n\n  throw new Error('no deal')", "Error: no deal (line 3, column 13)")]
#[case::of_the_first_line("nope", "ReferenceError: nope is not defined (line 1, column 1)")]
#[case::in_a_function(
    "const f = () => {\n  null.x\n}\nawait f()",
    "TypeError: cannot read property 'x' of null (line 2, column 3)"
)]
#[case::in_a_callback(
    "[1].map((n) => {\n  return n.a.b\n})",
    "TypeError: cannot read property 'b' of undefined (line 2, column 10)"
)]
#[case::a_text("throw 'no deal'", "no deal")]
#[case::a_map("throw { code: 4 }", "{\"code\":4}")]
#[tokio::test]
async fn an_error_has_the_scripts_own_line(#[case] code: &str, #[case] expected: &str) {
    assert_eq!(message(code).await, expected);
}

#[tokio::test]
async fn an_error_of_a_builtin_has_the_line_that_called_it() {
    let message = message("const a = 1;\n  JSON.parse('{')").await;
    assert!(message.starts_with("SyntaxError: ") && message.contains("(line 2, column "), "{message}");
}

#[rstest]
#[case("const a = 1;\nconst b = ;", 2)]
#[case("return {", 1)]
#[case("if (1) {\n  f(\n", 3)]
#[case("let a;\nlet a;", 2)]
#[case("import fs from 'fs'", 1)]
#[tokio::test]
async fn a_mistake_of_grammar_has_its_line(#[case] code: &str, #[case] line: u32) {
    let message = message(code).await;
    assert!(
        message.starts_with("SyntaxError: ") && message.contains(&format!("(line {line}, ")),
        "{message}"
    );
}

#[tokio::test]
async fn console_writes_to_the_steps_log() {
    let earlier = LogLine { at: NOW, level: LogLevel::Info, message: "earlier".to_owned() };
    let mut log = vec![earlier.clone()];
    attempt(
        "console.log('a', 1, { b: [null] }, undefined, 5n); console.info(new Error('x')); console.warn([]);\n\
         console.error(new Map([[1, 2]])); console.debug(() => 1); throw 1",
        &mut log,
    )
    .await
    .unwrap_err();
    let expected = [
        (LogLevel::Info, "a 1 {\"b\":[null]} undefined 5n"),
        (LogLevel::Info, "Error: x"),
        (LogLevel::Warn, "[]"),
        (LogLevel::Error, "Map [[1,2]]"),
        (LogLevel::Debug, "[function without a name]"),
    ]
    .map(|(level, message)| LogLine { at: NOW, level, message: message.to_owned() });
    assert_eq!(log, [&[earlier][..], &expected[..]].concat());
}

#[tokio::test]
async fn time_stands_still_where_the_step_began_and_is_utc() {
    let times = result(
        "const d = new Date(); return [Date.now(), d.toISOString(), `${d}`, d.getHours(), d.getTimezoneOffset(),\n\
         new Date(2026, 0, 1).toISOString(), new Date('2026-01-01T05:00').toISOString(),\n\
         new Date('2026-01-01').toISOString(), new Date('2026-01-01T05:00+02:00').toISOString(),\n\
         new Date('Jan 5 2026').toISOString(), new Date(new Date(5)).getTime(), Date(), `${new Date(NaN)}`,\n\
         d instanceof Date, typeof performance, typeof setTimeout]",
    )
    .await;
    assert_eq!(
        times,
        json!([
            1_772_442_014_000_u64,
            "2026-03-02T09:00:14.000Z",
            "Mon Mar 02 2026 09:00:14 GMT+0000 (UTC)",
            9,
            0,
            "2026-01-01T00:00:00.000Z",
            "2026-01-01T05:00:00.000Z",
            "2026-01-01T00:00:00.000Z",
            "2026-01-01T03:00:00.000Z",
            "2026-01-05T00:00:00.000Z",
            5,
            "Mon Mar 02 2026 09:00:14 GMT+0000 (UTC)",
            "Invalid Date",
            true,
            "undefined",
            "undefined",
        ])
    );
}

#[tokio::test]
async fn chance_is_the_same_for_the_same_step() {
    let input = json!({ "code": "return Array.from({ length: 8 }, Math.random)" });
    let scope = Scope::new();
    let draw =
        async |key| run_in(&scope, &input, key, Duration::from_secs(5), &mut Vec::new()).await.unwrap();

    let first = draw("one").await;

    assert_eq!(draw("one").await, first);
    assert_ne!(draw("two").await, first);
    let numbers: Vec<f64> = serde_json::from_value(first).unwrap();
    assert!(numbers.iter().all(|number| (0.0..1.0).contains(number)), "{numbers:?}");
}

#[rstest]
#[case::require("return require('fs')")]
#[case::dynamic_import("return await import('fs')")]
#[case::process("return process.env")]
#[case::network("return await fetch('http://127.0.0.1:9/')")]
#[case::files("return std.open('/etc/passwd')")]
#[tokio::test]
async fn there_is_nothing_but_the_language(#[case] code: &str) {
    message(code).await;
}

#[rstest]
#[case::a_loop("while (true) {}")]
#[case::a_loop_that_catches("for (;;) { try { while (true) {} } catch {} finally { continue } }")]
#[case::promises("for (;;) await null")]
#[case::promises_of_nobody("const f = () => { Promise.resolve().then(f) }; f(); return 1")]
#[case::a_regular_expression("return /(a+)+$/.test('a'.repeat(60) + 'b')")]
#[case::in_the_result("return { toJSON() { while (true) {} } }")]
#[tokio::test]
async fn one_that_never_ends_is_stopped(#[case] code: &str) {
    let input = json!({ "code": code });
    let time = Duration::from_millis(200);
    let failure = run_in(&Scope::new(), &input, IDEMPOTENCY_KEY, time, &mut Vec::new()).await.unwrap_err();
    assert_eq!(failure.error.kind, "timeout");
    assert_eq!(
        failure.error.message,
        "the script did not end within 200ms; a step's `timeout` can give it up to 60s"
    );
    assert!(!failure.retryable);
}

#[rstest]
#[case::objects("const all = []; for (;;) all.push({ all })")]
#[case::text("let text = 'x'; for (;;) text += text + text")]
#[case::bytes("const all = []; for (;;) all.push(new Uint8Array(1 << 20).fill(1))")]
#[case::caught("const all = []; for (;;) { try { for (;;) all.push([1]) } catch (e) { throw e } }")]
#[case::chained("const f = () => Promise.resolve().then(f); await f()")]
#[case::chained_by_nobody("const f = () => Promise.resolve().then(f); f(); return 1")]
#[case::thrown_at_nobody("const f = async () => { for (let x = 'x'; ; x += x) await x }; f(); return 1")]
#[case::thrown_by_nobody("queueMicrotask(() => { for (let x = 'x'; ; x += x); }); return 1")]
#[case::at_once_and_by_nobody("(async () => { for (let x = 'x'; ; x += x); })(); return 1")]
#[case::small_things_by_nobody(
    "const all = []; const f = async () => { for (;;) { await null; all.push([all]) } }; f(); return 1"
)]
#[tokio::test]
async fn one_that_allocates_for_ever_is_stopped(#[case] code: &str) {
    assert_eq!(
        message(code).await,
        "the script needs more than 64 MiB of memory: does it allocate for ever?"
    );
}

#[rstest]
#[case::at_once("try { for (let x = 'x'; ; x += x); } catch { return 'caught' }")]
#[case::awaited(
    "const f = async () => { for (let x = 'x'; ; x += x); }; try { await f() } catch { return 'caught' }"
)]
#[case::awaited_later(
    "const f = async () => { for (let x = 'x'; ; x += x) await x }; try { await f() } catch { return 'caught' }"
)]
#[case::not_of_memory("Promise.reject(null); queueMicrotask(() => { throw null }); return 'caught'")]
#[tokio::test]
async fn what_a_script_catches_is_its_own_affair(#[case] code: &str) {
    assert_eq!(result(code).await, json!("caught"));
}

#[rstest]
#[case::plainly("const f = () => f();\nf()")]
#[case::through_json("const f = { toJSON: () => JSON.stringify(f) };\nJSON.stringify(f)")]
#[tokio::test]
async fn one_that_recurses_for_ever_is_stopped(#[case] code: &str) {
    let message = message(code).await;
    assert!(
        message.starts_with("RangeError: Maximum call stack size exceeded: does the script call"),
        "{message}"
    );
}

#[rstest]
#[case("Array.prototype.reverse.call({ length: 2 ** 53 - 1 })")]
#[case("const a = []; a.length = 2 ** 32 - 1; a.join()")]
#[case("const a = []; a.length = 2 ** 32 - 1; `${a}`")]
#[case("const a = []; a.length = 2 ** 32 - 1; a.sort()")]
#[case("const a = []; a.length = 2 ** 32 - 1; [].concat(a)")]
#[case("const a = []; a.length = 2 ** 32 - 1; return a")]
#[case("const a = []; a.length = 2 ** 32 - 1; JSON.stringify(a)")]
#[tokio::test]
async fn a_list_of_holes_does_not_keep_the_engine_busy(#[case] code: &str) {
    let message = message(code).await;
    assert!(message.contains("is too long"), "{message}");
}

#[tokio::test]
async fn lists_are_what_they_are_everywhere() {
    let code = "return [[3, 1, 2].sort((a, b) => b - a), [1].concat([2], 3), [1, 2].reverse(), [[1], 2].flat(),\n\
                [1, 2].join('-'), [1].concat.length, [].sort.name, String.raw`a\\n${1}`, JSON.stringify({ a: 1 }, null, 1),\n\
                JSON.stringify(undefined) === undefined]";
    assert_eq!(
        result(code).await,
        json!([[3, 2, 1], [1, 2, 3], [2, 1], [1, 2], "1-2", 1, "sort", "a\\n1", "{\n \"a\": 1\n}", true])
    );
}

#[rstest]
#[case::lines("for (;;) console.log(1)", 1_000)]
#[case::caught("for (;;) try { console.log(1) } catch {}", 1_000)]
#[case::bytes("for (;;) console.log('x'.repeat(100 * 1024))", 2)]
#[case::at_once("console.log('x'.repeat(1e7))", 0)]
#[tokio::test]
async fn one_that_prints_for_ever_is_stopped(#[case] code: &str, #[case] lines: usize) {
    let mut log = Vec::new();
    let failure = attempt(code, &mut log).await.unwrap_err();
    assert_eq!(failure.error.kind, "script");
    assert_eq!(
        failure.error.message,
        "the script logs more than 1000 lines or 256 KiB: does it print for ever?"
    );
    assert_eq!(log.len(), lines);
}

#[tokio::test]
async fn more_than_a_step_may_give_is_refused() {
    let failure = attempt("return 'x'.repeat(1 << 20)", &mut Vec::new()).await.unwrap_err();
    assert_eq!(failure.error.kind, "output_too_large");
    assert_eq!(failure.error.message, "the script returns more than 1 MiB");
    assert_eq!(result("return 'x'.repeat((1 << 20) - 2)").await.as_str().unwrap().len(), (1 << 20) - 2);
}

#[tokio::test]
async fn a_promise_that_nothing_settles_is_told() {
    assert_eq!(
        message("await new Promise(() => {})").await,
        "the script awaits a promise that nothing settles: there are no timers and no I/O in a script"
    );
}

#[rstest]
#[tokio::test]
async fn many_scripts_at_once_each_get_their_own_answer(#[values(0, 1)] isolation: usize) {
    let runner = runner_for("http://127.0.0.1:9/").with_scripts_in(isolations()[isolation].clone());
    let scope = Scope::new();
    let all = (0..40).map(|number| {
        let (runner, scope) = (&runner, &scope);
        async move {
            let input = json!({ "code": "return args.n * 2", "args": { "n": number } });
            let mut log = Vec::new();
            let call = Call {
                kind: StepKind::Script,
                input: &input,
                idempotency_key: IDEMPOTENCY_KEY,
                trace: None,
                timeout: Duration::from_secs(5),
                log: &mut log,
                now: NOW,
                started_at: NOW,
                scope: Some(scope),
            };
            output(runner.run(call).await.unwrap())
        }
    });
    let answers = futures::future::join_all(all).await;
    assert_eq!(answers, (0..40).map(|number| json!(number * 2)).collect::<Vec<_>>());
}
