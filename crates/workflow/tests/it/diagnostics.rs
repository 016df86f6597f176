//! What a person sees for each kind of mistake. The snapshots beside this file are meant to be read.

use std::collections::BTreeSet;

use bellhop_workflow::diagnostic::{CODES, Severity};

use crate::block_mistakes;
use crate::close_trigger;
use crate::mistakes::{EVENT_FIELDS, INPUTS, SQL, WITH};
use crate::support::{bad, findings, good, rendered, with_inputs, with_schedule, with_step};

/// The mistakes of YAML itself.
const YAML: &[(&str, &str)] = &[
    ("tab_indentation", "name: demo\nsteps:\n\t- uses: log\n"),
    ("bare_braces", "name: demo\ndescription: {{ event.id }}\n"),
    ("unquoted_expression", "steps:\n  - with: { path: /lead/, id: ${{ event.lead_id }} }\n"),
    ("cyclic_alias", "a: &loop\n  b: *loop\n"),
    ("yaml", "name: 'demo\nsteps: []\n"),
    ("yaml", "description: deals: all of them\n"),
    ("yaml", "name: demo\n steps: []\n"),
    ("yaml", "steps:\n  - uses: log\n    with: { message: a }\n   if: true\n"),
    ("yaml", "steps:\n  - if: \"won\" == event.data.status\n"),
    ("yaml", "description: @all\n"),
    ("yaml", "steps: [a, b\n"),
    ("yaml", "steps: - uses: log\n"),
    ("yaml", "timeout: *later\n"),
    ("yaml", "if: !event.data.x\n"),
    ("yaml", "name: a\n---\nname: b\n"),
    ("yaml", "value: 123456789012345678901\n"),
    ("yaml", "value: 1e999\n"),
    ("yaml", "a: \"\\q\"\n"),
    ("yaml", "{? [a] : b}\n"),
    ("yaml", "name: a\u{7}b\n"),
    ("too_complex", "a: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]\n"),
];

/// The mistakes in the frame of a workflow.
const FRAME: &[(&str, &str)] = &[
    ("wrong_type", ""),
    ("wrong_type", "- a\n- b\n"),
    ("wrong_type", "name: demo\ntriggers: close\nsteps:\n  - uses: [log]\n    continue_on_error: yes\n"),
    ("missing_key", "description: nothing else\n"),
    ("missing_key", "name: demo\ntriggers: []\nsteps: []\n"),
    ("duplicate_key", "name: demo\ntriggers:\n  - manual:\nname: other\nsteps:\n  - uses: return\n"),
    (
        "unknown_key",
        "name: demo\non:\n  - manual\ntrigger:\n  - manual:\njobs: []\nsteps:\n  - uses: return\n    retrys: 3\n",
    ),
    (
        "duplicate_trigger",
        "name: demo\ntriggers:\n  - manual:\n  - manual:\n  - webhook: { path: in, auth: { basic: { credential: a } } }\n  - webhook: { path: in, auth: { basic: { credential: a } } }\nsteps:\n  - uses: return\n",
    ),
    (
        "unknown_trigger",
        "name: demo\ntriggers:\n  - where: event.data.x\n    schedules: {}\nsteps:\n  - uses: return\n",
    ),
    (
        "invalid_name",
        "name: Won Deal → Chat\ntriggers:\n  - close: { credential: '${{ vars.x }}', events: [lead.created] }\n  - webhook: { path: /in/x }\nvars:\n  my-var: 1\nsteps:\n  - id: Send-It\n    uses: return\n",
    ),
    (
        "invalid_duration",
        "name: demo\ntimeout: 90\ntriggers:\n  - manual:\nsteps:\n  - uses: return\n    timeout: 1.5 hours\n    retry: { initial_interval: 0s, max_interval: 400d }\n",
    ),
    (
        "reserved_id",
        "name: demo\ntriggers:\n  - manual:\nsteps:\n  - id: step_2\n    uses: log\n    with: { message: a }\n  - id: none\n    uses: return\n",
    ),
    (
        "duplicate_id",
        "name: demo\ntriggers:\n  - manual:\nsteps:\n  - id: a\n    if: event.data.x\n    uses: return\n  - id: a\n    uses: return\n",
    ),
    (
        "unknown_trigger",
        "name: demo\ntriggers:\n  - clsoe: { events: [lead.created] }\n  - stripe: {}\nsteps:\n  - uses: return\n",
    ),
    (
        "unknown_event",
        "name: demo\ntriggers:\n  - close:\n      events: [lead.craeted, { object_type: moon, action: landed }]\nsteps:\n  - uses: return\n",
    ),
    (
        "unknown_key",
        "name: demo\ntriggers:\n  - close:\n      events: [lead.created]\n      where: event.data.x\n  - close:\n    events: [lead.created]\n  - manual:\n    wher: true\nsteps:\n  - uses: return\n",
    ),
    (
        "conflicting_keys",
        "name: demo\ntriggers:\n  - manual:\n  - manual:\n  - webhook: { path: a, auth: { basic: { credential: a }, bearer: { credential: b } } }\n    close: {}\nsteps:\n  - uses: return\n",
    ),
    ("open_webhook", "name: demo\ntriggers:\n  - webhook: { path: leads }\nsteps:\n  - uses: return\n"),
    (
        "missing_key",
        "name: demo\ntriggers:\n  - webhook: { auth: hmac }\n  - webhook: { auth: { hmac: { credential: a } } }\n  - webhook: { auth: { basic: {} } }\n  - close: {}\n  - where: true\nsteps:\n  - name: nothing\n  - uses: http\n  - uses: set\n",
    ),
];

