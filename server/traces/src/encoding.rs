//! A trace as bytes, for a database and for memory: a version, then fields in a fixed order with numbers as short as they are (postcard). Each
//! name stands in it once; a span is some ten bytes. Bytes from outside are read or refused, and what is read holds every promise of the model.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::{
    id::{SpanId, TraceId},
    model::{Attribute, KINDS, Kind, MOST_ATTRIBUTES, MOST_SPANS, Outcome, Span, Sum, Tally, Trace, Value, Why},
    name::Name,
};

/// The first byte.
pub const VERSION: u8 = 1;

/// No trace is longer, in bytes.
pub const MOST_BYTES: usize = 256 * 1_024;

/// Bytes that are no trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("This trace was written by another version of the program. Look at it with that one, or delete it.")]
    Version,
    #[error("These bytes are no trace, or a part of one. Delete them.")]
    Damaged,
}

/// No moment and no time is larger, in microseconds: what is counted with them does not overflow, and JavaScript's numbers hold it.
const MOST_MICROS: u64 = (1 << 53) - 1;

const MOST_TALLIES: usize = 256;
const FAILED: u8 = 0x80;

#[derive(Serialize, Deserialize)]
struct Wire<'a> {
    #[serde(borrow)]
    names: Vec<&'a str>,
    id: [u8; 16],
    span: [u8; 8],
    parent: Option<[u8; 8]>,
    kind: u8,
    method: Option<u16>,
    route: u16,
    begun_at: u64,
    duration_us: u64,
    outcome: Outcome,
    why: u8,
    sums: [Sum; KINDS],
    spans: Vec<WireSpan>,
    tallies: Vec<WireTally>,
}

#[derive(Serialize, Deserialize)]
struct WireSpan {
    name: u16,
    /// The highest bit says that it failed.
    kind: u8,
    parent: u16,
    start_us: u64,
    duration_us: u64,
    attributes: Vec<(u16, WireValue)>,
}

#[derive(Serialize, Deserialize)]
enum WireValue {
    Number(i64),
    Word(u16),
    Flag(bool),
}

#[derive(Serialize, Deserialize)]
struct WireTally {
    name: u16,
    kind: u8,
    count: u32,
    beyond: u32,
    failed: u32,
    total_us: u64,
    longest_us: u64,
}

/// Names in the order in which they first come.
#[derive(Default)]
struct Names<'a> {
    names: Vec<&'a str>,
    places: HashMap<&'a str, u16>,
}

/// The bytes of a trace. What is more than the model allows is left out.
pub fn encode(trace: &Trace) -> Vec<u8> {
    let mut names = Names::default();
    let mut wire = Wire {
        names: Vec::new(),
        id: trace.id.number().to_be_bytes(),
        span: trace.span.number().to_be_bytes(),
        parent: trace.parent.map(|parent| parent.number().to_be_bytes()),
        kind: trace.kind as u8,
        method: trace.method.as_ref().map(|method| names.place(method)),
        route: names.place(&trace.route),
        begun_at: bounded(trace.begun_at),
        duration_us: bounded(trace.duration_us),
        outcome: trace.outcome,
        why: u8::from(trace.why.sampled) | (u8::from(trace.why.slow) << 1) | (u8::from(trace.why.failed) << 2),
        sums: trace.sums.map(|sum| Sum { total_us: bounded(sum.total_us), ..sum }),
        spans: trace.spans.iter().take(MOST_SPANS).map(|span| of_span(span, &mut names)).collect(),
        tallies: trace.tallies.iter().take(MOST_TALLIES).map(|tally| of_tally(tally, &mut names)).collect(),
    };
    wire.names = names.names;
    postcard::to_extend(&wire, vec![VERSION]).unwrap_or_default()
}

/// The trace of some bytes.
pub fn decode(bytes: &[u8]) -> Result<Trace, Unreadable> {
    let (version, body) = bytes.split_first().ok_or(Unreadable::Damaged)?;
    if *version != VERSION {
        return Err(Unreadable::Version);
    }
    if bytes.len() > MOST_BYTES {
        return Err(Unreadable::Damaged);
    }
    match postcard::take_from_bytes::<Wire<'_>>(body) {
        Ok((wire, [])) => wire.read().ok_or(Unreadable::Damaged),
        _ => Err(Unreadable::Damaged),
    }
}

