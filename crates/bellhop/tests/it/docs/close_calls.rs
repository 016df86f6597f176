//! The calls of Close's API that have a name: the language's page has each, with the keys that it takes.

use std::collections::BTreeMap;

use bellhop_trigger::catalogue::catalogue;
use serde_json::Value;

use super::Document;
use super::tables::{code, rows};

/// The keys of a call, and whether each is needed.
type Keys = BTreeMap<String, bool>;

#[test]
fn the_table_of_calls_has_each_with_its_keys() {
    let page = Document::named("workflow-language.md");
    let told: BTreeMap<String, Keys> = rows(&page.text)
        .iter()
        // Of a call, the second cell says which request it is.
        .filter(|row| row.cells[0].starts_with("`close.") && row.cells[1].contains(" /"))
        .map(|row| (code(&row.cells[0])[0].to_owned(), keys(&row.cells[2])))
        .collect();

    let schema = bellhop_workflow::schema(catalogue());
    let calls: BTreeMap<String, Keys> = schema["definitions"]
        .as_object()
        .unwrap()
        .iter()
        .filter_map(|(name, with)| Some((name.strip_prefix("with_")?.to_owned(), with)))
        .filter(|(name, _)| name.starts_with("close."))
        .map(|(name, with)| (name, taken(with)))
        .collect();
    assert!(calls.len() > 20, "{calls:?}");
    assert_eq!(told, calls);
}

fn keys(cell: &str) -> Keys {
    code(cell).into_iter().map(|key| (key.to_owned(), cell.contains(&format!("**`{key}`**")))).collect()
}

fn taken(with: &Value) -> Keys {
    let needed: Vec<&str> =
        with["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let keys = with["properties"].as_object().unwrap().keys().filter(|key| *key != "credential");
    keys.map(|key| (key.clone(), needed.contains(&key.as_str()))).collect()
}
