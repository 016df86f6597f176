//! A collector that is away, slow, or takes nothing: nobody minds.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bellhop::config::Hidden;
use bellhop_testkit::database::Db;
use bellhop_testkit::server::{TestServer, answer};
use bellhop_workflow::time::SystemClock;
use reqwest::Method;
use rstest::rstest;
use tokio::net::TcpListener;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers};

use super::{deliver, workflow};

/// What stands where the collector should be. It is as long there as what is given back.
enum Fault {
    Away,
    Silent,
    Refusing,
}

async fn endpoint(fault: Fault) -> (String, Option<TcpListener>, Option<MockServer>) {
    match fault {
        Fault::Away => {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
            (format!("http://{}", listener.local_addr().unwrap()), None, None)
        }
        // It takes connections, as the system does that for it, and never answers.
        Fault::Silent => {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
            (format!("http://{}", listener.local_addr().unwrap()), Some(listener), None)
        }
        Fault::Refusing => {
            let server = MockServer::start().await;
            Mock::given(matchers::any()).respond_with(ResponseTemplate::new(400)).mount(&server).await;
            (server.uri(), None, Some(server))
        }
    }
}

#[rstest]
#[case::away(Fault::Away)]
#[case::silent(Fault::Silent)]
#[case::refusing(Fault::Refusing)]
#[tokio::test]
async fn a_collector_that_fails_changes_nothing(#[case] fault: Fault) {
    let (endpoint, _listener, _mock) = endpoint(fault).await;
    let endpoint = Hidden::new(endpoint);
    let mut server = TestServer::start_with(Db::Sqlite, Arc::new(SystemClock), |settings| {
        settings.otlp_endpoint = Some(endpoint);
    })
    .await;
    server.create_active(&workflow("  - { id: say, uses: log, with: { message: x } }\n")).await;
    for _ in 0..20 {
        deliver(&server, None).await;
    }
    let executions = server.ended("traced", 20).await;
    assert!(executions.iter().all(|one| one["status"] == "succeeded"));
    assert_eq!(answer(server.bare(Method::GET, "/readyz")).await.status, 200);
    let began = Instant::now();
    server.stop().await;
    // Far less than a collector's time-out.
    assert!(began.elapsed() < Duration::from_secs(8), "stopping took {:?}", began.elapsed());
}
