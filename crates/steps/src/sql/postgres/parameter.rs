//! What a step gives PostgreSQL, in the form that the placeholder takes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgTypeInfo, PgTypeKind, Postgres};
use sqlx::{Encode, Type, TypeInfo as _};

use super::{numeric, time};
use crate::input::{describe, scalar};

/// A value of a type that is known only as the statement is prepared.
pub(super) struct Parameter {
    pub(super) kind: PgTypeInfo,
    pub(super) bytes: Option<Vec<u8>>,
}

impl Type<Postgres> for Parameter {
    fn type_info() -> PgTypeInfo {
        // "Whatever it has to be."
        PgTypeInfo::with_oid(Oid(0))
    }
}

impl Encode<'_, Postgres> for Parameter {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        match &self.bytes {
            Some(bytes) => {
                buffer.extend_from_slice(bytes);
                Ok(IsNull::No)
            }
            None => Ok(IsNull::Yes),
        }
    }

    fn produces(&self) -> Option<PgTypeInfo> {
        Some(self.kind.clone())
    }
}

/// The value in the binary form of that type; nothing for null. An error follows the words "value 1 of `query`".
pub(super) fn encode(kind: &PgTypeInfo, value: &Value) -> Result<Option<Vec<u8>>, String> {
    if value.is_null() {
        return Ok(None);
    }
    match kind.kind() {
        PgTypeKind::Domain(base) => return encode(base, value),
        PgTypeKind::Array(element) => return array(element, value).map(Some),
        PgTypeKind::Enum(_) => return Ok(Some(text(value).into_bytes())),
        _ => {}
    }
    let name = kind.name().to_ascii_uppercase();
    let written = scalar(value);
    let written = written.as_deref().map(str::trim);
    let bytes = match name.as_str() {
        "TEXT" | "VARCHAR" | "CHAR" | "\"CHAR\"" | "BPCHAR" | "NAME" | "UNKNOWN" | "CITEXT" => {
            Some(text(value).into_bytes())
        }
        "JSON" => Some(value.to_string().into_bytes()),
        "JSONB" => Some([&[1], value.to_string().as_bytes()].concat()),
        "BOOL" => match written {
            Some("true") => Some(vec![1]),
            Some("false") => Some(vec![0]),
            _ => None,
        },
        "INT2" => whole(written, |number: i16| number.to_be_bytes().to_vec()),
        "INT4" => whole(written, |number: i32| number.to_be_bytes().to_vec()),
        "INT8" => whole(written, |number: i64| number.to_be_bytes().to_vec()),
        "OID" => whole(written, |number: u32| number.to_be_bytes().to_vec()),
        "FLOAT4" => whole(written, |number: f32| number.to_be_bytes().to_vec()),
        "FLOAT8" => whole(written, |number: f64| number.to_be_bytes().to_vec()),
        "NUMERIC" => written.and_then(numeric::encode),
        "UUID" => written.and_then(uuid),
        "BYTEA" => value.as_str().and_then(|text| STANDARD.decode(text).ok()),
        "TIMESTAMPTZ" | "TIMESTAMP" => written.and_then(time::encode_instant),
        "DATE" => written.and_then(time::encode_day),
        "TIME" => written.and_then(time::encode_clock),
        other => {
            return Err(format!(
                "is needed as {other}, which a step cannot give: write `::text::{}` after it",
                other.to_ascii_lowercase()
            ));
        }
    };
    bytes.map(Some).ok_or_else(|| {
        let given = match value {
            Value::String(_) => "a text that is none".to_owned(),
            other => describe(other).to_owned(),
        };
        format!("is needed as {name}, and is {given}")
    })
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn whole<T: std::str::FromStr>(written: Option<&str>, bytes: impl Fn(T) -> Vec<u8>) -> Option<Vec<u8>> {
    written.and_then(|text| text.parse().ok()).map(bytes)
}

fn uuid(text: &str) -> Option<Vec<u8>> {
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    let number = (digits.len() == 32).then(|| u128::from_str_radix(&digits, 16).ok())??;
    Some(number.to_be_bytes().to_vec())
}

/// A list as an array of one dimension.
fn array(element: &PgTypeInfo, value: &Value) -> Result<Vec<u8>, String> {
    let name = element.name();
    let items = value
        .as_array()
        .ok_or_else(|| format!("is needed as a list of {name}, and is {}", describe(value)))?;
    let oid =
        element.oid().ok_or_else(|| format!("is needed as a list of {name}, which a step cannot give"))?;
    let length = i32::try_from(items.len()).map_err(|_| "is a list that is too long".to_owned())?;
    let has_nulls = i32::from(items.iter().any(Value::is_null));
    let dimensions = i32::from(length > 0);
    let mut bytes = [dimensions.to_be_bytes(), has_nulls.to_be_bytes(), oid.0.to_be_bytes()].concat();
    if length > 0 {
        bytes.extend([length.to_be_bytes(), 1_i32.to_be_bytes()].concat());
    }
    for item in items {
        match encode(element, item)? {
            Some(item) => {
                let length =
                    i32::try_from(item.len()).map_err(|_| "has an item that is too long".to_owned())?;
                bytes.extend(length.to_be_bytes());
                bytes.extend(item);
            }
            None => bytes.extend((-1_i32).to_be_bytes()),
        }
    }
    Ok(bytes)
}
