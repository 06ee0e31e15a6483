//! Requests by their routes, and how full the server was meanwhile.

use maud::{Markup, html};
use measuring::{ALL, Sketch, metric};
use ports::{
    Access, Ports,
    error::AppError,
    performance::{Classes, Measured, Measurements, Question},
};

use super::{
    asked::Asked,
    overview::{limit, p95},
    shown::{against, change_of, failures, head, heads, heads_with_bar, kept, scrolled, scrolled_as},
    traces::{self, of_route},
    trend::{Trend, Value, fold, folded, trend},
    units::{percent, size, time},
};
use crate::ui::{chart::bar, format::number};

/// A route with all that was measured of it.
struct Route<'a> {
    of: &'a str,
    all: Measured,
    failed: u64,
    refused: u64,
    bytes: Option<u64>,
    /// How long 95 of 100 kept a worker at most.
    kept: Option<u64>,
}

pub(super) async fn page(ports: &Ports, who: &Access, asked: &Asked) -> Result<String, AppError> {
    let mut parts = vec![
        (metric::HTTP_DURATION, Classes::All),
        (metric::HTTP_BYTES, Classes::Whole),
        (metric::RUNTIME_POLL, Classes::Whole),
        (metric::PROCESS_CPU, Classes::Whole),
        (metric::PROCESS_MEMORY, Classes::Whole),
        (metric::RUNTIME_BUSY, Classes::Whole),
        (metric::RUNTIME_LAG, Classes::Whole),
        (metric::MACHINE_CLOCK, Classes::Whole),
    ];
    // Of one route there is a chart, or of all together.
    let times = if asked.of.is_some() { (metric::HTTP_DURATION, asked.of.clone()) } else { (metric::HTTP_TOGETHER, None) };
    parts.extend(asked.of.is_none().then_some((metric::HTTP_TOGETHER, Classes::All)));
    let charts = vec![times, (metric::PROCESS_CPU, None)];
    let question = Question { range: asked.range, parts, charts, against: asked.against, ..Question::default() };
    let measured = ports.performance.measurements(who, &question).await?;
    let page = html! {
        (head(asked, "Requests", "What the server was asked, by route, and how long it took to answer, without the network."))
        (against(asked, &measured))
        @if let Some(of) = &asked.of { p { "Only " code { (of) } ". " a.link href=(asked.with_of(None).address()) { "All routes" } } }
        (over_time(&measured, asked.of.as_deref()))
        (table(asked, &measured))
        (machine(&measured))
    };
    Ok(page.into_string())
}

fn over_time(measured: &Measurements, of: Option<&str>) -> Markup {
    let all = match of {
        None => measured.together(metric::HTTP_TOGETHER, |_| true),
        Some(of) => measured.together(metric::HTTP_DURATION, |series| series.of == of),
    };
    let periods = all.map(|all| fold(&all.periods, folded(measured.span))).unwrap_or_default();
    let drawn = Trend {
        id: "times",
        heading: "How long they took",
        values: p95(&periods),
        limit: Some(limit()),
        shown: time,
        says: Some("Of 100 requests 95 took no longer than a column is high."),
    };
    trend(measured, drawn)
}

fn table(asked: &Asked, measured: &Measurements) -> Markup {
    let routes = routes(measured);
    let most = routes.iter().map(|route| route.all.now.sum()).max().unwrap_or(0);
    html! {
        section.part aria-labelledby="routes-h" {
            h2 #routes-h { "By route" }
            @if routes.is_empty() { p.muted { "Nothing was asked in this time." } } @else {
                p.muted { "What took most of the time stands first. Of 100 requests 50 took no longer than p50, 95 no longer than p95, and 99 no longer than p99; 95 kept a worker of the server no longer than said without letting go of it." }
                (scrolled_as("table statements", "routes-h", &heads_with_bar("Route", "Share of the time", &["Requests", "p50", "p95", "p99", "Longest", "Failed", "Refused", "Bytes", "Kept a worker", "p95 before", "Traces"]), &html! {
                    @for route in &routes {
                        @let quantile = |thousandths| route.all.now.quantile(thousandths).map(time).unwrap_or_default();
                        tr {
                            th scope="row" { a.link href=(asked.with_of(Some(route.of)).address()) { code { (route.of) } } }
                            td { (bar(route.all.now.sum(), most)) }
                            td.num { (number(route.all.now.count())) }
                            @for thousandths in [500, 950, 990] { td.num { (quantile(thousandths)) } }
                            td.num { (route.all.now.most().map(time).unwrap_or_default()) }
                            (failures(route.failed, Some(&traces::failed(route.of, asked))))
                            td.num { (number(route.refused)) }
                            td.num { (route.bytes.map(size).unwrap_or_default()) }
                            (kept(route.kept))
                            td.num.muted { (change_of(&route.all.now, &route.all.before, 950).unwrap_or_default()) }
                            td.num { a.link href=(of_route(route.of, asked)) { "show" } }
                        }
                    }
                }))
            }
        }
    }
}