/// The mistakes in a `schedule:` trigger; this is what stands under it.
const SCHEDULE: &[(&str, &str)] = &[
    ("invalid_cron", "cron: 0 24 * * *"),
    ("invalid_cron", "cron: \"60 9 * * *\""),
    ("invalid_cron", "cron: '0 9 * * monday'"),
    ("invalid_cron", "cron: 0 9 32 fbe *"),
    ("invalid_cron", "cron: 0 22-4 * * *"),
    ("invalid_cron", "cron: 0 0 31-1 * *"),
    ("invalid_cron", "cron: '*/90 * * * *'"),
    ("invalid_cron", "cron: 0 9 * * 1-5/0"),
    ("invalid_cron", "cron: 0 9, 12 * * *"),
    ("invalid_cron", "cron: 0 9 * * 1-"),
    ("invalid_cron", "cron: '* * * *'"),
    ("invalid_cron", "cron: daily"),
    ("invalid_cron", "cron: ''"),
    ("invalid_cron", "cron: 0 0 9 * * * 2027"),
    ("invalid_cron", "cron: 0 0 9 ? * 1-5"),
    ("invalid_cron", "cron: 0 9 L * *"),
    ("invalid_cron", "cron: 0 9 15W * *"),
    ("invalid_cron", "cron: 0 9 * * 5#2"),
    ("invalid_cron", "cron: '@every 5m'"),
    ("invalid_cron", "cron: '@reboot'"),
    ("invalid_cron", "cron: CRON_TZ=Europe/Berlin 0 9 * * *"),
    ("cron_never_fires", "cron: 0 0 31 2 *"),
    ("cron_never_fires", "cron: 0 0 31 4,6,9,11 *"),
    ("yaml", "cron: */5 * * * *"),
    ("wrong_type", "cron: [0, 9, '*', '*', '*']"),
    ("invalid_value", "cron: 0 ${{ vars.hour }} * * *"),
    ("missing_key", "timezone: UTC"),
    ("conflicting_keys", "cron: 0 9 * * *\nevery: 1h"),
    ("conflicting_keys", "every: 1h\ntimezone: Europe/Berlin"),
    ("unknown_timezone", "cron: 0 9 * * *\ntimezone: Europe/Berln"),
    ("unknown_timezone", "cron: 0 9 * * *\ntimezone: new york"),
    ("unknown_timezone", "cron: 0 9 * * *\ntimezone: GMT+1:30"),
    ("invalid_duration", "every: 500ms"),
    ("invalid_duration", "every: 400d"),
    ("invalid_duration", "every: 15"),
    ("invalid_value", "every: 15m\ncatch_up: last"),
    ("unknown_key", "every: 15m\ntime_zone: UTC\nwhere: true"),
];

