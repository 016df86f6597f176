//! Close's event log: <https://developer.close.com/api/resources/events>. It goes 30 days back and gives the newest
//! first.

use bellhop_vault::Secret;
use bellhop_workflow::model::EventPair;
use bellhop_workflow::time::Timestamp;
use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::{CloseApi, VendorError};

/// The most events that Close gives at once.
const PAGE: &str = "50";

/// Which events. Close takes only certain filters together; an object type and an action, within a stretch of time, is
/// one of the combinations, and an object type alone is none.
#[derive(Debug, Clone, Copy)]
pub struct LogQuery<'a> {
    /// The kind of event.
    pub pair: &'a EventPair,
    /// Last updated then or later.
    pub since: Timestamp,
    /// Last updated before then.
    pub until: Timestamp,
}

/// Some of the log, the newest first.
#[derive(Debug, Deserialize)]
pub struct LogPage {
    /// The events as Close has them, in the form that webhooks have under `event`.
    pub data: Vec<Value>,
    /// Where older ones go on; none where there are none.
    #[serde(default)]
    pub cursor_next: Option<String>,
}

impl CloseApi {
    /// One page of the log.
    pub async fn events(
        &self,
        key: &Secret,
        query: &LogQuery<'_>,
        cursor: Option<&str>,
    ) -> Result<LogPage, VendorError> {
        let path = format!("/event/?{}", parameters(query, cursor));
        self.call(key, Method::GET, &path, None).await
    }
}

fn parameters(query: &LogQuery<'_>, cursor: Option<&str>) -> String {
    let mut parameters = Serializer::new(String::new());
    parameters
        .append_pair("object_type", &query.pair.object_type)
        .append_pair("action", &query.pair.action)
        .append_pair("date_updated__gte", &query.since.to_string())
        .append_pair("date_updated__lt", &query.until.to_string())
        .append_pair("_limit", PAGE);
    if let Some(cursor) = cursor {
        parameters.append_pair("_cursor", cursor);
    }
    parameters.finish()
}
