//! Whose API key it is: <https://developer.close.com/resources/users/#fetch-information-about-yourself>.

use bellhop_vault::Secret;
use reqwest::Method;
use serde::Deserialize;

use super::{CloseApi, VendorError};

/// The user that an API key belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Me {
    /// Their id at Close, `user_…`.
    pub id: String,
    /// Their address.
    #[serde(default)]
    pub email: Option<String>,
    /// Their first name.
    #[serde(default)]
    pub first_name: Option<String>,
    /// Their last name.
    #[serde(default)]
    pub last_name: Option<String>,
    /// Where they work.
    #[serde(default)]
    pub organizations: Vec<Organization>,
}

/// An organization that a user works in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Organization {
    /// Its id at Close, `orga_…`.
    pub id: String,
    /// What it is called.
    #[serde(default)]
    pub name: Option<String>,
}

impl CloseApi {
    /// Asks whose the key is, which changes nothing.
    pub async fn me(&self, key: &Secret) -> Result<Me, VendorError> {
        self.call(key, Method::GET, "/me/", None).await
    }
}
