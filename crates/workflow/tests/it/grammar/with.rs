//! What single steps are given.

use serde_json::{Map, Value, json};

use super::steps::Author;

pub(super) fn uses(author: &mut Author<'_>, step: &mut Map<String, Value>) {
    let (kind, with) = match author.dice().below(16) {
        0 => ("http", http(author)),
        1 => ("close", close(author)),
        2 => ("script", script(author)),
        3 => ("set", json!({ "a": author.template(), "b": [1, { "c": author.template() }], "d e": null })),
        4 => ("log", json!({ "message": author.template(), "level": "warn" })),
        5 => ("sleep", sleep(author)),
        6 => ("wait_for", Value::Null),
        7 => ("workflow", workflow(author)),
        8 => ("state", state(author)),
        9 if author.responds => {
            ("respond", json!({ "status": 201, "headers": { "x-a": "b" }, "body": author.template() }))
        }
        10 => ("return", json!({ "done": author.template() })),
        11 => ("fail", json!({ "message": author.template() })),
        12 => ("email", email(author)),
        13 => ("sql", sql(author)),
        14 => ("exec", exec(author)),
        _ => ("log", json!({ "message": { "any": [author.template()] } })),
    };
    step.insert("uses".to_owned(), json!(kind));
    if !with.is_null() {
        step.insert("with".to_owned(), with);
    }
}

fn http(author: &mut Author<'_>) -> Value {
    let mut with = Map::new();
    let url = match author.dice().below(3) {
        0 => "https://example.com/a?b=c".to_owned(),
        1 => format!("https://example.com/${{{{ {} }}}}/x", author.expression()),
        _ => format!("${{{{ {} }}}}", author.expression()),
    };
    with.insert("url".to_owned(), json!(url));
    if author.dice().one_in(2) {
        let method = *author.dice().pick(&["POST", "PUT", "PATCH"]);
        with.insert("method".to_owned(), json!(method));
        let (name, body) = match author.dice().below(4) {
            0 => ("json", json!([author.template(), { "b": true }])),
            1 => ("form", json!({ "a": author.template(), "b": [1, "x"] })),
            2 => ("text", json!(author.template())),
            _ => ("body_base64", json!("aGk=")),
        };
        with.insert(name.to_owned(), body);
    }
    if author.dice().one_in(3) {
        with.insert("headers".to_owned(), json!({ "x-a": author.template(), "x-b": 1 }));
        with.insert("query".to_owned(), json!({ "q": author.template(), "r": [1, 2] }));
    }
    if author.dice().one_in(3) {
        with.insert("auth".to_owned(), json!({ "credential": "partner" }));
    }
    if author.dice().one_in(3) {
        with.insert("follow_redirects".to_owned(), json!(false));
        with.insert("expect_status".to_owned(), json!([200, "4xx"]));
    }
    Value::Object(with)
}

fn close(author: &mut Author<'_>) -> Value {
    if author.dice().one_in(2) {
        return json!({ "path": "/me/" });
    }
    let path = format!("/lead/${{{{ {} }}}}/", author.expression());
    json!({ "method": "PUT", "path": path, "json": { "name": author.template() }, "credential": "team" })
}

fn script(author: &mut Author<'_>) -> Value {
    let code = "const names = event.data.contacts.map((each) => each.name);\nreturn `${names.length} of ${args.all}`;";
    if author.dice().one_in(2) {
        json!({ "code": code })
    } else {
        json!({ "code": code, "args": { "all": author.template() } })
    }
}

fn sleep(author: &mut Author<'_>) -> Value {
    match author.dice().below(3) {
        0 => json!({ "for": "2h" }),
        1 => json!({ "for": format!("${{{{ {} }}}}", author.expression()) }),
        _ => json!({ "until": format!("${{{{ {} }}}}", author.expression()) }),
    }
}

fn workflow(author: &mut Author<'_>) -> Value {
    match author.dice().below(3) {
        0 => json!({ "name": "other-workflow" }),
        1 => json!({ "name": "other-workflow", "wait": false }),
        _ => json!({ "name": "other-workflow", "inputs": { "a": author.template() }, "wait": true }),
    }
}

fn state(author: &mut Author<'_>) -> Value {
    match author.dice().below(5) {
        0 => json!({ "get": "last-lead" }),
        1 => json!({ "get": author.template(), "default": [0] }),
        2 => json!({ "set": "last-lead", "value": author.template() }),
        3 => json!({ "increment": "seen", "by": 2 }),
        _ => json!({ "delete": "last-lead" }),
    }
}

fn email(author: &mut Author<'_>) -> Value {
    let mut with = Map::new();
    with.insert("to".to_owned(), json!(["a@example.com", author.template()]));
    with.insert("subject".to_owned(), json!(author.template()));
    with.insert("text".to_owned(), json!(author.template()));
    if author.dice().one_in(2) {
        with.insert("cc".to_owned(), json!("b@example.com"));
        with.insert("from".to_owned(), json!("c@example.com"));
        with.insert("html".to_owned(), json!("<p>hi</p>"));
        with.insert("credential".to_owned(), json!("mail"));
    }
    Value::Object(with)
}

fn sql(author: &mut Author<'_>) -> Value {
    match author.dice().below(3) {
        0 => json!({ "credential": "books", "query": "SELECT 'a' AS b -- all" }),
        1 => {
            json!({ "credential": "books", "query": "SELECT * FROM t WHERE id = $1", "params": [author.template()] })
        }
        _ => {
            let query = format!(
                "UPDATE t SET name = ${{{{ {} }}}}\nWHERE id = ${{{{ event.id }}}}",
                author.expression()
            );
            json!({ "credential": "books", "query": query })
        }
    }
}

fn exec(author: &mut Author<'_>) -> Value {
    match author.dice().below(3) {
        0 => json!({ "command": ["/usr/bin/env", author.template()] }),
        1 => json!({ "command": "uptime" }),
        _ => {
            json!({ "command": "cat", "args": ["-", author.template()], "stdin": author.template(), "env": { "A": "b" } })
        }
    }
}
