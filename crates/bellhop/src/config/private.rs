//! `http_allow_private`: whether `http` steps may reach addresses that are not of the internet.

use bellhop_steps::Reach;
use serde::{Deserialize, Serialize};

use super::Networks;

/// All of them or none, or the networks that are named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected `true`, `false`, or networks such as `10.1.0.0/16, 192.168.7.9`")]
pub enum AllowPrivate {
    /// All of them, or none.
    All(bool),
    /// These.
    Named(Networks),
}

impl AllowPrivate {
    /// What that lets steps reach.
    #[must_use]
    pub fn reach(&self) -> Reach {
        match self {
            Self::All(true) => Reach::Anything,
            Self::All(false) => Reach::default(),
            Self::Named(networks) => Reach::public_and(networks.to_vec()),
        }
    }
}
