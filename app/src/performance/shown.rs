//! What the places have in common: the head with ways to the others and how far back to look, figures with what they were before.

use maud::{Markup, html};
use measuring::Sketch;
use ports::performance::{Against, Compared, Deployment, Measurements, Range};

use super::{
    asked::Asked,
    places::{PLACES, Place},
    units::time,
};
use crate::ui::format::{self, number};

/// The head of a place, with the ways to the others.
pub(super) fn head(asked: &Asked, name: &str, says: &str) -> Markup {
    html! {
        (title(asked, name, &html! {}))
        div.line.ranges {
            nav.seg aria-label="How far back" {
                @for range in Range::ALL {
                    a href=(asked.with_range(range).address()) aria-current=[(range == asked.range).then_some("page")] { (words(range)) }
                }
            }
        }
        p.muted { (says) " Times are in UTC." }
    }
}

/// With what the figures are compared.
pub(super) fn against(asked: &Asked, measured: &Measurements) -> Markup {
    let named = |one: &Deployment| html! { code title=(one.version) { (one.build) } };
    html! {
        div.line.ranges {
            span.muted { "Compared with" }
            nav.seg aria-label="Compared with" {
                @for (against, words) in [(Against::TimeBefore, "the time before"), (Against::BuildBefore, "the build before")] {
                    a href=(asked.with_against(against).address()) aria-current=[(against == asked.against).then_some("page")] { (words) }
                }
            }
        }
        @match &measured.compared {
            Compared::TimeBefore => {}
            Compared::Builds { now, before } => p.muted {
                "Figures are of build " (named(now)) ", which serves since " (format::moment(now.began_at)) ", against " (named(before)) ", which served before. Charts have all of the time."
            }
            Compared::NoBuildBefore => p.muted { "No build has served before this one, so nothing is compared." }
        }
    }
}

/// The head of a place that does not ask how far back to look.
pub(super) fn head_of_all(asked: &Asked, name: &str, says: &str, done: &Markup) -> Markup {
    html! { (title(asked, name, done)) p.muted { (says) " Times are in UTC." } }
}

fn title(asked: &Asked, name: &str, done: &Markup) -> Markup {
    html! {
        header.page-head {
            h1 tabindex="-1" { (name) }
            (done)
            a.btn href=(asked.address()) rel="external" { (icon("refresh-cw")) "Refresh" }
        }
        (places(asked))
    }
}

/// The ways between places.
pub(super) fn places(here: &Asked) -> Markup {
    html! {
        nav.places aria-label="Places of performance" {
            @for place in PLACES {
                a href=(way(&place, here)) aria-current=[(place.path == here.path).then_some("page")] {
                    @if place.path == "/performance" { "Overview" } @else { (place.name) }
                }
            }
        }
    }
}

/// Whoever looks at an hour, against the build before, goes on with that where a place asks for it.
fn way(place: &Place, here: &Asked) -> String {
    let there = if place.looks_back { here.at(place.path) } else { Asked::plain(place.path) };
    there.address()
}

/// A large figure, and what belongs to it.
pub(super) fn tile(name: &str, value: &str, also: Option<&str>) -> Markup {
    html! { div { dt { (name) } dd { (value) } @if let Some(also) = also { dd.muted { (also) } } } }
}

/// A large figure that leads to where more of it is seen. Below the top of a page only the browser finds its way: when the router looks for the
/// place, what is served is not in the page yet.
pub(super) fn tile_to(name: &str, address: &str, value: &str, also: Option<&str>) -> Markup {
    let rel = address.contains('#').then_some("external");
    html! { div { dt { a.link href=(address) rel=[rel] { (name) } } dd { (value) } @if let Some(also) = also { dd.muted { (also) } } } }
}

/// A cell of how often it went wrong, which leads to where that is seen, if it is seen anywhere.
pub(super) fn failures(count: u64, address: Option<&str>) -> Markup {
    let badge = html! { span.badge data-tone="bad" { (number(count)) span.vh { " failed" } } };
    html! { td.num { @match address { _ if count == 0 => "0", Some(address) => a href=(address) { (badge) }, None => (badge) } } }
}

/// What keeps a worker for longer, in microseconds, is told apart: everybody else waits for as long.
pub(super) const KEEPS_LONG: u64 = 10_000;

/// A cell of how long a worker was kept, where that is known.
pub(super) fn kept(kept: Option<u64>) -> Markup {
    html! {
        td.num {
            @match kept {
                Some(kept) if kept > KEEPS_LONG => { span.badge data-tone="warn" title="Whatever else that worker has to do waits for as long." { (time(kept)) } }
                Some(kept) => { (time(kept)) }
                None => {}
            }
        }
    }
}

/// The head of a table: what a row is, and its figures.
pub(super) fn heads(first: &str, figures: &[&str]) -> Markup {
    html! { thead { tr { th scope="col" { (first) } @for figure in figures { th.num scope="col" { (figure) } } } } }
}

/// The same of a table whose rows have a bar behind their names, of which `bar` says what it shows.
pub(super) fn heads_with_bar(first: &str, bar: &str, figures: &[&str]) -> Markup {
    html! {
        thead {
            tr {
                th scope="col" { (first) }
                th scope="col" { span.vh { (bar) } }
                @for figure in figures { th.num scope="col" { (figure) } }
            }
        }
    }
}

