//! Columns of a catalogue file beyond the usual ones.

use std::collections::BTreeMap;

use crate::{
    article::Article,
    random::{Purpose, Random},
};

const COUNTRIES: &[&str] = &["Portugal", "Italy", "Germany", "Poland", "India", "Japan", "Vietnam", "France", "Turkey", "Denmark", "Peru", "Spain"];

pub(crate) fn draw(article: &Article) -> BTreeMap<String, String> {
    let mut random = Random::new(article.n, Purpose::Extras);
    let mut extras = BTreeMap::new();
    if !random.percent(25) {
        return extras;
    }
    let mut keep = |column: &str, value: &str| extras.insert(column.to_owned(), value.to_owned());
    keep("Material (product.metafields.custom.material)", article.material);
    if random.percent(50) {
        keep("Care (product.metafields.custom.care)", random.pick(article.department.care));
    }
    if random.percent(45) {
        keep("Country of origin (product.metafields.custom.country_of_origin)", random.pick(COUNTRIES));
    }
    if random.percent(30) {
        keep("Google Shopping / Condition", if random.percent(96) { "new" } else { "refurbished" });
    }
    if article.kind.palette.named && random.percent(40) {
        keep("Color (product.metafields.shopify.color-pattern)", article.colour().name);
    }
    extras
}
