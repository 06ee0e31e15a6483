//! What is used up first, by what the server saw of itself in the last hours, and who keeps its workers from what else there is to do.

use std::cmp::Reverse;

use ::capacity::{
    bottleneck::{Bottlenecks, Kind, Reading, Resource, Window, Work, find},
    words::{number, percent, whole},
};
use domain::clock::Timestamp;
use maud::{Markup, html};
use measuring::{Series, Sketch, metric};
use ports::{
    Access, Ports,
    error::AppError,
    performance::{Classes, Measured, Measurements, Question, Range},
};

use super::{
    asked::Asked,
    changes::Forms,
    jobs, profiled,
    shown::{KEEPS_LONG, head_of_all, heads, kept, scrolled, sentence, words},
    traces::of_route,
    units::time,
};

/// Above which utilisation something is near its end.
const NEAR: f64 = 0.6;
/// From when on waiting for one's turn is more than chance, in milliseconds.
const WAITED_LONG: f64 = 100.0;
/// What is looked at by the minute.
const RANGES: [Range; 2] = [Range::Hour, Range::SixHours];
/// What may be used up, and what waits for it: measured without classes, and looked at by the minute.
const USED: [&str; 9] = [
    metric::PROCESS_CPU,
    metric::MACHINE_CPU,
    metric::DISK_BUSY,
    metric::DB_USED,
    metric::DB_WAIT,
    metric::DB_LOCKED,
    metric::HTTP_CONNECTIONS,
    metric::RUNTIME_BUSY,
    metric::RUNTIME_LAG,
];
/// The same of providers, of which calls are no requests.
const PROVIDERS: [&str; 2] = [metric::PROVIDER_USED, metric::PROVIDER_WAITED];
/// So many are told of those that kept a worker for long.
const MOST_KEEPERS: usize = 10;
/// The present minute is not over, and the one before may not be written yet.
const NOT_YET: usize = 2;

pub(super) async fn page(ports: &Ports, who: &Access, now: Timestamp, asked: &Asked, forms: &Forms) -> Result<String, AppError> {
    let range = if asked.range == Range::Hour { Range::Hour } else { Range::SixHours };
    let mut parts: Vec<_> = USED.into_iter().chain(PROVIDERS).map(|metric| (metric, Classes::Whole)).collect();
    parts.extend([(metric::HTTP_TOGETHER, Classes::All), (metric::RUNTIME_POLL, Classes::All)]);
    let charts = USED.into_iter().chain(PROVIDERS).chain([metric::HTTP_TOGETHER]).map(|metric| (metric, None)).collect();
    let measured = ports.performance.measurements(who, &Question { range, parts, charts, ..Question::default() }).await?;
    let profiled = ports.profiles.latest(who).await?;
    let page = html! {
        (head_of_all(asked, "Bottlenecks", "What is used up first if more is asked, by the minute: how much of each thing was in use, against how much was asked.", &forms.done))
        div.line.ranges {
            nav.seg aria-label="How far back" {
                @for one in RANGES { a href=(asked.with_range(one).address()) aria-current=[(one == range).then_some("page")] { (words(one)) } }
            }
        }
        (found(&measured))
        (keepers(&asked.with_range(range), &measured))
        (providers(&measured))
        (profiled::section(&profiled, now, forms))
        (assumptions())
    };
    Ok(page.into_string())
}

