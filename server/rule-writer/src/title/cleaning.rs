//! What a title says, without what old systems and hurried hands have left in it.

use domain::{
    fold::fold,
    words::{
        html::plain,
        noise,
        text::{is_all_small, is_shouting, stems},
    },
};

use super::is_small;
use crate::{
    casing,
    clean::{can_join, tidy, without},
    record::Record,
};

/// The title without advertising, codes, marks and odd capitals.
pub(super) fn cleaned(record: &Record<'_>) -> String {
    let mut title = plain(&record.source.title).replace('\n', " ");
    for start in ["copy of ", "kopie von ", "copie de "] {
        while title.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start)) {
            title = String::from(&title[start.len()..]);
        }
    }
    title = without(title, noise::sales);
    let mut words: Vec<&str> = Vec::new();
    let mut all = title.split_whitespace().peekable();
    while let Some(word) = all.next() {
        if !is_mark(word) {
            words.push(word);
        } else if !can_join(words.last().unwrap_or(&""), all.peek().unwrap_or(&"")) {
            words.push(",");
        }
    }
    let words = without_codes(&words);
    let title = tidy(&words.join(" ").replace(" - ", ", ").replace(" – ", ", "));
    let title = title.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '.' | '-' | '–' | '—' | '|' | '!' | '/' | '='));
    let title = expanded(title, record);
    if is_shouting(&title) || is_all_small(&title) { casing::name(&title, &record.spellings, record.phrases) } else { casing::first_large(&title) }
}

/// `*NEW*`, `(OLD)`: somebody's note.
fn is_mark(word: &str) -> bool {
    let inner = word.trim_matches(|c: char| !c.is_alphanumeric());
    let is_wrapped = word.len() >= inner.len() + 2 && word.starts_with(['*', '(', '[', '!']);
    is_wrapped
        && ["old", "new", "copy", "sale", "hot", "neu", "alt", "test", "duplicate", "kopie", "draft"]
            .iter()
            .any(|mark| inner.eq_ignore_ascii_case(mark))
}

/// Without the codes at the end, and what introduced them.
fn without_codes<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let mut kept = words.to_vec();
    while kept.len() > 1 && kept.last().is_some_and(|word| is_code(word)) {
        kept.pop();
        while kept.len() > 1 && kept.last().is_some_and(|word| introduces(word)) {
            kept.pop();
        }
    }
    kept
}

/// A number of somebody's system: `#10424`, `THW-10424`, `104240`.
fn is_code(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '#');
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let is_plain = word.chars().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase() || matches!(c, '-' | '_' | '#' | '/'));
    is_plain
        && (word.starts_with('#') && digits > 0
            || digits >= 5
            || digits == 4 && word.contains(['-', '_']) && word.starts_with(|c: char| c.is_ascii_uppercase()))
}

fn introduces(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    word.is_empty() || ["art", "no", "nr", "sku", "ref", "item", "artno", "art.no", "art.nr"].iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// Short forms of old systems. They are written out where the record has the whole word.
const SHORT: &[(&str, &str)] = &[
    ("ss", "Stainless Steel"),
    ("org", "Organic"),
    ("rec", "Recycled"),
    ("lthr", "Leather"),
    ("ctn", "Cotton"),
    ("blk", "Black"),
    ("wht", "White"),
    ("wl", "Wireless"),
    ("rechg", "Rechargeable"),
    ("adj", "Adjustable"),
    ("tbl", "Table"),
    ("chr", "Chair"),
    ("wtr", "Water"),
    ("btl", "Bottle"),
    ("lg", "Large"),
    ("sm", "Small"),
    ("jkt", "Jacket"),
    ("trs", "Trousers"),
    ("cvr", "Cover"),
    ("pk", "Pack"),
    ("wash", "Washable"),
    ("blu", "Blue"),
    ("grn", "Green"),
    ("slv", "Silver"),
    ("alu", "Aluminium"),
];

fn expanded(title: &str, record: &Record<'_>) -> String {
    let expand = |word: &str| match word.strip_prefix("w/") {
        Some("") => "with".to_owned(),
        Some("o") => "without".to_owned(),
        Some(rest) if rest.starts_with(char::is_alphabetic) && record.phrases.is_english() => format!("with {rest}"),
        _ => match SHORT.iter().find(|(short, _)| short.eq_ignore_ascii_case(word)) {
            Some((_, long)) if record.mentions(long) => (*long).to_owned(),
            _ => word.to_owned(),
        },
    };
    title.split(' ').map(expand).collect::<Vec<_>>().join(" ")
}

/// Small words that begin no phrase of their own.
const JOINING: &[&str] = &["a", "an", "the", "and", "&", "+", "/", "und", "et", "y", "e"];

/// Without words that are said again.
pub(super) fn undoubled(title: &str) -> String {
    let mut words: Vec<&str> = title.split(' ').collect();
    let telling = |word: &&str| {
        let stem = stems(word).collect::<String>();
        (stem.len() > 2 && stem.chars().all(char::is_alphabetic) && !is_small(word)).then_some(stem)
    };
    // `Table Lamp Ivy Table Lamp` is about Ivy: what it begins with is said again behind the name.
    let plain: Vec<String> = words.iter().map(|word| fold(word.trim_end_matches(','))).collect();
    let most = words.len() / 2;
    let again = (1..=most).rev().find(|length| {
        let start = &plain[..*length];
        telling(&words[0]).is_some()
            && plain[*length..].windows(*length).any(|window| window == start)
            && !words[..*length].iter().any(|word| word.ends_with(','))
    });
    words.drain(..again.unwrap_or(0));
    let mut known: Vec<String> = Vec::new();
    let mut kept: Vec<&str> = Vec::new();
    for (at, word) in words.iter().copied().enumerate() {
        if is_small(word) && !JOINING.contains(&word.to_lowercase().as_str()) {
            // Behind "with" and "for" a word may be said again for a reason.
            known.clear();
        }
        let stem = telling(&word);
        match stem {
            Some(stem) if known.contains(&stem) && can_join(kept.last().unwrap_or(&""), words.get(at + 1).unwrap_or(&"")) => {
                // What it ends in belongs to what stands before it now.
                if word.ends_with(',') && kept.last().is_some_and(|last| !last.ends_with(',')) {
                    kept.push(",");
                }
                continue;
            }
            Some(stem) => known.push(stem),
            None => {}
        }
        kept.push(word);
    }
    tidy(&kept.join(" ")).trim_end_matches(',').to_owned()
}
