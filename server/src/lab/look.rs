//! Changes of one series, as they are to be kept.

use domain::clock::Timestamp;
use ports::lab::Builds;
use regressions::{Bigger, ChangePoint, Point, change_points::Change, find};
use store::lab::{Found, Looked};

/// What a series is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) metric: String,
    pub(super) subject: String,
    pub(super) unit: String,
}

/// A series to look at. Places of its points are of any kind; when they were is for `moment` to say.
pub(super) struct Seen<'a> {
    pub(super) named: Named,
    /// In the order of their places.
    pub(super) points: &'a [Point],
    pub(super) bigger: Bigger,
    pub(super) moment: &'a dyn Fn(i64) -> Timestamp,
    /// What was built around a change.
    pub(super) builds: &'a dyn Fn(Around) -> Builds,
    /// Less than that of a hundred is no change that anybody is told of.
    pub(super) least_percent: f64,
    /// The same in the unit of the values.
    pub(super) least: f64,
}

/// Moments around a change.
#[derive(Clone, Copy, Debug)]
pub(super) struct Around {
    /// From where up to where it may be.
    pub(super) first: Timestamp,
    pub(super) last: Timestamp,
    /// Of the last that has the old value, and of the first that has the new one.
    pub(super) before: Timestamp,
    pub(super) here: Timestamp,
}

/// So many points apart it is the same change: where it is, is noisy.
const SAME: usize = 5;
/// A change is seen when there are so many before it.
const BEFORE: usize = 12;

/// What there is to be kept of a series; none where there are too few points to look at.
pub(super) fn look(seen: &Seen<'_>) -> Option<Looked> {
    let Seen { named, points, bigger, moment, builds, least_percent, least } = seen;
    let at = |index: usize| moment(points[index.min(points.len() - 1)].at);
    if points.len() < 2 * BEFORE {
        return None;
    }
    let found = |change: ChangePoint| {
        let around = Around {
            first: at(change.index.saturating_sub(SAME)),
            last: at(change.index + SAME),
            before: at(change.index.saturating_sub(1)),
            here: at(change.index),
        };
        Found {
            at: around.here,
            near: (around.first, around.last),
            before: change.before,
            after: change.after,
            is_worse: change.change == Change::Worse,
            votes: change.votes.count(),
            builds: builds(around),
        }
    };
    let is_told =
        |change: &ChangePoint| change.percent.is_none_or(|percent| percent.abs() >= *least_percent) && (change.after - change.before).abs() >= *least;
    let found = find(points, *bigger).into_iter().filter(is_told).map(found).collect();
    let Named { metric, subject, unit } = named.clone();
    Some(Looked { metric, subject, unit, seen_from: at(BEFORE), found })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looked(values: &[f64], bigger: Bigger, least_percent: f64) -> Option<Looked> {
        let points: Vec<Point> = values.iter().enumerate().map(|(at, value)| Point { at: at as i64 * 10, value: *value }).collect();
        look(&Seen {
            named: Named { metric: "p95".into(), subject: "list".into(), unit: "ms".into() },
            points: &points,
            bigger,
            moment: &|at| Timestamp::from_micros(at),
            builds: &|Around { before, here, .. }| Builds { before: before.micros().to_string(), since: vec![here.micros().to_string()] },
            least_percent,
            least: 1.0,
        })
    }

    #[test]
    fn a_step_is_told_with_where_it_may_be_and_what_was_built() {
        let values = [vec![100.0; 20], vec![130.0; 20]].concat();

        let looked = looked(&values, Bigger::Better, 5.0).unwrap();

        let found = &looked.found[0];
        assert_eq!((looked.found.len(), found.at.micros(), found.near.0.micros(), found.near.1.micros()), (1, 200, 150, 250));
        assert_eq!((found.is_worse, found.builds.before.as_str(), found.builds.since[0].as_str()), (false, "190", "200"));
        assert_eq!(looked.seen_from.micros(), 120);
    }

    #[test]
    fn a_little_is_nothing_and_of_little_nothing_is_said() {
        let values = [vec![100.0; 20], vec![103.0; 20]].concat();

        assert_eq!(looked(&values, Bigger::Worse, 5.0).unwrap().found, []);
        assert_eq!(looked(&values, Bigger::Worse, 2.0).unwrap().found.len(), 1);
        assert_eq!(looked(&values[..23], Bigger::Worse, 2.0), None);
        assert_eq!(looked(&[], Bigger::Worse, 2.0), None);
        let hardly = [vec![0.0; 20], vec![0.5; 20]].concat();
        assert_eq!(looked(&hardly, Bigger::Worse, 2.0).unwrap().found, []);
    }
}
