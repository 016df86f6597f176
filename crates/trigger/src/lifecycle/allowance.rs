//! How many subscriptions a vendor allows.

use crate::vendor::{Account, VendorError};

/// How many a vendor allows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowance {
    vendor: &'static str,
    count: usize,
    /// From so many on it is time to say so.
    nearly: usize,
    /// For whom, and what to do about it.
    words: (&'static str, &'static str),
}

impl Allowance {
    /// That of a vendor; none where it is not known to have a limit. Close's is for everybody together:
    /// <https://developer.close.com/topics/webhooks>.
    pub(super) fn of(account: &Account) -> Option<Self> {
        let vendor = account.label();
        match account {
            Account::Close { .. } => Some(Self {
                vendor,
                count: 40,
                nearly: 35,
                words: (
                    " in an organisation",
                    "; triggers with `sharing: workspace` have one subscription together",
                ),
            }),
            Account::Declared(_) => {
                let count = account.manifest().registration.as_ref()?.allowed?;
                Some(Self { vendor, count, nearly: count.saturating_sub(2), words: ("", "") })
            }
        }
    }

    /// Said where `subscriptions` are nearly all that there may be; none where they are not.
    pub(super) fn warning(self, subscriptions: usize) -> Option<String> {
        let Self { vendor, count, nearly, words: (whose, mend) } = self;
        (subscriptions >= nearly)
            .then(|| format!("{subscriptions} subscriptions, and {vendor} allows {count}{whose}{mend}"))
    }
}

/// What is added to a vendor's refusal to make one more: nothing where the reason must be another.
pub(super) async fn about_the_allowance(account: &Account, error: &VendorError) -> String {
    let Some(Allowance { vendor, count, words: (_, mend), .. }) = Allowance::of(account) else {
        return String::new();
    };
    if !matches!(error, VendorError::Refused { .. }) {
        return String::new();
    }
    match account.list().await {
        Ok(found) if found.len() >= count => {
            format!(" (there are {} subscriptions, and {vendor} allows {count}{mend})", found.len())
        }
        _ => String::new(),
    }
}
