//! Page loads as browsers tell them: by page, and by what people have in their hands.

mod parts;
pub(super) mod wrong;

use maud::{Markup, html};
use measuring::{ALL, Sketch, metric};
use ports::{
    Access, Ports,
    error::AppError,
    performance::{Classes, Measured, Measurements, Question},
};

use super::{
    asked::Asked,
    overview::judged,
    shown::{against, change_of, head, heads, scrolled, tile},
    traces,
    trend::{Trend, Value, fold, folded, trend},
    units::{percent, share},
    verdict::{VITALS, Vital},
};
use crate::ui::{chart::Line, format::number};

/// By what page loads are told apart: in addresses, and for people.
const DIMENSIONS: [(&str, &str); 7] = [
    ("route", "Page"),
    ("device", "Device"),
    ("connection", "Connection"),
    ("build", "Build"),
    ("navigation", "Way there"),
    ("viewport", "Width"),
    ("cache", "Came from"),
];

const INP: &str = "vitals.inp";

/// By these a trace of a browser says whose it is.
const TOLD_OF_TRACES: [&str; 3] = ["device", "connection", "build"];

/// By these what all pages come to is told apart, and no single page.
const OF_ALL_PAGES: [&str; 3] = ["navigation", "viewport", "cache"];

/// What somebody looks at: a page or all of them, everybody or some of them.
#[derive(Clone, Copy)]
struct Chosen<'a> {
    subject: &'a str,
    class: &'a str,
    /// Which one the chart is of.
    vital: &'static Vital,
}

pub(super) async fn page(ports: &Ports, who: &Access, asked: &Asked) -> Result<String, AppError> {
    let (dimension, label) = dimension(asked);
    let chosen = Chosen::of(asked);
    let measured = ports.performance.measurements(who, &question(asked, chosen, dimension)).await?;
    // What vitals are made of is not told apart by who it was.
    let details = match asked.class {
        Some(_) => None,
        None => Some(ports.performance.measurements(who, &details(asked, chosen.subject)).await?),
    };
    let page = html! {
        (head(asked, "Page loads", "What browsers have measured of pages that people opened. Nothing of what stands in them is told."))
        (against(asked, &measured))
        @if let Some(of) = &asked.of { p { "Only " b { (of) } ". " a.link href=(asked.with_of(None).address()) { "All pages" } } }
        @if let Some(class) = &asked.class { p { "Only " b { (named(class)) } ". " a.link href=(asked.with_class(None).address()) { "Everybody" } } }
        @if let Some(of) = asked.of.as_deref().filter(|of| *of != ALL) {
            div.line { a.link href=(loads_of(of, asked)) { "The slowest loads of it" } a.link href=(answers_of(of, asked)) { "The slowest answers to input" } }
        }
        (sample(&measured))
        (figures(asked, &measured, chosen))
        (shares(&measured, chosen))
        (over_time(&measured, chosen))
        (table(asked, &measured, chosen, dimension, label))
        @if let Some(details) = &details {
            (parts::parts(details, chosen.subject))
            (parts::alive(details, chosen.subject))
            (parts::frames(details, chosen.subject))
            (wrong::wrong(asked, &measured, details, chosen.subject))
        }
    };
    Ok(page.into_string())
}

/// Page loads of whoever was chosen, told apart by a dimension.
fn question(asked: &Asked, chosen: Chosen<'_>, dimension: &'static str) -> Question {
    let classes = match (&asked.class, dimension) {
        (Some(_), _) => Classes::All,
        (None, "route") => Classes::Whole,
        (None, dimension) => Classes::WholeAnd(dimension),
    };
    let mut parts: Vec<_> = VITALS.iter().map(|vital| vital.metric).chain([metric::VIEWS]).map(|metric| (metric, classes)).collect();
    parts.push((metric::VITALS_SHARE, Classes::Whole));
    if asked.class.is_none() {
        parts.extend(wrong::METRICS.map(|metric| (metric, Classes::Whole)));
    }
    let charts = vec![(chosen.vital.metric, Some(chosen.subject.to_owned()))];
    Question { range: asked.range, parts, class: asked.class.clone(), charts, against: asked.against, ..Question::default() }
}

