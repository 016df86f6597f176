//! The stable words that diagnostics carry, and what each is for.
//!
//! # Adding a code
//! 1. A variant here, with its word and how it is mended.
//! 2. A workflow that earns it in `tests/it/diagnostics.rs`; a test there holds that none is missing.

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident => $word:literal | $hint:literal,)*) => {
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

            /// How such a mistake is mended, where nothing more exact can be said of the one at hand.
            pub(crate) const fn hint(self) -> &'static str {
                match self {
                    $(Self::$variant => $hint,)*
                }
            }
        }

        /// The words of all codes.
        pub const CODES: &[&str] = &[$($word,)*];
    };
}

codes! {
    /// More bytes than a workflow may have.
    FileTooLarge => "file_too_large"
        | "split it into several workflows",
    /// More values, aliases or nesting than a workflow may have.
    TooComplex => "too_complex"
        | "split it into several workflows, or say it with fewer values",
    /// No YAML at all.
    Yaml => "yaml"
        | "look at the indentation, quotes and brackets here and in the line before",
    /// A tab where spaces must be.
    TabIndentation => "tab_indentation"
        | "indent with spaces",
    /// `{{ x }}` where `${{ x }}` was meant.
    BareBraces => "bare_braces"
        | "write `${{ … }}`, in quotes",
    /// An expression that YAML takes apart, as it is not in quotes.
    UnquotedExpression => "unquoted_expression"
        | "put the text into quotes",
    /// An alias within what it repeats.
    CyclicAlias => "cyclic_alias"
        | "write out what the alias stands for",
    /// A key that its map has already.
    DuplicateKey => "duplicate_key"
        | "keep one of the two",
    /// A list where text is wanted, and so on.
    WrongType => "wrong_type"
        | "give it the type that the message asks for",
    /// A key that means nothing here.
    UnknownKey => "unknown_key"
        | "take the key away, or look up its name in the language reference",
    /// A key without which it cannot be.
    MissingKey => "missing_key"
        | "add it",
    /// Keys that exclude each other.
    ConflictingKeys => "conflicting_keys"
        | "keep one of them",
    /// A trigger that is there already.
    DuplicateTrigger => "duplicate_trigger"
        | "keep one of the two",
    /// A name with characters that names cannot have.
    InvalidName => "invalid_name"
        | "choose a name of letters, digits and what the message allows",
    /// An id that means something else already.
    ReservedId => "reserved_id"
        | "choose another id",
    /// An id that another has.
    DuplicateId => "duplicate_id"
        | "give each step an id of its own",
    /// A name that means something else in expressions.
    ReservedName => "reserved_name"
        | "choose another word",
    /// Not a duration, or not one that makes sense.
    InvalidDuration => "invalid_duration"
        | "write a number and a unit, such as `30s`, `5m` or `2h`",
    /// Not a crontab expression.
    InvalidCron => "invalid_cron"
        | "a crontab expression is minute, hour, day of the month, month and day of the week: `0 9 * * 1-5`",
    /// A crontab expression whose time never comes.
    CronNeverFires => "cron_never_fires"
        | "choose a day that the month has",
    /// No such time zone.
    UnknownTimezone => "unknown_timezone"
        | "time zones are called like `Europe/Berlin`",
    /// A value that is none of those that are taken.
    InvalidValue => "invalid_value"
        | "give a value as the message asks for",
    /// Not a place in the event, the inputs or a step's output.
    InvalidPath => "invalid_path"
        | "write the way to the value, such as `event.data.contacts` or `steps.lead.output.phones`",
    /// A `default` with arms behind it.
    MisplacedDefault => "misplaced_default"
        | "move the default to the end",
    /// No such kind of trigger.
    UnknownTrigger => "unknown_trigger"
        | "use `close`, `webhook`, `schedule` or `manual`",
    /// No such event.
    UnknownEvent => "unknown_event"
        | "an event is `<category>.<action>`, or `<object_type>.<action>` as Close names it",
    /// No such kind of step.
    UnknownStepKind => "unknown_step_kind"
        | "look up the step kinds in the language reference",
    /// Two events that Close sends for one thing that happened.
    TwoEventsForOne => "two_events_for_one"
        | "keep one of the two: `task.completed` is enough for tasks of leads, `task.lead.completed` carries the task itself",
    /// Not an expression.
    ExpressionSyntax => "expression_syntax"
        | "an expression reads like `event.data.value > 1000` or `steps.lead.output.name | upper`",
    /// A `${{` without its `}}`.
    UnclosedExpression => "unclosed_expression"
        | "end the expression with `}}`",
    /// Delimiters around a part of a bare expression.
    PartialDelimiters => "partial_delimiters"
        | "write the expression without `${{` and `}}`",
    /// A name that is not in scope.
    UnknownName => "unknown_name"
        | "in scope are `event`, `trigger`, `steps`, `vars`, `inputs`, `execution` and `workflow`",
    /// No step has that id.
    UnknownStep => "unknown_step"
        | "name a step by its `id`",
    /// The step has not run by then.
    StepRunsLater => "step_runs_later"
        | "name a step that runs before this one",
    /// The step runs beside this one, or where only its block can see it.
    StepInOtherBranch => "step_in_other_branch"
        | "use the output of the block that the step is in",
    /// No variable is called that.
    UnknownVariable => "unknown_variable"
        | "add it under `vars`",
    /// No input is called that.
    UnknownInput => "unknown_input"
        | "add it under `inputs` of the `manual` trigger",
    /// What is in scope has no such field.
    UnknownField => "unknown_field"
        | "look up the fields in the language reference",
    /// No such filter.
    UnknownFilter => "unknown_filter"
        | "look up the filters in the language reference",
    /// No such test.
    UnknownTest => "unknown_test"
        | "look up the tests in the language reference",
    /// No such function.
    UnknownFunction => "unknown_function"
        | "look up the functions in the language reference",
    /// A webhook that anybody can call.
    OpenWebhook => "open_webhook"
        | "add `auth`",
    /// An address whose host is chosen by whoever sent the event.
    OpenHost => "open_host"
        | "write the expression to the left of a domain of your own, or take the base address from `vars`",
    /// No workflow is called that.
    UnknownWorkflow => "unknown_workflow"
        | "name a workflow whose file is in the same directory",
    /// An arm that is never taken.
    UnreachableArm => "unreachable_arm"
        | "take the arm away, or give it another condition",
    /// A step behind one that always ends the execution.
    UnreachableStep => "unreachable_step"
        | "take the step away, or put it before the one that ends the execution",
    /// A loop whose condition never changes.
    ConstantUntil => "constant_until"
        | "name what the steps of the loop change: `until: steps.check.output.body.status == \"done\"`",
    /// An answer that nobody waits for.
    RespondWithoutWebhook => "respond_without_webhook"
        | "add `response: respond_step` to the `webhook` trigger",
    /// A webhook that waits for an answer that nobody gives.
    WebhookWithoutRespond => "webhook_without_respond"
        | "add a step with `uses: respond`, or write `response: last_step`",
    /// An expression within code, which would run what it gives.
    ComputedScript => "expression_in_code"
        | "data is there as `event`, `steps`, `vars`, `inputs`, `args` and the other names that expressions have; a template literal in JavaScript is written `${ {` with a space",
    /// An expression within quotes or a comment of an SQL statement, where no value can be bound.
    ExpressionInQuotes => "expression_in_quotes"
        | "take the quotes away: its value is bound as a parameter",
    /// A schema that means nothing, or that nothing could fit.
    InvalidSchema => "invalid_schema"
        | "give it as JSON Schema has it: `type: string`, `enum: [a, b]`, `minimum: 1`",
    /// A default that its own schema refuses.
    InvalidDefault => "invalid_default"
        | "change the default, or the schema",
    /// A field that the event does not have, as far as it is known.
    UnknownEventField => "unknown_event_field"
        | "look at an event in the history, under its `data`",
    /// There is more that is wrong than is worth listing.
    MoreErrors => "more_errors"
        | "mend these first, then look again",
}
