//! Test files: what is read from a good one, and what a person sees for each mistake in one.

use std::time::Duration;

use bellhop_workflow::model::Workflow;
use bellhop_workflow::testfile::{
    Answer, CaseStatus, Companion, DEFAULT_NOW, Matcher, Mock, Reply, TestFile, Took, parse, workflow_named,
};
use serde_json::{Value, json};

use crate::support::{good, rendered};

const WORKFLOW: &str = "
name: demo
triggers:
  - close: { events: [lead.created] }
steps:
  - id: lead
    uses: close
    with: { method: GET, path: /lead/ }
  - id: tell
    uses: http
    with: { url: https://chat.example/hook }
  - id: done
    uses: return
";

/// The mistakes of a test file, each with its code.
const MISTAKES: &[(&str, &str)] = &[
    ("wrong_type", ""),
    ("wrong_type", "- name: a\n"),
    ("missing_key", "workflow: demo\n"),
    ("missing_key", "workflow: demo\ncases: []\n"),
    ("unknown_key", "workflow: demo\ndefault: {}\ncases:\n  - name: a\n    expects: { status: failed }\n"),
    (
        "duplicate_id",
        "cases:\n  - name: a\n    expect: { status: failed }\n  - name: a\n    expect: { status: failed }\n",
    ),
    ("invalid_name", "cases:\n  - name: ' '\n    expect: { status: failed }\n"),
    ("missing_key", "cases:\n  - name: a\n    expect: {}\n"),
    (
        "invalid_value",
        "cases:\n  - name: a\n    now: tomorrow\n    trigger: clsoe\n    inputs: { a: 1 }\n    event: { time: 5, changed: [1] }\n    expect: { status: success }\n",
    ),
    (
        "unknown_key",
        "cases:\n  - name: a\n    event: { typ: lead.created }\n    expect: { status: failed }\n",
    ),
    (
        "unknown_step",
        "cases:\n  - name: a\n    mocks: { laed: { output: 1 } }\n    expect: { steps: { tel: { ran: true } } }\n",
    ),
    (
        "missing_key",
        "cases:\n  - name: a\n    mocks: { lead: {}, tell: { sequence: [] } }\n    expect: { took: {} }\n",
    ),
    (
        "conflicting_keys",
        "cases:\n  - name: a\n    mocks: { lead: { output: 1, error: { status: 503 } } }\n    expect: { status: failed }\n",
    ),
    (
        "invalid_value",
        "cases:\n  - name: a\n    mocks: { done: { output: 1 }, lead: { error: { status: 42 } } }\n    expect: { status: failed }\n",
    ),
    (
        "unknown_key",
        "cases:\n  - name: a\n    mocks: { tell: { output: { ok: true } }, lead: { error: { knd: x } } }\n    expect: { steps: { lead: { run: true } } }\n",
    ),
    (
        "wrong_type",
        "cases:\n  - name: a\n    mocks: { tell: { output: fine } }\n    expect: { error: it broke, output: { gt: a, length: b } }\n",
    ),
    (
        "invalid_value",
        "cases:\n  - name: a\n    expect: { output: { any: { matches: '(' }, of: { is: text } }, steps: { lead: { status: ok } } }\n",
    ),
    ("missing_key", "cases:\n  - name: a\n    expect: { output: { any_of: [] } }\n"),
    ("invalid_duration", "cases:\n  - name: a\n    expect: { took: { at_most: 90 } }\n"),
    (
        "invalid_duration",
        "cases:\n  - name: a\n    mocks: { lead: { output: 1, delay: 5 }, tell: { sequence: [{ output: {}, delay: soon }] } }\n    expect: { status: failed }\n",
    ),
    (
        "missing_key",
        "cases:\n  - name: a\n    mocks: { lead: { delay: 5s } }\n    expect: { status: failed }\n",
    ),
];

fn companion() -> Workflow {
    good(WORKFLOW)
}

fn read(yaml: &str) -> TestFile {
    match parse(yaml, &Companion::Found(&companion())) {
        Ok(parsed) => parsed.tests,
        Err(diagnostics) => panic!("{}", rendered(&diagnostics)),
    }
}

fn findings(yaml: &str, companion: &Companion<'_>) -> Vec<bellhop_workflow::diagnostic::Diagnostic> {
    parse(yaml, companion).map_or_else(|diagnostics| diagnostics, |parsed| parsed.warnings)
}

#[test]
fn mistakes_in_a_test_file() {
    let workflow = companion();
    let shown: Vec<String> =
        MISTAKES.iter().map(|(_, yaml)| rendered(&findings(yaml, &Companion::Found(&workflow)))).collect();
    insta::assert_snapshot!(shown.join("\n────────\n"));
}

#[test]
fn each_mistake_earns_its_code_and_says_how_it_is_mended() {
    let workflow = companion();
    for (code, yaml) in MISTAKES {
        let found = findings(yaml, &Companion::Found(&workflow));
        let codes: Vec<&str> = found.iter().map(|one| one.code.as_str()).collect();
        assert!(codes.contains(code), "{code} is not in {codes:?} for\n{yaml}");
        assert!(found.iter().all(|one| one.help.as_deref().is_some_and(|help| !help.is_empty())), "{yaml}");
    }
}

#[test]
fn tests_of_a_workflow_that_is_not_there_say_so() {
    let yaml = "workflow: dmeo\ncases:\n  - name: a\n    expect: { status: failed }\n";
    let found = findings(yaml, &Companion::Missing { known: vec!["demo".to_owned()] });
    assert_eq!(found[0].code, "unknown_workflow");
    assert_eq!(found[0].help.as_deref(), Some("did you mean `demo`?"));
    let unnamed = yaml.replace("workflow: dmeo\n", "");
    let found = findings(&unnamed, &Companion::Missing { known: Vec::new() });
    assert_eq!((found.len(), found[0].code.as_str()), (1, "missing_key"));
}

#[test]
fn a_workflow_with_mistakes_of_its_own_leaves_the_ids_unchecked() {
    let yaml = "cases:\n  - name: a\n    mocks: { any: { output: 1 } }\n    expect: { status: failed }\n";
    assert!(findings(yaml, &Companion::Broken).is_empty());
}

#[test]
fn the_workflow_is_named_whatever_else_is_wrong() {
    assert_eq!(workflow_named("workflow: demo\ncsaes: 1\n").as_deref(), Some("demo"));
    assert_eq!(workflow_named("cases: []\n"), None);
    assert_eq!(workflow_named(": : :"), None);
}

#[test]
fn defaults_lie_under_each_case() {
    let tests = read(
        "
workflow: demo
defaults:
  now: 2026-03-02T09:00:00Z
  event: { lead_id: lead_1, data: { name: Acme, value: 1 } }
  mocks: { lead: { output: { id: 1 } }, tell: { output: { body: fine } } }
cases:
  - name: as it is
    expect: { status: succeeded }
  - name: otherwise
    event: { data: { value: 2 } }
    mocks: { lead: { error: no such lead } }
    expect: { status: failed }
",
    );
    let [plain, other] = tests.cases.as_slice() else { panic!("two cases") };
    let event =
        |case: &bellhop_workflow::testfile::Case| Value::Object(case.event.clone().expect("an event"));
    assert_eq!(event(plain), json!({ "lead_id": "lead_1", "data": { "name": "Acme", "value": 1 } }));
    assert_eq!(event(other), json!({ "lead_id": "lead_1", "data": { "name": "Acme", "value": 2 } }));
    assert_eq!(plain.now.to_string(), "2026-03-02T09:00:00.000000Z");
    assert_eq!((plain.line, other.line), (8, 10));
    let replaced = other.mocks.get(&bellhop_workflow::ids::StepId::new("lead"));
    assert!(
        matches!(replaced, Some(Mock::Always(Reply { answer: Answer::Error(error), .. })) if error.message == "no such lead")
    );
    assert_eq!(other.mocks.len(), 2);
}

#[test]
fn the_answer_of_an_http_mock_is_whole() {
    let tests = read(
        "cases:\n  - name: a\n    mocks: { tell: { output: { body: { ok: true } } } }\n    expect: { status: succeeded }\n",
    );
    let mock = tests.cases[0].mocks.values().next().expect("a mock");
    let whole = json!({ "status": 200, "headers": {}, "body": { "ok": true } });
    assert_eq!(*mock, Mock::Always(Reply { answer: Answer::Output(whole), delay: Duration::ZERO }));
    assert_eq!(tests.cases[0].now, DEFAULT_NOW);
}

#[test]
fn a_failure_is_tried_again_as_a_real_one_would_be() {
    let tests = read(
        "
cases:
  - name: a
    mocks:
      lead:
        sequence:
          - error: { status: 503 }
          - error: { status: 404 }
          - error: { kind: timeout }
          - error: { status: 404, retryable: true }
          - output: 1
    expect: { status: succeeded, took: 0s }
",
    );
    let Some(Mock::Sequence(replies)) = tests.cases[0].mocks.values().next() else { panic!("a sequence") };
    let retried: Vec<Option<bool>> = replies
        .iter()
        .map(|reply| match &reply.answer {
            Answer::Error(error) => Some(error.retryable),
            Answer::Output(_) => None,
        })
        .collect();
    assert_eq!(retried, [Some(true), Some(false), Some(true), Some(true), None]);
    assert_eq!(tests.cases[0].expect.took, Some(Took::Exactly(Duration::ZERO)));
    assert_eq!(tests.cases[0].expect.status, Some(CaseStatus::Succeeded));
}

#[test]
fn the_delay_of_a_sequence_is_that_of_its_answers_that_say_none() {
    let tests = read(
        "
cases:
  - name: a
    mocks:
      lead: { output: 1, delay: 5s }
      tell: { delay: 1m, sequence: [{ error: too busy }, { output: {}, delay: 2h }] }
    expect: { status: succeeded }
",
    );
    let delays = |id: &str| -> Vec<Duration> {
        match &tests.cases[0].mocks[&bellhop_workflow::ids::StepId::new(id)] {
            Mock::Always(reply) => vec![reply.delay],
            Mock::Sequence(replies) => replies.iter().map(|reply| reply.delay).collect(),
        }
    };
    assert_eq!(delays("lead"), [Duration::from_secs(5)]);
    assert_eq!(delays("tell"), [Duration::from_mins(1), Duration::from_hours(2)]);
}

#[test]
fn only_a_map_of_nothing_but_their_words_is_matchers() {
    let output = |yaml: &str| {
        let tests = read(&format!("cases:\n  - name: a\n    expect: {{ output: {yaml} }}\n"));
        tests.cases[0].expect.output.clone().expect("an output")
    };
    assert!(matches!(output("{ contains: a }"), Matcher::Contains(_)));
    assert!(matches!(output("{ gte: 1, lt: 5 }"), Matcher::AllOf(all) if all.len() == 2));
    assert!(matches!(output("{ length: 3, name: a }"), Matcher::Fields(fields) if fields.len() == 2));
    assert!(
        matches!(output("{ equals: { contains: a } }"), Matcher::Equals(value) if value == json!({ "contains": "a" }))
    );
    assert!(matches!(output("{}"), Matcher::Fields(fields) if fields.is_empty()));
}
