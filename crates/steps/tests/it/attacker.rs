//! What an attacker writes into an event arrives as data, in whatever part of a request it is put: the server sees
//! one request, to the path that the author meant, with the text whole.

use std::collections::HashMap;

use bellhop_steps::StepFailure;
use bellhop_workflow::expression::{ExpressionError, Scope};
use bellhop_workflow::model::{Action, EventPair, StepKind};
use bellhop_workflow::{EventCatalogue, UnknownEvent, parse};
use rstest::rstest;
use serde_json::{Value, json};
use wiremock::{MockServer, Request, ResponseTemplate};

use crate::support::{attempt, header, only_request, runner_for, server};

/// Texts that mean something to somebody on the way.
const EVIL: [&str; 12] = [
    "../../admin",
    "..",
    "a/../../b",
    "x?admin=1&b=2#c",
    "x%2f..%2fadmin",
    "%2e%2e",
    "..\\..\\admin",
    "x\r\nX-Evil: 1\r\n\r\nGET /admin HTTP/1.1\r\n",
    "@evil.example/",
    "${{ event.secret }} {{ 7 * 7 }}",
    "\"}, \"admin\": true, {\"",
    "é\u{0}\u{202e} +&=;",
];

struct NoEvents;

impl EventCatalogue for NoEvents {
    fn resolve(&self, _: &str, _: &str) -> Result<Vec<EventPair>, UnknownEvent> {
        Err(UnknownEvent { suggestion: None })
    }
}

/// The input of a step whose `with` that is, over an event with the attacker's text as `data` and the server as
/// `base`.
fn rendered(kind: &str, with: &str, base: &str, text: &str) -> Result<Value, ExpressionError> {
    let yaml = format!("name: demo\ntriggers: [manual: {{}}]\nsteps:\n  - uses: {kind}\n    with: {with}\n");
    let workflow = match parse(&yaml, &NoEvents) {
        Ok(parsed) => parsed.workflow,
        Err(diagnostics) => panic!("{diagnostics:?}"),
    };
    let Action::Uses { with, .. } = &workflow.steps[0].action else { panic!("not a single step") };
    let mut scope = Scope::new();
    scope.set("event", &json!({ "data": text, "raw": base, "secret": "hush-hush" }));
    with.render(&scope)
}

/// Runs a step over the attacker's text; the server's address stands in for `SERVER`.
async fn run(server: &MockServer, kind: StepKind, with: &str, text: &str) -> Result<(), StepFailure> {
    let base = server.uri();
    let input = rendered(kind.as_str(), &with.replace("SERVER", &base), &base, text).unwrap();
    attempt(&runner_for(&format!("{base}/api/v1")), kind, &input).await.map(drop)
}

