//! Asking vendors what they have, once for each site.

use std::collections::BTreeMap;
use std::time::Duration;

use bellhop_storage::RegistrationRow;

use super::plan::Listed;
use crate::lifecycle::allowance::Allowance;
use crate::lifecycle::context::Context;
use crate::vendor::{Site, VendorError};

/// What is shown at each site.
#[derive(Debug, Default)]
pub(super) struct Look {
    /// Everything that it shows, ours and others'.
    pub(super) listed: Vec<Listed>,
    /// How many it shows, or why it shows none.
    pub(super) answers: BTreeMap<Site, Result<Count, NotListed>>,
}

/// How many subscriptions a site has.
#[derive(Debug)]
pub(super) struct Count {
    /// So many, ours and others'.
    pub(super) subscriptions: usize,
    /// What is to be said of that, where it is near what the vendor allows.
    pub(super) warning: Option<String>,
}

/// The vendor shows nothing there.
#[derive(Debug)]
pub(super) struct NotListed {
    /// What was attempted and the vendor's own words.
    pub(super) words: String,
    /// How long the vendor wants to be left alone.
    pub(super) retry_after: Option<Duration>,
}

impl Look {
    /// Whether the vendor has answered there.
    pub(super) fn has(&self, site: Option<&Site>) -> bool {
        site.is_some_and(|site| self.answers.get(site).is_some_and(Result::is_ok))
    }

    /// The same for where a registration is.
    pub(super) fn has_of(&self, row: &RegistrationRow) -> bool {
        self.has(Site::of(row).as_ref())
    }

    /// The sites whose vendors have answered.
    pub(super) fn answered(&self) -> Vec<Site> {
        self.answers.iter().filter(|(_, answer)| answer.is_ok()).map(|(site, _)| site.clone()).collect()
    }
}

impl Context {
    /// Asks at each of these sites.
    pub(super) async fn look(&self, sites: &[Site]) -> Look {
        let mut look = Look::default();
        for site in sites {
            let answer = self.list(site, &mut look.listed).await;
            look.answers.insert(site.clone(), answer);
        }
        look
    }

    async fn list(&self, site: &Site, listed: &mut Vec<Listed>) -> Result<Count, NotListed> {
        let account = self.account(site).await.map_err(|error| {
            let source = std::error::Error::source(&error).map(|source| format!(": {source}"));
            NotListed { words: format!("{error}{}", source.unwrap_or_default()), retry_after: None }
        })?;
        let found = account.list().await.map_err(|error| NotListed {
            words: self.failed_to("list", "webhooks", &error),
            retry_after: match error {
                VendorError::RateLimited { retry_after, .. } => retry_after,
                _ => None,
            },
        })?;
        let subscriptions = found.len();
        let warning = Allowance::of(&account).and_then(|allowance| allowance.warning(subscriptions));
        listed.extend(found.into_iter().map(|subscription| Listed { site: site.clone(), subscription }));
        Ok(Count { subscriptions, warning })
    }
}
