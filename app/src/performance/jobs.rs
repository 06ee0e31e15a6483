//! What is done in the background, by kind, and how long the programs of others took that were asked.

use std::cmp::Reverse;

use maud::{Markup, html};
use measuring::{ALL, Sketch, metric};
use ports::{
    Access, Ports,
    error::AppError,
    jobs::JobKind,
    performance::{Classes, Measured, Measurements, Question},
    writing::ProviderKind,
};

use super::{
    asked::Asked,
    overview::p95,
    shown::{against, change, change_of, failures, head, heads, kept, scrolled, tile},
    traces::{self, of_route},
    trend::{Trend, Value, fold, folded, trend},
    units::{of_all, time},
};
use crate::ui::format::number;

/// Runs of which nothing came. One that is tried again is told of beside them.
const FAILED: [&str; 2] = ["failed", "given up"];

/// All that was measured under one name, and how many of it were of which class.
struct Group<'a> {
    of: &'a str,
    all: Measured,
    classes: Vec<(&'a str, u64)>,
}

pub(super) async fn page(ports: &Ports, who: &Access, asked: &Asked) -> Result<String, AppError> {
    let parts = vec![
        (metric::JOB_DURATION, Classes::All),
        (metric::JOB_WAITED, Classes::Whole),
        (metric::JOB_WAITING, Classes::Whole),
        (metric::RUNTIME_POLL, Classes::All),
        (metric::PROVIDER_DURATION, Classes::All),
    ];
    let charts = vec![(metric::JOB_DURATION, None), (metric::PROVIDER_DURATION, None)];
    let question = Question { range: asked.range, parts, charts, against: asked.against, ..Question::default() };
    let measured = ports.performance.measurements(who, &question).await?;
    let page = html! {
        (head(asked, "Jobs", "What is done in the background, and how long other programs took that were asked: providers of texts, receivers of webhooks, Redis."))
        (against(asked, &measured))
        (figures(&measured))
        (runs_over_time(&measured))
        (kinds(asked, &measured))
        (calls_over_time(&measured))
        (providers(asked, &measured))
    };
    Ok(page.into_string())
}

fn figures(measured: &Measurements) -> Markup {
    let count = |metric: &str, wanted: &dyn Fn(&str) -> bool| {
        measured.together(metric, |series| wanted(&series.class)).map_or((0, 0), |one| (one.now.count(), one.before.count()))
    };
    let (runs, runs_before) = count(metric::JOB_DURATION, &|_| true);
    let (failed, _) = count(metric::JOB_DURATION, &|class| FAILED.contains(&class));
    let (calls, calls_before) = count(metric::PROVIDER_DURATION, &|_| true);
    let waited = measured.together(metric::JOB_WAITED, |_| true).filter(|one| !one.now.is_empty());
    let waiting = measured.find(metric::JOB_WAITING, ALL, "").and_then(|one| one.now.most());
    html! {
        section.part aria-labelledby="figures-h" {
            h2.vh #figures-h { "Figures" }
            dl.tiles.num {
                (tile("Runs of jobs", &number(runs), change(runs, runs_before).as_deref()))
                (tile("Failed", &number(failed), of_all(failed, runs).as_deref()))
                @if let Some(waited) = waited {
                    (tile("Waited, of 95 in 100", &time(waited.now.quantile(950).unwrap_or(0)), change_of(&waited.now, &waited.before, 950).as_deref()))
                }
                @if let Some(waiting) = waiting { (tile("Waiting at once", &number(waiting), Some("at most"))) }
                (tile("Calls of other programs", &number(calls), change(calls, calls_before).as_deref()))
            }
        }
    }
}

fn runs_over_time(measured: &Measurements) -> Markup {
    let many = folded(measured.span);
    let periods = |wanted: &dyn Fn(&str) -> bool| {
        let one = measured.together(metric::JOB_DURATION, |series| wanted(&series.class));
        one.map(|one| fold(&one.periods, many)).unwrap_or_default()
    };
    let (all, failed) = (periods(&|_| true), periods(&|class| FAILED.contains(&class)));
    let value = |(at, one): (usize, &Sketch)| {
        let failures = failed.get(at).map_or(0, Sketch::count);
        let says = if one.is_empty() { String::new() } else { format!("{} runs, {} failed", number(one.count()), number(failures)) };
        Value { height: one.count(), marked: failures, says }
    };
    let drawn = Trend {
        id: "runs",
        heading: "Runs over time",
        values: all.iter().enumerate().map(value).collect(),
        limit: None,
        shown: number,
        says: Some("What failed is marked at the foot of a column."),
    };
    trend(measured, drawn)
}

fn calls_over_time(measured: &Measurements) -> Markup {
    let all = measured.together(metric::PROVIDER_DURATION, |_| true);
    let periods = all.map(|all| fold(&all.periods, folded(measured.span))).unwrap_or_default();
    let drawn = Trend {
        id: "calls",
        heading: "How long calls took",
        values: p95(&periods),
        limit: None,
        shown: time,
        says: Some("Of 100 calls 95 took no longer than a column is high."),
    };
    trend(measured, drawn)
}

