//! Charts, as SVG drawn here: lines over an axis that begins at nothing.

use std::fmt::Write;

use maud::{Markup, html};

/// A line of a chart. Its place says how it looks: colour and dashes, so that it can be told without colours.
pub(super) struct Line<'a> {
    pub(super) label: &'a str,
    pub(super) values: Vec<f64>,
}

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 220.0;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 28.0;

/// `xs` are as many as each line's values.
pub(super) fn lines(title: &str, unit: &str, xs: &[f64], x_unit: &str, lines: &[Line<'_>]) -> Markup {
    let top = nice(lines.iter().flat_map(|line| &line.values).copied().fold(0.0, f64::max));
    let (first, last) = (xs.first().copied().unwrap_or(0.0), xs.last().copied().unwrap_or(0.0));
    let across = |x: f64| LEFT + (WIDTH - LEFT - RIGHT) * (x - first) / (last - first).max(f64::MIN_POSITIVE);
    let up = |y: f64| HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * y / top;
    let says = lines.iter().map(|line| format!("{} up to {}", line.label, number(line.values.iter().copied().fold(0.0, f64::max))));
    let says = format!("{title}, in {unit}: {}.", says.collect::<Vec<_>>().join(", "));
    html! {
        figure {
            figcaption { (title) ", " (unit) }
            ul.legend {
                @for (n, line) in lines.iter().enumerate() {
                    li { svg viewBox="0 0 28 8" width="28" height="8" aria-hidden="true" { line.{ "line-" (n) } x1="0" y1="4" x2="28" y2="4" {} } " " (line.label) }
                }
            }
            div.scroll {
                svg.chart viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-label=(says) {
                    @for part in [0.0, 0.25, 0.5, 0.75, 1.0] {
                        line.grid x1=(LEFT) x2=(WIDTH - RIGHT) y1=(place(up(top * part))) y2=(place(up(top * part))) {}
                        text.tick x=(LEFT - 6.0) y=(place(up(top * part) + 4.0)) text-anchor="end" { (number(top * part)) }
                    }
                    text.tick x=(LEFT) y=(HEIGHT - 8.0) { (number(first)) " " (x_unit) }
                    text.tick x=(WIDTH - RIGHT) y=(HEIGHT - 8.0) text-anchor="end" { (number(last)) " " (x_unit) }
                    @for (n, line) in lines.iter().enumerate() {
                        polyline.{ "line-" (n) } points=(points(xs.iter().map(|x| across(*x)), line.values.iter().map(|y| up(*y)))) {}
                        @if line.values.len() == 1 { circle.{ "dot-" (n) } cx=(place(across(first))) cy=(place(up(line.values[0]))) r="3" {} }
                    }
                }
            }
        }
    }
}

fn points(xs: impl Iterator<Item = f64>, ys: impl Iterator<Item = f64>) -> String {
    xs.zip(ys).fold(String::new(), |mut points, (x, y)| {
        let _ = write!(points, "{} {} ", place(x), place(y));
        points
    })
}

/// A tenth of a pixel is exact enough, and a third of the bytes.
fn place(at: f64) -> String {
    format!("{at:.1}")
}

/// The next round number: 1, 2, 4 or 8 times a power of ten, so that quarters of it are short.
fn nice(value: f64) -> f64 {
    if !value.is_finite() || value <= 0.0 {
        return 1.0;
    }
    let power = 10_f64.powf(value.log10().floor());
    [1.0, 2.0, 4.0, 8.0, 10.0].into_iter().map(|step| step * power).find(|step| *step >= value * 0.999_999).unwrap_or(power * 10.0)
}

/// As short as it is still exact enough to read.
pub(super) fn number(value: f64) -> String {
    if value.abs() >= 100.0 || value.fract().abs() < 1e-9 {
        format!("{value:.0}")
    } else if value.abs() >= 10.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.2}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_ends_at_a_round_number() {
        for (value, expected) in [(0.0, "1"), (0.03, "0.04"), (7.5, "8"), (8.0, "8"), (8.1, "10"), (130.0, "200"), (f64::NAN, "1")] {
            assert_eq!(number(nice(value)), expected, "{value}");
        }
    }

    #[test]
    fn a_chart_draws_every_value_inside_its_frame() {
        let line = Line { label: "p95", values: vec![0.0, 5.0, 8.0] };
        let drawn = lines("Time", "ms", &[0.0, 1.0, 2.0], "s", &[line]).into_string();
        assert!(drawn.contains("points=\"56.0 192.0 402.0 79.5 748.0 12.0 \""), "{drawn}");
        assert!(drawn.contains("aria-label=\"Time, in ms: p95 up to 8.\""));
    }

    #[test]
    fn nothing_and_a_single_value_can_be_drawn() {
        assert!(!lines("Time", "ms", &[], "s", &[Line { label: "p95", values: Vec::new() }]).into_string().contains("NaN"));
        let one = lines("Time", "ms", &[3.0], "s", &[Line { label: "p95", values: vec![2.0] }]).into_string();
        assert!(one.contains("<circle") && !one.contains("NaN"));
    }
}
