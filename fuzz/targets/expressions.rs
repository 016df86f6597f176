//! Any text as an expression and as a template, over an event that somebody wrote who wished us ill.

#![no_main]

use std::sync::LazyLock;

use bellhop_workflow::expression::{Expression, Scope, Template, TemplateTree, UrlKind};
use bellhop_workflow::time::Timestamp;
use libfuzzer_sys::fuzz_target;
use serde_json::json;

static SCOPE: LazyLock<Scope> = LazyLock::new(|| {
    let mut scope = Scope::new();
    scope.set(
        "event",
        &json!({
            "id": "ev_1", "lead_id": "../../admin", "time": "2026-03-02T09:20:11.004Z",
            "data": {
                "text": "a'b\"c\r\nX-Evil: 1 ${{ event.id }} {{ 7 * 7 }} \u{0} \u{390}\u{202e}", "long": "ab ".repeat(20_000),
                "value": 250, "big": i64::MIN, "bigger": u64::MAX, "ratio": 1e300, "gone": null, "is_won": true,
                "tags": ["b", "A", "a", null, 3, [1], { "a": 1 }], "many": (0..2_000).collect::<Vec<_>>(),
                "json": "{\"a\": [1, null, 2.5]}", "base64": "w7w_", "deep": [[[[[[[[[[1]]]]]]]]]],
                "records": [{ "name": "x", "n": 2 }, { "name": "y" }, { "n": 1 }], "": { " ": 1 },
            },
        }),
    );
    scope.set("item", &json!("%2e%2e"));
    scope.set("index", &json!(0));
    scope.set_now(Timestamp::from_seconds(1_772_442_014));
    scope
});

fuzz_target!(|text: &str| {
    if let Ok(expression) = Expression::compile(text) {
        // Either may fail; what counts is that both come back, and say the same twice.
        let _ = expression.test(&SCOPE);
        assert_eq!(expression.evaluate(&SCOPE), expression.evaluate(&SCOPE));
    }
    if let Ok(template) = Template::compile(text) {
        let _ = template.render(&SCOPE);
        let address = TemplateTree::Template(template).into_url(UrlKind::Whole);
        let _ = address.render(&SCOPE);
    }
});
