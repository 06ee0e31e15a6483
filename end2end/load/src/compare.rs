//! A run beside an earlier one: what got slower, and by how much.

use serde::{Deserialize, Serialize};

use crate::{measure::Counted, report::Report};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    pub what: String,
    pub then: f64,
    pub now: f64,
    /// Above one is worse, whichever way the figure itself goes.
    pub ratio: f64,
    pub verdict: Change,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    Slower,
    Same,
    Faster,
}

/// A machine differs from itself by less than that, mostly. What differs by more is to be measured again before it is believed.
const NOISE: f64 = 1.1;
/// A difference that nobody feels, in milliseconds.
const UNFELT_MS: f64 = 0.1;

impl Change {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Slower => "slower",
            Self::Same => "the same",
            Self::Faster => "faster",
        }
    }
}

/// Figures that both have.
pub fn compare(then: &Report, now: &Report) -> Vec<Compared> {
    let mut rows = Vec::new();
    if let (Some(then), Some(now)) = (&then.total, &now.total) {
        rows.extend(times("all", then, now));
    }
    for (call, counted) in &now.calls {
        if let Some(before) = then.calls.get(call) {
            rows.extend(times(call.name(), before, counted));
        }
    }
    // Of one plan, as the doubts say, they are the same in the same order; of a single one all is said.
    for (before, now) in then.levels.iter().zip(&now.levels).filter(|_| now.levels.len() > 1) {
        rows.extend(times(&format!("at {:.0}", now.level), &before.total, &now.total));
    }
    if let (Some(then), Some(now)) = (then.processor.ms_per_request, now.processor.ms_per_request) {
        rows.push(row("processor, ms a request".into(), then, now, now / then, 0.0));
    }
    if let (Some(then), Some(now)) = (then.last_good(), now.last_good()) {
        rows.push(row("last good rate, a second".into(), then, now, then / now, 0.0));
    }
    rows
}

/// Why two runs are not to be compared, when they are not.
pub fn doubts(then: &Report, now: &Report) -> Vec<String> {
    let differs = |what: &str, then: &str, now: &str| (then != now).then(|| format!("{what} was {then} then and is {now} now."));
    [
        differs("The plan", &then.plan, &now.plan),
        differs("The target", &then.target, &now.target),
        differs("The processor", &then.machine.processor, &now.machine.processor),
        differs("The number of cores", &then.machine.cores.to_string(), &now.machine.cores.to_string()),
        differs("The number of products", &then.products.to_string(), &now.products.to_string()),
        differs("The scale of time", &then.scale.to_string(), &now.scale.to_string()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn times(of: &str, then: &Counted, now: &Counted) -> Vec<Compared> {
    [
        ("p50", then.latency_ms.p50, now.latency_ms.p50),
        ("p95", then.latency_ms.p95, now.latency_ms.p95),
        ("p99", then.latency_ms.p99, now.latency_ms.p99),
    ]
    .into_iter()
    .map(|(percentile, then, now)| row(format!("{of}, {percentile} ms"), then, now, now / then, UNFELT_MS))
    .collect()
}

fn row(what: String, then: f64, now: f64, ratio: f64, unfelt: f64) -> Compared {
    let ratio = if ratio.is_finite() { ratio } else { 1.0 };
    let verdict = if (now - then).abs() < unfelt || (1.0 / NOISE..NOISE).contains(&ratio) {
        Change::Same
    } else if ratio > 1.0 {
        Change::Slower
    } else {
        Change::Faster
    };
    Compared { what, then, now, ratio, verdict }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        measure::Processor,
        report::{
            Level,
            tests::{outcome, report},
        },
        run::RateStep,
    };

    fn with(p95: f64, rate: f64) -> Report {
        let mut report = report(outcome());
        report.total.as_mut().unwrap().latency_ms.p95 = p95;
        let (total, processor) = (Counted::default(), Processor::default());
        report.steps = vec![RateStep {
            rate,
            seconds: 1.0,
            total,
            processor,
            held: true,
            broke: Vec::new(),
            connections: None,
            answered_per_second: None,
            validation: false,
            resources: Vec::new(),
        }];
        report
    }

    fn verdict(then: &Report, now: &Report, what: &str) -> (i64, Change) {
        let row = compare(then, now).into_iter().find(|row| row.what == what).unwrap();
        ((row.ratio * 100.0).round() as i64, row.verdict)
    }

    #[test]
    fn what_got_slower_is_said_with_its_ratio() {
        let (then, now) = (with(10.0, 1_000.0), with(15.0, 500.0));

        assert_eq!(verdict(&then, &now, "all, p95 ms"), (150, Change::Slower));
        assert_eq!(verdict(&now, &then, "all, p95 ms"), (67, Change::Faster));
        assert_eq!(verdict(&then, &now, "last good rate, a second"), (200, Change::Slower));
    }

    #[test]
    fn levels_are_compared_where_there_are_several() {
        let with = |p95s: &[f64]| {
            let level = |p95: &f64| {
                let mut total = report(outcome()).total.unwrap();
                total.latency_ms.p95 = *p95;
                Level { level: 100.0, seconds: 1.0, total }
            };
            Report { levels: p95s.iter().map(level).collect(), ..report(outcome()) }
        };

        let rows = compare(&with(&[10.0, 20.0]), &with(&[10.0, 60.0]));

        let at: Vec<_> = rows.iter().filter(|row| row.what == "at 100, p95 ms").map(|row| row.verdict).collect();
        assert_eq!(at, [Change::Same, Change::Slower]);
        assert!(compare(&with(&[10.0]), &with(&[60.0])).iter().all(|row| !row.what.starts_with("at ")));
    }

    #[test]
    fn noise_and_what_nobody_feels_is_the_same() {
        assert_eq!(verdict(&with(10.0, 1.0), &with(10.9, 1.0), "all, p95 ms").1, Change::Same);
        assert_eq!(verdict(&with(0.10, 1.0), &with(0.19, 1.0), "all, p95 ms").1, Change::Same);
    }

    #[test]
    fn runs_that_differ_in_more_than_the_program_are_doubted() {
        let then = with(1.0, 1.0);
        let mut now = then.clone();
        assert!(doubts(&then, &now).is_empty());
        now.target = "postgres".into();
        now.products = 11;
        assert_eq!(doubts(&then, &now), ["The target was sqlite then and is postgres now.", "The number of products was 10 then and is 11 now."]);
    }
}
