//! The last seven days against the seven before: as a page, as Markdown for a mail or a chat, as CSV for a sheet.

use domain::clock::Timestamp;
use maud::{Markup, html};
use measuring::{ALL, Sketch, metric};
use ports::{
    Access, Ports,
    error::AppError,
    performance::{Classes, Measured, Measurements, Question, Range},
};

use super::{
    asked::Asked,
    shown::{heads, icon, places, scrolled},
    units::{percent, share, time},
    verdict::{Unit, VITALS, Vital},
};
use crate::ui::format::{self, in_address, number};

pub(super) const PATH: &str = "/performance/report";

/// Tables with words before them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    title: String,
    says: Vec<String>,
    /// The same in figures.
    sums: Table,
    tables: Vec<Table>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Table {
    name: &'static str,
    heads: Vec<&'static str>,
    rows: Vec<Row>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    about: String,
    /// As many as there are heads, but for the first.
    figures: Vec<Figure>,
    /// Where on the pages more of it is seen.
    leads_to: Option<String>,
}

/// A figure as it was measured. People are shown it in the unit that fits.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Figure {
    Count(u64),
    Microseconds(u64),
    /// Ten-thousandths of a layout shift score.
    Score(u64),
    /// Thousandths.
    Share(u64),
    Word(String),
    Moment(Timestamp),
    /// Nothing was measured, and what people are told then.
    None(&'static str),
}

/// Routes that are told of: the rest is in the pages.
const MOST_ROUTES: usize = 20;

/// Makes the report of the week up to now.
pub async fn report(ports: &Ports, who: &Access, now: Timestamp) -> Result<Report, AppError> {
    let mut parts = vec![
        (metric::HTTP_DURATION, Classes::All),
        (metric::HTTP_TOGETHER, Classes::All),
        (metric::CACHE_HIT, Classes::Whole),
        (metric::CACHE_MISS, Classes::Whole),
        (metric::VIEWS, Classes::Whole),
    ];
    parts.extend(VITALS.iter().map(|vital| (vital.metric, Classes::Whole)));
    let measured = ports.performance.measurements(who, &Question { range: Range::Week, parts, ..Question::default() }).await?;
    Ok(Report::of(&measured, now))
}

pub(super) async fn page(ports: &Ports, who: &Access, now: Timestamp) -> Result<String, AppError> {
    Ok(report(ports, who, now).await?.page().into_string())
}

impl Report {
    fn of(measured: &Measurements, now: Timestamp) -> Self {
        let weeks = Week::both(measured);
        let tables = [vitals(measured), pages(measured), requests(measured), builds(measured)];
        Self {
            title: format!("Performance in the seven days up to {}", format::date(now)),
            says: said(&weeks),
            sums: sums(&weeks, now),
            tables: tables.into_iter().filter(|table| !table.rows.is_empty()).collect(),
        }
    }

    fn page(&self) -> Markup {
        html! {
            header.page-head {
                h1 tabindex="-1" { "Weekly report" }
                a.btn href={ (PATH) ".md" } download rel="external" { (icon("download")) "Markdown" }
                a.btn href={ (PATH) ".csv" } download rel="external" { (icon("download")) "CSV" }
            }
            (places(&Asked::plain(PATH)))
            section.part aria-labelledby="week-h" {
                h2 #week-h { (self.title) }
                ul.stack { @for sentence in &self.says { li { (sentence) } } }
            }
            @for table in &self.tables {
                @let id = table.name.to_lowercase().replace(' ', "-");
                section.part aria-labelledby=(id) {
                    h2 id=(id) { (table.name) }
                    (scrolled(&id, &heads(table.heads[0], &table.heads[1..]), &html! { @for row in &table.rows { (row.markup()) } }))
                }
            }
        }
    }

    /// As Markdown, with tables as GitHub has them.
    pub fn markdown(&self) -> String {
        let mut lines = vec![format!("# {}", self.title), String::new()];
        lines.extend(self.says.iter().map(|sentence| format!("- {}", in_markdown(sentence))));
        for table in &self.tables {
            lines.extend([String::new(), format!("## {}", table.name), String::new()]);
            lines.extend([format!("| {} |", table.heads.join(" | ")), format!("|{}", " --- |".repeat(table.heads.len()))]);
            let cells = |row: &Row| std::iter::once(row.about.clone()).chain(row.figures.iter().map(Figure::shown)).collect::<Vec<_>>();
            let row = |row: &Row| format!("| {} |", cells(row).iter().map(|cell| in_markdown(cell)).collect::<Vec<_>>().join(" | "));
            lines.extend(table.rows.iter().map(row));
        }
        lines.push(String::new());
        lines.join("\n")
    }