fn kinds(asked: &Asked, measured: &Measurements) -> Markup {
    let groups = groups(measured, metric::JOB_DURATION);
    html! {
        section.part aria-labelledby="kinds-h" {
            h2 #kinds-h { "By kind" }
            @if groups.is_empty() { p.muted { "No job has run in this time." } } @else {
                p.muted { "Of 100 runs 50 took no longer than p50, and 95 no longer than p95. Waited is from when a run could have begun until it did. A run that failed and is tried again is told of apart from those that failed for good. 95 kept a worker of the server no longer than said without letting go of it." }
                (scrolled("kinds-h", &heads("Kind", &["Runs", "Failed", "Tried again", "p50", "p95", "Longest", "Waited, p95", "Waiting at most", "Kept a worker", "p95 before", "Traces"]), &html! {
                    @for group in &groups {
                        @let of = |metric: &str| measured.find(metric, group.of, "").map(|one| &one.now);
                        tr {
                            th scope="row" { (kind(group.of)) }
                            td.num { (number(group.all.now.count())) }
                            (failures(group.count(&FAILED), Some(&traces::failed(group.of, asked))))
                            td.num { (number(group.count(&["again"]))) }
                            (times(&group.all.now))
                            td.num { (of(metric::JOB_WAITED).and_then(|one| one.quantile(950)).map(time).unwrap_or_default()) }
                            td.num { (of(metric::JOB_WAITING).and_then(Sketch::most).map(number).unwrap_or_default()) }
                            (kept(measured.find(metric::RUNTIME_POLL, group.of, metric::JOB).and_then(|one| one.now.quantile(950))))
                            td.num.muted { (change_of(&group.all.now, &group.all.before, 950).unwrap_or_default()) }
                            td.num { a.link href=(of_route(group.of, asked)) { "show" span.vh { " those of " (kind(group.of)) } } }
                        }
                    }
                }))
            }
        }
    }
}

fn providers(asked: &Asked, measured: &Measurements) -> Markup {
    let groups = groups(measured, metric::PROVIDER_DURATION);
    html! {
        section.part aria-labelledby="providers-h" {
            h2 #providers-h { "By who was asked" }
            @if groups.is_empty() { p.muted { "No other program was asked in this time." } } @else {
                p.muted { "Refused is what the other side would not do: a key it does not know, or too many calls. Failed is what it could not." }
                (scrolled("providers-h", &heads("Who was asked", &["Calls", "Failed", "Refused", "p50", "p95", "Longest", "p95 before", "Traces"]), &html! {
                    @for group in &groups {
                        tr {
                            th scope="row" { (provider(group.of)) }
                            td.num { (number(group.all.now.count())) }
                            (failures(group.count(&["failed"]), None))
                            td.num { (number(group.count(&["refused"]))) }
                            (times(&group.all.now))
                            td.num.muted { (change_of(&group.all.now, &group.all.before, 950).unwrap_or_default()) }
                            td.num { a.link href=(traces::with(group.of, asked)) { "show" span.vh { " those that asked " (provider(group.of)) } } }
                        }
                    }
                }))
            }
        }
    }
}

/// Cells of the median, the 95th percentile and the longest.
fn times(now: &Sketch) -> Markup {
    let told = |value: Option<u64>| value.map(time).unwrap_or_default();
    html! { @for value in [now.quantile(500), now.quantile(950), now.most()] { td.num { (told(value)) } } }
}

/// What took most of the time first.
fn groups<'a>(measured: &'a Measurements, metric: &'a str) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    for one in measured.of(metric) {
        let (of, class) = (one.series.of.as_str(), (one.series.class.as_str(), one.now.count()));
        match groups.iter_mut().find(|group| group.of == of) {
            Some(group) => {
                group.all.merge(one);
                group.classes.push(class);
            }
            None => groups.push(Group { of, all: one.clone(), classes: vec![class] }),
        }
    }
    groups.retain(|group| !group.all.now.is_empty());
    groups.sort_by_key(|group| Reverse(group.all.now.sum()));
    groups
}

impl Group<'_> {
    fn count(&self, classes: &[&str]) -> u64 {
        self.classes.iter().filter(|(class, _)| classes.contains(class)).map(|(_, count)| count).sum()
    }
}

/// What people call a kind of job.
pub(super) fn kind(name: &str) -> &str {
    match JobKind::from_name(name) {
        Some(JobKind::Import) => "Import",
        Some(JobKind::DryRun) => "Dry run of an import",
        Some(JobKind::Optimise) => "Run of texts",
        None if name == "webhook delivery" => "Delivery of a webhook",
        None => name,
    }
}

