//! A figure over time: columns, builds that began to serve marked on them, and the same figures as a table.

use domain::clock::Timestamp;
use maud::{Markup, html};
use measuring::{Sketch, Span};
use ports::performance::{Deployment, Measurements};

use super::shown::scrolled;
use crate::ui::{
    chart::{Column, Line, columns},
    format,
};

/// What is drawn.
pub(super) struct Trend<'a> {
    /// Tells its buttons from those of other charts on the page.
    pub(super) id: &'a str,
    pub(super) heading: &'a str,
    /// Of each period.
    pub(super) values: Vec<Value>,
    pub(super) limit: Option<Line>,
    pub(super) shown: fn(u64) -> String,
    /// Under the chart.
    pub(super) says: Option<&'a str>,
}

/// What a period came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) height: u64,
    pub(super) marked: u64,
    /// Behind the moment: `p75 1.2 s of 40`.
    pub(super) says: String,
}

/// Columns of a chart at most: more cannot be told apart on a phone.
const MOST: usize = 96;
const MINUTE: i64 = 60_000_000;

/// How many periods are a column.
pub(super) fn folded(span: Span) -> usize {
    span.periods().div_ceil(MOST).max(1)
}

/// Periods put together, so many each.
pub(super) fn fold(periods: &[Sketch], many: usize) -> Vec<Sketch> {
    let merge = |chunk: &[Sketch]| {
        let mut all = Sketch::default();
        for one in chunk {
            all.merge(one);
        }
        all
    };
    periods.chunks(many.max(1)).map(merge).collect()
}

/// Nothing where there is nothing to see.
pub(super) fn trend(measurements: &Measurements, trend: Trend<'_>) -> Markup {
    let span = measurements.span;
    let each = folded(span) as i64 * span.level.minutes();
    let at = |column: usize| moment(span.from + column as i64 * each);
    let began = |column: usize| {
        let (from, to) = (span.from + column as i64 * each, span.from + (column as i64 + 1) * each);
        measurements.deployments.iter().filter(move |one| (from..to).contains(&one.began_at.micros().div_euclid(MINUTE))).collect::<Vec<_>>()
    };
    let columns_of = trend.values.iter().enumerate().map(|(column, value)| {
        let builds = began(column);
        let says = format!("{}: {}{}", told(at(column), each), value.says, said_of(&builds));
        Column { value: value.height, marked: value.marked, says, begins: !builds.is_empty() }
    });
    let columns_of: Vec<Column> = columns_of.collect();
    let is_empty = trend.values.iter().all(|value| value.height == 0);
    let heading = format!("{}-h", trend.id);
    let heads = html! { thead { tr { th scope="col" { "From" } th.num scope="col" { "Figure" } th scope="col" { "Build" } } } };
    let ends = (told(at(0), each), told(at(trend.values.len().saturating_sub(1)), each));
    html! {
        section.part aria-labelledby=(heading) {
            h2 id=(heading) { (trend.heading) }
            @if is_empty { p.muted { "Nothing was measured in this time." } } @else {
                (columns(trend.id, trend.heading, &columns_of, trend.limit.as_ref(), trend.shown, (&ends.0, &ends.1)))
                @if let Some(says) = trend.says { p.chart-says { (says) } }
                @if columns_of.iter().any(|column| column.begins) { p.chart-says { "A dotted line is where a new build began to serve." } }
                details {
                    summary { "The same figures as a table" }
                    (scrolled(&heading, &heads, &html! {
                        @for (column, value) in trend.values.iter().enumerate().rev() {
                            @if !value.says.is_empty() {
                                tr {
                                    th scope="row" { (told(at(column), each)) }
                                    td.num { (value.says) }
                                    td { @for build in began(column) { code { (build.build) } " " } }
                                }
                            }
                        }
                    }))
                }
            }
        }
    }
}

/// Builds that began to serve, the latest first.
pub(super) fn deployments(deployments: &[Deployment], now: Timestamp) -> Markup {
    html! {
        @if !deployments.is_empty() {
            section.part aria-labelledby="builds-h" {
                h2 #builds-h { "Builds" }
                ul.stack {
                    @for one in deployments.iter().rev() {
                        li { code { (one.build) } " of version " (one.version) ", since " time datetime=(one.began_at) title=(format::moment(one.began_at)) { (format::ago(one.began_at, now)) } }
                    }
                }
            }
        }
    }
}

fn moment(minute: i64) -> Timestamp {
    Timestamp::from_micros(minute * MINUTE)
}

/// Days by their date, what is shorter with the time.
fn told(at: Timestamp, minutes: i64) -> String {
    if minutes >= 24 * 60 { format::date(at) } else { format!("{} {}", format::date(at), format::time(at)) }
}

fn said_of(builds: &[&Deployment]) -> String {
    builds.iter().map(|one| [". Build ", &one.build, " began"].concat()).collect()
}

#[cfg(test)]
mod tests {
    use ports::performance::Compared;

    use super::*;

    #[test]
    fn periods_are_put_together_where_there_are_too_many() {
        let periods: Vec<Sketch> = (1..=360).map(Sketch::of).collect();
        let span = Span::last(360, 1_000);

        let folded_ = fold(&periods, folded(span));

        assert_eq!((folded(span), folded_.len(), folded_[0].count(), folded_[0].sum()), (4, 90, 4, 10));
    }

    #[test]
    fn a_build_is_marked_in_the_column_it_began_in() {
        let span = Span::last(60, 1_000);
        let deployment = Deployment { build: "<b>".into(), version: "1".into(), began_at: moment(span.from + 5) };
        let measurements = Measurements { span, series: Vec::new(), deployments: vec![deployment], compared: Compared::default() };
        let values = vec![Value { height: 3, marked: 0, says: "3 of them".into() }; 60];
        let given = Trend { id: "a", heading: "Figure", values, limit: None, shown: |value| value.to_string(), says: None };

        let html = trend(&measurements, given).into_string();

        assert_eq!(html.matches("Build &lt;b&gt; began").count(), 3, "{html}");
        assert!(html.contains("chart-begins") && !html.contains("<b>") && !html.contains("style="), "{html}");
    }

    #[test]
    fn where_there_is_nothing_it_says_so() {
        let measurements = Measurements { span: Span::last(60, 1_000), series: Vec::new(), deployments: Vec::new(), compared: Compared::default() };
        let given =
            Trend { id: "a", heading: "Figure", values: vec![Value::default(); 60], limit: None, shown: |value| value.to_string(), says: None };

        assert!(trend(&measurements, given).into_string().contains("Nothing was measured in this time."));
    }
}
