//! Devices that go on without a network: what they ask, what became of their edits, and how long edits wait on them.

use maud::{Markup, html};
use measuring::{ALL, Sketch, metric};
use ports::{
    Access, Ports,
    error::AppError,
    performance::{Classes, Measured, Measurements, Question},
};

use super::{
    asked::Asked,
    shown::{against, change, change_of, failures, head, heads, heads_with_bar, scrolled, tile},
    traces::{self, of_route},
    trend::{Trend, Value, fold, folded, trend},
    units::{of_all, percent, share, time},
};
use crate::ui::{chart::bar, format::number};

/// What devices ask: the route, and for people.
const CALLS: [(&str, &str); 3] =
    [("POST /sync/v1/push", "Edits are sent"), ("POST /sync/v1/pull", "Changes are fetched"), ("POST /sync/v1/rows", "A list is looked up")];

/// What becomes of an edit: as it is counted, and for people.
const RESULTS: [(&str, &str); 4] = [
    (APPLIED, "Written"),
    ("no change", "Was so already"),
    (CONFLICT, "Somebody has to choose, as another had changed the same"),
    ("refused", "Refused"),
];

const APPLIED: &str = "applied";
const CONFLICT: &str = "conflict";

pub(super) async fn page(ports: &Ports, who: &Access, asked: &Asked) -> Result<String, AppError> {
    let parts = vec![(metric::SYNC_PUSHED, Classes::Whole), (metric::HTTP_DURATION, Classes::All), (metric::PENDING, Classes::WholeAnd("device"))];
    let of = CALLS.iter().chain(&RESULTS).map(|(name, _)| *name).chain([ALL]).map(str::to_owned).collect();
    let charts = vec![(metric::SYNC_PUSHED, None)];
    let question = Question { range: asked.range, of, parts, charts, against: asked.against, ..Question::default() };
    let measured = ports.performance.measurements(who, &question).await?;
    let page = html! {
        (head(asked, "Sync", "Devices keep edits that are made without a network, and send them when there is one."))
        (against(asked, &measured))
        (figures(&measured))
        (over_time(&measured))
        (results(&measured))
        (calls(asked, &measured))
        (pending(&measured))
    };
    Ok(page.into_string())
}

fn figures(measured: &Measurements) -> Markup {
    let (all, all_before) = edits(measured, |_| true);
    let (conflicts, _) = edits(measured, |of| of == CONFLICT);
    let waited = measured.find(metric::PENDING, ALL, "").filter(|one| !one.now.is_empty());
    html! {
        section.part aria-labelledby="figures-h" {
            h2.vh #figures-h { "Figures" }
            dl.tiles.num {
                (tile("Edits of devices", &number(all), change(all, all_before).as_deref()))
                (tile("Somebody has to choose", &number(conflicts), of_all(conflicts, all).as_deref()))
                @match waited {
                    Some(waited) => (tile("Edits waited, 95 in 100", &time(waited.now.quantile(950).unwrap_or(0)), change_of(&waited.now, &waited.before, 950).as_deref())),
                    None => (tile("Edits waited, 95 in 100", "Not known", None)),
                }
            }
        }
    }
}

fn over_time(measured: &Measurements) -> Markup {
    let many = folded(measured.span);
    let periods = |wanted: &dyn Fn(&str) -> bool| {
        let one = measured.together(metric::SYNC_PUSHED, |series| wanted(&series.of));
        one.map(|one| fold(&one.periods, many)).unwrap_or_default()
    };
    let (all, conflicts) = (periods(&|_| true), periods(&|of| of == CONFLICT));
    let value = |(at, one): (usize, &Sketch)| {
        let marked = conflicts.get(at).map_or(0, Sketch::count);
        let says = if one.is_empty() { String::new() } else { format!("{} edits, {} in conflict", number(one.count()), number(marked)) };
        Value { height: one.count(), marked, says }
    };
    let drawn = Trend {
        id: "edits",
        heading: "Edits and conflicts over time",
        values: all.iter().enumerate().map(value).collect(),
        limit: None,
        shown: number,
        says: Some("Those that somebody has to choose of are marked at the foot of a column."),
    };
    trend(measured, drawn)
}

