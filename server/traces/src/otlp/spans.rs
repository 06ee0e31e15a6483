//! Traces, as spans.

use serde_json::{Value as Json, json};

use super::{Any, attribute, nanos};
use crate::model::{Kind, MOST_SPANS, Outcome, Span, Trace, Value};

const INTERNAL: u8 = 1;
const SERVER: u8 = 2;
const CLIENT: u8 = 3;
const CONSUMER: u8 = 5;

/// The lowest eight bits are those of `traceparent`. The next say that it is known whether the parent is elsewhere, and whether it is.
const HERE: u32 = 0x100;
const ELSEWHERE: u32 = 0x300;

/// The request, and everything in it.
pub(super) fn of(trace: &Trace, database: Option<&'static str>) -> Vec<Json> {
    let mut spans = Vec::with_capacity(trace.spans.len() + 1);
    spans.push(request(trace));
    spans.extend(trace.spans.iter().take(MOST_SPANS).zip(1..).map(|(span, place)| part(trace, span, place, database)));
    spans
}

fn request(trace: &Trace) -> Json {
    let mut attributes = Vec::new();
    let mut tell = |key: &str, value: Any| attributes.push(attribute(key, &value));
    if let Some(method) = &trace.method {
        tell("http.request.method", method.as_str().into());
    }
    let of_route = if trace.kind == Kind::Job { "vitrine.job" } else { "http.route" };
    tell(of_route, trace.route.as_str().into());
    if let Outcome::Answered(status) = trace.outcome {
        tell("http.response.status_code", Any::Int(status.into()));
        if trace.outcome.is_failure() {
            tell("error.type", Any::Text(status.to_string()));
        }
    }
    if trace.outcome == Outcome::GivenUp {
        tell("vitrine.given_up", Any::Flag(true));
    }
    tell("vitrine.statements", Any::Int(trace.statements().into()));
    // One is enough to find it; the page has them all.
    if let Some(tally) = trace.repeated().next() {
        tell("vitrine.repeated", tally.name.as_str().into());
    }
    let beyond: u32 = trace.tallies.iter().map(|tally| tally.beyond).fold(0, u32::saturating_add);
    if beyond > 0 {
        tell("vitrine.spans.left_out", Any::Int(beyond.into()));
    }
    let kind = match trace.kind {
        Kind::Browser => CLIENT,
        Kind::Job => CONSUMER,
        _ => SERVER,
    };
    let flags = u32::from(trace.why.sampled) | if trace.parent.is_some() { ELSEWHERE } else { HERE };
    let mut json = json!({
        "traceId": trace.id.to_string(),
        "spanId": trace.span.to_string(),
        "flags": flags,
        "name": trace.name(),
        "kind": kind,
        "startTimeUnixNano": nanos(trace.begun_at),
        "endTimeUnixNano": nanos(trace.begun_at.saturating_add(trace.duration_us)),
        "attributes": attributes,
        "status": status(trace.outcome.is_failure()),
    });
    if let Some(parent) = trace.parent {
        json["parentSpanId"] = json!(parent.to_string());
    }
    json
}

fn part(trace: &Trace, span: &Span, place: u16, database: Option<&'static str>) -> Json {
    let mut attributes: Vec<_> = span.attributes.iter().map(|noted| attribute(&format!("vitrine.{}", noted.key), &any(&noted.value))).collect();
    let mut kind = INTERNAL;
    match span.kind {
        Kind::Statement => {
            kind = CLIENT;
            attributes.push(attribute("db.query.summary", &span.name.as_str().into()));
            if let Some(database) = database {
                attributes.push(attribute("db.system.name", &database.into()));
            }
        }
        Kind::Provider => kind = CLIENT,
        _ => attributes.push(attribute("vitrine.kind", &span.kind.word().into())),
    }
    if span.failed {
        attributes.push(attribute("error.type", &"_OTHER".into()));
    }
    let begun_at = trace.begun_at.saturating_add(span.start_us);
    json!({
        "traceId": trace.id.to_string(),
        "spanId": trace.span_id(place).to_string(),
        "parentSpanId": trace.span_id(span.parent).to_string(),
        "flags": u32::from(trace.why.sampled) | HERE,
        "name": span.name.as_str(),
        "kind": kind,
        "startTimeUnixNano": nanos(begun_at),
        "endTimeUnixNano": nanos(begun_at.saturating_add(span.duration_us)),
        "attributes": attributes,
        "status": status(span.failed),
    })
}

/// That something went well is for whoever reads it to say.
fn status(failed: bool) -> Json {
    if failed { json!({ "code": 2 }) } else { json!({}) }
}

fn any(value: &Value) -> Any {
    match value {
        Value::Number(number) => Any::Int(*number),
        Value::Word(word) => word.as_str().into(),
        Value::Flag(flag) => Any::Flag(*flag),
    }
}
