//! Notes on a lead.

use serde_json::{Map, Value, json};

use super::{Sample, Scene, with};

pub(super) fn sample(scene: &mut Scene<'_>) -> Sample {
    let text = "Budget is settled, they compare us with one other supplier.";
    let object =
        with(blank(scene), json!({ "note": text, "note_html": format!("<body><p>{text}</p></body>") }));
    Sample::new(object, &json!({ "note": "Budget is", "note_html": "<body><p>Budget is</p></body>" }))
}

pub(super) fn blank(scene: &mut Scene<'_>) -> Map<String, Value> {
    with(
        scene.activity("Note"),
        json!({ "note": "", "note_html": "", "title": null, "pinned": false, "attachments": [], "mentions": [] }),
    )
}