fn results(measured: &Measurements) -> Markup {
    let (all, all_before) = edits(measured, |_| true);
    let told = |count: u64, of: u64| share(count, of).map(percent).unwrap_or_default();
    html! {
        section.part aria-labelledby="results-h" {
            h2 #results-h { "What became of edits" }
            @if all == 0 { p.muted { "No device has sent an edit in this time." } } @else {
                p.muted { "An edit that is sent again, as its answer was lost on the way, counts again." }
                (scrolled("results-h", &heads_with_bar("Result", "Share of all", &["Edits", "Share", "Share before"]), &html! {
                    @for (name, words) in RESULTS {
                        @let (count, before) = edits(measured, |of| of == name);
                        tr {
                            th scope="row" { (words) }
                            td { (bar(count, all)) }
                            td.num { (number(count)) }
                            td.num { (told(count, all)) }
                            td.num.muted { (told(before, all_before)) }
                        }
                    }
                }))
            }
        }
    }
}

fn calls(asked: &Asked, measured: &Measurements) -> Markup {
    let calls: Vec<_> = CALLS.iter().filter_map(|(route, words)| Some((route, words, call(measured, route)?))).collect();
    html! {
        section.part aria-labelledby="calls-h" {
            h2 #calls-h { "What devices ask" }
            @if calls.is_empty() { p.muted { "No device has asked anything in this time." } } @else {
                p.muted { "Of 100 times 50 took no longer than p50, and 95 no longer than p95, without the network." }
                (scrolled("calls-h", &heads("What is asked", &["Times", "Failed", "Refused", "p50", "p95", "Longest", "p95 before", "Traces"]), &html! {
                    @for (route, words, all) in &calls {
                        @let (failed, _) = measured.failed(metric::HTTP_DURATION, |series| series.of == **route);
                        tr {
                            th scope="row" { (words) }
                            td.num { (number(all.now.count())) }
                            (failures(failed, Some(&traces::failed(route, asked))))
                            td.num { (number(refused(measured, route))) }
                            @for value in [all.now.quantile(500), all.now.quantile(950), all.now.most()] { td.num { (value.map(time).unwrap_or_default()) } }
                            td.num.muted { (change_of(&all.now, &all.before, 950).unwrap_or_default()) }
                            td.num { a.link href=(of_route(route, asked)) { "show" span.vh { " those where " (words.to_lowercase()) } } }
                        }
                    }
                }))
            }
        }
    }
}

/// By what people have in their hands.
fn pending(measured: &Measurements) -> Markup {
    let of_device = |one: &&Measured| one.series.of == ALL && !one.now.is_empty();
    let mut rows: Vec<&Measured> = measured.of(metric::PENDING).filter(of_device).collect();
    // All of them first, which has no class.
    rows.sort_by(|one, other| one.series.class.cmp(&other.series.class));
    html! {
        section.part aria-labelledby="pending-h" {
            h2 #pending-h { "How long edits wait" }
            @if rows.is_empty() { p.muted { "No browser has told of an edit that waits in this time." } } @else {
                p.muted { "How long the oldest edit of a device had waited, of pages on which there was one. Of 100 pages 75 tell of no longer than p75, and 95 of no longer than p95." }
                (scrolled("pending-h", &heads("Device", &["Pages", "p75", "p95", "Longest", "p95 before"]), &html! {
                    @for row in rows {
                        tr {
                            th scope="row" { (row.series.class.split_once(':').map_or("All", |(_, device)| device)) }
                            td.num { (number(row.now.count())) }
                            @for value in [row.now.quantile(750), row.now.quantile(950), row.now.most()] { td.num { (value.map(time).unwrap_or_default()) } }
                            td.num.muted { (change_of(&row.now, &row.before, 950).unwrap_or_default()) }
                        }
                    }
                }))
            }
        }
    }
}

/// How many edits there were of some results, and before.
fn edits(measured: &Measurements, wanted: impl Fn(&str) -> bool) -> (u64, u64) {
    let one = measured.together(metric::SYNC_PUSHED, |series| wanted(&series.of));
    one.map_or((0, 0), |one| (one.now.count(), one.before.count()))
}

/// All of a route; none where nobody asked.
fn call(measured: &Measurements, route: &str) -> Option<Measured> {
    measured.together(metric::HTTP_DURATION, |series| series.of == route).filter(|one| !one.now.is_empty())
}

fn refused(measured: &Measurements, route: &str) -> u64 {
    measured.find(metric::HTTP_DURATION, route, "4xx").map_or(0, |one| one.now.count())
}

