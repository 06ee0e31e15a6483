//! What got slower or faster for those who use it, since when and with which build.

use domain::clock::Timestamp;
use maud::{Markup, html};
use measuring::{ALL, metric};
use ports::{
    Access, Ports,
    error::AppError,
    lab::{ChangePoint, Source},
};

use super::{
    asked::Asked,
    changes::{Forms, Told, changes},
    jobs,
    shown::head_of_all,
    units::time,
    verdict::{VITALS, Vital},
    vitals::on_the_server,
};
use crate::ui::format::in_address;

pub(super) const PATH: &str = "/performance/regressions";

pub(super) async fn page(ports: &Ports, who: &Access, now: Timestamp, asked: &Asked, forms: &Forms) -> Result<String, AppError> {
    let points = ports.lab.change_points(who, Source::Live).await?;
    let page = html! {
        (head_of_all(asked, "Regressions", "What got slower or faster for people at work, looked for every hour in the last 14 days.", &forms.done))
        (changes(&points, now, forms, told))
        (how())
    };
    Ok(page.into_string())
}

fn told(point: &ChangePoint) -> Told<'_> {
    Told { what: what(point), shown: shown(point), links: links(point), path: PATH }
}

/// What it is of, in words.
pub(super) fn what(point: &ChangePoint) -> Markup {
    html! {
        @if point.metric == metric::HTTP_DURATION { b { "p95" } " of requests " code { (point.subject) } }
        @else if point.metric == metric::DB_STATEMENT { b { "p95" } " of the statement " code { (point.subject) } }
        @else if point.metric == metric::PROVIDER_DURATION { b { "p95" } " of calls of " (jobs::provider(&point.subject)) } @else {
            b { "p75" } " of " @if let Some(vital) = vital(point) { (vital.name) } @else { (point.metric) }
            @if point.subject == ALL { " of all pages" } @else { " of " code { (point.subject) } }
        }
    }
}

fn vital(point: &ChangePoint) -> Option<&'static Vital> {
    VITALS.iter().find(|vital| vital.metric == point.metric)
}

/// Times are in microseconds; of shifts there is a score.
pub(super) fn shown(point: &ChangePoint) -> &'static dyn Fn(f64) -> String {
    match vital(point) {
        Some(vital) if vital.unit == super::verdict::Unit::Score => &|value| VITALS[2].shown(value.round() as u64),
        _ => &|value| time(value.round() as u64),
    }
}

/// Where more of it is seen.
pub(super) fn links(point: &ChangePoint) -> Markup {
    let of = in_address(&point.subject);
    html! {
        @if point.metric == metric::HTTP_DURATION {
            a.link href={ "/performance/requests?range=30d&of=" (of) } { "Its requests" }
            a.link href={ "/performance/traces?range=30d&of=" (of) } { "Its traces" }
        } @else if point.metric == metric::DB_STATEMENT {
            a.link href={ "/performance/database?range=30d&of=" (of) } { "The statement" }
            a.link href={ "/performance/traces?range=30d&with=" (of) } { "Its traces" }
        } @else if point.metric == metric::PROVIDER_DURATION {
            a.link href="/performance/jobs?range=30d" { "Who was asked" }
            a.link href={ "/performance/traces?range=30d&with=" (of) } { "Its traces" }
        } @else if point.subject == ALL {
            a.link href={ "/performance/vitals?range=30d&metric=" (point.metric) } { "Its page loads" }
            a.link href={ "/performance/vitals?range=30d&against=build&by=device&metric=" (point.metric) } { "For whom" }
        } @else {
            a.link href={ "/performance/vitals?range=30d&metric=" (point.metric) "&of=" (of) } { "Its page loads" }
            a.link href={ "/performance/vitals?range=30d&against=build&by=device&metric=" (point.metric) "&of=" (of) } { "For whom" }
            a.link href={ "/performance/traces?range=30d&of=" (in_address(&on_the_server(&point.subject))) } { "Its traces" }
        }
    }
}

fn how() -> Markup {
    html! {
        section.part aria-labelledby="how-h" {
            h2 #how-h { "How it is looked for" }
            ul.stack {
                li { "Of requests that were answered well, the time that 95 of 100 do not pass, by route; the same of statements, by name, and of other programs that were asked, such as providers of texts; of page loads the 75th percentile, by page. By the hour, as long as there are 60 requests, statements or calls, or 20 loads; of fewer, up to six hours together." }
                li { "What comes and goes each day is taken out before, from four days on. What comes and goes each week is not, and may look like a change." }
                li { "A change is told when two of three tests see it and it is 5 % or more, and a millisecond of requests, statements and calls, ten of page loads or 0.01 of shifts. Where it is, is not exact: builds are those that began within five hours that were measured." }
                li { "What is accepted as the new baseline is what comes is held against from then on. What is not seen any more goes by itself." }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::changes::tests::{forms, point},
        *,
    };

    fn page(points: &[ChangePoint]) -> String {
        changes(points, Timestamp::from_micros(1_760_000_100_000_000), &forms(None), told).into_string()
    }

    #[test]
    fn what_is_shown_leads_to_where_more_of_it_is_seen() {
        let html = page(&[
            point(1, metric::HTTP_DURATION, "GET /products/{handle}", 20_000.0, 35_000.0),
            point(2, "vitals.cls", "/products/:handle", 1_000.0, 500.0),
            point(3, "vitals.lcp", ALL, 1_000_000.0, 2_000_000.0),
            point(4, metric::DB_STATEMENT, "ROWS_BY_KEY", 2_000.0, 9_000.0),
            point(5, metric::PROVIDER_DURATION, "<Mistral>", 400_000.0, 900_000.0),
        ]);

        assert!(html.contains("From 20 ms to 35 ms (75 % more)") && html.contains("of=GET /products/{handle}"), "{html}");
        assert!(html.contains("From 0.100 to 0.050 (50 % less)") && html.contains("metric=vitals.cls&amp;of=/products/:handle"), "{html}");
        assert_eq!(html.matches("/performance/traces?range=30d&amp;of=GET /products/{handle}").count(), 2, "{html}");
        assert!(html.contains("Largest thing drawn of all pages") && html.contains("From 1.0 s to 2.0 s"), "{html}");
        assert!(html.contains("</b> of the statement <code>ROWS_BY_KEY</code>") && html.contains("database?range=30d&amp;of=ROWS_BY_KEY"), "{html}");
        assert!(html.contains("</b> of calls of &lt;Mistral&gt;") && html.contains("traces?range=30d&amp;with=&lt;Mistral&gt;"), "{html}");
        assert!(html.contains("action=\"/performance/regressions\""), "{html}");
    }

    #[test]
    fn where_nothing_has_changed_it_says_so() {
        assert!(page(&[]).contains("Nothing has changed"));
    }
}
