//! What a bench or a load run found, as a small record that later ones are held against.
//!
//! ```json
//! {
//!   "schema": 1,
//!   "suite": "load",
//!   "plan": "capacity",
//!   "engine": "postgres",
//!   "at": "2026-11-27T04:00:31Z",
//!   "machine": { "cores": 2, "processor": "AMD EPYC", "memory_mb": 7931, "kernel": "6.18.44", "os": "Debian GNU/Linux 13 (trixie)" },
//!   "build": { "revision": "0a76b62", "dirty": false },
//!   "results": [{ "name": "people at p95 < 200 ms", "unit": "people", "better": "more", "values": [1840, 1795, 1851] }]
//! }
//! ```
//!
//! `values` are repeats of the same measurement; `spread` is given where only one figure of them is known. A field that is not known to
//! this schema is refused, and the number goes up when a field means something else.

mod alike;
mod machine;
pub(crate) mod moment;

use std::fmt;

use domain::clock::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use self::{
    alike::{Alike, Run, alike},
    machine::{Machine, Texts},
};
use crate::robust::{deviation, median};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    pub schema: u32,
    pub suite: Suite,
    /// What was run, of those that the suite has.
    pub plan: String,
    /// `sqlite` or `postgres`, or what else was asked.
    pub engine: String,
    /// When it began.
    #[serde(with = "moment")]
    pub at: Timestamp,
    pub machine: Machine,
    pub build: Build,
    pub results: Vec<Measured>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Suite {
    /// `make bench`
    Bench,
    /// `make load`
    Load,
}

/// Of what the program was built.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Build {
    /// Of git, in hexadecimal.
    pub revision: String,
    /// Whether files differed from it.
    pub dirty: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    pub name: String,
    pub unit: String,
    pub better: Better,
    /// At least one.
    pub values: Vec<f64>,
    /// How far repeats differ, in the unit, where `values` are not all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spread: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    Less,
    More,
}

/// Why a record is not read or written.
#[derive(Debug, Error)]
pub enum LabError {
    #[error("The record has {0} bytes, and {MOST_BYTES} are the most. Keep what is compared, and leave out how it went.")]
    TooLarge(usize),
    #[error("This is no record of the lab: {0}.")]
    NotARecord(#[from] serde_json::Error),
    #[error("The record has schema {0}, and this program reads schema {SCHEMA}. Run the measurement again, or use the program that wrote it.")]
    OtherSchema(u32),
    #[error("{what} {problem}.")]
    Wrong { what: String, problem: String },
}

pub const SCHEMA: u32 = 1;
pub const MOST_BYTES: usize = 1 << 20;
pub const MOST_RESULTS: usize = 500;
pub const MOST_VALUES: usize = 1_000;
/// Characters of a name.
pub const LONGEST: usize = 200;

impl Record {
    /// Reads JSON that [`Self::write`] or a script wrote.
    pub fn read(text: &str) -> Result<Self, LabError> {
        #[derive(Deserialize)]
        struct Numbered {
            schema: u32,
        }
        if text.len() > MOST_BYTES {
            return Err(LabError::TooLarge(text.len()));
        }
        // The number first: a record of another schema may have any fields.
        let Numbered { schema } = serde_json::from_str(text)?;
        if schema != SCHEMA {
            return Err(LabError::OtherSchema(schema));
        }
        let record: Self = serde_json::from_str(text)?;
        record.check()?;
        Ok(record)
    }

    /// JSON for a file, with a line break in the end. What could not be read again is not written.
    pub fn write(&self) -> Result<String, LabError> {
        self.check()?;
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        if text.len() > MOST_BYTES {
            return Err(LabError::TooLarge(text.len()));
        }
        Ok(text)
    }

    /// Whether the figures of both may be held against each other: the same machine, engine and plan.
    pub fn is_like(&self, other: &Self) -> bool {
        self.differences(other).is_empty()
    }

    /// Why they may not, a sentence each.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let mut said = self.machine.differences(&other.machine);
        let mut differ = |what: &str, a: &dyn fmt::Display, b: &dyn fmt::Display, same: bool| {
            if !same {
                said.push(format!("The {what} differs: {a} and {b}."));
            }
        };
        differ("suite", &self.suite.name(), &other.suite.name(), self.suite == other.suite);
        differ("plan", &self.plan, &other.plan, self.plan == other.plan);
        differ("engine", &self.engine, &other.engine, self.engine == other.engine);
        said
    }

