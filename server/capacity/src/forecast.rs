//! The peaks of coming days, from those of days that were: a trend, a pattern of the week, and how far off such forecasts have been.
//!
//! The trend is the median slope of pairs of days (Theil 1950, Sen 1968), with a pattern of the week only of pairs that are whole weeks apart
//! (the seasonal slope of Hirsch, Slack and Smith 1982), so that a busy Monday is no growth. The pattern is the median of what is left, for each
//! weekday. The interval is what earlier forecasts were off by: from every day that there could have been one, the days after it are forecast
//! with what was known then.

mod back_test;
mod model;
mod reach;
mod tell;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use self::{
    back_test::BackTest,
    reach::{Reach, When},
};
use self::{back_test::Errors, model::Model};
use crate::day::Day;

/// The highest of a day: requests a second, people at once, whatever is counted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Peak {
    pub day: Day,
    pub value: f64,
}

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ahead {
    /// How many days; at most [`MOST_AHEAD`].
    pub days: u32,
    /// What the server holds, in what peaks are counted in; none when it is not known.
    pub capacity: Option<f64>,
    /// The share of it from which on something should be done.
    pub share: f64,
    /// How sure intervals are, as a share of one.
    pub confidence: f64,
}

/// A coming day.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expected {
    pub day: Day,
    pub value: f64,
    /// None while too few forecasts could be tried.
    pub interval: Option<[f64; 2]>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Forecast {
    /// By how much the peak grows a day.
    pub growth: f64,
    /// By how much each weekday, from Monday, is above the mean of them; none from fewer than three weeks.
    pub week: Option<[f64; 7]>,
    pub expected: Vec<Expected>,
    /// None while no forecast could be tried.
    pub back_test: Option<BackTest>,
    pub reach: Option<Reach>,
    /// Days with a peak.
    pub days: usize,
    /// Days without, between the first and the last.
    pub holes: usize,
    /// What to know before the figures are believed.
    pub notes: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Error)]
pub enum Refused {
    #[error("A forecast needs peaks of {PERIODS} different days at least, and {}. For the pattern of a week it needs three weeks.", missing(*days))]
    TooFewDays { days: usize },
    #[error("{0} peaks are more than the {MOST_PEAKS} that are looked at. Give one a day.")]
    TooMany(usize),
    #[error("The peak of {day} cannot be {value}. Look at how it was counted.")]
    Unsound { day: Day, value: f64 },
    #[error("The {what} that was asked for cannot be {value}. {hint}")]
    UnsoundQuestion { what: &'static str, value: f64, hint: &'static str },
}

pub const MOST_PEAKS: usize = 20_000;
pub const MOST_AHEAD: u32 = 366;
/// Periods that anything needs: days for a trend, weeks for their pattern.
const PERIODS: usize = 3;
const WEEK: usize = 7;
/// Days before that are another business.
const LONGEST: i32 = 365;

impl Default for Ahead {
    fn default() -> Self {
        Self { days: 28, capacity: None, share: 0.7, confidence: 0.9 }
    }
}

/// What to expect of the days behind the last peak. Peaks come in any order; of several of one day the highest is its peak.
pub fn forecast(peaks: &[Peak], ahead: &Ahead) -> Result<Forecast, Refused> {
    sound(peaks, ahead)?;
    let days = by_day(peaks);
    let model = Model::of(&days).ok_or(Refused::TooFewDays { days: days.len() })?;
    let last = days[days.len() - 1].day;
    let errors = Errors::of(&days, model.week.is_some());
    // From a few days nothing is said of times that are further away than those lie back.
    let seen = span(&days);
    let horizon = if model.week.is_some() { MOST_AHEAD } else { seen.min(MOST_AHEAD) };
    let expect = |day: Day| {
        let value = model.at(day);
        let interval = errors.reach(&model, day, ahead.confidence).map(|by| [(value - by).max(0.0), (value + by).max(0.0)]);
        Expected { day, value: value.max(0.0), interval }
    };
    let expected = (1..=ahead.days.min(horizon)).map(|n| expect(last.plus(n))).collect();
    let holes = seen as usize - days.len();
    Ok(Forecast {
        growth: model.growth,
        week: model.pattern(),
        expected,
        back_test: errors.back_test(ahead.confidence),
        reach: ahead.capacity.map(|capacity| reach::reach(&days, &model, expect, capacity * ahead.share, horizon)),
        days: days.len(),
        holes,
        notes: notes(&days, &model, &errors, ahead, holes),
    })
}

