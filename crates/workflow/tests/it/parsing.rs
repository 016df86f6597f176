//! What a good workflow becomes.

use std::time::Duration;

use bellhop_workflow::expression::{Expression, Scope};
use bellhop_workflow::ids::{CredentialName, TriggerId};
use bellhop_workflow::model::{
    Action, EventPair, HmacAlgorithm, HmacAuth, HmacScheme, OnInterrupt, Retry, SignatureEncoding, Step,
    StepKind, TriggerKind, WebhookAuth, WrittenScheme,
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{good, scope, with_step};

fn with(step: &Step, scope: &Scope) -> Value {
    let Action::Uses { with, .. } = &step.action else { panic!("not a single step") };
    with.render(scope).expect("the step's input should render")
}

#[test]
fn a_whole_workflow() {
    let workflow = good(
        r##"
name: won-deal-to-slack
description: Tell the sales channel
triggers:
  - close:
      events: [lead.*, lead.created]
    where: event.data.value > 10
  - manual:
vars:
  channel: "#sales"
  both: ["${{ vars.channel }}", 1]
timeout: 1h30m
steps:
  - id: lead
    uses: close
    with: { path: "/lead/${{ event.lead_id }}/" }
    retry: { max_attempts: 5 }
  - name: Tell them
    if: ${{ steps.lead.output.name }}
    uses: http
    with: { method: POST, url: https://example.com, json: { text: "${{ vars.channel }}", big: 12345678901234567 } }
    timeout: 10s
    continue_on_error: true
    on_interrupt: fail
"##,
    );
    assert_eq!(workflow.name.as_str(), "won-deal-to-slack");
    assert_eq!(workflow.description.as_deref(), Some("Tell the sales channel"));
    assert_eq!(workflow.timeout, Some(Duration::from_mins(90)));
    let ids: Vec<&TriggerId> = workflow.triggers.iter().map(|trigger| &trigger.id).collect();
    assert_eq!(ids, [&TriggerId::new("close"), &TriggerId::new("manual")]);
    let TriggerKind::Close(close) = &workflow.triggers[0].kind else { panic!("not a Close trigger") };
    assert_eq!(close.credential, CredentialName::new("close"));
    let pair = |action: &str| EventPair { object_type: "lead".to_owned(), action: action.to_owned() };
    assert_eq!(close.events, [pair("created"), pair("updated")], "each pair once");
    let filter = workflow.triggers[0].filter.as_ref().expect("a filter");
    assert_eq!(filter.source(), "event.data.value > 10");
    assert!(workflow.triggers[1].filter.is_none());
    let names: Vec<&str> = workflow.vars.keys().map(String::as_str).collect();
    assert_eq!(names, ["channel", "both"]);

    let mut scope = scope(&json!({ "lead_id": "lead_1" }));
    scope.set("vars", &json!({ "channel": "#sales" }));
    assert_eq!(workflow.vars["both"].render(&scope), Ok(json!(["#sales", 1])));

    let [lead, tell] = workflow.steps.as_slice() else { panic!("not two steps") };
    assert_eq!((lead.id.as_str(), tell.id.as_str()), ("lead", "step_2"));
    assert_eq!(with(lead, &scope), json!({ "path": "/lead/lead_1/" }));
    assert_eq!(lead.retry.max_attempts, 5);
    assert!(lead.timeout.is_none() && !lead.continue_on_error && lead.on_interrupt == OnInterrupt::Retry);
    assert!(matches!(tell.action, Action::Uses { kind: StepKind::Http, .. }));
    assert_eq!(with(tell, &scope)["json"], json!({ "text": "#sales", "big": 12_345_678_901_234_567_i64 }));
    assert_eq!(tell.condition.as_ref().map(Expression::source), Some("steps.lead.output.name"));
    assert_eq!(tell.retry, Retry::NONE);
    assert_eq!(tell.timeout, Some(Duration::from_secs(10)));
    assert!(tell.continue_on_error && tell.on_interrupt == OnInterrupt::Fail);
}

#[test]
fn triggers_of_one_kind_are_numbered() {
    let workflow =
        good("name: a\ntriggers:\n  - webhook:\n  - webhook: {}\n  - manual: {}\nsteps:\n  - uses: return\n");
    let ids: Vec<&str> = workflow.triggers.iter().map(|trigger| trigger.id.as_str()).collect();
    assert_eq!(ids, ["webhook", "webhook_2", "manual"]);
}

#[rstest]
#[case("none", WebhookAuth::None)]
#[case("{ basic: { credential: a } }", WebhookAuth::Basic(CredentialName::new("a")))]
#[case("{ bearer: { credential: a } }", WebhookAuth::Bearer(CredentialName::new("a")))]
#[case("{ header: { credential: a } }", WebhookAuth::Header(CredentialName::new("a")))]
fn webhook_auth(#[case] auth: &str, #[case] expected: WebhookAuth) {
    assert_eq!(
        webhook(&format!("{{ path: in, method: PUT, auth: {auth}, response: immediately }}")),
        expected
    );
}

fn webhook(keys: &str) -> WebhookAuth {
    let workflow = good(&format!("name: a\ntriggers:\n  - webhook: {keys}\nsteps:\n  - uses: return\n"));
    match &workflow.triggers[0].kind {
        TriggerKind::Webhook(webhook) => webhook.auth.clone(),
        other => panic!("{other:?}"),
    }
}

fn written(keys: &str) -> WrittenScheme {
    match webhook(keys) {
        WebhookAuth::Hmac(HmacAuth { scheme: HmacScheme::Written(written), .. }) => written,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_hmac_can_be_that_of_a_known_sender() {
    let WebhookAuth::Hmac(hmac) = webhook("{ auth: { hmac: { scheme: github, credential: hub } } }") else {
        panic!("not an HMAC");
    };
    assert_eq!((hmac.credential.as_str(), hmac.scheme), ("hub", HmacScheme::Named("github".to_owned())));
}

#[rstest]
#[case::unknown("{ scheme: githb, credential: hub }", "`scheme` cannot be `githb`", "did you mean `github`?")]
#[case::far_off(
    "{ scheme: x, credential: hub }",
    "`scheme` cannot be `x`",
    "it is one of `github` and `stripe`"
)]
#[case::said_twice(
    "{ scheme: github, credential: hub, prefix: 'v1=' }",
    "`prefix` is the scheme's to say",
    "leave `prefix` out"
)]
#[case::no_credential("{ scheme: github }", "needs `credential`", "")]
fn a_mistake_about_a_scheme_says_how_to_mend_it(
    #[case] hmac: &str,
    #[case] message: &str,
    #[case] help: &str,
) {
    let yaml = format!(
        "name: a\ntriggers:\n  - webhook: {{ auth: {{ hmac: {hmac} }} }}\nsteps:\n  - uses: return\n"
    );
    let diagnostics = bellhop_workflow::parse(&yaml, &crate::support::LeadsOnly).unwrap_err();
    let [one] = &diagnostics[..] else { panic!("{diagnostics:?}") };
    assert!(one.message.contains(message), "{}", one.message);
    assert!(one.help.as_deref().unwrap_or_default().contains(help), "{:?}", one.help);
}

