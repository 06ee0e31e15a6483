//! What a run has come to, product by product.

use maud::{Markup, html};
use ports::runs::{RunDetail, RunFailure, RunResult, RunView};

use super::picture::from_to;
use crate::{
    runs::state::standing::waits_for_word,
    ui::format::{in_address, number},
};

/// The first suggestions; nothing where there is none.
pub(crate) fn results(detail: &RunDetail) -> String {
    let RunDetail { run, results, .. } = detail;
    if results.is_empty() {
        return String::new();
    }
    let heading = if waits_for_word(run) { "The sample" } else { "What was written" };
    html! {
        section.part aria-labelledby="results-h" data-part="results" {
            header { h2 #results-h { (heading) } span.muted.num { (shown(results.len(), run.progress.written)) } }
            div.scroll tabindex="0" role="group" aria-labelledby="results-h" {
                table.table {
                    thead {
                        tr {
                            th scope="col" { "Title, before and after" }
                            th.num scope="col" { "Quality" }
                            th.num scope="col" { "SEO" }
                            th.num scope="col" { "To look at" }
                            th.num scope="col" { "Cost" }
                            th scope="col" { span.vh { "Review" } }
                        }
                    }
                    tbody { @for result in results { (row(result, run)) } }
                }
            }
        }
    }
    .into_string()
}

/// The first failures; nothing where there is none.
pub(crate) fn failures(detail: &RunDetail) -> String {
    let RunDetail { run, failures, .. } = detail;
    if failures.is_empty() {
        return String::new();
    }
    html! {
        section.part aria-labelledby="failures-h" data-part="failures" {
            header { h2 #failures-h { "What failed" } span.muted.num { (shown(failures.len(), run.progress.failed)) } }
            div.scroll tabindex="0" role="group" aria-labelledby="failures-h" {
                table.table {
                    thead { tr { th scope="col" { "Product" } th scope="col" { "Reason" } } }
                    tbody { @for failure in failures { (failed(failure)) } }
                }
            }
        }
    }
    .into_string()
}

fn row(result: &RunResult, run: &RunView) -> Markup {
    let RunResult { handle, title_before, title_after, quality, seo, findings, cost, reused, review } = result;
    let title = if title_after.is_empty() { title_before } else { title_after };
    html! {
        tr {
            td.wrap {
                @if title_before == title || title_before.is_empty() {
                    a.link href=(product(handle.as_str())) { (title) }
                } @else {
                    span.diff { del { (title_before) } " " ins { a.link href=(product(handle.as_str())) { (title) } } }
                }
            }
            td.num { (from_to(*quality)) }
            td.num { (from_to(*seo)) }
            td.num { @if *findings == 0 { span.muted { "0" } } @else { (number((*findings).into())) } }
            td.num { @if *reused { span.muted { "Reused" } } @else { (cost.shown(run.currency)) } }
            td { @if let Some(review) = review { a.link href={ "/review?run=" (run.id) "&card=" (review) } aria-label={ "Review " (title) } { "Review" } } }
        }
    }
}

fn failed(failure: &RunFailure) -> Markup {
    let RunFailure { handle, title, reason } = failure;
    let name = if title.is_empty() { handle } else { title };
    html! {
        tr {
            td.wrap { @if handle.is_empty() { (name) } @else { a.link href=(product(handle)) { (name) } } }
            td.wrap { (reason) }
        }
    }
}

fn product(handle: &str) -> String {
    format!("/products/{}", in_address(handle))
}

/// How many of all are in the table.
fn shown(count: usize, of: u64) -> String {
    let count = count as u64;
    if count >= of { number(count) } else { format!("the first {} of {}", number(count), number(of)) }
}

#[cfg(test)]
mod tests {
    use domain::{
        clock::Timestamp,
        ids::{ProviderId, ReviewId},
        money::Cost,
        query::ListQuery,
    };
    use ports::{
        jobs::JobState,
        runs::{Basis, Estimate, RunProgress, RunSpec, Selection},
    };

    use super::{super::estimate::rest, *};
    use crate::runs::state::standing::tests::run;

    fn detail() -> RunDetail {
        let result = |title_before: &str, reused| RunResult {
            handle: "oak-lamp".parse().unwrap(),
            title_before: title_before.into(),
            title_after: "Oak lamp <b>".into(),
            quality: (41, 78),
            seo: (30, 81),
            findings: 2,
            cost: Cost(4_200),
            reused,
            review: (!reused).then(|| ReviewId::new(Timestamp::from_micros(1), [2; 10])),
        };
        let failure = |handle: &str, title: &str| RunFailure { handle: handle.into(), title: title.into(), reason: "The answer was <empty>.".into() };
        RunDetail {
            run: run(JobState::Running, RunProgress { total: 5_000, written: 10, failed: 2, ..RunProgress::default() }),
            spec: RunSpec {
                selection: Selection::Matching(ListQuery::default()),
                provider: ProviderId::BUILT_IN,
                parts: Vec::new(),
                only_empty: false,
                again: false,
                cap: None,
                sample_first: true,
            },
            results: vec![result("LAMP oak", false), result("Oak lamp <b>", true)],
            failures: vec![failure("ash-lamp", "Ash lamp"), failure("", "Gone lamp")],
            estimate: None,
            open_reviews: 10,
        }
    }

    #[test]
    fn results_show_titles_scores_and_the_way_to_review() {
        let html = results(&detail());

        for part in ["the first 2 of 10", "<del>LAMP oak</del>", "Oak lamp &lt;b&gt;", "EUR 0.0042", "Reused", "/review?run="] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert_eq!(html.matches("<del>").count(), 1);
        assert!(!html.contains("<b>"));
    }

    #[test]
    fn failures_say_why_and_link_to_what_is_still_there() {
        let html = failures(&detail());

        assert!(html.contains("The answer was &lt;empty&gt;.") && html.contains("href=\"/products/ash-lamp\""), "{html}");
        assert!(html.contains(">Gone lamp</td>"), "{html}");
    }

    #[test]
    fn behind_the_sample_stands_what_the_others_will_take() {
        let known = Estimate {
            products: 4_990,
            tokens_in: (1, 1, 1),
            tokens_out: (1, 1, 1),
            cost: None,
            seconds: None,
            basis: Basis::Sample,
            note: "There is no price for small-1.".into(),
            budget_left: None,
        };
        let mut detail = RunDetail { estimate: Some(known), ..detail() };
        assert_eq!(rest(&detail), "");

        (detail.run.paused, detail.run.progress.sampled) = (true, true);
        let html = rest(&detail);
        assert!(html.contains("4,990 products") && html.contains("There is no price for small-1."), "{html}");
        assert!(results(&detail).contains("The sample"));
    }

    #[test]
    fn nothing_is_said_of_nothing() {
        let none = RunDetail { results: Vec::new(), failures: Vec::new(), ..detail() };
        assert_eq!([results(&none), failures(&none)], ["", ""]);
    }
}
