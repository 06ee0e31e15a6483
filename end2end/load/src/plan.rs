//! Plans: what is asked, how much of it when, and what must hold. Each is a file in `plans`, compiled in.

use std::{collections::BTreeMap, fmt, time::Duration};

use anyhow::{Context, bail};
use serde::{Deserialize, Deserializer, de::Error};

use crate::{
    call::Mix,
    schedule::{Arrivals, Stage},
    threshold::Threshold,
};

macro_rules! plans {
    ($($name:literal),* $(,)?) => { &[$(($name, include_str!(concat!("../plans/", $name, ".toml")))),*] };
}

/// Every plan's name and file.
pub const PLANS: &[(&str, &str)] = plans!(
    "smoke",
    "load",
    "stress",
    "spike",
    "soak",
    "breakpoint",
    "capacity",
    "list",
    "fresh-list",
    "bare",
    "beacons",
    "overload",
    "kill",
    "mission-journey",
    "mission-stress",
);

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// A sentence.
    pub about: String,
    /// How many products the store has.
    pub products: u32,
    /// How many people have an account; more users than that share them.
    pub accounts: u32,
    /// How many products are looked at and changed, at least, where the store has so many. Of a run that changes much they have to be many: a product that
    /// was changed fifty times has a page that is half as dear again, by its history.
    #[serde(default = "looked_at")]
    pub looked_at: usize,
    /// Settings that the server is started with, beside its usual ones.
    #[serde(default)]
    pub server: BTreeMap<String, String>,
    pub run: Run,
    /// What must hold, by what it is about: `all`, a call, or `server`.
    #[serde(default)]
    pub thresholds: BTreeMap<String, Vec<Threshold>>,
}

const fn looked_at() -> usize {
    1_000
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Run {
    Users(Users),
    Rate(Rate),
    Breakpoint(Breakpoint),
    Capacity(Capacity),
    Overload(Overload),
    Kill(Kill),
    Beside(Beside),
    Pressed(Pressed),
}

/// A closed model: people, each of whom waits for an answer before they go on.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Users {
    /// How many people there are when.
    pub stages: Vec<Stage>,
    #[serde(default)]
    pub start: f64,
    /// Between two requests, on average.
    #[serde(default = "second")]
    pub think: Span,
    /// What is answered in it is not counted.
    #[serde(default)]
    pub warm_up: Span,
    #[serde(default)]
    pub addresses: Addresses,
    #[serde(default = "ten_seconds")]
    pub timeout: Span,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Addresses {
    #[default]
    Versioned,
    /// `/api/auth/login` and `/api/products`.
    BeforeVersions,
}

/// An open model: requests come when they come, whatever became of those before.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// How many requests a second there are when.
    pub stages: Vec<Stage>,
    #[serde(default)]
    pub start: f64,
    #[serde(default)]
    pub arrivals: Arrivals,
    /// At most so many; a request that finds none free waits, and its waiting counts.
    pub connections: u32,
    #[serde(default)]
    pub mix: Mix,
    #[serde(default)]
    pub warm_up: Span,
    #[serde(default = "ten_seconds")]
    pub timeout: Span,
}

/// Steps of an open model, each of a higher rate, up to the first where a threshold breaks.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Breakpoint {
    pub start: f64,
    pub factor: f64,
    pub most: f64,
    pub step: Span,
    /// The beginning of a step that is not counted.
    pub settle: Span,
    pub connections: u32,
    /// The rate that must be held.
    #[serde(default)]
    pub least: Option<f64>,
    #[serde(default)]
    pub mix: Mix,
    #[serde(default)]
    pub arrivals: Arrivals,
}

/// Steps of an open model, from few requests to more than the server can take, each several times: how many people it holds.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capacity {
    pub steps: Breakpoint,
    /// How many steps beyond the first that broke.
    pub beyond: u32,
    /// How often each rate is tried.
    pub rounds: u32,
    /// Of people, between two requests.
    #[serde(default = "second")]
    pub think: Span,
    /// 95 of 100 answers have to come within it.
    pub in_time: Span,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overload {
    /// How the peak is looked for.
    pub peak: Breakpoint,
    pub times: f64,
    #[serde(rename = "for")]
    pub lasts: Span,
    /// An answer that comes later is of no use to anybody.
    pub in_time: Span,
    /// The share of the peak's good answers that must stay.
    pub goodput: f64,
    pub connections: u32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kill {
    pub restarts: u32,
    pub writers: u32,
    /// How long the server lives, from and to.
    pub alive: [Span; 2],
}

/// Connections that never pause.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pressed {
    pub connections: u32,
    /// The best of so many counts.
    pub rounds: u32,
    /// How long a round is.
    pub each: Span,
    #[serde(default)]
    pub mix: Mix,
}

/// What the server keeps ready, beside a bare handler that sends the same.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beside {
    pub connections: u32,
    /// How often each is asked, by turns; the best round counts.
    pub rounds: u32,
    /// How long a round is.
    pub each: Span,
    /// The share of the bare handler's speed that must be reached.
    pub least: f64,
}

/// A length of time as a plan writes it: `500ms`, `10s`, `2m`, `1h`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span(pub Duration);

