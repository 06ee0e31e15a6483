//! How long answers take, as a histogram with three significant digits: percentiles of any time are its own, never averages of others.

use std::time::Duration;

use anyhow::Context;
use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

/// From a microsecond to two minutes; what takes longer is counted as that.
const LONGEST_MICROS: u64 = 120_000_000;

#[derive(Clone, Debug)]
pub struct Latencies(Histogram<u64>);

/// In milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Percentiles {
    pub min: f64,
    pub mean: f64,
    pub p50: f64,
    pub p75: f64,
    pub p90: f64,
    pub p95: f64,
    pub p99: f64,
    pub p999: f64,
    pub max: f64,
}

impl Latencies {
    pub fn new() -> anyhow::Result<Self> {
        Histogram::new_with_bounds(1, LONGEST_MICROS, 3).map(Self).context("A histogram could not be made.")
    }

    pub fn add(&mut self, took: Duration) {
        self.0.saturating_record(u64::try_from(took.as_micros()).unwrap_or(u64::MAX).min(LONGEST_MICROS));
    }

    pub fn clear(&mut self) {
        self.0.reset();
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// In milliseconds; `share` of one.
    pub fn quantile(&self, share: f64) -> f64 {
        self.0.value_at_quantile(share) as f64 / 1e3
    }

    pub fn mean(&self) -> f64 {
        self.0.mean() / 1e3
    }

    pub fn max(&self) -> f64 {
        self.0.max() as f64 / 1e3
    }

    pub fn percentiles(&self) -> Percentiles {
        if self.is_empty() {
            return Percentiles::default();
        }
        Percentiles {
            min: self.0.min() as f64 / 1e3,
            mean: self.mean(),
            p50: self.quantile(0.5),
            p75: self.quantile(0.75),
            p90: self.quantile(0.9),
            p95: self.quantile(0.95),
            p99: self.quantile(0.99),
            p999: self.quantile(0.999),
            max: self.max(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(millis: impl Iterator<Item = u64>) -> Latencies {
        let mut latencies = Latencies::new().unwrap();
        millis.for_each(|millis| latencies.add(Duration::from_millis(millis)));
        latencies
    }

    /// As exact as three significant digits are.
    fn near(measured: f64, expected: f64) {
        assert!((measured - expected).abs() <= expected / 1e3 + 0.001, "{measured} is not {expected}");
    }

    #[test]
    fn percentiles_of_known_values_are_known() {
        let percentiles = of(1..=1_000).percentiles();

        for (measured, expected) in [
            (percentiles.min, 1.0),
            (percentiles.mean, 500.5),
            (percentiles.p50, 500.0),
            (percentiles.p75, 750.0),
            (percentiles.p90, 900.0),
            (percentiles.p95, 950.0),
            (percentiles.p99, 990.0),
            (percentiles.p999, 999.0),
            (percentiles.max, 1_000.0),
        ] {
            near(measured, expected);
        }
    }

    #[test]
    fn a_stall_of_one_request_in_a_hundred_is_in_the_last_percent() {
        let latencies = of((0..1_000).map(|n| if n % 100 == 0 { 2_000 } else { 3 }));
        near(latencies.quantile(0.95), 3.0);
        near(latencies.quantile(0.999), 2_000.0);
    }

    #[test]
    fn what_takes_for_ever_is_counted_as_long() {
        let latencies = of([1, 10_000_000].into_iter());
        near(latencies.max(), 120_000.0);
    }

    #[test]
    fn nothing_measured_is_nothing() {
        assert_eq!(Latencies::new().unwrap().percentiles(), Percentiles::default());
    }
}