#[cfg(test)]
mod tests {
    use measuring::{Series, Span};

    use super::*;

    fn one(metric: &str, of: &str, class: &str, now: Sketch) -> Measured {
        let mut periods = vec![Sketch::default(); 60];
        periods[59] = now.clone();
        Measured { series: Series::new(metric, of, class), now, before: Sketch::counted(1), periods }
    }

    fn times(values: &[u64]) -> Sketch {
        values.iter().copied().collect()
    }

    fn measured(series: Vec<Measured>) -> Measurements {
        Measurements { span: Span::last(60, 1_000), series, deployments: Vec::new(), compared: ports::performance::Compared::default() }
    }

    fn edited() -> Measurements {
        measured(vec![one(metric::SYNC_PUSHED, APPLIED, "", Sketch::counted(6)), one(metric::SYNC_PUSHED, CONFLICT, "", Sketch::counted(2))])
    }

    #[test]
    fn each_result_is_told_with_its_share_also_where_there_is_none() {
        let html = html! { (figures(&edited())) (results(&edited())) }.into_string();

        assert!(html.contains("<dd>8</dd>") && html.contains("25 % of all"), "{html}");
        assert!(html.contains("<td class=\"num\">6</td><td class=\"num\">75 %</td><td class=\"num muted\">50 %</td>"), "{html}");
        assert!(html.contains("<td class=\"num\">0</td><td class=\"num\">0 %</td>") && !html.contains("style="), "{html}");
    }

    #[test]
    fn conflicts_are_marked_among_edits() {
        let html = over_time(&edited()).into_string();

        assert!(html.contains("8 edits, 2 in conflict") && html.contains("chart-marked"), "{html}");
    }

    #[test]
    fn what_devices_ask_is_told_with_how_long_it_took_and_of_no_other_route() {
        let measured = measured(vec![
            one(metric::HTTP_DURATION, "POST /sync/v1/push", "2xx", times(&[40_000; 9])),
            one(metric::HTTP_DURATION, "POST /sync/v1/push", "4xx", times(&[40_000])),
            one(metric::HTTP_DURATION, "POST /sync/v1/push", "5xx", times(&[900_000; 2])),
            one(metric::HTTP_DURATION, "GET /products", "2xx", times(&[1; 500])),
        ]);

        let html = calls(&Asked::read("/performance/sync", ""), &measured).into_string();

        let row = "<th scope=\"row\">Edits are sent</th><td class=\"num\">12</td>\
                   <td class=\"num\"><a href=\"/performance/traces?by=failed&amp;of=POST /sync/v1/push\">\
                   <span class=\"badge\" data-tone=\"bad\">2<span class=\"vh\"> failed</span></span></a></td><td class=\"num\">1</td>";
        assert!(html.contains(row) && html.contains("900 ms"), "{html}");
        assert!(html.contains("/performance/traces?of=POST /sync/v1/push") && !html.contains("Changes are fetched"), "{html}");
        assert_eq!(html.matches("<tr>").count(), 2, "{html}");
    }

    #[test]
    fn how_long_edits_wait_is_told_of_all_and_by_device() {
        let measured = measured(vec![
            one(metric::PENDING, ALL, "device:phone", times(&[3_600_000_000 * 5])),
            one(metric::PENDING, ALL, "", times(&[2_000_000, 3_600_000_000 * 5])),
            one(metric::PENDING, "/products", "device:<i>", times(&[1])),
        ]);

        let html = pending(&measured).into_string();

        let (all, phone) = (html.find(">All<").unwrap(), html.find(">phone<").unwrap());
        assert!(all < phone && html.contains("5.0 h") && !html.contains("<i>"), "{html}");
        assert_eq!(html.matches("<tr>").count(), 3, "{html}");
    }

    #[test]
    fn where_nothing_was_measured_each_part_says_so() {
        let nothing = measured(Vec::new());

        let html = html! {
            (figures(&nothing)) (over_time(&nothing)) (results(&nothing)) (calls(&Asked::read("/performance/sync", ""), &nothing)) (pending(&nothing))
        };
        let html = html.into_string();

        for words in ["Not known", "Nothing was measured in this time.", "No device has sent", "No device has asked", "No browser has told"] {
            assert!(html.contains(words), "{words}: {html}");
        }
        assert!(!html.contains("<table"), "{html}");
    }
}
