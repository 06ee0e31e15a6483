//! Numbers, money and times as a person reads them. Written by hand: the browser's own formatting would
//! differ from what the server has rendered.

use domain::{
    clock::Timestamp,
    money::{Currency, Money},
};

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `1,234,567`
pub(crate) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1 product`, `214 products`.
pub(crate) fn products(count: u64) -> String {
    if count == 1 { "1 product".to_owned() } else { format!("{} products", number(count)) }
}

/// `€1,299.00`, or the code before the amount where no sign is common.
pub(crate) fn money(money: Money, currency: Currency) -> String {
    let plain = money.plain(currency);
    let (sign, plain) = plain.strip_prefix('-').map_or(("", plain.as_str()), |plain| ("-", plain));
    let (whole, part) = plain.split_once('.').map_or((plain, None), |(whole, part)| (whole, Some(part)));
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), number);
    let symbol = match currency.code() {
        "EUR" => "€",
        "USD" => "$",
        "GBP" => "£",
        "JPY" => "¥",
        code => return part.map_or_else(|| format!("{sign}{code} {whole}"), |part| format!("{sign}{code} {whole}.{part}")),
    };
    part.map_or_else(|| format!("{sign}{symbol}{whole}"), |part| format!("{sign}{symbol}{whole}.{part}"))
}

/// `22 Nov 2026`
pub(crate) fn date(at: Timestamp) -> String {
    let (year, month, day, ..) = at.civil();
    format!("{day} {} {year}", MONTHS[usize::from(month - 1) % 12])
}

/// `14:03`
pub(crate) fn time(at: Timestamp) -> String {
    let (_, _, _, hour, minute, _) = at.civil();
    format!("{hour:02}:{minute:02}")
}

/// `22 Nov 2026, 14:03 UTC`
pub(crate) fn moment(at: Timestamp) -> String {
    format!("{}, {} UTC", date(at), time(at))
}

/// `14:03`, and the day before it when it is another one than today. Both moments by the clock on the wall.
#[cfg(any(feature = "hydrate", test))]
pub(crate) fn as_of(at: Timestamp, now: Timestamp) -> String {
    if date(at) == date(now) { time(at) } else { format!("{}, {}", date(at), time(at)) }
}

/// How long ago, as one would say it: `just now`, `5 min ago`, `3 h ago`, `yesterday`, `12 Jul`.
pub(crate) fn ago(at: Timestamp, now: Timestamp) -> String {
    let seconds = (now.micros() - at.micros()) / 1_000_000;
    match seconds {
        ..60 => "just now".to_owned(),
        60..3_600 => format!("{} min ago", seconds / 60),
        3_600..86_400 => format!("{} h ago", seconds / 3_600),
        86_400..172_800 => "yesterday".to_owned(),
        _ => {
            let (year, month, day, ..) = at.civil();
            let month = MONTHS[usize::from(month - 1) % 12];
            if now.civil().0 == year { format!("{day} {month}") } else { format!("{day} {month} {year}") }
        }
    }
}

/// A text as a value in an address. What browsers encode by themselves is left to them.
pub(crate) fn in_address(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '%' => value.push_str("%25"),
            '&' => value.push_str("%26"),
            '+' => value.push_str("%2B"),
            '#' => value.push_str("%23"),
            letter => value.push(letter),
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!([number(0), number(999), number(1_000), number(1_234_567)], ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([products(0), products(1), products(1_000)], ["0 products", "1 product", "1,000 products"]);
    }

    #[test]
    fn money_stands_with_its_sign() {
        assert_eq!(money(Money(129_900), Currency::EUR), "€1,299.00");
        assert_eq!(money(Money(1_200), "JPY".parse().unwrap()), "¥1,200");
        assert_eq!(money(Money(5), "SEK".parse().unwrap()), "SEK 0.05");
        assert_eq!(money(Money(-5), Currency::USD), "-$0.05");
    }

    #[test]
    fn a_text_stands_in_an_address_as_one_value() {
        assert_eq!(in_address("/products?q=a%20b&vendor=A#1+2"), "/products?q=a%2520b%26vendor=A%231%2B2");
    }

    #[test]
    fn times_are_told_as_one_would_say_them() {
        let now = Timestamp::from_micros(1_709_209_845_000_000);
        let before = |seconds: i64| ago(now.plus_seconds(-seconds), now);

        assert_eq!([before(5), before(300), before(7_200), before(90_000)], ["just now", "5 min ago", "2 h ago", "yesterday"]);
        assert_eq!([before(864_000), before(86_400 * 400)], ["19 Feb", "25 Jan 2023"]);
        assert_eq!(moment(now), "29 Feb 2024, 12:30 UTC");
    }
}
