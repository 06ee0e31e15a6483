//! What went wrong in browsers: errors that nobody caught, promises that were rejected, crashes of the app's program; by page and by build.

use std::cmp::Reverse;

use maud::{Markup, html};
use measuring::{ALL, metric};
use ports::performance::{Measured, Measurements};

use super::super::{
    asked::Asked,
    shown::{heads, scrolled},
    units::{percent, share},
};
use crate::ui::format::number;

/// Each counts how many there were on a page view, of those on which there were some.
pub(in crate::performance) const METRICS: [&str; 3] = ["vitals.errors", "vitals.rejections", "vitals.panics"];

/// Pages and builds that are told of.
const MOST: usize = 30;

/// A page, or a build, with how often what went wrong.
struct Row<'a> {
    name: &'a str,
    counts: [u64; 3],
    before: u64,
    /// Page views on which there was an error, at least.
    views: u64,
}

/// `measured` has it by page, `details` by build, of `subject`.
pub(super) fn wrong(asked: &Asked, measured: &Measurements, details: &Measurements, subject: &str) -> Markup {
    let is_page = |one: &Measured| one.series.class.is_empty() && asked.of.as_ref().map_or(one.series.of != ALL, |of| one.series.of == *of);
    let by_page = rows(measured, is_page, |one| &one.series.of);
    let by_build = rows(details, |one| one.series.class.starts_with("build:"), |one| one.series.class.split_once(':').map_or("", |(_, build)| build));
    let views = |one: Option<&Measured>| one.map(|one| one.now.count());
    let of_page = |page: &str| views(measured.find(metric::VIEWS, page, ""));
    let of_build = |build: &str| views(details.find(metric::VIEWS, subject, &format!("build:{build}")));
    html! {
        section.part aria-labelledby="wrong-h" {
            h2 #wrong-h { "What went wrong" }
            @if by_page.is_empty() { p.muted { "No browser has told of an error in this time." } } @else {
                p.muted { "Errors that nobody caught, promises that were rejected and nobody minded, and crashes of the app's program, after which a page has to be loaded anew." }
                h3 #wrong-pages-h { "By page" }
                (table("wrong-pages-h", "Page", &by_page, |page| html! { a.link href=(asked.with_of(Some(page)).address()) { (page) } }, of_page))
                @if !by_build.is_empty() {
                    h3 #wrong-builds-h { "By build" }
                    (table("wrong-builds-h", "Build", &by_build, |build| html! { code { (build) } }, of_build))
                }
            }
        }
    }
}

fn table(heading: &str, of: &str, rows: &[Row<'_>], name: impl Fn(&str) -> Markup, views: impl Fn(&str) -> Option<u64>) -> Markup {
    html! {
        (scrolled(heading, &heads(of, &["Errors", "Rejections", "Crashes of the app", "Page views with some", "Of all", "Together before"]), &html! {
            @for row in rows.iter().take(MOST) {
                tr {
                    th scope="row" { (name(row.name)) }
                    @for count in row.counts { td.num { (number(count)) } }
                    td.num { (number(row.views)) }
                    td.num { (views(row.name).and_then(|all| share(row.views, all)).map(percent).unwrap_or_default()) }
                    td.num.muted { (number(row.before)) }
                }
            }
        }))
    }
}

/// What went wrong most often first.
fn rows<'a>(measured: &'a Measurements, wanted: impl Fn(&Measured) -> bool, name: impl Fn(&'a Measured) -> &'a str) -> Vec<Row<'a>> {
    let mut rows: Vec<Row<'a>> = Vec::new();
    for (at, metric) in METRICS.iter().enumerate() {
        for one in measured.of(metric).filter(|one| wanted(one)) {
            let name = name(one);
            let place = rows.iter().position(|row| row.name == name).unwrap_or_else(|| {
                rows.push(Row { name, counts: [0; 3], before: 0, views: 0 });
                rows.len() - 1
            });
            let row = &mut rows[place];
            row.counts[at] += one.now.sum();
            row.before += one.before.sum();
            row.views = row.views.max(one.now.count());
        }
    }
    rows.retain(|row| row.views > 0);
    rows.sort_by_key(|row| Reverse(row.counts.iter().sum::<u64>()));
    rows
}

#[cfg(test)]
mod tests {
    use measuring::{Series, Sketch, Span};
    use ports::performance::Compared;

    use super::*;

    fn measured(series: &[(&str, &str, &str, &[u64])]) -> Measurements {
        let one = |(metric, of, class, values): &(&str, &str, &str, &[u64])| {
            let now = values.iter().copied().collect();
            Measured { series: Series::new(metric, of, class), now, before: Sketch::of(4), periods: Vec::new() }
        };
        Measurements { span: Span::last(60, 1_000), series: series.iter().map(one).collect(), deployments: Vec::new(), compared: Compared::default() }
    }

    #[test]
    fn errors_are_told_by_page_and_by_build_the_most_first() {
        let by_page = measured(&[
            ("vitals.errors", "/review", "", &[1]),
            ("vitals.errors", "/products", "", &[2, 3]),
            ("vitals.panics", "/products", "", &[1]),
            ("vitals.errors", ALL, "", &[1, 2, 3]),
            (metric::VIEWS, "/products", "", &[0; 20]),
        ]);
        let by_build = measured(&[
            ("vitals.errors", ALL, "build:<new>", &[6]),
            (metric::VIEWS, ALL, "build:<new>", &[0; 8]),
            (metric::VIEWS, ALL, "", &[0; 99]),
        ]);

        let html = wrong(&Asked::read("/performance/vitals", "range=7d"), &by_page, &by_build, ALL).into_string();

        let products = html.split_once(">/products</a>").unwrap().1;
        assert!(
            products.starts_with(
                "</th><td class=\"num\">5</td><td class=\"num\">0</td><td class=\"num\">1</td><td class=\"num\">2</td><td class=\"num\">10 %</td>"
            ),
            "{html}"
        );
        assert!(html.find(">/products<") < html.find(">/review<") && html.contains("<code>&lt;new&gt;</code>"), "{html}");
        // Of what a build has served one page view in eight is much, and of all of them it is little.
        assert!(html.split_once("&lt;new&gt;").unwrap().1.contains("<td class=\"num\">1</td><td class=\"num\">12.5 %</td>"), "{html}");
        assert!(html.contains("aria-labelledby=\"wrong-pages-h\"") && html.contains("aria-labelledby=\"wrong-builds-h\""), "{html}");
        assert!(!html.contains(">all<") && html.contains("range=7d&amp;of=/review"), "{html}");
    }

    #[test]
    fn of_one_page_there_is_that_page() {
        let by_page = measured(&[("vitals.errors", "/review", "", &[1]), ("vitals.errors", "/products", "", &[2])]);

        let html = wrong(&Asked::read("/performance/vitals", "of=/review"), &by_page, &measured(&[]), "/review").into_string();
        let nothing = wrong(&Asked::read("/performance/vitals", ""), &measured(&[]), &measured(&[]), ALL).into_string();

        assert!(html.contains(">/review<") && !html.contains(">/products<"), "{html}");
        assert!(nothing.contains("No browser has told of an error"), "{nothing}");
    }
}
