//! Lines of the log.

use serde_json::{Value, json};

use super::{Any, attributes, nanos};
use crate::parent::TraceParent;

/// A line of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Log {
    /// Microseconds since 1970.
    pub at: u64,
    pub severity: Severity,
    pub text: String,
    pub attributes: Vec<(String, Any)>,
    /// The request it was written for: [`crate::parent`].
    pub trace: Option<TraceParent>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

/// Characters of a line that are told.
const LONGEST: usize = 4_096;

impl Severity {
    /// The number and the word of the data model of logs.
    const fn told(self) -> (u8, &'static str) {
        match self {
            Self::Trace => (1, "TRACE"),
            Self::Debug => (5, "DEBUG"),
            Self::Info => (9, "INFO"),
            Self::Warn => (13, "WARN"),
            Self::Error => (17, "ERROR"),
        }
    }
}

impl Log {
    pub(super) fn json(&self) -> Value {
        let (number, word) = self.severity.told();
        let text: String = self.text.chars().take(LONGEST).collect();
        let mut json = json!({
            "timeUnixNano": nanos(self.at),
            "observedTimeUnixNano": nanos(self.at),
            "severityNumber": number,
            "severityText": word,
            "body": { "stringValue": text },
            "attributes": attributes(&self.attributes),
        });
        if let Some(trace) = self.trace {
            json["traceId"] = json!(trace.trace.to_string());
            json["spanId"] = json!(trace.span.to_string());
            json["flags"] = json!(u32::from(trace.sampled));
        }
        json
    }
}
