//! Whether what was measured is what must hold.

use serde::{Deserialize, Serialize};

use crate::{
    call::Call,
    measure::{Levelled, Processor, Summary, Tally},
    run::Thresholds,
    threshold::{Metric, Threshold},
};

/// A threshold and what was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// `all`, a call, `server`, or a level of users or requests a second, as in `at 500`.
    pub of: String,
    pub rule: String,
    pub measured: Option<f64>,
    /// What was measured, with its unit.
    pub shown: String,
    /// Null when it was not measured.
    pub holds: Option<bool>,
}

pub fn judge(thresholds: &Thresholds, summary: &Summary, processor: &Processor, growth: Option<f64>) -> Vec<Judged> {
    let mut judged = Vec::new();
    for (of, rules) in thresholds {
        let tally = if of == "all" { Some(&summary.total) } else { Call::from_name(of).and_then(|call| summary.calls.get(&call)) };
        judged.extend(rules.iter().map(|rule| one(of, rule, measured(rule.metric, tally, processor, growth))));
    }
    judged
}

/// The rules for all, at each level by itself: a thousand people must be answered as fast as the rule says, however many answers a
/// hundred had before. A single level is all there is. What is kept grows with what was asked before, so that the first level would be judged by
/// how lately the server was started: it is judged at the last one.
pub fn judge_levels(thresholds: &Thresholds, levels: &[Levelled]) -> Vec<Judged> {
    let Some(rules) = thresholds.get("all").filter(|_| levels.len() > 1) else { return Vec::new() };
    let at = |(number, level): (usize, &Levelled)| {
        let (of, tally) = (format!("at {:.0}", level.level), level.tally.clone());
        let is_last = number + 1 == levels.len();
        let rules = rules.iter().filter(move |rule| is_last || !matches!(rule.metric, Metric::Hits | Metric::Kept));
        rules.map(move |rule| one(&of, rule, measured(rule.metric, Some(&tally), &Processor::default(), None))).collect::<Vec<_>>()
    };
    levels.iter().enumerate().flat_map(at).collect()
}

fn measured(metric: Metric, tally: Option<&Tally>, processor: &Processor, growth: Option<f64>) -> Option<f64> {
    let tally = tally.filter(|tally| tally.counted.requests > 0);
    match metric {
        Metric::Quantile(share) => tally.map(|tally| tally.latencies.quantile(share)),
        Metric::Mean => tally.map(|tally| tally.latencies.mean()),
        Metric::Max => tally.map(|tally| tally.latencies.max()),
        Metric::Errors => tally.map(|tally| tally.counted.error_share),
        Metric::Hits => tally.and_then(|tally| tally.counted.hit_share),
        Metric::Kept => tally.and_then(|tally| tally.counted.kept_share),
        Metric::Rate => tally.map(|tally| tally.counted.per_second),
        Metric::Cpu => processor.ms_per_request,
        Metric::Memory => processor.memory_mb,
        Metric::Growth => growth,
    }
}

fn one(of: &str, rule: &Threshold, measured: Option<f64>) -> Judged {
    Judged {
        of: of.to_owned(),
        rule: rule.to_string(),
        measured,
        shown: measured.map_or_else(|| format!("{rule}: not measured"), |value| format!("{rule}: {}", rule.metric.show(value))),
        holds: measured.map(|value| rule.holds(value)),
    }
}

/// A run that asked nothing keeps every threshold.
pub fn nothing_asked(summary: &Summary) -> Option<String> {
    (summary.total.counted.requests == 0).then(|| "Nothing was asked after the warm-up: the plan is too short.".to_owned())
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, time::Duration};

    use tokio::time::Instant;

    use super::*;
    use crate::{
        measure::{Recorder, Sample},
        schedule::Plateau,
    };

    fn summary(took: &[u64]) -> Summary {
        let begun = Instant::now();
        let recorder = Recorder::new(begun, Duration::from_secs(1), Duration::ZERO, None).unwrap();
        for took in took {
            let ended = begun + Duration::from_millis(*took);
            recorder.add(&Sample { call: Call::List, due: begun, taken_up: begun, ended, bytes: 0, found: None, failed: None });
        }
        recorder.finish(begun + Duration::from_secs(1))
    }

    fn rules(of: &str, rules: &[&str]) -> Thresholds {
        BTreeMap::from([(of.to_owned(), rules.iter().map(|rule| Threshold::read(rule).unwrap()).collect())])
    }

    fn holds(of: &str, rule: &str) -> Option<bool> {
        let processor = Processor { ms_per_request: Some(0.5), ..Processor::default() };
        judge(&rules(of, &[rule]), &summary(&[10, 20, 300]), &processor, None).remove(0).holds
    }

    #[test]
    fn thresholds_are_held_against_what_was_measured() {
        assert_eq!([holds("all", "p50 < 25ms"), holds("all", "p50 < 15ms"), holds("list", "max < 200ms")], [Some(true), Some(false), Some(false)]);
        assert_eq!([holds("all", "errors <= 0%"), holds("all", "rate >= 4/s")], [Some(true), Some(false)]);
        assert_eq!([holds("server", "cpu < 0.6ms"), holds("server", "cpu < 0.4ms")], [Some(true), Some(false)]);
    }

    #[test]
    fn every_level_must_hold_by_itself() {
        let begun = Instant::now();
        let second = |at| Plateau { begins: Duration::from_secs(at), ends: Duration::from_secs(at + 1), level: 100.0 * (at + 1) as f64 };
        let recorder = Recorder::new(begun, Duration::from_secs(2), Duration::ZERO, None).unwrap().with_plateaus(vec![second(0), second(1)]).unwrap();
        for n in 0..100 {
            let (due, took) = if n < 97 { (n, 1) } else { (1_000 + n, 300) };
            let due = begun + Duration::from_millis(due);
            recorder.add(&Sample {
                call: Call::List,
                due,
                taken_up: due,
                ended: due + Duration::from_millis(took),
                bytes: 0,
                found: None,
                failed: None,
            });
        }
        let summary = recorder.finish(begun + Duration::from_secs(2));
        let judged = |rules: &Thresholds| {
            let levels = judge_levels(rules, &summary.plateaus);
            levels.into_iter().map(|judged| (judged.of, judged.holds)).collect::<Vec<_>>()
        };

        assert_eq!(judge(&rules("all", &["p95 < 200ms"]), &summary, &Processor::default(), None)[0].holds, Some(true), "most were fast");
        assert_eq!(judged(&rules("all", &["p95 < 200ms"])), [("at 100".into(), Some(true)), ("at 200".into(), Some(false))]);
        assert_eq!(judged(&rules("all", &["hits >= 95%"])), [("at 200".into(), None)], "the first level begins with nothing kept");
        assert_eq!((judged(&rules("list", &["p95 < 1ms"])), judge_levels(&rules("all", &["p95 < 1ms"]), &summary.plateaus[..1])), (vec![], vec![]));
    }

    #[test]
    fn what_was_not_measured_neither_holds_nor_breaks() {
        assert_eq!([holds("edit", "p95 < 1ms"), holds("server", "growth < 1MB")], [None, None]);
        assert!(nothing_asked(&summary(&[])).is_some() && nothing_asked(&summary(&[1])).is_none());
    }
}
