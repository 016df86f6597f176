//! Where the mistakes of a file are gathered.

use super::event_fields::Payload;
use crate::catalogue::EventCatalogue;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::source::{Source, Span};

/// More than this and nobody reads them; it also bounds what a hostile file can cost.
const MAX_DIAGNOSTICS: usize = 100;

/// More expressions than this in one file are refused: each is compiled.
const MAX_EXPRESSIONS: usize = 1_000;

/// A file under examination.
pub(crate) struct Context<'a> {
    source: Source<'a>,
    catalogue: &'a dyn EventCatalogue,
    found: Vec<Diagnostic>,
    has_errors: bool,
    is_full: bool,
    expressions_left: usize,
    payload: Payload<'a>,
}

/// A mistake that was just noted, to add a hint to.
pub(super) struct Note<'a>(Option<&'a mut Diagnostic>);

impl Note<'_> {
    pub(super) fn help(self, help: impl Into<String>) {
        self.maybe_help(Some(help.into()));
    }

    pub(super) fn maybe_help(self, help: Option<String>) {
        if let (Some(diagnostic), Some(help)) = (self.0, help) {
            diagnostic.help = Some(help);
        }
    }
}

impl<'a> Context<'a> {
    pub(super) fn new(source: Source<'a>, catalogue: &'a dyn EventCatalogue) -> Self {
        Self {
            source,
            catalogue,
            found: Vec::new(),
            has_errors: false,
            is_full: false,
            expressions_left: MAX_EXPRESSIONS,
            payload: Payload::Unknown,
        }
    }

    pub(super) fn source(&self) -> &Source<'a> {
        &self.source
    }

    pub(super) fn catalogue(&self) -> &'a dyn EventCatalogue {
        self.catalogue
    }

    /// What the events have that can be meant where the reading has come to.
    pub(super) fn payload(&self) -> &Payload<'a> {
        &self.payload
    }

    pub(super) fn set_payload(&mut self, payload: Payload<'a>) {
        self.payload = payload;
    }

    pub(super) fn has_errors(&self) -> bool {
        self.has_errors
    }

    /// Whether more findings would not be kept, so that nobody need look for them.
    pub(super) fn is_full(&self) -> bool {
        self.is_full
    }

    /// Asks to read a text with so many expressions; notes where the file has too many.
    pub(super) fn may_read(&mut self, expressions: usize, span: Span, path: &str) -> bool {
        if let Some(left) = self.expressions_left.checked_sub(expressions) {
            self.expressions_left = left;
            return true;
        }
        let message = format!("the file has more than {MAX_EXPRESSIONS} expressions");
        self.error(Code::TooComplex, span, path, message);
        false
    }

    /// Notes an error.
    pub(super) fn error(
        &mut self,
        code: Code,
        span: Span,
        path: &str,
        message: impl Into<String>,
    ) -> Note<'_> {
        self.has_errors = true;
        self.note(Severity::Error, code, span, path, message.into())
    }

    /// Notes what is probably a mistake.
    pub(super) fn warning(
        &mut self,
        code: Code,
        span: Span,
        path: &str,
        message: impl Into<String>,
    ) -> Note<'_> {
        self.note(Severity::Warning, code, span, path, message.into())
    }

    fn note(&mut self, severity: Severity, code: Code, span: Span, path: &str, message: String) -> Note<'_> {
        if self.found.len() >= MAX_DIAGNOSTICS {
            self.is_full = true;
            return Note(None);
        }
        let start = self.source.position(span.start);
        let end = self.source.position(span.end.max(span.start));
        // An anchor's value is examined wherever an alias repeats it, but what is wrong with it is wrong once.
        let is_known = self.found.iter().any(|other| {
            (other.line, other.column, other.code.as_str(), other.message.as_str())
                == (start.line, start.column, code.as_str(), message.as_str())
        });
        if is_known {
            return Note(None);
        }
        self.found.push(Diagnostic {
            severity,
            code: code.as_str().to_owned(),
            message,
            help: Some(code.hint().to_owned()),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
            path: path.to_owned(),
            source_line: self.source.shown_line(start.line),
        });
        Note(self.found.last_mut())
    }

    /// All that was found, in the order of the file.
    pub(super) fn into_diagnostics(mut self) -> Vec<Diagnostic> {
        self.found.sort_by_key(|diagnostic| (diagnostic.line, diagnostic.column));
        if self.is_full
            && let Some(last) = self.found.last().cloned()
        {
            self.found.push(Diagnostic {
                severity: if self.has_errors { Severity::Error } else { Severity::Warning },
                code: Code::MoreErrors.as_str().to_owned(),
                message: format!("there is more; only {MAX_DIAGNOSTICS} findings are shown"),
                help: Some(Code::MoreErrors.hint().to_owned()),
                ..last
            });
        }
        self.found
    }
}
