//! `http_allow_private`: whether `http` steps may reach addresses that are not of the internet.

use bellhop_steps::{NoNetwork, Reach};
use serde::{Deserialize, Serialize};

/// All of them or none, or the networks that are named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AllowPrivate {
    /// All of them, or none.
    All(bool),
    /// These, separated by commas.
    Listed(String),
    /// These.
    List(Vec<String>),
}

impl AllowPrivate {
    /// What that lets steps reach.
    pub fn reach(&self) -> Result<Reach, NoNetwork> {
        match self {
            Self::All(true) => Ok(Reach::Anything),
            Self::All(false) => Ok(Reach::default()),
            Self::Listed(list) => Reach::with_networks(list),
            Self::List(list) => Reach::with_networks(&list.join(",")),
        }
    }
}
