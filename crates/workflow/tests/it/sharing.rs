//! `sharing` of a `close` trigger.

use bellhop_workflow::model::{Sharing, TriggerKind};

use crate::support::{bad, found, good};

fn trigger(keys: &str) -> String {
    format!(
        "name: demo\ntriggers:\n  - close:\n      events: [lead.created]\n{keys}\nsteps:\n  - uses: return\n"
    )
}

fn sharing(keys: &str) -> Sharing {
    match &good(&trigger(keys)).triggers[0].kind {
        TriggerKind::Close(close) => close.sharing,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_subscription_is_shared_where_the_trigger_says_so() {
    assert_eq!(sharing(""), Sharing::None);
    assert_eq!(sharing("      sharing: none\n      filters: { type: non_null }"), Sharing::None);
    assert_eq!(sharing("      sharing: workspace"), Sharing::Workspace);
}

#[test]
fn there_are_two_words_for_it() {
    let said = bad(&trigger("      sharing: workspce"));
    assert_eq!((said[0].code.as_str(), said[0].line), ("invalid_value", 5));
    assert_eq!(said[0].help.as_deref(), Some("did you mean `workspace`?"));
    assert_eq!(found(&trigger("      sharing: [all]")), [("wrong_type".to_owned(), 5)]);
}

#[test]
fn what_is_shared_cannot_be_filtered_at_the_vendor() {
    let said = bad(&trigger("      sharing: workspace\n      filters: { type: non_null }"));
    assert_eq!((said[0].code.as_str(), said[0].line), ("conflicting_keys", 6));
    assert!(said[0].help.as_deref().unwrap().contains("`where`"));
}
