//! What collectors take: OTLP over HTTP as JSON (<https://opentelemetry.io/docs/specs/otlp/>), which every collector understands on port 4318.
//! As its mapping says, ids are hexadecimal, and 64-bit numbers are strings; names are those of the semantic conventions.

mod logs;
mod metrics;
mod spans;

use serde_json::{Value, json};

pub use self::{
    logs::{Log, Severity},
    metrics::{BadHistogram, Data, Histogram, Metric, Number, Point},
};
use crate::model::Trace;

/// Who tells: the process.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    pub service: String,
    pub version: String,
    /// What tells this process from others of the same service.
    pub instance: String,
    /// As the conventions call it: `sqlite`, `postgresql`.
    pub database: Option<&'static str>,
    /// Whatever else is to be said, such as `deployment.environment.name`.
    pub more: Vec<(String, Any)>,
}

/// A value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Any {
    Text(String),
    Int(i64),
    Float(f64),
    Flag(bool),
}

/// What is sent by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    Traces,
    Metrics,
    Logs,
}

/// The scope of everything that is told here.
const SCOPE: &str = "vitrine";

impl Signal {
    pub const ALL: [Self; 3] = [Self::Traces, Self::Metrics, Self::Logs];

    /// Where it is sent, behind the address of the collector.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Traces => "/v1/traces",
            Self::Metrics => "/v1/metrics",
            Self::Logs => "/v1/logs",
        }
    }

    fn around(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Traces => ("resourceSpans", "scopeSpans", "spans"),
            Self::Metrics => ("resourceMetrics", "scopeMetrics", "metrics"),
            Self::Logs => ("resourceLogs", "scopeLogs", "logRecords"),
        }
    }
}

/// The body of a request that tells traces.
pub fn traces<'a>(resource: &Resource, traces: impl IntoIterator<Item = &'a Trace>) -> Vec<u8> {
    body(Signal::Traces, resource, traces.into_iter().flat_map(|trace| spans::of(trace, resource.database)).collect())
}

/// The body of a request that tells metrics.
pub fn metrics<'a>(resource: &Resource, metrics: impl IntoIterator<Item = &'a Metric>) -> Vec<u8> {
    body(Signal::Metrics, resource, metrics.into_iter().map(Metric::json).collect())
}

/// The body of a request that tells lines of the log.
pub fn logs<'a>(resource: &Resource, logs: impl IntoIterator<Item = &'a Log>) -> Vec<u8> {
    body(Signal::Logs, resource, logs.into_iter().map(Log::json).collect())
}

fn body(signal: Signal, resource: &Resource, items: Vec<Value>) -> Vec<u8> {
    let (of_resource, of_scope, name) = signal.around();
    let body = json!({
        of_resource: [{
            "resource": { "attributes": resource.json() },
            of_scope: [{ "scope": { "name": SCOPE, "version": resource.version }, name: items }],
        }],
    });
    body.to_string().into_bytes()
}

impl Resource {
    fn json(&self) -> Value {
        let own = [("service.name", &self.service), ("service.version", &self.version), ("service.instance.id", &self.instance)];
        let own = own.map(|(key, value)| attribute(key, &Any::Text(value.clone())));
        own.into_iter().chain(self.more.iter().map(|(key, value)| attribute(key, value))).collect()
    }
}

impl Any {
    fn json(&self) -> Value {
        match self {
            Self::Text(text) => json!({ "stringValue": text }),
            Self::Int(number) => json!({ "intValue": number.to_string() }),
            Self::Float(number) => json!({ "doubleValue": float(*number) }),
            Self::Flag(flag) => json!({ "boolValue": flag }),
        }
    }
}

impl From<&str> for Any {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

fn attribute(key: &str, value: &Any) -> Value {
    json!({ "key": key, "value": value.json() })
}

fn attributes(attributes: &[(String, Any)]) -> Value {
    attributes.iter().map(|(key, value)| attribute(key, value)).collect()
}

/// JSON has no words for what is no number; the mapping of protocol buffers has.
fn float(number: f64) -> Value {
    if number.is_nan() {
        json!("NaN")
    } else if number.is_infinite() {
        json!(if number > 0.0 { "Infinity" } else { "-Infinity" })
    } else {
        json!(number)
    }
}

/// Nanoseconds since 1970, of microseconds.
fn nanos(micros: u64) -> String {
    (u128::from(micros) * 1_000).min(u64::MAX.into()).to_string()
}
