//! A trend and a pattern of the week.

use super::{PERIODS, Peak, WEEK, span};
use crate::{
    day::Day,
    robust::{median, slope},
};

#[derive(Clone, Debug)]
pub(super) struct Model {
    /// A day.
    pub(super) growth: f64,
    /// Without growth, on the first of January 1970 counted from `origin`.
    level: f64,
    /// By weekday what it is at `origin`; none of a weekday that was seen too seldom.
    pub(super) week: Option<[Option<f64>; WEEK]>,
    /// Where days are counted from: the middle of those that were seen.
    origin: f64,
    /// How many there were, and how far around the origin they lie, squared and summed.
    days: f64,
    around: f64,
}

/// As many weekdays must be known by themselves: a shop may be closed at the weekend.
const KNOWN_WEEKDAYS: usize = 5;

impl Model {
    /// With a pattern of the week where there are three weeks; none of fewer than three days. Days are in order, and each is there once.
    pub(super) fn of(days: &[Peak]) -> Option<Self> {
        Self::of_weeks(days, PERIODS).or_else(|| Self::with(days, None))
    }

    /// With a pattern of the week; none where there are not so many of them.
    pub(super) fn of_weeks(days: &[Peak], weeks: usize) -> Option<Self> {
        let of_weekday = |weekday: usize| days.iter().filter(move |peak| peak.day.weekday() == weekday);
        let known = (0..WEEK).filter(|weekday| of_weekday(*weekday).count() >= weeks).count();
        let has_week = span(days) as usize >= weeks * WEEK && known >= KNOWN_WEEKDAYS;
        if has_week { Self::with(days, Some(weeks)) } else { None }
    }

    fn with(days: &[Peak], weeks: Option<usize>) -> Option<Self> {
        if days.len() < PERIODS {
            return None;
        }
        let at = |peak: &Peak| f64::from(peak.day.since_1970());
        let origin = days.iter().map(at).sum::<f64>() / days.len() as f64;
        let points: Vec<(f64, f64)> = days.iter().map(|peak| (at(peak) - origin, peak.value)).collect();
        let whole_weeks = |apart: f64| (apart.round() as i64) % WEEK as i64 == 0;
        let growth = slope(&points, |apart| weeks.is_none() || whole_weeks(apart))?;
        let left: Vec<(usize, f64)> = days.iter().zip(&points).map(|(peak, (x, value))| (peak.day.weekday(), value - growth * x)).collect();
        let middle = |weekday: Option<usize>, fewest: usize| {
            let of: Vec<f64> = left.iter().filter(|(of, _)| weekday.is_none_or(|weekday| weekday == *of)).map(|(_, value)| *value).collect();
            median(&of).filter(|_| of.len() >= fewest)
        };
        let week = weeks.map(|weeks| std::array::from_fn(|weekday| middle(Some(weekday), weeks)));
        let level = match &week {
            Some(week) => mean(week.iter().flatten()),
            None => middle(None, 1)?,
        };
        let around = points.iter().map(|(x, _)| x * x).sum();
        Some(Self { growth, level, week, origin, days: days.len() as f64, around })
    }

    /// May be below zero, when a trend falls for long.
    pub(super) fn at(&self, day: Day) -> f64 {
        let base = self.week.and_then(|week| week[day.weekday()]).unwrap_or(self.level);
        base + self.growth * (f64::from(day.since_1970()) - self.origin)
    }

    /// By how much each weekday is above the mean of them.
    pub(super) fn pattern(&self) -> Option<[f64; WEEK]> {
        self.week.map(|week| week.map(|of| of.map_or(0.0, |value| value - self.level)))
    }

    /// By how much less sure a forecast is than the days are that it is made of: the further from them, the more hangs on the slope. As the deviation
    /// of a prediction by a line, `sqrt(1 + 1/n + (t - mean)^2 / sum (t_i - mean)^2)`.
    pub(super) fn unsureness(&self, day: Day) -> f64 {
        let apart = f64::from(day.since_1970()) - self.origin;
        (1.0 + 1.0 / self.days + apart * apart / self.around.max(1.0)).sqrt()
    }
}

fn mean<'a>(values: impl Iterator<Item = &'a f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0_usize), |(sum, count), value| (sum + value, count + 1));
    sum / count.max(1) as f64
}
