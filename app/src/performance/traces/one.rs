//! One trace: a picture of what ran when, the same as a table, and what took the time by name.

use domain::clock::Timestamp;
use maud::{Markup, PreEscaped, html};
use ports::{Access, Ports, error::AppError};
use traces::{
    Kind, Trace, encoding, svg,
    waterfall::{Line, Row, Waterfall, waterfall},
};

use super::{
    super::{
        asked::Asked,
        shown::{heads, heads_with_bar, places, scrolled, scrolled_as},
        units::{percent, time},
    },
    PATH, address,
};
use crate::ui::{
    chart::bar,
    format::{moment, number},
};

pub(super) async fn page(ports: &Ports, who: &Access, id: &str) -> Result<String, AppError> {
    let parts: Vec<Trace> = ports.traces.by_id(who, id).await?.iter().filter_map(|part| encoding::decode(part).ok()).collect();
    let page = match waterfall(&parts) {
        Some(waterfall) => shown(&waterfall, &parts),
        None => gone(),
    };
    Ok(page.into_string())
}

fn shown(waterfall: &Waterfall, parts: &[Trace]) -> Markup {
    let at = Timestamp::from_micros(i64::try_from(waterfall.begun_at).unwrap_or(i64::MAX));
    html! {
        header.page-head {
            h1 tabindex="-1" { (waterfall.title) }
            a.btn.ghost href=(address(&waterfall.title)) { "Others of this route" }
        }
        (places(&Asked::plain(PATH)))
        p.muted {
            "Began " time datetime=(at) { (moment(at)) } " and took " (time(waterfall.duration_us)) ", with "
            (number(waterfall.statements.into())) @if waterfall.statements == 1 { " statement. " } @else { " statements. " }
            "Its name is " code { (waterfall.id) } "."
        }
        (warnings(parts))
        section.part aria-labelledby="rows-h" {
            h2 #rows-h { "What ran when" }
            @if waterfall.is_cut { p.muted { "There were too many parts to show each; all of them are counted below." } }
            div.scroll tabindex="0" role="group" aria-labelledby="rows-h" { (PreEscaped(svg(waterfall))) }
            details {
                summary { "As a table" }
                (rows(&waterfall.rows))
            }
        }
        (by_name(&waterfall.table))
    }
}

/// Statements that ran again and again for a request. In jobs they do.
fn warnings(parts: &[Trace]) -> Markup {
    let of_requests = parts.iter().filter(|part| part.kind == Kind::Request);
    html! {
        @for tally in of_requests.flat_map(Trace::repeated) {
            p {
                span.badge data-tone="warn" { "Asked again and again" } " "
                code { (tally.name) } " ran " (number(tally.count.into())) " times and took " (time(tally.total_us))
                " together. What it reads one after the other could be read by one statement."
            }
        }
    }
}

fn rows(rows: &[Row]) -> Markup {
    html! {
        (scrolled("rows-h", &heads("What", &["Kind", "Began", "Took", "Of that itself", "Times", "Also"]), &html! {
            @for row in rows {
                tr {
                    th scope="row" { @for _ in 0..row.depth { "\u{2003}" } code { (row.label) } }
                    td.num { (row.kind.word()) }
                    td.num { (time(row.start_us)) }
                    td.num { (time(row.duration_us)) }
                    td.num { (time(row.own_us)) }
                    td.num { (number(row.count.into())) @if row.failed > 0 { " " span.badge data-tone="bad" { (number(row.failed.into())) " failed" } } }
                    td.num { (row.notes.join(", ")) }
                }
            }
        }))
    }
}

fn by_name(lines: &[Line]) -> Markup {
    let most = lines.iter().map(|line| line.total_us).max().unwrap_or(0);
    html! {
        @if !lines.is_empty() {
            section.part aria-labelledby="names-h" {
                h2 #names-h { "What took the time" }
                p.muted { "What ran at once is counted each, so that it can be more than all of it together." }
                (scrolled_as("table statements", "names-h", &heads_with_bar("Name", "Share of the time", &["Kind", "Times", "Together", "Longest", "Share"]), &html! {
                    @for line in lines {
                        tr {
                            th scope="row" { code { (line.name) } }
                            td { (bar(line.total_us, most)) }
                            td.num { (line.kind.word()) }
                            td.num { @if line.is_repeated { span.badge data-tone="warn" { (number(line.count.into())) } } @else { (number(line.count.into())) } }
                            td.num { (time(line.total_us)) }
                            td.num { (time(line.longest_us)) }
                            td.num { (percent(line.share.into())) }
                        }
                    }
                }))
            }
        }
    }
}

fn gone() -> Markup {
    html! {
        header.page-head { h1 tabindex="-1" { "This trace is not there" } a.btn.ghost href=(PATH) { "All traces" } }
        (places(&Asked::plain(PATH)))
        p.muted { "Traces are kept for two weeks, and of each hour only the slowest and those that failed. This one was not kept, or its time is over." }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        pin::pin,
        task::{Context, Waker},
        time::{Duration, Instant},
    };

    use traces::{Begin, Options, Outcome, Share, Tracer, happened};

    use super::*;

    /// A request with some statements, one of them `count` times.
    fn trace(kind: Kind, count: usize) -> Trace {
        let (kept, taken) = std::sync::mpsc::channel();
        let tracer = Tracer::new(Options { share: Share::new(1.0, 0), ..Options::default() }, [7; 24], move |trace| kept.send(trace).unwrap());
        let begin = Begin { kind, method: Some("GET"), route: "/products/{handle}", parent: None, at: 1_000_000, began: Instant::now(), slow: None };
        let recording = tracer.begin(begin);
        let work = async {
            happened(Kind::Statement, || "SESSION", Instant::now(), Duration::from_micros(40), false, &[]);
            (0..count).for_each(|_| happened(Kind::Statement, || "VARIANTS", Instant::now(), Duration::from_micros(90), false, &[]));
        };
        assert!(pin!(recording.scope(work)).poll(&mut Context::from_waker(Waker::noop())).is_ready());
        recording.finish(Outcome::Answered(200));
        taken.recv().unwrap()
    }

    #[test]
    fn a_statement_that_ran_again_and_again_is_folded_and_named() {
        let part = trace(Kind::Request, 41);

        let page = shown(&waterfall(std::slice::from_ref(&part)).unwrap(), &[part]).into_string();

        assert!(page.contains("<code>VARIANTS</code> ran 41 times and took 3.6 ms"), "{page}");
        assert!(page.contains("<svg class=\"trace\"") && page.contains("VARIANTS \u{d7} 41"), "{page}");
        assert_eq!(page.matches("<code>VARIANTS</code>").count(), 3, "{page}");
        assert!(!page.contains("style=") && page.contains("with 42 statements"), "{page}");
    }

    #[test]
    fn what_is_seldom_asked_and_what_jobs_do_is_no_warning() {
        for part in [trace(Kind::Request, 3), trace(Kind::Job, 41)] {
            assert_eq!(warnings(&[part]).into_string(), "");
        }
    }

    #[test]
    fn what_was_not_kept_is_said_to_be_gone() {
        assert!(gone().into_string().contains("was not kept"));
    }
}
