//! A deterministic, believable catalogue of any size, and its pictures: a general store with good and
//! poor texts, as stores have them. No vendor in it exists, and barcodes are of the range that shops
//! use inside their walls, so none belongs to a real product.
//!
//! Product `n` is the same whatever else is made, so a catalogue can be made in parts, again, or in parallel.

mod article;
mod barcode;
mod departments;
mod description;
mod extras;
mod handle;
mod ids;
mod images;
mod name;
mod palette;
mod picture;
mod price;
mod random;
mod seo;
mod shelf;
mod state;
mod tags;
mod title;
mod variants;
mod vendor;
mod words;

use domain::{clock::Timestamp, ids::ProductId, product::Content};

pub use self::picture::{PICTURE_PATH, picture};
use crate::{article::Article, ids::Ids, shelf::Plan};

/// Product `n` of the demo catalogue; the same `n` always gives the same product, whatever the catalogue's size.
///
/// Handles are unique for every `n`. Ids are made of `made_at` and `n`, and sort by `n`.
pub fn product(n: u64, made_at: Timestamp) -> (ProductId, Content) {
    let article = Article::new(n);
    let ids = Ids { n, made_at };
    let (title, quality) = title::draw(&article);
    let images = images::draw(&article, &ids, &title);
    let mut content = Content {
        description: description::draw(&article, quality),
        vendor: article.vendor.name.clone(),
        product_type: article.kind.name.to_owned(),
        category: article.kind.category.to_owned(),
        tags: tags::draw(&article),
        gift_card: article.kind.plan == Plan::GiftCard,
        option_names: variants::option_names(&article),
        variants: variants::draw(&article, &ids, &images),
        images,
        extras: extras::draw(&article),
        ..Content::new(handle::of(&title, n), title)
    };
    seo::apply(&mut content, &article);
    state::apply(&mut content, n);
    (ids.product(), content)
}
