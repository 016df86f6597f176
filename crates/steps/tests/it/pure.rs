//! The kinds that only compute: `set`, `log`, `return`, `fail`.

use std::sync::Arc;
use std::time::Duration;

use bellhop_steps::{CredentialSource, Outcome, Reach, RunnerError, StepRunner};
use bellhop_vault::{Credential, Redactor};
use bellhop_workflow::ids::CredentialName;
use bellhop_workflow::journal::{LogLevel, LogLine};
use bellhop_workflow::model::StepKind;
use futures::future::{BoxFuture, FutureExt as _};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{NOW, attempt, run};

const SECRET: &str = "s3cr3t-key";

pub(crate) struct NoCredentials;

impl CredentialSource for NoCredentials {
    fn resolve<'a>(&'a self, _: &'a CredentialName) -> BoxFuture<'a, Result<Credential, String>> {
        async { Err("there is none".to_owned()) }.boxed()
    }
}

/// A runner that knows a secret and nobody to share it with.
fn runner() -> StepRunner {
    let redactor = Redactor::default();
    redactor.learn(&SECRET.to_owned().into());
    StepRunner::new("http://127.0.0.1:9/", Arc::new(NoCredentials), redactor, Reach::default()).unwrap()
}

#[tokio::test]
async fn set_gives_its_map() {
    let outcome =
        attempt(&runner(), StepKind::Set, &json!({ "b": [1], "a": null, "key": SECRET })).await.unwrap();
    assert_eq!(outcome, Outcome::Output(json!({ "b": [1], "a": null, "key": "[redacted]" })));
}

#[rstest]
#[case(json!({ "lead": "lead_1" }))]
#[case(json!([1, 2]))]
#[case(Value::Null)]
#[tokio::test]
async fn return_ends_the_execution_with_what_it_was_given(#[case] value: Value) {
    let outcome = attempt(&runner(), StepKind::Return, &value).await.unwrap();
    assert_eq!(outcome, Outcome::Return(value));
}

#[rstest]
#[case::text(json!({ "message": "it goes" }), LogLevel::Info, "it goes")]
#[case::level(json!({ "level": "error", "message": "it went" }), LogLevel::Error, "it went")]
#[case::value(json!({ "level": "debug", "message": { "a": [1] } }), LogLevel::Debug, r#"{"a":[1]}"#)]
#[case::secret(json!({ "message": "key s3cr3t-key" }), LogLevel::Info, "key [redacted]")]
#[tokio::test]
async fn log_writes_a_line_after_those_that_are_there(
    #[case] input: Value,
    #[case] level: LogLevel,
    #[case] message: &str,
) {
    let earlier = LogLine { at: NOW, level: LogLevel::Warn, message: "earlier".to_owned() };
    let mut log = vec![earlier.clone()];

    let outcome = run(&runner(), StepKind::Log, &input, Duration::from_secs(1), &mut log).await.unwrap();

    assert_eq!(outcome, Outcome::Output(Value::Null));
    assert_eq!(log, [earlier, LogLine { at: NOW, level, message: message.to_owned() }]);
}

#[rstest]
#[case::text(json!({ "message": "no deal for s3cr3t-key" }), "no deal for [redacted]")]
#[case::number(json!({ "message": 42 }), "42")]
#[tokio::test]
async fn fail_ends_the_execution_for_good(#[case] input: Value, #[case] message: &str) {
    let failure = attempt(&runner(), StepKind::Fail, &input).await.unwrap_err();
    assert_eq!(failure.error.kind, "fail");
    assert_eq!(failure.error.message, message);
    assert!(!failure.retryable);
}

#[rstest]
#[case(StepKind::Set, json!([1]), "`with` of `set` is a map, not a list")]
#[case(StepKind::Log, json!({}), "`log` needs `message`")]
#[case(
    StepKind::Log,
    json!({ "level": "loud", "message": "a" }),
    "`level`: unknown variant `loud`, expected one of `debug`, `info`, `warn`, `error`"
)]
#[case(
    StepKind::Log,
    json!({ "message": "a", "mesage": "b" }),
    "`log` has no key `mesage`; it has level, message"
)]
#[case(StepKind::Fail, json!({}), "`fail` needs `message`")]
#[case(StepKind::Fail, json!({ "message": [] }), "`message` is a text, not a list")]
#[tokio::test]
async fn a_mistake_in_the_input_names_its_key(
    #[case] kind: StepKind,
    #[case] input: Value,
    #[case] message: &str,
) {
    let failure = attempt(&runner(), kind, &input).await.unwrap_err();
    assert_eq!(failure.error.kind, "invalid_input");
    assert_eq!(failure.error.message, message);
    assert!(!failure.retryable);
}

#[rstest]
#[case("api.close.com/api/v1")]
#[case("ftp://api.close.com/")]
fn a_base_address_that_is_none_is_refused(#[case] base: &str) {
    let refused = StepRunner::new(base, Arc::new(NoCredentials), Redactor::default(), Reach::default())
        .map(|_| ())
        .unwrap_err();
    assert!(matches!(refused, RunnerError::CloseApiBase(given) if given == base));
}
