//! Whether the master key is there, and is the one that the database was sealed with.

use bellhop_storage::OpenedCredential;
use bellhop_vault::{MasterKey, Redactor};

use super::database::Patient;
use super::{Finding, chain};
use crate::care::KeyPlace;
use crate::config::Settings;
use crate::server::keys;

const CHECK: &str = "master key";

/// How many values that do not open are named.
const NAMED: usize = 5;

pub(super) struct Found {
    pub(super) findings: Vec<Finding>,
    pub(super) credentials: Vec<OpenedCredential>,
}

pub(super) async fn examine(settings: &Settings, patient: &mut Patient, redactor: &Redactor) -> Found {
    let only = |finding| Found { findings: vec![finding], credentials: Vec::new() };
    let place = KeyPlace::of(settings);
    let known = match keys::known_master_key(settings, redactor) {
        Ok(known) => known,
        Err(error) => {
            let detail = format!("{place} cannot be used: {}", chain(&error));
            let mend = "a key is 32 bytes in base64 (`openssl rand -base64 32`); once something is sealed, it has to be \
                        the key that sealed it";
            return only(Finding::wrong(CHECK, detail, mend));
        }
    };
    let Some(bare) = &mut patient.bare else {
        return only(match known {
            Some(_) => Finding::well(CHECK, format!("{place} can be used; there is nothing to try it on")),
            None => Finding::remark(CHECK, format!("{place} is not there"), "the first start makes it"),
        });
    };
    // Where there is none, one that opens nothing finds out whether there is anything to open.
    let tried = match known.as_ref().map_or_else(MasterKey::generate, |key| Ok(key.clone())) {
        Ok(key) => bare.sealed_values(&key).await.map_err(|error| chain(&error)),
        Err(error) => Err(chain(&error)),
    };
    let values = match tried {
        Ok(values) => values,
        Err(detail) => {
            return only(Finding::wrong(CHECK, detail, "see what is wrong with the database first"));
        }
    };
    let finding = match (known, &values.closed[..]) {
        (Some(_), []) => Finding::well(CHECK, format!("it opens all {} sealed values", values.opened())),
        (None, []) => Finding::remark(CHECK, format!("{place} is not there"), "the next start makes it"),
        (Some(_), closed) => Finding::wrong(
            CHECK,
            format!("{place} does not open {}", named(closed)),
            "put the key there that the server had before (or as `master_key_previous`, after a change); where it is \
             lost, store these credentials anew, and deactivate and activate the workflows",
        ),
        (None, closed) => Finding::wrong(
            CHECK,
            format!("{place} is not there, and {} values are sealed", closed.len()),
            "put the key there before the server starts, which would make another one",
        ),
    };
    Found { findings: vec![finding], credentials: values.credentials }
}

fn named(closed: &[String]) -> String {
    let more = closed.len().saturating_sub(NAMED);
    let named = closed.iter().take(NAMED).cloned().collect::<Vec<_>>().join("; ");
    if more == 0 { named } else { format!("{named}; and {more} more") }
}
