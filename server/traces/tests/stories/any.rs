//! Traces of every kind, and how they are made by hand.

use proptest::{collection::vec, option, prelude::*};
use traces::{Attribute, Kind, Name, Outcome, Span, SpanId, Sum, Tally, Trace, TraceId, Value, Why};

/// A trace with nothing in it.
pub(crate) fn empty(id: u128, route: &'static str, begun_at: u64, duration_us: u64) -> Trace {
    Trace {
        id: TraceId::new(id).unwrap(),
        span: SpanId::new(id as u64 + 1).unwrap(),
        parent: None,
        kind: Kind::Request,
        method: Some(Name::fixed("GET")),
        route: Name::fixed(route),
        begun_at,
        duration_us,
        outcome: Outcome::Answered(200),
        why: Why { sampled: true, slow: false, failed: false },
        sums: Default::default(),
        spans: Vec::new(),
        tallies: Vec::new(),
    }
}

pub(crate) fn span(name: &'static str, kind: Kind, parent: u16, start_us: u64, duration_us: u64) -> Span {
    Span { name: Name::fixed(name), kind, parent, start_us, duration_us, failed: false, attributes: Vec::new() }
}

pub(crate) fn any_trace() -> impl Strategy<Value = Trace> {
    let ids = (1..u128::MAX, 1..u64::MAX, option::of(1..u64::MAX));
    let about = (kind(), option::of(name()), name(), micros(), micros(), outcome());
    (ids, about, any::<(bool, bool, bool)>(), vec((any::<u32>(), micros()), 7), vec(spans(), 0..16), vec(tally(), 0..5)).prop_map(
        |((id, span, parent), (kind, method, route, begun_at, duration_us, outcome), (sampled, slow, failed), sums, spans, tallies)| Trace {
            id: TraceId::new(id).unwrap(),
            span: SpanId::new(span).unwrap(),
            parent: parent.and_then(SpanId::new),
            kind,
            method,
            route,
            begun_at,
            duration_us,
            outcome,
            why: Why { sampled, slow, failed },
            sums: std::array::from_fn(|at| Sum { count: sums[at].0, total_us: sums[at].1 }),
            spans: spans.into_iter().enumerate().map(|(at, span)| Span { parent: (usize::from(span.parent) % (at + 1)) as u16, ..span }).collect(),
            tallies,
        },
    )
}

fn spans() -> impl Strategy<Value = Span> {
    let attributes = vec((name(), value()).prop_map(|(key, value)| Attribute { key, value }), 0..4);
    (name(), kind(), any::<u16>(), micros(), micros(), any::<bool>(), attributes).prop_map(
        |(name, kind, parent, start_us, duration_us, failed, attributes)| Span { name, kind, parent, start_us, duration_us, failed, attributes },
    )
}

fn tally() -> impl Strategy<Value = Tally> {
    (name(), kind(), any::<(u32, u32, u32)>(), micros(), micros()).prop_map(|(name, kind, (count, beyond, failed), total_us, longest_us)| Tally {
        name,
        kind,
        count,
        beyond,
        failed,
        total_us,
        longest_us,
    })
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![any::<i64>().prop_map(Value::Number), name().prop_map(Value::Word), any::<bool>().prop_map(Value::Flag)]
}

fn name() -> impl Strategy<Value = Name> {
    // Few, so that they come again.
    "[A-C]{0,2}|[ -~]{0,128}".prop_map(|text| Name::parse(&text).unwrap())
}

fn kind() -> impl Strategy<Value = Kind> {
    (0..traces::KINDS).prop_map(|at| Kind::ALL[at])
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![any::<u16>().prop_map(Outcome::Answered), Just(Outcome::Done), Just(Outcome::Failed), Just(Outcome::GivenUp)]
}

fn micros() -> impl Strategy<Value = u64> {
    prop_oneof![0..2_000_u64, 0..(1_u64 << 53)]
}
