//! What is used up first. By the utilisation law (Denning and Buzen 1978) a resource is busy for `U = X D` of its time, where `X` is throughput
//! and `D` is what a request demands of it: so it is used up at `1 / D`.

mod resource;
mod tell;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use self::{resource::Resource, tell::Work};

/// What something is of which there is only so much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Processor,
    /// Connections to a database.
    Pool,
    /// Connections of clients.
    Connections,
    Lock,
    Disk,
    /// What a provider of texts lets through.
    Provider,
    /// The threads that run tasks.
    Runtime,
}

/// A resource in a window of time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    pub name: String,
    pub kind: Kind,
    /// How many there are of it: cores, connections; 1 of a lock.
    pub units: f64,
    /// The share of all units that was in use, on the mean. From 0 to 1.
    pub utilisation: f64,
    /// How long a request waited for it on the mean, in milliseconds; none when it is not known.
    pub wait_ms: Option<f64>,
}

impl Reading {
    /// Of all locks of a database together: the share of looks at which somebody waited for one, and how many waited on the mean of some `seconds`, in
    /// which there were so many requests. That somebody always waits does not say that one lock is used up, so that it is never told as full. How long a
    /// request waited follows from how many did (Little's law).
    pub fn of_locks(waited_for: f64, waiting: f64, seconds: f64, requests: u64) -> Self {
        Self {
            name: "locks of PostgreSQL".into(),
            kind: Kind::Lock,
            units: 1.0,
            utilisation: waited_for.min(resource::FULL - 0.01),
            wait_ms: (requests > 0).then(|| waiting * seconds * 1e3 / requests as f64),
        }
    }
}

/// A step of a load run, or some time of a server at work.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// Requests a second, or of whatever else it is ([`Work`]).
    pub throughput: f64,
    pub resources: Vec<Reading>,
}

/// All resources, that which ends first at the front; those that do not grow with throughput at the end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bottlenecks {
    pub resources: Vec<Resource>,
    /// Above which highest utilisation something is near its end.
    pub near: f64,
    /// The highest throughput of all windows.
    pub throughput: f64,
}

#[derive(Clone, Debug, PartialEq, Error)]
pub enum Refused {
    #[error(
        "There are {windows} windows with requests, and {FEWEST} are needed to tell what a request demands. Wait until more was measured, or run `scripts/load capacity`."
    )]
    TooFewWindows { windows: usize },
    #[error("No resource was measured in {FEWEST} windows at least. Say how much of the processor, of pools and of locks was in use.")]
    NothingMeasured,
    #[error(
        "{windows} windows with up to {resources} resources are more than is looked at ({MOST_WINDOWS} and {MOST_RESOURCES}). Give fewer, longer windows."
    )]
    TooMany { windows: usize, resources: usize },
    #[error("A window has a {what} that cannot be ({value}). Look at how it was measured.")]
    Unsound { what: &'static str, value: f64 },
}

pub const FEWEST: usize = 3;
pub const MOST_WINDOWS: usize = 2_000;
pub const MOST_RESOURCES: usize = 100;
/// Measured times do not fit exactly into the time that they are measured in.
const MOST_UTILISATION: f64 = 1.25;

/// What is used up first. `near` is the highest utilisation, such as 0.6, below which nothing is said to be near its end.
pub fn find(windows: &[Window], near: f64) -> Result<Bottlenecks, Refused> {
    sound(windows, near)?;
    // Of a window without requests a resource's use says nothing of them.
    let busy: Vec<&Window> = windows.iter().filter(|window| window.throughput > 0.0).collect();
    if busy.len() < FEWEST {
        return Err(Refused::TooFewWindows { windows: busy.len() });
    }
    let mut names: Vec<(&str, Kind)> = Vec::new();
    for reading in busy.iter().flat_map(|window| &window.resources) {
        if !names.contains(&(&reading.name, reading.kind)) {
            names.push((&reading.name, reading.kind));
        }
    }
    let mut resources: Vec<Resource> = names.into_iter().filter_map(|(name, kind)| Resource::of(name, kind, &busy)).collect();
    if resources.is_empty() {
        return Err(Refused::NothingMeasured);
    }
    let ends = |resource: &Resource| resource.ends_at.unwrap_or(f64::INFINITY);
    resources.sort_by(|a, b| ends(a).total_cmp(&ends(b)).then(b.highest.total_cmp(&a.highest)));
    Ok(Bottlenecks { resources, near, throughput: busy.iter().map(|window| window.throughput).fold(0.0, f64::max) })
}

