//! Columns side by side, one a day or a week.

use maud::{Markup, html};

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) value: u64,
    /// The lower part of it that is marked.
    pub(crate) marked: u64,
    /// What is read at it: `12 Nov: EUR 3.20, 412 calls`.
    pub(crate) says: String,
    /// Whether something began there that changed what comes after it.
    pub(crate) begins: bool,
}

/// A limit across all columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) value: u64,
    pub(crate) says: String,
}

/// The height of the drawing, in units of its own.
const HEIGHT: u64 = 1_000;
/// A column with its gap.
const STEP: u64 = 10;
const WIDTH: u64 = 7;

/// `name` tells this chart's buttons from others on the page; `shown` is how a value is told on the scale; `ends` stand
/// under the first and the last column.
pub(crate) fn columns(name: &str, label: &str, columns: &[Column], line: Option<&Line>, shown: impl Fn(u64) -> String, ends: (&str, &str)) -> Markup {
    let scale = Scale::over(columns, line);
    let width = columns.len() as u64 * STEP;
    html! {
        div.chart {
            div.chart-plot {
                svg viewBox={ "0 0 " (width) " " (HEIGHT) } preserveAspectRatio="none" aria-hidden="true" {
                    @for at in [0, HEIGHT / 2] { path.chart-grid d={ "M0 " (at) "H" (width) } {} }
                    @for (at, column) in columns.iter().enumerate() {
                        @let x = at as u64 * STEP + (STEP - WIDTH) / 2;
                        @let height = scale.height(column.value);
                        @if height > 0 { rect.chart-column x=(x) y=(HEIGHT - height) width=(WIDTH) height=(height) {} }
                        @let marked = scale.height(column.marked).min(height);
                        @if marked > 0 { rect.chart-marked x=(x) y=(HEIGHT - marked) width=(WIDTH) height=(marked) {} }
                    }
                    @for (at, _) in columns.iter().enumerate().filter(|(_, column)| column.begins) {
                        path.chart-begins d={ "M" (at as u64 * STEP) " 0V" (HEIGHT) } {}
                    }
                    @if let Some(line) = line.filter(|line| scale.holds(line.value)) {
                        path.chart-line d={ "M0 " (HEIGHT - scale.height(line.value)) "H" (width) } {}
                    }
                }
                span.chart-top aria-hidden="true" { (shown(scale.top)) }
                span.chart-middle aria-hidden="true" { (shown(scale.top / 2)) }
                fieldset.chart-days {
                    legend.vh { (label) }
                    @for column in columns {
                        label title=(column.says) {
                            input type="radio" name=(name) autocomplete="off" aria-label=(column.says);
                            span aria-hidden="true" { (column.says) }
                        }
                    }
                }
            }
            div.chart-ends aria-hidden="true" { span { (ends.0) } span { (ends.1) } }
            @if let Some(line) = line { p.chart-says { (line.says) } }
        }
    }
}

/// What the upper edge stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Scale {
    top: u64,
}

impl Scale {
    /// A line far above everything is left out, as it would make the columns flat: it is told in words.
    fn over(columns: &[Column], line: Option<&Line>) -> Self {
        let highest = columns.iter().map(|column| column.value).max().unwrap_or(0);
        let line = line.map_or(0, |line| line.value);
        let most = if highest == 0 || line <= highest.saturating_mul(4) { highest.max(line) } else { highest };
        Self { top: round_up(most) }
    }

    const fn holds(self, value: u64) -> bool {
        value <= self.top
    }

    /// At least a hair's breadth where there is anything.
    fn height(self, value: u64) -> u64 {
        if value == 0 {
            return 0;
        }
        ((u128::from(value) * u128::from(HEIGHT) / u128::from(self.top)) as u64).clamp(6, HEIGHT)
    }
}

/// The next of 2, 4, 10, 20, 40, 100, ...: halves of these read well too.
fn round_up(value: u64) -> u64 {
    let mut step: u64 = 1;
    loop {
        for top in [2, 4, 10] {
            let top = step.saturating_mul(top);
            if top >= value {
                return top;
            }
        }
        step = step.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(value: u64, marked: u64) -> Column {
        Column { value, marked, says: format!("<{value}>"), begins: value == 7 }
    }

    fn drawn(given: &[Column], line: Option<u64>) -> String {
        let line = line.map(|value| Line { value, says: format!("Limit {value}") });
        columns("cost", "Cost by day", given, line.as_ref(), |value| value.to_string(), ("1 Nov", "2 Nov")).into_string()
    }

    #[test]
    fn the_scale_ends_at_a_round_number() {
        assert_eq!([0, 2, 3, 5, 11, 41, 99, 3_000].map(round_up), [2, 2, 4, 10, 20, 100, 100, 4_000]);
        assert_eq!(round_up(u64::MAX), u64::MAX);
    }

    #[test]
    fn columns_stand_on_the_ground_as_high_as_they_are() {
        let html = drawn(&[column(4, 1), column(0, 0), column(2, 2)], None);

        assert!(html.contains("viewBox=\"0 0 30 1000\""), "{html}");
        assert!(html.contains("class=\"chart-column\" x=\"1\" y=\"0\" width=\"7\" height=\"1000\""), "{html}");
        assert!(html.contains("class=\"chart-marked\" x=\"1\" y=\"750\" width=\"7\" height=\"250\""), "{html}");
        assert!(html.contains("class=\"chart-column\" x=\"21\" y=\"500\" width=\"7\" height=\"500\""), "{html}");
        assert_eq!(html.matches("chart-column").count(), 2);
    }

    #[test]
    fn a_limit_is_drawn_where_it_fits_and_told_in_any_case() {
        let near = drawn(&[column(4, 0)], Some(8));
        let far = drawn(&[column(4, 0)], Some(80));
        let alone = drawn(&[column(0, 0)], Some(80));

        assert!(near.contains("d=\"M0 200H10\"") && near.contains("Limit 8"), "{near}");
        assert!(!far.contains("chart-line") && far.contains("Limit 80"), "{far}");
        assert!(alone.contains("d=\"M0 200H10\""), "{alone}");
    }

    #[test]
    fn what_begins_somewhere_is_marked_there() {
        let html = drawn(&[column(4, 0), column(7, 0)], None);

        assert_eq!((html.matches("chart-begins").count(), html.contains("d=\"M10 0V1000\"")), (1, true), "{html}");
    }

    #[test]
    fn each_column_is_read_by_its_button_and_no_text_becomes_markup() {
        let html = drawn(&[column(4, 0), column(2, 0)], None);

        assert_eq!(html.matches("type=\"radio\" name=\"cost\"").count(), 2);
        assert!(html.contains("aria-label=\"&lt;4&gt;\"") && !html.contains("<4>"), "{html}");
    }
}
