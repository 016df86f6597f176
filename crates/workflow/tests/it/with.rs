//! What the runner of each kind of step is given.

use bellhop_workflow::diagnostic::Severity;
use bellhop_workflow::model::{Action, TriggerKind, WebhookResponse};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{bad, findings, good, rendered, scope, with_step};

/// The input of the step with these fields, where `event.data` is `{ a: 1, name: "O'Neil" }`.
fn input(fields: &str) -> Value {
    let workflow = good(&with_step(fields).replace("- manual:", "- webhook: { response: respond_step }"));
    let Action::Uses { with, .. } = &workflow.steps[0].action else { panic!("not a single step") };
    with.render(&scope(&json!({ "data": { "a": 1, "name": "O'Neil" } }))).expect("the input should render")
}

#[rstest]
#[case("uses: script\nwith: { code: 'return args.a;', args: { a: \"${{ event.data.a }}\", b: [~] } }",
    json!({ "code": "return args.a;", "args": { "a": 1, "b": [null] } }))]
#[case("uses: script\nwith: { code: return 1, args: \"${{ event.data }}\" }",
    json!({ "code": "return 1", "args": { "a": 1, "name": "O'Neil" } }))]
#[case("uses: sleep\nwith: { for: 1h30m }", json!({ "for": "1h30m" }))]
#[case("uses: sleep\nwith: { for: \"${{ event.data.a * 60 }}\" }", json!({ "for": 60 }))]
#[case("uses: sleep\nwith: { until: 2027-01-31T09:00:00+01:00 }", json!({ "until": "2027-01-31T09:00:00+01:00" }))]
#[case("uses: wait_for", json!({}))]
#[case("uses: wait_for\nwith: {}\ntimeout: 2d", json!({}))]
#[case("uses: workflow\nwith: { name: send-invoice }", json!({ "name": "send-invoice" }))]
#[case("uses: workflow\nwith: { name: send-invoice, inputs: { id: \"${{ event.data.a }}\" }, wait: false }",
    json!({ "name": "send-invoice", "inputs": { "id": 1 }, "wait": false }))]
#[case("uses: state\nwith: { get: cursor, default: [] }", json!({ "get": "cursor", "default": [] }))]
#[case("uses: state\nwith: { set: \"seen/${{ event.data.a }}\", value: ~ }", json!({ "set": "seen/1", "value": null }))]
#[case("uses: state\nwith: { increment: count, by: -2.5 }", json!({ "increment": "count", "by": -2.5 }))]
#[case("uses: state\nwith: { delete: cursor }", json!({ "delete": "cursor" }))]
#[case("uses: respond", json!({}))]
#[case("uses: respond\nwith: { status: 202, headers: { X-A: [b, 1], x-c: ~ }, body: { ok: true } }",
    json!({ "status": 202, "headers": { "X-A": ["b", 1], "x-c": null }, "body": { "ok": true } }))]
#[case("uses: respond\nwith: { status: \"${{ 400 + event.data.a }}\" }", json!({ "status": 401 }))]
#[case("uses: email\nwith: { to: Sales <sales@example.com>, subject: 5, html: <p>hi</p> }",
    json!({ "to": "Sales <sales@example.com>", "subject": 5, "html": "<p>hi</p>" }))]
#[case("uses: email\nwith: { to: [a@example.com, \"${{ event.data.name }}\"], cc: \"${{ [] }}\", reply_to: b@example.com, from: c@example.com, subject: hi, text: hi, credential: mail }",
    json!({ "to": ["a@example.com", "O'Neil"], "cc": [], "from": "c@example.com", "reply_to": "b@example.com",
        "subject": "hi", "text": "hi", "credential": "mail" }))]
#[case("uses: exec\nwith: { command: uptime }", json!({ "command": "uptime" }))]
#[case("uses: exec\nwith: { command: [convert, \"${{ event.data.name }}\", 2, true], env: { A: \"${{ event.data.a }}\" }, cwd: /tmp, stdin: x, expect_exit: [0, 1] }",
    json!({ "command": ["convert", "O'Neil", 2, true], "env": { "A": 1 }, "cwd": "/tmp", "stdin": "x", "expect_exit": [0, 1] }))]
#[case("uses: exec\nwith: { command: cat, args: \"${{ [event.data.name] }}\", expect_exit: 3 }",
    json!({ "command": "cat", "args": ["O'Neil"], "expect_exit": 3 }))]
