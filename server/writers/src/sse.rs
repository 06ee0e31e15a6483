//! Server-sent events, read from chunks that end anywhere.
//!
//! As the WHATWG describes the format, without what no provider sends: `id` and `retry`.

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) data: String,
}

/// Takes bytes as they come and gives events as they are complete. How much it may hold is bounded by whoever feeds it.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    line: Vec<u8>,
    data: Option<String>,
    /// The last byte was a carriage return: a line feed right behind it belongs to the same end of line.
    after_return: bool,
    begun: bool,
}

impl Reader {
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Vec<Event> {
        let mut events = Vec::new();
        for &byte in bytes {
            let follows = std::mem::replace(&mut self.after_return, byte == b'\r');
            match byte {
                b'\n' if follows => {}
                b'\n' | b'\r' => events.extend(self.end_of_line()),
                byte => self.line.push(byte),
            }
        }
        events
    }

    fn end_of_line(&mut self) -> Option<Event> {
        let bytes = std::mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&bytes);
        let line = if std::mem::replace(&mut self.begun, true) { &*line } else { line.trim_start_matches('\u{feff}') };
        if line.is_empty() {
            return self.data.take().map(|data| Event { data });
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        // A line that begins with a colon is a comment: a sign of life. The kind of an event stands in its data too.
        if field == "data" {
            let value = value.strip_prefix(' ').unwrap_or(value);
            match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.to_owned()),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn data(text: &str) -> Vec<String> {
        Reader::default().feed(text.as_bytes()).into_iter().map(|event| event.data).collect()
    }

    #[test]
    fn events_end_with_an_empty_line() {
        assert_eq!(data("event: ping\ndata: {}\n\n: comment\n\ndata: a\ndata: b\n\ndata: [DONE]\n\n"), ["{}", "a\nb", "[DONE]"]);
    }

    #[test]
    fn an_event_without_its_empty_line_is_none() {
        assert_eq!(data("data: a\n\ndata: b\n"), ["a"]);
    }

    #[test]
    fn any_end_of_line_will_do() {
        assert_eq!(data("data:a\r\n\r\ndata: b\r\rdata:  c\n\n"), ["a", "b", " c"]);
        assert_eq!(data("\u{feff}data: a\n\n"), ["a"]);
    }

    proptest! {
        #[test]
        fn chunks_may_end_anywhere(text in "(data: ?[a-zé語\"{}]{0,6}|event: x|: c|)((\r\n|\n|\r)(data: ?[a-zé語\"{}]{0,6}|: c|)){0,12}(\r\n\r\n|\n\n)", cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8)) {
            let bytes = text.as_bytes();
            let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
            at.extend([0, bytes.len()]);
            at.sort_unstable();
            let mut reader = Reader::default();
            let pieces: Vec<Event> = at.windows(2).flat_map(|pair| reader.feed(&bytes[pair[0]..pair[1]])).collect();

            prop_assert_eq!(pieces, Reader::default().feed(bytes));
        }

        #[test]
        fn no_bytes_are_too_strange(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
            let _ = Reader::default().feed(&bytes);
        }
    }
}
