//! A forecast in words.

use super::{Ahead, Forecast, When};
use crate::{
    day::WEEKDAYS,
    words::{count, number, percent, table},
};

impl Forecast {
    /// What to tell people, the date first.
    pub fn sentences(&self, ahead: &Ahead) -> Vec<String> {
        let mut said: Vec<String> = self.date(ahead).into_iter().collect();
        said.push(if self.growth.abs() < 1e-9 {
            "Peaks neither grow nor fall.".to_owned()
        } else {
            let way = if self.growth > 0.0 { "grow" } else { "fall" };
            format!("Peaks {way} by {} a week, seen over {}.", number(self.growth.abs() * 7.0), count(self.days, "day", "days"))
        });
        if let Some(week) = &self.week {
            let by_height = |a: &usize, b: &usize| week[*a].total_cmp(&week[*b]);
            if let (Some(highest), Some(lowest)) = ((0..7).max_by(by_height), (0..7).min_by(by_height))
                && week[highest] - week[lowest] > 1e-9
            {
                said.push(format!(
                    "The highest day of a week is {}, {} above the mean of them; the lowest is {}, {} below.",
                    WEEKDAYS[highest],
                    number(week[highest]),
                    WEEKDAYS[lowest],
                    number(-week[lowest])
                ));
            }
        }
        if let Some(test) = &self.back_test {
            let off = test.mape.map_or_else(|| "an unknown share".to_owned(), percent);
            let covered = test.coverage.map_or_else(String::new, |coverage| {
                format!(
                    "; {} of {} lay within the interval, which should be {}",
                    percent(coverage),
                    count(test.covered_of, "day", "days"),
                    percent(ahead.confidence)
                )
            });
            said.push(format!(
                "Such forecasts were off by {off} on the mean, as tried {} on days that came{covered}.",
                count(test.forecasts, "time", "times")
            ));
        }
        said.extend(self.notes.iter().cloned());
        said
    }

    fn date(&self, ahead: &Ahead) -> Option<String> {
        let reach = self.reach?;
        let what = format!("{} of what the server holds ({})", percent(ahead.share), number(reach.at));
        Some(match reach.when {
            When::Passed => format!("Peaks have passed {what} already. Do something now."),
            When::On { day, earliest, latest } => {
                let from = earliest.map(|day| format!("as early as {day}")).unwrap_or_default();
                let to = latest.map_or_else(|| "or not within a year".to_owned(), |day| format!("at the latest on {day}"));
                let around = if earliest.is_some() { format!(", {from} and {to}").replace("and or", "or") } else { String::new() };
                format!("Peaks will pass {what} on {day}{around}.")
            }
            When::NotWithinAYear { earliest: None } => format!("Peaks will not pass {what} within a year."),
            When::NotWithinAYear { earliest: Some(day) } => {
                format!("Peaks will not pass {what} within a year, if they grow as they do; a single one may from {day} on.")
            }
            When::TooEarlyToSay { looked } => {
                format!(
                    "Peaks will not pass {what} in the next {}; further ahead nothing can be said before three weeks were seen.",
                    count(looked as usize, "day", "days")
                )
            }
        })
    }

    /// A line a day.
    pub fn table(&self) -> String {
        let rows: Vec<Vec<String>> = self
            .expected
            .iter()
            .map(|expected| {
                let [low, high] = expected.interval.map_or_else(|| ["-".into(), "-".into()], |interval| interval.map(number));
                vec![format!("{} {}", expected.day, WEEKDAYS[expected.day.weekday()]), number(expected.value), low, high]
            })
            .collect();
        table(&["day", "peak", "from", "to"], &rows)
    }
}
