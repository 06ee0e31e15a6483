//! How amounts and moments stand in JSON.

use domain::{
    clock::Timestamp,
    money::{Cost, Currency, InvalidMoney, Money},
};

const MICROS_OF_DAY: i64 = 86_400_000_000;

/// RFC 3339 in UTC, to the microsecond.
pub(crate) fn time(at: Timestamp) -> String {
    let (year, month, day, hour, minute, second) = at.civil();
    let micros = at.micros().rem_euclid(1_000_000);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z")
}

/// Reads a moment in UTC, with a part of a second or without.
pub(crate) fn read_time(text: &str) -> Option<Timestamp> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let (clock, part) = time.split_once('.').unwrap_or((time, "0"));
    let mut numbers = clock.split(':').map(|number| digits(number, 2));
    let (hour, minute, second) = (numbers.next()??, numbers.next()??, numbers.next()??);
    let is_part = (1..=6).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    if numbers.next().is_some() || hour > 23 || minute > 59 || second > 59 || !is_part {
        return None;
    }
    let micros: i64 = format!("{part:0<6}").parse().ok()?;
    let seconds = i64::from(hour * 3_600 + minute * 60 + second);
    Some(Timestamp::from_micros(i64::from(read_day(date)?) * MICROS_OF_DAY + seconds * 1_000_000 + micros))
}

/// A day of UTC: `2026-11-30`.
pub(crate) fn day(day: i32) -> String {
    let (year, month, day, ..) = Timestamp::from_micros(i64::from(day) * MICROS_OF_DAY).civil();
    format!("{year:04}-{month:02}-{day:02}")
}

/// Reads such a day; none for what is no day.
pub(crate) fn read_day(text: &str) -> Option<i32> {
    let mut parts = text.split('-');
    let (year, month, day) = (digits(parts.next()?, 4)?, digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let found = days_of(year, month, day);
    // What is no day of its month would be one of the next.
    (parts.next().is_none() && self::day(found) == text).then_some(found)
}

/// The day of a moment, in days since 1970.
pub(crate) const fn day_of(at: Timestamp) -> i32 {
    at.micros().div_euclid(MICROS_OF_DAY) as i32
}

fn digits(text: &str, count: usize) -> Option<i32> {
    if text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

/// Civil date to days: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
const fn days_of(year: i32, month: i32, day: i32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// A decimal number as text, as it has no other reading in any language: `19.90`.
pub(crate) fn money(amount: Money, currency: Currency) -> String {
    amount.plain(currency)
}

/// Reads such a number.
pub(crate) fn read_money(text: &str, currency: Currency) -> Result<Money, InvalidMoney> {
    if is_plain(text) { Money::parse(text, currency) } else { Err(InvalidMoney::NotANumber) }
}

/// Reads what calls may cost, which is told as exactly as it is counted.
pub(crate) fn read_cost(text: &str) -> Result<Cost, InvalidMoney> {
    if is_plain(text) { Cost::parse(text) } else { Err(InvalidMoney::NotANumber) }
}

/// Unlike a person, a program writes no thousands and no comma.
fn is_plain(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    match unsigned.split_once('.') {
        Some((whole, part)) => digits(whole) && digits(part),
        None => digits(unsigned),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_day_comes_back_as_it_was(number in -719_000..2_900_000) {
            prop_assert_eq!(read_day(&day(number)), Some(number));
        }

        #[test]
        fn every_moment_comes_back_as_it_was(micros in -62_000_000_000_000_000..250_000_000_000_000_000_i64) {
            let at = Timestamp::from_micros(micros);
            prop_assert_eq!(read_time(&time(at)), Some(at));
            prop_assert_eq!(day(day_of(at)), &time(at)[..10]);
        }

        #[test]
        fn any_text_is_read(text in ".{0,30}") {
            let _ = (read_day(&text), read_time(&text));
        }
    }

    #[test]
    fn a_moment_is_read_as_it_is_told() {
        assert_eq!(read_time("2026-11-25T14:30:00Z").map(time).as_deref(), Some("2026-11-25T14:30:00.000000Z"));
        assert_eq!(read_time("2026-11-25T14:30:00.5Z").map(time).as_deref(), Some("2026-11-25T14:30:00.500000Z"));
        for text in [
            "",
            "2026-11-25",
            "2026-02-30T00:00:00Z",
            "2026-11-25T14:30:00",
            "2026-11-25T14:30:00+01:00",
            "2026-11-25T24:00:00Z",
            "2026-11-25T14:30:00.Z",
            "2026-11-25T14:30:00.1234567Z",
            "2026-11-25T14:30Z",
            "2026-11-25T14:30:00:00Z",
        ] {
            assert_eq!(read_time(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_moment_is_told_to_the_microsecond() {
        assert_eq!(time(Timestamp::from_micros(1_709_209_845_000_042)), "2024-02-29T12:30:45.000042Z");
        assert_eq!(time(Timestamp::from_micros(-1)), "1969-12-31T23:59:59.999999Z");
    }

    #[test]
    fn an_amount_comes_back_as_it_was_told() {
        let yen = "JPY".parse().unwrap();

        assert_eq!(money(Money(1_990), Currency::EUR), "19.90");
        assert_eq!(read_money("19.90", Currency::EUR), Ok(Money(1_990)));
        assert_eq!(read_money("19.9", Currency::EUR), Ok(Money(1_990)));
        assert_eq!((money(Money(1_990), yen), read_money("1990", yen)), ("1990".to_owned(), Ok(Money(1_990))));
    }

    #[test]
    fn an_amount_that_is_none_is_refused_with_its_reason() {
        for text in ["", "free", "1,299.00", "12,50", "1e3", " 1", "1.", ".5", "--1", "1.2.3"] {
            assert_eq!(read_money(text, Currency::EUR), Err(InvalidMoney::NotANumber), "{text:?}");
        }
        assert_eq!(read_money("-1", Currency::EUR), Err(InvalidMoney::Negative));
        assert_eq!(read_money("1.005", Currency::EUR), Err(InvalidMoney::TooPrecise));
        assert_eq!(read_money("1000000000.01", Currency::EUR), Err(InvalidMoney::TooLarge));
    }

    #[test]
    fn a_cost_is_a_plain_number() {
        assert_eq!(read_cost("5"), Ok(Cost(5_000_000)));
        assert_eq!(read_cost("1.250"), Ok(Cost(1_250_000)));
        for text in ["", "1,25", "EUR 5", "5.", ".5", "1e3", " 5"] {
            assert_eq!(read_cost(text), Err(InvalidMoney::NotANumber), "{text:?}");
        }
        assert_eq!([read_cost("-1"), read_cost("0.0000001")], [Err(InvalidMoney::Negative), Err(InvalidMoney::TooPrecise)]);
    }
}