fn found(measured: &Measurements) -> Markup {
    html! {
        @match find(&windows(measured), NEAR) {
            Err(refused) => section.part aria-labelledby="first-h" { h2 #first-h { "What ends first" } p { (sentence(&refused.to_string())) } },
            Ok(found) => {
                section.part aria-labelledby="first-h" {
                    h2 #first-h { "What ends first" }
                    (first(&found, Work::Requests))
                }
                (table(&found))
            }
        }
    }
}

/// What is near its end, with its evidence.
fn first(found: &Bottlenecks, work: Work) -> Markup {
    html! {
        @match found.first() {
            Some(first) => p { span.badge data-tone="warn" { "Near its end" } " " b { (first.name) } },
            None => p { span.badge data-tone="ok" { "Nothing is near its end" } },
        }
        @for told in found.sentences_of(work) { p { (told) } }
    }
}

fn table(found: &Bottlenecks) -> Markup {
    html! {
        section.part aria-labelledby="each-h" {
            h2 #each-h { "Each" }
            p.muted { "Up to " (number(found.throughput)) " requests a second were asked. Waits are those of a request while few were asked, and while many were." }
            (resources(found, "each-h", Work::Requests))
        }
    }
}

/// What there is, in the order in which it ends, as a table that is called as its heading.
pub(super) fn resources(found: &Bottlenecks, heading: &str, work: Work) -> Markup {
    let wait = |resource: &Resource, at: usize| resource.wait_ms.map(|waits| milliseconds(waits[at])).unwrap_or_default();
    let of_all = format!("Of all, a {}", work.one());
    let heads = heads("What there is", &["Most in use", "At rest", &of_all, "Used up at", "Waited, few", "Waited, many"]);
    let rate = if work == Work::Calls { " a minute" } else { "/s" };
    scrolled(
        heading,
        &heads,
        &html! {
            @for resource in &found.resources {
                tr {
                    th scope="row" { (resource.name) }
                    td.num { (percent(resource.highest)) }
                    td.num { (percent(resource.idle)) }
                    td.num { (number(resource.demand_ms / resource.units)) " ms" }
                    td.num { @match resource.ends_at { Some(end) => { (whole(work.in_time(end))) (rate) } None => "Never" } }
                    td.num { (wait(resource, 0)) }
                    td.num { (wait(resource, 1)) }
                }
            }
        },
    )
}

/// A window of each period, of all servers together.
fn windows(measured: &Measurements) -> Vec<Window> {
    let periods = |metric: &str, of: Option<&str>| periods(measured, metric, of);
    let requests = periods(metric::HTTP_TOGETHER, None);
    let mut kinds: Vec<(String, Kind, Vec<Sketch>, Vec<Sketch>)> = vec![
        ("the processors".into(), Kind::Processor, processors(measured), Vec::new()),
        ("connections of clients".into(), Kind::Connections, periods(metric::HTTP_CONNECTIONS, None), Vec::new()),
        ("the disk".into(), Kind::Disk, periods(metric::DISK_BUSY, None), Vec::new()),
        ("the threads of the runtime".into(), Kind::Runtime, periods(metric::RUNTIME_BUSY, None), periods(metric::RUNTIME_LAG, None)),
    ];
    let pools = measured.of(metric::DB_USED).map(|one| one.series.of.as_str());
    kinds.extend(pools.map(|pool| {
        let name = format!("connections to the database ({pool})");
        (name, Kind::Pool, periods(metric::DB_USED, Some(pool)), periods(metric::DB_WAIT, Some(pool)))
    }));
    let locked = periods(metric::DB_LOCKED, None);
    let seconds = seconds(measured);
    let window = |at: usize| {
        let count = requests.get(at).map_or(0, Sketch::count);
        let reading = |(name, kind, used, waits): &(String, Kind, Vec<Sketch>, Vec<Sketch>)| {
            Some(Reading {
                name: name.clone(),
                kind: *kind,
                // Shares are of all there is: how many that are does not matter to when it is used up.
                units: 1.0,
                utilisation: (mean(used.get(at)?)? / 1e3).min(1.0),
                wait_ms: waits.get(at).and_then(|waits| waited(*kind, waits, count)),
            })
        };
        let waited_for = |waiting: &Sketch| waiting.above(0).count() as f64 / waiting.count() as f64;
        let locks = locked.get(at).and_then(|waiting| Some(Reading::of_locks(waited_for(waiting), mean(waiting)?, seconds, count)));
        Window { throughput: count as f64 / seconds, resources: kinds.iter().filter_map(reading).chain(locks).collect() }
    };
    (0..measured.span.periods().saturating_sub(NOT_YET)).map(window).collect()
}

/// The same of providers, by the calls of all of them together that were let through.
fn windows_of_calls(measured: &Measurements) -> Vec<Window> {
    let calls = periods(measured, metric::PROVIDER_WAITED, None);
    let looks = periods(measured, metric::PROCESS_CPU, None);
    let provider = |used: &Measured| {
        let name = used.series.of.clone();
        let waits = periods(measured, metric::PROVIDER_WAITED, Some(&name));
        (name, used.periods.clone(), waits)
    };
    let providers: Vec<(String, Vec<Sketch>, Vec<Sketch>)> = measured.of(metric::PROVIDER_USED).map(provider).collect();
    let seconds = seconds(measured);
    let window = |at: usize| {
        let looked = looks.get(at).map_or(0, Sketch::count);
        let reading = |(name, used, waits): &(String, Vec<Sketch>, Vec<Sketch>)| {
            Some(Reading {
                name: name.clone(),
                kind: Kind::Provider,
                units: 1.0,
                utilisation: used_of_all(used.get(at)?, looked),
                wait_ms: waits.get(at).and_then(|waits| waited(Kind::Provider, waits, 0)),
            })
        };
        let count = calls.get(at).map_or(0, Sketch::count);
        Window { throughput: count as f64 / seconds, resources: providers.iter().filter_map(reading).collect() }
    };
    (0..measured.span.periods().saturating_sub(NOT_YET)).map(window).collect()
}

/// The share of a provider that was in use. Of ten seconds without calls nothing is told, and there was none in use then: each server looks at its
/// processor as often.
fn used_of_all(used: &Sketch, looked: u64) -> f64 {
    let looks = looked.max(used.count()).max(1);
    (used.sum() as f64 / looks as f64 / 1e3).min(1.0)
}

/// Of one subject of a metric, or of all of them together.
fn periods(measured: &Measurements, metric: &str, of: Option<&str>) -> Vec<Sketch> {
    measured.together(metric, |series| of.is_none_or(|of| series.of == of)).map(|one| one.periods).unwrap_or_default()
}

/// How long a period is.
fn seconds(measured: &Measurements) -> f64 {
    measured.span.level.minutes() as f64 * 60.0
}

/// How busy they were with whatever runs there: what Vitrine takes of them is not all, with a database or a second server beside it. Where the machine
/// does not tell, it is what Vitrine took.
fn processors(measured: &Measurements) -> Vec<Sketch> {
    let of = |metric: &str| measured.together(metric, |_| true).map(|one| one.periods).unwrap_or_default();
    let (machine, own) = (of(metric::MACHINE_CPU), of(metric::PROCESS_CPU));
    let or_own = |(at, machine): (usize, &Sketch)| if machine.is_empty() { own.get(at).cloned().unwrap_or_default() } else { machine.clone() };
    if machine.is_empty() { own } else { machine.iter().enumerate().map(or_own).collect() }
}

/// Requests and jobs that kept a worker for long, whichever did so the longest first.
fn keepers(asked: &Asked, measured: &Measurements) -> Markup {
    let longest = |one: &Measured| one.now.most().unwrap_or(0);
    let mut all: Vec<&Measured> = measured.of(metric::RUNTIME_POLL).filter(|one| longest(one) > KEEPS_LONG).collect();
    all.sort_by_key(|one| Reverse(longest(one)));
    all.truncate(MOST_KEEPERS);
    html! {
        section.part aria-labelledby="keepers-h" {
            h2 #keepers-h { "What keeps a worker" }
            @if all.is_empty() {
                p.muted { "No request and no job kept a worker of the server for more than " (time(KEEPS_LONG)) " without letting go of it." }
            } @else {
                p.muted { "Requests and runs of jobs that kept a worker of the server for more than " (time(KEEPS_LONG)) " without letting go of it: whatever else that worker had to do waited for as long. 95 of 100 kept it no longer than p95." }
                (scrolled("keepers-h", &heads("What was done", &["How often", "p95", "Longest", "Traces"]), &html! {
                    @for one in &all {
                        tr {
                            th scope="row" { (keeper(&one.series)) }
                            td.num { (one.now.count()) }
                            (kept(one.now.quantile(950)))
                            (kept(one.now.most()))
                            td.num { a.link href=(of_route(&one.series.of, asked)) { "show" span.vh { " those of " (keeper(&one.series)) } } }
                        }
                    }
                }))
            }
        }
    }
}

/// A job as people call its kind, and a request by its route.
fn keeper(series: &Series) -> Markup {
    html! { @if series.class == metric::JOB { (jobs::kind(&series.of)) } @else { code { (series.of) } } }
}

/// Whom runs ask for texts: what they need of them is not for requests, and stands by itself.
fn providers(measured: &Measurements) -> Markup {
    let mut asked: Vec<Provider<'_>> = measured.of(metric::PROVIDER_USED).map(|used| Provider::of(used, measured)).collect();
    asked.sort_by_key(|one| one.name);
    html! {
        section.part aria-labelledby="providers-h" {
            h2 #providers-h { "Providers of texts" }
            @if asked.is_empty() {
                p.muted { "No provider was asked." }
            } @else {
                @for one in &asked { p { b { (one.name) } ": " (meaning(one.share, one.waited_ms)) } }
                p.muted { "How many calls were on their way, of those that are let through at once, by every ten seconds in which there were some." }
                (scrolled("providers-h", &heads("Provider", &["Calls", "On the mean", "Most in use", "Waited for their turn"]), &html! {
                    @for one in &asked {
                        tr {
                            th scope="row" { (one.name) }
                            td.num { (one.calls) }
                            td.num { (percent(one.share)) }
                            td.num { (percent(one.most)) }
                            td.num { (milliseconds(one.waited_ms)) }
                        }
                    }
                }))
                (first_provider(measured))
            }
        }
    }
}

/// Which of them ends first if runs ask for more.
fn first_provider(measured: &Measurements) -> Markup {
    html! {
        h3 #first-provider-h { "Which ends first" }
        @match find(&windows_of_calls(measured), NEAR) {
            Err(refused) => p { (sentence(&refused.told(Work::Calls))) },
            Ok(found) => {
                (first(&found, Work::Calls))
                p.muted { "Up to " (number(Work::Calls.in_time(found.throughput))) " calls a minute were let through, of all providers together. How much was in use is of all the minute here. Waits are those of a call while few were asked, and while many were." }
                (resources(&found, "first-provider-h", Work::Calls))
            }
        }
    }
}

/// How much was made of what a provider lets through.
struct Provider<'a> {
    name: &'a str,
    calls: u64,
    share: f64,
    most: f64,
    waited_ms: f64,
}