impl Bottlenecks {
    /// What ends first; none when nothing is near its end.
    pub fn first(&self) -> Option<&Resource> {
        let anything = self.resources.iter().any(|resource| resource.highest >= self.near);
        self.resources.first().filter(|first| anything && first.ends_at.is_some())
    }
}

fn sound(windows: &[Window], near: f64) -> Result<(), Refused> {
    let resources = windows.iter().map(|window| window.resources.len()).max().unwrap_or(0);
    if windows.len() > MOST_WINDOWS || resources > MOST_RESOURCES {
        return Err(Refused::TooMany { windows: windows.len(), resources });
    }
    let from = |value: f64| value.is_finite() && value >= 0.0;
    let wrong = |what, value| Err(Refused::Unsound { what, value });
    if !from(near) || near > 1.0 {
        return wrong("share near the end", near);
    }
    for window in windows {
        if !from(window.throughput) {
            return wrong("throughput", window.throughput);
        }
        for reading in &window.resources {
            if !(0.0..=MOST_UTILISATION).contains(&reading.utilisation) {
                return wrong("utilisation", reading.utilisation);
            }
            if !(reading.units.is_finite() && reading.units > 0.0) {
                return wrong("number of units", reading.units);
            }
            if let Some(wait) = reading.wait_ms.filter(|wait| !from(*wait)) {
                return wrong("time of waiting", wait);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A resource of `units` that demands so many milliseconds of one of them for a request, at rest busy already by `idle`.
    fn reading(name: &str, kind: Kind, units: f64, demand_ms: f64, idle: f64, throughput: f64) -> Reading {
        let utilisation = (idle + throughput * demand_ms / 1e3 / units).min(1.0);
        Reading { name: name.into(), kind, units, utilisation, wait_ms: Some(utilisation / (1.001 - utilisation)) }
    }

    fn windows(throughputs: &[f64]) -> Vec<Window> {
        let one = |throughput: f64| Window {
            throughput,
            resources: vec![
                reading("the processor", Kind::Processor, 2.0, 2.0, 0.05, throughput),
                reading("the pool of readers", Kind::Pool, 10.0, 5.0, 0.0, throughput),
                reading("the writer", Kind::Lock, 1.0, 0.5, 0.0, throughput),
                reading("open connections", Kind::Connections, 1_000.0, 0.0, 0.1, throughput),
            ],
        };
        throughputs.iter().map(|throughput| one(*throughput)).collect()
    }

    const STEPS: [f64; 8] = [100.0, 200.0, 300.0, 400.0, 500.0, 700.0, 850.0, 940.0];

    #[test]
    fn what_is_used_up_first_is_named_with_its_demand() {
        let found = find(&windows(&STEPS), 0.6).unwrap();

        let first = found.first().unwrap();
        assert_eq!((first.name.as_str(), found.resources.len()), ("the processor", 4));
        assert!((first.demand_ms - 2.0).abs() < 0.01 && (first.idle - 0.05).abs() < 0.01, "{first:?}");
        assert!((first.ends_at.unwrap() - 950.0).abs() < 5.0, "{first:?}");
        let ends: Vec<Option<i64>> = found.resources.iter().map(|resource| resource.ends_at.map(|end| end.round() as i64)).collect();
        assert_eq!(ends[1..], [Some(2_000), Some(2_000), None]);
    }

    #[test]
    fn nothing_is_near_its_end_when_everything_is_idle() {
        let found = find(&windows(&[10.0, 20.0, 30.0, 40.0]), 0.6).unwrap();

        assert_eq!(found.first(), None);
        assert!(found.sentences()[0].starts_with("Nothing is near its end"), "{:?}", found.sentences());
        assert!(found.sentences().join(" ").contains("the processor"));
    }

    #[test]
    fn windows_that_are_alike_tell_the_demand_by_its_share() {
        let found = find(&windows(&[500.0, 505.0, 495.0, 502.0]), 0.5).unwrap();

        let processor = found.first().unwrap();
        assert!((processor.demand_ms - 2.2).abs() < 0.05, "what is at rest cannot be told apart: {processor:?}");
        assert!(!processor.is_line);
    }

    #[test]
    fn steps_beyond_the_end_do_not_hide_where_it_was() {
        let mut beyond = windows(&STEPS);
        for _ in 0..4 {
            let mut window = windows(&[948.0]).remove(0);
            window.throughput = 900.0;
            window.resources[0].utilisation = 1.0;
            beyond.push(window);
        }

        let found = find(&beyond, 0.6).unwrap();

        let first = found.first().unwrap();
        assert_eq!(first.name, "the processor");
        assert!((890.0..=960.0).contains(&first.ends_at.unwrap()), "{first:?}");
    }

    #[test]
    fn what_a_request_holds_for_longer_under_load_ends_sooner_than_its_line() {
        // Connections are held for as long as the processor lets one wait.
        let one = |throughput: f64| Window {
            throughput,
            resources: vec![Reading {
                name: "the pool".into(),
                kind: Kind::Pool,
                units: 20.0,
                utilisation: throughput * 0.004 / (1.0 - throughput / 1_000.0) / 20.0,
                wait_ms: None,
            }],
        };

        let found = find(&[100.0, 200.0, 300.0, 400.0, 500.0, 600.0, 700.0].map(one), 0.4).unwrap();

        let pool = found.first().unwrap();
        assert!(pool.bends && pool.ends_at.unwrap() < 2_000.0, "{pool:?}");
        assert!(found.sentences().join(" ").contains("for longer the more there are"), "{:?}", found.sentences());
    }

    #[test]
    fn evidence_is_told_in_words() {
        let said = find(&windows(&STEPS), 0.6).unwrap().sentences().join("\n");

        assert!(said.starts_with("The processor is used up first") && (said.contains("2 ms") || said.contains("2.00 ms")), "{said}");
        assert!(said.contains("waited for it"), "{said}");
    }

    #[test]
    fn calls_of_providers_are_told_by_the_minute() {
        // Four are let through at once, and one takes ten seconds.
        let one = |throughput: f64| Window { throughput, resources: vec![reading("Mistral", Kind::Provider, 1.0, 2_500.0, 0.0, throughput)] };

        let said = find(&[0.05, 0.1, 0.2, 0.3, 0.36].map(one), 0.6).unwrap().sentences_of(Work::Calls).join("\n");

        assert!(said.starts_with("Mistral is used up first, at about 2") && said.contains(" calls a minute.\n"), "{said}");
        assert!(said.contains("; a call demands 2,500 ms of one.") && said.contains("Calls waited for it"), "{said}");
        assert!(!said.contains("equest"), "{said}");
        let said = find(&[0.01, 0.02, 0.03].map(one), 0.6).unwrap().sentences_of(Work::Calls).join("\n");
        assert!(said.starts_with("Nothing is near its end") && said.contains("calls a minute") && !said.contains("equest"), "{said}");
        let refused = find(&[0.1, 0.2].map(one), 0.6).unwrap_err();
        assert!(refused.told(Work::Calls).starts_with("There are 2 windows with calls, and 3 are needed"), "{refused}");
        assert_eq!(refused.told(Work::Requests), refused.to_string());
    }

    #[test]
    fn what_cannot_be_told_is_refused() {
        let said = |windows: &[Window]| find(windows, 0.6).unwrap_err().to_string();

        assert!(said(&windows(&[100.0, 200.0])).starts_with("There are 2 windows"));
        assert!(said(&windows(&[0.0, 0.0, 0.0, 100.0])).starts_with("There are 1 windows"));
        assert!(said(&[1.0, 2.0, 3.0].map(|throughput| Window { throughput, resources: Vec::new() })).starts_with("No resource"));
        assert!(said(&vec![Window::default(); MOST_WINDOWS + 1]).contains("more than is looked at"));
        let mut wrong = windows(&STEPS);
        wrong[0].resources[0].utilisation = f64::NAN;
        assert!(said(&wrong).contains("utilisation that cannot be"));
        assert!(find(&windows(&STEPS), f64::NAN).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_largest_demand_of_a_unit_ends_first(demands in prop::collection::vec(0.1..20.0_f64, 2..6), units in prop::collection::vec(1.0..50.0_f64, 6)) {
            let largest = demands.iter().zip(&units).map(|(demand, units)| demand / units).fold(0.0, f64::max);
            let one = |share: f64| {
                let throughput = share * 1e3 / largest;
                let resources = demands.iter().zip(&units).enumerate();
                let resources = resources.map(|(n, (demand, units))| reading(&format!("r{n}"), Kind::Pool, *units, *demand, 0.0, throughput)).collect();
                Window { throughput, resources }
            };

            let found = find(&[0.1, 0.3, 0.5, 0.7, 0.9].map(one), 0.6).unwrap();

            let end = found.first().unwrap().ends_at.unwrap();
            prop_assert!((end * largest / 1e3 - 1.0).abs() < 0.01, "{end}: {found:?}");
        }
    }
}
