//! Addresses with expressions in them. What an expression gives is data, whoever wrote it: it cannot end the part of
//! the address that it stands in.

use std::fmt::Write;

use serde_json::Value;

use super::convert::{Allowance, push, push_text};
use super::template::Part;
use super::{Expression, ExpressionError, Scope, Template};

/// An address in which expressions stand among text. A copy is cheap.
///
/// - In the path, a value is percent-encoded as a part of one segment, and may not make a segment `.` or `..`.
/// - In the query and the fragment, it is percent-encoded as a value.
/// - In the host, it may hold only what names are made of.
/// - An expression at the very beginning (a base address) is taken as it is, and so is one whose last filter is
///   `urlencode` or `safe`.
#[derive(Debug, Clone)]
pub struct UrlTemplate {
    template: Template,
    kind: UrlKind,
}

/// What an address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UrlKind {
    /// A whole URL, under `url`.
    Whole,
    /// A path below a known address, under `path`.
    Path,
}

/// Which part of an address something stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Position {
    Host,
    Path,
    /// The query or the fragment: nothing that follows has a structure which a value could break.
    Query,
}

impl UrlTemplate {
    /// The address that a template gives.
    #[must_use]
    pub fn new(template: Template, kind: UrlKind) -> Self {
        Self { template, kind }
    }

    /// The text as it was written.
    #[must_use]
    pub fn source(&self) -> String {
        self.template.source()
    }

    pub(super) fn render_within(
        &self,
        scope: &Scope,
        allowance: &mut Allowance,
    ) -> Result<Value, ExpressionError> {
        // One expression alone is the whole address.
        let Some(parts) = self.template.mixture() else {
            return self.template.render_within(scope, allowance);
        };
        let mut address = String::new();
        // Where values stand that came from outside.
        let mut values = Vec::new();
        for part in parts {
            match part {
                Part::Text(text) => push(&mut address, text, allowance).map_err(|unfit| unfit.of(text))?,
                Part::Expression(expression) => {
                    let begin = address.len();
                    let mut value = String::new();
                    let outcome = expression.run(scope)?;
                    push_text(&mut value, &outcome.value, allowance)
                        .map_err(|unfit| expression.explain(unfit, &outcome))?;
                    if begin > 0 && !expression.is_ready_for_urls() {
                        value = self.fitted(&value, &address, expression)?;
                    }
                    // What the encoding added counts, too.
                    push(&mut address, &value, allowance).map_err(|unfit| unfit.of(expression.source()))?;
                    if begin > 0 && !expression.is_safe() {
                        values.push((begin, expression));
                    }
                }
            }
        }
        self.check_segments(&address, &values)?;
        Ok(Value::String(address))
    }

    /// A value as it may follow what is there of the address.
    fn fitted(&self, value: &str, before: &str, expression: &Expression) -> Result<String, ExpressionError> {
        match self.position(before) {
            Position::Path | Position::Query => Ok(encoded(value)),
            Position::Host if is_host(value, before.ends_with("//")) => Ok(value.to_owned()),
            Position::Host => Err(self.refused(
                expression,
                "in the name of the host, which has only letters, digits, `-` and `.`; if it is a path, write the `/` before it",
            )),
        }
    }

    fn position(&self, before: &str) -> Position {
        if before.contains(['?', '#']) {
            return Position::Query;
        }
        if self.kind == UrlKind::Path {
            return Position::Path;
        }
        let after_scheme = before.find("://").map(|at| &before[at + 3..]);
        match after_scheme {
            // For http, a backslash is as good as a slash.
            Some(rest) if rest.contains(['/', '\\']) => Position::Path,
            _ => Position::Host,
        }
    }

    /// No value may have made a segment that leads up. Dots that the author wrote are the author's.
    fn check_segments(&self, address: &str, values: &[(usize, &Expression)]) -> Result<(), ExpressionError> {
        let end = address.find(['?', '#']).unwrap_or(address.len());
        for (begin, expression) in values.iter().filter(|(begin, _)| *begin <= end) {
            if self.position(&address[..*begin]) != Position::Path {
                continue;
            }
            let from = address[..*begin].rfind(['/', '\\']).map_or(0, |slash| slash + 1);
            let to = address[*begin..end].find(['/', '\\']).map_or(end, |slash| begin + slash);
            let segment = address[from..to].to_ascii_lowercase().replace("%2e", ".");
            if matches!(segment.as_str(), "." | "..") {
                return Err(
                    self.refused(expression, "as a part of the path, where `.` and `..` lead elsewhere")
                );
            }
        }
        Ok(())
    }

    fn refused(&self, expression: &Expression, problem: &'static str) -> ExpressionError {
        let field = match self.kind {
            UrlKind::Whole => "url",
            UrlKind::Path => "path",
        };
        ExpressionError::Address { field, problem, expression: expression.source().to_owned() }
    }
}

/// Whether a value is the name of a host or a part of one; with a port, where it is the first there.
fn is_host(value: &str, may_have_port: bool) -> bool {
    let (name, port) = match value.split_once(':') {
        Some((name, port)) if may_have_port => (name, port),
        _ => (value, ""),
    };
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
        && port.bytes().all(|byte| byte.is_ascii_digit())
}

/// Everything but what RFC 3986 calls unreserved, percent-encoded.
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            byte => {
                // Writing to a `String` cannot fail.
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}
