//! Which days are looked at: days of UTC, as they stand in addresses and answers.

use domain::clock::Timestamp;
use ports::usage::Days;

use super::parameters::Parameters;
use crate::{format, problem::Problem};

/// Three years and their leap day.
const MOST: i32 = 3 * 365 + 1;

/// As many as without any choice.
const USUAL: i32 = 30;

/// The days up to today, or those between two.
pub(super) fn read(parameters: &Parameters, now: Timestamp) -> Result<Days, Problem> {
    let at = |name: &str| {
        let wrong = || Problem::parameter(name, "A day is written like 2026-11-30.");
        parameters.text(name).map(|text| format::read_day(text).ok_or_else(wrong)).transpose()
    };
    let today = format::day_of(now);
    let (from, to) = (at("from")?, at("to")?);
    let to = to.unwrap_or_else(|| today.max(from.unwrap_or(today)));
    let from = from.unwrap_or(to - USUAL + 1);
    if from > to {
        return Err(Problem::parameter("from", "The first day is after the last. Send them the other way round."));
    }
    if to - from >= MOST {
        return Err(Problem::parameter("from", "Three years can be looked at together at most. Ask for fewer days."));
    }
    Ok(Days { from, to })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 25 November 2026, in the afternoon.
    const NOW: Timestamp = Timestamp::from_micros((20_782 * 86_400 + 50_000) * 1_000_000);

    fn days(address: &str) -> Result<(String, String), serde_json::Value> {
        let parameters = Parameters::read(address, &["from", "to"]).unwrap();
        let days = read(&parameters, NOW).map_err(|problem| serde_json::to_value(problem).unwrap())?;
        Ok((format::day(days.from), format::day(days.to)))
    }

    #[test]
    fn days_are_those_up_to_today_or_between_two() {
        let between = |from: &str, to: &str| Ok((from.to_owned(), to.to_owned()));

        assert_eq!(days(""), between("2026-10-27", "2026-11-25"));
        assert_eq!(days("from=2026-11-01"), between("2026-11-01", "2026-11-25"));
        assert_eq!(days("from=2026-12-01"), between("2026-12-01", "2026-12-01"));
        assert_eq!(days("to=2026-03-01"), between("2026-01-31", "2026-03-01"));
        assert_eq!(days("from=2024-02-29&to=2024-02-29"), between("2024-02-29", "2024-02-29"));
    }

    #[test]
    fn what_is_no_range_of_days_is_named() {
        for (address, name) in [
            ("from=2026-02-30", "from"),
            ("to=2026-13-01", "to"),
            ("to=26-11-01", "to"),
            ("to=2026-11-01T00:00:00Z", "to"),
            ("from=yesterday", "from"),
            ("from=2026-11-02&to=2026-11-01", "from"),
            ("from=2020-01-01&to=2026-11-01", "from"),
            ("from=", "from"),
        ] {
            let problem = days(address).unwrap_err();
            assert_eq!((&problem["status"], &problem["errors"][0]["parameter"]), (&400.into(), &name.into()), "{address}");
        }
        assert!(days("from=2023-11-26&to=2026-11-25").is_ok() && days("from=2023-11-25&to=2026-11-25").is_err());
    }
}
