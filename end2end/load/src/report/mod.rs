//! What came of a run, for machines and for people. `README.md` describes the JSON.

mod chart;
mod html;
pub mod lab;
mod machine;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;
use capacity::users::Estimate;
use domain::clock::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::machine::Machine;
use crate::{
    call::Call,
    compare::Compared,
    measure::{Bin, Counted, Levelled, Percentiles, Processor},
    run::{KillCounts, Outcome, RateStep, Watched},
    verdict::Judged,
};

/// Goes up when something means something else than before.
pub const SCHEMA: u32 = 1;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub schema: u32,
    pub plan: String,
    pub about: String,
    /// RFC 3339, UTC.
    pub at: String,
    /// `sqlite`, `postgres`, or the address of a server that ran already.
    pub target: String,
    pub machine: Machine,
    pub products: u64,
    pub seed: u64,
    /// What lengths of time were multiplied with; 1 is the plan as it stands.
    pub scale: f64,
    pub verdict: Verdict,
    /// Why.
    pub sentences: Vec<String>,
    pub thresholds: Vec<Judged>,
    /// That which was measured, without the warm-up.
    pub seconds: f64,
    pub total: Option<Counted>,
    pub calls: BTreeMap<Call, Counted>,
    /// All calls at each level of users, or of requests due a second, that was kept for a while.
    #[serde(default)]
    pub levels: Vec<Level>,
    pub processor: Processor,
    /// How late the generator came to its requests, in milliseconds.
    pub late_ms: Percentiles,
    pub timeline: Vec<Bin>,
    pub watched: Vec<Watched>,
    pub steps: Vec<RateStep>,
    pub kill: Option<KillCounts>,
    /// How many people it holds; null in every other plan.
    #[serde(default)]
    pub capacity: Option<Estimate>,
    pub compared: Vec<Compared>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "as plans and reports call it")]
pub struct Level {
    pub level: f64,
    pub seconds: f64,
    pub total: Counted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Passed,
    Missed,
    /// The generator was what was measured.
    Void,
}

/// What a report says beside the outcome.
pub struct Heading {
    pub plan: String,
    pub about: String,
    pub at: Timestamp,
    pub target: String,
    pub machine: Machine,
    pub products: u64,
    pub seed: u64,
    pub scale: f64,
}

impl Verdict {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Missed => "missed",
            Self::Void => "void",
        }
    }
}

impl Report {
    pub fn new(heading: Heading, outcome: Outcome) -> Self {
        let missed = outcome.judged.iter().any(|judged| judged.holds == Some(false)) || !outcome.broken.is_empty();
        let verdict = match (&outcome.void, missed) {
            (Some(_), _) => Verdict::Void,
            (None, true) => Verdict::Missed,
            (None, false) => Verdict::Passed,
        };
        let sentences = outcome.void.into_iter().chain(outcome.broken).chain(outcome.said).collect();
        let (seconds, total, calls, levels, late_ms, timeline) = match outcome.summary {
            Some(summary) => {
                let calls = summary.calls.into_iter().map(|(call, tally)| (call, tally.counted)).collect();
                let level = |one: Levelled| Level { level: one.level, seconds: one.seconds, total: one.tally.counted };
                let levels = summary.plateaus.into_iter().map(level).collect();
                (summary.seconds, Some(summary.total.counted), calls, levels, summary.late_ms, summary.timeline)
            }
            None => (outcome.processor.seconds, None, BTreeMap::new(), Vec::new(), Percentiles::default(), Vec::new()),
        };
        Self {
            schema: SCHEMA,
            plan: heading.plan,
            about: heading.about,
            at: rfc3339(heading.at),
            target: heading.target,
            machine: heading.machine,
            products: heading.products,
            seed: heading.seed,
            scale: heading.scale,
            verdict,
            sentences,
            thresholds: outcome.judged,
            seconds,
            total,
            calls,
            levels,
            processor: outcome.processor,
            late_ms,
            timeline,
            watched: outcome.watched,
            steps: outcome.steps,
            kill: outcome.kill,
            capacity: outcome.capacity,
            compared: Vec::new(),
        }
    }

    /// Both files, named by when it was; where they are.
    pub fn save(&self, dir: &Path) -> anyhow::Result<(PathBuf, PathBuf)> {
        let dir = dir.join(&self.plan);
        fs::create_dir_all(&dir).with_context(|| format!("{} cannot be made.", dir.display()))?;
        let name: String = self.at.chars().filter(char::is_ascii_digit).take(14).collect();
        let (json, html) = (dir.join(format!("{name}.json")), dir.join(format!("{name}.html")));
        self.write(&json)?;
        fs::write(&html, html::page(self)).with_context(|| format!("{} cannot be written.", html.display()))?;
        Ok((json, html))
    }

