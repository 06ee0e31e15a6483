//! Money is an integer of minor units; the store says in which currency.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// An amount in minor units (cents, pence, yen) of the store's currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(pub i64);

impl Money {
    /// The largest price that is believed: a billion major units.
    pub const MAX: Self = Self(100_000_000_000);

    /// Reads a price as people and spreadsheets write it: `12`, `12.5`, `1,299.00`, `1.299,00`, `12,50`.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, InvalidMoney> {
        let text = text.trim();
        let decimals = currency.decimals();
        if text.starts_with('-') {
            return Err(InvalidMoney::Negative);
        }
        let (whole, fraction) = split_decimal(text, usize::from(decimals))?;
        let amount = amount(whole, fraction, u32::from(decimals))?;
        if amount > Self::MAX.0 { Err(InvalidMoney::TooLarge) } else { Ok(Self(amount)) }
    }

    /// The amount with a decimal point and no currency sign: `1299.00`.
    pub fn plain(self, currency: Currency) -> String {
        let scale = 10_u64.pow(u32::from(currency.decimals()));
        match currency.decimals() {
            0 => self.0.to_string(),
            places => {
                let sign = if self.0 < 0 { "-" } else { "" };
                let (whole, part) = (self.0.unsigned_abs() / scale, self.0.unsigned_abs() % scale);
                format!("{sign}{whole}.{part:0width$}", width = usize::from(places))
            }
        }
    }
}

/// What a call of a provider costs: millionths of the store currency's major unit, as a call costs far less than a cent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cost(pub i64);

impl Cost {
    pub const ZERO: Self = Self(0);
    /// One major unit.
    pub const UNIT: i64 = 1_000_000;

    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The largest amount that is believed: a billion major units.
    pub const MAX: Self = Self(1_000_000_000 * Self::UNIT);

    /// Reads an amount as people write it, with or without its currency: `5`, `3.20`, `0,075`, `EUR 1,250.00`.
    pub fn parse(text: &str) -> Result<Self, InvalidMoney> {
        let is_currency = |c: char| c.is_alphabetic() || c.is_whitespace() || matches!(c, '€' | '$' | '£' | '¥');
        let text = text.trim_matches(is_currency);
        if text.starts_with(['-', '\u{2212}']) {
            return Err(InvalidMoney::Negative);
        }
        let (mut whole, mut fraction) = split_decimal(text, 6)?;
        // Three digits behind one comma group thousands, but for those behind a lone zero.
        if fraction.len() == 3 && !matches!(whole, "" | "0") && text.as_bytes().get(whole.len()) == Some(&b',') && !whole.contains(['.', ',']) {
            (whole, fraction) = (text, "");
        }
        let amount = amount(whole, fraction, 6)?;
        if amount > Self::MAX.0 { Err(InvalidMoney::TooLarge) } else { Ok(Self(amount)) }
    }

    /// As it is typed: `5.00`, `0.0042`.
    pub fn plain(self) -> String {
        let (sign, amount) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        let (whole, part) = (amount / Self::UNIT as u64, format!("{:06}", amount % Self::UNIT as u64));
        let kept = part.trim_end_matches('0').len().max(2);
        format!("{sign}{whole}.{}", &part[..kept])
    }

    /// With the currency's code, and as many places as tell something: `EUR 0.0042`, `EUR 3.20`, `EUR 1,250.00`.
    pub fn shown(self, currency: Currency) -> String {
        let (sign, amount) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        let unit = Self::UNIT as u64;
        let places = if amount == 0 || amount >= unit / 10 {
            2
        } else if amount >= unit / 1_000 {
            4
        } else {
            6
        };
        let step = 10_u64.pow(6 - places);
        let rounded = (amount + step / 2) / step * step;
        let (mut whole, part) = ((rounded / unit).to_string(), rounded % unit / step);
        let mut at = whole.len();
        while at > 3 {
            at -= 3;
            whole.insert(at, ',');
        }
        format!("{} {sign}{whole}.{part:0width$}", currency.code(), width = places as usize)
    }
}

/// Splits at the decimal separator, which is the last `.` or `,` unless it groups thousands.
fn split_decimal(text: &str, decimals: usize) -> Result<(&str, &str), InvalidMoney> {
    if !text.contains(|c: char| c.is_ascii_digit()) {
        return Err(InvalidMoney::NotANumber);
    }
    let Some(at) = text.rfind(['.', ',']) else { return Ok((text, "")) };
    let (whole, rest) = (&text[..at], &text[at + 1..]);
    let separator = text.as_bytes()[at];
    let repeated = whole.bytes().any(|b| b == separator);
    let other = whole.bytes().any(|b| (b == b'.' || b == b',') && b != separator);
    // "1,299" groups thousands; "1.299" is a fraction too precise for cents, as a point is decimal in the file format.
    let groups = repeated || (separator == b',' && rest.len() == 3 && !other && decimals < 3);
    if groups { Ok((text, "")) } else { Ok((whole, rest)) }
}

