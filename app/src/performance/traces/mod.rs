//! Single requests and jobs: which took long, which failed, and what each did.

mod one;

use domain::{clock::Timestamp, query::pairs};
use maud::{Markup, html};
use ports::{
    Access, Ports,
    error::AppError,
    traces::{Ended, MOST, Of, TraceHead},
};

use super::{
    asked::Asked,
    shown::{head, heads, scrolled},
    units::time,
};
use crate::ui::format::{self, in_address, number};

pub(super) const PATH: &str = "/performance/traces";

/// What happened in traces is looked for in the first thousand ([`Of::with`]).
const LOOKED_THROUGH: &str = "1,000";

/// Which are listed: in addresses, and for people.
const LISTS: [(&str, &str); 3] = [("worst", "Slowest"), ("failed", "Failed"), ("latest", "Latest")];

pub(super) async fn page(ports: &Ports, who: &Access, now: Timestamp, asked: &Asked, search: &str) -> Result<String, AppError> {
    match pairs(search).find(|(name, _)| name == "id") {
        Some((_, id)) => one::page(ports, who, &id).await,
        None => list(ports, who, now, asked).await,
    }
}

/// The address of what is kept of a route, such as `GET /products`.
pub(super) fn of_route(route: &str, asked: &Asked) -> String {
    asked.at(PATH).with_of(Some(route)).address()
}

/// Of a route those that failed.
pub(super) fn failed(route: &str, asked: &Asked) -> String {
    asked.at(PATH).with_of(Some(route)).with_by("failed").address()
}

/// Those in which something of that name happened, such as a statement.
pub(super) fn with(name: &str, asked: &Asked) -> String {
    Asked { with: Some(name.to_owned()), ..asked.at(PATH) }.address()
}

async fn list(ports: &Ports, who: &Access, now: Timestamp, asked: &Asked) -> Result<String, AppError> {
    let chosen = LISTS.iter().find(|(name, _)| asked.by.as_deref() == Some(name)).unwrap_or(&LISTS[0]).0;
    let (traces, of) = (&ports.traces, Of { route: asked.of.as_deref(), with: asked.with.as_deref() });
    let found = match chosen {
        "failed" => traces.failed(who, of, asked.range).await?,
        "latest" => traces.latest(who, of, asked.range).await?,
        _ => traces.worst(who, of, asked.range).await?,
    };
    let page = html! {
        (head(asked, "Traces", "What single requests and jobs did. Kept are those that were slow or failed, and some of the others."))
        (only(asked))
        section.part aria-labelledby="traces-h" {
            h2.vh #traces-h { "Traces" }
            div.line.ranges {
                nav.seg aria-label="Which traces" {
                    @for (name, words) in LISTS { a href=(asked.with_by(name).address()) aria-current=[(name == chosen).then_some("true")] { (words) } }
                }
            }
            (table(asked, &found, now))
        }
    };
    Ok(page.into_string())
}

/// Of what there are traces, and the ways to more of them.
fn only(asked: &Asked) -> Markup {
    let on_the_server = asked.of.as_deref().and_then(|of| of.strip_prefix("Browser: ")).filter(|of| of.starts_with("GET "));
    let everything = Asked { with: None, ..asked.clone() };
    html! {
        @if let Some(of) = &asked.of {
            p {
                "Only " code { (of) } ". " a.link href=(asked.with_of(None).address()) { "All routes" }
                @if let Some(of) = on_the_server { " " a.link href=(asked.with_of(Some(of)).address()) { "The same on the server" } }
            }
        }
        @if let Some(with) = &asked.with { p { "Only those with " code { (with) } ". " a.link href=(everything.address()) { "All traces" } } }
    }
}

fn table(asked: &Asked, found: &[TraceHead], now: Timestamp) -> Markup {
    html! {
        @if asked.with.is_some() { p.muted { "Looked through are the first " (LOOKED_THROUGH) " that are written." } }
        @if found.is_empty() {
            p.muted { @if asked.with.is_some() { "None of those has it." } @else { "Nothing of the kind was kept in this time." } }
        } @else {
            @if found.len() >= MOST { p.muted { "There are more; these are the first " (MOST) "." } }
            (scrolled("traces-h", &heads("What was asked", &["Took", "Statements", "Answer", "When", "Others"]), &html! {
                @for trace in found {
                    tr {
                        th scope="row" { a.link href={ (PATH) "?id=" (trace.id) } { code { (trace.title) } } }
                        td.num { (time(trace.microseconds)) }
                        td.num { @if trace.is_repeated { span.badge data-tone="warn" title="One of them ran again and again." { (number(trace.statements.into())) } } @else { (number(trace.statements.into())) } }
                        td.num { (ended(trace.ended)) }
                        td.num.muted { time datetime=(trace.began_at) title=(format::moment(trace.began_at)) { (format::ago(trace.began_at, now)) } }
                        td.num { @if asked.of.is_none() { a.link href=(asked.with_of(Some(&trace.title)).address()) { "of this route" } } }
                    }
                }
            }))
        }
    }
}

