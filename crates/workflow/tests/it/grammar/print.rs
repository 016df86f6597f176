//! Writes a parsed workflow back as the YAML it could have come from: every default written out.

use std::time::Duration;

use bellhop_workflow::expression::TemplateTree;
use bellhop_workflow::model::{
    Action, CatchUp, EventPair, HmacAlgorithm, HmacScheme, Input, OnInterrupt, Sharing, SignatureEncoding,
    Step, Timing, Trigger, TriggerKind, WebhookAuth, WebhookResponse, Workflow,
};
use serde_json::{Map, Value, json};

/// The whole file.
pub(crate) fn workflow(workflow: &Workflow) -> Value {
    let mut printed = Map::new();
    let mut put = |name: &str, value: Value| printed.insert(name.to_owned(), value);
    put("name", json!(workflow.name));
    if let Some(description) = &workflow.description {
        put("description", json!(description));
    }
    put("triggers", workflow.triggers.iter().map(trigger).collect());
    if !workflow.vars.is_empty() {
        let vars: Map<_, _> = workflow.vars.iter().map(|(name, value)| (name.clone(), tree(value))).collect();
        put("vars", Value::Object(vars));
    }
    if let Some(concurrency) = &workflow.concurrency {
        let mut limits = json!({ "limit": concurrency.limit });
        if let Some(key) = &concurrency.key {
            limits["key"] = tree(key);
        }
        put("concurrency", limits);
    }
    if let Some(timeout) = workflow.timeout {
        put("timeout", duration(timeout));
    }
    if !workflow.mask.is_empty() {
        put("mask", workflow.mask.iter().map(|path| json!(path.0.join("."))).collect());
    }
    put("steps", steps(&workflow.steps));
    if !workflow.on_failure.is_empty() {
        put("on_failure", steps(&workflow.on_failure));
    }
    if let Some(outputs) = &workflow.outputs {
        put("outputs", tree(outputs));
    }
    Value::Object(printed)
}

fn trigger(trigger: &Trigger) -> Value {
    let kind = match &trigger.kind {
        TriggerKind::Close(close) => {
            let mut printed = json!({ "credential": close.credential, "events": close.events });
            if let Some(filters) = &close.filters {
                printed["filters"] = filters.clone();
            }
            if close.sharing == Sharing::Workspace {
                printed["sharing"] = json!("workspace");
            }
            printed
        }
        TriggerKind::Vendor(vendor) => {
            let events: Vec<String> = vendor.events.iter().map(EventPair::name).collect();
            let mut printed = json!({ "credential": vendor.credential, "events": events });
            for (name, value) in &vendor.parameters {
                printed[name] = json!(value);
            }
            printed
        }
        TriggerKind::Webhook(webhook) => {
            let mut printed = json!({
                "method": webhook.method, "auth": auth(&webhook.auth),
                "response": match webhook.response {
                    WebhookResponse::Immediately => "immediately",
                    WebhookResponse::LastStep => "last_step",
                    WebhookResponse::RespondStep => "respond_step",
                },
            });
            if let Some(path) = &webhook.path {
                printed["path"] = json!(path);
            }
            printed
        }
        TriggerKind::Schedule(schedule) => {
            let mut printed = match &schedule.timing {
                Timing::Cron(cron) => json!({ "cron": cron, "timezone": schedule.timezone }),
                Timing::Every(every) => json!({ "every": duration(*every) }),
            };
            printed["catch_up"] = json!(match schedule.catch_up {
                CatchUp::None => "none",
                CatchUp::One => "one",
                CatchUp::All => "all",
            });
            printed
        }
        TriggerKind::Manual(manual) => manual.inputs.as_ref().map_or(Value::Null, |inputs| {
            let fields: Map<_, _> =
                inputs.fields.iter().map(|(name, field)| (name.clone(), input(field))).collect();
            json!({ "inputs": fields })
        }),
    };
    let mut printed = Map::new();
    printed.insert(trigger.kind.as_str().to_owned(), kind);
    if let Some(filter) = &trigger.filter {
        printed.insert("where".to_owned(), json!(filter.source()));
    }
    Value::Object(printed)
}

fn input(input: &Input) -> Value {
    let mut printed = input.schema.clone();
    printed["required"] = json!(input.required);
    if let Some(default) = &input.default {
        printed["default"] = default.clone();
    }
    printed
}

fn auth(auth: &WebhookAuth) -> Value {
    match auth {
        WebhookAuth::None => json!("none"),
        WebhookAuth::Basic(name) => json!({ "basic": { "credential": name } }),
        WebhookAuth::Bearer(name) => json!({ "bearer": { "credential": name } }),
        WebhookAuth::Header(name) => json!({ "header": { "credential": name } }),
        WebhookAuth::Hmac(hmac) => json!({ "hmac": signature(hmac.credential.as_str(), &hmac.scheme) }),
    }
}

