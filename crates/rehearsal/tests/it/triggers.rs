//! Which trigger a case comes through, and what it does not let in.

use crate::support::{failures, passes};

const WORKFLOW: &str = "
name: demo
triggers:
  - close: { events: [lead.created, lead.updated] }
    where: event.data.value > 10
  - close: { events: [lead.updated] }
  - webhook: { auth: { bearer: { credential: partner } } }
  - manual:
steps:
  - uses: return
    with:
      trigger: ${{ trigger.id }}
      source: ${{ event.source }}
      type: ${{ event.type }}
      action: ${{ event.action }}
      id: ${{ event.lead_id | default('none') }}
      now: ${{ event.time }}
      changed: ${{ event.changed }}
";

#[tokio::test]
async fn the_first_trigger_that_takes_the_event_is_the_one() {
    let tests = "
cases:
  - name: a large lead
    event: { type: lead.created, lead_id: lead_1, data: { value: 11 }, previous: { value: 9 } }
    now: 2026-03-02T09:00:00Z
    expect:
      output:
        equals:
          trigger: close
          source: close
          type: lead.created
          action: created
          id: lead_1
          now: \"2026-03-02T09:00:00.000000Z\"
          changed: [value]
  - name: a small one that the second trigger takes
    event: { type: lead.updated, data: { value: 1 } }
    expect: { output: { trigger: close_2 } }
  - name: through the door that the case names
    trigger: webhook
    event: { data: { value: 1 } }
    expect: { output: { trigger: webhook, source: webhook, type: webhook.received } }
  - name: by hand, where there is nothing else
    expect: { output: { trigger: manual, type: manual.started } }
";
    passes(WORKFLOW, tests).await;
}

const ONE: &str = "
name: demo
triggers:
  - close: { events: [lead.created] }
    where: event.data.value > 10
steps: [{ uses: return }]
";

#[tokio::test]
async fn what_no_trigger_takes_is_filtered() {
    let tests = "
cases:
  - name: another event
    event: { type: lead.deleted, data: { value: 11 } }
    expect: { status: filtered }
  - name: too small
    event: { data: { value: 1 } }
    expect: { status: filtered }
  - name: without what the filter computes with
    event: { data: {} }
    expect: { status: filtered }
";
    passes(ONE, tests).await;
}

#[tokio::test]
async fn why_an_event_is_filtered_is_said() {
    let tests = "
cases:
  - name: another event
    event: { type: lead.deleted }
    expect: { status: succeeded }
  - name: too small
    event: { data: { value: 1 } }
    expect: { status: succeeded }
";
    let said = failures(ONE, tests).await;
    assert!(said[0].contains("filtered (`close`: `lead.deleted` is not among its events)"), "{}", said[0]);
    assert!(said[1].contains("filtered (`close`: `where` is false: event.data.value > 10)"), "{}", said[1]);
}

#[tokio::test]
async fn closes_filters_decide_as_close_does() {
    let workflow = "
name: a
triggers:
  - close:
      events: [opportunity.updated]
      filters:
        type: and
        filters:
          - { type: field_accessor, field: changed_fields, filter: { type: contains, value: status_id } }
          - type: field_accessor
            field: data
            filter: { type: field_accessor, field: status_type, filter: { type: equals, value: won } }
steps:
  - uses: log
    with: { message: a }
";
    let tests = "
cases:
  - name: won
    event: { data: { status_type: won }, previous: { status_id: stat_1 } }
    expect: { status: succeeded }
  - name: won before
    event: { data: { status_type: won }, previous: { value: 7 } }
    expect: { status: filtered }
  - name: not won
    event: { data: { status_type: lost }, previous: { status_id: stat_1 } }
    expect: { status: succeeded }
";
    let said = failures(workflow, tests).await;
    assert_eq!((said[0].as_str(), said[1].as_str()), ("", ""));
    assert!(said[2].contains("filtered (`close`: `filters` keep Close from delivering it)"), "{}", said[2]);
}

#[tokio::test]
async fn what_publishes_nothing_starts_nothing() {
    let workflow = "
name: a
triggers:
  - close: { events: [custom_activity.published] }
steps:
  - uses: log
    with: { message: a }
";
    let tests = "
cases:
  - name: submitted
    event: { data: { id: acti_1, status: published }, previous: { status: draft } }
    expect: { status: succeeded }
  - name: changed
    event: { data: { id: acti_1, status: published }, previous: { custom.cf_1: a } }
    expect: { status: filtered }
  - name: a draft
    event: { data: { id: acti_1, status: draft } }
    expect: { status: succeeded }
";
    let said = failures(workflow, tests).await;
    assert_eq!((said[0].as_str(), said[1].as_str()), ("", ""));
    assert!(said[2].contains("the activity is a draft"), "{}", said[2]);
}
