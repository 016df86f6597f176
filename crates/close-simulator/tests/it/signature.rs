//! The signature against the vector of the reference, and over a real delivery.

use close_simulator::{EventDraft, sign};

use crate::client::{Client, soon, text};

const KEY: &str = "9d2c41f07ab85e6633d1c0e4977fba1028cd45e6f1903b7da26e58c4719b0fde";
const BODY: &str = r#"{"subscription_id":"whsub_4tQy9Zb2LrW8kHs0VnXc1D","event":{"id":"ev_6Pn2VdWq0cRzT8yKb4Lm7S","object_type":"lead","action":"created","data":{"name":"Café Nord"}}}"#;

#[test]
fn the_signature_is_that_of_the_reference() {
    assert_eq!(BODY.len(), 162);
    assert_eq!(
        sign(KEY, "1772442014", BODY.as_bytes()).unwrap(),
        "d4838910a60c4558dca8ceb3642287947e9718d8934f78f0ffcf4408bf034aad"
    );
}

#[test]
fn a_key_that_is_not_hexadecimal_signs_nothing() {
    assert!(sign("not hex", "1772442014", BODY.as_bytes()).is_err());
}

#[tokio::test]
async fn a_delivery_is_signed_with_the_key_that_its_subscription_got() {
    let client = Client::start().await;
    let subscription = client.subscribe("hook", &[("lead", "created")]).await;
    client.simulator.emit(&EventDraft::new("lead", "created")).unwrap();

    let requests = soon(client.simulator.sink_requests_when("hook", 1)).await;
    let delivery = &requests[0];
    let hash =
        sign(text(&subscription, "signature_key"), &delivery.headers["close-sig-timestamp"], &delivery.body);
    assert_eq!(delivery.headers["close-sig-hash"], hash.unwrap());
    assert_eq!(delivery.method, "POST");
    assert_eq!(delivery.headers["content-type"], "application/json");
    assert_eq!(delivery.json().unwrap()["subscription_id"], subscription["id"]);
}
