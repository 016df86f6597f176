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
