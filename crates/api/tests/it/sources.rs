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
