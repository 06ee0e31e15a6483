//! Which pictures a product has, and what is said about them for those who cannot see them.

use domain::product::Image;

use crate::{
    article::Article,
    ids::Ids,
    picture,
    random::{Purpose, Random},
    words::{push_lower, push_number},
};

pub(crate) fn draw(article: &Article, ids: &Ids, title: &str) -> Vec<Image> {
    let mut random = Random::new(article.n, Purpose::Images);
    let count = random.weighted(&[6, 36, 28, 19, 11]);
    let words = random.weighted(&[44, 30, 12, 8, 6]);
    (0..count)
        .map(|index| Image {
            id: ids.image(index),
            position: index as i64 + 1,
            url: picture::address(article.n, index + 1),
            alt: match words {
                1 => described(article, index),
                2 => title.to_owned(),
                3 if index == 0 => described(article, index),
                4 => file_name(article, index),
                _ => String::new(),
            },
        })
        .collect()
}

fn described(article: &Article, index: usize) -> String {
    const VIEWS: [&str; 4] = ["", ", from the other side", ", detail", ", two of them together"];
    let mut alt = String::with_capacity(64);
    if article.kind.palette.named {
        alt.push_str(article.nth_colour(index % article.colours).name);
        alt.push(' ');
        push_lower(&mut alt, article.noun);
    } else {
        alt.push_str(article.noun);
    }
    alt.push_str(" by ");
    alt.push_str(&article.vendor.name);
    alt.push_str(VIEWS[index % VIEWS.len()]);
    alt
}

/// What a camera calls it: of no use to anyone.
fn file_name(article: &Article, index: usize) -> String {
    let mut alt = String::from("IMG_");
    push_number(&mut alt, article.number() % 9_000 + 1_000 + index as u64);
    alt.push_str(".jpg");
    alt
}
