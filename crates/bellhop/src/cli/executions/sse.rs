//! Reading server-sent events (WHATWG HTML, 9.2.6), as far as this server writes them.

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Received {
    pub(super) name: String,
    pub(super) data: String,
}

/// Puts events together from pieces that are cut anywhere.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// A line that has not come to its end.
    line: Vec<u8>,
    event: Received,
    id: Option<String>,
    /// The id of the last event that was complete.
    pub(super) last_id: Option<String>,
}

impl Reader {
    /// One that goes on after the event of that id.
    pub(super) fn after(last_id: Option<String>) -> Self {
        Self { last_id, ..Self::default() }
    }

    /// The events that are complete with these bytes.
    pub(super) fn read(&mut self, bytes: &[u8]) -> Vec<Received> {
        let mut events = Vec::new();
        for byte in bytes {
            if *byte == b'\n' {
                let line = std::mem::take(&mut self.line);
                events.extend(self.take(String::from_utf8_lossy(&line).trim_end_matches('\r')));
            } else {
                self.line.push(*byte);
            }
        }
        events
    }

    fn take(&mut self, line: &str) -> Option<Received> {
        if line.is_empty() {
            self.last_id = self.id.clone().or_else(|| self.last_id.take());
            let event = std::mem::take(&mut self.event);
            return (!event.data.is_empty()).then_some(event);
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.event.name),
            "id" => self.id = Some(value.to_owned()),
            "data" => {
                if !self.event.data.is_empty() {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
            }
            // Comments keep the connection alive, and have no name.
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_put_together_wherever_they_are_cut() {
        let text = ": hello\n\nid: 1.0.\n\nevent: step\r\nid: 2.1.running\r\ndata: {\"a\":\ndata:1}\n\nid: 3\nevent: x\n";
        for size in 1..text.len() {
            let mut reader = Reader::default();
            let events: Vec<Received> =
                text.as_bytes().chunks(size).flat_map(|piece| reader.read(piece)).collect();
            let step = Received { name: "step".to_owned(), data: "{\"a\":\n1}".to_owned() };
            assert_eq!((events, reader.last_id.as_deref()), (vec![step], Some("2.1.running")));
        }
    }
}
