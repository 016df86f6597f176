//! Paths and bodies with what stands for something filled in. Pure.

use std::collections::BTreeMap;

use bellhop_vault::Secret;
use serde_json::{Map, Value, json};
use url::form_urlencoded::{Serializer, byte_serialize};

use crate::vendor::NewSubscription;

/// What texts in braces stand for in a body.
pub(super) struct Given<'a> {
    pub(super) whole: &'a NewSubscription,
    pub(super) secret: Option<&'a Secret>,
    pub(super) parameters: &'a BTreeMap<String, String>,
}

/// The path, with the parameters and the id filled in. A slash in a parameter is one of the path: what a parameter may
/// look like was checked as the workflow was read.
pub(super) fn path(template: &str, parameters: &BTreeMap<String, String>, id: Option<&str>) -> String {
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
    let mut path = template.replace("{id}", &id.map(encoded).unwrap_or_default());
    for (name, value) in parameters {
        let value: Vec<String> = value.split('/').map(encoded).collect();
        path = path.replace(&format!("{{{name}}}"), &value.join("/"));
    }
    path
}

/// The path with one more parameter of its query.
pub(super) fn with_query(path: String, parameter: Option<(&String, String)>) -> String {
    let Some((name, value)) = parameter else { return path };
    let pair = Serializer::new(String::new()).append_pair(name, &value).finish();
    let separator = if path.contains('?') { '&' } else { '?' };
    format!("{path}{separator}{pair}")
}

/// The body, with every text filled in that stands for something. What is not known is left out.
pub(super) fn body(template: &Value, given: &Given<'_>) -> Value {
    match template {
        Value::Object(fields) => {
            let filled = fields.iter().map(|(name, value)| (name.clone(), body(value, given)));
            Value::Object(filled.filter(|(_, value)| !value.is_null()).collect::<Map<_, _>>())
        }
        Value::Array(items) => items.iter().map(|item| body(item, given)).collect(),
        Value::String(text) => match text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some("url") => json!(given.whole.url),
            Some("events") => {
                let names = given.whole.events.iter().map(|event| event.pair().name());
                names.map(Value::String).collect()
            }
            Some("secret") => given.secret.map_or(Value::Null, |secret| json!(secret.expose())),
            Some(name) => given.parameters.get(name).map_or(Value::Null, |value| json!(value)),
            None => template.clone(),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) => template.clone(),
    }
}

/// A body as a form: a list as `name[]`, a map as `name[key]`.
pub(super) fn form(body: &Value) -> String {
    let mut pairs = Vec::new();
    flatten("", body, &mut pairs);
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn flatten(name: &str, value: &Value, pairs: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                let name = if name.is_empty() { key.clone() } else { format!("{name}[{key}]") };
                flatten(&name, value, pairs);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| flatten(&format!("{name}[]"), item, pairs)),
        Value::Null => {}
        Value::String(text) => pairs.push((name.to_owned(), text.clone())),
        Value::Bool(_) | Value::Number(_) => pairs.push((name.to_owned(), value.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use bellhop_workflow::model::EventPair;

    use super::*;

    fn parameters() -> BTreeMap<String, String> {
        [("repository".to_owned(), "acme/a b?c".to_owned())].into()
    }

    #[test]
    fn a_parameter_or_an_id_leads_nowhere_else() {
        let path = path("/repos/{repository}/hooks/{id}", &parameters(), Some("1/../2#x"));
        assert_eq!(path, "/repos/acme/a%20b%3Fc/hooks/1%2F..%2F2%23x");
        let more = ("page".to_owned(), "2".to_owned());
        assert_eq!(with_query("/a?b=c".to_owned(), Some((&more.0, more.1.clone()))), "/a?b=c&page=2");
        assert_eq!(with_query("/a".to_owned(), Some((&more.0, more.1.clone()))), "/a?page=2");
    }

    #[test]
    fn a_body_says_what_is_known_and_leaves_out_the_rest() {
        let pairs = ["push", "invoice.paid", "*"].map(EventPair::named);
        let whole = NewSubscription::new("https://x.example/y".to_owned(), &pairs, None);
        let parameters = parameters();
        let given = Given { whole: &whole, secret: None, parameters: &parameters };
        let template = json!({ "on": true, "in": { "url": "{url}", "secret": "{secret}", "of": "{repository}" }, "events": "{events}", "as": "{}" });
        let expected = json!({ "on": true, "in": { "url": "https://x.example/y", "of": "acme/a b?c" }, "events": ["push", "invoice.paid", "*"] });
        let body = body(&template, &given);
        assert_eq!(body, expected);
        assert_eq!(
            form(&json!({ "on": true, "in": { "url": "https://x.example/y" }, "events": ["a", "b&c"] })),
            "on=true&in%5Burl%5D=https%3A%2F%2Fx.example%2Fy&events%5B%5D=a&events%5B%5D=b%26c"
        );
    }
}
