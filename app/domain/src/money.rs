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
        let digits = u32::from(currency.decimals());
        if text.starts_with('-') {
            return Err(InvalidMoney::Negative);
        }
        let (whole, fraction) = split_decimal(text, digits as usize)?;
        let mut amount: i64 = 0;
        for c in whole.chars().filter(|c| !matches!(c, ',' | '.' | ' ' | '\'' | '\u{a0}')) {
            let digit = c.to_digit(10).ok_or(InvalidMoney::NotANumber)?;
            amount = amount.checked_mul(10).and_then(|a| a.checked_add(i64::from(digit))).ok_or(InvalidMoney::TooLarge)?;
        }
        let kept = fraction.trim_end_matches('0');
        if kept.len() > digits as usize {
            return Err(InvalidMoney::TooPrecise);
        }
        let mut minor = 0;
        for c in kept.chars() {
            minor = minor * 10 + i64::from(c.to_digit(10).ok_or(InvalidMoney::NotANumber)?);
        }
        minor *= 10_i64.pow(digits - kept.len() as u32);
        let amount = amount.checked_mul(10_i64.pow(digits)).and_then(|a| a.checked_add(minor)).ok_or(InvalidMoney::TooLarge)?;
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
}
