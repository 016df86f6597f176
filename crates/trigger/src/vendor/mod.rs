//! Vendors at which webhooks are registered, and the one way in which the life cycle speaks to all of them.
//!
//! | file | does |
//! |---|---|
//! | `subscription`, `error` | what is said, whoever the vendor is |
//! | `site` | where subscriptions are: a vendor, a credential, and what else the way there needs |
//! | `account` | a vendor that can be spoken to: makes, lists, changes and deletes |
//! | `call`, `message`, `rate_limit` | one HTTP call, whoever the vendor is |
//! | `declared` | vendors that are described as data |
//!
//! # Adding a vendor
//! A file in `schemes/`, see [`crate::manifest`]. Only one whose API cannot be described so needs a variant of
//! [`Account`].

mod account;
mod call;
mod declared;
mod error;
mod message;
mod rate_limit;
mod site;
mod subscription;

pub(crate) use self::account::{Account, Told};
pub(crate) use self::call::{Body, Call, Caller, Proof};
pub use self::call::{Patience, http_client};
pub use self::declared::DeclaredVendors;
pub use self::error::{Unreadable, VendorError};
pub(crate) use self::site::{Site, label_of};
pub use self::subscription::{
    NewSubscription, SubscribedEvent, Subscription, SubscriptionChange, SubscriptionStatus,
};
