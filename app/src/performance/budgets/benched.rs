//! What benches found last of the budgets that they hold, as the lab has it.

use ::budgets::{Budget, Budgets, Reading};
use ::capacity::lab::{Alike, Measured, Record};
use maud::{Markup, html};

use super::super::lab;
use crate::ui::format::{date, in_address};

/// What stands in front of a figure that was measured on an engine: `on` in `end2end/bench/report.mjs`.
const ENGINES: [&str; 2] = ["sqlite", "postgres"];

/// What was found of a budget, and in which run.
pub(super) struct Benched<'a> {
    pub(super) budget: &'a Budget,
    record: &'a Record,
    measured: &'a Measured,
}

/// Of each budget the newest figure on each engine, and of those the worst. Records come with the latest first. Limits are for a machine with so many
/// processors, and what another one found says nothing of them.
pub(super) fn newest<'a>(budgets: &'a Budgets, records: &'a [Record]) -> Vec<Benched<'a>> {
    let alike: Vec<&Record> = records.iter().filter(|record| budgets.cores() == Some(record.machine.cores)).collect();
    budgets.iter().filter_map(|budget| worst(budget, budget.figure()?, &alike)).collect()
}

fn worst<'a>(budget: &'a Budget, figure: &str, records: &[&'a Record]) -> Option<Benched<'a>> {
    let on_engines = ENGINES.iter().map(|engine| format!("{engine}: {figure}"));
    let found = on_engines.chain([figure.to_owned()]).filter_map(|name| called(&name, budget, records));
    let used = |found: &Benched<'_>| budget.limit.used(found.measured.value());
    found.max_by(|one, other| used(one).total_cmp(&used(other)))
}

/// What is in another unit is another figure.
fn called<'a>(name: &str, budget: &'a Budget, records: &[&'a Record]) -> Option<Benched<'a>> {
    let measured = |record: &'a Record| record.result(name).filter(|measured| budget.limit.unit.is_called(&measured.unit));
    records.iter().copied().find_map(|record| Some(Benched { budget, record, measured: measured(record)? }))
}

impl Benched<'_> {
    pub(super) fn reading(&self) -> Reading {
        Reading { id: self.budget.id.clone(), value: self.measured.value() }
    }

    /// Where all of its runs are.
    pub(super) fn address(&self) -> String {
        let subject = Alike { records: vec![self.record] }.name();
        format!("{}?metric={}&of={}", lab::PATH, in_address(&self.measured.name), in_address(&subject))
    }

    /// When it was, of which build, and where. A build is told to be changed where it was not what was committed.
    pub(super) fn told(&self) -> Markup {
        let Record { at, build, machine, .. } = self.record;
        let is_on = |engine: &&&str| self.measured.name.starts_with(&format!("{engine}: "));
        html! {
            p.muted.small {
                (date(*at)) @if let Some(engine) = ENGINES.iter().find(is_on) { " on " (engine) }
                ", build " code { (build.name()) } ", machine " code { (machine.fingerprint()) }
            }
        }
    }
}