impl Plan {
    pub fn named(name: &str) -> anyhow::Result<Self> {
        let Some((_, text)) = PLANS.iter().find(|(known, _)| *known == name) else {
            let known: Vec<&str> = PLANS.iter().map(|(name, _)| *name).collect();
            bail!("There is no plan named {name:?}. There are: {}.", known.join(", "));
        };
        Self::read(text).with_context(|| format!("The plan {name} cannot be used."))
    }

    pub fn read(text: &str) -> anyhow::Result<Self> {
        Ok(toml::from_str(text)?)
    }

    /// The same plan with every length of time multiplied, and restarts with them: to try it in less time.
    pub fn scaled(mut self, factor: f64) -> Self {
        let scale = |span: &mut Span| span.0 = span.0.mul_f64(factor);
        match &mut self.run {
            Run::Users(users) => {
                users.stages.iter_mut().for_each(|stage| scale(&mut stage.lasts));
                scale(&mut users.warm_up);
            }
            Run::Rate(rate) => {
                rate.stages.iter_mut().for_each(|stage| scale(&mut stage.lasts));
                scale(&mut rate.warm_up);
            }
            Run::Breakpoint(steps) => {
                scale(&mut steps.step);
                scale(&mut steps.settle);
            }
            Run::Capacity(capacity) => {
                scale(&mut capacity.steps.step);
                scale(&mut capacity.steps.settle);
            }
            Run::Overload(overload) => {
                scale(&mut overload.lasts);
                scale(&mut overload.peak.step);
                scale(&mut overload.peak.settle);
            }
            Run::Beside(beside) => scale(&mut beside.each),
            Run::Pressed(pressed) => scale(&mut pressed.each),
            Run::Kill(kill) => kill.restarts = ((f64::from(kill.restarts) * factor).round() as u32).max(1),
        }
        self
    }

    /// The most users there are at once; none in other models.
    pub fn most_users(&self) -> usize {
        match &self.run {
            Run::Users(users) => users.stages.iter().map(|stage| stage.to).fold(users.start, f64::max).ceil() as usize,
            _ => 0,
        }
    }
}

impl Span {
    pub fn read(text: &str) -> Option<Self> {
        let (number, unit) = text.split_at(text.find(|c: char| c.is_ascii_alphabetic())?);
        let number: f64 = number.trim().parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0)?;
        let seconds = match unit.trim() {
            "us" => number / 1e6,
            "ms" => number / 1e3,
            "s" => number,
            "m" => number * 60.0,
            "h" => number * 3_600.0,
            _ => return None,
        };
        Duration::try_from_secs_f64(seconds).ok().map(Self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::read(&text).ok_or_else(|| D::Error::custom(format!("{text:?} is no length of time: write it like 500ms, 10s, 2m or 1h")))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

const fn second() -> Span {
    Span(Duration::from_secs(1))
}

const fn ten_seconds() -> Span {
    Span(Duration::from_secs(10))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Call;

    #[test]
    fn every_plan_can_be_read_and_says_what_must_hold() {
        for (name, _) in PLANS {
            let plan = Plan::named(name).unwrap();
            assert!(!plan.thresholds.is_empty() || matches!(plan.run, Run::Kill(_) | Run::Beside(_)), "{name}");
            for of in plan.thresholds.keys() {
                assert!(of == "all" || of == "server" || Call::from_name(of).is_some(), "{name}: {of}");
            }
        }
    }

    #[test]
    fn every_file_is_a_plan_that_can_be_named() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("plans");
        let mut files: Vec<String> =
            std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned()).collect();
        let mut names: Vec<&str> = PLANS.iter().map(|(name, _)| *name).collect();
        files.sort_unstable();
        names.sort_unstable();
        assert_eq!(files, names);
    }

    #[test]
    fn the_stress_plan_goes_to_a_thousand_people() {
        assert_eq!(Plan::named("stress").unwrap().most_users(), 1_000);
        assert_eq!(Plan::named("soak").unwrap().most_users(), 0);
    }

    #[test]
    fn lengths_of_time_are_read() {
        let millis = |text: &str| Span::read(text).map(|span| span.0.as_millis());
        for (text, expected) in [("500ms", 500), ("10s", 10_000), ("1.5s", 1_500), ("2m", 120_000), ("1h", 3_600_000), ("0s", 0)] {
            assert_eq!(millis(text), Some(expected), "{text}");
        }
        for wrong in ["", "10", "s", "-1s", "10 days", "infs", "1e400h"] {
            assert_eq!(millis(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        assert!(Plan::named("brisk").unwrap_err().to_string().contains("There are: smoke, load"));
        assert!(
            Plan::read("about = \"\"\nproducts = 1\naccounts = 1\nusers = 7\n[run.kill]\nrestarts = 1\nwriters = 1\nalive = [\"1s\", \"2s\"]")
                .is_err()
        );
        assert!(Plan::read("about = \"\"\nproducts = 1\naccounts = 1\n[run.users]\nstages = [{ for = \"ten\", to = 1 }]").is_err());
    }

    #[test]
    fn a_plan_can_be_tried_in_less_time() {
        let Run::Users(users) = Plan::named("load").unwrap().scaled(0.1).run else { panic!() };
        assert_eq!(users.stages[1].lasts.0, Duration::from_secs(18));
        let Run::Kill(kill) = Plan::named("kill").unwrap().scaled(0.001).run else { panic!() };
        assert_eq!(kill.restarts, 1);
    }
}
