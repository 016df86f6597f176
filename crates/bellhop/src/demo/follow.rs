//! Follows what comes of the story, over REST: each delivery as it arrives, its executions as they end.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::Value;

use super::narrator::Narrator;
use super::stage::Stage;
use crate::cli::CliError;

/// How often the lists are looked at.
const PACE: Duration = Duration::from_millis(25);
/// How long the story waits for what has to come next.
const PATIENCE: Duration = Duration::from_secs(15);

/// What has been told already.
#[derive(Default)]
pub(super) struct Follower {
    told: HashSet<String>,
}

impl Follower {
    /// Tells of the next `count` deliveries and of what each starts.
    pub(super) async fn tell_next(
        &mut self,
        count: usize,
        stage: &Stage,
        narrator: &Narrator<'_>,
    ) -> Result<(), CliError> {
        let mut left = count;
        let story = async {
            while left > 0 {
                left -= self.tell_new(stage, narrator).await?.min(left);
                tokio::time::sleep(PACE).await;
            }
            Ok(())
        };
        tokio::time::timeout(PATIENCE, story).await.unwrap_or_else(|_| {
            Err(CliError::failed(format!("the demo waited {PATIENCE:?} for a delivery that did not come")))
        })
    }

    /// Takes what has come so far as told.
    pub(super) async fn skip_told(&mut self, stage: &Stage) -> Result<(), CliError> {
        let page = stage.client.list(&["deliveries"], &[], 100, None).await?;
        self.told.extend(page.items.iter().map(|one| id(one).to_owned()));
        Ok(())
    }

    /// Tells of every delivery that has not been told of; how many there were.
    pub(super) async fn tell_new(
        &mut self,
        stage: &Stage,
        narrator: &Narrator<'_>,
    ) -> Result<usize, CliError> {
        let page = stage.client.list(&["deliveries"], &[], 100, None).await?;
        let mut new: Vec<_> = page.items.into_iter().filter(|one| !self.told.contains(id(one))).collect();
        // The list has the newest first; a story does not.
        new.reverse();
        // What repeats an event may have come in the same millisecond, and then the list has them in any order.
        new.sort_by_key(|delivery| delivery["outcome"] == "duplicate");
        for delivery in &new {
            self.told.insert(id(delivery).to_owned());
            narrator.delivery(delivery)?;
            for execution in delivery["execution_ids"].as_array().into_iter().flatten() {
                let execution = ended(stage, execution.as_str().unwrap_or_default()).await?;
                narrator.execution(&execution)?;
            }
        }
        Ok(new.len())
    }
}

async fn ended(stage: &Stage, id: &str) -> Result<Value, CliError> {
    let watch = async {
        loop {
            let execution = stage.client.get(&["executions", id], &[]).await?;
            if matches!(execution["status"].as_str(), Some("succeeded" | "failed" | "cancelled")) {
                return Ok(execution);
            }
            tokio::time::sleep(PACE).await;
        }
    };
    tokio::time::timeout(PATIENCE, watch)
        .await
        .unwrap_or_else(|_| Err(CliError::failed(format!("execution {id} did not end within {PATIENCE:?}"))))
}

fn id(item: &Value) -> &str {
    item["id"].as_str().unwrap_or_default()
}
