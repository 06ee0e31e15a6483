//! What search engines are told, where somebody took the time.

use domain::product::Content;

use crate::{
    article::Article,
    random::{Purpose, Random},
    words::push_filled,
};

const DESCRIPTIONS: &[&str] = &[
    "Shop the {name} {noun} by {vendor}: {material}, {attribute}. Fast delivery and 30 days to change your mind.",
    "{material} {noun} from {vendor}, {attribute}. See pictures, sizes and care advice, and order today for dispatch tomorrow.",
    "Looking for a {noun} that lasts? Discover {name} by {vendor}, {attribute}. Free returns within 30 days.",
    "{name} by {vendor}: details, dimensions and honest advice about this {noun}. In stock and ready to ship.",
    "The {name} {noun} in {material}. Chosen by our buyers, packed with care and delivered to your door.",
];

/// About 40 % have both, a few only a title.
pub(crate) fn apply(content: &mut Content, article: &Article) {
    let mut random = Random::new(article.n, Purpose::Seo);
    let filled = random.weighted(&[40, 4, 56]);
    if filled < 2 {
        let mut title = String::with_capacity(64);
        push_filled(
            &mut title,
            random.pick(&["{name} {noun} | {vendor}", "{material} {noun} by {vendor}", "{noun} {name}, {attribute} | {vendor}"]),
            article,
        );
        content.seo_title = title;
    }
    if filled == 0 {
        let mut description = String::with_capacity(160);
        push_filled(&mut description, random.pick(DESCRIPTIONS), article);
        content.seo_description = description;
    }
}
