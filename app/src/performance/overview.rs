//! Whether people have it good: page loads, requests, and how full the server is, each against the time before.

use domain::clock::Timestamp;
use maud::{Markup, html};
use measuring::{ALL, Sketch, metric};
use ports::{
    Access, Ports,
    alerts::Firing,
    error::AppError,
    lab::Source,
    performance::{Classes, Compared, Measured, Measurements, Question},
};

use super::{
    alerts::{PATH, tone},
    asked::Asked,
    felt,
    shown::{FEWEST, LEAST, against, change, change_of, head, heads, scrolled, shift, tile, tile_to},
    slower::{Worse, bad, slower},
    traces,
    trend::{Trend, Value, deployments, fold, folded, trend},
    units::{percent, share, time},
    verdict::{VITALS, Vital},
    vitals::wrong,
};
use crate::ui::{chart::Line, format::number};

/// An answer within it leaves somebody content, as the product promises of its API; within four times as much they bear it.
const CONTENT: u64 = 200_000;
const BORNE: u64 = 4 * CONTENT;

/// Requests that must not fail, in thousandths: 99.9 %.
const AVAILABLE: u64 = 999;

pub(super) async fn page(ports: &Ports, who: &Access, now: Timestamp, asked: &Asked) -> Result<String, AppError> {
    let mut parts = vec![
        (metric::HTTP_TOGETHER, Classes::All),
        (metric::HTTP_IN_FLIGHT, Classes::Whole),
        (metric::HTTP_REFUSED, Classes::Whole),
        (metric::PROCESS_CPU, Classes::Whole),
        (metric::DB_USED, Classes::Whole),
        (metric::RUNTIME_LAG, Classes::Whole),
        (metric::CACHE_HIT, Classes::Whole),
        (metric::CACHE_MISS, Classes::Whole),
        (metric::VIEWS, Classes::Whole),
    ];
    parts.extend(VITALS[..3].iter().map(|vital| (vital.metric, Classes::Whole)));
    let charts = vec![(metric::HTTP_TOGETHER, None)];
    let question = Question { range: asked.range, parts, charts, against: asked.against, ..Question::default() };
    let measured = ports.performance.measurements(who, &question).await?;
    let mut parts: Vec<_> = wrong::METRICS.map(|metric| (metric, Classes::Whole)).into();
    parts.extend(bad(&measured).flat_map(|(vital, ..)| ["device", "connection"].map(|dimension| (vital.metric, Classes::WholeAnd(dimension)))));
    let question = Question { range: asked.range, of: vec![ALL.to_owned()], parts, against: asked.against, ..Question::default() };
    let of_all = ports.performance.measurements(who, &question).await?;
    let points = ports.lab.change_points(who, Source::Live).await?;
    let mut worse = Worse::of(&points);
    if let Some(question) = felt::question(worse.told(), now) {
        worse.felt = felt::felt(worse.told(), &ports.performance.measurements(who, &question).await?);
    }
    let firing = ports.alerts.firing(who).await?;
    let page = html! {
        (head(asked, "Performance", "How fast Vitrine is for the people who use it, and how full the server is."))
        (against(asked, &measured))
        (alarms(&firing))
        (slower(asked, &worse, firing.budgets.as_deref(), &measured, &of_all))
        (loads(asked, &measured, &of_all))
        (answers(asked, &measured))
        (fullness(asked, &measured))
        (routes(asked, &measured))
        (over_time(&measured))
        (deployments(&measured.deployments, now))
    };
    Ok(page.into_string())
}

/// How many alerts fire.
fn alarms(firing: &Firing) -> Markup {
    let says = match firing.count {
        0 if firing.is_partial => "Whether an alert fires is not known".to_owned(),
        0 => "No alert fires".to_owned(),
        1 => "1 alert fires".to_owned(),
        count => format!("{} alerts fire", number(count as u64)),
    };
    html! { p.muted { span.badge data-tone=(firing.worst.map_or(if firing.is_partial { "warn" } else { "ok" }, tone)) { a.link href=(PATH) { (says) } } } }
}

