//! What PostgreSQL gives, as JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sqlx::TypeInfo as _;
use sqlx::postgres::{PgTypeInfo, PgTypeKind};

use super::binary::Bytes;
use super::{numeric, time};
use crate::sql::number;

/// The most dimensions that an array has in PostgreSQL.
const MOST_DIMENSIONS: i32 = 6;

/// The value of that type.
pub(super) fn decode(kind: &PgTypeInfo, bytes: &[u8]) -> Result<Value, String> {
    match kind.kind() {
        PgTypeKind::Domain(base) => return decode(base, bytes),
        PgTypeKind::Array(element) => return array(element, bytes),
        PgTypeKind::Enum(_) => return text(bytes),
        _ => {}
    }
    let mut numbers = Bytes::new(bytes);
    match kind.name().to_ascii_uppercase().as_str() {
        "BOOL" => Ok(Value::Bool(bytes == [1])),
        "INT2" => numbers.i16().map(Value::from),
        "INT4" => numbers.i32().map(Value::from),
        "INT8" => numbers.i64().map(Value::from),
        "OID" => numbers.u32().map(Value::from),
        "FLOAT4" => numbers.f32().map(number::single),
        "FLOAT8" => numbers.f64().map(number::double),
        "NUMERIC" => numeric::decode(bytes).map(|text| number::value(&text)),
        "TEXT" | "VARCHAR" | "CHAR" | "\"CHAR\"" | "BPCHAR" | "NAME" | "UNKNOWN" | "CITEXT" => text(bytes),
        "JSON" => json(bytes),
        // The first byte is the version of the form, which has been 1 ever since.
        "JSONB" => json(bytes.get(1..).unwrap_or_default()),
        "UUID" => uuid(bytes),
        "BYTEA" => Ok(Value::String(STANDARD.encode(bytes))),
        "TIMESTAMPTZ" => time::instant(bytes).map(Value::String),
        "TIMESTAMP" => time::civil(bytes).map(Value::String),
        "DATE" => time::day(bytes).map(Value::String),
        "TIME" | "TIMETZ" => time::clock(bytes).map(Value::String),
        "INTERVAL" => time::duration(bytes).map(Value::String),
        "VOID" => Ok(Value::Null),
        other => Err(format!("a step cannot read the type {other}: write `::text` after it")),
    }
}

fn text(bytes: &[u8]) -> Result<Value, String> {
    std::str::from_utf8(bytes)
        .map(|text| Value::String(text.to_owned()))
        .map_err(|_| "the text is no UTF-8".to_owned())
}

fn json(bytes: &[u8]) -> Result<Value, String> {
    serde_json::from_slice(bytes).map_err(|error| format!("the JSON cannot be read: {error}"))
}

fn uuid(bytes: &[u8]) -> Result<Value, String> {
    let number = u128::from_be_bytes(bytes.try_into().map_err(|_| "a UUID of another length")?);
    let digits = format!("{number:032x}");
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    Ok(Value::String(parts.join("-")))
}

/// An array: its dimensions, whether it has nulls, the type of its elements, how long each dimension is and where it
/// begins, and the elements.
fn array(element: &PgTypeInfo, bytes: &[u8]) -> Result<Value, String> {
    let mut bytes = Bytes::new(bytes);
    let dimensions = bytes.i32()?;
    let (_has_nulls, _type) = (bytes.i32()?, bytes.u32()?);
    if dimensions > MOST_DIMENSIONS {
        return Err("an array with too many dimensions".to_owned());
    }
    let mut lengths = Vec::new();
    for _ in 0..dimensions {
        lengths.push(bytes.i32()?);
        let _begins_at = bytes.i32()?;
    }
    if lengths.is_empty() { Ok(Value::Array(Vec::new())) } else { items(element, &lengths, &mut bytes) }
}

fn items(element: &PgTypeInfo, lengths: &[i32], bytes: &mut Bytes<'_>) -> Result<Value, String> {
    let Some((length, deeper)) = lengths.split_first() else {
        return match usize::try_from(bytes.i32()?) {
            Ok(length) => decode(element, bytes.take(length)?),
            // A length of -1 is a null.
            Err(_) => Ok(Value::Null),
        };
    };
    (0..*length).map(|_| items(element, deeper, bytes)).collect::<Result<_, _>>().map(Value::Array)
}
