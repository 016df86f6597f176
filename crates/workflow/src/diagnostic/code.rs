//! The stable words that diagnostics carry, and what each is for.
//!
//! # Adding a code
//! 1. A variant and its word here.
//! 2. A workflow that earns it in `tests/it/diagnostics.rs`; a test there holds that none is missing.

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident => $word:literal,)*) => {
        /// What kind of mistake a diagnostic is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(crate) enum Code {
            $($(#[$doc])* $variant,)*
        }

        impl Code {
            /// The word that clients see.
            pub(crate) const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }

        /// The words of all codes.
        pub const CODES: &[&str] = &[$($word,)*];
    };
}

codes! {
    /// More bytes than a workflow may have.
    FileTooLarge => "file_too_large",
    /// More values, aliases or nesting than a workflow may have.
    TooComplex => "too_complex",
    /// No YAML at all.
    Yaml => "yaml",
    /// A tab where spaces must be.
    TabIndentation => "tab_indentation",
    /// `{{ x }}` where `${{ x }}` was meant.
    BareBraces => "bare_braces",
    /// An expression that YAML takes apart, as it is not in quotes.
    UnquotedExpression => "unquoted_expression",
    /// An alias within what it repeats.
    CyclicAlias => "cyclic_alias",
    /// A key that its map has already.
    DuplicateKey => "duplicate_key",
    /// A list where text is wanted, and so on.
    WrongType => "wrong_type",
    /// A key that means nothing here.
    UnknownKey => "unknown_key",
    /// A key without which it cannot be.
    MissingKey => "missing_key",
    /// Keys that exclude each other.
    ConflictingKeys => "conflicting_keys",
    /// A part of the language that this version lacks.
    NotYet => "not_in_this_version",
    /// A name with characters that names cannot have.
    InvalidName => "invalid_name",
    /// An id that means something else already.
    ReservedId => "reserved_id",
    /// An id that another has.
    DuplicateId => "duplicate_id",
    /// Not a duration, or not one that makes sense.
    InvalidDuration => "invalid_duration",
    /// A value that is none of those that are taken.
    InvalidValue => "invalid_value",
    /// No such kind of trigger.
    UnknownTrigger => "unknown_trigger",
    /// No such event.
    UnknownEvent => "unknown_event",
    /// No such kind of step.
    UnknownStepKind => "unknown_step_kind",
    /// Not an expression.
    ExpressionSyntax => "expression_syntax",
    /// A `${{` without its `}}`.
    UnclosedExpression => "unclosed_expression",
    /// Delimiters around a part of a bare expression.
    PartialDelimiters => "partial_delimiters",
    /// A name that is not in scope.
    UnknownName => "unknown_name",
    /// No step has that id.
    UnknownStep => "unknown_step",
    /// The step has not run by then.
    StepRunsLater => "step_runs_later",
    /// No variable is called that.
    UnknownVariable => "unknown_variable",
    /// What is in scope has no such field.
    UnknownField => "unknown_field",
    /// No such filter.
    UnknownFilter => "unknown_filter",
    /// No such test.
    UnknownTest => "unknown_test",
    /// No such function.
    UnknownFunction => "unknown_function",
    /// A webhook that anybody can call.
    OpenWebhook => "open_webhook",
    /// There is more that is wrong than is worth listing.
    MoreErrors => "more_errors",
}