#[test]
fn an_hmac_says_how_it_is_written() {
    let hmac = written("{ auth: { hmac: { credential: partner, header: X-Signature } } }");
    assert_eq!((hmac.header.as_str(), hmac.prefix.as_str()), ("x-signature", ""));
    assert_eq!((hmac.algorithm, hmac.encoding), (HmacAlgorithm::Sha256, SignatureEncoding::Hex));
    assert_eq!(hmac.timestamp_header, None);

    let hmac = written(
        "{ auth: { hmac: { credential: p, header: x, algorithm: sha512, encoding: base64, prefix: 'v1=', timestamp_header: X-T } } }",
    );
    assert_eq!((hmac.algorithm, hmac.encoding), (HmacAlgorithm::Sha512, SignatureEncoding::Base64));
    assert_eq!((hmac.prefix.as_str(), hmac.timestamp_header.as_deref()), ("v1=", Some("x-t")));
}

#[rstest]
#[case("uses: return", json!(null))]
#[case("uses: return\nwith: done", json!("done"))]
#[case("uses: return\nwith: ${{ event.data }}", json!({ "a": 1 }))]
#[case("uses: return\nwith: [1, \"${{ event.data.a }}\"]", json!([1, 1]))]
#[case("uses: set\nwith: { a: ~, b: \"x\", c: 1.5, d: yes, e: 007, f: 1_000, g: 2026-01-01 }",
    json!({ "a": null, "b": "x", "c": 1.5, "d": "yes", "e": "007", "f": "1_000", "g": "2026-01-01" }))]
#[case("uses: log\nwith: { message: \"n ${{ event.data.a }}\", level: warn }", json!({ "message": "n 1", "level": "warn" }))]
#[case("uses: log\nwith: { message: { a: 1 }, level: \"${{ 'in' ~ 'fo' }}\" }", json!({ "message": { "a": 1 }, "level": "info" }))]
#[case("uses: fail\nwith: { message: 12 }", json!({ "message": 12 }))]
#[case("uses: http\nwith: { url: \"${{ event.data.a }}\", expect_status: [200, 3xx, \"404\"], headers: { a: [b, 1], c: ~ } }",
    json!({ "url": 1, "expect_status": [200, "3xx", "404"], "headers": { "a": ["b", 1], "c": null } }))]
#[case("uses: close\nwith: { method: POST, path: /task/, json: [], credential: other }",
    json!({ "method": "POST", "path": "/task/", "json": [], "credential": "other" }))]
fn what_stands_under_with(#[case] fields: &str, #[case] expected: Value) {
    let workflow = good(&with_step(fields));
    assert_eq!(with(&workflow.steps[0], &scope(&json!({ "data": { "a": 1 } }))), expected);
}

#[test]
fn anchors_aliases_and_merges_repeat_what_they_name() {
    let workflow = good(
        "name: a\ntriggers:\n  - manual:\nsteps:\n  - &base\n    uses: log\n    with: &with { message: hi }\n  - <<: *base\n    name: again\n  - uses: set\n    with: *with\n",
    );
    let inputs: Vec<Value> = workflow.steps.iter().map(|step| with(step, &Scope::new())).collect();
    assert_eq!(inputs, vec![json!({ "message": "hi" }); 3]);
    assert_eq!(workflow.steps[1].name.as_deref(), Some("again"));
}

#[rstest]
#[case("if: true", true)]
#[case("if: false", false)]
#[case("if: ${{ event.data.a == 1 }}", true)]
#[case("if: event.data.a == 2", false)]
#[case("if: \"not event.data.missing\"", true)]
fn conditions(#[case] condition: &str, #[case] holds: bool) {
    let workflow = good(&with_step(&format!("uses: return\n{condition}")));
    let condition = workflow.steps[0].condition.as_ref().expect("a condition");
    assert_eq!(condition.test(&scope(&json!({ "data": { "a": 1 } }))), Ok(holds));
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_taken() {
    good("\u{feff}name: a\r\ntriggers:\r\n  - manual:\r\nsteps:\r\n  - uses: return\r\n");
}

#[test]
fn a_workflow_can_be_shared_between_threads() {
    fn is_shared<T: Send + Sync + 'static>(_: &T) {}
    is_shared(&good(&with_step("uses: return\nif: event.id")));
    is_shared(&Scope::new());
}
