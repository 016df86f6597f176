//! What editors show beside a step kind and its keys: a sentence for each.

use crate::model::StepKind;

/// What a step kind does.
pub(super) const fn kind(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Http => "An HTTP request. Output: `{status, headers, body}`.",
        StepKind::Close => "A request to Close's API with the credential. Output: the response's body.",
        StepKind::Script => "JavaScript in a sandbox. Output: the returned value.",
        StepKind::Set => "Computes the map under `with`. Output: that map.",
        StepKind::Log => "A line in the execution's log.",
        StepKind::Sleep => "Waits for a time, or until one; survives restarts.",
        StepKind::WaitFor => "Waits until its resume URL is called. Output: the posted body.",
        StepKind::Workflow => "Runs another workflow. Output: that workflow's output.",
        StepKind::State => "Reads and changes durable keys of the workflow. Output: the value.",
        StepKind::Respond => "Answers the request of a waiting webhook.",
        StepKind::Return => "Ends the execution as succeeded, with `with` as its output.",
        StepKind::Fail => "Ends the execution as failed, with a message.",
        StepKind::Email => "Sends mail over SMTP. Output: the message's id.",
        StepKind::Sql => {
            "One statement on PostgreSQL, MySQL or SQLite; expressions in it are bound. Output: the rows."
        }
        StepKind::Exec => {
            "A command on the server, where the operator has switched that on. Output: `{stdout, stderr, exit_code}`."
        }
    }
}

/// What a key of a step kind is for; empty for one that this table lacks, which a test refuses.
pub(super) fn key(kind: StepKind, key: &str) -> &'static str {
    let words: &[(&str, &str)] = match kind {
        StepKind::Http => HTTP,
        StepKind::Close => CLOSE,
        StepKind::Log => LOG,
        StepKind::Fail => FAIL,
        StepKind::Script => SCRIPT,
        StepKind::Sleep => SLEEP,
        StepKind::Workflow => WORKFLOW,
        StepKind::State => STATE,
        StepKind::Respond => RESPOND,
        StepKind::Email => EMAIL,
        StepKind::Sql => SQL,
        StepKind::Exec => EXEC,
        StepKind::Set | StepKind::WaitFor | StepKind::Return => &[],
    };
    words.iter().find(|(name, _)| *name == key).map_or("", |(_, sentence)| sentence)
}

const HTTP: &[(&str, &str)] = &[
    ("url", "Where the request goes. Expressions in it are encoded for where they stand."),
    ("method", "The method; GET where it is left out."),
    ("query", "Parameters of the query. Null leaves one out, a list repeats it."),
    ("headers", "Headers. Null leaves one out."),
    ("json", "The body, as JSON."),
    ("form", "The body, as a form."),
    ("text", "The body, as text."),
    ("body_base64", "The body, as bytes in base64."),
    ("auth", "The credential that the request proves itself with."),
    ("follow_redirects", "Whether redirects are followed; yes where it is left out."),
    ("expect_status", "The statuses that are success: `200`, `2xx`, or a list; 2xx where it is left out."),
];

const CLOSE: &[(&str, &str)] = &[
    ("path", "The path below Close's API: `/lead/ID/`."),
    ("method", "The method; GET where it is left out."),
    ("query", "Parameters of the query."),
    ("json", "The body."),
    ("paginate", "Whether the pages of a list are followed. Output: `{data, has_more}`."),
    ("limit", "How many items at most, with `paginate`; 1,000 where it is left out, 10,000 at most."),
    ("credential", "The stored credential; `close` where it is left out."),
];

const LOG: &[(&str, &str)] =
    &[("message", "What it says: text, or any value as JSON."), ("level", "`info` where it is left out.")];

const FAIL: &[(&str, &str)] = &[("message", "Why it failed.")];

const SCRIPT: &[(&str, &str)] = &[
    (
        "code",
        "The body of an async function. It sees `event`, `steps`, `vars`, `inputs` and `args`; what it returns is the output.",
    ),
    ("args", "More for the script to see, as `args`."),
];

const SLEEP: &[(&str, &str)] =
    &[("for", "How long: `2h`."), ("until", "Until when: a time such as `2026-01-31T09:00:00Z`.")];

const WORKFLOW: &[(&str, &str)] = &[
    ("name", "The workflow to run. It needs a `manual` trigger."),
    ("inputs", "What it is given."),
    ("wait", "Whether to wait for its end; yes where it is left out."),
];

const STATE: &[(&str, &str)] = &[
    ("get", "The key to read."),
    ("default", "What `get` gives where the key is not there."),
    ("set", "The key to write."),
    ("value", "What is written."),
    ("increment", "The key to add to."),
    ("by", "What is added; 1 where it is left out."),
    ("delete", "The key to delete."),
];

const RESPOND: &[(&str, &str)] = &[
    ("status", "The status; 200 where it is left out."),
    ("headers", "Headers."),
    ("body", "The body: text as it is, anything else as JSON."),
];

const EMAIL: &[(&str, &str)] = &[
    ("to", "Whom to: an address, or a list."),
    ("cc", "Who gets a copy."),
    ("bcc", "Who gets a copy that the others do not see."),
    ("from", "The sender, where it is not the credential's."),
    ("reply_to", "Where answers go."),
    ("subject", "The subject."),
    ("text", "The body as text."),
    ("html", "The body as HTML."),
    ("credential", "The stored credential of kind smtp; the server's own mail server where it is left out."),
];

const SQL: &[(&str, &str)] = &[
    ("credential", "The stored credential of kind sql."),
    ("query", "One statement. Every expression in it is bound as a parameter."),
    ("params", "Values for the placeholders that the statement itself has."),
];

const EXEC: &[(&str, &str)] = &[
    ("command", "The program, or a list of it and its arguments. There is no shell."),
    ("args", "The arguments."),
    ("env", "Environment variables."),
    ("cwd", "The directory that it runs in."),
    ("stdin", "What it reads."),
    ("expect_exit", "The exit codes that are success; 0 where it is left out."),
];