/// What people's browsers say.
fn loads(asked: &Asked, measured: &Measurements, of_all: &Measurements) -> Markup {
    let vitals = asked.at("/performance/vitals");
    let views = measured.find(metric::VIEWS, ALL, "").map_or(0, |one| one.now.count());
    let found: Vec<(&Vital, &Measured)> =
        VITALS[..3].iter().filter_map(|vital| Some((vital, measured.find(vital.metric, ALL, "")?))).filter(|(_, one)| !one.now.is_empty()).collect();
    html! {
        section.part aria-labelledby="loads-h" {
            h2 #loads-h { "Page loads" }
            @if found.is_empty() { p.muted { "No browser has said anything in this time." } } @else {
                p.muted { "Of 100 page loads 75 were as good as this or better." }
                dl.tiles.num {
                    @for (vital, one) in found {
                        @let value = one.now.quantile(750).unwrap_or(0);
                        @let verdict = vital.judge(value);
                        div {
                            dt { a.link href=(vitals.with_metric(vital.metric).address()) { (vital.name) } " " span.small { "(" (vital.short) ")" } }
                            dd { (vital.shown(value)) }
                            dd.muted { span.badge data-tone=(verdict.tone()) { (verdict.words()) } " " (change_of(&one.now, &one.before, 750).unwrap_or_default()) }
                        }
                    }
                    (gone_wrong(&vitals, of_all, views))
                }
            }
        }
    }
}

/// Errors that nobody caught, and how often the app itself has ended.
fn gone_wrong(vitals: &Asked, of_all: &Measurements, views: u64) -> Markup {
    let [errors, rejections, panics] = wrong::METRICS.map(|metric| of_all.together(metric, |series| series.class.is_empty()));
    let sum = |one: &Option<Measured>| one.as_ref().map_or(0, |one| one.now.sum());
    let count = |one: &Option<Measured>| one.as_ref().map_or(0, |one| one.now.count());
    let hit = count(&errors).max(count(&rejections)).max(count(&panics));
    let address = format!("{}#wrong-h", vitals.address());
    html! {
        (tile_to("Errors in browsers", &address, &number(sum(&errors) + sum(&rejections)), share(hit, views).filter(|_| hit > 0).map(|part| format!("on {} of page views at least", percent(part))).as_deref()))
        (tile_to("Crashes of the app", &address, &number(sum(&panics)), None))
    }
}

/// What the server has answered.
fn answers(asked: &Asked, measured: &Measurements) -> Markup {
    let requests = asked.at("/performance/requests").address();
    let failed_ones = asked.at(traces::PATH).with_by("failed").address();
    let all = measured.together(metric::HTTP_TOGETHER, |_| true);
    // However fast: neither a failure nor an answer that was not waited for leaves somebody content.
    let answered = measured.together(metric::HTTP_TOGETHER, |series| series.class != "5xx" && series.class != metric::GIVEN_UP);
    let (failures, _) = measured.failed(metric::HTTP_TOGETHER, |_| true);
    let refused = measured.together(metric::HTTP_REFUSED, |_| true).map_or(0, |one| one.now.count());
    html! {
        section.part aria-labelledby="answers-h" {
            h2 #answers-h { "Requests" }
            @match all.filter(|all| !all.now.is_empty()) {
                None => p.muted { "Nothing was asked in this time." },
                Some(all) => {
                    @let count = all.now.count();
                    @let within = |limit| answered.as_ref().map_or(0, |answered| answered.now.within(limit));
                    @let apdex = share(within(CONTENT) + within(BORNE), 2 * count).unwrap_or(0);
                    @let good = share(count - failures, count).unwrap_or(0);
                    dl.tiles.num {
                        (tile_to("Requests", &requests, &number(count), counted(measured, count, all.before.count()).as_deref()))
                        (tile_to("Longest of 95 in 100", &asked.at(traces::PATH).address(), &time(all.now.quantile(950).unwrap_or(0)), change_of(&all.now, &all.before, 950).as_deref()))
                        (tile_to("Content", &requests, &percent(apdex), Some("within 200 ms; up to 800 ms counts half")))
                        div {
                            dt { a.link href=(failed_ones) { "Failed" } }
                            dd { (number(failures)) }
                            dd.muted { span.badge data-tone=(if failures == 0 || good >= AVAILABLE { "ok" } else { "bad" }) { (available(count, failures)) } }
                        }
                        @if refused > 0 { (tile("Sent away", &number(refused), Some("asked too fast, or too much to do"))) }
                    }
                }
            }
        }
    }
}