    pub fn result(&self, name: &str) -> Option<&Measured> {
        self.results.iter().find(|result| result.name == name)
    }

    fn check(&self) -> Result<(), LabError> {
        let wrong = |what: &str, problem: String| Err(LabError::Wrong { what: what.to_owned(), problem });
        if self.schema != SCHEMA {
            return Err(LabError::OtherSchema(self.schema));
        }
        let texts = [
            ("The plan", &self.plan),
            ("The engine", &self.engine),
            ("The name of the processor", &self.machine.processor),
            ("The name of the kernel", &self.machine.kernel),
            ("The name of the operating system", &self.machine.os),
        ];
        for (what, text) in texts {
            named(what, text)?;
        }
        if !is_revision(&self.build.revision) {
            return wrong(
                "The revision",
                format!("is {:?}: give 7 to 64 hexadecimal digits, as `git rev-parse HEAD` does", cut(&self.build.revision)),
            );
        }
        if self.machine.cores == 0 {
            return wrong("The number of cores", "is 0".into());
        }
        if self.results.is_empty() || self.results.len() > MOST_RESULTS {
            return wrong("The number of results", format!("is {}: give 1 to {MOST_RESULTS}", self.results.len()));
        }
        for (at, result) in self.results.iter().enumerate() {
            named("The name of a result", &result.name)?;
            if result.unit.chars().count() > LONGEST {
                return wrong("A unit", format!("has more than {LONGEST} characters"));
            }
            let what = format!("The result {:?}", result.name);
            if result.values.is_empty() || result.values.len() > MOST_VALUES {
                return wrong(&what, format!("has {} values: give 1 to {MOST_VALUES}", result.values.len()));
            }
            if result.values.iter().any(|value| !value.is_finite()) || result.spread.is_some_and(|spread| !(spread.is_finite() && spread >= 0.0)) {
                return wrong(&what, "has a figure that is no number".into());
            }
            if self.results[..at].iter().any(|before| before.name == result.name) {
                return wrong(&what, "is there twice".into());
            }
        }
        Ok(())
    }
}

impl Suite {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bench => "bench",
            Self::Load => "load",
        }
    }
}

impl Measured {
    /// The middle of the values.
    pub fn value(&self) -> f64 {
        median(&self.values).unwrap_or(f64::NAN)
    }

    /// How far repeats differ, in the unit: as given, or the deviation of the values by their median distance; none of a single one.
    pub fn spread(&self) -> Option<f64> {
        self.spread.or_else(|| deviation(&self.values).filter(|_| self.values.len() > 1))
    }
}

fn named(what: &str, text: &str) -> Result<(), LabError> {
    let wrong = |problem: String| Err(LabError::Wrong { what: what.to_owned(), problem });
    if text.trim().is_empty() {
        return wrong("is empty".into());
    }
    if text.chars().count() > LONGEST {
        return wrong(format!("has more than {LONGEST} characters: {:?}", cut(text)));
    }
    if text.chars().any(char::is_control) {
        return wrong(format!("has characters that cannot be shown: {:?}", cut(text)));
    }
    Ok(())
}