/// Where not all page views are measured, numbers of loads are of those that are.
fn sample(measured: &Measurements) -> Markup {
    let share = measured.find(metric::VITALS_SHARE, ALL, "").and_then(|one| one.now.most()).filter(|share| *share < 1_000);
    html! {
        @if let Some(share) = share {
            p.muted { "Browsers measure " (percent(share)) " of page views (" code { "VITRINE_VITALS_SHARE" } "): so much of all loads is counted here." }
        }
    }
}

/// What vitals are made of, of one page or of all together, without which page it was.
fn details(asked: &Asked, subject: &str) -> Question {
    let mut parts: Vec<_> = parts::METRICS.map(|metric| (metric, Classes::Whole)).into();
    parts.extend(parts::BY_NAVIGATION.map(|metric| (metric, Classes::WholeAnd("navigation"))));
    parts.extend(wrong::METRICS.into_iter().chain([metric::VIEWS]).map(|metric| (metric, Classes::WholeAnd("build"))));
    Question { range: asked.range, of: vec![subject.to_owned()], parts, against: asked.against, ..Question::default() }
}

/// What browsers say of loads of a page, the slowest first, with what the server did for each.
fn loads_of(page: &str, asked: &Asked) -> String {
    traced(&format!("Browser: {}", on_the_server(page)), asked)
}

/// What they say of answers to input on it that were slow.
fn answers_of(page: &str, asked: &Asked) -> String {
    traced(&on_the_server(page).replacen("GET", "Browser: input on", 1), asked)
}

fn traces_of(page: &str, chosen: Chosen<'_>, asked: &Asked) -> String {
    if chosen.vital.metric == INP { answers_of(page, asked) } else { loads_of(page, asked) }
}

/// Those of the people who are looked at, as far as traces say whose they are.
fn traced(title: &str, asked: &Asked) -> String {
    let with = asked.class.clone().filter(|class| class.split_once(':').is_some_and(|(dimension, _)| TOLD_OF_TRACES.contains(&dimension)));
    Asked { with, ..asked.at(traces::PATH).with_of(Some(title)) }.address()
}

fn dimension(asked: &Asked) -> (&'static str, &'static str) {
    // Of those who are told apart already there are pages.
    let by = asked.by.as_deref().filter(|_| asked.class.is_none());
    DIMENSIONS.into_iter().find(|(name, _)| by == Some(name)).unwrap_or(DIMENSIONS[0])
}

/// `Connection: 4g` of `connection:4g`.
fn named(class: &str) -> String {
    let (dimension, value) = class.split_once(':').unwrap_or((class, ""));
    DIMENSIONS.into_iter().find(|(name, _)| *name == dimension).map_or_else(|| class.to_owned(), |(_, label)| format!("{label}: {value}"))
}

impl<'a> Chosen<'a> {
    fn of(asked: &'a Asked) -> Self {
        Self {
            subject: asked.of.as_deref().unwrap_or(ALL),
            class: asked.class.as_deref().unwrap_or_default(),
            vital: VITALS.iter().find(|vital| asked.metric.as_deref() == Some(vital.metric)).unwrap_or(&VITALS[0]),
        }
    }
}

fn figures(asked: &Asked, measured: &Measurements, chosen: Chosen<'_>) -> Markup {
    html! {
        section.part aria-labelledby="vitals-h" {
            h2.vh #vitals-h { "Figures" }
            dl.tiles.num {
                @for vital in &VITALS {
                    @if let Some(one) = measured.find(vital.metric, chosen.subject, chosen.class).filter(|one| !one.now.is_empty()) {
                        @let value = one.now.quantile(750).unwrap_or(0);
                        @let verdict = vital.judge(value);
                        div {
                            dt { a.link href=(asked.with_metric(vital.metric).address()) aria-current=[(vital == chosen.vital).then_some("true")] title=(vital.says) { (vital.name) } }
                            dd { (vital.shown(value)) }
                            dd.muted { span.badge data-tone=(verdict.tone()) { (verdict.words()) } " " (change_of(&one.now, &one.before, 750).unwrap_or_default()) }
                        }
                    } @else { (tile(vital.name, "Not known", None)) }
                }
            }
        }
    }
}