/// How many more than before; of builds, which did not serve for as long, it says nothing.
fn counted(measured: &Measurements, now: u64, before: u64) -> Option<String> {
    if measured.compared == Compared::TimeBefore { change(now, before) } else { None }
}

/// With as many places as the promise has.
fn available(count: u64, failures: u64) -> String {
    let share = (u128::from(count - failures.min(count)) * 100_000 / u128::from(count.max(1))) as u64;
    format!("{}.{:02} % answered", share / 1_000, share % 1_000 / 10)
}

/// How near the server is to its limits.
fn fullness(asked: &Asked, measured: &Measurements) -> Markup {
    let most = |metric: &str| measured.together(metric, |_| true).and_then(|one| one.now.quantile(950));
    let hits = measured.together(metric::CACHE_HIT, |_| true).map_or(0, |one| one.now.count());
    let misses = measured.together(metric::CACHE_MISS, |_| true).map_or(0, |one| one.now.count());
    let [ends, database, requests] =
        ["/performance/bottlenecks", "/performance/database", "/performance/requests"].map(|place| asked.at(place).address());
    html! {
        section.part aria-labelledby="fullness-h" {
            h2 #fullness-h { "How full the server is" }
            p.muted { "In 95 of 100 moments no more than this." }
            dl.tiles.num {
                @if let Some(cpu) = most(metric::PROCESS_CPU) { (tile_to("Processors", &ends, &percent(cpu), None)) }
                @if let Some(used) = most(metric::DB_USED) { (tile_to("Connections to the database", &database, &percent(used), None)) }
                @if let Some(under_way) = most(metric::HTTP_IN_FLIGHT) { (tile_to("Requests at once", &requests, &number(under_way), None)) }
                @if let Some(lag) = most(metric::RUNTIME_LAG) { (tile_to("Workers late by", &ends, &time(lag), None)) }
                @if let Some(hits) = share(hits, hits + misses) { (tile_to("Answered from caches", &asked.at("/performance/caches").address(), &percent(hits), None)) }
            }
        }
    }
}

/// Pages by how many people open them.
fn routes(asked: &Asked, measured: &Measurements) -> Markup {
    let mut rows: Vec<&Measured> = measured.of(metric::VIEWS).filter(|one| one.series.of != ALL && !one.now.is_empty()).collect();
    rows.sort_by_key(|one| std::cmp::Reverse(one.now.count()));
    let link = asked.at("/performance/vitals");
    html! {
        @if !rows.is_empty() {
            section.part aria-labelledby="pages-h" {
                h2 #pages-h { "Pages" }
                p.muted { "Beside a figure stands by how much it differs from before, where that is " (LEAST) " % or more of " (FEWEST) " loads or more." }
                (scrolled("pages-h", &heads("Page", &["Loads", "LCP", "INP", "CLS"]), &html! {
                    @for row in rows {
                        tr {
                            th scope="row" { a.link href=(link.with_of(Some(&row.series.of)).address()) { (row.series.of) } }
                            td.num { (number(row.now.count())) }
                            @for vital in &VITALS[..3] { (judged(vital, measured.find(vital.metric, &row.series.of, ""))) }
                        }
                    }
                }))
            }
        }
    }
}

