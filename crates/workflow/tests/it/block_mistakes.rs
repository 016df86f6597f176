//! What a person sees for each kind of mistake in blocks, in what expressions name across them, in the keys beside the
//! steps, and in how the parts go together. Each case is a workflow's steps and what follows them.

use crate::diagnostics::{shown, whole};
use crate::support::with_steps;

/// Mistakes in the form of a block.
const FORM: &[(&str, &str)] = &[
    ("conflicting_keys", "  - uses: log\n    with: { message: a }\n    for_each: event.data\n    steps: []"),
    (
        "conflicting_keys",
        "  - try: [{ uses: return }]\n    catch: [{ uses: return }]\n    loop: { until: index > 1 }",
    ),
    (
        "missing_key",
        "  - catch:\n      - uses: return\n  - steps:\n      - uses: return\n  - as: contact\n  - with: { a: 1 }",
    ),
    (
        "missing_key",
        "  - parallel: {}\n  - switch: []\n  - try: []\n    catch: []\n    finally: []\n  - parallel: { a: [] }",
    ),
    (
        "missing_key",
        "  - for_each: event.data\n  - loop: {}\n  - try: [{ uses: return }]\n  - switch:\n      - steps: [{ uses: return }]\n      - when: event.id",
    ),
    (
        "wrong_type",
        "  - parallel:\n      - uses: return\n  - parallel:\n      crm: { uses: return }\n      score: { steps: [{ uses: return }] }\n  - switch: event.action\n  - switch:\n      - event.action\n      - default: [{ uses: return }]",
    ),
    (
        "wrong_type",
        "  - for_each: [a, 2, true]\n    steps: [{ uses: return }]\n  - for_each: 5\n    steps: [{ uses: return }]\n  - loop: 5\n    steps: [{ uses: return }]\n  - loop: { until: }\n    steps: [{ uses: return }]",
    ),
    (
        "wrong_type",
        "  - for_each: event.data\n    as: [a]\n    concurrency: '4'\n    steps: [{ uses: return }]\n  - loop: { until: index > 1, max_iterations: \"${{ vars.x }}\" }\n    steps: [{ uses: return }]",
    ),
    (
        "unknown_key",
        "  - for_each: event.data\n    with: { a: 1 }\n    catch: [{ uses: return }]\n    steps: [{ uses: return }]\n  - uses: return\n    if: event.id\n    steps: []\n    concurrency: 1\n    as: x",
    ),
    (
        "unknown_key",
        "  - parallel: { a: [{ uses: return }] }\n    on_interrupt: fail\n  - for_each: event.data\n    steps: [{ uses: return, on_interrupt: fail }]\n    on_interrupt: retry",
    ),
    (
        "unknown_key",
        "  - loop:\n      until: index > 1\n      steps: [{ uses: return }]\n  - loop: { while: event.id }\n    until: event.id\n    steps: [{ uses: return }]",
    ),
    (
        "unknown_key",
        "  - foreach: event.data\n    steps: [{ uses: return }]\n  - branches: { a: [{ uses: return }] }\n  - switch:\n      - if: event.id\n        do: [{ uses: return }]\n      - else: [{ uses: return }]",
    ),
    ("unknown_step_kind", "  - uses: parallel\n  - uses: delay\n  - uses: Execute-Workflow\n  - uses: scrpt"),
    ("duplicate_key", "  - parallel:\n      crm: [{ uses: return }]\n      crm: [{ uses: return }]"),
    (
        "invalid_name",
        "  - parallel:\n      Our CRM: [{ uses: return }]\n  - for_each: event.data\n    as: Contact\n    steps: [{ uses: return }]",
    ),
    (
        "reserved_name",
        "  - for_each: event.data\n    as: event\n    steps: [{ uses: return }]\n  - for_each: event.data\n    as: index\n    steps: [{ uses: return }]\n  - for_each: event.data\n    as: range\n    steps: [{ uses: return }]",
    ),
    (
        "invalid_value",
        "  - for_each: event.data\n    concurrency: 0\n    steps: [{ uses: return }]\n  - loop: { until: index > 1, max_iterations: 100000 }\n    steps: [{ uses: return }]\n  - switch: [{ default: false, steps: [{ uses: return }] }]",
    ),
    ("invalid_duration", "  - loop: { until: index > 1, every: 30 }\n    steps: [{ uses: return }]"),
    (
        "conflicting_keys",
        "  - switch:\n      - default: true\n        steps: [{ uses: return }]\n      - when: event.id\n        default: true\n        steps: [{ uses: return }]",
    ),
    (
        "misplaced_default",
        "  - switch:\n      - default: true\n        steps: [{ uses: return }]\n      - when: event.id\n        steps: [{ uses: return }]",
    ),
    (
        "partial_delimiters",
        "  - for_each: ${{ event.data.a }} + [1]\n    steps: [{ uses: return }]\n  - loop: { until: \"${{ index }} > 1\" }\n    steps: [{ uses: return }]\n  - switch: [{ when: \"not ${{ event.id }}\", steps: [{ uses: return }] }]",
    ),
    (
        "reserved_id",
        "  - try: [{ id: step_1_try_1, uses: return }]\n    finally: [{ id: step_on_failure_1, uses: return }]",
    ),
    (
        "duplicate_id",
        "  - id: a\n    try: [{ id: a, uses: return }]\n    finally: [&again { id: b, uses: return }]\non_failure:\n  - *again",
    ),
];

