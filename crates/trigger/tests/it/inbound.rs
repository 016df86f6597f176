//! From a signed delivery to a verdict.

use bellhop_trigger::catalogue::catalogue;
use bellhop_trigger::hooks::{Hook, Proof};
use bellhop_trigger::inbound::{Verdict, examine};
use bellhop_workflow::event::parse_body;
use bellhop_workflow::expression::Expression;
use bellhop_workflow::ids::TriggerId;
use bytes::Bytes;
use rstest::rstest;
use serde_json::json;

use crate::fixtures::{BODY, TOLERANCE, close_hook, deliver, headers, sent_at, webhook};

/// A hook whose workflow has this `where`, parsed as a user's would be.
fn filtered(condition: &str) -> Hook {
    let yaml = format!(
        "name: greet\ntriggers:\n  - close:\n      events: [lead.created]\n    where: {condition}\nsteps:\n  - uses: log\n    with: {{ message: hi }}\n"
    );
    let parsed = bellhop_workflow::parse(&yaml, catalogue()).unwrap();
    let filter: Option<Expression> = parsed.workflow.triggers.into_iter().next().unwrap().filter;
    assert!(filter.is_some());
    Hook { filter, ..close_hook() }
}

#[test]
fn a_genuine_delivery_is_accepted_with_its_event() {
    let Verdict::Accepted(event) = deliver(&close_hook(), BODY.as_bytes()) else { panic!("refused") };
    assert_eq!(event.event_type, "lead.created");
    assert_eq!(event.event_id.as_deref(), Some("ev_6Pn2VdWq0cRzT8yKb4Lm7S"));
    assert_eq!(event.dedup_key.as_deref(), Some("ev_6Pn2VdWq0cRzT8yKb4Lm7S"));
    assert_eq!(event.head.attach(parse_body(BODY.as_bytes())).data, json!({"name": "Café Nord"}));
}

#[test]
fn two_webhooks_of_a_workflow_may_number_their_deliveries_alike() {
    let key = |trigger: &str| {
        let hook = Hook { trigger_id: TriggerId::new(trigger), ..webhook(Some(Proof::Url)) };
        let headers = headers(&[("webhook-id", "1")]);
        match examine(&hook, &headers, &Bytes::from_static(b"{}"), sent_at(), TOLERANCE) {
            Verdict::Accepted(event) => event.dedup_key.unwrap(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(key("webhook"), key("webhook"));
    assert_ne!(key("webhook"), key("webhook_2"));
}

#[rstest]
#[case::of_the_data(r#"event.data.name == "Café Nord""#)]
#[case::of_the_envelope(r#"event.type == "lead.created" and event.source == "close""#)]
#[case::of_the_trigger(r#"trigger.id == "close" and trigger.kind == "close""#)]
#[case::of_the_workflow(r#"workflow.name == "greet" and workflow.version == 1"#)]
#[case::of_the_body("event.raw.subscription_id is defined")]
fn an_event_that_the_where_holds_of_is_accepted(#[case] condition: &str) {
    assert!(matches!(deliver(&filtered(condition), BODY.as_bytes()), Verdict::Accepted(_)));
}

#[test]
fn an_event_that_the_where_does_not_hold_of_is_filtered_and_still_named() {
    let verdict = deliver(&filtered(r#"event.data.name == "Contoso""#), BODY.as_bytes());
    let Verdict::Filtered { event_id, event_type, reason } = verdict else { panic!("{verdict:?}") };
    assert_eq!(event_id.as_deref(), Some("ev_6Pn2VdWq0cRzT8yKb4Lm7S"));
    assert_eq!(event_type, "lead.created");
    assert!(reason.contains("Contoso"), "{reason}");
}

#[test]
fn a_where_that_cannot_be_computed_filters_and_says_why() {
    let verdict = deliver(&filtered("event.data.value > 1000"), BODY.as_bytes());
    let Verdict::Filtered { reason, .. } = verdict else { panic!("{verdict:?}") };
    assert!(reason.contains("event.data.value"), "{reason}");
}