fn ended(ended: Ended) -> Markup {
    let badge = |tone: &str, words: &str| html! { span.badge data-tone=(tone) { (words) } };
    match ended {
        Ended::Answered(status @ 500..) => badge("bad", &status.to_string()),
        Ended::Answered(status) => html! { (status) },
        Ended::Done => html! { "done" },
        Ended::Failed => badge("bad", "failed"),
        Ended::GivenUp => badge("off", "given up"),
    }
}

/// The page of a trace.
fn address(route: &str) -> String {
    format!("{PATH}?of={}", in_address(route))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(id: &str, ended: Ended, is_repeated: bool) -> TraceHead {
        let (title, began_at) = ("GET /products/{handle}".to_owned(), Timestamp::from_micros(1_000_000));
        TraceHead { id: id.to_owned(), title, began_at, microseconds: 1_250_000, ended, statements: 41, is_repeated }
    }

    #[test]
    fn a_row_leads_to_its_trace_and_to_others_of_its_route() {
        let asked = Asked::read(PATH, "range=7d&by=failed");
        let found = [trace("ab12", Ended::Answered(503), true), trace("cd34", Ended::GivenUp, false)];

        let table = table(&asked, &found, Timestamp::from_micros(2_000_000)).into_string();

        assert!(table.contains("href=\"/performance/traces?id=ab12\"") && table.contains("1.2 s"), "{table}");
        assert!(table.contains("?range=7d&amp;by=failed&amp;of=GET /products/{handle}\""), "{table}");
        assert_eq!((table.matches("data-tone=\"bad\"").count(), table.matches("data-tone=\"warn\"").count()), (1, 1), "{table}");
        assert!(table.contains("given up"), "{table}");
    }

    #[test]
    fn where_nothing_is_found_it_says_how_far_was_looked() {
        let of = |search: &str| table(&Asked::read(PATH, search), &[], Timestamp::from_micros(0)).into_string();

        assert!(of("with=ROWS_BY_KEY").contains("first 1,000 that are written.") && of("with=ROWS_BY_KEY").contains("None of those has it."));
        assert!(of("").contains("Nothing of the kind was kept") && !of("").contains("1,000"));
    }

    #[test]
    fn a_route_leads_to_what_is_kept_of_it_in_the_same_time() {
        let asked = Asked::read("/performance/requests", "range=1h&by=device");

        let address = of_route("GET /products", &asked);

        assert_eq!(
            Asked::read(PATH, address.split_once('?').unwrap().1),
            Asked { path: PATH.to_owned(), range: asked.range, of: Some("GET /products".to_owned()), ..Asked::default() }
        );
    }

    #[test]
    fn failures_lead_to_what_failed_and_a_name_to_what_it_happened_in() {
        let asked = Asked::read("/performance/requests", "range=1h&against=build&class=device:phone");

        let read = |address: String| Asked::read(PATH, address.split_once('?').unwrap().1);
        let (failed, with) = (read(failed("GET /products", &asked)), read(with("ROWS_BY_KEY", &asked)));

        assert_eq!((failed.of.as_deref(), failed.by.as_deref(), failed.range), (Some("GET /products"), Some("failed"), asked.range));
        assert_eq!((with.with.as_deref(), with.of, with.class, with.range), (Some("ROWS_BY_KEY"), None, None, asked.range));
    }

    #[test]
    fn what_a_browser_says_leads_to_the_same_on_the_server() {
        let shown = only(&Asked::read(PATH, "of=Browser: GET /products&with=<b>")).into_string();

        assert!(
            shown.contains("href=\"/performance/traces?with=<b>&amp;of=GET /products\"") || shown.contains("with=&lt;b&gt;&amp;of=GET /products\""),
            "{shown}"
        );
        assert!(shown.contains("Only those with <code>&lt;b&gt;</code>"), "{shown}");
    }
}
