//! When there will be more than the server holds.

use ::capacity::{
    day::{Day, WEEKDAYS},
    forecast::{Ahead, Forecast, Peak, forecast},
    kept::Kept,
    words::number,
};
use maud::{Markup, html};
use ports::{lab::BusyHour, performance::Deployment};

use super::super::shown::{heads, scrolled};
use crate::ui::chart::{Dot, Plot, plot};

const MINUTES_OF_A_DAY: i64 = 24 * 60;
const MICROSECONDS_OF_A_DAY: f64 = 86_400e6;
const SECONDS_OF_AN_HOUR: f64 = 3_600.0;

/// What comes, by the busiest hours of the days that were; in words where that is too little.
pub(super) fn growth(hours: &[BusyHour], deployments: &[Deployment], kept: Option<&Kept>) -> Markup {
    let peaks = peaks(hours);
    let ahead = Ahead { capacity: kept.map(Kept::holds).filter(|held| *held > 0.0), ..Ahead::default() };
    html! {
        section.part aria-labelledby="growth-h" {
            h2 #growth-h { "Coming weeks" }
            p.muted { "The busiest hour of each day, in requests a second, of all servers together." }
            @match forecast(&peaks, &ahead) {
                Err(refused) => p { (refused) },
                Ok(found) => {
                    @for sentence in found.sentences(&ahead) { p { (sentence) } }
                    @if let Some(servers) = kept.map(|kept| kept.servers).filter(|servers| *servers > 1) {
                        p.muted { "Taken for granted: " (servers) " servers hold " (servers) " times what the one holds that was tried. What they share, as the database is, may end sooner." }
                    }
                    @if kept.is_none() { p.muted { "What the server holds is not known, so that there is no date." } }
                    (drawn(&peaks, deployments, &found))
                    (table(&peaks, &found))
                }
            }
        }
    }
}

/// The busiest hour of each day.
fn peaks(hours: &[BusyHour]) -> Vec<Peak> {
    let mut peaks: Vec<Peak> = Vec::new();
    for hour in hours {
        let Some(day) = Day::new(hour.at.div_euclid(MINUTES_OF_A_DAY)) else { continue };
        let value = hour.requests as f64 / SECONDS_OF_AN_HOUR;
        match peaks.last_mut().filter(|last| last.day == day) {
            Some(last) => last.value = last.value.max(value),
            None => peaks.push(Peak { day, value }),
        }
    }
    peaks
}

fn drawn(peaks: &[Peak], deployments: &[Deployment], found: &Forecast) -> Markup {
    let place = |day: Day| f64::from(day.since_1970());
    let mut dots: Vec<Dot> = peaks.iter().map(|peak| Dot { x: place(peak.day), y: peak.value, spread: None }).collect();
    dots.extend(
        found
            .expected
            .iter()
            .filter_map(|one| Some(Dot { x: place(one.day), y: one.value, spread: Some(one.interval.map(|[low, high]| (low, high))?) })),
    );
    let curve: Vec<(f64, f64)> = found.expected.iter().map(|one| (place(one.day), one.value)).collect();
    let limit = found.reach.map(|reach| (reach.at, format!("{} requests a second are seven tenths of what the server holds.", number(reach.at))));
    let first = peaks.first().map(|peak| peak.day.to_string()).unwrap_or_default();
    let last = found.expected.last().map(|one| one.day.to_string()).unwrap_or_default();
    let today = found.expected.first().map(|one| place(one.day) - 0.5);
    // A dot stands in the middle of its day.
    let began = deployments.iter().map(|one| one.began_at.micros() as f64 / MICROSECONDS_OF_A_DAY - 0.5);
    let builds = began.filter(|at| peaks.first().is_some_and(|peak| *at >= place(peak.day) - 0.5) && today.is_none_or(|today| *at < today));
    let marks: Vec<f64> = builds.chain(today).collect();
    html! {
        (plot(&Plot { dots: &dots, curve: &curve, marks: &marks, limit, shown: &|value| format!("{}/s", number(value)), ends: (&first, &last) }))
        p.chart-says { "A dot is a day; behind the last dotted line is what is expected, each with where it lies with 90 % certainty. At the others a new build began to serve." }
    }
}