impl<'a> Provider<'a> {
    fn of(used: &'a Measured, measured: &Measurements) -> Self {
        let name = used.series.of.as_str();
        let waited = measured.together(metric::PROVIDER_WAITED, |series| series.of == name).map(|one| one.now).unwrap_or_default();
        Self {
            name,
            calls: waited.count(),
            share: mean(&used.now).unwrap_or(0.0) / 1e3,
            most: used.now.most().unwrap_or(0) as f64 / 1e3,
            waited_ms: mean(&waited).unwrap_or(0.0) / 1e3,
        }
    }
}

/// To the microsecond: less is none.
fn milliseconds(ms: f64) -> String {
    format!("{} ms", number((ms * 1e3).round() / 1e3))
}

/// A run that has enough to do uses all that is let through, so that being used up is no fault of itself.
fn meaning(share: f64, waited_ms: f64) -> &'static str {
    match (share >= NEAR, waited_ms >= WAITED_LONG) {
        (_, true) => "Calls wait for each other. Runs end sooner one after the other, or with more calls at once, if the provider takes them.",
        (true, false) => "Used well: runs are as fast as it answers. With more calls at once they are faster, if the provider takes them.",
        (false, false) => "There is room.",
    }
}

/// How long a request waited on the mean, in milliseconds. Of connections those waits are known that there were; late are all who are on the threads.
fn waited(kind: Kind, waits: &Sketch, requests: u64) -> Option<f64> {
    match kind {
        Kind::Pool => (requests > 0).then(|| waits.sum() as f64 / requests as f64 / 1e3),
        _ => mean(waits).map(|microseconds| microseconds / 1e3),
    }
}

