//! What figures of page loads are made of: the parts of what people wait for, what it takes until a page is alive, and frames that took long.

use maud::{Markup, html};
use measuring::Sketch;
use ports::performance::{Measured, Measurements};

use super::super::{
    shown::{change_of, heads, heads_with_bar, scrolled, scrolled_as},
    units::{percent, share, time},
    verdict::{VITALS, Vital},
};
use crate::ui::format::number;

/// Told for each page view as a whole.
pub(super) const METRICS: [&str; 15] = [
    LARGEST.of.metric,
    LARGEST.parts[0].metric,
    LARGEST.parts[1].metric,
    LARGEST.parts[2].metric,
    LARGEST.parts[3].metric,
    ANSWER.of.metric,
    ANSWER.parts[0].metric,
    ANSWER.parts[1].metric,
    ANSWER.parts[2].metric,
    DOWNLOADED,
    COMPILED,
    HYDRATED,
    FRAMES,
    LONGEST,
    BLOCKED,
];

/// Told apart by the way to the page: a route that the app went to is another thing than a new document.
pub(super) const BY_NAVIGATION: [&str; 2] = [VIEW, DATA];

const DOWNLOADED: &str = "vitals.wasm-downloaded";
const COMPILED: &str = "vitals.wasm-compiled";
const HYDRATED: &str = "vitals.hydrated";
const VIEW: &str = "vitals.view-ready";
const DATA: &str = "vitals.data-ready";
const FRAMES: &str = "vitals.long-frames";
const LONGEST: &str = "vitals.long-frame-longest";
const BLOCKED: &str = "vitals.long-frame-blocking";

/// A route that the app went to, without a new document.
const SOFT: &str = "navigation:soft";

/// What is made of parts, one after the other.
struct Whole<'a> {
    id: &'a str,
    of: &'a Vital,
    says: &'a str,
    parts: &'a [Part],
}

struct Part {
    metric: &'static str,
    name: &'static str,
}

const LARGEST: Whole<'static> = Whole {
    id: "largest",
    of: &VITALS[0],
    says: "Until the largest thing of a page is on the screen. Where the first part is long the server or the network is slow; where the last one is, what runs before it is drawn.",
    parts: &[
        Part { metric: "vitals.lcp-ttfb", name: "Until the page's first byte" },
        Part { metric: "vitals.lcp-load-delay", name: "Until its picture is asked for" },
        Part { metric: "vitals.lcp-load-time", name: "Until its picture is there" },
        Part { metric: "vitals.lcp-render-delay", name: "Until it is drawn" },
    ],
};

const ANSWER: Whole<'static> = Whole {
    id: "answer",
    of: &VITALS[1],
    says: "From a press or a key to what is drawn of it, of one of the slowest of each page view.",
    parts: &[
        Part { metric: "vitals.inp-input-delay", name: "Until the page listens" },
        Part { metric: "vitals.inp-processing", name: "While it does something" },
        Part { metric: "vitals.inp-presentation", name: "Until it is drawn" },
    ],
};

/// Until the largest thing is drawn and until the slowest input is answered, each in its parts.
pub(super) fn parts(details: &Measurements, subject: &str) -> Markup {
    html! { (in_parts(details, subject, &LARGEST)) (in_parts(details, subject, &ANSWER)) }
}

/// Until a page does what it should, and where the app only changes what is in it.
pub(super) fn alive(details: &Measurements, subject: &str) -> Markup {
    let whole = |metric: &str| details.find(metric, subject, "").cloned();
    // Where nothing is told apart it is all of them.
    let soft = |metric: &str| details.find(metric, subject, SOFT).cloned();
    let of_documents = |metric: &str| match soft(metric) {
        Some(_) => details.together(metric, |series| !series.class.is_empty() && series.class != SOFT),
        None => whole(metric),
    };
    let rows = [
        ("The app is downloaded", whole(DOWNLOADED)),
        ("The app is compiled", whole(COMPILED)),
        ("The page has come alive", whole(HYDRATED)),
        ("The view stands", of_documents(VIEW)),
        ("Its data are in it", of_documents(DATA)),
        ("A change of page: the view stands", soft(VIEW)),
        ("A change of page: its data are in it", soft(DATA)),
    ];
    let rows: Vec<(&str, Measured)> = rows.into_iter().filter_map(|(name, one)| Some((name, one.filter(|one| !one.now.is_empty())?))).collect();
    html! {
        section.part aria-labelledby="alive-h" {
            h2 #alive-h { "Until it is alive" }
            @if rows.is_empty() { p.muted { "No browser has said anything of it in this time." } } @else {
                p.muted { "Each from when the page was asked for; of a change of page from the press of a link. Of 100 page loads 75 took no longer than p75, and 95 no longer than p95." }
                (scrolled("alive-h", &heads("Moment", &["p75", "p95", "Loads", "p75 before"]), &html! { @for (name, one) in &rows { tr { th scope="row" { (name) } (quantiles(&one.now, time)) td.num { (number(one.now.count())) } (before(one)) } } }))
            }
        }
    }
}