/// Names that are not there from where they stand.
const NAMES: &[(&str, &str)] = &[
    (
        "step_in_other_branch",
        "  - id: enrich\n    parallel:\n      crm: [{ id: lookup, uses: set, with: { a: 1 } }]\n      score: [{ uses: log, with: { message: \"${{ steps.lookup.output }}\" } }]\n  - uses: log\n    with: { message: \"${{ steps.lookup.output }} ${{ steps.enrich.output.cmr }}\" }",
    ),
    (
        "step_in_other_branch",
        "  - id: route\n    switch:\n      - when: event.id\n        steps: [{ id: yes_a, uses: set, with: { a: 1 } }]\n      - default: true\n        steps: [{ uses: log, with: { message: \"${{ steps.yes_a.output }}\" } }]\n  - if: steps.yes_a.output\n    uses: return",
    ),
    (
        "step_in_other_branch",
        "  - id: each\n    for_each: event.data\n    steps: [{ id: call, uses: set, with: { a: 1 } }]\n  - if: steps.call.output\n    uses: return",
    ),
    (
        "step_runs_later",
        "  - id: each\n    for_each: steps.call.output\n    steps:\n      - { id: call, uses: set, with: { a: \"${{ steps.each.output }}\" } }\n  - id: guarded\n    try: [{ uses: log, with: { message: \"${{ steps.sorry.output }} ${{ steps.tell.output }}\" } }]\n    catch: [{ id: sorry, uses: set, with: { a: 1 } }]\non_failure:\n  - { id: tell, uses: set, with: { a: 1 } }",
    ),
    (
        "unknown_name",
        "  - for_each: event.data\n    as: contact\n    steps: [{ uses: log, with: { message: \"${{ item }}\" } }]\n  - if: item\n    uses: log\n    with: { message: \"${{ index }}\" }\n  - try: [{ if: error.kind == 'timeout', uses: log, with: { message: a } }]\n    catch: [{ uses: log, with: { message: \"${{ error.reason }}\" } }]",
    ),
    (
        "unknown_field",
        "  - { id: ask, uses: wait_for, with: {} }\n  - loop: { until: index > 1 }\n    steps: [{ id: again, uses: wait_for, with: {} }]\n  - uses: log\n    with: { message: \"${{ execution.resume_urls.aks }} ${{ execution.resume_urls.again }} ${{ execution.resume_url }}\" }",
    ),
];