    /// What later runs are compared with, without how it went second by second.
    #[must_use]
    pub fn as_baseline(&self) -> Self {
        Self { timeline: Vec::new(), watched: Vec::new(), ..self.clone() }
    }

    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        fs::write(path, text).with_context(|| format!("{} cannot be written.", path.display()))
    }

    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read.", path.display()))?;
        let report: Self = serde_json::from_str(&text).with_context(|| format!("{} is no report, or one of another version.", path.display()))?;
        anyhow::ensure!(report.schema == SCHEMA, "{} has schema {}, and this program reads {SCHEMA}.", path.display(), report.schema);
        Ok(report)
    }

    /// The highest rate of a step that held.
    pub fn last_good(&self) -> Option<f64> {
        self.steps.iter().filter(|step| step.held).map(|step| step.rate).reduce(f64::max)
    }
}

fn rfc3339(at: Timestamp) -> String {
    let (year, month, day, hour, minute, second) = at.civil();
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
pub mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::*;
    use crate::{
        failure::{Failed, Failure},
        measure::{Recorder, Sample},
    };

    pub fn outcome() -> Outcome {
        let begun = Instant::now();
        let recorder = Recorder::new(begun, Duration::from_secs(2), Duration::ZERO, None).unwrap();
        for n in 0..20 {
            let due = begun + Duration::from_millis(n * 100);
            let failed = (n == 7).then(|| Failed::new(Failure::Status, "404: <b>no</b>"));
            recorder.add(&Sample {
                call: Call::List,
                due,
                taken_up: due,
                ended: due + Duration::from_millis(n + 1),
                bytes: 100,
                found: None,
                failed,
            });
        }
        Outcome {
            summary: Some(recorder.finish(begun + Duration::from_secs(2))),
            processor: Processor::default(),
            watched: Vec::new(),
            judged: Vec::new(),
            steps: Vec::new(),
            kill: None,
            capacity: None,
            said: vec!["Said.".into()],
            broken: Vec::new(),
            void: None,
        }
    }

    pub fn report(outcome: Outcome) -> Report {
        let machine = Machine { cores: 2, processor: "A <processor>".into(), kernel: "6".into() };
        let at = Timestamp::from_micros(1_700_000_000_000_000);
        let (plan, about, target) = ("smoke".into(), "Short.".into(), "sqlite".into());
        Report::new(Heading { plan, about, at, target, machine, products: 10, seed: 1, scale: 1.0 }, outcome)
    }

    fn judged(holds: Option<bool>) -> Judged {
        Judged { of: "all".into(), rule: "p95 < 1ms".into(), measured: Some(2.0), shown: "p95 < 1ms: 2.00 ms".into(), holds }
    }

    #[test]
    fn a_run_passes_when_nothing_is_missed() {
        let verdict = |holds, broken: &[&str], void: Option<&str>| {
            let broken = broken.iter().map(|text| (*text).to_owned()).collect();
            report(Outcome { judged: vec![judged(holds)], broken, void: void.map(str::to_owned), ..outcome() }).verdict
        };
        assert_eq!(verdict(Some(true), &[], None), Verdict::Passed);
        assert_eq!(verdict(None, &[], None), Verdict::Passed);
        assert_eq!(verdict(Some(false), &[], None), Verdict::Missed);
        assert_eq!(verdict(Some(true), &["Lost."], None), Verdict::Missed);
        assert_eq!(verdict(Some(false), &[], Some("Busy.")), Verdict::Void);
    }

    #[test]
    fn a_report_is_kept_by_plan_and_time_and_read_again() {
        let dir = tempfile::tempdir().unwrap();
        let report = report(outcome());

        let (json, html) = report.save(dir.path()).unwrap();

        assert!(json.ends_with("smoke/20231114221320.json") && html.is_file());
        let read = Report::read(&json).unwrap();
        assert_eq!((read.at.as_str(), &read.calls, &read.timeline), ("2023-11-14T22:13:20Z", &report.calls, &report.timeline));
    }

    #[test]
    fn a_baseline_has_what_is_compared_and_not_how_it_went() {
        let report = report(outcome());

        let baseline = report.as_baseline();

        assert_eq!((&baseline.calls, &baseline.total, baseline.timeline.len()), (&report.calls, &report.total, 0));
        assert!(!report.timeline.is_empty());
    }

    #[test]
    fn a_report_of_another_schema_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("old.json");
        Report { schema: 0, ..report(outcome()) }.write(&path).unwrap();
        assert!(Report::read(&path).unwrap_err().to_string().contains("schema 0"));
    }
}