/// A cell of a vital: its 75th percentile, and what it is worth where it is not good.
pub(super) fn judged(vital: &Vital, one: Option<&Measured>) -> Markup {
    let value = one.and_then(|one| one.now.quantile(750));
    html! {
        td.num {
            @if let Some(value) = value {
                @let verdict = vital.judge(value);
                span.badge data-tone=(verdict.tone()) title=(verdict.words()) { (vital.shown(value)) span.vh { ", " (verdict.words()) } }
                @if let Some(shift) = one.and_then(|one| shift(&one.now, &one.before, 750)) { " " span.muted.small { (shift) } }
            }
        }
    }
}

fn over_time(measured: &Measurements) -> Markup {
    let all = measured.together(metric::HTTP_TOGETHER, |_| true);
    let many = folded(measured.span);
    let periods = all.map(|all| fold(&all.periods, many)).unwrap_or_default();
    let classes: Vec<_> = measured.of(metric::HTTP_TOGETHER).map(|one| (&*one.series.class, fold(&one.periods, many))).collect();
    let counts = periods.iter().enumerate().map(|(at, one)| {
        let of_class = |(class, periods): &(&str, Vec<Sketch>)| periods.get(at).map_or(0, |one| metric::failed(class, one));
        let failures = classes.iter().map(of_class).sum();
        let says = if one.is_empty() { String::new() } else { format!("{} requests, {} failed", number(one.count()), number(failures)) };
        Value { height: one.count(), marked: failures, says }
    });
    let counts = Trend {
        id: "requests",
        heading: "Requests over time",
        values: counts.collect(),
        limit: None,
        shown: number,
        says: Some("What failed is marked at the foot of a column."),
    };
    let times = Trend {
        id: "times",
        heading: "How long requests took",
        values: p95(&periods),
        limit: Some(limit()),
        shown: time,
        says: Some("Of 100 requests 95 took no longer than a column is high."),
    };
    html! { (trend(measured, counts)) (trend(measured, times)) }
}

/// The product's promise for its API.
pub(super) fn limit() -> Line {
    Line { value: CONTENT, says: "200 ms is what an answer may take.".to_owned() }
}

