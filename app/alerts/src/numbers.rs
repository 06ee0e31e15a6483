//! Numbers and spans of time as people read them.

use domain::clock::Timestamp;
use serde::{Deserialize, Serialize};

/// What a reading is counted in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    #[default]
    None,
    Milliseconds,
    /// 0 to 1, shown in percent.
    Share,
    Bytes,
    Minutes,
    /// How many times as much as there may be.
    Times,
}

/// `2.9 s`, `350 ms`, `1.2 %`, `4.1 GB`, `12 minutes`.
pub fn number(value: f64, unit: Unit) -> String {
    match unit {
        Unit::None => short(value),
        Unit::Milliseconds if value.abs() >= 1_000.0 => format!("{} s", short(value / 1_000.0)),
        Unit::Milliseconds => format!("{} ms", short(value)),
        Unit::Share => format!("{} %", short(value * 100.0)),
        Unit::Bytes => {
            let (mut value, mut name) = (value, "B");
            for larger in ["kB", "MB", "GB", "TB"] {
                if value.abs() < 1_000.0 {
                    break;
                }
                (value, name) = (value / 1_000.0, larger);
            }
            format!("{} {name}", short(value))
        }
        Unit::Minutes => lasting((value.clamp(0.0, 1e9) * 60.0) as i64),
        Unit::Times => format!("{} times", short(value)),
    }
}

/// Two numbers that matter, and a word: `45 seconds`, `12 minutes`, `3 hours 5 minutes`, `2 days 4 hours`.
pub fn lasting(seconds: i64) -> String {
    let some = |count: i64, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let (large, what, small, rest) = match seconds.max(0) {
        seconds @ ..60 => return some(seconds, "second"),
        seconds @ ..3_600 => return some(seconds / 60, "minute"),
        seconds @ ..86_400 => (seconds / 3_600, "hour", seconds / 60 % 60, "minute"),
        seconds => (seconds / 86_400, "day", seconds / 3_600 % 24, "hour"),
    };
    if small == 0 { some(large, what) } else { format!("{} {}", some(large, what), some(small, rest)) }
}

/// `2026-11-27 20:21 UTC`.
pub(crate) fn moment(at: Timestamp) -> String {
    let (year, month, day, hour, minute, _) = at.civil();
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02} UTC")
}

/// Seconds from one moment to another; none where the clock was set back.
pub(crate) fn seconds_between(from: Timestamp, to: Timestamp) -> i64 {
    to.micros().saturating_sub(from.micros()).max(0) / 1_000_000
}

/// Three digits that count.
fn short(value: f64) -> String {
    if !value.is_finite() {
        return "no number".to_owned();
    }
    let places = match value.abs() {
        0.0 => 0,
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        _ => 3,
    };
    let text = format!("{value:.places$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        let read = |value, unit| number(value, unit);

        assert_eq!(
            [read(2_912.4, Unit::Milliseconds), read(350.0, Unit::Milliseconds), read(0.25, Unit::Milliseconds)],
            ["2.91 s", "350 ms", "0.25 ms"]
        );
        assert_eq!([read(0.0144, Unit::Share), read(1.0, Unit::Share), read(0.0, Unit::Share)], ["1.44 %", "100 %", "0 %"]);
        assert_eq!([read(4_123_456_789.0, Unit::Bytes), read(12.0, Unit::Bytes)], ["4.12 GB", "12 B"]);
        assert_eq!([read(12.0, Unit::Minutes), read(f64::INFINITY, Unit::Times)], ["12 minutes", "no number times"]);
    }

    #[test]
    fn spans_have_two_parts_at_most() {
        assert_eq!([0, 1, 59, 60, 3_599].map(lasting), ["0 seconds", "1 second", "59 seconds", "1 minute", "59 minutes"]);
        assert_eq!([3_600, 11_100, 86_400, 187_300].map(lasting), ["1 hour", "3 hours 5 minutes", "1 day", "2 days 4 hours"]);
        assert_eq!(lasting(-5), "0 seconds");
    }
}
