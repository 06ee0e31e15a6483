//! A run as a record of the lab, which has a format for everything that is measured here (`capacity::lab`).

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;
use capacity::lab::{Better, Build, Machine, Measured, Record, SCHEMA, Suite, Texts};
use domain::clock::Timestamp;

use super::{Report, Verdict};

/// Writes the record to a folder; none of a run that says nothing, or that measures nothing.
pub fn keep(report: &Report, at: Timestamp, build: Build, folder: &Path) -> anyhow::Result<Option<PathBuf>> {
    let Some(record) = record(report, at, build, this_machine(report.machine.cores)) else { return Ok(None) };
    let text = record.write().context("The record of the lab cannot be written.")?;
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made.", folder.display()))?;
    let time: String = report.at.chars().filter(char::is_ascii_digit).take(14).collect();
    let path = folder.join(format!("load-{}-{time}.json", report.plan));
    fs::write(&path, text).with_context(|| format!("{} cannot be written.", path.display()))?;
    Ok(Some(path))
}

fn this_machine(cores: usize) -> Machine {
    let text = |path| fs::read_to_string(path).unwrap_or_default();
    let (cpuinfo, meminfo) = (text("/proc/cpuinfo"), text("/proc/meminfo"));
    let (kernel, os_release) = (text("/proc/sys/kernel/osrelease"), text("/etc/os-release"));
    Machine::of(&Texts { cpuinfo: &cpuinfo, meminfo: &meminfo, kernel: &kernel, os_release: &os_release, cores: Some(cores) })
}

fn record(report: &Report, at: Timestamp, build: Build, machine: Machine) -> Option<Record> {
    let results = results(report);
    if results.is_empty() || report.verdict == Verdict::Void {
        return None;
    }
    // With other times, or another store, it is another plan.
    let mut plan = report.plan.clone();
    if (report.scale - 1.0).abs() > 1e-9 {
        plan = format!("{plan}, times {}", report.scale);
    }
    plan = format!("{plan}, {} products", report.products);
    Some(Record { schema: SCHEMA, suite: Suite::Load, plan, engine: report.target.clone(), at, machine, build, results })
}

fn results(report: &Report) -> Vec<Measured> {
    let one =
        |name: &str, unit: &str, better, value: f64, spread| Measured { name: name.into(), unit: unit.into(), better, values: vec![value], spread };
    let mut results = Vec::new();
    if let Some(total) = &report.total {
        for (name, value) in [("p50", total.latency_ms.p50), ("p95", total.latency_ms.p95), ("p99", total.latency_ms.p99)] {
            results.push(one(name, "ms", Better::Less, value, None));
        }
        results.push(one("errors", "share", Better::Less, total.error_share, None));
        results.push(one("good answers", "/s", Better::More, total.per_second, None));
    }
    for level in report.levels.iter().filter(|_| report.levels.len() > 1) {
        results.push(one(&format!("p95 at {:.0}", level.level), "ms", Better::Less, level.total.latency_ms.p95, None));
    }
    if let Some(cost) = report.processor.ms_per_request {
        results.push(one("processor of a request", "ms", Better::Less, cost, None));
    }
    if let Some(rate) = report.last_good() {
        results.push(one("highest rate that held", "/s", Better::More, rate, None));
    }
    if let Some(found) = &report.capacity {
        let half = |interval: capacity::users::Interval| Some((interval.high - interval.low) / 2.0);
        results.push(one("people it holds", "people", Better::More, found.at.users, half(found.users)));
        results.push(one("requests it holds", "/s", Better::More, found.at.throughput, half(found.throughput)));
    }
    // A ratio of nothing is no figure; a level may be there twice.
    results.retain(|result| result.values[0].is_finite());
    let mut names = std::collections::BTreeSet::new();
    results.retain(|result| names.insert(result.name.clone()));
    results
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::{outcome, report};

    fn build() -> Build {
        Build { revision: "0a76b62".into(), dirty: false }
    }

    #[test]
    fn a_run_is_kept_as_a_record_that_can_be_read() {
        let dir = tempfile::tempdir().unwrap();

        let path = keep(&report(outcome()), Timestamp::from_micros(1_700_000_000_000_000), build(), dir.path()).unwrap().unwrap();

        let record = Record::read(&fs::read_to_string(&path).unwrap()).unwrap();
        assert!(path.ends_with("load-smoke-20231114221320.json"), "{}", path.display());
        assert_eq!(
            (record.plan.as_str(), record.engine.as_str(), record.at.to_string().as_str()),
            ("smoke, 10 products", "sqlite", "2023-11-14T22:13:20Z")
        );
        assert!((record.result("errors").unwrap().value() - 0.05).abs() < 1e-9);
    }

    #[test]
    fn a_run_that_says_nothing_is_not_kept() {
        let dir = tempfile::tempdir().unwrap();
        let void = report(crate::run::Outcome { void: Some("Busy.".into()), ..outcome() });

        assert_eq!(keep(&void, Timestamp::from_micros(0), build(), dir.path()).unwrap(), None);
    }
}
