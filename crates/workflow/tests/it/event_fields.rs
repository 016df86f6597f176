//! Fields that an event does not have are pointed out, and only where it is known what it has.

use rstest::rstest;

use crate::support::{findings, rendered};

/// The warnings for an expression, in a step of a workflow with these triggers.
fn in_step(triggers: &[&str], expression: &str) -> Vec<String> {
    let triggers = triggers.join("\n  - ");
    warnings(&format!(
        "name: a\ntriggers:\n  - {triggers}\nsteps:\n  - uses: set\n    with: {{ a: \"${{{{ {expression} }}}}\" }}\n"
    ))
}

fn warnings(yaml: &str) -> Vec<String> {
    let found = findings(yaml);
    assert!(found.iter().all(|one| one.code == "unknown_event_field"), "{}", rendered(&found));
    found.into_iter().filter_map(|one| one.help).collect()
}

const CONTACTS: &str = "close: { events: [contact.created] }";
const LEADS: &str = "close: { events: [lead.created] }";

#[rstest]
#[case("event.data.name ~ event.previous.title ~ event.data['id']")]
#[case("event.data.address.city")]
#[case("event.data.emails[0].whatever")]
#[case("event.data.name.first")]
#[case("event.data['custom.cf_1a'] ~ event.data.custom.Industry")]
#[case("event.data | tojson")]
#[case("event.data[trigger.id] ~ event.raw.nmae")]
fn what_is_there_is_let_be(#[case] expression: &str) {
    assert_eq!(in_step(&[CONTACTS], expression), [""; 0]);
}

#[rstest]
#[case("event.data.nmae", "did you mean `event.data.name`?")]
#[case("event.previous.titel | upper", "did you mean `event.previous.title`?")]
#[case("event['data']['emials']", "did you mean `event.data.emails`?")]
#[case("event.data.address.citty", "did you mean `event.data.address.city`?")]
#[case("event.data.address.street", "`event.data.address` has `city` and `zip`")]
#[case("event.data.custom.cf_1a", "write `event.data['custom.cf_1a']`")]
fn what_is_not_there_is_pointed_out(#[case] expression: &str, #[case] help: &str) {
    assert_eq!(in_step(&[CONTACTS], expression), [help]);
}

#[rstest]
#[case::leads_are_not_known(LEADS)]
#[case::anything_may_be_sent("webhook:")]
#[case::anything_may_be_given("manual:")]
fn beside_an_event_that_is_not_known_nothing_is_said(#[case] other: &str) {
    assert_eq!(in_step(&[CONTACTS, other], "event.data.nmae"), [""; 0]);
    assert_eq!(in_step(&[other], "event.data.nmae"), [""; 0]);
}

#[test]
fn in_where_only_the_events_of_its_own_trigger_count() {
    let yaml = |first: &str, second: &str| {
        format!(
            "name: a\ntriggers:\n  - where: event.data.nmae\n    {first}\n  - {second}\n    where: event.data.titel\nsteps:\n  - uses: return\n"
        )
    };
    assert_eq!(warnings(&yaml(CONTACTS, LEADS)), ["did you mean `event.data.name`?"]);
    assert_eq!(warnings(&yaml(LEADS, CONTACTS)), ["did you mean `event.data.title`?"]);
}

#[test]
fn a_masked_place_that_no_event_has_is_pointed_out() {
    let yaml = format!(
        "name: a\ntriggers:\n  - {CONTACTS}\nmask: [event.data.name, event.data.phoness, \"event.data.emails[0].x\"]\nsteps:\n  - uses: return\n"
    );
    let found = findings(&yaml);
    let [finding] = found.as_slice() else { panic!("{}", rendered(&found)) };
    assert_eq!(finding.code, "unknown_event_field");
    assert!(finding.message.contains("`phoness`"), "{}", finding.message);
}