/// How many loads were good, and how many poor.
fn shares(measured: &Measurements, chosen: Chosen<'_>) -> Markup {
    let vital = chosen.vital;
    let Some(one) = measured.find(vital.metric, chosen.subject, chosen.class).filter(|one| !one.now.is_empty()) else { return html! {} };
    let [good, work, poor] = verdicts(&one.now, vital);
    let count = one.now.count();
    let told = |part: u64| percent(share(part, count).unwrap_or(0));
    html! {
        section.part aria-labelledby="shares-h" {
            h2 #shares-h { "How many were good" }
            p { (vital.name) ", " (vital.says) ": " b { (told(good)) } " of " (number(count)) " were good, " (told(work)) " need work, " (told(poor)) " were poor." }
            (bars(good, work, count))
        }
    }
}

fn verdicts(sketch: &Sketch, vital: &Vital) -> [u64; 3] {
    let (good, bearable) = (sketch.within(vital.good), sketch.within(vital.poor));
    [good, bearable - good, sketch.count() - bearable]
}

/// Says nothing to those who do not see it, as the figures stand beside it.
fn bars(good: u64, work: u64, of: u64) -> Markup {
    let width = |part: u64| share(part, of).unwrap_or(0);
    html! {
        svg.bar-line.verdicts viewBox="0 0 1000 6" preserveAspectRatio="none" aria-hidden="true" {
            rect.bar-poor width="1000" height="6" {}
            rect.bar-work width=(width(good + work)) height="6" {}
            rect.bar-good width=(width(good)) height="6" {}
        }
    }
}

fn over_time(measured: &Measurements, chosen: Chosen<'_>) -> Markup {
    let vital = chosen.vital;
    let periods = measured.find(vital.metric, chosen.subject, chosen.class).map(|one| fold(&one.periods, folded(measured.span))).unwrap_or_default();
    let value = |one: &Sketch| {
        one.quantile(750).map_or_else(Value::default, |value| Value {
            height: value,
            marked: 0,
            says: format!("{} of {}", vital.shown(value), number(one.count())),
        })
    };
    let limit = Some(Line { value: vital.good, says: format!("Up to {} is good.", vital.shown(vital.good)) });
    let shown: fn(u64) -> String = match vital.unit {
        super::verdict::Unit::Time => super::units::time,
        super::verdict::Unit::Score => |value| VITALS[2].shown(value),
    };
    let heading = format!("{} over time", vital.name);
    let drawn = Trend {
        id: "vital",
        heading: &heading,
        values: periods.iter().map(value).collect(),
        limit,
        shown,
        says: Some("Of 100 page loads 75 were as good as a column is high, or better."),
    };
    trend(measured, drawn)
}