/// The mistakes within one step; the fields are indented as a step's.
const STEP: &[(&str, &str)] = &[
    ("unknown_step_kind", "uses: htpp\nwith: { url: 'https://example.com' }"),
    ("unknown_step_kind", "uses: actions/checkout@v4"),
    ("unknown_key", "uses: http\nwith:\n  url: https://example.com\n  body: { a: 1 }\n  header: { x: y }"),
    (
        "invalid_value",
        "uses: http\nwith:\n  method: post\n  url: example.com/x\n  expect_status: [2xx, 99]\non_interrupt: restart\nretry: { max_attempts: 0, multiplier: 0.5, initial_interval: 5m }",
    ),
    ("invalid_value", "uses: close\nwith: { path: 'https://api.close.com/api/v1/lead/' }"),
    ("conflicting_keys", "uses: http\nwith:\n  url: https://example.com\n  json: {}\n  text: hi"),
    ("conflicting_keys", "uses: close\nwith:\n  method: GET\n  path: /lead/\n  json: { name: x }"),
    (
        "wrong_type",
        "uses: http\nretry: 3\nwith:\n  url: [https://example.com]\n  headers: [a]\n  query: { a: { b: c } }\n  follow_redirects: maybe\n  expect_status: true",
    ),
    ("wrong_type", "uses: log\nif: [a]\nwith: hello"),
    (
        "expression_syntax",
        "uses: log\nif: event.data.value >\nwith:\n  message: \"a ${{ event.id }} b ${{ event.data | }}\"",
    ),
    (
        "expression_syntax",
        "uses: log\nif: event.data.a && !event.data.b\nwith: { message: \"${{ event.data.a = 1 }}\" }",
    ),
    ("expression_syntax", "uses: log\nif: \"{{ event.data.a }}\"\nwith: { message: \"${{ }}\" }"),
    (
        "unclosed_expression",
        "uses: log\nwith:\n  message: a ${{ event.id }\n  level: ${{ event.data.x ~ ' # ' }}",
    ),
    ("partial_delimiters", "uses: log\nif: ${{ event.data.status }} == 'won'\nwith: { message: a }"),
    ("bare_braces", "uses: log\nwith: { message: 'a {{ event.id }} ${event.id}' }"),
    (
        "unknown_name",
        "uses: set\nif: evnt.data.value > 1\nwith:\n  a: ${{ lead.name }}\n  b: ${{ error.message }}\n  c: ${{ secrets.key }}\n  d: ${{ event.data.x == null }}\n  e: ${{ event.data.status == won }}",
    ),
    ("unknown_step", "uses: set\nwith: { a: \"${{ steps.laed.output }}\" }"),
    ("step_runs_later", "uses: set\nif: steps.own.output\nwith: { a: 1 }"),
    ("unknown_variable", "uses: set\nwith: { a: \"${{ vars.chanel }}\" }"),
    ("unknown_field", "uses: set\nwith: { a: \"${{ event.name }}\", b: \"${{ execution.attempts }}\" }"),
    (
        "unknown_filter",
        "uses: set\nwith:\n  text: >\n    The first line,\n    then ${{ event.data.name | uper }}.\n  quoted: 'it''s ${{ event.data.tags | map(\"uppr\") }}'",
    ),
    ("unknown_test", "uses: set\nif: event.data.x is definde\nwith: { a: 1 }"),
    (
        "unknown_function",
        "uses: set\nwith:\n  a: ${{ today() }}\n  b: ${{ upper(event.id) }}\n  c: ${{ event.id.upper() }}",
    ),
];

/// Mistakes between several steps or variables.
const SEVERAL: &[(&str, &str)] = &[
    (
        "open_host",
        "name: demo\ntriggers:\n  - manual:\nvars:\n  api: https://api.example.com\n  domain: example.com\n  region: '${{ event.data.region }}'\nsteps:\n  - { uses: http, with: { url: 'https://${{ event.data.shop }}/orders' } }\n  - { uses: http, with: { url: 'https://api.${{ vars.region }}:8443/x' } }\n  - { uses: http, with: { url: 'https://${{ event.data.shop }}.${{ vars.domain }}/${{ event.id }}' } }\n  - { uses: http, with: { url: '${{ vars.api }}/x' } }\n  - { uses: http, with: { url: 'https://api.${{ vars.domain }}/x' } }\n  - { uses: http, with: { url: 'https://${{ event.data.shop | safe }}/x' } }\n",
    ),
    (
        "step_runs_later",
        "name: demo\ntriggers:\n  - manual:\nsteps:\n  - uses: log\n    with: { message: \"${{ steps.second.output }}\" }\n  - id: second\n    uses: set\n    with: { a: 1 }\n",
    ),
    (
        "unknown_field",
        "name: demo\ntriggers:\n  - manual:\nsteps:\n  - id: lead\n    uses: set\n    with: { name: x }\n  - uses: log\n    with: { message: \"${{ steps.lead.name }} ${{ steps.lead.ouput }}\" }\n",
    ),
    (
        "unknown_step",
        "name: demo\ntriggers:\n  - manual:\nsteps:\n  - id: lead\n    uses: set\n    with: { name: x }\n  - uses: log\n    with: { message: \"${{ steps.laed.output }} ${{ lead.output }}\" }\n",
    ),
    (
        "unknown_variable",
        "name: demo\ntriggers:\n  - manual:\nvars:\n  a: ${{ vars.b }}\n  b: ${{ vars.b }}\n  channel: x\nsteps:\n  - uses: log\n    with: { message: \"${{ vars.chanel }} ${{ channel }}\" }\n",
    ),
    (
        "unknown_name",
        "name: demo\ntriggers:\n  - webhook:\n    where: steps.a.output and vars.b\nvars:\n  b: ${{ steps.a.output }}\nsteps:\n  - id: a\n    uses: return\n",
    ),
];