/// Mistakes in the keys beside the steps.
const KEYS: &[(&str, &str)] = &[
    (
        "wrong_type",
        "  - uses: return\nconcurrency: one\non_failure:\n  uses: log\noutputs: done\nmask: event.data.x",
    ),
    ("missing_key", "  - uses: return\nconcurrency: { key: \"${{ event.lead_id }}\" }\non_failure: []"),
    ("invalid_value", "  - uses: return\nconcurrency: { limit: 0, key: [a] }"),
    (
        "unknown_name",
        "  - uses: return\nconcurrency: { limit: 1, key: \"${{ vars.channel }}${{ steps.a }}\" }\noutputs: { a: \"${{ item }}\" }",
    ),
    ("unknown_key", "  - uses: return\ninputs: { name: string }\non_error: []\nmutex: 1"),
    (
        "invalid_path",
        "  - { id: lead, uses: set, with: { a: 1 } }\nmask:\n  - event\n  - ${{ event.data.phone }}\n  - vars.channel\n  - steps.lead.phones\n  - event data\n  - evnt.data.x",
    ),
    ("unknown_step", "  - { id: lead, uses: set, with: { a: 1 } }\nmask: [steps.laed.output.phones]"),
    ("unknown_field", "  - { id: lead, uses: set, with: { a: 1 } }\nmask: [event.contacts]"),
];

/// What only shows in how the parts go together.
const TOGETHER: &[(&str, &str)] = &[
    (
        "unreachable_arm",
        "  - switch:\n      - when: event.data.a == 1\n        steps: [{ uses: return }]\n      - when: event.data.a == 1\n        steps: [{ uses: return }]\n      - when: false\n        steps: [{ uses: return }]\n      - when: true\n        steps: [{ uses: return }]\n      - default: true\n        steps: [{ uses: return }]",
    ),
    (
        "unreachable_step",
        "  - try:\n      - { uses: fail, with: { message: a } }\n      - uses: return\n    catch: [{ uses: return }]\n  - uses: return\n  - uses: return",
    ),
    (
        "constant_until",
        "  - loop: { until: true }\n    steps: [{ uses: return }]\n  - loop: { until: false }\n    steps: [{ uses: return }]",
    ),
    ("respond_without_webhook", "  - { uses: respond, with: { status: 201 } }"),
];

/// The same with what the triggers say: whole workflows.
const WITH_TRIGGERS: &[(&str, &str)] = &[
    (
        "webhook_without_respond",
        "name: demo\ntriggers:\n  - webhook: { response: respond_step }\nsteps:\n  - uses: return\n",
    ),
    (
        "respond_without_webhook",
        "name: demo\ntriggers:\n  - webhook: { response: last_step }\nsteps:\n  - uses: respond\n    with: { status: 201 }\n",
    ),
    (
        "respond_without_webhook",
        "name: demo\ntriggers:\n  - manual:\n  - webhook:\nsteps:\n  - uses: respond\n    with: { status: 201 }\n",
    ),
    (
        "unknown_input",
        "name: demo\ntriggers:\n  - manual: { inputs: { email: string } }\nmask: [inputs.phone]\nsteps:\n  - uses: log\n    with: { message: \"${{ inputs.emial }} ${{ inputs.phone }}\" }\n",
    ),
];

pub(crate) fn all() -> Vec<(&'static str, String)> {
    let mut all = whole(WITH_TRIGGERS, str::to_owned);
    all.extend([FORM, NAMES, KEYS, TOGETHER].into_iter().flat_map(|cases| whole(cases, with_steps)));
    all
}

#[test]
fn mistakes_in_the_form_of_blocks() {
    insta::assert_snapshot!(shown(&whole(FORM, with_steps)));
}

#[test]
fn names_that_are_not_there() {
    insta::assert_snapshot!(shown(&whole(NAMES, with_steps)));
}

#[test]
fn mistakes_beside_the_steps() {
    insta::assert_snapshot!(shown(&whole(KEYS, with_steps)));
}

#[test]
fn mistakes_in_how_the_parts_go_together() {
    insta::assert_snapshot!(shown(&whole(TOGETHER, with_steps)));
}

#[test]
fn mistakes_between_triggers_and_steps() {
    insta::assert_snapshot!(shown(&whole(WITH_TRIGGERS, str::to_owned)));
}