    /// As CSV (RFC 4180), a row a figure: table, what it is about, which figure, its value as a number and in which unit. Moments are as in ISO 8601.
    /// A figure of which nothing was measured is not there.
    pub fn csv(&self) -> String {
        let mut text = "Table,About,Figure,Value,Unit\r\n".to_owned();
        for table in std::iter::once(&self.sums).chain(&self.tables) {
            for row in &table.rows {
                for (head, figure) in table.heads.iter().skip(1).zip(&row.figures) {
                    let Some((value, unit)) = figure.raw() else { continue };
                    let cells: Vec<String> = [table.name, &row.about, head, &value, unit].iter().map(|cell| in_csv(cell)).collect();
                    text += &cells.join(",");
                    text += "\r\n";
                }
            }
        }
        text
    }
}

impl Row {
    fn new(about: impl Into<String>, figures: Vec<Figure>) -> Self {
        Self { about: about.into(), figures, leads_to: None }
    }

    fn leading_to(self, address: String) -> Self {
        Self { leads_to: Some(address), ..self }
    }

    fn markup(&self) -> Markup {
        html! {
            tr {
                th scope="row" { @match &self.leads_to { Some(address) => a.link href=(address) { (self.about) }, None => (self.about) } }
                @for figure in &self.figures { td.num { (figure.shown()) } }
            }
        }
    }
}

impl Figure {
    fn shown(&self) -> String {
        match self {
            Self::Count(count) => number(*count),
            Self::Microseconds(long) => time(*long),
            Self::Score(score) => VITALS[2].shown(*score),
            Self::Share(share) => percent(*share),
            Self::Word(word) => word.clone(),
            Self::Moment(at) => format::moment(*at),
            Self::None(words) => (*words).to_owned(),
        }
    }

    /// With its unit, in which nothing is rounded.
    fn raw(&self) -> Option<(String, &'static str)> {
        let of = |amount: u64, parts: u64, places: usize| format!("{}.{:0places$}", amount / parts, amount % parts);
        Some(match self {
            Self::Count(count) => (count.to_string(), ""),
            Self::Microseconds(long) => (of(*long, 1_000, 3), "ms"),
            Self::Score(score) => (of(*score, 10_000, 4), ""),
            Self::Share(share) => (of(*share, 10, 1), "%"),
            Self::Word(word) => (word.clone(), ""),
            Self::Moment(at) => (at.to_string(), ""),
            Self::None(_) => return None,
        })
    }

    fn of(vital: &Vital, value: Option<u64>, otherwise: &'static str) -> Self {
        match (value, vital.unit) {
            (None, _) => Self::None(otherwise),
            (Some(value), Unit::Time) => Self::Microseconds(value),
            (Some(value), Unit::Score) => Self::Score(value),
        }
    }

    fn p95(sketch: &Sketch) -> Self {
        sketch.quantile(950).map_or(Self::None(""), Self::Microseconds)
    }
}

/// What all of a week comes to.
struct Week {
    views: u64,
    requests: Sketch,
    failed: u64,
    hits: u64,
    lookups: u64,
}

impl Week {
    /// This one, and the one before.
    fn both(measured: &Measurements) -> [Self; 2] {
        let all = |metric: &str| measured.together(metric, |_| true).map_or_else(Default::default, |one| [one.now, one.before]);
        let views = measured.find(metric::VIEWS, ALL, "").map_or([0, 0], |one| [one.now.count(), one.before.count()]);
        let [requests, requests_before] = all(metric::HTTP_TOGETHER);
        let (failed, failed_before) = measured.failed(metric::HTTP_TOGETHER, |_| true);
        let [hits, misses] = [metric::CACHE_HIT, metric::CACHE_MISS].map(|metric| all(metric).map(|one| one.count()));
        [
            Self { views: views[0], requests, failed, hits: hits[0], lookups: hits[0] + misses[0] },
            Self { views: views[1], requests: requests_before, failed: failed_before, hits: hits[1], lookups: hits[1] + misses[1] },
        ]
    }

    /// What was looked up and was in a cache; none where nothing was looked up.
    fn hit_rate(&self) -> Option<u64> {
        share(self.hits, self.lookups)
    }
}

