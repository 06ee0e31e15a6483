//! Records that may be held against each other, side by side.

use super::{Better, Measured, Record};
use crate::lab::Build;

/// Those of one machine, engine and plan, the first first.
#[derive(Clone, Debug)]
pub struct Alike<'a> {
    pub records: Vec<&'a Record>,
}

/// What a record has of one name.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    pub record: &'a Record,
    pub measured: &'a Measured,
}

/// All records in such groups; that with the latest record first.
pub fn alike(records: &[Record]) -> Vec<Alike<'_>> {
    let mut sorted: Vec<&Record> = records.iter().collect();
    sorted.sort_by_key(|record| record.at);
    let mut groups: Vec<Alike<'_>> = Vec::new();
    for record in sorted {
        match groups.iter_mut().find(|group| group.records[0].is_like(record)) {
            Some(group) => group.records.push(record),
            None => groups.push(Alike { records: vec![record] }),
        }
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.records.last().map(|record| record.at)));
    groups
}

impl<'a> Alike<'a> {
    /// What it is called, the same as long as it is the same machine, engine and plan: `load list, 50000 products on sqlite, machine 0a1b2c3d`.
    pub fn name(&self) -> String {
        let Some(first) = self.records.first() else { return String::new() };
        format!("{} {} on {}, machine {}", first.suite.name(), first.plan, first.engine, first.machine.fingerprint())
    }

    /// What was measured, as the latest record has it in order, and then what only earlier ones have.
    pub fn names(&self) -> Vec<&'a str> {
        let mut names: Vec<&'a str> = Vec::new();
        for result in self.records.iter().rev().flat_map(|record| &record.results) {
            if !names.contains(&result.name.as_str()) {
                names.push(&result.name);
            }
        }
        names
    }

    /// Every run that has it, the first first. Runs in another unit than the latest, or which count the other way, are of something else.
    pub fn runs(&self, name: &str) -> Vec<Run<'a>> {
        let all: Vec<Run<'a>> = self.records.iter().filter_map(|record| Some(Run { record, measured: record.result(name)? })).collect();
        let Some((unit, better)) = all.last().map(|run| (run.measured.unit.as_str(), run.measured.better)) else { return Vec::new() };
        all.into_iter().filter(|run| run.measured.unit == unit && run.measured.better == better).collect()
    }
}

impl Better {
    /// Whether a value is worse than another.
    pub fn is_worse(self, value: f64, than: f64) -> bool {
        match self {
            Self::Less => value > than,
            Self::More => value < than,
        }
    }
}

impl Build {
    /// As people read it: `0a76b62`, or `0a76b62, changed`.
    pub fn name(&self) -> String {
        let short: String = self.revision.chars().take(9).collect();
        if self.dirty { format!("{short}, changed") } else { short }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::{Machine, SCHEMA, Suite};
    use domain::clock::Timestamp;

    fn record(at: i64, engine: &str, results: &[(&str, &str, f64)]) -> Record {
        let machine = Machine { cores: 2, processor: "AMD EPYC".into(), memory_mb: 7_931, kernel: "6.18".into(), os: "Debian".into() };
        let measured = |(name, unit, value): &(&str, &str, f64)| Measured {
            name: (*name).into(),
            unit: (*unit).into(),
            better: Better::Less,
            values: vec![*value],
            spread: None,
        };
        Record {
            schema: SCHEMA,
            suite: Suite::Load,
            plan: "list".into(),
            engine: engine.into(),
            at: Timestamp::from_micros(at),
            machine,
            build: Build { revision: "0a76b62aaaaaaaa".into(), dirty: true },
            results: results.iter().map(measured).collect(),
        }
    }

    #[test]
    fn records_stand_beside_their_like_in_the_order_of_time() {
        let records = [
            record(3, "sqlite", &[("p95", "ms", 3.0), ("new", "ms", 1.0)]),
            record(9, "postgres", &[("p95", "ms", 9.0)]),
            record(1, "sqlite", &[("p95", "ms", 1.0), ("gone", "ms", 1.0)]),
        ];

        let groups = alike(&records);

        assert_eq!(groups.iter().map(|group| group.records[0].engine.as_str()).collect::<Vec<_>>(), ["postgres", "sqlite"]);
        assert_eq!(groups[1].names(), ["p95", "new", "gone"]);
        let values: Vec<i64> = groups[1].runs("p95").iter().map(|run| run.measured.value() as i64).collect();
        assert_eq!(values, [1, 3]);
        assert!(groups[1].name().starts_with("load list on sqlite, machine ") && groups[1].name() != groups[0].name());
        assert_eq!(records[0].build.name(), "0a76b62aa, changed");
    }

    #[test]
    fn what_is_measured_in_another_unit_is_something_else() {
        let records = [record(1, "sqlite", &[("p95", "s", 0.001)]), record(2, "sqlite", &[("p95", "ms", 1.0)])];

        let groups = alike(&records);

        assert_eq!(groups[0].runs("p95").len(), 1);
        assert!(groups[0].runs("none").is_empty() && alike(&[]).is_empty());
    }
}
