//! `email`: what a mail server sees, and what is made of what it says.

use std::time::Duration;

use bellhop_steps::{StepFailure, StepRunner};
use bellhop_workflow::model::StepKind;
use rstest::rstest;
use serde_json::{Value, json};

use crate::mail_server::{Behaviour, MailServer};
use crate::support::{attempt, output, run, runner_for, runner_with};

fn letter() -> Value {
    json!({ "to": "ann@example.com", "from": "Bellhop <bot@example.com>", "subject": "Hello", "text": "A deal." })
}

/// A runner whose own mail server that is.
fn runner(server: &MailServer) -> StepRunner {
    runner_for("http://127.0.0.1:9/").with_smtp(server.url("").into()).unwrap()
}

async fn refusal(behaviour: Behaviour) -> StepFailure {
    let server = MailServer::start(behaviour).await;
    attempt(&runner(&server), StepKind::Email, &letter()).await.unwrap_err()
}

#[tokio::test]
async fn a_message_is_delivered() {
    let server = MailServer::start(Behaviour::default()).await;
    let mut input = letter();
    input["to"] = json!(["Ann <ann@example.com>", "ben@example.com"]);
    input["cc"] = json!("cleo@example.com");
    input["bcc"] = json!(["dora@example.com"]);
    input["reply_to"] = json!("sales@example.com");
    input["subject"] = json!("Größer als 10k");
    input["html"] = json!("<p>A deal.</p>");

    let output = output(attempt(&runner(&server), StepKind::Email, &input).await.unwrap());

    let session = server.session().await;
    assert_eq!(
        session.envelope(),
        [
            "MAIL FROM:<bot@example.com>",
            "RCPT TO:<ann@example.com>",
            "RCPT TO:<ben@example.com>",
            "RCPT TO:<cleo@example.com>",
            "RCPT TO:<dora@example.com>",
        ]
    );
    assert_eq!(session.header("From"), ["Bellhop <bot@example.com>"]);
    assert_eq!(session.header("To"), ["Ann <ann@example.com>, ben@example.com"]);
    assert_eq!(session.header("Cc"), ["cleo@example.com"]);
    assert_eq!(session.header("Bcc"), [""; 0]);
    assert_eq!(session.header("Reply-To"), ["sales@example.com"]);
    assert_eq!(session.header("Date"), ["Mon, 02 Mar 2026 09:00:14 +0000"]);
    assert_eq!(session.header("Message-ID"), [output["message_id"].as_str().unwrap()]);
    assert!(session.message().contains("text/plain") && session.message().contains("text/html"));
}

#[tokio::test]
async fn every_attempt_has_the_same_message_id() {
    let server = MailServer::start(Behaviour::default()).await;
    let first = attempt(&runner(&server), StepKind::Email, &letter()).await.unwrap();
    let second = attempt(&runner(&server), StepKind::Email, &letter()).await.unwrap();
    assert_eq!(first, second);
    assert!(output(first)["message_id"].as_str().unwrap().ends_with("@example.com>"));
}

#[tokio::test]
async fn a_credential_gives_server_password_and_sender() {
    let server = MailServer::start(Behaviour { auth: true, ..Behaviour::default() }).await;
    let url = server.url("ann:s3cret%2Fmail@");
    let runner = runner_with("smtp", &[("url", &url), ("from", "Ann <ann@example.com>")]);
    let input =
        json!({ "credential": "smtp", "to": "ben@example.com", "subject": "Hi", "text": "s3cret/mail" });

    attempt(&runner, StepKind::Email, &input).await.unwrap();

    let session = server.session().await;
    assert_eq!(session.header("From"), ["Ann <ann@example.com>"]);
    // The password in clear, decoded from the URL: `\0ann\0s3cret/mail` in base64.
    assert!(session.lines().iter().any(|line| line == "AUTH PLAIN AGFubgBzM2NyZXQvbWFpbA=="), "{session:?}");
}

#[tokio::test]
async fn a_refused_password_is_not_repeated() {
    let server = MailServer::start(Behaviour {
        auth: true,
        refuse: Some(("AUTH", "535 no s3cret-mail")),
        ..Behaviour::default()
    })
    .await;
    let runner =
        runner_with("smtp", &[("url", &server.url("ann:s3cret-mail@")), ("from", "ann@example.com")]);
    let input = json!({ "credential": "smtp", "to": "ben@example.com", "subject": "Hi", "text": "-" });
    let failure = attempt(&runner, StepKind::Email, &input).await.unwrap_err();
    assert!(!failure.retryable);
    assert!(
        failure.error.message.contains("535") && !failure.error.message.contains("s3cret"),
        "{failure:?}"
    );
}

#[tokio::test]
async fn no_password_goes_over_the_network_in_clear() {
    let server = MailServer::start(Behaviour { auth: true, ..Behaviour::default() }).await;
    let url = format!("{}?tls=required", server.url("ann:s3cret-mail@"));
    let runner = runner_with("smtp", &[("url", &url), ("from", "ann@example.com")]);
    let input = json!({ "credential": "smtp", "to": "ben@example.com", "subject": "Hi", "text": "-" });

    let failure = attempt(&runner, StepKind::Email, &input).await.unwrap_err();

    assert_eq!(failure.error.kind, "smtp");
    assert!(failure.error.message.contains("STARTTLS"), "{failure:?}");
    assert!(!failure.retryable);
    assert!(
        !server
            .session()
            .await
            .lines()
            .iter()
            .any(|line| line.starts_with("AUTH") || line.starts_with("MAIL"))
    );
}

