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
    shown::{heads, icon, places},
    units::{percent, share, time},
    verdict::VITALS,
};
use crate::ui::format::{self, number};

pub(super) const PATH: &str = "/performance/report";

/// Tables with words before them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    title: String,
    says: Vec<String>,
    tables: Vec<Table>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Table {
    name: &'static str,
    heads: Vec<&'static str>,
    /// The first of a row is what it is about.
    rows: Vec<Vec<String>>,
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
    let summed = &[metric::HTTP_DURATION, metric::HTTP_TOGETHER, metric::CACHE_HIT, metric::CACHE_MISS, metric::VIEWS];
    let measured = ports.performance.measurements(who, &Question { range: Range::Week, parts, summed, ..Question::default() }).await?;
    Ok(Report::of(&measured, now))
}

pub(super) async fn page(ports: &Ports, who: &Access, now: Timestamp) -> Result<String, AppError> {
    Ok(report(ports, who, now).await?.page().into_string())
}

impl Report {
    fn of(measured: &Measurements, now: Timestamp) -> Self {
        let tables = [vitals(measured), pages(measured), requests(measured), builds(measured)];
        Self {
            title: format!("Performance in the seven days up to {}", format::date(now)),
            says: said(measured),
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
            (places(PATH))
            section.part aria-labelledby="week-h" {
                h2 #week-h { (self.title) }
                ul.stack { @for sentence in &self.says { li { (sentence) } } }
            }
            @for table in &self.tables {
                @let id = table.name.to_lowercase().replace(' ', "-");
                section.part aria-labelledby=(id) {
                    h2 id=(id) { (table.name) }
                    div.scroll tabindex="0" role="group" aria-labelledby=(id) {
                        table.table {
                            (heads(table.heads[0], &table.heads[1..]))
                            tbody { @for row in &table.rows { tr { th scope="row" { (row[0]) } @for cell in &row[1..] { td.num { (cell) } } } } }
                        }
                    }
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
            let row = |row: &Vec<String>| format!("| {} |", row.iter().map(|cell| in_markdown(cell)).collect::<Vec<_>>().join(" | "));
            lines.extend(table.rows.iter().map(row));
        }
        lines.push(String::new());
        lines.join("\n")
    }

    /// As CSV (RFC 4180), a row a figure: table, what it is about, which figure, value.
    pub fn csv(&self) -> String {
        let mut text = "Table,About,Figure,Value\r\n".to_owned();
        for table in &self.tables {
            for row in &table.rows {
                for (head, cell) in table.heads.iter().zip(row).skip(1) {
                    let cells: Vec<String> = [table.name, &row[0], head, cell].iter().map(|cell| in_csv(cell)).collect();
                    text += &cells.join(",");
                    text += "\r\n";
                }
            }
        }
        text
    }
}

/// The most important in sentences.
fn said(measured: &Measurements) -> Vec<String> {
    let mut said = Vec::new();
    let views = measured.find(metric::VIEWS, ALL, "").map_or((0, 0), |one| (one.now.count(), one.before.count()));
    said.push(format!("{} page views, {} in the week before.", number(views.0), number(views.1)));
    if let Some(all) = measured.together(metric::HTTP_TOGETHER, |_| true) {
        let failed = measured.together(metric::HTTP_TOGETHER, |series| series.class == "5xx").map_or(0, |one| one.now.count());
        let p95 = |sketch: &Sketch| sketch.quantile(950).map_or_else(|| "nothing".to_owned(), time);
        said.push(format!(
            "{} requests, of which {} failed. 95 of 100 took no longer than {}; {} in the week before.",
            number(all.now.count()),
            number(failed),
            p95(&all.now),
            p95(&all.before)
        ));
    }
    let count = |metric: &str| measured.together(metric, |_| true).map_or(0, |one| one.now.count());
    let hits = count(metric::CACHE_HIT);
    if let Some(hits) = share(hits, hits + count(metric::CACHE_MISS)) {
        said.push(format!("{} of what was looked up was in memory.", percent(hits)));
    }
    said
}

fn vitals(measured: &Measurements) -> Table {
    let rows = VITALS.iter().filter_map(|vital| {
        let one = measured.find(vital.metric, ALL, "")?;
        let now = one.now.quantile(750)?;
        let before = one.before.quantile(750).map_or_else(|| "Not known".to_owned(), |before| vital.shown(before));
        Some(vec![format!("{} ({})", vital.name, vital.short), vital.shown(now), vital.judge(now).words().to_owned(), before])
    });
    Table { name: "Page loads", heads: vec!["Figure", "75 of 100", "Verdict", "Week before"], rows: rows.collect() }
}

fn pages(measured: &Measurements) -> Table {
    let mut routes: Vec<&Measured> = measured.of(metric::VIEWS).filter(|one| one.series.of != ALL && !one.now.is_empty()).collect();
    routes.sort_by_key(|one| std::cmp::Reverse(one.now.count()));
    let row = |one: &Measured| {
        let mut row = vec![one.series.of.clone(), number(one.now.count())];
        row.extend(VITALS[..3].iter().map(|vital| {
            let value = measured.find(vital.metric, &one.series.of, "").and_then(|one| one.now.quantile(750));
            value.map(|value| vital.shown(value)).unwrap_or_default()
        }));
        row
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
        let p95 = |sketch: &Sketch| sketch.quantile(950).map(time).unwrap_or_default();
        vec![one.series.of.clone(), number(one.now.count()), p95(&one.now), p95(&one.before)]
    };
    Table { name: "Requests", heads: vec!["Route", "Count", "p95", "p95 before"], rows: all.iter().take(MOST_ROUTES).map(row).collect() }
}

fn builds(measured: &Measurements) -> Table {
    let row = |one: &ports::performance::Deployment| vec![one.build.clone(), one.version.clone(), format::moment(one.began_at)];
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

        assert!(csv.contains("Pages,\"'=cmd,\",Views,2\r\n"), "{csv}");
        assert!(csv.lines().all(|line| !line.contains(",=")), "{csv}");
    }

    #[test]
    fn the_page_has_the_same_and_leads_to_both_files() {
        let html = report().page().into_string();

        for part in ["href=\"/performance/report.md\"", "href=\"/performance/report.csv\"", "10 requests, of which 1 failed.", ">GET /a|b<"] {
            assert!(html.contains(part), "{part}: {html}");
        }
    }
}
