//! How many subscriptions Close lets an organisation have: <https://developer.close.com/topics/webhooks>.

use bellhop_vault::Secret;

use super::context::Context;
use crate::close::CloseError;

/// So many, for everybody together.
const ALLOWED: usize = 40;

/// From so many on it is time to say so.
const NEARLY: usize = 35;

/// What to do about it.
const MEND: &str = "triggers with `sharing: workspace` have one subscription together";

/// Said where an organisation is near the end of what it may have; none where it is not.
pub(super) fn warning(subscriptions: usize) -> Option<String> {
    (subscriptions >= NEARLY).then(|| {
        format!("{subscriptions} subscriptions, and Close allows {ALLOWED} in an organisation; {MEND}")
    })
}

impl Context {
    /// What is added to Close's refusal to make one more: nothing where the reason must be another.
    pub(super) async fn about_the_allowance(&self, key: &Secret, error: &CloseError) -> String {
        if !matches!(error, CloseError::Refused { .. }) {
            return String::new();
        }
        match self.parts.close.list(key).await {
            Ok(found) if found.len() >= ALLOWED => {
                format!(" (there are {} subscriptions, and Close allows {ALLOWED}; {MEND})", found.len())
            }
            _ => String::new(),
        }
    }
}
