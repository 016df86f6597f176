//! Event names and what they stand for.

use std::collections::HashSet;

use bellhop_trigger::catalogue::{CatalogueEvent, catalogue};
use bellhop_workflow::EventCatalogue as _;
use bellhop_workflow::model::EventPair;
use rstest::rstest;

/// Words of actions, the object types that they are registered with, and the action that they are registered as.
type Actions = (&'static str, &'static str, &'static str);

/// The documentation's tables: category, its actions, and the object type and action that each is registered as. The
/// one correction is `custom_activity.created`, which the documentation gives an object type that Close does not have.
const DOCUMENTED: &[(&str, &[Actions])] = &[
    (
        "lead",
        &[
            ("created updated deleted", "lead", ""),
            ("status_change", "activity.lead_status_change", "created"),
        ],
    ),
    ("custom_activity", &[("created updated deleted", "activity.custom_activity", "")]),
    ("contact", &[("created updated deleted", "contact", "")]),
    (
        "opportunity",
        &[
            ("created updated deleted", "opportunity", ""),
            ("status_change", "activity.opportunity_status_change", "created"),
        ],
    ),
    (
        "task",
        &[("created updated deleted", "task.lead", ""), ("completed", "activity.task_completed", "created")],
    ),
    (
        "email",
        &[
            ("created deleted sent", "activity.email", ""),
            ("template_created", "email_template", "created"),
            ("template_updated", "email_template", "updated"),
            ("template_deleted", "email_template", "deleted"),
        ],
    ),
    ("meeting", &[("created updated deleted scheduled started completed canceled", "activity.meeting", "")]),
    ("call", &[("created deleted answered completed", "activity.call", "")]),
    ("sms", &[("created updated deleted sent", "activity.sms", "")]),
    ("export", &[("completed", "export.lead", "")]),
    (
        "bulk_action",
        &[(
            "created updated completed",
            "bulk_action.delete bulk_action.edit bulk_action.email bulk_action.sequence_subscription",
            "",
        )],
    ),
    (
        "account_setup",
        &[
            (
                "custom_field_lead_created custom_field_lead_updated custom_field_lead_deleted",
                "custom_fields.lead",
                "#",
            ),
            (
                "custom_field_contact_created custom_field_contact_updated custom_field_contact_deleted",
                "custom_fields.contact",
                "#",
            ),
            (
                "custom_field_opportunity_created custom_field_opportunity_updated custom_field_opportunity_deleted",
                "custom_fields.opportunity",
                "#",
            ),
            (
                "custom_field_activity_created custom_field_activity_updated custom_field_activity_deleted",
                "custom_fields.activity",
                "#",
            ),
            (
                "custom_activity_type_created custom_activity_type_updated custom_activity_type_deleted",
                "custom_activity_type",
                "#",
            ),
            ("status_lead_created status_lead_updated status_lead_deleted", "status.lead", "#"),
            (
                "status_opportunity_created status_opportunity_updated status_opportunity_deleted",
                "status.opportunity",
                "#",
            ),
            ("membership_activated membership_deactivated", "membership", "#"),
            ("group_created group_updated group_deleted", "group", "#"),
            ("saved_search_created saved_search_updated", "saved_search", "#"),
            ("phone_number_created phone_number_updated phone_number_deleted", "phone_number", "#"),
        ],
    ),
];

fn pair(object_type: &str, action: &str) -> EventPair {
    EventPair { object_type: object_type.to_owned(), action: action.to_owned() }
}

/// Each documented `<category>.<action>` with what it is registered as. An empty third column means that the action is
/// the category's own word, `#` that it is the last part of that word.
fn documented() -> Vec<(String, Vec<EventPair>)> {
    let mut rows = Vec::new();
    for (category, actions) in DOCUMENTED {
        for (words, object_types, action) in *actions {
            for word in words.split(' ') {
                let action = match *action {
                    "" => word,
                    "#" => word.rsplit('_').next().unwrap(),
                    other => other,
                };
                let pairs = object_types.split(' ').map(|object_type| pair(object_type, action)).collect();
                rows.push((format!("{category}.{word}"), pairs));
            }
        }
    }
    rows
}

#[test]
fn every_documented_action_of_the_twelve_categories_resolves_as_documented() {
    let documented = documented();
    assert_eq!(documented.len(), 74);
    for (name, pairs) in &documented {
        assert_eq!(catalogue().resolve("close", name).as_ref(), Ok(pairs), "{name}");
    }
    let distinct: HashSet<_> = documented.iter().flat_map(|(_, pairs)| pairs).collect();
    assert_eq!(distinct.len(), 83);
}

#[test]
fn the_catalogue_offers_what_is_documented_and_publications() {
    let offered = catalogue()
        .categories()
        .iter()
        .flat_map(|(category, entry)| entry.actions.keys().map(move |action| format!("{category}.{action}")));
    let ours = ["custom_activity.published".to_owned()];
    let documented: HashSet<_> = documented().into_iter().map(|(name, _)| name).chain(ours).collect();
    assert_eq!(offered.collect::<HashSet<_>>(), documented);
}

#[test]
fn a_publication_is_either_of_two_events() {
    let name = "custom_activity.published";
    let pairs = ["created", "updated"].map(|action| pair("activity.custom_activity", action));
    assert_eq!(catalogue().resolve("close", name).unwrap(), pairs);
    assert!(catalogue().is_publication("close", name));
    for other in ["custom_activity.updated", "custom_activity.*", "lead.created", "published"] {
        assert!(!catalogue().is_publication("close", other), "{other}");
    }
}

#[test]
fn every_pair_of_closes_resolves_to_itself_unless_a_category_has_the_name() {
    let events = catalogue().events();
    assert_eq!(events.iter().map(CatalogueEvent::pair).collect::<HashSet<_>>().len(), 169);
    for event in events {
        let resolved = catalogue().resolve("close", &event.name()).unwrap();
        assert_eq!(resolved, [event.pair()], "{}", event.name());
    }
}

#[rstest]
#[case::lead("lead.*", 4)]
#[case::task("task.*", 4)]
#[case::account_setup("account_setup.*", 31)]
#[case::all_four_types_of_all_three_actions("bulk_action.*", 12)]
#[case::an_object_type("task.voicemail.*", 4)]
fn a_star_takes_all_actions(#[case] name: &str, #[case] count: usize) {
    let pairs = catalogue().resolve("close", name).unwrap();
    assert_eq!(pairs.len(), count);
    assert_eq!(pairs.iter().collect::<HashSet<_>>().len(), count, "each once");
}

#[test]
fn a_bulk_action_registers_all_four_types() {
    let pairs = catalogue().resolve("close", "bulk_action.created").unwrap();
    let types = ["delete", "edit", "email", "sequence_subscription"];
    assert_eq!(pairs, types.map(|kind| pair(&format!("bulk_action.{kind}"), "created")));
}

#[rstest]
#[case("custom_activity.created", "activity.custom_activity", "created")]
#[case("status_change.opportunity", "activity.opportunity_status_change", "created")]
#[case("lead_merge.created", "activity.lead_merge", "created")]
fn names_from_other_pages_mean_what_close_lists(
    #[case] name: &str,
    #[case] object_type: &str,
    #[case] action: &str,
) {
    assert_eq!(catalogue().resolve("close", name).unwrap(), [pair(object_type, action)]);
}

#[rstest]
#[case::a_slip("lead.craeted", Some("lead.created"))]
#[case::capitals("Lead.Updated", Some("lead.updated"))]
#[case::underscore_for_dot("opportunity_status_change", Some("opportunity.status_change"))]
#[case::plural("opportunities.created", Some("opportunity.created"))]
#[case::the_documents_short_name(
    "activity.lead_status_chang.created",
    Some("activity.lead_status_change.created")
)]
#[case::nothing_like_it("invoice_paid_in_full", None)]
#[case::empty("", None)]
#[case::dots("...", None)]
fn an_unknown_name_suggests_the_nearest(#[case] name: &str, #[case] suggestion: Option<&str>) {
    let unknown = catalogue().resolve("close", name).unwrap_err();
    assert_eq!(unknown.suggestion.as_deref(), suggestion);
}

#[test]
fn another_provider_has_no_events_yet() {
    assert!(catalogue().resolve("github", "lead.created").is_err());
}