/// The 95th percentile of each period.
pub(super) fn p95(periods: &[Sketch]) -> Vec<Value> {
    let of = |one: &Sketch| {
        one.quantile(950).map_or_else(Value::default, |value| Value {
            height: value,
            marked: 0,
            says: format!("{} of {}", time(value), number(one.count())),
        })
    };
    periods.iter().map(of).collect()
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

    fn asked() -> Asked {
        Asked::read("/performance", "range=7d")
    }

    fn measured() -> Measurements {
        let series = vec![
            one("vitals.lcp", ALL, "", &[1_000_000, 3_000_000]),
            one("vitals.lcp", "/products/<b>", "", &[1_000_000]),
            one(metric::VIEWS, "/products/<b>", "", &[0]),
            one("vitals.cls", "/products/<b>", "", &[9_000]),
            one("vitals.errors", ALL, "", &[3, 1]),
            one("vitals.panics", ALL, "", &[1]),
            one(metric::HTTP_TOGETHER, ALL, "2xx", &[100_000, 100_000, 700_000]),
            one(metric::HTTP_TOGETHER, ALL, "5xx", &[1_000]),
        ];
        Measurements { span: Span::last(60, 1_000), series, deployments: Vec::new(), compared: Compared::default() }
    }

    #[test]
    fn page_loads_are_judged_and_nothing_that_was_measured_becomes_markup() {
        let html = html! { (loads(&asked(), &measured(), &measured())) (routes(&Asked::read("/performance", ""), &measured())) }.into_string();

        assert!(html.contains("Largest thing drawn") && html.contains("data-tone=\"ok\""), "{html}");
        assert!(html.contains("data-tone=\"bad\"") && html.contains("Poor") && html.contains("/products/&lt;b&gt;"), "{html}");
        assert!(!html.contains("<b>") && !html.contains("style="), "{html}");
    }

    #[test]
    fn requests_are_counted_with_how_many_were_content_and_how_many_failed() {
        let html = answers(&asked(), &measured()).into_string();

        assert!(html.contains("<dd>4</dd>") && html.contains("62.5 %") && html.contains("75.00 % answered"), "{html}");
        assert!(html.contains("href=\"/performance/traces?range=7d&amp;by=failed\">Failed<"), "{html}");
    }

    #[test]
    fn whoever_waits_in_vain_was_failed_and_whoever_leaves_at_once_was_not_content() {
        let mut measured = measured();
        measured.series.push(one(metric::HTTP_TOGETHER, ALL, metric::GIVEN_UP, &[1_000, 2 * metric::PATIENCE]));

        let html = answers(&asked(), &measured).into_string();
        let chart = over_time(&measured).into_string();

        assert!(html.contains("<dd>6</dd>") && html.contains("<dd>41.6 %</dd>") && html.contains("66.66 % answered"), "{html}");
        assert!(chart.contains("6 requests, 2 failed"), "{chart}");
    }

    #[test]
    fn what_goes_wrong_in_browsers_is_counted_with_the_views_it_was_on() {
        let html = gone_wrong(&asked().at("/performance/vitals"), &measured(), 40).into_string();

        assert!(html.contains("<dd>4</dd>") && html.contains("on 5 % of page views at least") && html.contains("<dd>1</dd>"), "{html}");
        assert!(html.contains("href=\"/performance/vitals?range=7d#wrong-h\" rel=\"external\""), "{html}");
    }

    #[test]
    fn a_page_is_told_with_how_much_its_figures_differ_from_before() {
        let of = |value: u64| -> Sketch { std::iter::repeat_n(value, 30).collect() };
        let one = Measured { before: of(1_000_000), now: of(1_500_000), ..one("vitals.lcp", "/", "", &[]) };

        let cell = judged(&VITALS[0], Some(&one)).into_string();

        assert!(cell.contains("data-tone=\"ok\"") && cell.contains("<span class=\"muted small\">+"), "{cell}");
    }

    #[test]
    fn alerts_that_fire_are_counted_with_how_bad_the_worst_is() {
        let told = |count, worst| alarms(&Firing { count, worst, ..Firing::default() }).into_string();

        let (none, one, some) = (told(0, None), told(1, Some(alerts::Severity::Warning)), told(3, Some(alerts::Severity::Critical)));

        assert!(none.contains("data-tone=\"ok\"") && none.contains("No alert fires") && none.contains("href=\"/performance/alerts\""), "{none}");
        assert!(one.contains("data-tone=\"warn\"") && one.contains("1 alert fires"), "{one}");
        assert!(some.contains("data-tone=\"bad\"") && some.contains("3 alerts fire"), "{some}");
        let blind = alarms(&Firing { is_partial: true, ..Firing::default() }).into_string();
        assert!(blind.contains("data-tone=\"warn\"") && blind.contains("is not known"), "{blind}");
    }

    #[test]
    fn where_nothing_was_measured_it_says_so() {
        let nothing = Measurements { span: Span::last(60, 1_000), series: Vec::new(), deployments: Vec::new(), compared: Compared::default() };

        let html = html! { (loads(&asked(), &nothing, &nothing)) (answers(&asked(), &nothing)) (fullness(&asked(), &nothing)) (over_time(&nothing)) }
            .into_string();

        assert!(
            html.contains("No browser has said anything") && html.contains("Nothing was asked") && html.contains("Nothing was measured"),
            "{html}"
        );
    }
}
