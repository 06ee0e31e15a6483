//! Tags, as several people gave them over the years.

use crate::{
    article::Article,
    random::{Purpose, Random},
    words::push_lower,
};

const EVERYWHERE: &[&str] = &[
    "new",
    "sale",
    "bestseller",
    "clearance",
    "gift idea",
    "online only",
    "eco",
    "handmade",
    "free shipping",
    "back in stock",
    "limited edition",
    "staff pick",
    "summer",
    "winter",
    "autumn",
    "spring",
    "ss24",
    "aw24",
    "ss25",
    "aw25",
    "black friday",
    "last chance",
    "pre-order",
    "exclusive",
    "b2b",
    "wholesale",
    "no returns",
    "newsletter",
    "check photos",
    "todo",
    "imported",
    "supplier-a",
    "supplier-b",
    "warehouse 2",
    "fragile",
    "bundle",
];

pub(crate) fn draw(article: &Article) -> Vec<String> {
    let mut random = Random::new(article.n, Purpose::Tags);
    let count = random.weighted(&[14, 14, 20, 20, 15, 10, 7]);
    let mut tags: Vec<String> = Vec::with_capacity(count);
    // A tag drawn twice is drawn again, but not for ever.
    for _ in 0..3 * count {
        if tags.len() == count {
            break;
        }
        let word = match random.weighted(&[40, 18, 12, 12, 10, 8]) {
            0 => random.pick(article.department.tags),
            1 => random.pick(EVERYWHERE),
            2 => article.noun,
            3 => article.material,
            4 => article.attribute,
            _ => article.kind.name,
        };
        let mut tag = String::with_capacity(word.len());
        push_lower(&mut tag, word);
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}