/// Frames in which nothing else could happen.
pub(super) fn frames(details: &Measurements, subject: &str) -> Markup {
    let row = |metric: &str, name: &'static str, shown: fn(u64) -> String| {
        let one = details.find(metric, subject, "").filter(|one| !one.now.is_empty())?;
        Some(html! { tr { th scope="row" { (name) } (quantiles(&one.now, shown)) td.num { (number(one.now.count())) } (before(one)) } })
    };
    let rows = [
        row(FRAMES, "How many", number),
        row(LONGEST, "The longest of them", time),
        row(BLOCKED, "All of them, while nothing else could happen", time),
    ];
    let rows: Vec<Markup> = rows.into_iter().flatten().collect();
    let loads = details.find(HYDRATED, subject, "").map_or(0, |one| one.now.count());
    html! {
        section.part aria-labelledby="frames-h" {
            h2 #frames-h { "Frames that took long" }
            @if rows.is_empty() { p.muted { "No browser has told of a frame of 50 ms or more in this time." } } @else {
                p.muted {
                    "Of page views with a frame of 50 ms or more, in which a press is not answered"
                    @if loads > 0 { "; " (number(loads)) " loads came alive in the same time" }
                    ". Some browsers do not tell of them."
                }
                (scrolled("frames-h", &heads("Of such a page view", &["p75", "p95", "Page views", "p75 before"]), &html! { @for row in rows { (row) } }))
            }
        }
    }
}

fn in_parts(details: &Measurements, subject: &str, whole: &Whole<'_>) -> Markup {
    let parts: Vec<(&Part, &Measured)> =
        whole.parts.iter().filter_map(|part| Some((part, details.find(part.metric, subject, "").filter(|one| !one.now.is_empty())?))).collect();
    let all: u64 = parts.iter().map(|(_, one)| one.now.sum()).sum();
    let mut from = 0;
    // Where each begins: the one before it has ended.
    let placed: Vec<(&Part, &Measured, u64)> = parts
        .into_iter()
        .map(|(part, one)| {
            let begins = from;
            from += one.now.sum();
            (part, one, begins)
        })
        .collect();
    let heading = format!("{}-h", whole.id);
    html! {
        section.part aria-labelledby=(heading) {
            h2 id=(heading) { (whole.of.name) ", in its parts" }
            @if placed.is_empty() { p.muted { "No browser has said anything of it in this time." } } @else {
                p.muted { (whole.says) " Of 100 page loads 75 took no longer than p75, each part for itself, so that they do not add up; shares are of all the time that all loads took." }
                (bar_of(&placed.iter().map(|(_, one, begins)| (*begins, one.now.sum())).collect::<Vec<_>>(), all))
                (scrolled_as("table statements", &heading, &heads_with_bar("Part", "Place in the whole", &["Share", "p75", "p95", "Loads", "p75 before"]), &html! {
                    @for (at, (part, one, begins)) in placed.iter().enumerate() {
                        tr {
                            th scope="row" { (part.name) }
                            td { (shades(&[(at, *begins, one.now.sum())], all)) }
                            td.num { (share(one.now.sum(), all).map(percent).unwrap_or_default()) }
                            (quantiles(&one.now, time))
                            td.num { (number(one.now.count())) }
                            (before(one))
                        }
                    }
                }))
                @if let Some(value) = details.find(whole.of.metric, subject, "").and_then(|one| one.now.quantile(750)) { p.muted { "All of it, 75 of 100: " (whole.of.shown(value)) "." } }
            }
        }
    }
}

/// All parts on one line.
fn bar_of(parts: &[(u64, u64)], all: u64) -> Markup {
    let parts: Vec<(usize, u64, u64)> = parts.iter().enumerate().map(|(at, (begins, long))| (at, *begins, *long)).collect();
    shades(&parts, all)
}

