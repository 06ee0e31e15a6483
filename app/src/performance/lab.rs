//! What benches and load runs found over time, each beside its like, and since when it is another value.

use ::capacity::{
    lab::{Alike, Better, Record, Run, alike},
    words::number,
};
use domain::clock::Timestamp;
use maud::{Markup, html};
use ports::{
    Access, Ports,
    error::AppError,
    lab::{ChangePoint, LabRecord, Source},
};

use super::{
    asked::Asked,
    changes::{Forms, Told, changes},
    shown::{head_of_all, heads, scrolled},
};
use crate::ui::{
    chart::{Dot, Plot, plot},
    format,
};

pub(super) const PATH: &str = "/performance/lab";

/// Charts of a page; the others are asked for by their names.
const CHARTS: usize = 8;

pub(super) async fn page(ports: &Ports, who: &Access, now: Timestamp, asked: &Asked, forms: &Forms) -> Result<String, AppError> {
    let (kept, points) = (ports.lab.lab_records(who).await?, ports.lab.change_points(who, Source::Lab).await?);
    let (records, odd) = read(&kept);
    let page = html! {
        (head_of_all(asked, "Lab", "What benches and load runs found over time. Runs are held against those of the same machine, engine and plan, and never against others.", &forms.done))
        @if odd > 0 { p.muted { (odd) " records were kept by another version of the program, and are not shown." } }
        (shown(asked, &records, &points, now, forms))
    };
    Ok(page.into_string())
}

/// What is understood, and how many are not.
pub(super) fn read(kept: &[LabRecord]) -> (Vec<Record>, usize) {
    let records: Vec<Record> = kept.iter().filter_map(|one| Record::read(&one.text).ok()).collect();
    let odd = kept.len() - records.len();
    (records, odd)
}

fn shown(asked: &Asked, records: &[Record], points: &[ChangePoint], now: Timestamp, forms: &Forms) -> Markup {
    let groups = alike(records);
    let Some(group) = groups.iter().find(|group| asked.of.as_deref() == Some(&group.name())).or_else(|| groups.first()) else {
        return html! {
            p { "No run was added yet." }
            p.muted { code { "make bench" } " and " code { "make load" } " leave a record of each run in " code { "target/lab" } ". Add them by " code { "vitrine lab add target/lab/*.json" } "." }
            (changes(points, now, forms, told))
        };
    };
    let subject = group.name();
    let of_group: Vec<ChangePoint> = points.iter().filter(|point| point.subject == subject).cloned().collect();
    html! {
        (others(asked, &groups, &subject))
        (machine(group))
        (charts(asked, group, &of_group))
        (table(asked, group, &subject))
        // Of all that was run: of a change among those that are not shown nobody would hear.
        (changes(points, now, forms, told))
    }
}

fn told(point: &ChangePoint) -> Told<'_> {
    let links =
        html! { a.link href={ (PATH) "?metric=" (format::in_address(&point.metric)) "&of=" (format::in_address(&point.subject)) } { "Its runs" } };
    // Its unit is beside the figures of its chart: a closure that knows it would have to be kept somewhere.
    Told {
        what: html! { b { (point.metric) } @if !point.unit.is_empty() { " in " (point.unit) } " of " (point.subject) },
        shown: &number,
        links,
        path: PATH,
    }
}