/// The same in figures.
fn sums([week, before]: &[Week; 2], now: Timestamp) -> Table {
    let both = |about: &str, of: fn(&Week) -> Figure| Row::new(about, vec![of(week), of(before)]);
    let rows = vec![
        both("Page views", |week| Figure::Count(week.views)),
        both("Requests", |week| Figure::Count(week.requests.count())),
        both("Requests that failed", |week| Figure::Count(week.failed)),
        both("Requests, p95", |week| Figure::p95(&week.requests)),
        both("Lookups in caches", |week| Figure::Count(week.lookups)),
        both("Answered from caches", |week| week.hit_rate().map_or(Figure::None(""), Figure::Share)),
        Row::new("Up to", vec![Figure::Moment(now)]),
    ];
    Table { name: "Summary", heads: vec!["Figure", "Week", "Week before"], rows }
}

/// The most important in sentences.
fn said([week, before]: &[Week; 2]) -> Vec<String> {
    let mut said = vec![format!("{} page views, {} in the week before.", number(week.views), number(before.views))];
    if !week.requests.is_empty() || !before.requests.is_empty() {
        let p95 = |week: &Week| week.requests.quantile(950).map_or_else(|| "nothing".to_owned(), time);
        said.push(format!(
            "{} requests, of which {} failed. 95 of 100 took no longer than {}; {} in the week before.",
            number(week.requests.count()),
            number(week.failed),
            p95(week),
            p95(before)
        ));
    }
    if let Some(hit_rate) = week.hit_rate() {
        said.push(format!("{} of what was looked up was in a cache.", percent(hit_rate)));
    }
    said
}

fn vitals(measured: &Measurements) -> Table {
    let rows = VITALS.iter().filter_map(|vital| {
        let one = measured.find(vital.metric, ALL, "")?;
        let now = one.now.quantile(750)?;
        let figures = vec![
            Figure::of(vital, Some(now), ""),
            Figure::Word(vital.judge(now).words().to_owned()),
            Figure::of(vital, one.before.quantile(750), "Not known"),
        ];
        let row = Row::new(format!("{} ({})", vital.name, vital.short), figures);
        Some(row.leading_to(format!("/performance/vitals?range=7d&metric={}", vital.metric)))
    });
    Table { name: "Page loads", heads: vec!["Figure", "75 of 100", "Verdict", "Week before"], rows: rows.collect() }
}

fn pages(measured: &Measurements) -> Table {
    let mut routes: Vec<&Measured> = measured.of(metric::VIEWS).filter(|one| one.series.of != ALL && !one.now.is_empty()).collect();
    routes.sort_by_key(|one| std::cmp::Reverse(one.now.count()));
    let row = |one: &Measured| {
        let mut figures = vec![Figure::Count(one.now.count())];
        figures.extend(VITALS[..3].iter().map(|vital| {
            let value = measured.find(vital.metric, &one.series.of, "").and_then(|one| one.now.quantile(750));
            Figure::of(vital, value, "")
        }));
        Row::new(&one.series.of, figures).leading_to(format!("/performance/vitals?range=7d&of={}", in_address(&one.series.of)))
    };
    Table { name: "Pages", heads: vec!["Page", "Views", "LCP", "INP", "CLS"], rows: routes.into_iter().take(MOST_ROUTES).map(row).collect() }
}

fn requests(measured: &Measurements) -> Table {
    let mut routes: Vec<&str> = measured.of(metric::HTTP_DURATION).map(|one| one.series.of.as_str()).collect();
    routes.dedup();
    let mut all: Vec<Measured> = routes.into_iter().filter_map(|of| measured.together(metric::HTTP_DURATION, |series| series.of == of)).collect();
    all.retain(|one| !one.now.is_empty());
    all.sort_by_key(|one| std::cmp::Reverse(one.now.sum()));
    let row = |one: &Measured| {
        let figures = vec![Figure::Count(one.now.count()), Figure::p95(&one.now), Figure::p95(&one.before)];
        Row::new(&one.series.of, figures).leading_to(format!("/performance/traces?range=7d&of={}", in_address(&one.series.of)))
    };
    Table { name: "Requests", heads: vec!["Route", "Count", "p95", "p95 before"], rows: all.iter().take(MOST_ROUTES).map(row).collect() }
}

fn builds(measured: &Measurements) -> Table {
    let row = |one: &ports::performance::Deployment| {
        let figures = vec![Figure::Word(one.version.clone()), Figure::Moment(one.began_at)];
        Row::new(&one.build, figures)
    };
    Table { name: "Builds", heads: vec!["Build", "Version", "Since"], rows: measured.deployments.iter().map(row).collect() }
}