/// Parts of a whole at their places, each darker or lighter than its neighbours. It says nothing to those who do not see it, as the figures stand beside it.
fn shades(parts: &[(usize, u64, u64)], all: u64) -> Markup {
    let place = |part: u64| share(part, all).unwrap_or(0);
    html! {
        svg.bar-line viewBox="0 0 1000 6" preserveAspectRatio="none" aria-hidden="true" {
            rect.bar-rest width="1000" height="6" {}
            @for (at, begins, long) in parts {
                rect.bar-part x=(place(*begins)) width=(place(begins + long) - place(*begins)) height="6" fill-opacity=(OPACITIES[at % OPACITIES.len()]) {}
            }
        }
    }
}

const OPACITIES: [&str; 4] = ["1", "0.6", "0.8", "0.4"];

fn quantiles(now: &Sketch, shown: fn(u64) -> String) -> Markup {
    html! { @for value in [now.quantile(750), now.quantile(950)] { td.num { (value.map(shown).unwrap_or_default()) } } }
}

fn before(one: &Measured) -> Markup {
    html! { td.num.muted { (change_of(&one.now, &one.before, 750).unwrap_or_default()) } }
}

#[cfg(test)]
mod tests {
    use measuring::{ALL, Series, Span};
    use ports::performance::Compared;

    use super::*;

    fn measured(series: &[(&str, &str, &[u64])]) -> Measurements {
        let one = |(metric, class, values): &(&str, &str, &[u64])| {
            let now = values.iter().copied().collect();
            Measured { series: Series::new(metric, ALL, class), now, before: Sketch::of(1_000), periods: Vec::new() }
        };
        Measurements { span: Span::last(60, 1_000), series: series.iter().map(one).collect(), deployments: Vec::new(), compared: Compared::default() }
    }

    #[test]
    fn what_people_wait_for_is_told_in_parts_that_lie_one_behind_the_other() {
        let of = [
            ("vitals.lcp-ttfb", "", &[250_000][..]),
            ("vitals.lcp-render-delay", "", &[750_000]),
            ("vitals.lcp", "", &[1_000_000]),
            ("vitals.inp-processing", "", &[60_000]),
            ("vitals.inp", "", &[80_000]),
        ];

        let html = parts(&measured(&of), ALL).into_string();

        assert!(html.contains(">25 %<") && html.contains(">75 %<") && !html.contains("Until its picture"), "{html}");
        assert_eq!(html.matches("x=\"250\" width=\"750\"").count(), 2, "{html}");
        assert!(html.contains("All of it, 75 of 100: 1.0 s.") && html.contains("All of it, 75 of 100: 80 ms."), "{html}");
        assert!(html.contains("Largest thing drawn, in its parts") && html.contains("Answer to input, in its parts"), "{html}");
        assert!(parts(&measured(&[]), ALL).into_string().contains("No browser has said anything of it") && !html.contains("style="), "{html}");
    }

    #[test]
    fn a_change_of_page_is_told_apart_from_a_new_document() {
        let of = [
            ("vitals.view-ready", "", &[900_000, 30_000][..]),
            ("vitals.view-ready", "navigation:navigate", &[900_000]),
            ("vitals.view-ready", "navigation:soft", &[30_000]),
            ("vitals.data-ready", "", &[500_000]),
        ];

        let html = alive(&measured(&of), ALL).into_string();

        let row = |name: &str| {
            html.split_once(&format!("<th scope=\"row\">{name}</th>")).unwrap_or_else(|| panic!("{name}: {html}")).1.split_once("</tr>").unwrap().0
        };
        assert!(row("The view stands").contains(" ms") && row("A change of page: the view stands").contains(">1<"), "{html}");
        assert!(!row("The view stands").contains(">30 ms<") && row("Its data are in it").contains("ms"), "{html}");
        assert!(!html.contains("A change of page: its data"), "{html}");
    }

    #[test]
    fn frames_are_counted_and_told_with_how_long_they_took() {
        let of = [("vitals.long-frames", "", &[7, 7][..]), ("vitals.long-frame-longest", "", &[120_000, 120_000]), ("vitals.hydrated", "", &[1; 9])];

        let html = frames(&measured(&of), ALL).into_string();

        assert!(html.contains(">7<") && html.contains(" ms<") && html.contains("9 loads came alive"), "{html}");
        assert!(frames(&measured(&[]), ALL).into_string().contains("No browser has told of a frame"));
    }
}