/// In units of the last of some decimals.
fn amount(whole: &str, fraction: &str, decimals: u32) -> Result<i64, InvalidMoney> {
    let mut amount: i64 = 0;
    for c in whole.chars().filter(|c| !matches!(c, ',' | '.' | ' ' | '\'' | '\u{a0}')) {
        let digit = c.to_digit(10).ok_or(InvalidMoney::NotANumber)?;
        amount = amount.checked_mul(10).and_then(|a| a.checked_add(i64::from(digit))).ok_or(InvalidMoney::TooLarge)?;
    }
    let kept = fraction.trim_end_matches('0');
    if kept.len() > decimals as usize {
        return Err(InvalidMoney::TooPrecise);
    }
    let mut minor = 0;
    for c in kept.chars() {
        minor = minor * 10 + i64::from(c.to_digit(10).ok_or(InvalidMoney::NotANumber)?);
    }
    minor *= 10_i64.pow(decimals - kept.len() as u32);
    amount.checked_mul(10_i64.pow(decimals)).and_then(|a| a.checked_add(minor)).ok_or(InvalidMoney::TooLarge)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidMoney {
    NotANumber,
    Negative,
    TooLarge,
    TooPrecise,
}

impl fmt::Display for InvalidMoney {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotANumber => "This is not an amount. Write it like 19.90.",
            Self::Negative => "An amount cannot be negative.",
            Self::TooLarge => "This amount is too large: the limit is 1,000,000,000.",
            Self::TooPrecise => "This amount has more decimals than the currency.",
        })
    }
}

impl std::error::Error for InvalidMoney {}

/// An ISO 4217 code with the number of its decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

impl Currency {
    pub const EUR: Self = Self(*b"EUR");
    pub const USD: Self = Self(*b"USD");

    pub const fn decimals(self) -> u8 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG" | b"RWF" | b"UGX" | b"UYI" | b"VND" | b"VUV" | b"XAF"
            | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            _ => 2,
        }
    }

    pub fn code(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or("???")
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidCurrency;

impl fmt::Display for InvalidCurrency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("A currency is three capital letters, like EUR.")
    }
}

impl std::error::Error for InvalidCurrency {}

impl FromStr for Currency {
    type Err = InvalidCurrency;

    fn from_str(text: &str) -> Result<Self, InvalidCurrency> {
        match <[u8; 3]>::try_from(text.as_bytes()) {
            Ok(code) if code.iter().all(u8::is_ascii_uppercase) => Ok(Self(code)),
            _ => Err(InvalidCurrency),
        }
    }
}

impl TryFrom<String> for Currency {
    type Error = InvalidCurrency;

    fn try_from(text: String) -> Result<Self, InvalidCurrency> {
        text.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_read_as_people_write_them() {
        let cents = |text: &str| Money::parse(text, Currency::EUR).map(|money| money.0);

        assert_eq!(cents("12"), Ok(1_200));
        assert_eq!(cents(" 12.5 "), Ok(1_250));
        assert_eq!(cents("1,299.00"), Ok(129_900));
        assert_eq!(cents("1.299,00"), Ok(129_900));
        assert_eq!(cents("1,299"), Ok(129_900));
        assert_eq!(cents("1,299,000"), Ok(129_900_000));
        assert_eq!(cents("12,50"), Ok(1_250));
        assert_eq!(cents("0.990"), Ok(99));
        assert_eq!(cents(".5"), Ok(50));
    }

    #[test]
    fn absurd_prices_are_refused_with_a_reason() {
        let error = |text: &str| Money::parse(text, Currency::EUR).unwrap_err();

        assert_eq!(error("-1"), InvalidMoney::Negative);
        assert_eq!(error("free"), InvalidMoney::NotANumber);
        assert_eq!(error(""), InvalidMoney::NotANumber);
        assert_eq!(error("1.005"), InvalidMoney::TooPrecise);
        assert_eq!(error("1e9"), InvalidMoney::NotANumber);
        assert_eq!(error("99999999999999999999"), InvalidMoney::TooLarge);
        assert_eq!(error("1000000000.01"), InvalidMoney::TooLarge);
    }

    #[test]
    fn currencies_have_their_own_decimals() {
        let yen: Currency = "JPY".parse().unwrap();
        assert_eq!(Money::parse("1200", yen), Ok(Money(1_200)));
        assert_eq!(Money(1_200).plain(yen), "1200");
        assert_eq!(Money(-5).plain(Currency::USD), "-0.05");
        assert_eq!(Money(i64::MIN).plain(Currency::USD), "-92233720368547758.08");
    }

    #[test]
    fn costs_are_read_as_people_write_them() {
        let cost = |text: &str| Cost::parse(text).map(|cost| cost.0);

        assert_eq!(cost("5"), Ok(5_000_000));
        assert_eq!(cost("EUR 3.20"), Ok(3_200_000));
        assert_eq!(cost("3,20 €"), Ok(3_200_000));
        assert_eq!(cost("1,250"), Ok(1_250_000_000));
        assert_eq!(cost("1.250"), Ok(1_250_000));
        assert_eq!(cost("1,250.00"), Ok(1_250_000_000));
        assert_eq!(cost("1.250,50"), Ok(1_250_500_000));
        assert_eq!(cost("0,075"), Ok(75_000));
        assert_eq!(cost("0.000001"), Ok(1));
        assert_eq!(cost("0"), Ok(0));
    }

    #[test]
    fn absurd_costs_are_refused_with_a_reason() {
        let error = |text: &str| Cost::parse(text).unwrap_err();

        assert_eq!(error("-1"), InvalidMoney::Negative);
        assert_eq!([error("free"), error(""), error("1e9"), error("1.2x4")], [InvalidMoney::NotANumber; 4]);
        assert_eq!(error("0.0000001"), InvalidMoney::TooPrecise);
        assert_eq!([error("1000000000.01"), error("99999999999999999999")], [InvalidMoney::TooLarge; 2]);
    }

    #[test]
    fn a_cost_is_typed_again_as_it_was() {
        for (cost, plain) in [(5_000_000, "5.00"), (4_200, "0.0042"), (1_250_500_000, "1250.50"), (0, "0.00"), (1, "0.000001")] {
            assert_eq!(Cost(cost).plain(), plain);
            assert_eq!(Cost::parse(plain), Ok(Cost(cost)));
        }
    }
}
