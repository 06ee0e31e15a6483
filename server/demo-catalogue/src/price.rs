//! Prices as shops write them.

use domain::money::Money;

use crate::{article::Article, random::Random};

/// What the smallest size of a product costs.
pub(crate) fn draw(article: &Article, random: &mut Random) -> Money {
    let (low, high) = article.kind.price;
    let (low, high) = (i64::from(low) * 100, i64::from(high) * 100);
    // The lesser of two draws: there are more cheap things than dear ones.
    let amount = random.between(low, high).min(random.between(low, high));
    rounded(amount, random)
}

/// With an ending that sells.
pub(crate) fn rounded(cents: i64, random: &mut Random) -> Money {
    let whole = cents / 100;
    let ending = |cents: i64| Money((whole * 100 + cents).max(49));
    if whole >= 200 {
        return Money(match random.weighted(&[60, 30, 10]) {
            0 => whole / 10 * 1_000 + 900,
            1 => whole / 10 * 1_000 + 500,
            _ => whole * 100,
        });
    }
    ending([99, 95, 90, 0, 50, 49][random.weighted(&[46, 17, 12, 14, 7, 4])])
}

/// The price times so many hundredths, with the same ending.
pub(crate) fn scaled(price: Money, hundredths: i64) -> Money {
    let ending = if price.0 >= 20_000 { 1_000 } else { 100 };
    Money((price.0 * hundredths / 100 / ending * ending + price.0 % ending).max(49))
}