/// The text that a percent-encoded part of an address stands for.
fn decoded(part: &str) -> String {
    url::form_urlencoded::parse(format!("x={}", part.replace('+', "%2B")).as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

fn query(request: &Request) -> HashMap<String, String> {
    request.url.query_pairs().into_owned().collect()
}

#[rstest]
#[case::http_with_a_server("url: 'SERVER/users/${{ event.data }}/notes'")]
#[case::http_with_a_base("url: '${{ event.raw }}/users/${{ event.data }}/notes'")]
#[tokio::test]
async fn in_a_path_it_is_one_segment(#[case] with: &str) {
    for text in EVIL {
        let server = server(ResponseTemplate::new(200)).await;
        let with = format!("{{ {} }}", with.replace("SERVER", &server.uri()));
        if text == ".." {
            let refused = rendered("http", &with, &server.uri(), text).unwrap_err();
            assert!(matches!(refused, ExpressionError::Address { field: "url", .. }), "{refused}");
            continue;
        }
        run(&server, StepKind::Http, &with, text).await.unwrap();
        let request = only_request(&server).await;
        let segments: Vec<&str> = request.url.path().split('/').collect();
        assert_eq!((segments.len(), segments[1], segments[3]), (4, "users", "notes"), "{text}");
        assert_eq!(decoded(segments[2]), text);
        assert_eq!(request.url.query(), None);
        assert!(!request.headers.contains_key("x-evil"));
    }
}

#[tokio::test]
async fn in_a_path_at_close_it_is_one_segment_or_refused() {
    for text in EVIL {
        let server = server(ResponseTemplate::new(200)).await;
        let with = "{ path: '/lead/${{ event.data }}/' }";
        let input = rendered("close", with, "", text);
        // What reads as a way up or an empty part once it is decoded is refused: nobody knows who decodes it.
        let refused = match input {
            Err(ExpressionError::Address { field: "path", .. }) => true,
            Err(error) => panic!("{error}"),
            Ok(input) => {
                let runner = runner_for(&format!("{}/api/v1", server.uri()));
                attempt(&runner, StepKind::Close, &input).await.is_err()
            }
        };
        if refused {
            assert!(text.contains("..") || text.ends_with('/'), "{text}");
            assert!(server.received_requests().await.unwrap().is_empty());
            continue;
        }
        let request = only_request(&server).await;
        let segments: Vec<&str> = request.url.path().split('/').collect();
        assert_eq!(segments.len(), 6, "{text}");
        assert_eq!(segments[..4], ["", "api", "v1", "lead"]);
        assert_eq!(decoded(segments[4]), text);
        assert_eq!(request.url.query(), None);
    }
}

#[rstest]
#[case::in_the_address("{ url: 'SERVER/find?q=${{ event.data }}&page=1' }")]
#[case::under_query("{ url: SERVER/find, query: { q: '${{ event.data }}', page: 1 } }")]
#[tokio::test]
async fn in_a_query_it_is_one_value(#[case] with: &str) {
    for text in EVIL {
        let server = server(ResponseTemplate::new(200)).await;
        run(&server, StepKind::Http, with, text).await.unwrap();
        let request = only_request(&server).await;
        assert_eq!(request.url.path(), "/find");
        let expected = HashMap::from([("q", text), ("page", "1")]);
        let expected =
            expected.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        assert_eq!(query(&request), expected);
    }
}

#[tokio::test]
async fn in_the_query_of_close_it_is_one_value() {
    for text in EVIL {
        let server = server(ResponseTemplate::new(200)).await;
        run(&server, StepKind::Close, "{ path: /lead/, query: { query: '${{ event.data }}' } }", text)
            .await
            .unwrap();
        let request = only_request(&server).await;
        assert_eq!(query(&request), HashMap::from([("query".to_owned(), text.to_owned())]));
    }
}

#[rstest]
#[case("evil.example/x?")]
#[case("evil.example#")]
#[case("user@evil.example")]
#[case("evil.example\\")]
#[case("a:80")]
#[case("..%2f")]
#[case("é")]
fn in_a_host_it_is_a_name_or_refused(#[case] text: &str) {
    let refused =
        rendered("http", "{ url: 'https://api-${{ event.data }}.example.com/v1' }", "", text).unwrap_err();
    let message = refused.to_string();
    assert!(
        message.starts_with("`url`: `event.data` gives what cannot stand in the name of the host"),
        "{message}"
    );
    assert!(!message.contains(text), "the text may be secret: {message}");
}

#[test]
fn a_host_a_port_and_a_base_are_taken() {
    let url = |with: &str, text: &str| rendered("http", &format!("{{ url: '{with}' }}"), "", text).unwrap();
    let cases = [
        ("https://api-${{ event.data }}.example.com/v1", "eu-1", "https://api-eu-1.example.com/v1"),
        ("https://${{ event.data }}/v1", "example.com:8443", "https://example.com:8443/v1"),
        ("http://localhost:${{ event.data }}/v1", "8080", "http://localhost:8080/v1"),
        ("${{ event.data }}/v1?a=b", "https://example.com/base", "https://example.com/base/v1?a=b"),
        ("${{ event.data }}", "https://example.com/a?b=c#d", "https://example.com/a?b=c#d"),
        ("https://example.com/${{ event.data | safe }}", "a/b?c", "https://example.com/a/b?c"),
        ("https://example.com/${{ event.data | urlencode }}", "a/b?c", "https://example.com/a%2Fb%3Fc"),
        ("https://example.com/${{ 'x' ~ event.data | urlencode }}", "a/b", "https://example.com/xa%252Fb"),
        (
            "https://example.com/${{ event.data ~ ('/' | urlencode) }}",
            "../",
            "https://example.com/..%2F%252F",
        ),
        ("https://example.com/a.${{ event.data }}", ".", "https://example.com/a.."),
        ("https://example.com/#${{ event.data }}", "a b", "https://example.com/#a%20b"),
    ];
    for (with, text, expected) in cases {
        let with = with.replace("'x'", "''x''").replace("'/'", "''/''");
        assert_eq!(url(&with, text)["url"], expected, "{with}");
    }
}

#[rstest]
#[case("https://example.com/${{ event.data }}/x", ".")]
#[case("https://example.com/${{ event.data }}", "..")]
#[case("https://example.com/.${{ event.data }}/x", ".")]
#[case("https://example.com/%2e${{ event.data }}?a", ".")]
#[case("https://example.com/${{ event.data | urlencode }}/x", "..")]
#[case("https://example.com/${{ event.data }}${{ event.data }}/x", ".")]
fn dots_that_lead_up_are_refused(#[case] with: &str, #[case] text: &str) {
    let refused = rendered("http", &format!("{{ url: '{with}' }}"), "", text).unwrap_err();
    assert!(matches!(refused, ExpressionError::Address { field: "url", .. }), "{refused}");
}

#[tokio::test]
async fn in_a_header_it_is_one_value_or_refused() {
    for text in EVIL {
        let server = server(ResponseTemplate::new(200)).await;
        let done = run(
            &server,
            StepKind::Http,
            "{ url: SERVER, headers: { X-Text: 'a ${{ event.data }} b' } }",
            text,
        )
        .await;
        if text.chars().any(char::is_control) {
            let failure = done.unwrap_err();
            assert_eq!(failure.error.kind, "invalid_input");
            let message = "`headers.X-Text` has a line break or another control character";
            assert_eq!(failure.error.message, message);
            assert!(server.received_requests().await.unwrap().is_empty());
        } else {
            done.unwrap();
            let request = only_request(&server).await;
            assert_eq!(request.headers["x-text"].as_bytes(), format!("a {text} b").as_bytes());
            assert!(!request.headers.contains_key("x-evil"));
        }
    }
}

#[rstest]
#[case::line_break("X-A\r\nX-Evil")]
#[case::colon("X-A: 1")]
#[case::blank("X A")]
#[case::empty("")]
#[tokio::test]
async fn a_header_name_that_is_none_is_refused(#[case] name: &str) {
    let server = server(ResponseTemplate::new(200)).await;
    let input = json!({ "url": server.uri(), "headers": { name: "1" } });
    let failure = attempt(&runner_for(&server.uri()), StepKind::Http, &input).await.unwrap_err();
    assert_eq!(failure.error.kind, "invalid_input");
    assert!(failure.error.message.starts_with("`headers`: "), "{}", failure.error.message);
    assert!(server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn in_a_form_it_is_one_field() {
    for text in EVIL {
        let server = server(ResponseTemplate::new(200)).await;
        let with = "{ url: SERVER, method: POST, form: { text: '${{ event.data }}', page: 1 } }";
        run(&server, StepKind::Http, with, text).await.unwrap();
        let request = only_request(&server).await;
        let fields: Vec<(String, String)> = url::form_urlencoded::parse(&request.body).into_owned().collect();
        assert_eq!(fields, [("text".to_owned(), text.to_owned()), ("page".to_owned(), "1".to_owned())]);
    }
}

#[rstest]
#[case(
    StepKind::Http,
    "{ url: SERVER, method: POST, json: { text: '${{ event.data }}', list: ['a ${{ event.data }}'] } }"
)]
#[case(
    StepKind::Close,
    "{ path: /lead/, method: POST, json: { text: '${{ event.data }}', list: ['a ${{ event.data }}'] } }"
)]
#[tokio::test]
async fn in_json_it_is_one_text(#[case] kind: StepKind, #[case] with: &str) {
    for text in EVIL {
        let server = server(ResponseTemplate::new(200)).await;
        run(&server, kind, with, text).await.unwrap();
        let request = only_request(&server).await;
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!(body, json!({ "text": text, "list": [format!("a {text}")] }));
        assert_eq!(header(&request, "content-type"), Some("application/json"));
    }
}
