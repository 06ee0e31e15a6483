//! The catalogue as a whole: the same every time, in its proportions, and acceptable to the product's own rules.

use std::collections::{BTreeMap, HashSet};

use demo_catalogue::{PICTURE_PATH, product};
use domain::{
    clock::Timestamp,
    field::{Field, Value, VariantField},
    product::{Content, Missing, Status},
};

const MADE_AT: Timestamp = Timestamp::from_micros(1_760_000_000_000_000);
const SAMPLE: u64 = 20_000;

fn contents(count: u64) -> impl Iterator<Item = Content> {
    (0..count).map(|n| product(n, MADE_AT).1)
}

/// What share of the sample it holds for, in percent.
fn share(holds: impl Fn(&Content) -> bool) -> f64 {
    100.0 * contents(SAMPLE).filter(holds).count() as f64 / SAMPLE as f64
}

#[test]
fn a_product_is_the_same_whenever_it_is_made() {
    let forth: Vec<_> = (0..500).map(|n| product(n, MADE_AT)).collect();
    let back: Vec<_> = (0..500).rev().map(|n| product(n, MADE_AT)).collect();
    assert!(forth.iter().eq(back.iter().rev()));
}

#[test]
fn only_ids_depend_on_the_moment() {
    let (earlier, first) = product(7, MADE_AT);
    let (later, second) = product(7, MADE_AT.plus_seconds(1));
    assert!(earlier < later);
    assert_eq!((first.handle, first.title, first.description, first.tags), (second.handle, second.title, second.description, second.tags));
}

#[test]
fn any_number_gives_a_product() {
    for n in [99_999_999, u64::from(u32::MAX), u64::MAX] {
        assert!(product(n, MADE_AT).1.handle.as_str().ends_with(&n.to_string()));
    }
}

#[test]
fn handles_and_ids_are_unique() {
    let mut handles = HashSet::new();
    let mut last = None;
    for n in 0..200_000 {
        let (id, content) = product(n, MADE_AT);
        assert!(last < Some(id), "the id of {n} does not sort behind the one before");
        last = Some(id);
        assert!(handles.insert(content.handle), "the handle of {n} was there before");
    }
}

#[test]
fn titles_seldom_collide_and_have_a_usual_length() {
    let titles: Vec<String> = contents(200_000).map(|content| content.title).collect();
    let distinct: HashSet<&String> = titles.iter().collect();
    assert!(distinct.len() > 198_000, "{} distinct titles", distinct.len());

    let characters: usize = titles.iter().map(|title| title.chars().count()).sum();
    let mean = characters as f64 / titles.len() as f64;
    assert!((30.0..37.0).contains(&mean), "{mean} characters");
}

#[test]
fn every_field_is_one_the_product_accepts() {
    for content in contents(5_000) {
        let mut again = Content::new(content.handle.clone(), "x");
        let fields = [
            Field::Title,
            Field::Handle,
            Field::Description,
            Field::Vendor,
            Field::ProductType,
            Field::Category,
            Field::Tags,
            Field::Status,
            Field::Published,
            Field::GiftCard,
            Field::SeoTitle,
            Field::SeoDescription,
            Field::OptionNames,
        ];
        let extras = content.extras.keys().map(|column| Field::Extra(column.clone()));
        let variants = content.variants.iter().map(|variant| Field::Variant(variant.id));
        let images = content.images.iter().map(|image| Field::Image(image.id));
        for field in fields.into_iter().chain(extras).chain(variants).chain(images) {
            again.set(&field, content.get(&field)).unwrap_or_else(|error| panic!("{} {field}: {error}", content.handle));
        }
        assert_eq!(again, content);
    }
}

#[test]
fn statuses_and_missing_texts_are_in_proportion() {
    assert!((80.0..84.0).contains(&share(|content| content.status == Status::Active)));
    assert!((10.5..13.5).contains(&share(|content| content.status == Status::Draft)));
    assert!((5.0..7.0).contains(&share(|content| content.status == Status::Archived)));
    assert!((10.5..13.5).contains(&share(|content| content.is_missing(Missing::Description))));
    assert!((58.0..62.0).contains(&share(|content| content.is_missing(Missing::Seo))));
    assert!((5.0..7.0).contains(&share(|content| content.is_missing(Missing::Image))));
    assert!((44.0..48.0).contains(&share(|content| content.is_missing(Missing::Alt))));
    assert!((12.0..16.0).contains(&share(|content| content.is_missing(Missing::Tags))));
    assert!((16.0..19.5).contains(&share(|content| content.is_missing(Missing::Short))));
    assert!((23.0..27.0).contains(&share(|content| !content.extras.is_empty())));
}

