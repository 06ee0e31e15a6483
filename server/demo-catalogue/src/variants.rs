//! What of a product can be bought: sizes, colours, prices and stock.

use domain::{
    money::Money,
    product::{Image, InventoryPolicy, Variant},
};

use crate::{
    article::Article,
    barcode,
    ids::Ids,
    price,
    random::{Purpose, Random},
    shelf::Plan,
    words::push_number,
};

const CLOTHES: [&str; 6] = ["XS", "S", "M", "L", "XL", "XXL"];
const SHOES: [&str; 12] = ["36", "37", "38", "39", "40", "41", "42", "43", "44", "45", "46", "47"];
const AMOUNTS: [&str; 4] = ["10", "25", "50", "100"];

/// What the file format calls the only variant of a product without options.
const ONLY: (&str, &str) = ("Title", "Default Title");

pub(crate) fn option_names(article: &Article) -> Vec<String> {
    let mut names = Vec::with_capacity(2);
    if article.sizes > 1 {
        names.push(match article.kind.plan {
            Plan::Measures(name) => name.to_owned(),
            Plan::GiftCard => "Amount".to_owned(),
            _ => "Size".to_owned(),
        });
    }
    if article.colours > 1 {
        names.push("Colour".to_owned());
    }
    if names.is_empty() {
        names.push(ONLY.0.to_owned());
    }
    names
}

/// What the variants of one product have in common.
struct Common {
    price: Money,
    grams: i64,
    /// What it was before, in hundredths of the price.
    before: Option<i64>,
    /// What it costs the merchant, in hundredths of the price.
    cost: Option<i64>,
    has_sku: bool,
    has_barcode: bool,
    is_counted: bool,
    policy: InventoryPolicy,
}

pub(crate) fn draw(article: &Article, ids: &Ids, images: &[Image]) -> Vec<Variant> {
    let mut random = Random::new(article.n, Purpose::Variants);
    let (light, heavy) = article.kind.grams;
    let common = Common {
        price: price::draw(article, &mut random),
        grams: random.between(i64::from(light), i64::from(heavy)),
        before: random.percent(18).then(|| random.between(112, 165)),
        cost: random.percent(86).then(|| random.between(31, 66)),
        has_sku: random.percent(96),
        has_barcode: random.percent(70),
        is_counted: random.percent(96),
        policy: if random.percent(8) { InventoryPolicy::Continue } else { InventoryPolicy::Deny },
    };
    let mut variants = Vec::with_capacity(article.sizes * article.colours);
    for colour in 0..article.colours {
        for size in 0..article.sizes {
            let index = variants.len();
            let mut variant = Variant::new(ids.variant(index), index as i64 + 1);
            fill(&mut variant, article, &common, size, colour, &mut random);
            if article.colours > 1
                && let Some(image) = images.get(colour)
            {
                variant.image.clone_from(&image.url);
            }
            variants.push(variant);
        }
    }
    variants
}

fn fill(variant: &mut Variant, article: &Article, common: &Common, size: usize, colour: usize, random: &mut Random) {
    let size_name = size_name(article, size);
    if article.sizes > 1 {
        variant.options.push(if article.kind.plan == Plan::GiftCard { [size_name, ".00"].concat() } else { size_name.to_owned() });
    }
    if article.colours > 1 {
        variant.options.push(article.nth_colour(colour).name.to_owned());
    }
    if variant.options.is_empty() {
        variant.options.push(ONLY.1.to_owned());
    }
    if common.has_sku {
        variant.sku = sku(article, size_name, colour);
    }
    if common.has_barcode {
        variant.barcode = barcode::ean13(article.n, size + colour * article.sizes);
    }
    if article.kind.plan == Plan::GiftCard {
        variant.price = size_name.parse().ok().map(|amount: i64| Money(amount * 100));
        variant.taxable = false;
        variant.requires_shipping = false;
        return;
    }
    let grows = if matches!(article.kind.plan, Plan::Measures(_)) { size as i64 } else { 0 };
    let price = price::scaled(common.price, 100 + 42 * grows);
    variant.price = Some(price);
    variant.compare_at_price = common.before.map(|hundredths| price::scaled(price, hundredths)).filter(|before| *before > price);
    variant.cost = common.cost.map(|hundredths| Money(price.0 * hundredths / 100));
    variant.weight_grams = Some(common.grams + common.grams * grows / 2);
    variant.inventory_quantity = common.is_counted.then(|| stock(random));
    variant.inventory_policy = common.policy;
}

fn size_name(article: &Article, size: usize) -> &'static str {
    let nth = |names: &[&'static str]| {
        let first = article.first_size % (names.len() - article.sizes + 1).max(1);
        names[(first + size) % names.len()]
    };
    match article.kind.plan {
        Plan::Clothes => nth(&CLOTHES),
        Plan::Shoes => nth(&SHOES),
        Plan::GiftCard => nth(&AMOUNTS),
        Plan::Measures(_) if article.sizes > 1 => nth(article.kind.measures),
        _ => article.measure,
    }
}

/// `THW-10411-M`: the vendor, the product, and what sets the variant apart.
fn sku(article: &Article, size: &str, colour: usize) -> String {
    let mut sku = String::with_capacity(18);
    sku.push_str(&article.vendor.code);
    sku.push('-');
    push_number(&mut sku, article.number());
    if article.sizes > 1 {
        sku.push('-');
        sku.extend(size.chars().filter(char::is_ascii_alphanumeric).take(6).map(|c| c.to_ascii_uppercase()));
    }
    if article.colours > 1 {
        sku.push('-');
        sku.extend(article.nth_colour(colour).name.chars().filter(char::is_ascii_alphabetic).take(3).map(|c| c.to_ascii_uppercase()));
    }
    sku
}

fn stock(random: &mut Random) -> i64 {
    match random.weighted(&[9, 1, 40, 35, 15]) {
        0 => 0,
        1 => -random.between(1, 6),
        2 => random.between(1, 24),
        3 => random.between(25, 120),
        _ => random.between(121, 900),
    }
}
