//! Records of the lab and stepped runs, as they are added.

use capacity::{
    kept::Kept,
    lab::{Alike, Better, Record, alike},
    steps::Run,
    users::Question,
};
use domain::clock::{Clock, Timestamp};
use ports::lab::{Builds, Kind, Source, Standing};
use regressions::{Bigger, Point};
use store::{
    Store,
    lab::{Looked, NewRecord},
};

use super::look::{Around, Named, Seen, look};
use crate::SystemClock;

/// Runs that are looked at for changes.
const LOOKED_AT: u32 = 300;
/// Figures of a run wobble by that much without anything having changed.
const LEAST_PERCENT: f64 = 3.0;

/// Keeps a record, and looks at what it is held against. False when it was there already.
pub(crate) async fn add_lab(store: &Store, record: &Record) -> anyhow::Result<bool> {
    let text = serde_json::to_string(record)?;
    let new = NewRecord {
        kind: Kind::Lab,
        suite: record.suite.name().to_owned(),
        plan: record.plan.clone(),
        engine: record.engine.clone(),
        machine: record.machine.fingerprint(),
        build: record.build.name(),
        at: record.at,
        content: text.clone(),
        text,
    };
    let is_new = store.add_lab_record(&new).await?;
    let known = store.records_of_plan(record.suite.name(), &record.plan, &record.engine, LOOKED_AT).await?;
    let records: Vec<Record> = known.iter().filter_map(|one| Record::read(&one.text).ok()).collect();
    let accepted = accepted(store).await?;
    if let Some(group) = alike(&records).iter().find(|group| group.records[0].is_like(record)) {
        store.keep_change_points(Source::Lab, &changes(group, &accepted)).await?;
    }
    Ok(is_new)
}

/// Keeps a stepped run with what it comes to; refused where it comes to nothing. Told is what it says.
pub(crate) async fn add_capacity(store: &Store, text: &str, servers: u32) -> anyhow::Result<Vec<String>> {
    let run = Run::read(text)?;
    let question = Question::default();
    let kept = tokio::task::spawn_blocking(move || Kept::of(run, question, 1)).await??.of_servers(servers);
    let new = NewRecord {
        kind: Kind::Capacity,
        suite: "load".to_owned(),
        plan: format!("capacity, {} products", kept.run.products),
        engine: kept.run.target.clone(),
        machine: format!("{}, {} cores", kept.run.processor, kept.run.cores),
        build: String::new(),
        at: kept.run.began().unwrap_or_else(|| SystemClock.now()),
        content: if servers == 1 { text.to_owned() } else { format!("{servers} servers\n{text}") },
        text: kept.write()?,
    };
    store.add_lab_record(&new).await?;
    let mut said = kept.estimate.sentences(&kept.question);
    said.extend(kept.validation.map(|validation| validation.sentence));
    Ok(said)
}

/// Metric, subject and since when it is as somebody has accepted it.
async fn accepted(store: &Store) -> anyhow::Result<Vec<(String, String, Timestamp)>> {
    let known = store.known_change_points(Source::Lab, ports::lab::MOST_CHANGES).await?;
    let is_accepted = |standing: &Standing| matches!(standing, Standing::Settled { how: ports::lab::Settlement::Accepted, .. });
    Ok(known.into_iter().filter(|point| is_accepted(&point.standing)).map(|point| (point.metric, point.subject, point.at)).collect())
}

fn changes(group: &Alike<'_>, accepted: &[(String, String, Timestamp)]) -> Vec<Looked> {
    let subject = group.name();
    let one = |name: &str| {
        let runs = group.runs(name);
        let measured = runs.last()?.measured;
        let since = accepted.iter().filter(|(metric, of, _)| metric == name && *of == subject).map(|(.., at)| *at).max();
        let from = runs.iter().position(|run| since.is_none_or(|since| run.record.at >= since)).unwrap_or(runs.len());
        // Places are those of the runs, of which two may be of one second.
        let points: Vec<Point> = (from..runs.len()).map(|at| Point { at: at as i64, value: runs[at].measured.value() }).collect();
        let moment = |at: i64| runs.get(at as usize).map_or(Timestamp::default(), |run| run.record.at);
        let build = |at: Timestamp| runs.iter().rfind(|run| run.record.at == at).map(|run| run.record.build.name()).unwrap_or_default();
        look(&Seen {
            named: Named { metric: name.to_owned(), subject: subject.clone(), unit: measured.unit.clone() },
            points: &points,
            bigger: if measured.better == Better::More { Bigger::Better } else { Bigger::Worse },
            moment: &moment,
            builds: &|Around { before, here, .. }| Builds { before: build(before), since: vec![build(here)] },
            least_percent: LEAST_PERCENT,
            // Units are of any kind.
            least: 0.0,
        })
    };
    group.names().into_iter().filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use capacity::lab::{Build, Machine, Measured, SCHEMA, Suite};

    use super::*;

    fn record(run: i64, value: f64) -> Record {
        let measured = |name: &str, better| Measured { name: name.into(), unit: "ms".into(), better, values: vec![value], spread: None };
        Record {
            schema: SCHEMA,
            suite: Suite::Load,
            plan: "list".into(),
            engine: "sqlite".into(),
            at: Timestamp::from_micros(run * 1_000_000),
            machine: Machine { cores: 2, processor: "A".into(), memory_mb: 8_000, kernel: "6".into(), os: "D".into() },
            build: Build { revision: format!("{run:07x}"), dirty: false },
            results: vec![measured("p95", Better::Less), measured("rate", Better::More)],
        }
    }

    #[test]
    fn a_change_of_runs_is_told_with_the_builds_on_both_sides_and_which_way_it_is() {
        let records: Vec<Record> = (0..40).map(|run| record(run, if run < 20 { 10.0 } else { 12.0 })).collect();
        let groups = alike(&records);

        let looked = changes(&groups[0], &[]);

        let told: Vec<_> = looked.iter().map(|one| (one.metric.as_str(), one.found.len(), one.found[0].is_worse)).collect();
        assert_eq!(told, [("p95", 1, true), ("rate", 1, false)]);
        let builds = &looked[0].found[0].builds;
        assert_eq!((builds.before.as_str(), builds.since.as_slice()), ("0000013", ["0000014".to_owned()].as_slice()));
        let accepted = [("p95".to_owned(), groups[0].name(), Timestamp::from_micros(20_000_000))];
        assert_eq!(changes(&groups[0], &accepted).iter().map(|one| (one.metric.as_str(), one.found.len())).collect::<Vec<_>>(), [("rate", 1)]);
    }
}
