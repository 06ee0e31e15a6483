//! How amounts and moments stand in JSON.

use domain::{
    clock::Timestamp,
    money::{Currency, InvalidMoney, Money},
};

/// RFC 3339 in UTC, to the microsecond.
pub(crate) fn time(at: Timestamp) -> String {
    let (year, month, day, hour, minute, second) = at.civil();
    let micros = at.micros().rem_euclid(1_000_000);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z")
}

/// A decimal number as text, as it has no other reading in any language: `19.90`.
pub(crate) fn money(amount: Money, currency: Currency) -> String {
    amount.plain(currency)
}

/// Reads such a number. Unlike a person, a program writes no thousands and no comma.
pub(crate) fn read_money(text: &str, currency: Currency) -> Result<Money, InvalidMoney> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let plain = match unsigned.split_once('.') {
        Some((whole, part)) => digits(whole) && digits(part),
        None => digits(unsigned),
    };
    if plain { Money::parse(text, currency) } else { Err(InvalidMoney::NotANumber) }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