/// What would be taken for a table or for markup.
fn in_markdown(text: &str) -> String {
    text.chars()
        .flat_map(|character| matches!(character, '|' | '*' | '_' | '`' | '<' | '[' | '\\').then_some('\\').into_iter().chain([character]))
        .collect()
}

/// A sheet takes what begins with one of four signs for a formula.
fn in_csv(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use measuring::{Series, Span};
    use ports::performance::Compared;

    use super::*;

    fn one(metric: &str, of: &str, class: &str, values: &[u64]) -> Measured {
        let now: Sketch = values.iter().copied().collect();
        Measured { series: Series::new(metric, of, class), now, before: Sketch::of(100_000), periods: Vec::new() }
    }

    fn report() -> Report {
        let series = vec![
            one(metric::HTTP_DURATION, "GET /a|b", "2xx", &[50_000; 9]),
            one(metric::HTTP_DURATION, "GET /a|b", "5xx", &[60_000]),
            one(metric::HTTP_TOGETHER, ALL, "2xx", &[50_000; 9]),
            one(metric::HTTP_TOGETHER, ALL, "5xx", &[60_000]),
            one(metric::VIEWS, ALL, "", &[0, 0]),
            one(metric::VIEWS, "=cmd,", "", &[0, 0]),
            one("vitals.lcp", ALL, "", &[1_200_000, 1_200_000]),
        ];
        Report::of(
            &Measurements { span: Span::last(60, 1_000), series, deployments: Vec::new(), compared: Compared::default() },
            Timestamp::from_micros(1_760_000_000_000_000),
        )
    }

    #[test]
    fn the_week_is_told_in_sentences_and_tables() {
        let markdown = report().markdown();

        assert!(markdown.starts_with("# Performance in the seven days up to "), "{markdown}");
        assert!(markdown.contains("10 requests, of which 1 failed.") && markdown.contains("| GET /a\\|b | 10 | "), "{markdown}");
        assert!(markdown.contains("| Largest thing drawn (LCP) | 1.2 s | Good | 100 ms |"), "{markdown}");
    }

    #[test]
    fn no_cell_of_a_sheet_is_a_formula() {
        let csv = report().csv();

        assert!(csv.contains("Pages,\"'=cmd,\",Views,2,\r\n"), "{csv}");
        assert!(csv.lines().all(|line| !line.contains(",=")), "{csv}");
    }

    #[test]
    fn a_sheet_has_numbers_with_their_units_and_the_sums_of_the_week() {
        let csv = report().csv();

        assert!(csv.starts_with("Table,About,Figure,Value,Unit\r\n"), "{csv}");
        for line in [
            "Summary,Requests,Week,10,",
            "Summary,Requests that failed,Week,1,",
            "Summary,Requests that failed,Week before,1,",
            "Page loads,Largest thing drawn (LCP),Verdict,Good,",
        ] {
            assert!(csv.contains(&format!("{line}\r\n")), "{line}: {csv}");
        }
        let value = |start: &str| csv.lines().find_map(|line| line.strip_prefix(start)).unwrap_or_else(|| panic!("{start}: {csv}")).to_owned();
        let (long, unit) = value("Page loads,Largest thing drawn (LCP),75 of 100,")
            .split_once(',')
            .map(|(long, unit)| (long.parse::<f64>().unwrap(), unit.to_owned()))
            .unwrap();
        assert!((1_180.0..=1_220.0).contains(&long) && unit == "ms", "{csv}");
        // Nobody looked anything up, and nothing is said of it.
        assert!(value("Summary,Up to,Week,").starts_with("2025-10-09T") && !csv.contains("Answered from caches"), "{csv}");
    }

    #[test]
    fn raw_figures_are_exact() {
        let raw =
            [Figure::Microseconds(1_050), Figure::Score(12_345), Figure::Share(992), Figure::Count(12_345)].map(|figure| figure.raw().unwrap().0);

        assert_eq!(raw, ["1.050", "1.2345", "99.2", "12345"]);
        assert_eq!(Figure::None("Not known").raw(), None);
    }

    #[test]
    fn the_page_has_the_same_and_leads_to_both_files() {
        let html = report().page().into_string();

        for part in ["href=\"/performance/report.md\"", "href=\"/performance/report.csv\"", "10 requests, of which 1 failed."] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(html.contains("<a class=\"link\" href=\"/performance/traces?range=7d&amp;of=GET /a|b\">GET /a|b</a>"), "{html}");
        assert!(html.contains("href=\"/performance/vitals?range=7d&amp;metric=vitals.lcp\""), "{html}");
    }
}