/// What people call a program that is asked.
pub(super) fn provider(name: &str) -> &str {
    match ProviderKind::from_name(name) {
        Some(kind) => kind.label(),
        None if name == "a receiver" => "Receivers of webhooks",
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use measuring::{Series, Span};

    use super::*;

    fn one(metric: &str, of: &str, class: &str, values: &[u64]) -> Measured {
        let now: Sketch = values.iter().copied().collect();
        let mut periods = vec![Sketch::default(); 60];
        periods[59] = now.clone();
        Measured { series: Series::new(metric, of, class), now, before: Sketch::of(1_000), periods }
    }

    fn measured(series: Vec<Measured>) -> Measurements {
        Measurements { span: Span::last(60, 1_000), series, deployments: Vec::new(), compared: ports::performance::Compared::default() }
    }

    fn cells(row: &str) -> Vec<String> {
        let text = |cell: &str| cell.split('>').filter_map(|part| part.split('<').next()).collect::<String>();
        row.split("<td").skip(1).map(|cell| text(cell.split_once('>').unwrap().1.split("</td").next().unwrap()).trim().to_owned()).collect()
    }

    #[test]
    fn jobs_are_told_by_kind_with_what_failed_how_long_they_waited_and_where_to_look() {
        let measured = measured(vec![
            one(metric::JOB_DURATION, "import", "done", &[2_000_000, 3_000_000]),
            one(metric::JOB_DURATION, "import", "failed", &[4_000_000]),
            one(metric::JOB_DURATION, "import", "again", &[1_000_000]),
            one(metric::JOB_DURATION, "import", "given up", &[1_000_000]),
            one(metric::JOB_DURATION, "<b>", "done", &[9]),
            one(metric::JOB_WAITED, "import", "", &[80_000]),
            one(metric::JOB_WAITING, "import", "", &[0, 4, 1]),
            one(metric::JOB_WAITING, ALL, "", &[0, 7]),
            one(metric::RUNTIME_POLL, "import", metric::JOB, &[25_000; 3]),
            one(metric::RUNTIME_POLL, "GET /import", "", &[900_000; 3]),
        ]);

        let table = kinds(&Asked::read("/performance/jobs", "range=7d"), &measured).into_string();
        let figures = figures(&measured).into_string();
        let trend = runs_over_time(&measured).into_string();

        let row = table.split("<tr>").nth(2).unwrap();
        assert!(row.starts_with("<th scope=\"row\">Import</th>"), "{table}");
        assert_eq!(cells(row)[..4], ["5", "2 failed", "1", "2.0 s"], "{row}");
        assert_eq!(cells(row)[5..9], ["4.0 s", "80 ms", "4", "25 ms"], "{row}");
        assert!(row.contains("data-tone=\"warn\" title=\"Whatever else"), "{row}");
        assert!(row.contains("href=\"/performance/traces?range=7d&amp;of=import\""), "{row}");
        assert!(table.contains("&lt;b&gt;") && !table.contains("<b>") && !table.contains("style="), "{table}");
        assert!(figures.contains("<dd>6</dd>") && figures.contains("33.3 % of all") && figures.contains("<dd>7</dd>"), "{figures}");
        assert!(trend.contains("6 runs, 2 failed") && trend.contains("chart-marked"), "{trend}");
    }

    #[test]
    fn calls_are_told_by_who_was_asked_and_refusals_apart_from_failures() {
        let measured = measured(vec![
            one(metric::PROVIDER_DURATION, "a receiver", "answered", &[20_000]),
            one(metric::PROVIDER_DURATION, "openai", "answered", &[1_000_000]),
            one(metric::PROVIDER_DURATION, "openai", "refused", &[5_000, 5_000]),
            one(metric::PROVIDER_DURATION, "openai", "failed", &[30_000_000]),
        ]);

        let table = providers(&Asked::read("/performance/jobs", ""), &measured).into_string();

        let rows: Vec<&str> = table.split("<tr>").skip(2).collect();
        assert!(rows[0].contains(ProviderKind::OpenAi.label()) && rows[1].contains(">Receivers of webhooks<"), "{table}");
        assert_eq!(
            (cells(rows[0])[..3].to_vec(), cells(rows[1])[..3].to_vec()),
            (vec!["4".to_owned(), "1 failed".into(), "2".into()], vec!["1".into(), "0".into(), "0".into()])
        );
        assert_eq!(cells(rows[0])[5], "30 s");
        assert!(rows[0].contains("href=\"/performance/traces?with=openai\""), "{}", rows[0]);
    }

    #[test]
    fn what_waits_is_told_also_where_nothing_has_run() {
        let measured = measured(vec![one(metric::JOB_WAITING, "import", "", &[0, 3]), one(metric::JOB_WAITING, ALL, "", &[0, 3])]);

        let html = html! {
            (figures(&measured)) (runs_over_time(&measured)) (kinds(&Asked::read("/performance/jobs", ""), &measured))
            (calls_over_time(&measured)) (providers(&Asked::default(), &measured))
        };
        let html = html.into_string();

        assert!(html.contains("<dt>Waiting at once</dt><dd>3</dd>"), "{html}");
        assert!(html.contains("No job has run in this time.") && html.contains("No other program was asked in this time."), "{html}");
        assert_eq!((html.matches("Nothing was measured in this time.").count(), html.contains("<table")), (2, false), "{html}");
    }
}
