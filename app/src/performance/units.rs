//! Times, sizes and shares as a person reads them: three digits are enough to compare.

use crate::ui::format::number;

const MILLISECOND: u64 = 1_000;
const SECOND: u64 = 1_000 * MILLISECOND;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

/// Of microseconds: `85 µs`, `1.2 ms`, `340 ms`, `2.4 s`, `12 min`, `3.4 h`.
pub(super) fn time(microseconds: u64) -> String {
    match microseconds {
        ..MILLISECOND => format!("{microseconds} µs"),
        MILLISECOND..SECOND => in_units(microseconds, MILLISECOND, "ms"),
        SECOND..MINUTE => in_units(microseconds, SECOND, "s"),
        MINUTE..HOUR => in_units(microseconds, MINUTE, "min"),
        _ => in_units(microseconds, HOUR, "h"),
    }
}

/// `512 bytes`, `1.2 kB`, `340 MB`, `2.4 GB`.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        ..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => in_units(bytes, 1_000, "kB"),
        1_000_000..1_000_000_000 => in_units(bytes, 1_000_000, "MB"),
        1_000_000_000..1_000_000_000_000 => in_units(bytes, 1_000_000_000, "GB"),
        _ => in_units(bytes, 1_000_000_000_000, "TB"),
    }
}

/// Of thousandths: `99.2 %`.
pub(super) fn percent(thousandths: u64) -> String {
    if thousandths.is_multiple_of(10) { format!("{} %", thousandths / 10) } else { format!("{}.{} %", thousandths / 10, thousandths % 10) }
}

/// A part of all in thousandths; none of nothing.
pub(super) fn share(part: u64, of: u64) -> Option<u64> {
    (of > 0).then(|| (u128::from(part.min(of)) * 1_000 / u128::from(of)) as u64)
}

/// `1.2 % of all`; none of nothing.
pub(super) fn of_all(part: u64, of: u64) -> Option<String> {
    share(part, of).map(|share| if share == 0 && part > 0 { "under 0.1 % of all".to_owned() } else { format!("{} of all", percent(share)) })
}

/// With a place behind the point below ten.
fn in_units(amount: u64, unit: u64, name: &str) -> String {
    if amount < 10 * unit {
        let tenths = amount / (unit / 10);
        return format!("{}.{} {name}", tenths / 10, tenths % 10);
    }
    format!("{} {name}", number(amount / unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_the_unit_that_fits() {
        assert_eq!([time(0), time(999), time(1_000), time(1_290)], ["0 µs", "999 µs", "1.0 ms", "1.2 ms"]);
        assert_eq!([time(9_999), time(10_000), time(999_999)], ["9.9 ms", "10 ms", "999 ms"]);
        assert_eq!([time(2_450_000), time(59_999_999), time(12 * MINUTE)], ["2.4 s", "59 s", "12 min"]);
        assert_eq!([time(HOUR * 7 / 2), time(HOUR * 12_345)], ["3.5 h", "12,345 h"]);
    }

    #[test]
    fn sizes_are_told_in_the_unit_that_fits() {
        assert_eq!([size(0), size(999), size(1_000), size(340_000_000)], ["0 bytes", "999 bytes", "1.0 kB", "340 MB"]);
        assert_eq!([size(2_440_000_000), size(u64::MAX)], ["2.4 GB", "18,446,744 TB"]);
    }

    #[test]
    fn shares_keep_a_place_where_there_is_one() {
        assert_eq!([percent(0), percent(992), percent(1_000)], ["0 %", "99.2 %", "100 %"]);
        assert_eq!([share(1, 4), share(9, 4), share(0, 0)], [Some(250), Some(1_000), None]);
        let told = [of_all(0, 9), of_all(1, 8), of_all(1, 9_999), of_all(0, 0)].map(Option::unwrap_or_default);
        assert_eq!(told, ["0 % of all", "12.5 % of all", "under 0.1 % of all", ""]);
    }
}