/// A table that is scrolled where it is wider than the page, with a keyboard too. It is called as its heading.
pub(super) fn scrolled(heading: &str, heads: &Markup, rows: &Markup) -> Markup {
    scrolled_as("table", heading, heads, rows)
}

/// The same with the classes of a table that looks otherwise.
pub(super) fn scrolled_as(classes: &str, heading: &str, heads: &Markup, rows: &Markup) -> Markup {
    html! {
        div.scroll tabindex="0" role="group" aria-labelledby=(heading) {
            table class=(classes) {
                (heads)
                tbody { (rows) }
            }
        }
    }
}

pub(super) fn icon(name: &str) -> Markup {
    html! { svg.icon aria-hidden="true" { use href={ "/icons.svg#" (name) } {} } }
}

/// A sentence that names commands between backticks, as a terminal is told it.
pub(super) fn sentence(text: &str) -> Markup {
    html! { @for (at, part) in text.split('`').enumerate() { @if at % 2 == 1 { code { (part) } } @else { (part) } } }
}

/// How a figure differs from what it was in as long a time before: `12 % more than before`; none where there was nothing.
pub(super) fn change(now: u64, before: u64) -> Option<String> {
    if before == 0 {
        return None;
    }
    let percent = (u128::from(now.abs_diff(before)) * 100 / u128::from(before)).min(1_000) as u64;
    Some(match (percent, now > before) {
        (0, _) => "as before".to_owned(),
        (1_000, true) => "many times what it was before".to_owned(),
        (percent, true) => format!("{percent} % more than before"),
        (percent, false) => format!("{percent} % less than before"),
    })
}

/// The same for a quantile.
pub(super) fn change_of(now: &Sketch, before: &Sketch, thousandths: u16) -> Option<String> {
    change(now.quantile(thousandths)?, before.quantile(thousandths)?)
}

/// Of fewer measurements a figure differs by chance.
pub(super) const FEWEST: u64 = 20;
/// Percent: less than that nobody would see.
pub(super) const LEAST: i64 = 5;

/// By how much a figure differs from what it was, beside it: `+12 %`. None where that is less than a person would see, or where so few measurements
/// differ by chance.
pub(super) fn shift(now: &Sketch, before: &Sketch, thousandths: u16) -> Option<String> {
    const MOST: i64 = 999;
    if now.count().min(before.count()) < FEWEST {
        return None;
    }
    let (now, before) = (i64::try_from(now.quantile(thousandths)?).ok()?, i64::try_from(before.quantile(thousandths)?).ok()?);
    let percent = now.saturating_sub(before).saturating_mul(100).checked_div(before)?.min(MOST);
    let sign = if percent < 0 { "\u{2212}" } else { "+" };
    (percent.abs() >= LEAST).then(|| format!("{sign}{} %", percent.abs()))
}

/// `24 hours`
pub(super) const fn words(range: Range) -> &'static str {
    match range {
        Range::Hour => "1 hour",
        Range::SixHours => "6 hours",
        Range::Day => "24 hours",
        Range::Week => "7 days",
        Range::Month => "30 days",
        Range::Quarter => "90 days",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_in_a_sentence_is_told_apart() {
        assert_eq!(sentence("Run `a <b>` again.").into_string(), "Run <code>a &lt;b&gt;</code> again.");
    }

    #[test]
    fn ways_between_places_keep_how_far_back_one_looks_and_against_what() {
        let html = places(&Asked::read("/performance/vitals", "range=1h&against=build&by=device")).into_string();
        let plain = places(&Asked::plain("/performance/budgets")).into_string();

        assert!(html.contains("<a href=\"/performance/requests?range=1h&amp;against=build\">Requests</a>"), "{html}");
        assert!(html.contains("<a href=\"/performance?range=1h&amp;against=build\">Overview</a>"), "{html}");
        assert!(html.contains("<a href=\"/performance/vitals?range=1h&amp;against=build\" aria-current=\"page\">Page loads</a>"), "{html}");
        assert!(html.contains("<a href=\"/performance/budgets\">Budgets</a>"), "{html}");
        assert!(plain.contains("<a href=\"/performance/budgets\" aria-current=\"page\">") && !plain.contains('?'), "{plain}");
    }

    #[test]
    fn a_shift_is_told_where_it_is_more_than_chance() {
        let of = |value: u64, count: u64| -> Sketch { std::iter::repeat_n(value, count as usize).collect() };

        let told = [shift(&of(200, 20), &of(100, 20), 750), shift(&of(50, 20), &of(100, 20), 750), shift(&of(100, 20), &of(100, 20), 750)];

        assert_eq!(told.map(Option::unwrap_or_default).map(|told| told.chars().next()), [Some('+'), Some('\u{2212}'), None]);
        assert_eq!([shift(&of(200, 19), &of(100, 20), 750), shift(&of(5, 20), &of(0, 20), 750)], [None, None]);
    }

    #[test]
    fn a_change_is_told_in_percent_of_what_was() {
        let told = [(112, 100), (100, 100), (50, 100), (5, 0), (1_000_000, 1)].map(|(now, before)| change(now, before));

        let told = told.map(Option::unwrap_or_default);
        assert_eq!(told, ["12 % more than before", "as before", "50 % less than before", "", "many times what it was before"]);
    }
}
