//! Nothing here can be printed by accident.

use std::fmt::Write as _;

use bellhop_vault::{Credential, CredentialKind, MasterKey, Redactor, Secret};

const HIDDEN: &str = "hidden-value";

#[test]
fn the_debug_form_of_every_type_shows_no_secret() {
    let key = MasterKey::generate().unwrap();
    let secret = Secret::from(HIDDEN.to_owned());
    let redactor = Redactor::default();
    redactor.learn(&secret);
    let mut shown = format!("{key:?} {secret:?} {redactor:?}");
    for kind in CredentialKind::ALL {
        let fields = kind.fields().iter().map(|field| ((*field).to_owned(), secret.clone()));
        let credential = Credential::from_fields(kind, fields).unwrap();
        let json = credential.to_json();
        let sealed = key.seal("test", &json).unwrap();
        write!(shown, " {credential:?} {credential:#?} {sealed:?}").unwrap();
    }
    assert!(!shown.contains(HIDDEN), "{shown}");
    assert!(!shown.contains(key.to_base64().expose()), "{shown}");
}
