//! Titles as they come out of old systems and hurried hands.

use super::{Title, good};
use crate::{article::Article, random::Random, words::push_number};

const SHORT: &[(&str, &str)] = &[
    ("Stainless Steel", "SS"),
    ("Organic", "Org"),
    ("Recycled", "Rec"),
    ("Leather", "Lthr"),
    ("Cotton", "Ctn"),
    ("Black", "Blk"),
    ("White", "Wht"),
    ("Wireless", "WL"),
    ("Rechargeable", "Rechg"),
    ("Adjustable", "Adj"),
    ("Washable", "wash"),
    ("Table", "Tbl"),
    ("Chair", "Chr"),
    ("Water", "Wtr"),
    ("Bottle", "Btl"),
    ("Pieces", "pcs"),
    ("Set of", "S/"),
    ("With ", "w/"),
    ("Without ", "w/o "),
    ("Large", "Lg"),
    ("Small", "Sm"),
    ("Jacket", "Jkt"),
    ("Trousers", "Trs"),
    ("Cover", "Cvr"),
    ("Pack", "pk"),
];

pub(super) fn draw(article: &Article, random: &mut Random) -> String {
    match random.weighted(&[18, 19, 17, 8, 6, 15, 4, 9, 2, 2]) {
        0 => good(article, random).to_ascii_uppercase(),
        1 => good(article, random).to_ascii_lowercase(),
        2 => nameless(article, random),
        3 => abbreviated(article, random),
        4 => doubled(article, random),
        5 => numbered(article, random),
        6 => short(article, random),
        7 => misspelt(good(article, random), random),
        8 => stuffed(article, random),
        _ => copied(article, random),
    }
}

/// Without the brand.
fn nameless(article: &Article, random: &mut Random) -> String {
    let mut title = Title::new();
    title.word(&article.name);
    match random.weighted(&[45, 30, 25]) {
        0 => title.word(article.material).word(article.noun),
        1 => title.word(article.noun).word(article.measure),
        _ => title.word(article.noun).behind(" - ", article.attribute),
    };
    title.text
}

fn abbreviated(article: &Article, random: &mut Random) -> String {
    let mut title = Title::new();
    title.word(article.noun).word(&article.name).word(article.material).word(article.attribute);
    let mut text = title.text;
    for (long, short) in SHORT {
        if let Some(at) = text.find(long) {
            text.replace_range(at..at + long.len(), short);
        }
    }
    if random.percent(40) {
        text.push(' ');
        text.push_str(article.measure);
    }
    text
}

fn doubled(article: &Article, random: &mut Random) -> String {
    let mut text = String::with_capacity(72);
    let words: [&str; 5] = if random.percent(50) {
        [article.noun, &article.name, article.noun, article.material, ""]
    } else {
        [&article.vendor.brand, &article.vendor.brand, &article.name, article.noun, article.measure]
    };
    for word in words.into_iter().filter(|word| !word.is_empty()) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
    }
    text
}

/// With a code, a mark or a note behind.
fn numbered(article: &Article, random: &mut Random) -> String {
    let mut text = String::with_capacity(72);
    text.push_str(&article.name);
    text.push(' ');
    text.push_str(article.noun);
    match random.weighted(&[40, 30, 15, 15]) {
        0 => {
            text.push_str(" - ");
            text.push_str(&article.vendor.code);
            text.push('-');
            push_number(&mut text, article.number());
        }
        1 => {
            text.push_str(" #");
            push_number(&mut text, article.number());
        }
        2 => {
            text.push_str(" (OLD) ");
            push_number(&mut text, article.number());
        }
        _ => {
            text.push_str(" *NEW* Art. ");
            push_number(&mut text, article.number());
        }
    }
    text
}

fn short(article: &Article, random: &mut Random) -> String {
    let last = article.noun.rsplit(' ').next().unwrap_or(article.noun);
    let mut text = String::with_capacity(24);
    if random.percent(50) {
        text.push_str(last);
        text.push(' ');
        push_number(&mut text, article.number());
    } else {
        text.push_str(&article.name);
        text.push(' ');
        text.push_str(last);
    }
    text
}

/// With one or two slips of the finger in it.
fn misspelt(mut text: String, random: &mut Random) -> String {
    for _ in 0..=random.below(2) {
        let at = 1 + random.below(text.len().saturating_sub(3).max(1));
        let pair = text.get(at..at + 2).filter(|pair| pair.bytes().all(|b| b.is_ascii_lowercase())).map(str::to_owned);
        let Some(pair) = pair else { continue };
        match random.weighted(&[50, 25, 25]) {
            0 => text.replace_range(at..at + 2, &pair.chars().rev().collect::<String>()),
            1 => text.replace_range(at..=at, ""),
            _ => text.insert_str(at, &pair[..1]),
        }
    }
    text
}

/// For a search engine of twenty years ago.
fn stuffed(article: &Article, random: &mut Random) -> String {
    let mut title = Title::new();
    title.word(article.material).word(article.noun).word(article.kind.name).word(article.attribute).word(article.noun).word(&article.name);
    title.behind(" ", random.pick(&["cheap", "best price", "gift", "2025", "top quality"]));
    title.text
}

fn copied(article: &Article, random: &mut Random) -> String {
    let text = good(article, random);
    if random.percent(60) { ["Copy of ", &text].concat() } else { [&text, "!!!"].concat() }
}
