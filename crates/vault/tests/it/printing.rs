//! Nothing here can be printed by accident.

use std::fmt::Write as _;

use bellhop_vault::{Credential, CredentialKind, MasterKey, Redactor, Secret};

const HIDDEN: &str = "hidden-value";

/// A value of that field, with what must not be seen in it.
fn hidden(kind: CredentialKind, field: &str) -> Secret {
    let value = match (kind, field) {
        (CredentialKind::Smtp, "url") => format!("smtp://user:{HIDDEN}@mail.example.com"),
        (CredentialKind::Smtp, "from") => format!("{HIDDEN}@example.com"),
        (CredentialKind::Sql, "url") => format!("postgres://user:{HIDDEN}@db.example.com/books"),
        _ => HIDDEN.to_owned(),
    };
    Secret::from(value)
}

#[test]
fn the_debug_form_of_every_type_shows_no_secret() {
    let key = MasterKey::generate().unwrap();
    let secret = Secret::from(HIDDEN.to_owned());
    let redactor = Redactor::default();
    redactor.learn(&secret);
    let mut shown = format!("{key:?} {secret:?} {redactor:?}");
    for kind in CredentialKind::ALL {
        let fields = kind.fields().iter().map(|field| ((*field).to_owned(), hidden(kind, field)));
        let credential = Credential::from_fields(kind, fields).unwrap();
        let json = credential.to_json();
        let sealed = key.seal("test", &json).unwrap();
        write!(shown, " {credential:?} {credential:#?} {sealed:?}").unwrap();
    }
    assert!(!shown.contains(HIDDEN), "{shown}");
    assert!(!shown.contains(key.to_base64().expose()), "{shown}");
}
