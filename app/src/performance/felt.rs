//! Who feels it most when page loads got worse: of what people have in their hands, and how they are connected.

use domain::clock::Timestamp;
use measuring::{Sketch, Span};
use ports::{
    lab::ChangePoint,
    performance::{Classes, Measured, Measurements, Question, Range},
};

/// On each side of a change: of fewer nothing is said.
const FEWEST: u64 = 20;

/// Of vitals it is known by what people have it.
const VITALS: &str = measuring::metric::VITALS;

const MINUTE: i64 = 60_000_000;

/// Hours tell better where something began, and are looked at as long as there are enough of them before.
const RECENT: i64 = 5 * 24 * 60;

/// The part of people for whom it got worse by most.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Felt {
    /// The change that it is of.
    pub(super) change: i64,
    /// `device:phone`
    pub(super) class: String,
    /// The 75th percentiles, in the unit of the metric.
    pub(super) before: u64,
    pub(super) after: u64,
}

/// What is to be known for that; none where no change is of page loads.
pub(super) fn question(worse: &[&ChangePoint], now: Timestamp) -> Option<Question> {
    let mut question = Question::default();
    let mut first = minute(now);
    for point in worse.iter().filter(|point| is_of_loads(point)) {
        let Some(metric) = super::verdict::VITALS.iter().map(|vital| vital.metric).find(|metric| *metric == point.metric) else { continue };
        first = first.min(minute(point.at));
        question.of.push(point.subject.clone());
        question.parts.extend(["device", "connection"].map(|dimension| (metric, Classes::WholeAnd(dimension))));
        question.charts.push((metric, Some(point.subject.clone())));
    }
    question.range = if minute(now) - first <= RECENT { Range::Week } else { Range::Month };
    (!question.charts.is_empty()).then_some(question)
}

/// Of each change at most one: those for whom it grew by more than for all together, and of them the ones for whom by most.
pub(super) fn felt(worse: &[&ChangePoint], measured: &Measurements) -> Vec<Felt> {
    worse.iter().filter(|point| is_of_loads(point)).filter_map(|point| of(point, measured)).collect()
}

fn of(point: &ChangePoint, measured: &Measurements) -> Option<Felt> {
    let grown = |one: &Measured| {
        let (before, after) = around(one, measured.span, minute(point.at))?;
        (after > before).then_some((before, after))
    };
    let (before, after) = grown(measured.find(&point.metric, &point.subject, "")?)?;
    // What a browser does not tell is nobody to look after.
    let is_told = |one: &&Measured| one.series.of == point.subject && one.series.class.contains(':') && !one.series.class.ends_with(":unknown");
    let felt = measured.of(&point.metric).filter(is_told).filter_map(|one| {
        let (before, after) = grown(one)?;
        Some(Felt { change: point.id, class: one.series.class.clone(), before, after })
    });
    felt.filter(|felt| felt.after - felt.before > after - before).max_by_key(|felt| felt.after - felt.before)
}

/// The 75th percentiles before a change and since. The period that it falls into has of both: it counts only where there are too few after it.
fn around(one: &Measured, span: Span, at: i64) -> Option<(u64, u64)> {
    let (mut before, mut within, mut after) = (Sketch::default(), Sketch::default(), Sketch::default());
    for (number, sketch) in one.periods.iter().enumerate() {
        let from = span.from + number as i64 * span.level.minutes();
        if from + span.level.minutes() <= at {
            before.merge(sketch);
        } else if from < at {
            within.merge(sketch);
        } else {
            after.merge(sketch);
        }
    }
    if after.count() < FEWEST {
        after.merge(&within);
    }
    if before.count() < FEWEST || after.count() < FEWEST {
        return None;
    }
    Some((before.quantile(750)?, after.quantile(750)?))
}

fn is_of_loads(point: &ChangePoint) -> bool {
    point.metric.starts_with(VITALS)
}

const fn minute(at: Timestamp) -> i64 {
    at.micros().div_euclid(MINUTE)
}

#[cfg(test)]
mod tests {
    use measuring::{ALL, Level, Series};
    use ports::performance::Compared;

    use super::{super::changes::tests::point, *};

    const LCP: &str = "vitals.lcp";

    /// Two days before the day of the change of `point`, that day, and one after it, each with so many loads.
    fn measured(classes: &[(&str, u64, u64, u64)]) -> Measurements {
        let day = Level::Day.minutes();
        let change = Level::Day.begin(minute(point(1, LCP, ALL, 1.0, 2.0).at));
        let one = |(class, before, after, loads): &(&str, u64, u64, u64)| {
            let of = |value: u64| std::iter::repeat_n(value, *loads as usize).collect::<Sketch>();
            let periods = vec![of(*before), of(*before), of(*after), of(*after)];
            Measured { series: Series::new(LCP, ALL, class), now: Sketch::default(), before: Sketch::default(), periods }
        };
        Measurements {
            span: Span { level: Level::Day, from: change - 2 * day, to: change + 2 * day },
            series: classes.iter().map(one).collect(),
            deployments: Vec::new(),
            compared: Compared::default(),
        }
    }

    fn felt_by(classes: &[(&str, u64, u64, u64)]) -> Option<(String, u64, u64)> {
        let change = point(1, LCP, ALL, 1_000_000.0, 2_000_000.0);
        felt(&[&change], &measured(classes)).pop().map(|felt| (felt.class, felt.before, felt.after))
    }

    #[test]
    fn those_for_whom_it_grew_by_most_feel_it() {
        let classes = [
            ("", 1_000_000, 2_000_000, 90),
            ("device:desktop", 900_000, 950_000, 40),
            ("device:phone", 1_500_000, 4_000_000, 40),
            ("connection:3g", 2_000_000, 4_200_000, 40),
        ];

        let (class, before, after) = felt_by(&classes).unwrap();

        assert_eq!(class, "device:phone");
        assert!((1_480_000..1_520_000).contains(&before) && (3_950_000..4_050_000).contains(&after), "{before} {after}");
    }

    #[test]
    fn nobody_is_named_where_it_is_alike_for_all_or_too_few_have_it() {
        let alike = [("", 1_000_000, 2_000_000, 90), ("device:phone", 1_000_000, 2_000_000, 45), ("device:desktop", 1_000_000, 2_000_000, 45)];
        let few = [("", 1_000_000, 2_000_000, 90), ("device:tablet", 1_000_000, 9_000_000, 9)];
        let untold = [("", 1_000_000, 2_000_000, 90), ("connection:unknown", 1_000_000, 9_000_000, 45)];

        for classes in [&alike[..], &few, &untold, &[]] {
            assert_eq!(felt_by(classes), None, "{classes:?}");
        }
    }

    #[test]
    fn only_of_page_loads_something_is_asked_in_hours_as_long_as_it_is_recent() {
        let (loads, requests) = (point(1, LCP, "/products", 1.0, 2.0), point(2, "http.duration", "GET /products", 1.0, 2.0));
        let soon = Timestamp::from_micros(loads.at.micros() + MINUTE * 60);
        let late = Timestamp::from_micros(loads.at.micros() + MINUTE * (RECENT + 1));

        let asked = question(&[&requests, &loads], soon).unwrap();

        assert_eq!((asked.of, asked.charts), (vec!["/products".to_owned()], vec![(LCP, Some("/products".to_owned()))]));
        assert_eq!((asked.range, question(&[&loads], late).map(|asked| asked.range)), (Range::Week, Some(Range::Month)));
        assert_eq!(question(&[&requests], soon), None);
    }
}
