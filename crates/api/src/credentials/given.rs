//! A credential as a client sends it: `{"kind": "close", "api_key": "…"}`.

use bellhop_vault::{Credential, CredentialError, CredentialKind, Secret, UnknownKind};
use serde_json::{Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{AdditionalProperties, Object, ObjectBuilder, OneOfBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// Why the body is no credential. It names fields, never values.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoCredential {
    /// It is not an object.
    #[error("a credential is a JSON object such as `{{\"kind\": \"close\", \"api_key\": \"…\"}}`")]
    NotAnObject,
    /// It does not say its kind.
    #[error("`kind` is missing; it is one of {}", kinds())]
    NoKind,
    /// There is no such kind.
    #[error("{0}; the kinds are {kinds}", kinds = kinds())]
    UnknownKind(UnknownKind),
    /// A field holds something other than text.
    #[error("`{0}` has to be text")]
    NotText(String),
    /// The fields are not those of the kind.
    #[error("{0}")]
    Fields(CredentialError),
}

/// What a client sends, for the description of the interface: it is read by hand, so that no error repeats a value.
pub(crate) enum NewCredential {}

impl PartialSchema for NewCredential {
    fn schema() -> RefOr<Schema> {
        let one_of =
            CredentialKind::ALL.into_iter().fold(OneOfBuilder::new(), |all, kind| all.item(of_kind(kind)));
        let words = "A credential: its kind, and the fields of that kind.";
        let example = json!({ "kind": "close", "api_key": "api_…" });
        RefOr::T(Schema::OneOf(one_of.description(Some(words)).examples([example]).build()))
    }
}

fn of_kind(kind: CredentialKind) -> Object {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let object = ObjectBuilder::new()
        .property("kind", text().enum_values(Some([kind.as_str()])))
        .required("kind")
        .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)));
    let object = kind.fields().iter().fold(object, |object, field| {
        let object = object.property(*field, text());
        if kind.is_optional(field) { object } else { object.required(*field) }
    });
    object.build()
}

impl ToSchema for NewCredential {}

/// Reads a credential.
pub(crate) fn read(body: Value) -> Result<Credential, NoCredential> {
    let Value::Object(mut fields) = body else { return Err(NoCredential::NotAnObject) };
    let Some(Value::String(kind)) = fields.remove("kind") else { return Err(NoCredential::NoKind) };
    let kind: CredentialKind = kind.parse().map_err(NoCredential::UnknownKind)?;
    let fields: Vec<(String, Secret)> = fields
        .into_iter()
        .map(|(field, value)| match value {
            Value::String(text) => Ok((field, Secret::from(text))),
            _ => Err(NoCredential::NotText(field)),
        })
        .collect::<Result<_, _>>()?;
    Credential::from_fields(kind, fields).map_err(NoCredential::Fields)
}

fn kinds() -> String {
    CredentialKind::ALL.map(|kind| format!("`{kind}`")).join(", ")
}
