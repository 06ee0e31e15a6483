//! What was asked of the database over a time, by all servers, as it is stored: statements, failures, waits, and how many statements requests come to.

use std::cmp::Reverse;

use maud::{Markup, html};
use measuring::metric;
use ports::{
    Access, Ports,
    error::AppError,
    performance::{Classes, Compared, Measured, Measurements, Question},
};

use crate::{
    performance::{
        asked::Asked,
        shown::{against, change, change_of, failures, heads, heads_with_bar, scrolled, scrolled_as, tile},
        traces::{of_route, with},
        trend::{Trend, Value, fold, folded, trend},
        units::{of_all, time},
    },
    ui::{chart::bar, format::number},
};

const PARTS: [&str; 7] = [
    metric::DB_TOGETHER,
    metric::DB_STATEMENT,
    metric::DB_FAILED,
    metric::DB_WAIT,
    metric::DB_LOCKED,
    metric::HTTP_STATEMENTS,
    metric::HTTP_REPEATED,
];

/// Rows of a table.
const MOST: usize = 40;

pub(super) struct Stored(Measurements);

pub(super) async fn stored(ports: &Ports, who: &Access, asked: &Asked) -> Result<Stored, AppError> {
    let parts = PARTS.map(|metric| (metric, Classes::Whole)).to_vec();
    // Of one statement there is a chart, or of all together.
    let charts = vec![if asked.of.is_some() { (metric::DB_STATEMENT, asked.of.clone()) } else { (metric::DB_TOGETHER, None) }];
    let question = Question { range: asked.range, parts, charts, against: asked.against, ..Question::default() };
    Ok(Stored(ports.performance.measurements(who, &question).await?))
}

impl Stored {
    pub(super) fn markup(&self, asked: &Asked) -> Markup {
        html! {
            (against(asked, &self.0))
            @if let Some(of) = &asked.of { p { "Only " code { (of) } ". " a.link href=(asked.with_of(None).address()) { "All statements" } } }
            (self.figures(asked))
            (self.over_time(asked))
            (self.statements(asked))
            (self.routes(asked))
        }
    }

    fn figures(&self, asked: &Asked) -> Markup {
        let is_of_all = |metric: &str| [metric::DB_WAIT, metric::DB_LOCKED].contains(&metric);
        let together = |metric: &str| self.0.together(metric, |series| is_of_all(metric) || is_asked(asked, &series.of));
        let count = |one: &Option<Measured>| one.as_ref().map_or((0, 0), |one| (one.now.count(), one.before.count()));
        let (statements, failed, waits) = (together(metric::DB_STATEMENT), together(metric::DB_FAILED), together(metric::DB_WAIT));
        let (asked_for, asked_before) = count(&statements);
        let sum = statements.as_ref().map_or((0, 0), |one| (one.now.sum(), one.before.sum()));
        // Of builds, which did not serve for as long, it would say nothing.
        let change = |now, before| if self.0.compared == Compared::TimeBefore { change(now, before) } else { None };
        let locked = together(metric::DB_LOCKED).and_then(|one| one.now.most());
        let longest = waits.as_ref().and_then(|one| one.now.most()).map(|longest| format!("{} at most", time(longest)));
        html! {
            section.part aria-labelledby="stored-h" {
                h2.vh #stored-h { "Figures of this time" }
                dl.tiles.num {
                    (tile("Statements", &number(asked_for), change(asked_for, asked_before).as_deref()))
                    (tile("Took together", &time(sum.0), change(sum.0, sum.1).as_deref()))
                    @if let Some(one) = &statements {
                        (tile("Longest of 95 in 100", &one.now.quantile(950).map_or_else(|| "Not known".to_owned(), time), change_of(&one.now, &one.before, 950).as_deref()))
                    }
                    (tile("Failed", &number(count(&failed).0), of_all(count(&failed).0, asked_for).as_deref()))
                    @if let Some(locked) = locked { (tile("Waited for a lock, at most", &number(locked), None)) }
                    (tile("Waits for a connection", &number(count(&waits).0), longest.as_deref()))
                }
            }
        }
    }

