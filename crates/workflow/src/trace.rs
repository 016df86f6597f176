//! Which trace something belongs to: [W3C Trace Context](https://www.w3.org/TR/trace-context/), as far as it is written
//! down with an execution and sent on.
//!
//! Ids are not drawn but computed: the trace of an execution that nobody else's continues is the execution's own id, and
//! a span's id follows from whose it is. So a span that is sent twice, before a crash and after it, is the same span, and
//! the children of one that is still to end can name it on any node.

use std::fmt;

use uuid::Uuid;

/// A trace: 16 bytes that are not all zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TraceId([u8; 16]);

/// A span of a trace: 8 bytes that are not all zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SpanId([u8; 8]);

/// A place in a trace: what `traceparent` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceContext {
    /// The trace.
    pub trace: TraceId,
    /// Whose children are next.
    pub span: SpanId,
    /// Whether whoever began the trace has it recorded.
    pub sampled: bool,
}

impl TraceId {
    /// The trace that is called like an execution or a delivery. Of such an id, the last seven bytes are random, as those
    /// who choose traces by their ids expect it.
    #[must_use]
    pub const fn of(id: Uuid) -> Self {
        // No UUID with a version is all zero.
        Self(id.into_bytes())
    }

    /// The bytes, as they are sent.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(f, &self.0)
    }
}

impl SpanId {
    /// The span of that name of an execution or a delivery.
    #[must_use]
    pub fn of(id: Uuid, name: &str) -> Self {
        // FNV-1a, and a last stir, as its upper bytes change little over short names. It has to tell the spans of one
        // trace apart, and to be the same on every node; nobody is kept out by it.
        let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
        for byte in id.as_bytes().iter().chain(name.as_bytes()) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        hash = (hash ^ (hash >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        hash ^= hash >> 32;
        Self(hash.max(1).to_be_bytes())
    }

    /// The bytes, as they are sent.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 8] {
        &self.0
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(f, &self.0)
    }
}

fn hex(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

impl TraceContext {
    /// How many bytes it is stored in.
    pub const STORED: usize = 25;

    /// What a `traceparent` header says; none where it is not one, which then counts as not sent.
    #[must_use]
    pub fn parse(traceparent: &str) -> Option<Self> {
        let mut parts = traceparent.split('-');
        let [version] = bytes::<1>(parts.next()?)?;
        let trace: [u8; 16] = bytes(parts.next()?)?;
        let span: [u8; 8] = bytes(parts.next()?)?;
        let [flags] = bytes::<1>(parts.next()?)?;
        // Later versions may say more; this one does not, and 255 is none.
        let ends = version != 0 || parts.next().is_none();
        let valid = ends && version != u8::MAX && trace != [0; 16] && span != [0; 8];
        valid.then_some(Self { trace: TraceId(trace), span: SpanId(span), sampled: flags & 1 == 1 })
    }

    /// Another place in the same trace.
    #[must_use]
    pub const fn at(self, span: SpanId) -> Self {
        Self { span, ..self }
    }

    /// As it is stored.
    #[must_use]
    pub fn to_stored(self) -> [u8; Self::STORED] {
        let mut stored = [0; Self::STORED];
        stored[..16].copy_from_slice(&self.trace.0);
        stored[16..24].copy_from_slice(&self.span.0);
        stored[24] = u8::from(self.sampled);
        stored
    }

    /// What was stored; none where it is not such a thing, which costs nothing but the connection to what came before.
    #[must_use]
    pub fn from_stored(stored: &[u8]) -> Option<Self> {
        let stored: &[u8; Self::STORED] = stored.try_into().ok()?;
        let (trace, rest) = stored.split_first_chunk()?;
        let (span, flags) = rest.split_first_chunk()?;
        Some(Self { trace: TraceId(*trace), span: SpanId(*span), sampled: flags == [1] })
    }
}

/// As a `traceparent` header has it.
impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{}-{}-{:02x}", self.trace, self.span, u8::from(self.sampled))
    }
}

/// Lower-case hexadecimal digits, exactly as many as it takes.
fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let text = text.as_bytes();
    if text.len() != 2 * N {
        return None;
    }
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        *byte = (digit(pair[0])? << 4) | digit(pair[1])?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification, 3.2.3.
    const EXAMPLE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn a_header_is_read_and_written() {
        let context = TraceContext::parse(EXAMPLE).unwrap();
        assert_eq!(context.to_string(), EXAMPLE);
        assert_eq!(context.trace.to_string(), "0af7651916cd43dd8448eb211c80319c");
        assert!(context.sampled);
        let unsampled = TraceContext::parse(&EXAMPLE.replace("-01", "-00")).unwrap();
        assert!(!unsampled.sampled);
        assert_eq!(TraceContext::from_stored(&context.to_stored()), Some(context));
        assert_eq!(TraceContext::from_stored(&unsampled.to_stored()), Some(unsampled));
    }

    #[test]
    fn a_later_version_may_say_more() {
        let later = format!("{}-what-comes", EXAMPLE.replacen("00", "01", 1));
        assert_eq!(TraceContext::parse(&later), TraceContext::parse(EXAMPLE));
    }

    #[test]
    fn what_is_no_header_counts_as_not_sent() {
        for text in [
            "",
            "00",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0af7651916cd43dd8448eb211c8031-9cb7ad6b7169203331-01",
            " 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319ä-b7ad6b7169203331-01",
        ] {
            assert_eq!(TraceContext::parse(text), None, "{text}");
        }
        assert_eq!(TraceContext::from_stored(&[7; 24]), None);
    }

    #[test]
    fn spans_of_one_execution_are_told_apart() {
        let id = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);
        let names = (0..2_000).map(|number| format!("each/{number}/call"));
        let ids: std::collections::HashSet<SpanId> = names.map(|name| SpanId::of(id, &name)).collect();
        assert_eq!(ids.len(), 2_000);
        assert_eq!(SpanId::of(id, "a"), SpanId::of(id, "a"));
        assert_ne!(SpanId::of(id, "a"), SpanId::of(Uuid::from_u128(1), "a"));
    }
}