fn others(asked: &Asked, groups: &[Alike<'_>], here: &str) -> Markup {
    let plain = Asked { metric: None, ..asked.clone() };
    html! {
        @if groups.len() > 1 {
            details {
                summary { "All that was run (" (groups.len()) ")" }
                ul.stack {
                    @for group in groups {
                        @let name = group.name();
                        li { a.link href=(plain.with_of(Some(&name)).address()) aria-current=[(name == here).then_some("true")] { (name) } ", " (runs_of(group.records.len())) }
                    }
                }
            }
        }
    }
}

fn machine(group: &Alike<'_>) -> Markup {
    html! {
        @if let Some(record) = group.records.last() {
            @let machine = &record.machine;
            p { b { (group.name()) } ": " (runs_of(group.records.len())) ", the last " (format::date(record.at)) " of " code { (record.build.name()) } "." }
            p.muted { (machine.processor) ", " (machine.cores) " cores, " (format::number(machine.memory_mb)) " MB, " (machine.os) ", kernel " (machine.kernel) "." }
        }
    }
}

fn runs_of(count: usize) -> String {
    if count == 1 { "1 run".to_owned() } else { format!("{} runs", format::number(count as u64)) }
}

/// The one that is asked for; else the first ones, those that have changed before the others.
fn charts(asked: &Asked, group: &Alike<'_>, points: &[ChangePoint]) -> Markup {
    let names = group.names();
    let has_changed = |name: &&str| points.iter().any(|point| point.metric == *name);
    let chosen: Vec<&str> = if let Some(name) = names.iter().find(|name| asked.metric.as_deref() == Some(**name)) {
        vec![name]
    } else {
        let (mut first, rest): (Vec<&str>, Vec<&str>) = names.iter().partition(|name| has_changed(name));
        first.extend(rest);
        first.truncate(CHARTS);
        first
    };
    let alone = chosen.len() == 1;
    html! {
        @for (at, name) in chosen.iter().enumerate() { (chart(at, name, &group.runs(name), points, alone)) }
        @if names.len() > chosen.len() { p.muted { "The others are below: each name leads to its chart." } }
    }
}

fn chart(at: usize, name: &str, runs: &[Run<'_>], points: &[ChangePoint], opened: bool) -> Markup {
    let (Some(first), Some(last)) = (runs.first(), runs.last()) else { return html! {} };
    let unit = last.measured.unit.as_str();
    let dot = |(at, run): (usize, &Run<'_>)| {
        let value = run.measured.value();
        Dot { x: at as f64, y: value, spread: run.measured.spread().map(|by| ((value - by).max(0.0), value + by)) }
    };
    let dots: Vec<Dot> = runs.iter().enumerate().map(dot).collect();
    let began = |at: Timestamp| points.iter().find(|point| point.metric == name && point.at == at);
    let marks: Vec<f64> = runs.iter().enumerate().filter(|(_, run)| began(run.record.at).is_some()).map(|(at, _)| at as f64 - 0.5).collect();
    let ends = (format::date(first.record.at), format::date(last.record.at));
    let heading = format!("r{at}-h");
    html! {
        section.part aria-labelledby=(heading) {
            h2 id=(heading) { (name) }
            (plot(&Plot { dots: &dots, curve: &[], marks: &marks, limit: None, shown: &|value| with_unit(value, unit), ends: (&ends.0, &ends.1) }))
            p.chart-says {
                @match last.measured.better { Better::Less => "Less is better.", Better::More => "More is better." }
                " A dot is a run, with how far its repeats differ."
                @if !marks.is_empty() { " From a dotted line on it is another value." }
            }
            details open[opened] {
                summary { "The runs as a table" }
                (scrolled(&heading, &heads("Run", &["Build", "Value", "Spread", "Repeats", "Change"]), &html! {
                    @for run in runs.iter().rev() {
                        tr {
                            th scope="row" { (format::moment(run.record.at)) }
                            td.num { code { (run.record.build.name()) } }
                            td.num { (with_unit(run.measured.value(), unit)) }
                            td.num { @if let Some(by) = run.measured.spread() { "± " (with_unit(by, unit)) } }
                            td.num { (run.measured.values.len()) }
                            td.num { @if let Some(point) = began(run.record.at) { a.link href={ "#c-" (point.id) } { (if point.is_worse { "Worse" } else { "Better" }) } } }
                        }
                    }
                }))
            }
        }
    }
}

/// What the last run found, beside the one before.
fn table(asked: &Asked, group: &Alike<'_>, subject: &str) -> Markup {
    let of = asked.with_of(Some(subject));
    html! {
        section.part aria-labelledby="all-h" {
            h2 #all-h { "The last run" }
            (scrolled("all-h", &heads("What", &["Value", "Spread", "The run before", "Differs by", "Runs"]), &html! {
                @for name in group.names() {
                    @let runs = group.runs(name);
                    @if let Some(last) = runs.last() {
                        @let (value, unit) = (last.measured.value(), last.measured.unit.as_str());
                        @let before = runs.len().checked_sub(2).map(|at| runs[at].measured.value());
                        tr {
                            th scope="row" { a.link href=(of.with_metric(name).address()) { (name) } }
                            td.num { (with_unit(value, unit)) }
                            td.num { @if let Some(by) = last.measured.spread() { "± " (with_unit(by, unit)) } }
                            td.num { @if let Some(before) = before { (with_unit(before, unit)) } }
                            td.num.muted { (differs(before, value)) }
                            td.num { (runs.len()) }
                        }
                    }
                }
            }))
        }
    }
}

fn differs(before: Option<f64>, value: f64) -> String {
    match before.filter(|before| *before != 0.0) {
        None => String::new(),
        Some(before) => format!("{:+.0} %", (value - before) / before.abs() * 100.0),
    }
}

fn with_unit(value: f64, unit: &str) -> String {
    if unit.is_empty() { number(value) } else { format!("{} {unit}", number(value)) }
}

#[cfg(test)]
mod tests {
    use ::capacity::lab::{Build, Machine, Measured, SCHEMA, Suite};

    use super::{
        super::changes::tests::{forms, point},
        *,
    };

    fn record(at: i64, engine: &str, values: &[f64]) -> Record {
        let measured = Measured { name: "p95 <b>".into(), unit: "ms".into(), better: Better::Less, values: values.to_vec(), spread: None };
        Record {
            schema: SCHEMA,
            suite: Suite::Load,
            plan: "list".into(),
            engine: engine.into(),
            at: Timestamp::from_micros(at * 86_400_000_000),
            machine: Machine { cores: 2, processor: "AMD".into(), memory_mb: 8_000, kernel: "6".into(), os: "Debian".into() },
            build: Build { revision: format!("abc{at:04}"), dirty: false },
            results: vec![measured],
        }
    }

    fn page(search: &str, records: &[Record], points: &[ChangePoint]) -> String {
        shown(&Asked::read(PATH, search), records, points, Timestamp::from_micros(0), &forms(None)).into_string()
    }

    #[test]
    fn runs_are_drawn_with_their_spread_and_since_when_it_is_another_value() {
        let records = [record(1, "sqlite", &[10.0, 11.0, 12.0]), record(2, "sqlite", &[20.0])];
        let subject = alike(&records)[0].name();
        let change = ChangePoint { at: records[1].at, ..point(7, "p95 <b>", &subject, 11.0, 20.0) };

        let html = page("", &records, &[change]);

        assert_eq!((html.matches("chart-dot").count(), html.matches("chart-begins").count()), (2, 1), "{html}");
        assert!(html.contains("± 1.48 ms") && html.contains("+82 %") && html.contains("href=\"#c-7\">Worse<"), "{html}");
        assert!(html.contains("<code>abc0002</code>") && html.contains("<code>old</code>"), "{html}");
        assert!(html.contains("p95 &lt;b&gt;") && !html.contains("p95 <b>") && !html.contains("style="), "{html}");
    }

    #[test]
    fn only_its_like_is_held_against_a_run() {
        let records = [record(1, "sqlite", &[10.0]), record(2, "postgres", &[99.0])];
        let sqlite = alike(&records[..1])[0].name();

        let latest = page("", &records, &[]);
        let chosen = page(&format!("of={sqlite}"), &records, &[]);

        assert!(latest.contains("99 ms") && !latest.contains("10 ms") && latest.contains("All that was run (2)"), "{latest}");
        assert!(chosen.contains("10 ms") && !chosen.contains("99 ms"), "{chosen}");
    }

    #[test]
    fn without_runs_it_says_where_they_come_from_and_what_is_odd_is_counted() {
        let html = page("", &[], &[]);
        let odd = LabRecord { text: "{}".into(), added_at: Timestamp::from_micros(0) };

        assert!(html.contains("vitrine lab add"), "{html}");
        assert_eq!(read(&[odd]).1, 1);
    }
}