#[tokio::test]
async fn a_server_whose_starttls_breaks_gets_no_message() {
    let server = MailServer::start(Behaviour { starttls: true, ..Behaviour::default() }).await;
    let failure = attempt(&runner(&server), StepKind::Email, &letter()).await.unwrap_err();
    assert!(matches!(failure.error.kind.as_str(), "smtp" | "connection"), "{failure:?}");
    assert!(!server.session().await.lines().iter().any(|line| line.starts_with("MAIL")));
}

#[rstest]
#[case::recipient("RCPT", "550 5.1.1 no such user", "smtp", false)]
#[case::sender("MAIL", "553 not you", "smtp", false)]
#[case::for_now("RCPT", "450 4.2.1 mailbox busy", "smtp", true)]
#[case::too_many("MAIL", "421 4.7.0 try later", "smtp", true)]
#[case::message("\r\n.\r\n", "554 5.7.1 spam", "smtp", false)]
#[tokio::test]
async fn what_the_server_says_decides_about_another_attempt(
    #[case] at: &'static str,
    #[case] answer: &'static str,
    #[case] kind: &str,
    #[case] retryable: bool,
) {
    let failure = refusal(Behaviour { refuse: Some((at, answer)), ..Behaviour::default() }).await;
    assert_eq!(failure.error.kind, kind, "{failure:?}");
    assert_eq!(failure.retryable, retryable, "{failure:?}");
    assert!(failure.error.message.contains(&answer[..3]), "{failure:?}");
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_a_timeout() {
    let server = MailServer::start(Behaviour { silent: true, ..Behaviour::default() }).await;
    let time = Duration::from_millis(100);
    let failure = run(&runner(&server), StepKind::Email, &letter(), time, &mut Vec::new()).await.unwrap_err();
    assert_eq!(failure.error.kind, "timeout");
    assert!(failure.retryable);
}

#[tokio::test]
async fn nobody_there_is_a_connection_failure() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    drop(listener);
    let runner = runner_for("http://127.0.0.1:9/").with_smtp(url.into()).unwrap();
    let failure = attempt(&runner, StepKind::Email, &letter()).await.unwrap_err();
    assert_eq!(failure.error.kind, "connection");
    assert!(failure.retryable);
}

#[rstest]
#[case("subject", json!("Hi\r\nBcc: eve@evil.example"))]
#[case("subject", json!("Hi\nX: y"))]
#[case("to", json!("ann@example.com\r\nBcc: eve@evil.example"))]
#[case("to", json!("ann@example.com, eve@evil.example"))]
#[case("to", json!(["ann@example.com>\r\nRCPT TO:<eve@evil.example"]))]
#[case("to", json!("Ann <ann@example.com> <eve@evil.example>"))]
#[case("cc", json!("\"a\r\n\"@example.com"))]
#[case("from", json!("bot@example.com\nX: y"))]
#[case("reply_to", json!("a\u{0}@example.com"))]
#[tokio::test]
async fn an_attackers_text_is_no_header_and_no_recipient(#[case] key: &str, #[case] attack: Value) {
    let mut input = letter();
    input[key] = attack;
    let runner = runner_for("http://127.0.0.1:9/").with_smtp("smtp://127.0.0.1:9".to_owned().into()).unwrap();
    let failure = attempt(&runner, StepKind::Email, &input).await.unwrap_err();
    assert_eq!(failure.error.kind, "invalid_input", "{failure:?}");
    assert!(failure.error.message.contains(&format!("`{key}`")), "{failure:?}");
}

#[tokio::test]
async fn an_attackers_text_in_the_body_stays_in_the_body() {
    let server = MailServer::start(Behaviour::default()).await;
    let mut input = letter();
    input["text"] = json!("Hi\r\n.\r\nRCPT TO:<eve@evil.example>\r\n\r\n.\n.\r\nQUIT\r\n");
    attempt(&runner(&server), StepKind::Email, &input).await.unwrap();
    assert_eq!(
        server.session().await.envelope(),
        ["MAIL FROM:<bot@example.com>", "RCPT TO:<ann@example.com>"]
    );
}

#[rstest]
#[case("to", Value::Null, "`email` needs `to`")]
#[case("to", json!(5), "`to` is an address or a list of them, not a number")]
#[case("subject", Value::Null, "`email` needs `subject`")]
#[case("text", Value::Null, "`email` needs `text` or `html`")]
#[case("from", Value::Null, "`email` needs `from`: neither the step nor its credential names one")]
#[tokio::test]
async fn what_is_missing_is_named(#[case] key: &str, #[case] value: Value, #[case] message: &str) {
    let mut input = letter();
    input[key] = value;
    let runner = runner_for("http://127.0.0.1:9/").with_smtp("smtp://127.0.0.1:9".to_owned().into()).unwrap();
    let failure = attempt(&runner, StepKind::Email, &input).await.unwrap_err();
    assert_eq!(failure.error.message, message);
}

#[tokio::test]
async fn without_a_server_both_ways_to_one_are_named() {
    let failure = attempt(&runner_for("http://127.0.0.1:9/"), StepKind::Email, &letter()).await.unwrap_err();
    assert_eq!(failure.error.kind, "credential");
    assert!(failure.error.message.contains("`smtp`") && failure.error.message.contains("`smtp_url`"));
}

#[rstest]
#[case("http://mail.example.com")]
#[case("smtp://")]
#[case("smtp://ann:hidden-word@mail.example.com?tls=maybe")]
fn a_wrong_url_is_refused_and_not_repeated(#[case] url: &str) {
    let refused = runner_for("http://127.0.0.1:9/").with_smtp(url.to_owned().into()).map(|_| ()).unwrap_err();
    assert!(!refused.to_string().contains("hidden-word"), "{refused}");
}