    fn over_time(&self, asked: &Asked) -> Markup {
        let all = match &asked.of {
            None => self.0.together(metric::DB_TOGETHER, |_| true),
            Some(of) => self.0.together(metric::DB_STATEMENT, |series| series.of == *of),
        };
        let periods = all.map(|all| fold(&all.periods, folded(self.0.span))).unwrap_or_default();
        let value = |one: &measuring::Sketch| {
            if one.is_empty() {
                return Value::default();
            }
            Value { height: one.sum(), marked: 0, says: format!("{} in {} statements", time(one.sum()), number(one.count())) }
        };
        let drawn = Trend {
            id: "statements-time",
            heading: "How long statements took together",
            values: periods.iter().map(value).collect(),
            limit: None,
            shown: time,
            says: Some("What runs at once is counted each."),
        };
        trend(&self.0, drawn)
    }

    /// What took most of the time first.
    fn statements(&self, asked: &Asked) -> Markup {
        let mut rows: Vec<&Measured> = self.0.of(metric::DB_STATEMENT).filter(|one| is_asked(asked, &one.series.of) && !one.now.is_empty()).collect();
        rows.sort_by_key(|one| Reverse(one.now.sum()));
        let most = rows.first().map_or(0, |one| one.now.sum());
        let failed = |of: &str| self.0.find(metric::DB_FAILED, of, "").map_or(0, |one| one.now.count());
        html! {
            section.part aria-labelledby="asked-h" {
                h2 #asked-h { "What took the time" }
                @if rows.is_empty() { p.muted { "No statement was measured in this time." } } @else {
                    p.muted {
                        "Of all servers. What took most of the time stands first. "
                        @if rows.len() > MOST { "These are the first " (MOST) " of " (number(rows.len() as u64)) "." }
                    }
                    (scrolled_as("table statements", "asked-h", &heads_with_bar("Statement", "Share of the time", &["Time", "Count", "p50", "p95", "Failed", "p95 before", "Traces"]), &html! {
                        @for one in rows.iter().take(MOST) {
                            @let of = one.series.of.as_str();
                            tr {
                                th scope="row" { a.link href=(asked.with_of(Some(of)).address()) { code { (of) } } }
                                td { (bar(one.now.sum(), most)) }
                                td.num { (time(one.now.sum())) }
                                td.num { (number(one.now.count())) }
                                @for thousandths in [500, 950] { td.num { (one.now.quantile(thousandths).map(time).unwrap_or_default()) } }
                                (failures(failed(of), None))
                                td.num.muted { (change_of(&one.now, &one.before, 950).unwrap_or_default()) }
                                td.num { a.link href=(with(of, asked)) { "show" span.vh { " those with " (of) } } }
                            }
                        }
                    }))
                }
            }
        }
    }

    /// Those that ask again and again first, then those that ask most.
    fn routes(&self, asked: &Asked) -> Markup {
        let mut rows: Vec<&Measured> = self.0.of(metric::HTTP_STATEMENTS).filter(|one| one.now.most().is_some_and(|most| most > 0)).collect();
        let repeated = |one: &Measured| self.0.find(metric::HTTP_REPEATED, &one.series.of, "").map_or(0, |one| one.now.count());
        rows.sort_by_key(|one| Reverse((repeated(one) > 0, one.now.most(), one.now.quantile(500))));
        html! {
            section.part aria-labelledby="by-route-h" {
                h2 #by-route-h { "Statements of a request" }
                @if rows.is_empty() { p.muted { "No request was measured in this time that asked the database." } } @else {
                    p.muted {
                        "How many statements a request comes to, by route. Of those that ran one statement again and again it is said how many did: "
                        "what they read one after the other could be read by one statement."
                        @if rows.len() > MOST { " These are the first " (MOST) " of " (number(rows.len() as u64)) "." }
                    }
                    (scrolled("by-route-h", &heads("Route", &["Requests", "Median", "p95", "Most", "Median before", "Traces"]), &html! {
                        @for one in rows.iter().take(MOST) {
                            @let of = one.series.of.as_str();
                            tr {
                                th scope="row" { code { (of) } @if repeated(one) > 0 { " " span.badge data-tone="warn" { (number(repeated(one))) " again and again" } } }
                                td.num { (number(one.now.count())) }
                                @for thousandths in [500, 950] { td.num { (one.now.quantile(thousandths).map(number).unwrap_or_default()) } }
                                td.num { (number(one.now.most().unwrap_or(0))) }
                                td.num.muted { (one.before.quantile(500).map(number).unwrap_or_default()) }
                                td.num { a.link href=(of_route(of, asked)) { "show" span.vh { " those of " (of) } } }
                            }
                        }
                    }))
                }
            }
        }
    }
}