fn is_revision(text: &str) -> bool {
    (7..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn cut(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn record() -> Record {
        Record {
            schema: SCHEMA,
            suite: Suite::Load,
            plan: "capacity".into(),
            engine: "postgres".into(),
            at: Timestamp::from_micros(1_700_000_000_000_000),
            machine: Machine {
                cores: 2,
                processor: "AMD EPYC".into(),
                memory_mb: 7_931,
                kernel: "6.18.44".into(),
                os: "Debian GNU/Linux 13 (trixie)".into(),
            },
            build: Build { revision: "0a76b62".into(), dirty: false },
            results: vec![Measured {
                name: "people at p95 < 200 ms".into(),
                unit: "people".into(),
                better: Better::More,
                values: vec![1_840.0, 1_795.0, 1_851.0],
                spread: None,
            }],
        }
    }

    fn said(change: impl Fn(&mut Record)) -> String {
        let mut record = record();
        change(&mut record);
        record.write().unwrap_err().to_string()
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let text = record().write().unwrap();

        assert_eq!(Record::read(&text).unwrap(), record());
        assert!(text.contains(r#""at": "2023-11-14T22:13:20Z""#) && text.ends_with("}\n"), "{text}");
    }

    #[test]
    fn figures_have_a_middle_and_a_spread() {
        let mut result = record().results.remove(0);
        assert!((result.value() - 1_840.0).abs() < 1e-9 && (result.spread().unwrap() - 11.0 * 1.482_6).abs() < 1e-9);

        result.values.truncate(1);

        assert_eq!(result.spread(), None);
        result.spread = Some(3.0);
        assert_eq!(result.spread(), Some(3.0));
    }

    #[test]
    fn records_are_alike_on_the_same_machine_engine_and_plan_whatever_was_built() {
        let (this, mut other) = (record(), record());
        other.build = Build { revision: "fffffff".into(), dirty: true };
        other.at = Timestamp::from_micros(0);
        assert!(this.is_like(&other));

        other.machine.cores = 4;
        other.engine = "sqlite".into();
        other.plan = "stress".into();
        other.suite = Suite::Bench;

        assert!(!this.is_like(&other));
        assert_eq!(this.differences(&other).len(), 4, "{:?}", this.differences(&other));
    }

    #[test]
    fn what_cannot_be_is_refused_with_what_it_is() {
        assert!(said(|record| record.schema = 2).contains("schema 2"));
        assert!(said(|record| record.plan.clear()).contains("The plan is empty"));
        assert!(said(|record| record.engine = "x".repeat(LONGEST + 1)).contains("The engine has more than 200 characters"));
        assert!(said(|record| record.machine.os = "a\nb".into()).contains("cannot be shown"));
        assert!(said(|record| record.build.revision = "main".into()).contains("hexadecimal"));
        assert!(said(|record| record.machine.cores = 0).contains("cores is 0"));
        assert!(said(|record| record.results.clear()).contains("results is 0"));
        assert!(said(|record| record.results[0].values.clear()).contains("has 0 values"));
        assert!(said(|record| record.results[0].values[0] = f64::INFINITY).contains("no number"));
        assert!(said(|record| record.results[0].spread = Some(-1.0)).contains("no number"));
        assert!(said(|record| record.results.push(record.results[0].clone())).contains("is there twice"));
        assert!(said(|record| record.results = vec![record.results[0].clone(); MOST_RESULTS + 1]).contains("501"));
    }

    #[test]
    fn what_is_no_record_is_refused() {
        let said = |text: &str| Record::read(text).unwrap_err().to_string();
        let text = record().write().unwrap();

        assert!(said("{}").contains("schema"));
        assert!(said(r#"{"schema": 9, "anything": 1}"#).contains("schema 9"));
        assert!(said(&text.replace("\"dirty\"", "\"clean\"")).contains("clean"));
        assert!(said(&text.replace("2023-11-14T", "2023-11-31T")).contains("2023-11-31T22:13:20Z"));
        assert!(said(&" ".repeat(MOST_BYTES + 1)).contains("1048577 bytes"));
    }

    proptest! {
        #[test]
        fn nothing_that_is_read_makes_it_panic(text in ".{0,200}") {
            let _ = Record::read(&text);
        }

        #[test]
        fn any_figures_come_back_but_for_their_last_digit(values in prop::collection::vec(-1e12..1e12_f64, 1..20), micros in 0_i64..4_000_000_000_000_000) {
            let mut written = record();
            written.results[0].values = values;
            written.at = Timestamp::from_micros(micros / 1_000_000 * 1_000_000);

            let read = Record::read(&written.write().unwrap()).unwrap();

            let pairs = read.results[0].values.iter().zip(&written.results[0].values);
            prop_assert!(pairs.clone().count() == written.results[0].values.len() && pairs.clone().all(|(a, b)| (a - b).abs() <= 1e-14 * b.abs()));
            prop_assert_eq!(read.at, written.at);
        }
    }
}