/// A row for each page, or for each value of a dimension, which leads to its pages.
fn table(asked: &Asked, measured: &Measurements, chosen: Chosen<'_>, dimension: &str, label: &str) -> Markup {
    let is_of_pages = dimension == "route";
    let is_row = |one: &&Measured| {
        let is_load = one.series.metric == metric::VIEWS || VITALS.iter().any(|vital| vital.metric == one.series.metric);
        is_load
            && if is_of_pages {
                one.series.of != ALL && one.series.class == chosen.class
            } else {
                one.series.of == chosen.subject && one.series.class.split_once(':').is_some_and(|(of, _)| of == dimension)
            }
    };
    let mut rows: Vec<(&str, &str, u64)> = Vec::new();
    for one in measured.series.iter().filter(is_row) {
        match rows.iter_mut().find(|row| (row.0, row.1) == (one.series.of.as_str(), one.series.class.as_str())) {
            Some(row) => row.2 = row.2.max(one.now.count()),
            None => rows.push((&one.series.of, &one.series.class, one.now.count())),
        }
    }
    rows.retain(|row| row.2 > 0);
    rows.sort_by_key(|row| std::cmp::Reverse(row.2));
    let names: &[&str] =
        if is_of_pages { &["Loads", "LCP", "INP", "CLS", "FCP", "TTFB", "Traces"] } else { &["Loads", "LCP", "INP", "CLS", "FCP", "TTFB"] };
    html! {
        section.part aria-labelledby="table-h" {
            h2 #table-h { "By " (label.to_lowercase()) }
            div.line.ranges { nav.seg aria-label="Told apart by" {
                @for (name, words) in DIMENSIONS { a href=(asked.with_by(name).address()) aria-current=[(name == dimension).then_some("true")] { (words) } }
            } }
            @if rows.is_empty() {
                p.muted { @if chosen.class.is_empty() { "Nothing was measured in this time." } @else { "Nothing was measured of them by page in this time." } }
            } @else {
                @if !is_of_pages { p.muted { @if OF_ALL_PAGES.contains(&dimension) { "A name leads to its figures." } @else { "A name leads to its pages." } } }
                (scrolled("table-h", &heads(label, names), &html! {
                    @for (of, class, count) in rows {
                        tr {
                            th scope="row" {
                                @if is_of_pages { a.link href=(asked.with_of(Some(of)).address()) { (of) } }
                                @else { a.link href=(asked.with_class(Some(class)).address()) { (class.split_once(':').map_or(class, |(_, value)| value)) } }
                            }
                            td.num { (number(count)) }
                            @for vital in &VITALS { (judged(vital, measured.find(vital.metric, of, class))) }
                            @if is_of_pages { td.num { a.link href=(traces_of(of, chosen, asked)) { "show" span.vh { " those of " (of) } } } }
                        }
                    }
                }))
            }
        }
    }
}

/// What loading a page is called on the server: `GET /products/{handle}` of `/products/:handle`.
pub(super) fn on_the_server(page: &str) -> String {
    let parts = page.split('/').map(|part| part.strip_prefix(':').map_or_else(|| part.to_owned(), |name| format!("{{{name}}}")));
    format!("GET {}", parts.collect::<Vec<_>>().join("/"))
}

#[cfg(test)]
mod tests {
    use measuring::{Series, Span};
    use ports::performance::Compared;

    use super::*;

    /// What there is to know of a page load beside its vitals.
    const ALSO_SHOWN: [&str; 2] = [metric::PENDING, metric::VIEWS];

    fn one(of: &str, class: &str, values: &[u64]) -> Measured {
        let now: Sketch = values.iter().copied().collect();
        Measured { series: Series::new("vitals.lcp", of, class), now, before: Sketch::default(), periods: vec![Sketch::default(); 60] }
    }

    #[test]
    fn of_a_sample_it_is_said_how_large_it_is() {
        let of = |share: u64| {
            let one = Measured {
                series: Series::new(metric::VITALS_SHARE, ALL, ""),
                now: Sketch::of(share),
                before: Sketch::default(),
                periods: Vec::new(),
            };
            sample(&Measurements { span: Span::last(60, 1_000), series: vec![one], deployments: Vec::new(), compared: Compared::default() })
                .into_string()
        };

        assert!(of(100).contains("measure 10 % of page views") && of(1_000).is_empty(), "{}", of(100));
    }

    #[test]
    fn loads_are_told_apart_by_what_is_asked_for() {
        let series = vec![one(ALL, "", &[1, 2]), one(ALL, "device:phone", &[1]), one(ALL, "device:desktop", &[2]), one("/review", "", &[3])];
        let measured = Measurements { span: Span::last(60, 1_000), series, deployments: Vec::new(), compared: Compared::default() };
        let asked = Asked::read("/performance/vitals", "by=device");

        let chosen = Chosen { subject: ALL, class: "", vital: &VITALS[0] };

        let by_device = table(&asked, &measured, chosen, "device", "Device").into_string();
        let by_page = table(&asked, &measured, chosen, "route", "Page").into_string();

        assert!(by_device.contains(">phone<") && by_device.contains(">desktop<") && !by_device.contains("/review<"), "{by_device}");
        assert!(by_page.contains("of=/review") || by_page.contains("of=%2Freview"), "{by_page}");
        assert!(!by_page.contains(">phone<"), "{by_page}");
        assert!(by_device.contains("href=\"/performance/vitals?class=device:phone\""), "{by_device}");
        assert!(by_page.contains("/performance/traces?of=Browser: GET /review\""), "{by_page}");
    }