pub(crate) fn shown(cases: &[(&str, String)]) -> String {
    let shown = cases.iter().map(|(_, yaml)| {
        let indented: Vec<String> = yaml.lines().map(|line| format!("    {line}")).collect();
        format!("{}\n{}", indented.join("\n"), rendered(&findings(yaml)))
    });
    shown.collect::<Vec<_>>().join("----------------------------------------\n")
}

pub(crate) fn whole(cases: &[(&'static str, &str)], wrap: fn(&str) -> String) -> Vec<(&'static str, String)> {
    cases.iter().map(|(code, yaml)| (*code, wrap(yaml))).collect()
}

fn all_cases() -> Vec<(&'static str, String)> {
    let mut cases = whole(YAML, str::to_owned);
    cases.extend(whole(FRAME, str::to_owned));
    cases.extend(whole(SCHEDULE, with_schedule));
    cases.extend(whole(STEP, with_step));
    cases.extend(whole(SEVERAL, str::to_owned));
    cases.extend(block_mistakes::all());
    cases.extend(whole(WITH, with_step));
    cases.extend(whole(SQL, with_step));
    cases.extend(whole(INPUTS, with_inputs));
    cases.extend(whole(EVENT_FIELDS, str::to_owned));
    cases.extend(close_trigger::mistakes());
    cases
}

#[test]
fn mistakes_of_yaml() {
    insta::assert_snapshot!(shown(&whole(YAML, str::to_owned)));
}

#[test]
fn mistakes_in_the_frame() {
    insta::assert_snapshot!(shown(&whole(FRAME, str::to_owned)));
}

#[test]
fn mistakes_in_a_schedule() {
    insta::assert_snapshot!(shown(&whole(SCHEDULE, with_schedule)));
}

#[test]
fn mistakes_in_a_step() {
    insta::assert_snapshot!(shown(&whole(STEP, with_step)));
}

#[test]
fn mistakes_between_steps_and_variables() {
    insta::assert_snapshot!(shown(&whole(SEVERAL, str::to_owned)));
}

#[test]
fn mistakes_under_with() {
    insta::assert_snapshot!(shown(&whole(WITH, with_step)));
}

#[test]
fn mistakes_in_a_query() {
    insta::assert_snapshot!(shown(&whole(SQL, with_step)));
}

#[test]
fn mistakes_in_inputs() {
    insta::assert_snapshot!(shown(&whole(INPUTS, with_inputs)));
}

#[test]
fn mistakes_in_the_fields_of_events() {
    insta::assert_snapshot!(shown(&whole(EVENT_FIELDS, str::to_owned)));
}

#[test]
fn each_case_earns_its_code() {
    for (code, yaml) in all_cases() {
        let codes: Vec<String> = findings(&yaml).into_iter().map(|diagnostic| diagnostic.code).collect();
        assert!(codes.iter().any(|found| found == code), "{code} is not in {codes:?} for\n{yaml}");
    }
}

#[test]
fn no_code_is_without_a_case() {
    let shown: BTreeSet<&str> = all_cases().into_iter().map(|(code, _)| code).collect();
    // The first two take a file that no snapshot should hold, `bombs.rs` has them; the last is one of test files, and
    // in `testfile.rs`.
    let elsewhere = ["file_too_large", "more_errors", "unknown_workflow"];
    let missing: Vec<&&str> =
        CODES.iter().filter(|code| !shown.contains(**code) && !elsewhere.contains(code)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_finding_says_how_it_is_mended() {
    for (_, yaml) in all_cases() {
        for diagnostic in findings(&yaml) {
            assert!(diagnostic.help.is_some_and(|help| !help.is_empty()), "{}: {yaml}", diagnostic.code);
        }
    }
}

#[test]
fn all_mistakes_of_a_file_are_reported_in_its_order() {
    let yaml = "nam: demo\ntimeout: soon\ntriggers:\n  - close: { events: [moon.landed] }\nsteps:\n  - id: A\n    uses: htp\n  - uses: http\n    with: { method: GIT }\n    if: vars.x\n";
    let diagnostics = bad(yaml);
    let lines: Vec<usize> = diagnostics.iter().map(|diagnostic| diagnostic.line).collect();
    assert!(lines.is_sorted(), "{lines:?}");
    let codes: Vec<&str> = diagnostics.iter().map(|diagnostic| diagnostic.code.as_str()).collect();
    assert_eq!(
        codes,
        [
            "missing_key",
            "unknown_key",
            "invalid_duration",
            "unknown_event",
            "invalid_name",
            "unknown_step_kind",
            "missing_key",
            "invalid_value",
            "unknown_variable",
        ]
    );
}

#[test]
fn places_are_exact_also_inside_strings_of_every_style() {
    for step in [
        "uses: log\nwith: { message: 'it''s ${{ event.id | uper }}' }",
        "uses: log\nwith: { message: \"say \\\"hi\\\" ${{ event.id | uper }}\" }",
        "uses: log\nwith:\n  message: a ${{ event.id | uper }}",
        "uses: log\nwith:\n  message: |\n    first\n\n      second ${{ event.id | uper }}\n",
        "uses: log\nwith:\n  message: >-\n    first\n    second\n\n    third ${{ event.id | uper }}\n",
        "uses: log\nwith:\n  message: over two\n    lines ${{ event.id | uper }}",
        "uses: log\nif: event.id | uper\nwith: { message: a }",
        "uses: log\nif: ${{ event.id | uper }}\nwith: { message: ü }",
        "uses: log\nwith: { message: &anchor \"äöü ${{ event.id | uper }}\" }",
    ] {
        let diagnostics = bad(&with_step(step));
        let [diagnostic] = diagnostics.as_slice() else { panic!("{}", rendered(&diagnostics)) };
        let marked: String = diagnostic
            .source_line
            .chars()
            .skip(diagnostic.column - 1)
            .take(diagnostic.end_column - diagnostic.column)
            .collect();
        assert_eq!(marked, "uper", "{}", diagnostic.render("flow.yaml"));
        assert_eq!(diagnostic.line, diagnostic.end_line);
    }
}

#[test]
fn a_mistake_behind_an_alias_is_reported_once_where_the_anchor_is() {
    let yaml = "name: demo\ntriggers:\n  - manual:\nsteps:\n  - uses: log\n    with: &with { message: \"${{ evnt.id }}\" }\n  - uses: log\n    with: *with\n";
    let diagnostics = bad(yaml);
    assert_eq!(diagnostics.len(), 1, "{}", rendered(&diagnostics));
    assert_eq!(diagnostics[0].line, 6);
}

#[test]
fn a_warning_does_not_refuse_a_workflow() {
    let yaml = with_step("uses: set\nwith: { a: \"${{ event.name }}\" }");
    good(&yaml);
    assert_eq!(findings(&yaml)[0].severity, Severity::Warning);
}

#[test]
fn control_characters_of_a_file_do_not_reach_the_terminal() {
    let yaml = "name: \"\\e[31mx\"\n\"\\e[2J\": 1\n# \u{85}\ntimeout: \"\u{202e}\"\n";
    let text = rendered(&bad(yaml));
    assert!(text.contains("unknown key"), "{text}");
    let steers = |letter: char| letter.is_control() || ('\u{202a}'..='\u{202e}').contains(&letter);
    assert!(text.chars().all(|letter| letter == '\n' || !steers(letter)), "{text:?}");
}

#[test]
fn a_diagnostic_reads_back_from_json() {
    let diagnostics = bad("name: 1\n");
    let json = serde_json::to_value(&diagnostics).unwrap();
    assert_eq!(json[0]["severity"], "error");
    assert_eq!(json[0]["line"], 1);
    let back: Vec<bellhop_workflow::diagnostic::Diagnostic> = serde_json::from_value(json).unwrap();
    assert_eq!(back, diagnostics);
}
