//! `numeric` in PostgreSQL's binary form: how many groups of four decimal digits, which power of 10,000 the first one
//! is worth, the sign, how many digits after the point are shown, and the groups.
//! <https://github.com/postgres/postgres/blob/master/src/backend/utils/adt/numeric.c> (`numeric_send`)

use std::fmt::Write as _;

use super::binary::Bytes;

const NEGATIVE: u16 = 0x4000;
const NOT_A_NUMBER: u16 = 0xC000;
const INFINITY: u16 = 0xD000;
const NEGATIVE_INFINITY: u16 = 0xF000;

/// The longest number that is taken, in digits before or after the point.
const LONGEST: usize = 1_000;

/// The number as decimal text.
pub(super) fn decode(bytes: &[u8]) -> Result<String, String> {
    let mut bytes = Bytes::new(bytes);
    let (count, weight, sign, scale) = (bytes.u16()?, bytes.i16()?, bytes.u16()?, bytes.u16()?);
    match sign {
        NOT_A_NUMBER => return Ok("NaN".to_owned()),
        INFINITY => return Ok("Infinity".to_owned()),
        NEGATIVE_INFINITY => return Ok("-Infinity".to_owned()),
        _ => {}
    }
    let groups: Vec<i16> = (0..count).map(|_| bytes.i16()).collect::<Result<_, _>>()?;
    // The group that is worth 10,000 to that power.
    let group = |power: i32| {
        let index = usize::try_from(i32::from(weight) - power).ok();
        index.and_then(|index| groups.get(index)).copied().unwrap_or(0)
    };
    let mut digits = String::new();
    for power in (0..=i32::from(weight)).rev() {
        let _ = write!(digits, "{:04}", group(power));
    }
    let whole = digits.trim_start_matches('0');
    let mut fraction = String::new();
    for power in 1..=i32::from(scale.div_ceil(4)) {
        let _ = write!(fraction, "{:04}", group(-power));
    }
    let mut text = String::from(if sign == NEGATIVE { "-" } else { "" });
    text.push_str(if whole.is_empty() { "0" } else { whole });
    if scale > 0 {
        text.push('.');
        text.push_str(fraction.get(..usize::from(scale)).unwrap_or(&fraction));
    }
    Ok(text)
}

/// The binary form of a number as JSON or a person writes it; `None` where the text is none.
pub(super) fn encode(text: &str) -> Option<Vec<u8>> {
    let (text, negative) = match text.trim().strip_prefix('-') {
        Some(rest) => (rest, true),
        None => (text.trim().trim_start_matches('+'), false),
    };
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut point = i64::try_from(whole.len()).ok()? + i64::from(exponent);
    if point < 0 {
        digits.insert_str(0, &"0".repeat(usize::try_from(-point).ok().filter(|zeros| *zeros <= LONGEST)?));
        point = 0;
    }
    let point = usize::try_from(point).ok().filter(|point| *point <= LONGEST)?;
    while digits.len() < point {
        digits.push('0');
    }
    let scale = digits.len() - point;
    if scale > LONGEST {
        return None;
    }
    digits.insert_str(0, &"0".repeat(point.next_multiple_of(4) - point));
    digits.push_str(&"0".repeat(scale.next_multiple_of(4) - scale));

    let mut groups: Vec<i16> = digits
        .as_bytes()
        .chunks(4)
        .map(|group| group.iter().fold(0, |number, digit| number * 10 + i16::from(digit - b'0')))
        .collect();
    let mut weight = i16::try_from(point.div_ceil(4)).ok()? - 1;
    let leading = groups.iter().take_while(|group| **group == 0).count();
    groups.drain(..leading);
    weight -= i16::try_from(leading).ok()?;
    while groups.pop_if(|group| *group == 0).is_some() {}
    if groups.is_empty() {
        weight = 0;
    }

    let sign = if negative && !groups.is_empty() { NEGATIVE } else { 0 };
    let mut bytes = u16::try_from(groups.len()).ok()?.to_be_bytes().to_vec();
    bytes.extend(weight.to_be_bytes());
    bytes.extend(sign.to_be_bytes());
    bytes.extend(u16::try_from(scale).ok()?.to_be_bytes());
    bytes.extend(groups.iter().flat_map(|group| group.to_be_bytes()));
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for text in [
            "0",
            "1",
            "-1",
            "9999",
            "10000",
            "0.1",
            "-0.0001",
            "0.00001",
            "12345678901234567890.12345678",
            "100.00",
            "1000000000000",
            "0.000000012",
        ] {
            assert_eq!(decode(&encode(text).unwrap()).unwrap(), text);
        }
    }

    #[test]
    fn powers_of_ten_are_written_out() {
        for (text, plain) in
            [("1e3", "1000"), ("1.5E2", "150"), ("2.5e-3", "0.0025"), ("-0", "0"), (" +7 ", "7")]
        {
            assert_eq!(decode(&encode(text).unwrap()).unwrap(), plain);
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "a", "1,5", "1.2.3", "1e", "1e9999", "1e-9999", "0x1", "--1"] {
            assert_eq!(encode(text), None, "{text}");
        }
    }
}