/// What took most of the time first.
fn routes(measured: &Measurements) -> Vec<Route<'_>> {
    let mut routes: Vec<Route<'_>> = Vec::new();
    for one in measured.of(metric::HTTP_DURATION).filter(|one| !one.now.is_empty()) {
        let at = routes.iter().position(|route| route.of == one.series.of).unwrap_or_else(|| {
            let empty = Measured { now: Sketch::default(), before: Sketch::default(), periods: Vec::new(), series: one.series.clone() };
            let bytes = measured.find(metric::HTTP_BYTES, &one.series.of, "").and_then(|one| one.now.quantile(500));
            let kept = measured.find(metric::RUNTIME_POLL, &one.series.of, "").and_then(|one| one.now.quantile(950));
            routes.push(Route { of: &one.series.of, all: empty, failed: 0, refused: 0, bytes, kept });
            routes.len() - 1
        });
        let route = &mut routes[at];
        route.all.merge(one);
        route.failed += metric::failed(&one.series.class, &one.now);
        if one.series.class == "4xx" {
            route.refused += one.now.count();
        }
    }
    routes.sort_by_key(|route| std::cmp::Reverse(route.all.now.sum()));
    routes
}

/// By process, as far as there are several.
fn machine(measured: &Measurements) -> Markup {
    let processes: Vec<&Measured> = measured.of(metric::PROCESS_MEMORY).filter(|one| one.series.of != ALL && !one.now.is_empty()).collect();
    let of = |metric: &'static str, process: &str| measured.find(metric, process, "").and_then(|one| one.now.quantile(950));
    let cpu = measured.together(metric::PROCESS_CPU, |_| true).map(|one| fold(&one.periods, folded(measured.span))).unwrap_or_default();
    let value = |one: &Sketch| one.quantile(950).map_or_else(Value::default, |value| Value { height: value, marked: 0, says: percent(value) });
    let drawn = Trend {
        id: "cpu",
        heading: "Processors",
        values: cpu.iter().map(value).collect(),
        limit: None,
        shown: percent,
        says: Some("Of all that the machine has, in 95 of 100 moments no more than this."),
    };
    html! {
        (trend(measured, drawn))
        @if !processes.is_empty() {
            section.part aria-labelledby="processes-h" {
                h2 #processes-h { "Servers" }
                p.muted { "In 95 of 100 moments no more than this. Late is how much later than asked for a timer went off: something kept the workers busy. Clock off is how far a server's clock was from PostgreSQL's at most: all but what it measured meanwhile is put down at the wrong time. NTP sets it." }
                (scrolled("processes-h", &heads("Process", &["Processors", "Workers busy", "Late", "Memory", "Clock off"]), &html! {
                    @for process in processes {
                        @let name = process.series.of.as_str();
                        tr {
                            th scope="row" { code { (name) } }
                            td.num { (of(metric::PROCESS_CPU, name).map(percent).unwrap_or_default()) }
                            td.num { (of(metric::RUNTIME_BUSY, name).map(percent).unwrap_or_default()) }
                            td.num { (of(metric::RUNTIME_LAG, name).map(time).unwrap_or_default()) }
                            td.num { (process.now.quantile(950).map(size).unwrap_or_default()) }
                            td.num { (measured.find(metric::MACHINE_CLOCK, name, "").and_then(|one| one.now.most()).map(time).unwrap_or_default()) }
                        }
                    }
                }))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use measuring::{Series, Span};
    use ports::performance::Compared;

    use super::*;

    fn one(metric: &str, of: &str, class: &str, values: &[u64]) -> Measured {
        let now: Sketch = values.iter().copied().collect();
        Measured { series: Series::new(metric, of, class), now, before: Sketch::default(), periods: vec![Sketch::default(); 60] }
    }

    #[test]
    fn routes_stand_by_the_time_they_took_with_what_failed() {
        let series = vec![
            one(metric::HTTP_DURATION, "GET /healthz", "2xx", &[10; 50]),
            one(metric::HTTP_DURATION, "GET /products", "2xx", &[5_000, 6_000]),
            one(metric::HTTP_DURATION, "GET /products", "5xx", &[9_000]),
            one(metric::HTTP_DURATION, "GET /products", metric::GIVEN_UP, &[9_000, 2 * metric::PATIENCE]),
            one(metric::HTTP_BYTES, "GET /products", "", &[4_096]),
            one(metric::RUNTIME_POLL, "GET /products", "", &[25_000; 3]),
            one(metric::RUNTIME_POLL, "import", metric::JOB, &[90_000; 3]),
        ];
        let measured = Measurements { span: Span::last(60, 1_000), series, deployments: Vec::new(), compared: Compared::default() };

        let routes = routes(&measured);
        let html = table(&Asked::read("/performance/requests", ""), &measured).into_string();

        assert_eq!(
            routes.iter().map(|route| (route.of, route.all.now.count(), route.failed)).collect::<Vec<_>>(),
            [("GET /products", 5, 2), ("GET /healthz", 50, 0)]
        );
        assert!(html.contains("data-tone=\"warn\" title=\"Whatever else") && html.contains(">25 ms<"), "{html}");
        // A job is no route.
        assert!(!html.contains("import"), "{html}");
        assert!(html.contains("by=failed&amp;of=GET /products\"><span class=\"badge\" data-tone=\"bad\">2<") && html.contains("4.0 kB"), "{html}");
    }

    #[test]
    fn a_server_is_told_with_how_far_its_clock_is_off() {
        let series = vec![one(metric::PROCESS_MEMORY, "ab12", "", &[4_096]), one(metric::MACHINE_CLOCK, "ab12", "", &[2_000, 42_000_000])];
        let measured = Measurements { span: Span::last(60, 1_000), series, deployments: Vec::new(), compared: Compared::default() };

        let html = machine(&measured).into_string();

        let row = html.split("<code>ab12</code>").nth(1).unwrap();
        assert!(row.contains("4.0 kB</td><td class=\"num\">42 s</td>"), "{row}");
    }
}