impl<'a> Names<'a> {
    fn place(&mut self, name: &'a Name) -> u16 {
        *self.places.entry(name.as_str()).or_insert_with(|| {
            self.names.push(name.as_str());
            (self.names.len() - 1) as u16
        })
    }
}

fn of_span<'a>(span: &'a Span, names: &mut Names<'a>) -> WireSpan {
    let attributes = span.attributes.iter().take(MOST_ATTRIBUTES).map(|attribute| {
        let value = match &attribute.value {
            Value::Number(number) => WireValue::Number(*number),
            Value::Word(word) => WireValue::Word(names.place(word)),
            Value::Flag(flag) => WireValue::Flag(*flag),
        };
        (names.place(&attribute.key), value)
    });
    let attributes = attributes.collect();
    WireSpan {
        name: names.place(&span.name),
        kind: span.kind as u8 | if span.failed { FAILED } else { 0 },
        parent: span.parent,
        start_us: bounded(span.start_us),
        duration_us: bounded(span.duration_us),
        attributes,
    }
}

fn of_tally<'a>(tally: &'a Tally, names: &mut Names<'a>) -> WireTally {
    WireTally {
        name: names.place(&tally.name),
        kind: tally.kind as u8,
        count: tally.count,
        beyond: tally.beyond,
        failed: tally.failed,
        total_us: bounded(tally.total_us),
        longest_us: bounded(tally.longest_us),
    }
}

impl Wire<'_> {
    fn read(self) -> Option<Trace> {
        if self.spans.len() > MOST_SPANS || self.tallies.len() > MOST_TALLIES || self.why > 7 {
            return None;
        }
        let names: Vec<_> = self.names.iter().map(|name| Name::parse(name)).collect::<Option<_>>()?;
        let name = |place: u16| names.get(usize::from(place)).cloned();
        Some(Trace {
            id: TraceId::new(u128::from_be_bytes(self.id))?,
            span: SpanId::new(u64::from_be_bytes(self.span))?,
            parent: match self.parent {
                Some(parent) => Some(SpanId::new(u64::from_be_bytes(parent))?),
                None => None,
            },
            kind: Kind::at(self.kind)?,
            method: match self.method {
                Some(method) => Some(name(method)?),
                None => None,
            },
            route: name(self.route)?,
            begun_at: checked(self.begun_at)?,
            duration_us: checked(self.duration_us)?,
            outcome: self.outcome,
            why: Why { sampled: self.why & 1 != 0, slow: self.why & 2 != 0, failed: self.why & 4 != 0 },
            sums: self.sums.iter().all(|sum| sum.total_us <= MOST_MICROS).then_some(self.sums)?,
            spans: self.spans.into_iter().enumerate().map(|(before, span)| span.read(before, name)).collect::<Option<_>>()?,
            tallies: self.tallies.into_iter().map(|tally| tally.read(name)).collect::<Option<_>>()?,
        })
    }
}

impl WireSpan {
    /// So many spans began before: its parent is one of them.
    fn read(self, before: usize, name: impl Fn(u16) -> Option<Name>) -> Option<Span> {
        if usize::from(self.parent) > before || self.attributes.len() > MOST_ATTRIBUTES {
            return None;
        }
        let attributes = self.attributes.into_iter().map(|(key, value)| {
            let value = match value {
                WireValue::Number(number) => Value::Number(number),
                WireValue::Word(word) => Value::Word(name(word)?),
                WireValue::Flag(flag) => Value::Flag(flag),
            };
            Some(Attribute { key: name(key)?, value })
        });
        let attributes = attributes.collect::<Option<_>>()?;
        Some(Span {
            name: name(self.name)?,
            kind: Kind::at(self.kind & !FAILED)?,
            parent: self.parent,
            start_us: checked(self.start_us)?,
            duration_us: checked(self.duration_us)?,
            failed: self.kind & FAILED != 0,
            attributes,
        })
    }
}

impl WireTally {
    fn read(self, name: impl Fn(u16) -> Option<Name>) -> Option<Tally> {
        Some(Tally {
            name: name(self.name)?,
            kind: Kind::at(self.kind)?,
            count: self.count,
            beyond: self.beyond,
            failed: self.failed,
            total_us: checked(self.total_us)?,
            longest_us: checked(self.longest_us)?,
        })
    }
}

fn bounded(micros: u64) -> u64 {
    micros.min(MOST_MICROS)
}

fn checked(micros: u64) -> Option<u64> {
    (micros <= MOST_MICROS).then_some(micros)
}
