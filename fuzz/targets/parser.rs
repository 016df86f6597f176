//! Any text as a workflow: it is read or refused, every finding lies within it and can be shown.

#![no_main]

use bellhop_workflow::model::EventPair;
use bellhop_workflow::{EventCatalogue, UnknownEvent, parse};
use libfuzzer_sys::fuzz_target;

/// Knows every event that has a name of two parts.
struct AnyEvent;

impl EventCatalogue for AnyEvent {
    fn resolve(&self, _: &str, name: &str) -> Result<Vec<EventPair>, UnknownEvent> {
        let Some((object_type, action)) = name.split_once('.') else {
            return Err(UnknownEvent { suggestion: None });
        };
        Ok(vec![EventPair { object_type: object_type.to_owned(), action: action.to_owned() }])
    }
}

fuzz_target!(|text: &str| {
    let diagnostics = match parse(text, &AnyEvent) {
        Ok(parsed) => parsed.warnings,
        Err(diagnostics) => {
            assert!(!diagnostics.is_empty(), "refused without a reason");
            diagnostics
        }
    };
    let lines = text.split('\n').count();
    for diagnostic in diagnostics {
        assert!((1..=lines).contains(&diagnostic.line), "{diagnostic:?}");
        assert!(!diagnostic.render("flow.yaml").is_empty());
    }
});
