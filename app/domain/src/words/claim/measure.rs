//! Numbers and what they count.

use std::{collections::HashMap, sync::LazyLock};

/// The quantity of a unit and how many millionths of the quantity's own unit it is.
const UNITS: &[(&str, &str, i64)] = &[
    ("mm", "mm millimetre millimeter", 1_000_000),
    ("mm", "cm centimetre centimeter zentimeter centimetro", 10_000_000),
    ("mm", "m metre meter metro", 1_000_000_000),
    ("mm", "km kilometre kilometer", 1_000_000_000_000),
    ("in", "in inch zoll pouce pulgada pollice", 1_000_000),
    ("ft", "ft foot feet", 1_000_000),
    ("g", "mg milligram", 1_000),
    ("g", "g gr gram gramm gramme gramo grammo", 1_000_000),
    ("g", "kg kilo kilogram kilogramm", 1_000_000_000),
    ("oz", "oz ounce", 1_000_000),
    ("lb", "lb lbs pound", 1_000_000),
    ("ml", "ml millilitre milliliter", 1_000_000),
    ("ml", "cl", 10_000_000),
    ("ml", "dl", 100_000_000),
    ("ml", "l litre liter ltr litro", 1_000_000_000),
    ("gal", "gal gallon", 1_000_000),
    ("w", "w watt", 1_000_000),
    ("w", "kw kilowatt", 1_000_000_000),
    ("wh", "wh", 1_000_000),
    ("wh", "kwh", 1_000_000_000),
    ("v", "v volt", 1_000_000),
    ("mah", "mah", 1_000_000),
    ("hz", "hz hertz", 1_000_000),
    ("hz", "khz", 1_000_000_000),
    ("hz", "mhz", 1_000_000_000_000),
    ("lm", "lm lumen", 1_000_000),
    ("k", "k kelvin", 1_000_000),
    ("db", "db decibel", 1_000_000),
    ("bar", "bar", 1_000_000),
    ("rpm", "rpm", 1_000_000),
    ("mp", "mp megapixel", 1_000_000),
    ("b", "mb", 1_000_000),
    ("b", "gb", 1_000_000_000),
    ("b", "tb", 1_000_000_000_000),
    ("gsm", "gsm", 1_000_000),
    ("tog", "tog", 1_000_000),
    ("denier", "denier", 1_000_000),
    ("carat", "ct carat karat", 1_000_000),
    ("%", "% percent prozent pourcent", 1_000_000),
    ("°", "° degree grad", 1_000_000),
    ("min", "min minute minuten", 1_000_000),
    ("hour", "h hr hour stunde stunden heure hora ora uur", 1_000_000),
    ("day", "day tag tage jour dia giorno dag dagen", 1_000_000),
    ("week", "week woche wochen semaine semana settimana", 1_000_000),
    ("month", "month monat monate moi mese mes maand", 1_000_000),
    ("year", "year yr jahr jahre an ano anno jaar", 1_000_000),
    ("piece", "pc pcs piece stuck teil teile teilig pieza pezzo", 1_000_000),
    ("pack", "pk pack packung", 1_000_000),
    ("pair", "pair paar paire par paio", 1_000_000),
    ("page", "page seite seiten pagina", 1_000_000),
    ("port", "port", 1_000_000),
    ("person", "person personen people", 1_000_000),
    ("€", "€ eur euro", 1_000_000),
    ("$", "$ usd dollar", 1_000_000),
    ("£", "£ gbp", 1_000_000),
];

/// Small numbers as they are spoken, which count when a unit follows.
const SPOKEN: &[(&str, i64)] = &[
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("twelve", 12),
    ("twenty", 20),
    ("zwei", 2),
    ("drei", 3),
    ("vier", 4),
    ("funf", 5),
    ("sechs", 6),
    ("zehn", 10),
    ("zwolf", 12),
    ("deux", 2),
    ("trois", 3),
    ("cinq", 5),
    ("dix", 10),
    ("dos", 2),
    ("tres", 3),
    ("cinco", 5),
    ("diez", 10),
];

pub(super) fn unit(stem: &str) -> Option<(&'static str, i64)> {
    static BY_NAME: LazyLock<HashMap<&str, (&str, i64)>> =
        LazyLock::new(|| UNITS.iter().flat_map(|(quantity, names, factor)| names.split(' ').map(|name| (name, (*quantity, *factor)))).collect());
    BY_NAME.get(stem).copied()
}

pub(super) fn spoken(folded: &str) -> Option<i128> {
    SPOKEN.iter().find(|(name, _)| *name == folded).map(|(_, number)| i128::from(*number) * 1_000)
}

/// In thousandths. A comma or point before exactly three digits parts thousands: `1,000` and `1.000` are the same, as
/// they are in the countries that write them so. None when it is too long to be compared as a number.
pub(super) fn number(text: &str) -> Option<i128> {
    let (mut whole, mut fraction): (String, &str) = (String::with_capacity(text.len()), "");
    let mut groups = text.split([',', '.']).peekable();
    whole.push_str(groups.next()?);
    while let Some(group) = groups.next() {
        if group.len() == 3 && whole != "0" {
            whole.push_str(group);
        } else if groups.peek().is_none() {
            fraction = group;
        } else {
            return None;
        }
    }
    if whole.len() > 15 || fraction.len() > 15 {
        return None;
    }
    let thousandths: i128 = format!("{:0<3}", fraction.get(..fraction.len().min(3))?).parse().ok()?;
    Some(whole.parse::<i128>().ok()? * 1_000 + thousandths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for (text, thousandths) in
            [("42", 42_000), ("1,000", 1_000_000), ("1.000", 1_000_000), ("2.5", 2_500), ("2,50", 2_500), ("0.125", 125), ("1,234.5", 1_234_500)]
        {
            assert_eq!(number(text), Some(thousandths), "{text}");
        }
        assert_eq!(number("1.2.3"), None);
        assert_eq!(number("12345678901234567890"), None);
    }

    #[test]
    fn units_are_known_by_all_their_names() {
        assert_eq!(unit("cm"), unit("centimetre"));
        assert_eq!(unit("lamp"), None);
    }
}
