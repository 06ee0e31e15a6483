//! Metrics: counts, sizes and how long things took.

use serde_json::{Value, json};

use super::{Any, attributes, float, nanos};

/// A metric with its points.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// As `http.server.request.duration`.
    pub name: String,
    pub description: String,
    /// As UCUM has it: `s`, `By`, `{request}`.
    pub unit: String,
    pub data: Data,
}

/// Sums and histograms are told since the start of the process: what gets lost on the way is in the next.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// What only grows.
    Count(Vec<Point>),
    /// What is so at the moment.
    Gauge(Vec<Point>),
    Histogram(Vec<Histogram>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    pub attributes: Vec<(String, Any)>,
    /// Since when it is counted, and until when, in microseconds since 1970.
    pub since: u64,
    pub at: u64,
    pub value: Number,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    Int(i64),
    Float(f64),
}

/// How many lay between bounds.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    attributes: Vec<(String, Any)>,
    since: u64,
    at: u64,
    sum: f64,
    bounds: Vec<f64>,
    counts: Vec<u64>,
}

/// Buckets that do not fit their bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadHistogram {
    #[error("A histogram has one more count than bounds.")]
    Counts,
    #[error("The bounds of a histogram are numbers, and each is larger than the one before.")]
    Bounds,
}

impl Histogram {
    /// `counts` has how many were at most the first bound, more than that and at most the second, and so on; the last is of those above.
    pub fn new(attributes: Vec<(String, Any)>, (since, at): (u64, u64), sum: f64, bounds: Vec<f64>, counts: Vec<u64>) -> Result<Self, BadHistogram> {
        if counts.len() != bounds.len() + 1 {
            return Err(BadHistogram::Counts);
        }
        if !bounds.iter().all(|bound| bound.is_finite()) || !bounds.is_sorted_by(|one, next| one < next) {
            return Err(BadHistogram::Bounds);
        }
        Ok(Self { attributes, since, at, sum, bounds, counts })
    }

    fn json(&self) -> Value {
        json!({
            "attributes": attributes(&self.attributes),
            "startTimeUnixNano": nanos(self.since),
            "timeUnixNano": nanos(self.at),
            "count": self.counts.iter().fold(0_u64, |sum, count| sum.saturating_add(*count)).to_string(),
            "sum": float(self.sum),
            "bucketCounts": self.counts.iter().map(u64::to_string).collect::<Vec<_>>(),
            "explicitBounds": self.bounds,
        })
    }
}

impl Metric {
    pub(super) fn json(&self) -> Value {
        const CUMULATIVE: u8 = 2;
        let (kind, data) = match &self.data {
            Data::Count(points) => ("sum", json!({ "dataPoints": all(points), "aggregationTemporality": CUMULATIVE, "isMonotonic": true })),
            Data::Gauge(points) => ("gauge", json!({ "dataPoints": all(points) })),
            Data::Histogram(points) => {
                let points: Vec<_> = points.iter().map(Histogram::json).collect();
                ("histogram", json!({ "dataPoints": points, "aggregationTemporality": CUMULATIVE }))
            }
        };
        json!({ "name": self.name, "description": self.description, "unit": self.unit, kind: data })
    }
}

fn all(points: &[Point]) -> Vec<Value> {
    points.iter().map(Point::json).collect()
}

impl Point {
    fn json(&self) -> Value {
        let (kind, value) = match self.value {
            Number::Int(number) => ("asInt", json!(number.to_string())),
            Number::Float(number) => ("asDouble", float(number)),
        };
        json!({ "attributes": attributes(&self.attributes), "startTimeUnixNano": nanos(self.since), "timeUnixNano": nanos(self.at), kind: value })
    }
}
