//! What must hold of a run, as a plan writes it: `p95 < 200ms`, `errors < 1%`, `rate >= 3000/s`.

use std::fmt;

use serde::{Deserialize, Deserializer, de::Error};

use crate::plan::Span;

#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    pub text: String,
    pub metric: Metric,
    comparison: Comparison,
    /// In the metric's own unit: milliseconds, a share, a number a second, megabytes.
    limit: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Metric {
    /// Of the time that answers take, as a share of one.
    Quantile(f64),
    Mean,
    Max,
    /// The share of requests that were not answered well.
    Errors,
    /// The share of answers for which no product was asked of the database, of those that can be kept.
    Hits,
    /// The share of those that were there as they were sent.
    Kept,
    /// Good answers a second.
    Rate,
    /// Processor time a request, of server and database together.
    Cpu,
    /// The server's resident memory at the end.
    Memory,
    /// How much of it has come since the first third of the run.
    Growth,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Below,
    AtMost,
    Above,
    AtLeast,
}

impl Threshold {
    pub fn read(text: &str) -> Result<Self, String> {
        let wrong = |what: &str| format!("The threshold {text:?} {what}");
        let at = text.find(['<', '>']).ok_or_else(|| wrong("compares nothing. Write it like p95 < 200ms."))?;
        let (name, rest) = text.split_at(at);
        let (comparison, limit) = match (rest.strip_prefix("<="), rest.strip_prefix(">=")) {
            (Some(limit), _) => (Comparison::AtMost, limit),
            (_, Some(limit)) => (Comparison::AtLeast, limit),
            _ if rest.starts_with('<') => (Comparison::Below, &rest[1..]),
            _ => (Comparison::Above, &rest[1..]),
        };
        let metric = Metric::from_name(name.trim()).ok_or_else(|| {
            wrong("is about nothing that is measured. There are: p50 to p99.9, mean, max, errors, hits, kept, rate, cpu, memory, growth.")
        })?;
        let limit = limit.trim();
        let number =
            |suffix: &str| limit.strip_suffix(suffix).and_then(|number| number.trim().parse::<f64>().ok()).filter(|number| number.is_finite());
        let limit = match metric {
            Metric::Quantile(_) | Metric::Mean | Metric::Max | Metric::Cpu => {
                Span::read(limit).map(|span| span.0.as_secs_f64() * 1e3).ok_or_else(|| wrong("needs a time, such as 200ms."))?
            }
            Metric::Errors | Metric::Hits | Metric::Kept => {
                number("%").map(|percent| percent / 100.0).ok_or_else(|| wrong("needs a share, such as 1%."))?
            }
            Metric::Rate => number("/s").ok_or_else(|| wrong("needs a rate, such as 100/s."))?,
            Metric::Memory | Metric::Growth => number("MB").ok_or_else(|| wrong("needs megabytes, such as 150MB."))?,
        };
        Ok(Self { text: text.trim().to_owned(), metric, comparison, limit })
    }

    pub fn holds(&self, measured: f64) -> bool {
        match self.comparison {
            Comparison::Below => measured < self.limit,
            Comparison::AtMost => measured <= self.limit,
            Comparison::Above => measured > self.limit,
            Comparison::AtLeast => measured >= self.limit,
        }
    }
}

impl Metric {
    fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "mean" => Self::Mean,
            "max" => Self::Max,
            "errors" => Self::Errors,
            "hits" => Self::Hits,
            "kept" => Self::Kept,
            "rate" => Self::Rate,
            "cpu" => Self::Cpu,
            "memory" => Self::Memory,
            "growth" => Self::Growth,
            _ => {
                let percent: f64 = name.strip_prefix('p')?.parse().ok()?;
                (percent > 0.0 && percent < 100.0).then_some(Self::Quantile(percent / 100.0))?
            }
        })
    }

    /// A measured value with its unit.
    pub fn show(self, value: f64) -> String {
        match self {
            Self::Quantile(_) | Self::Mean | Self::Max | Self::Cpu => format!("{value:.2} ms"),
            Self::Errors | Self::Hits | Self::Kept => format!("{:.2} %", value * 100.0),
            Self::Rate => format!("{value:.0}/s"),
            Self::Memory | Self::Growth => format!("{value:.1} MB"),
        }
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Threshold {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str, measured: f64) -> bool {
        Threshold::read(text).unwrap().holds(measured)
    }

    #[test]
    fn a_threshold_is_read_in_the_unit_of_what_it_is_about() {
        assert!(holds("p95 < 200ms", 199.9) && !holds("p95 < 200ms", 200.0));
        assert!(holds("p99.9<=1.5s", 1_500.0) && !holds("p99.9<=1.5s", 1_500.1));
        assert!(holds("errors < 1%", 0.0099) && !holds("errors < 1%", 0.01));
        assert!(holds("hits >= 95%", 0.951) && !holds("hits >= 95%", 0.949));
        assert!(holds("errors <= 0%", 0.0) && !holds("errors <= 0%", 0.0001));
        assert!(holds("rate >= 3000/s", 3_000.0) && !holds("rate > 3000/s", 3_000.0));
        assert!(holds("cpu <= 0.4ms", 0.4) && !holds("cpu <= 0.4ms", 0.41));
        assert!(holds("growth < 30MB", 29.0) && !holds("growth < 30MB", 31.0));
    }

    #[test]
    fn a_quantile_is_any_percentage() {
        let Metric::Quantile(share) = Threshold::read("p99.9 < 1s").unwrap().metric else { panic!() };
        assert_eq!((share * 1e6).round() as i64, 999_000);
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for (text, about) in [
            ("p95 200ms", "compares nothing"),
            ("p0 < 1s", "nothing that is measured"),
            ("p100 < 1s", "nothing that is measured"),
            ("speed < 1s", "nothing that is measured"),
            ("p95 < 200", "needs a time"),
            ("errors < 1", "needs a share"),
            ("rate > 5ms", "needs a rate"),
            ("memory < NaNMB", "needs megabytes"),
        ] {
            let refused = Threshold::read(text).unwrap_err();
            assert!(refused.contains(about) && refused.contains(text), "{refused}");
        }
    }
}
