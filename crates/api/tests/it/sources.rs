//! The workflows of the stories.

/// Started by hand only.
pub(crate) const GREET: &str = "\
name: greet
description: Says hello.
triggers:
  - manual: {}
steps:
  - uses: log
    with: { message: hello }
";

/// Anybody may send; only large things count.
pub(crate) const INBOX: &str = "\
name: inbox
triggers:
  - webhook: {}
    where: event.data.size > 10
steps:
  - uses: log
    with: { message: hello }
";

/// Close sends.
pub(crate) const WON: &str = "\
name: won-deals
triggers:
  - close:
      events: [opportunity.status_change]
steps:
  - uses: log
    with: { message: hello }
";

/// Somebody with a token sends.
pub(crate) const GUARDED: &str = "\
name: guarded
triggers:
  - webhook:
      auth: { bearer: { credential: partner } }
steps:
  - uses: log
    with: { message: hello }
";

/// The same workflow under another name.
pub(crate) fn named(yaml: &str, name: &str) -> String {
    let (first, rest) = yaml.split_once('\n').unwrap();
    assert!(first.starts_with("name:"));
    format!("name: {name}\n{rest}")
}

/// The sender waits for the output; only small things count.
pub(crate) const LAST_STEP: &str = "\
name: last-step
triggers:
  - webhook: { response: last_step }
    where: event.data.size < 10
steps:
  - uses: log
    with: { message: hello }
";

/// The sender waits for what a step says.
pub(crate) const ANSWERED: &str = "\
name: answered
triggers:
  - webhook: { response: respond_step }
steps:
  - uses: respond
    with: { body: hello }
";

/// Waits for people.
pub(crate) const APPROVAL: &str = "\
name: approval
triggers:
  - manual: {}
steps:
  - id: say
    uses: log
    with: { message: hello }
  - id: ask
    name: Shall we <b>sell</b>?
    uses: wait_for
  - id: each
    for_each: ${{ [1, 2] }}
    concurrency: 2
    steps:
      - id: confirm
        uses: wait_for
";

/// Counts and hides.
pub(crate) const CAREFUL: &str = "\
name: careful
triggers:
  - webhook: {}
  - manual:
      inputs:
        user: { type: string, required: true }
        password: { type: string, required: true }
        times: { type: integer, default: 3 }
concurrency: { limit: 1, key: \"${{ event.data.user | default(inputs.user) }}\" }
mask: [event.data.password, inputs.password]
steps:
  - uses: log
    with: { message: hello }
";