fn sound(peaks: &[Peak], ahead: &Ahead) -> Result<(), Refused> {
    if peaks.len() > MOST_PEAKS {
        return Err(Refused::TooMany(peaks.len()));
    }
    let share = |value: f64| value.is_finite() && value > 0.0;
    let asked = [
        ("capacity", ahead.capacity.unwrap_or(1.0), ahead.capacity.is_none_or(share), "Give a number above 0."),
        ("share of the capacity", ahead.share, share(ahead.share) && ahead.share <= 1.0, "Give a share such as 0.7."),
        ("confidence", ahead.confidence, share(ahead.confidence) && ahead.confidence < 1.0, "Give a share between 0 and 1, such as 0.9."),
    ];
    if let Some((what, value, _, hint)) = asked.into_iter().find(|(_, _, right, _)| !right) {
        return Err(Refused::UnsoundQuestion { what, value, hint });
    }
    match peaks.iter().find(|peak| !peak.value.is_finite() || peak.value < 0.0) {
        Some(wrong) => Err(Refused::Unsound { day: wrong.day, value: wrong.value }),
        None => Ok(()),
    }
}

fn missing(days: usize) -> String {
    format!("{} known: {} missing", crate::words::count(days, "is", "are"), crate::words::count(PERIODS.saturating_sub(days), "is", "are"))
}

/// A peak a day, of the last year.
fn by_day(peaks: &[Peak]) -> Vec<Peak> {
    let mut days = peaks.to_vec();
    days.sort_by(|a, b| a.day.cmp(&b.day).then(b.value.total_cmp(&a.value)));
    days.dedup_by_key(|peak| peak.day);
    if let Some(last) = days.last().map(|peak| peak.day) {
        days.retain(|peak| last.since_1970() - peak.day.since_1970() < LONGEST);
    }
    days
}

/// From the first to the last day, both counted.
fn span(days: &[Peak]) -> u32 {
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return 0 };
    (last.day.since_1970() - first.day.since_1970()) as u32 + 1
}

fn notes(days: &[Peak], model: &Model, errors: &Errors, ahead: &Ahead, holes: usize) -> Vec<String> {
    let count = crate::words::count;
    let mut notes = Vec::new();
    if model.week.is_none() {
        let needed = PERIODS * WEEK;
        notes.push(format!(
            "{} are known, and three weeks of them are needed to tell what the days of a week are like: until then only the trend is forecast, and no further ahead than was seen.",
            count(days.len(), "day", "days")
        ));
        let seen = span(days) as usize;
        if seen < needed {
            notes.push(format!("{} missing for that.", count(needed - seen, "day is", "days are")));
        }
    }
    for (weekday, name) in crate::day::WEEKDAYS.iter().enumerate() {
        if model.week.is_some_and(|week| week[weekday].is_none()) {
            notes.push(format!("{name} was seen less than three times: it is taken for a middle day."));
        }
    }
    if holes > 0 {
        notes.push(format!("{} a peak between the first and the last day; they are left out.", count(holes, "day is without", "days are without")));
    }
    if !errors.carry(ahead.confidence) {
        notes.push(format!(
            "There is no interval: only {} could be tried on days that came, and {} are needed.",
            count(errors.len(), "forecast", "forecasts"),
            back_test::needed(ahead.confidence)
        ));
    }
    notes
}

#[cfg(test)]
mod tests;