fn is_asked(asked: &Asked, statement: &str) -> bool {
    asked.of.as_ref().is_none_or(|of| of == statement)
}

#[cfg(test)]
mod tests {
    use measuring::{Series, Sketch, Span};

    use super::*;

    fn stored(series: &[(&str, &str, &[u64])]) -> Stored {
        let one = |(metric, of, values): &(&str, &str, &[u64])| {
            let now: Sketch = values.iter().copied().collect();
            let mut periods = vec![Sketch::default(); 60];
            periods[59] = now.clone();
            Measured { series: Series::new(metric, of, ""), now, before: Sketch::of(1_000), periods }
        };
        let series = series.iter().map(one).collect();
        Stored(Measurements { span: Span::last(60, 1_000), series, deployments: Vec::new(), compared: Compared::default() })
    }

    const MEASURED: [(&str, &str, &[u64]); 7] = [
        (metric::DB_TOGETHER, "all", &[10_000, 400_000, 400_000]),
        (metric::DB_STATEMENT, "STORES", &[10_000]),
        (metric::DB_STATEMENT, "ROWS_BY_KEY", &[400_000, 400_000]),
        (metric::DB_FAILED, "STORES", &[0]),
        (metric::DB_WAIT, "pages", &[70_000]),
        (metric::HTTP_STATEMENTS, "GET /products", &[3, 40]),
        (metric::HTTP_STATEMENTS, "GET /runs", &[2, 2]),
    ];

    #[test]
    fn statements_of_a_time_are_told_with_what_failed_and_lead_to_their_traces() {
        let asked = Asked::read("/performance/database", "range=7d");

        let html = stored(&MEASURED).markup(&asked).into_string();

        assert!(html.contains("<dd>3</dd>") && html.contains("810 ms") && html.contains("33.3 % of all"), "{html}");
        assert!(html.find("<code>ROWS_BY_KEY</code>") < html.find("<code>STORES</code>"), "{html}");
        assert!(html.contains("href=\"/performance/traces?range=7d&amp;with=ROWS_BY_KEY\"") && html.contains("in 3 statements"), "{html}");
        assert!(!html.contains("style="), "{html}");
    }

    #[test]
    fn how_many_waited_for_a_lock_is_said_where_there_are_locks() {
        let asked = Asked::read("/performance/database", "of=STORES");
        let locked: (&str, &str, &[u64]) = (metric::DB_LOCKED, "all", &[0, 7, 0]);
        let shown = |measured: &[_]| stored(measured).figures(&asked).into_string();

        let (none, some) = (shown(&MEASURED), shown(&[&MEASURED[..], &[locked]].concat()));

        assert!(!none.contains("lock") && some.contains("Waited for a lock, at most") && some.contains("<dd>7</dd>"), "{some}");
    }

    #[test]
    fn of_one_statement_there_is_that_statement() {
        let asked = Asked::read("/performance/database", "of=STORES");

        let html = stored(&MEASURED).markup(&asked).into_string();

        assert!(html.contains("<code>STORES</code>") && !html.contains("ROWS_BY_KEY") && html.contains("in 1 statements"), "{html}");
    }

    #[test]
    fn routes_that_ask_again_and_again_come_first_and_then_those_that_ask_most() {
        let asked = Asked::read("/performance/database", "");
        let repeated: (&str, &str, &[u64]) = (metric::HTTP_REPEATED, "GET /runs", &[0, 0]);
        let shown = |measured: &[_]| stored(measured).routes(&asked).into_string();
        let order = |html: &str| (html.find("GET /products").unwrap() < html.find("GET /runs").unwrap(), html.contains("2 again and again"));

        let (plain, marked) = (shown(&MEASURED), shown(&[&MEASURED[..], &[repeated]].concat()));

        assert_eq!((order(&plain), order(&marked)), ((true, false), (false, true)));
        // How many statements there were in all is no sign of one that ran again and again.
        assert!(plain.contains("<td class=\"num\">40</td>") && !plain.contains("data-tone"), "{plain}");
    }

    #[test]
    fn where_nothing_was_measured_it_says_so() {
        let html = stored(&[]).markup(&Asked::read("/performance/database", "")).into_string();

        assert!(html.contains("No statement was measured") && html.contains("No request was measured") && !html.contains("<table"), "{html}");
    }
}