#[test]
fn good_descriptions_have_paragraphs_and_a_list() {
    let good: Vec<String> = contents(SAMPLE).map(|content| content.description).filter(|html| html.contains("<ul>")).collect();
    assert!((0.45..0.56).contains(&(good.len() as f64 / SAMPLE as f64)), "{} are good", good.len());
    for html in good {
        assert!((300..=900).contains(&html.len()), "{} bytes: {html}", html.len());
        assert!(html.starts_with("<p>") && html.ends_with("</ul>") && !html.contains(['{', '}']) && !html.contains(" & "), "{html}");
    }
}

#[test]
fn no_text_has_an_unfilled_slot() {
    for content in contents(SAMPLE) {
        for text in [&content.title, &content.description, &content.seo_title, &content.seo_description] {
            assert!(!text.contains(['{', '}']), "{text}");
        }
    }
}

#[test]
fn variants_are_few_and_different() {
    let mut count = 0;
    for content in contents(SAMPLE) {
        assert!((1..=12).contains(&content.variants.len()), "{}", content.handle);
        count += content.variants.len();
        let options: HashSet<_> = content.variants.iter().map(|variant| &variant.options).collect();
        assert_eq!(options.len(), content.variants.len(), "{}: {options:?}", content.handle);
        assert!(content.variants.iter().all(|variant| variant.options.len() == content.option_names.len()), "{}", content.handle);
        let skus: HashSet<_> = content.variants.iter().map(|variant| &variant.sku).filter(|sku| !sku.is_empty()).collect();
        assert!(skus.is_empty() || skus.len() == content.variants.len(), "{}: {skus:?}", content.handle);
    }
    let mean = count as f64 / SAMPLE as f64;
    assert!((1.6..2.0).contains(&mean), "{mean} variants");
}

#[test]
fn prices_costs_and_stocks_are_in_proportion() {
    let first = |field: VariantField| share(move |content| !matches!(content.variants[0].get(field), Value::None));
    assert!((16.0..20.0).contains(&first(VariantField::CompareAtPrice)));
    assert!((80.0..90.0).contains(&first(VariantField::Cost)));
    assert!((99.9..=100.0).contains(&first(VariantField::Price)));
    assert!((6.0..12.0).contains(&share(|content| content.variants[0].inventory_quantity == Some(0))));
    assert!((0.3..2.0).contains(&share(|content| content.variants[0].inventory_quantity.is_some_and(|quantity| quantity < 0))));
    for variant in contents(SAMPLE).flat_map(|content| content.variants) {
        assert!(variant.compare_at_price.is_none_or(|before| Some(before) > variant.price), "{variant:?}");
        assert!(variant.cost.is_none_or(|cost| Some(cost) < variant.price), "{variant:?}");
    }
}

#[test]
fn barcodes_have_the_right_check_digit_and_are_unique() {
    let mut seen = HashSet::new();
    let mut without = 0_u64;
    for content in contents(SAMPLE) {
        without += u64::from(content.variants[0].barcode.is_empty());
        for barcode in content.variants.into_iter().map(|variant| variant.barcode).filter(|barcode| !barcode.is_empty()) {
            let digits: Vec<u32> = barcode.chars().filter_map(|c| c.to_digit(10)).collect();
            let sum: u32 = digits.iter().enumerate().map(|(at, digit)| digit * [1, 3][at % 2]).sum();
            assert!(digits.len() == 13 && digits[0] == 2 && sum.is_multiple_of(10), "{barcode}");
            assert!(seen.insert(barcode));
        }
    }
    assert!((SAMPLE * 27 / 100..SAMPLE * 33 / 100).contains(&without), "{without} without");
}

#[test]
fn pictures_are_numbered_from_one() {
    for (n, content) in contents(2_000).enumerate() {
        for (index, image) in content.images.iter().enumerate() {
            assert_eq!(image.url, format!("{PICTURE_PATH}{n}-{}.svg", index + 1));
        }
    }
}

#[test]
fn vendors_types_and_tags_are_many_but_not_endless() {
    let mut vendors: BTreeMap<String, u64> = BTreeMap::new();
    let (mut types, mut tags) = (HashSet::new(), HashSet::new());
    for content in contents(100_000) {
        *vendors.entry(content.vendor).or_default() += 1;
        types.insert(content.product_type);
        tags.extend(content.tags);
    }
    assert!((550..650).contains(&vendors.len()), "{} vendors", vendors.len());
    assert!((110..150).contains(&types.len()), "{} types", types.len());
    assert!((1_200..2_200).contains(&tags.len()), "{} tags", tags.len());
    let (most, least) = (vendors.values().max().unwrap(), vendors.values().min().unwrap());
    assert!(*most > 40 * least, "from {least} to {most} products a vendor");
}