    #[test]
    fn of_some_people_there_are_their_pages_and_their_figures() {
        let series =
            vec![one(ALL, "", &[1_000_000]), one(ALL, "device:phone", &[9_000_000]), one("/review", "", &[1]), one("/runs", "device:phone", &[2])];
        let measured = Measurements { span: Span::last(60, 1_000), series, deployments: Vec::new(), compared: Compared::default() };
        let asked = Asked::read("/performance/vitals", "class=device:phone&by=device");
        let chosen = Chosen { subject: ALL, class: "device:phone", vital: &VITALS[0] };
        let (dimension, label) = dimension(&asked);

        let pages = table(&asked, &measured, chosen, dimension, label).into_string();
        let figures = figures(&asked, &measured, chosen).into_string();

        assert!(pages.contains(">/runs<") && !pages.contains(">/review<") && pages.contains("class=device:phone&amp;of=/runs"), "{pages}");
        assert!(figures.contains("9.0 s") || figures.contains("8.9 s"), "{figures}");
    }

    #[test]
    fn a_name_leads_to_its_pages_where_they_are_told_apart_and_is_called_as_its_table_is() {
        let series = vec![one(ALL, "", &[1, 2]), one(ALL, "cache:network", &[1]), one(ALL, "device:phone", &[1])];
        let measured = Measurements { span: Span::last(60, 1_000), series, deployments: Vec::new(), compared: Compared::default() };
        let asked = Asked::read("/performance/vitals", "");
        let by = |dimension: &str| table(&asked, &measured, Chosen::of(&asked), dimension, "").into_string();

        assert!(by("device").contains("A name leads to its pages.") && by("cache").contains("A name leads to its figures."), "{}", by("cache"));
        assert_eq!(["navigation:soft", "connection:4g", "odd"].map(named), ["Way there: soft", "Connection: 4g", "odd"]);
    }

    #[test]
    fn of_some_people_only_their_parts_are_asked_for_and_the_size_of_the_sample() {
        let asked = Asked::read("/performance/vitals", "class=device:phone&metric=vitals.inp");

        let question = question(&asked, Chosen::of(&asked), "route");

        assert_eq!(question.class.as_deref(), Some("device:phone"));
        assert!(question.parts.contains(&("vitals.lcp", Classes::All)) && question.parts.contains(&(metric::VITALS_SHARE, Classes::Whole)));
        assert!(question.parts.iter().all(|(metric, _)| !wrong::METRICS.contains(metric)));
        assert_eq!(question.charts, [("vitals.inp", Some(ALL.to_owned()))]);
    }

    #[test]
    fn whatever_browsers_measure_is_shown() {
        let parts = [&parts::METRICS[..], &parts::BY_NAVIGATION, &wrong::METRICS, &ALSO_SHOWN].concat();
        let is_shown = |name: &str| VITALS.iter().any(|vital| vital.metric == name) || parts.contains(&name);

        let hidden: Vec<&str> =
            ::vitals::Metric::ALL.iter().map(|metric| metric.name()).filter(|name| !is_shown(&format!("{}{name}", metric::VITALS))).collect();

        assert_eq!(hidden, [""; 0]);
    }

    #[test]
    fn a_page_is_found_among_the_routes_of_the_server() {
        assert_eq!([on_the_server("/"), on_the_server("/products/:handle/versions")], ["GET /", "GET /products/{handle}/versions"]);
    }

    #[test]
    fn a_load_is_good_or_needs_work_or_is_poor() {
        let sketch: Sketch = [1_000_000, 2_000_000, 3_000_000, 9_000_000].into_iter().collect();

        assert_eq!(verdicts(&sketch, &VITALS[0]), [2, 1, 1]);
    }
}
