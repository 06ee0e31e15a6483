//! Putting words together.

use crate::article::Article;

/// Words that keep their capital inside a sentence.
const PROPER: &[&str] = &[
    "Assam",
    "Bluetooth",
    "Chelsea",
    "Chinese",
    "Colombian",
    "Damascus",
    "Darjeeling",
    "Dutch",
    "Ethiopian",
    "French",
    "Goodyear",
    "Himalayan",
    "Japanese",
    "Mediterranean",
    "Milanese",
    "Oxford",
    "Roman",
    "Santoku",
    "Seville",
    "Swiss",
    "Torx",
    "Turkish",
];

/// Appends a phrase as it stands inside a sentence: `Side Table` as `side table`, but `USB-C Cable` as
/// `USB-C cable`.
pub(crate) fn push_lower(to: &mut String, phrase: &str) {
    for (index, word) in phrase.split(' ').enumerate() {
        if index > 0 {
            to.push(' ');
        }
        if keeps_capitals(word) {
            to.push_str(word);
        } else {
            to.extend(word.chars().map(|c| c.to_ascii_lowercase()));
        }
    }
}

/// Names, abbreviations and model numbers.
fn keeps_capitals(word: &str) -> bool {
    let is_short_form = |part: &str| part.bytes().filter(u8::is_ascii_uppercase).count() > 1 || part.bytes().any(|b| b.is_ascii_digit());
    word.split('-').any(is_short_form) || PROPER.contains(&word)
}

pub(crate) fn push_number(to: &mut String, number: u64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut rest = number;
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    to.extend(digits[at..].iter().map(|digit| char::from(*digit)));
}

/// Appends a sentence with its slots filled.
pub(crate) fn push_filled(to: &mut String, template: &str, article: &Article) {
    let start = to.len();
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once('{') {
        to.push_str(before);
        let Some((slot, after)) = behind.split_once('}') else { break };
        match slot {
            "noun" => push_lower(to, article.noun),
            "material" => push_lower(to, article.material),
            "attribute" => push_lower(to, article.attribute),
            "measure" => to.push_str(article.measure),
            "colour" => push_lower(to, article.colour().name),
            "name" => to.push_str(&article.name),
            "vendor" => to.push_str(&article.vendor.name),
            _ => {}
        }
        rest = after;
    }
    to.push_str(rest);
    capitalise(to, start);
}

fn capitalise(text: &mut str, at: usize) {
    if let Some(first) = text.get_mut(at..=at) {
        first.make_ascii_uppercase();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_lowered_but_names_and_abbreviations_are_not() {
        let lowered = |phrase| {
            let mut text = String::new();
            push_lower(&mut text, phrase);
            text
        };
        assert_eq!(lowered("Side Table"), "side table");
        assert_eq!(lowered("Pour-Over Dripper"), "pour-over dripper");
        assert_eq!(lowered("USB-C Cable"), "USB-C cable");
        assert_eq!(lowered("Swiss Movement"), "Swiss movement");
        assert_eq!(lowered("S2 Steel"), "S2 steel");
    }

    #[test]
    fn numbers_are_written_in_full() {
        let written = |number| {
            let mut text = String::new();
            push_number(&mut text, number);
            text
        };
        assert_eq!(written(0), "0");
        assert_eq!(written(10_407), "10407");
        assert_eq!(written(u64::MAX), u64::MAX.to_string());
    }
}
