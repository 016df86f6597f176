//! Senders, as data: how each signs, where its events say what they are, and how a webhook is registered there.
//!
//! # Adding a sender
//! A file in `schemes/`, with a line in [`FILES`]. Its name is what a workflow writes: `hmac: { scheme: github, … }`.
//! 1. `signature`: what is signed and how it is written, as [`Signature`] says. Where the sender publishes a test vector,
//!    that is a test (`tests/it/schemes.rs`); where it does not, one that another tool has computed.
//! 2. `event`: where its deliveries say what they are.
//! 3. `registration`, where the sender has an API for its webhooks: [`Registration`] says what that takes. The name is then
//!    a kind of trigger, too (`github: { … }`), and Bellhop registers, looks after and deletes the webhook. A small
//!    stand-in of the vendor in `crates/bellhop/tests/it/vendors/` shows that it does. Without it, the user enters the URL of
//!    a `webhook` trigger at the sender.
//!
//! Nothing else: no file of Rust names a sender but Close.

mod handshake;
mod place;
mod registration;

use std::sync::LazyLock;

use bellhop_workflow::{SchemeName, VendorForm};
use serde::Deserialize;

pub use self::handshake::Handshake;
pub use self::place::ValuePlace;
pub use self::registration::{
    ActivePlace, Auth, BodyForm, HookPlaces, List, Paging, Registration, SecretBy, Write, WriteMethod,
};
use crate::signature::Signature;

/// Every file, by the name that workflows use; Close's is the first.
const FILES: [(&str, &str); 5] = [
    ("close", include_str!("../../schemes/close.json")),
    ("github", include_str!("../../schemes/github.json")),
    ("slack", include_str!("../../schemes/slack.json")),
    ("standard_webhooks", include_str!("../../schemes/standard_webhooks.json")),
    ("stripe", include_str!("../../schemes/stripe.json")),
];

/// What is known of a sender.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// What workflows call it; from the name of its file.
    #[serde(skip)]
    pub name: &'static str,
    /// What a reader calls it.
    pub label: String,
    /// The sender's own page about it.
    pub page: String,
    /// How it signs, in a sentence.
    pub description: String,
    /// The trigger that is made for it, where there is one: its events do not come through `webhook`.
    pub trigger: Option<String>,
    /// How it signs.
    pub signature: Signature,
    /// Where its events say what they are.
    pub event: EventPlaces,
    /// How it finds out whether an address answers, where it does.
    pub handshake: Option<Handshake>,
    /// How its webhooks are registered, where it has an API for that.
    pub registration: Option<Registration>,
}

/// Where an event says what it is. What a delivery does not have there, it does not say.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventPlaces {
    /// The sender's id for it: the same in every delivery of the same event.
    pub id: ValuePlace,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: ValuePlace,
    /// What comes after a dot, where the type alone does not say what happened.
    pub action: Option<ValuePlace>,
}

/// All senders, by name.
#[must_use]
pub fn manifests() -> &'static [Manifest] {
    static ALL: LazyLock<Vec<Manifest>> = LazyLock::new(|| FILES.map(|(name, text)| read(name, text)).into());
    &ALL
}

/// The sender of that name.
#[must_use]
pub fn manifest(name: &str) -> Option<&'static Manifest> {
    manifests().iter().find(|manifest| manifest.name == name)
}

/// Close, whose deliveries have a trigger of their own.
#[must_use]
pub fn close() -> &'static Manifest {
    // The first of the files.
    &manifests()[0]
}

/// What a webhook's `scheme` can be.
pub(crate) fn scheme_names() -> Vec<SchemeName> {
    let without_trigger = manifests().iter().filter(|manifest| manifest.trigger.is_none());
    without_trigger
        .map(|manifest| SchemeName {
            name: manifest.name.to_owned(),
            description: format!("{}: {}", manifest.label, manifest.description),
        })
        .collect()
}

/// The triggers of the senders whose webhooks are registered by what their files say.
pub(crate) fn vendor_forms() -> &'static [VendorForm] {
    static ALL: LazyLock<Vec<VendorForm>> = LazyLock::new(|| manifests().iter().filter_map(form).collect());
    &ALL
}

fn form(manifest: &Manifest) -> Option<VendorForm> {
    let registration = manifest.registration.as_ref()?;
    let label = &manifest.label;
    Some(VendorForm {
        name: manifest.name.to_owned(),
        label: label.clone(),
        description: format!(
            "Events of {label}: the webhook is registered there when the workflow is activated."
        ),
        events: registration.events.clone(),
        parameters: registration.parameters.clone(),
    })
}

#[expect(clippy::expect_used, reason = "the files are part of the build, and a test reads all of them")]
fn read(name: &'static str, text: &'static str) -> Manifest {
    let manifest: Manifest =
        serde_json::from_str(text).expect("a file of schemes/ is in the form of Manifest");
    Manifest { name, ..manifest }
}
