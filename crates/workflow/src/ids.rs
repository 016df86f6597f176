//! Ids as types, so that a delivery's id can never be handed in where an execution's is wanted.
//!
//! Rows that come one after another in time carry `UUIDv7` (RFC 9562): their order is the order of creation, also
//! within one millisecond of one process.

use std::fmt;
use std::str::FromStr;
use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::{ContextV7, Uuid};

use crate::time::Timestamp;

/// Counts within a millisecond, so that two ids made in the same one still sort in the order they were made.
static SEQUENCE: Mutex<ContextV7> = Mutex::new(ContextV7::new());

fn uuid_v7(now: Timestamp) -> Uuid {
    let micros = now.as_micros().max(0).unsigned_abs();
    let nanos = u32::try_from(micros % 1_000_000 * 1_000).unwrap_or(0);
    Uuid::new_v7(uuid::Timestamp::from_unix(&SEQUENCE, micros / 1_000_000, nanos))
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id that sorts after every earlier one.
            #[must_use]
            pub fn generate(now: Timestamp) -> Self {
                Self(uuid_v7(now))
            }

            /// The id as it is stored.
            #[must_use]
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }

            /// An id that was stored before.
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

uuid_id!(
    /// One workflow, whatever it is called and however many versions it has.
    WorkflowId
);
uuid_id!(
    /// One run of one version of a workflow.
    ExecutionId
);
uuid_id!(
    /// One request that reached an inbound URL, whatever became of it.
    DeliveryId
);
uuid_id!(
    /// Requests that were refused at one hook for one reason within one hour, as far as they are only counted.
    RefusalId
);
uuid_id!(
    /// One trigger of one workflow and what it has at its vendor.
    RegistrationId
);
uuid_id!(
    /// One token of the REST interface.
    TokenId
);
uuid_id!(
    /// One entry of the audit log.
    AuditId
);

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(transparent)]
        $(#[$doc])*
        pub struct $name(String);

        impl $name {
            /// Takes the text as it is: it was checked where it came in.
            #[must_use]
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

text_id!(
    /// A workflow's name: `^[a-z][a-z0-9-]{0,62}$`, unique among the workflows of a server.
    #[schema(example = "greet")]
    WorkflowName
);
text_id!(
    /// A step's id within its workflow: `^[a-z][a-z0-9_]*$`.
    #[schema(example = "lead")]
    StepId
);
text_id!(
    /// A trigger's id within its workflow: its kind, and a number where a kind occurs again (`close`, `close_2`).
    #[schema(example = "close")]
    TriggerId
);
text_id!(
    /// The unguessable part of an inbound URL: 32 lower-case hex digits (128 random bits), or a path of the user's.
    #[schema(example = "5f0c6a1be0f24d0a9d6a2f4b8c7e1d30")]
    HookId
);
text_id!(
    /// The name of a stored credential.
    #[schema(example = "close")]
    CredentialName
);

/// A workflow's version: 1 for the first, one more for each change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Version(pub i64);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_instant_sort_in_the_order_they_were_made() {
        let now = Timestamp::from_micros(1_772_442_014_000_000);
        let ids: Vec<_> = (0..1_000).map(|_| ExecutionId::generate(now)).collect();
        assert!(ids.is_sorted());
    }
}
