//! The database server is gone for a while, and comes back at the same address.

use std::net::SocketAddr;

use bellhop_testkit::database::{Db, TestDatabase};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use url::Url;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::{GOES_ON, STOPPED, is_put_off, one_effect};
use crate::site::Site;

/// The way to the database server, which can be cut.
struct Way {
    here: SocketAddr,
    there: SocketAddr,
    cut: CancellationToken,
}

impl Way {
    async fn to(there: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let here = listener.local_addr().unwrap();
        let cut = CancellationToken::new();
        tokio::spawn(carry(listener, there, cut.clone()));
        Self { here, there, cut }
    }

    /// Whoever is connected is cut off, and nobody gets a connection.
    fn cut(&self) {
        self.cut.cancel();
    }

    fn mend(&mut self) {
        self.cut = CancellationToken::new();
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.set_reuseaddr(true).unwrap();
        socket.bind(self.here).unwrap();
        tokio::spawn(carry(socket.listen(64).unwrap(), self.there, self.cut.clone()));
    }
}

async fn carry(listener: TcpListener, there: SocketAddr, cut: CancellationToken) {
    let accept = async {
        loop {
            let (mut near, _) = listener.accept().await.unwrap();
            let cut = cut.clone();
            tokio::spawn(cut.run_until_cancelled_owned(async move {
                let mut far = TcpStream::connect(there).await.unwrap();
                // Either end may go.
                drop(tokio::io::copy_bidirectional(&mut near, &mut far).await);
            }));
        }
    };
    cut.run_until_cancelled(accept).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_goes_on_when_its_database_is_back() {
    let database = TestDatabase::create(Db::Postgres);
    let mut url = Url::parse(&database.url()).unwrap();
    let there = (url.host_str().unwrap().parse::<std::net::IpAddr>().unwrap(), url.port().unwrap()).into();
    let mut way = Way::to(there).await;
    url.set_port(Some(way.here.port())).unwrap();
    let site = Site::at(url.to_string()).await;
    let peer = MockServer::start().await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(200)).mount(&peer).await;
    let server = site.serve();
    let hook = site.activate(&server, "effects", one_effect(&peer.uri())).await;
    assert!(site.deliver(server.address(), &hook, "ev_first").await.unwrap().is_taken());

    way.cut();
    let events: Vec<String> = (0..50).map(|number| format!("ev_{number}")).collect();
    let all = futures::future::join_all(
        events.iter().map(|event| async { site.deliver(server.address(), &hook, event).await.unwrap() }),
    );
    for answer in all.await {
        is_put_off(&answer);
    }
    assert_eq!(site.ask(&server, "/readyz").await.status, 503);
    assert_eq!(site.ask(&server, "/healthz").await.status, 200);

    way.mend();
    site.until_ready_is(&server, 200).await;
    for event in &events {
        assert!(site.deliver(server.address(), &hook, event).await.unwrap().is_taken());
    }
    let all: Vec<String> = events.iter().cloned().chain(["ev_first".to_owned()]).collect();
    site.all_succeed(&server, &all).await;
    assert_eq!((site.logged(STOPPED).len(), site.logged(GOES_ON).len()), (1, 1));
    assert!(site.logged(STOPPED)[0].contains("cannot be reached"));
    assert_eq!(
        site.logged("\"level\":\"ERROR\"").len(),
        1,
        "the log is told once: {:?}",
        site.logged("ERROR")
    );
}