fn mean(sketch: &Sketch) -> Option<f64> {
    (!sketch.is_empty()).then(|| sketch.sum() as f64 / sketch.count() as f64)
}

fn assumptions() -> Markup {
    html! {
        section.part aria-labelledby="taken-h" {
            h2 #taken-h { "What is taken for granted" }
            ul.stack {
                li { "A request needs as much of each thing however many there are (the utilisation law), unless it is seen to need more." }
                li { "What is asked goes on to be of the same kinds: an import beside pages uses what pages then count as theirs." }
                li { "Processors are those of the machine with all that runs on it; what Vitrine itself takes stands on the page of requests." }
                li { "Providers of texts stand by themselves: runs ask them, and no request waits for one. Their calls go on to be shared among them as they are." }
                li { "Of several servers the mean is taken; one that is used more than the others ends sooner." }
                li { "Of locks of PostgreSQL it is how often somebody was seen to wait for one; the lock of SQLite is its connection that writes." }
                li { "A stepped load run, on the page of the capacity, goes to the end instead of reckoning it." }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use measuring::Span;
    use ports::performance::Compared;

    use super::*;

    fn one(metric: &str, of: &str, values: impl Fn(usize) -> (u64, u64)) -> Measured {
        let periods: Vec<Sketch> = (0..60)
            .map(|at| {
                let (value, many) = values(at);
                let mut sketch = Sketch::default();
                sketch.add_many(value, many);
                sketch
            })
            .collect();
        let mut now = Sketch::default();
        for period in &periods {
            now.merge(period);
        }
        Measured { series: Series::new(metric, of, ""), now, before: Sketch::default(), periods }
    }

    /// More and more is asked, of which the pool of writers is used up first.
    fn measured() -> Measurements {
        let series = vec![
            one(metric::HTTP_TOGETHER, measuring::ALL, |at| (1_000, 600 * (at as u64 + 1))),
            one(metric::PROCESS_CPU, "a", |at| (50 + 5 * at as u64, 6)),
            one(metric::DB_USED, "<writers>", |at| (15 * at as u64, 6)),
            one(metric::DB_WAIT, "<writers>", |at| (2_000, 6 * at as u64)),
            one(metric::HTTP_CONNECTIONS, measuring::ALL, |_| (50, 6)),
            one(metric::RUNTIME_BUSY, "a", |at| (3 * at as u64, 6)),
            one(metric::RUNTIME_LAG, "a", |_| (1_000, 500)),
        ];
        Measurements { span: Span::last(60, 1_000), series, deployments: Vec::new(), compared: Compared::default() }
    }

    #[test]
    fn what_ends_first_is_named_with_its_evidence() {
        let html = found(&measured()).into_string();

        assert!(html.contains("Near its end</span> <b>connections to the database (&lt;writers&gt;)</b>"), "{html}");
        assert!(html.contains("is used up first, at about 6") && html.contains("<th scope=\"row\">the processors</th>"), "{html}");
        assert!(!html.contains("<writers>") && !html.contains("style="), "{html}");
    }

    #[test]
    fn a_provider_is_told_by_what_it_lets_through_and_by_what_waits() {
        let asked = |share: u64, waited: u64| {
            let series = vec![one(metric::PROVIDER_USED, "<Mistral>", |_| (share, 6)), one(metric::PROVIDER_WAITED, "<Mistral>", |_| (waited, 2))];
            providers(&Measurements { series, ..measured() }).into_string()
        };

        assert!(providers(&measured()).into_string().contains("No provider was asked."));
        assert!(asked(100, 0).contains("There is room.") && asked(990, 0).contains("Used well"));
        let html = asked(990, 250_000);
        assert!(html.contains("<b>&lt;Mistral&gt;</b>: Calls wait for each other"), "{html}");
        assert!(html.contains(">120</td>") && html.contains("250 ms"), "{html}");
    }

    /// More and more is asked of two providers, of the first in half of the looks of each minute, and waits for it.
    fn asked_for_texts() -> Measurements {
        let many = |at: usize| at as u64 + 1;
        let series = vec![
            one(metric::PROCESS_CPU, "a", |_| (50, 6)),
            one(metric::PROVIDER_USED, "<Mistral>", |at| (30 * many(at).min(33), 3)),
            one(metric::PROVIDER_USED, "OpenAI", |at| (5 * many(at), 6)),
            one(metric::PROVIDER_WAITED, "<Mistral>", |at| (10_000 * many(at), many(at))),
            one(metric::PROVIDER_WAITED, "OpenAI", |at| (0, many(at))),
        ];
        Measurements { series, ..measured() }
    }

    #[test]
    fn calls_of_all_providers_are_held_against_how_much_of_each_was_in_use() {
        let windows = windows_of_calls(&asked_for_texts());

        assert_eq!(windows.len(), 58);
        let tenth = &windows[9];
        assert!((tenth.throughput * 60.0 - 20.0).abs() < 1e-9, "{tenth:?}");
        let told: Vec<(&str, i64, Option<i64>)> = tenth
            .resources
            .iter()
            .map(|one| (one.name.as_str(), (one.utilisation * 1e3).round() as i64, one.wait_ms.map(|wait| wait.round() as i64)))
            .collect();
        // In half of the looks nothing was asked of the first.
        assert_eq!(told, [("<Mistral>", 150, Some(100)), ("OpenAI", 50, Some(0))]);
        assert!(tenth.resources.iter().all(|one| one.kind == Kind::Provider), "{tenth:?}");
    }

    #[test]
    fn a_minute_without_calls_of_a_provider_had_none_of_it_in_use() {
        let mut measured = asked_for_texts();
        measured.series[1].periods[9] = Sketch::default();

        let tenth = windows_of_calls(&measured).remove(9);

        assert!(tenth.resources[0].name == "<Mistral>" && tenth.resources[0].utilisation.abs() < 1e-9, "{tenth:?}");
    }

    #[test]
    fn the_provider_that_ends_first_is_named_with_its_evidence() {
        let mut measured = asked_for_texts();
        // In all looks, up to nine tenths of it.
        measured.series[1] = one(metric::PROVIDER_USED, "<Mistral>", |at| (16 * (at as u64 + 1), 6));

        let html = providers(&measured).into_string();

        assert!(html.contains("Near its end</span> <b>&lt;Mistral&gt;</b>") && html.contains("is used up first, at about 12"), "{html}");
        assert!(html.contains("calls a minute") && html.contains("Calls waited for it") && html.contains("Of all, a call"), "{html}");
        assert!(html.contains("<th scope=\"row\">OpenAI</th>") && html.contains("There is room."), "{html}");
        assert!(!html.contains("<Mistral>") && !html.contains("a request") && !html.contains("style="), "{html}");
    }

    #[test]
    fn of_too_few_calls_it_is_said_what_is_missing() {
        let series = vec![
            one(metric::PROVIDER_USED, "Mistral", |at| if at < 2 { (100, 6) } else { (0, 0) }),
            one(metric::PROVIDER_WAITED, "Mistral", |at| (0, if at < 2 { 3 } else { 0 })),
        ];

        let html = providers(&Measurements { series, ..measured() }).into_string();

        assert!(html.contains("There are 2 windows with calls") && html.contains("There is room."), "{html}");
    }

    #[test]
    fn whoever_keeps_a_worker_is_told_the_longest_first_with_its_traces() {
        let poll = |of: &str, class: &str, longest: u64| {
            let series = Series::new(metric::RUNTIME_POLL, of, class);
            Measured { series, ..one(metric::RUNTIME_POLL, of, |at| (if at == 9 { longest } else { 900 }, 1)) }
        };
        let asked = Asked::read("/performance/bottlenecks", "range=1h");
        let of = |series: Vec<Measured>| keepers(&asked, &Measurements { series, ..measured() }).into_string();

        let html = of(vec![poll("GET /<b>", "", 20_000), poll("GET /quick", "", 9_000), poll("dry_run", metric::JOB, 450_000)]);

        let rows: Vec<&str> = html.split("<tr>").skip(2).collect();
        assert_eq!(rows.len(), 2, "{html}");
        assert!(rows[0].starts_with("<th scope=\"row\">Dry run of an import</th><td class=\"num\">60</td>"), "{}", rows[0]);
        assert!(rows[0].contains("href=\"/performance/traces?range=1h&amp;of=dry_run\"") && rows[0].contains("data-tone=\"warn\""), "{}", rows[0]);
        assert!(rows[1].contains("<code>GET /&lt;b&gt;</code>") && !html.contains("<b>") && !html.contains("style="), "{html}");
        assert!(of(vec![poll("GET /quick", "", 9_000)]).contains("for more than 10 ms without"));
    }

    #[test]
    fn a_minute_that_is_not_over_says_nothing() {
        let windows = windows(&measured());

        assert_eq!(windows.len(), 58);
        let first = &windows[9];
        assert!((first.throughput - 100.0).abs() < 1e-9, "{first:?}");
        let told: Vec<(i64, Option<i64>)> =
            first.resources.iter().map(|one| ((one.utilisation * 1e3) as i64, one.wait_ms.map(|wait| (wait * 1e3) as i64))).collect();
        assert_eq!(told, [(95, None), (50, None), (27, Some(1_000)), (135, Some(18))]);
    }

    #[test]
    fn locks_are_told_by_how_often_somebody_waits() {
        let mut series = measured().series;
        series.push(one(metric::DB_LOCKED, measuring::ALL, |at| (u64::from(at == 9) * 3, 6)));

        let windows = windows(&Measurements { series, ..measured() });

        let told = [8, 9].map(|at: usize| windows[at].resources.iter().find(|one| one.kind == Kind::Lock).cloned().unwrap());
        assert_eq!(told.clone().map(|lock| (lock.utilisation * 1e3) as i64), [0, 970]);
        // Three waited all the minute, in which there were 6,000 requests.
        assert!(told[0].wait_ms == Some(0.0) && (told[1].wait_ms.unwrap() - 30.0).abs() < 0.5, "{told:?}");
    }

    #[test]
    fn processors_are_those_of_the_machine_with_all_that_runs_on_it() {
        let mut series = measured().series;
        series.push(one(metric::MACHINE_CPU, "a", |at| if at == 9 { (900, 6) } else { (0, 0) }));

        let used = |at: usize| (windows(&Measurements { series: series.clone(), ..measured() })[at].resources[0].utilisation * 1e3) as i64;

        // A minute in which the machine did not tell is what Vitrine took.
        assert_eq!((used(9), used(10)), (900, 100));
    }

    #[test]
    fn of_too_little_it_is_said_what_is_missing() {
        let nothing = Measurements { span: Span::last(60, 1_000), series: Vec::new(), deployments: Vec::new(), compared: Compared::default() };

        let html = found(&nothing).into_string();

        assert!(html.contains("There are 0 windows with requests"), "{html}");
    }
}