fn signature(credential: &str, scheme: &HmacScheme) -> Value {
    let hmac = match scheme {
        HmacScheme::Named(name) => return json!({ "credential": credential, "scheme": name }),
        HmacScheme::Written(written) => written,
    };
    let mut printed = json!({
        "credential": credential, "header": hmac.header, "prefix": hmac.prefix,
        "algorithm": match hmac.algorithm { HmacAlgorithm::Sha256 => "sha256", HmacAlgorithm::Sha512 => "sha512" },
        "encoding": match hmac.encoding { SignatureEncoding::Hex => "hex", SignatureEncoding::Base64 => "base64" },
    });
    if let Some(header) = &hmac.timestamp_header {
        printed["timestamp_header"] = json!(header);
    }
    printed
}

fn steps(steps: &[Step]) -> Value {
    steps.iter().map(step).collect()
}

fn step(step: &Step) -> Value {
    let mut printed = Map::new();
    let mut put = |name: &str, value: Value| printed.insert(name.to_owned(), value);
    // What a step without an id is called cannot be written.
    if !step.id.as_str().starts_with("step_") {
        put("id", json!(step.id));
    }
    if let Some(name) = &step.name {
        put("name", json!(name));
    }
    if let Some(condition) = &step.condition {
        put("if", json!(condition.source()));
    }
    put(
        "retry",
        json!({
            "max_attempts": step.retry.max_attempts, "initial_interval": duration(step.retry.initial_interval),
            "max_interval": duration(step.retry.max_interval), "multiplier": step.retry.multiplier,
        }),
    );
    if let Some(timeout) = step.timeout {
        put("timeout", duration(timeout));
    }
    put("continue_on_error", json!(step.continue_on_error));
    if matches!(step.action, Action::Uses { .. }) {
        put("on_interrupt", json!(if step.on_interrupt == OnInterrupt::Fail { "fail" } else { "retry" }));
    }
    action(&step.action, &mut put);
    Value::Object(printed)
}

fn action(action: &Action, put: &mut impl FnMut(&str, Value) -> Option<Value>) {
    match action {
        Action::Uses { kind, with } => {
            put("uses", json!(kind.as_str()));
            let mut with = tree(with);
            if let Some(query) = with.get_mut("query").filter(|query| query.is_array()) {
                *query = json!(statement(query));
            }
            if !with.is_null() {
                put("with", with);
            }
        }
        Action::Parallel(parallel) => {
            let branches: Map<_, _> =
                parallel.branches.iter().map(|branch| (branch.name.clone(), steps(&branch.steps))).collect();
            put("parallel", Value::Object(branches));
        }
        Action::ForEach(each) => {
            put("for_each", json!(each.list.source()));
            put("as", json!(each.item));
            put("concurrency", json!(each.concurrency));
            put("steps", steps(&each.steps));
        }
        Action::Switch(switch) => {
            let arms = switch.arms.iter().map(|arm| match &arm.when {
                Some(when) => json!({ "when": when.source(), "steps": steps(&arm.steps) }),
                None => json!({ "default": true, "steps": steps(&arm.steps) }),
            });
            put("switch", arms.collect());
        }
        Action::Try(guarded) => {
            put("try", steps(&guarded.steps));
            if let Some(catch) = &guarded.catch {
                put("catch", steps(catch));
            }
            if !guarded.finally.is_empty() {
                put("finally", steps(&guarded.finally));
            }
        }
        Action::Loop(again) => {
            let mut printed =
                json!({ "until": again.until.source(), "max_iterations": again.max_iterations });
            if let Some(every) = again.every {
                printed["every"] = duration(every);
            }
            put("loop", printed);
            put("steps", steps(&again.steps));
        }
    }
}

fn tree(tree: &TemplateTree) -> Value {
    match tree {
        TemplateTree::Literal(value) => value.clone(),
        TemplateTree::Template(template) => json!(template.source()),
        TemplateTree::Url(address) => json!(address.source()),
        TemplateTree::List(items) => items.iter().map(self::tree).collect(),
        TemplateTree::Map(fields) => {
            Value::Object(fields.iter().map(|(name, field)| (name.clone(), self::tree(field))).collect())
        }
    }
}

/// An SQL statement from the pieces that it was cut into.
fn statement(pieces: &Value) -> String {
    let piece = |piece: &Value| {
        piece.get("text").or_else(|| piece.get("value")).and_then(Value::as_str).map(str::to_owned)
    };
    pieces.as_array().into_iter().flatten().filter_map(piece).collect()
}

fn duration(duration: Duration) -> Value {
    json!(format!("{}ms", duration.as_millis()))
}
