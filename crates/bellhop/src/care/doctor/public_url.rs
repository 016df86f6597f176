//! Whether vendors find the way here: through the public URL, with TLS.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use reqwest::Client;
use url::Url;

use super::{Finding, PATIENCE, chain};
use crate::config::Settings;
use crate::hosts::is_of_this_machine;

const CHECK: &str = "public URL";

pub(super) async fn examine(settings: &Settings, http: &Client) -> Vec<Finding> {
    let Some(text) = &settings.public_url else {
        let mend = "set `public_url` to the https address that Close reaches this server at, before a workflow with a \
                    `close` trigger is switched on";
        return vec![Finding::remark(CHECK, "there is none: only this machine reaches the server", mend)];
    };
    let url = match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.host().is_some() => url,
        _ => {
            let mend = "set `public_url` to an https URL such as https://bellhop.example.com";
            return vec![Finding::wrong(CHECK, format!("`{text}` is no http or https URL"), mend)];
        }
    };
    vec![scheme(&url), reach(settings, &url, http).await]
}

fn scheme(url: &Url) -> Finding {
    let mend = "put a proxy with a certificate before the server, and its https address into `public_url`";
    if url.scheme() == "https" {
        Finding::well(CHECK, format!("{url} is https"))
    } else if is_of_this_machine(url) {
        Finding::remark(CHECK, format!("{url} is of this machine: no vendor reaches it"), mend)
    } else {
        Finding::wrong(
            CHECK,
            format!("{url} is not https: Close refuses it, and keys go over the net in the open"),
            mend,
        )
    }
}

/// Whether a server that runs here is the one that answers there.
async fn reach(settings: &Settings, url: &Url, http: &Client) -> Finding {
    let listen = settings.listen;
    let here = match listen.ip() {
        IpAddr::V4(address) if address.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(address) if address.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        address => address,
    };
    let local = format!("http://{}/healthz", std::net::SocketAddr::new(here, listen.port()));
    if let Err(reason) = ask(http, &local).await {
        return Finding::remark(
            CHECK,
            format!("no server answers at {listen} ({reason}), so the way through {url} was not tried"),
            "start the server and run this again",
        );
    }
    let through = format!("{}/healthz", url.as_str().trim_end_matches('/'));
    match ask(http, &through).await {
        Ok(()) => Finding::well(CHECK, format!("the server answers through {url}")),
        Err(reason) => Finding::wrong(
            CHECK,
            format!("the server runs, and cannot be reached through {url}: {reason}"),
            format!(
                "have the proxy hand every path on to http://{listen}, and see the name's address and the firewall"
            ),
        ),
    }
}

/// Whether a server of ours answers there, and if not, what does.
async fn ask(http: &Client, url: &str) -> Result<(), String> {
    let answer = http.get(url).timeout(PATIENCE).send().await.map_err(|error| chain(&error.without_url()))?;
    let status = answer.status();
    let body: serde_json::Value = answer.json().await.unwrap_or_default();
    if status.is_success() && body["status"] == "ok" {
        Ok(())
    } else if status.is_success() {
        Err("something else answers there".to_owned())
    } else {
        Err(format!("it answers {status}"))
    }
}