#[case("uses: exec\nwith: { command: [sh, -c, 'echo \"$1\"', sh, \"${{ event.data.name }}\"] }",
    json!({ "command": ["sh", "-c", "echo \"$1\"", "sh", "O'Neil"] }))]
fn what_the_runner_is_given(#[case] fields: &str, #[case] expected: Value) {
    assert_eq!(input(fields), expected);
}

#[test]
fn a_query_is_given_in_pieces_so_that_no_value_is_ever_text_of_the_statement() {
    let query = |fields: &str| input(fields)["query"].take();
    assert_eq!(
        query(
            "uses: sql\nwith:\n  credential: books\n  query: UPDATE deals SET name = ${{ event.data.name }} WHERE id = ${{ event.data.a }}"
        ),
        json!([
            { "text": "UPDATE deals SET name = " },
            { "value": "O'Neil" },
            { "text": " WHERE id = " },
            { "value": 1 },
        ])
    );
    assert_eq!(
        query("uses: sql\nwith: { credential: books, query: \"${{ event.data.a }}${{ event.data }}\" }"),
        json!([{ "value": 1 }, { "value": { "a": 1, "name": "O'Neil" } }]),
        "values keep their types"
    );
    assert_eq!(
        query("uses: sql\nwith: { credential: books, query: SELECT 1 }"),
        json!([{ "text": "SELECT 1" }]),
        "without expressions it is one piece"
    );
}

#[test]
fn a_query_with_placeholders_of_its_own_takes_params() {
    let with = input(
        "uses: sql\nwith: { credential: books, query: 'SELECT $1', params: [\"${{ event.data.a }}\", ~] }",
    );
    assert_eq!(with["params"], json!([1, null]));
}

#[rstest]
#[case("[sync.py, --since, \"${{ event.time }}\"]")]
#[case("[-m, sync, -c, \"${{ event.time }}\"]")]
#[case("[-c, 'import sys', \"${{ event.time }}\"]")]
fn a_script_of_an_interpreter_takes_expressions_as_its_arguments(#[case] args: &str) {
    assert!(
        findings(&with_step(&format!("uses: exec\nwith: {{ command: python3, args: {args} }}"))).is_empty()
    );
}

#[rstest]
#[case("bash", "[-o, pipefail, -ec, \"${{ event.time }}\"]")]
#[case("/usr/bin/node", "[--eval, \"${{ event.time }}\"]")]
#[case("pwsh.exe", "[-NoProfile, -Command, \"${{ event.time }}\"]")]
#[case("perl", "[-ne, \"${{ event.time }}\"]")]
fn code_of_an_interpreter_takes_none(#[case] program: &str, #[case] args: &str) {
    let diagnostics = bad(&with_step(&format!("uses: exec\nwith: {{ command: {program}, args: {args} }}")));
    let [one] = diagnostics.as_slice() else { panic!("{}", rendered(&diagnostics)) };
    assert_eq!(one.code, "expression_in_code");
}

#[test]
fn code_is_taken_as_it_is_written() {
    let code = "const name = `${event.data.name} {{ event.id }}`;\nreturn name;";
    let lines: Vec<&str> = code.lines().collect();
    let yaml = format!("uses: script\nwith:\n  code: |\n    {}", lines.join("\n    "));
    assert!(findings(&with_step(&yaml)).is_empty(), "no warning about braces that are JavaScript's");
    assert_eq!(input(&yaml)["code"], format!("{code}\n"));
}

#[test]
fn an_expression_in_code_is_shown_where_it_stands() {
    let diagnostics =
        bad(&with_step("uses: script\nwith:\n  code: |\n    const a = 1;\n    return ${{ event.id }};"));
    let [one] = diagnostics.as_slice() else { panic!("{}", rendered(&diagnostics)) };
    assert_eq!((one.code.as_str(), one.severity), ("expression_in_code", Severity::Error));
    assert_eq!((one.line, one.column), (10, 16));
}

#[rstest]
#[case("", WebhookResponse::Immediately)]
#[case("response: immediately", WebhookResponse::Immediately)]
#[case("response: last_step", WebhookResponse::LastStep)]
#[case("response: respond_step", WebhookResponse::RespondStep)]
fn when_a_webhook_is_answered(#[case] keys: &str, #[case] expected: WebhookResponse) {
    let workflow =
        good(&format!("name: a\ntriggers:\n  - webhook: {{ {keys} }}\nsteps:\n  - uses: return\n"));
    let TriggerKind::Webhook(webhook) = &workflow.triggers[0].kind else { panic!("not a webhook") };
    assert_eq!(webhook.response, expected);
}
