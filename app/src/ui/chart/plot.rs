//! Dots over a scale from zero, with how far they spread, and a curve through them. What is read exactly stands in a table beside it.

use maud::{Markup, html};

/// What was seen at a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Dot {
    pub(crate) x: f64,
    pub(crate) y: f64,
    /// From where to where it may as well be.
    pub(crate) spread: Option<(f64, f64)>,
}

/// What is drawn.
pub(crate) struct Plot<'a> {
    pub(crate) dots: &'a [Dot],
    /// From left to right.
    pub(crate) curve: &'a [(f64, f64)],
    /// Places where something begins or ends.
    pub(crate) marks: &'a [f64],
    /// What should not be passed, and what is said of it.
    pub(crate) limit: Option<(f64, String)>,
    pub(crate) shown: &'a dyn Fn(f64) -> String,
    /// Under the left and the right end.
    pub(crate) ends: (&'a str, &'a str),
}

/// The drawing's width and height, in units of its own.
const SIZE: f64 = 1_000.0;
/// So that what is at the edge is seen whole.
const EDGE: f64 = 12.0;

pub(crate) fn plot(plot: &Plot<'_>) -> Markup {
    let scale = Scale::over(plot);
    let line = |points: &[(f64, f64)]| {
        let each = points.iter().enumerate().map(|(at, (x, y))| format!("{}{} {}", if at == 0 { "M" } else { "L" }, scale.x(*x), scale.y(*y)));
        each.collect::<String>()
    };
    html! {
        div.chart {
            div.chart-plot {
                svg viewBox={ "0 0 " (SIZE) " " (SIZE) } preserveAspectRatio="none" aria-hidden="true" {
                    @for at in [0, 500] { path.chart-grid d={ "M0 " (at) "H" (SIZE) } {} }
                    @for mark in plot.marks.iter().filter(|mark| scale.has(**mark)) { path.chart-begins d={ "M" (scale.x(*mark)) " 0V" (SIZE) } {} }
                    @if plot.curve.len() > 1 { path.chart-curve d=(line(plot.curve)) {} }
                    @for dot in plot.dots {
                        @if let Some((low, high)) = dot.spread { path.chart-curve d={ "M" (scale.x(dot.x)) " " (scale.y(low)) "V" (scale.y(high)) } {} }
                        path.chart-curve.chart-dot d={ "M" (scale.x(dot.x)) " " (scale.y(dot.y)) "h0" } {}
                    }
                    @if let Some((limit, _)) = plot.limit.as_ref().filter(|(limit, _)| *limit <= scale.top) {
                        path.chart-line d={ "M0 " (scale.y(*limit)) "H" (SIZE) } {}
                    }
                }
                span.chart-top aria-hidden="true" { ((plot.shown)(scale.top)) }
                span.chart-middle aria-hidden="true" { ((plot.shown)(scale.top / 2.0)) }
            }
            div.chart-ends aria-hidden="true" { span { (plot.ends.0) } span { (plot.ends.1) } }
            @if let Some((_, says)) = &plot.limit { p.chart-says { (says) } }
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Scale {
    from: f64,
    to: f64,
    top: f64,
}

impl Scale {
    /// A limit far above everything is left out, as it would make the rest flat: it is told in words.
    fn over(plot: &Plot<'_>) -> Self {
        let places = || plot.dots.iter().map(|dot| dot.x).chain(plot.curve.iter().map(|(x, _)| *x));
        let heights = plot.dots.iter().map(|dot| dot.spread.map_or(dot.y, |(_, high)| high.max(dot.y))).chain(plot.curve.iter().map(|(_, y)| *y));
        let highest = heights.filter(|height| height.is_finite()).fold(0.0, f64::max);
        let limit = plot.limit.as_ref().map_or(0.0, |(limit, _)| *limit);
        let most = if highest <= 0.0 || limit <= 4.0 * highest { highest.max(limit) } else { highest };
        Self { from: places().fold(f64::INFINITY, f64::min), to: places().fold(f64::NEG_INFINITY, f64::max), top: round_up(most) }
    }

    fn has(self, x: f64) -> bool {
        (self.from..=self.to).contains(&x)
    }

    fn x(self, x: f64) -> i64 {
        let wide = self.to - self.from;
        let share = if wide > 0.0 { (x - self.from) / wide } else { 0.5 };
        (EDGE + share.clamp(0.0, 1.0) * (SIZE - 2.0 * EDGE)).round() as i64
    }

    fn y(self, y: f64) -> i64 {
        (SIZE - (y / self.top).clamp(0.0, 1.0) * SIZE).round() as i64
    }
}

/// The next of 1, 2, 4, 10, 20, ... and of their tenths: halves of these read well too.
fn round_up(value: f64) -> f64 {
    if !value.is_finite() || value <= 0.0 {
        return 1.0;
    }
    let ten = 10_f64.powf(value.log10().floor());
    [1.0, 2.0, 4.0, 10.0].into_iter().map(|step| step * ten).find(|top| *top >= value * (1.0 - 1e-9)).unwrap_or(10.0 * ten)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(dots: &[Dot], curve: &[(f64, f64)], limit: Option<f64>) -> String {
        let limit = limit.map(|limit| (limit, format!("<{limit}>")));
        plot(&Plot { dots, curve, marks: &[1.0, 99.0], limit, shown: &|value| value.to_string(), ends: ("from", "to") }).into_string()
    }

    fn dot(x: f64, y: f64) -> Dot {
        Dot { x, y, spread: Some((y - 1.0, y + 1.0)) }
    }

    #[test]
    fn the_scale_ends_at_a_round_number() {
        assert_eq!(
            [0.0, 0.03, 1.0, 3.0, 5.0, 11.0, 99.0].map(|value| (round_up(value) * 1e3).round() as i64),
            [1_000, 40, 1_000, 4_000, 10_000, 20_000, 100_000]
        );
        assert_eq!([f64::NAN, f64::INFINITY, -1.0].map(|value| round_up(value) as i64), [1, 1, 1]);
    }

    #[test]
    fn dots_stand_where_they_are_with_what_is_around_them() {
        let html = drawn(&[dot(0.0, 0.0), dot(2.0, 3.0)], &[(0.0, 0.0), (2.0, 4.0)], None);

        assert!(html.contains("chart-dot\" d=\"M12 1000h0\"") && html.contains("chart-dot\" d=\"M988 250h0\""), "{html}");
        assert!(html.contains("d=\"M988 500V0\"") && html.contains("d=\"M12 1000L988 0\""), "{html}");
        assert_eq!(html.matches("chart-begins").count(), 1, "what is beside the places is not drawn: {html}");
        assert!(!html.contains("style="), "{html}");
    }

    #[test]
    fn a_limit_is_drawn_where_it_fits_and_told_in_any_case() {
        assert!(drawn(&[dot(0.0, 4.0)], &[], Some(8.0)).contains("chart-line"));
        let far = drawn(&[dot(0.0, 4.0)], &[], Some(80.0));
        assert!(!far.contains("chart-line") && far.contains("&lt;80&gt;"), "{far}");
        assert!(drawn(&[], &[], None).contains("chart-grid"));
    }
}