/// What was, and behind it what is expected.
fn table(peaks: &[Peak], found: &Forecast) -> Markup {
    html! {
        details {
            summary { "The same figures as a table" }
            (scrolled("growth-h", &heads("Day", &["Peak", "Expected from", "To"]), &html! {
                @for peak in peaks {
                    tr {
                        th scope="row" { (peak.day) " " (WEEKDAYS[peak.day.weekday()]) }
                        td.num { (number(peak.value)) "/s" }
                        td {}
                        td {}
                    }
                }
                @for one in &found.expected {
                    tr {
                        th scope="row" { (one.day) " " (WEEKDAYS[one.day.weekday()]) }
                        td.num { (number(one.value)) "/s" }
                        td.num { @if let Some([low, _]) = one.interval { (number(low)) "/s" } }
                        td.num { @if let Some([_, high]) = one.interval { (number(high)) "/s" } }
                    }
                }
            }))
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::clock::Timestamp;

    use super::{super::tests::kept, *};

    /// Some days, each with a quiet hour and a busy one, growing.
    fn hours(days: i64, grows: u64) -> Vec<BusyHour> {
        let day = |day: i64| {
            let at = (20_000 + day) * MINUTES_OF_A_DAY;
            let busy = 360_000 + day as u64 * grows * 3_600 + (day % 3) as u64 * 3_600;
            [BusyHour { at: at + 120, requests: 3_600 }, BusyHour { at: at + 720, requests: busy }]
        };
        (0..days).flat_map(day).collect()
    }

    #[test]
    fn a_days_peak_is_its_busiest_hour() {
        let peaks = peaks(&hours(2, 10));

        let told: Vec<(i32, i64)> = peaks.iter().map(|peak| (peak.day.since_1970(), peak.value.round() as i64)).collect();
        assert_eq!(told, [(20_000, 100), (20_001, 111)]);
    }

    #[test]
    fn growth_has_a_date_with_what_it_rests_on() {
        let html = growth(&hours(30, 10), &[], Some(&kept(true))).into_string();

        assert!(html.contains("Peaks will pass 70 % of what the server holds"), "{html}");
        assert!(html.contains("Such forecasts were off by") && html.contains("chart-line") && html.contains("seven tenths"), "{html}");
        assert!(html.matches("<tr>").count() > 58 && !html.contains("style="), "{html}");
    }

    #[test]
    fn builds_are_marked_where_they_began_to_serve() {
        let day = |day: i64| Timestamp::from_micros((20_000 + day) * 86_400_000_000);
        let began = [-5, 10, 20].map(|at| Deployment { build: "abc".into(), version: "1".into(), began_at: day(at) });
        let marks = |deployments: &[Deployment]| growth(&hours(30, 10), deployments, None).into_string().matches("chart-begins").count();

        // What is expected begins at a line of its own, and the first of them began before there were peaks.
        assert_eq!([marks(&[]), marks(&began)], [1, 3]);
    }

    #[test]
    fn of_several_servers_it_is_what_they_hold_together() {
        let one = growth(&hours(30, 10), &[], Some(&kept(true))).into_string();
        let many = growth(&hours(30, 10), &[], Some(&kept(true).of_servers(40))).into_string();

        assert!(!one.contains("Taken for granted") && many.contains("40 servers hold 40 times"), "{many}");
        assert!(one.contains("Peaks will pass 70 %") && !many.contains("Peaks will pass 70 %"), "{many}");
    }

    #[test]
    fn of_too_few_days_nothing_is_said_but_how_many_are_missing() {
        let html = growth(&hours(2, 10), &[], None).into_string();

        assert!(html.contains("A forecast needs peaks of 3 different days at least, and 2 are known: 1 is missing"), "{html}");
        assert!(!html.contains("<svg"), "{html}");
        assert!(growth(&[], &[], None).into_string().contains("A forecast needs"));
    }

    #[test]
    fn without_a_run_there_is_a_forecast_and_no_date() {
        let html = growth(&hours(30, 10), &[], None).into_string();

        assert!(html.contains("is not known, so that there is no date") && html.contains("<svg") && !html.contains("chart-line"), "{html}");
    }
}
