//! The file that `pprof` reads, before it is compressed: a message `perftools.profiles.Profile` of
//! <https://github.com/google/pprof/blob/main/proto/profile.proto>. It is written by hand, as it is five messages of numbers and texts.

use std::collections::HashMap;

use crate::Samples;

/// The file. `began_at` is in microseconds since 1970; `comment` says what it is of.
pub fn write(samples: &Samples, began_at: u64, comment: &str) -> Vec<u8> {
    let mut texts = Texts::default();
    let mut profile = Message::default();
    let (seen, count, cpu, nanoseconds) = (texts.of("samples"), texts.of("count"), texts.of("cpu"), texts.of("nanoseconds"));
    profile.message(1, &Message::default().number(1, seen).number(2, count));
    profile.message(1, &Message::default().number(1, cpu).number(2, nanoseconds));
    // How much of a processor's time each sample stands for.
    let period = 1_000_000_000_u64.checked_div(samples.hertz.into()).unwrap_or(0);
    let thread = texts.of("thread");
    let mut locations: HashMap<(u32, u32), u64> = HashMap::new();
    for stack in &samples.stacks {
        // The innermost first.
        let places = stack.frames.iter().rev().map(|frame| {
            let next = locations.len() as u64 + 1;
            *locations.entry((frame.function, frame.line)).or_insert(next)
        });
        let places: Vec<u64> = places.collect();
        let label = Message::default().number(1, thread).number(2, texts.of(&stack.thread));
        let values = [stack.count, stack.count.saturating_mul(period)];
        profile.message(2, &Message::default().numbers(1, &places).numbers(2, &values).inside(3, &label));
    }
    let mut locations: Vec<_> = locations.into_iter().map(|((function, line), id)| (id, function, line)).collect();
    locations.sort_unstable();
    for (id, function, line) in locations {
        let line = Message::default().number(1, u64::from(function) + 1).number(2, line.into());
        profile.message(4, &Message::default().number(1, id).inside(4, &line));
    }
    for (id, function) in (1_u64..).zip(&samples.functions) {
        let (name, whole, file) = (texts.of(&function.name), texts.of(&function.whole_name), texts.of(&function.file));
        profile.message(5, &Message::default().number(1, id).number(2, name).number(3, whole).number(4, file));
    }
    let comment = texts.of(comment);
    for text in &texts.all {
        profile.bytes(6, text.as_bytes());
    }
    profile
        .number(9, began_at.saturating_mul(1_000))
        .number(10, samples.duration_us.saturating_mul(1_000))
        .inside(11, &Message::default().number(1, cpu).number(2, nanoseconds))
        .number(12, period)
        .numbers(13, &[comment])
        .number(14, cpu)
        .0
}

/// The table of texts, of which the first is empty.
struct Texts {
    all: Vec<String>,
    places: HashMap<String, u64>,
}

impl Default for Texts {
    fn default() -> Self {
        Self { all: vec![String::new()], places: HashMap::from([(String::new(), 0)]) }
    }
}

impl Texts {
    fn of(&mut self, text: &str) -> u64 {
        if let Some(place) = self.places.get(text) {
            return *place;
        }
        let place = self.all.len() as u64;
        self.all.push(text.to_owned());
        self.places.insert(text.to_owned(), place);
        place
    }
}

/// A message as it is written (<https://protobuf.dev/programming-guides/encoding>): each field begins with its number and what follows.
#[derive(Default)]
struct Message(Vec<u8>);

const NUMBER: u64 = 0;
const BYTES: u64 = 2;

impl Message {
    fn number(mut self, field: u64, value: u64) -> Self {
        if value != 0 {
            varint(&mut self.0, field << 3 | NUMBER);
            varint(&mut self.0, value);
        }
        self
    }

    fn numbers(mut self, field: u64, values: &[u64]) -> Self {
        let mut packed = Vec::with_capacity(values.len() * 2);
        for value in values {
            varint(&mut packed, *value);
        }
        self.bytes(field, &packed);
        self
    }

    fn inside(mut self, field: u64, message: &Self) -> Self {
        self.bytes(field, &message.0);
        self
    }

    fn message(&mut self, field: u64, message: &Self) {
        self.bytes(field, &message.0);
    }

    fn bytes(&mut self, field: u64, bytes: &[u8]) {
        varint(&mut self.0, field << 3 | BYTES);
        varint(&mut self.0, bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }
}

/// Seven bits a byte, the lowest first; the eighth says that there are more.
fn varint(into: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        into.push(value as u8 | 0x80);
        value >>= 7;
    }
    into.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_the_format_says() {
        let mut bytes = Vec::new();
        for value in [0, 1, 127, 128, 300, u64::MAX] {
            varint(&mut bytes, value);
        }

        assert_eq!(bytes[..7], [0, 1, 127, 0x80, 1, 0xac, 2]);
        assert_eq!(bytes[7..], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]);
    }

    #[test]
    fn a_message_is_what_protoc_makes_of_it() {
        let inside = Message::default().number(1, 150).number(2, 0);
        let message = Message::default().inside(3, &inside).numbers(6, &[3, 270, 86_942]);

        // The examples of the format's own description.
        assert_eq!(message.0, [0x1a, 3, 0x08, 0x96, 0x01, 0x32, 6, 3, 0x8e, 2, 0x9e, 0xa7, 5]);
    }
}
