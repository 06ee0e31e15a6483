//! Export: what is written reads back as the same contents, in Vitrine and without harm in a spreadsheet.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::collections::BTreeMap;

use domain::{
    money::{Currency, Money},
    product::{Content, Image, InventoryPolicy, Status, Variant},
};
use proptest::{collection::vec, option, prelude::*, sample::select};
use shopify_csv::{Ids, Writer, edits, extra_columns, write_cells};

use crate::support::{CountingIds, good, made};

const NEWER: &str = include_str!("data/newer.csv");

fn written(contents: &[Content]) -> String {
    let extras = contents.iter().flat_map(extra_columns);
    let mut writer = Writer::new(Vec::new(), Currency::EUR, extras).unwrap();
    for content in contents {
        writer.write(content).unwrap();
    }
    String::from_utf8(writer.finish().unwrap()).unwrap()
}

#[test]
fn an_export_has_the_columns_of_the_newer_template_and_the_kept_ones_behind_them() {
    let contents: Vec<_> = good(NEWER).iter().map(made).collect();

    let file = written(&contents);

    let header: Vec<_> = file.lines().next().unwrap().split(',').collect();
    assert_eq!(header[..3], ["Title", "URL handle", "Description"]);
    assert_eq!(header[56], "Google Shopping / Custom label 4");
    assert_eq!(header[57..], ["Fit (product.metafields.custom.fit)", "Included / Germany", "Price / Germany", "Compare-at price / Germany"]);
}

#[test]
fn an_export_reads_back_as_the_same_products() {
    let contents: Vec<_> = good(NEWER).iter().map(made).collect();

    let again: Vec<_> = good(written(&contents)).iter().map(made).collect();

    assert_eq!(again, contents);
}

#[test]
fn no_product_text_becomes_a_formula() {
    let mut content = Content::new("lamp".parse().unwrap(), "=HYPERLINK(\"http://x.test\")");
    content.vendor = "+1".into();
    content.tags = vec!["-tag".into()];
    content.extras.insert("=Column".into(), "@x".into());
    let mut variant = Variant::new(CountingIds::default().variant(), 1);
    variant.inventory_quantity = Some(-5);
    content.variants.push(variant);

    let file = written(&[content.clone()]);

    let row = file.lines().nth(1).unwrap();
    assert!(row.starts_with("\"'=HYPERLINK(\"\"http://x.test\"\")\",lamp,,'+1,,,'-tag,"), "{row}");
    assert!(row.ends_with(",'@x"), "{row}");
    assert!(row.contains(",-5,"), "a number is no formula: {row}");
    assert_eq!(made(&good(&file)[0]), content);
}

#[test]
fn a_table_of_anything_is_written_the_same_way() {
    let mut out = Vec::new();

    write_cells(&mut out, ["7", "Title", "=1+1", "a \"b\"\n"]).unwrap();

    assert_eq!(out, b"7,Title,'=1+1,\"a \"\"b\"\"\n\"\n");
}

/// Texts that hurt: quotes, delimiters, line ends, formulas, guards, spaces, other scripts.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[a-z ]{1,8}",
        "['=+@\t\r\n,;\" -]{1,6}[a-zéß漢😀]{0,3}",
        "[^\u{0}]{0,12}",
        select(&["=1+1", "'=1+1", "''", "\"", "\r", "\n", " ", "<p>a,\"b\"</p>\r\n", "TRUE", "-5", "\u{feff}x"][..]).prop_map(str::to_owned),
    ]
}

fn filled() -> impl Strategy<Value = String> {
    hostile().prop_map(|text| if text.trim().is_empty() { text + "x" } else { text })
}

fn money() -> impl Strategy<Value = Option<Money>> {
    option::of((0..=Money::MAX.0).prop_map(Money))
}

fn kept(columns: &'static [&'static str]) -> impl Strategy<Value = BTreeMap<String, String>> {
    prop::collection::btree_map(select(columns).prop_map(str::to_owned), filled(), 0..3)
}

fn variants() -> impl Strategy<Value = (Vec<String>, Vec<Variant>)> {
    (0..=3_usize).prop_flat_map(|options| {
        let variant = (
            vec(hostile(), options),
            (hostile(), hostile()),
            (money(), money(), money()),
            (any::<bool>(), any::<bool>(), any::<bool>()),
            (option::of(any::<i64>()), option::of(0..1_000_000_000_i64)),
            hostile().prop_map(|text| text.trim().to_owned()),
            kept(&["Tax code", "Weight unit for display", "Price / Germany", "Note (variant.metafields.a.b)"]),
        );
        let variants = vec(variant, 0..4).prop_map(|variants| {
            let mut ids = CountingIds::default();
            let made =
                variants.into_iter().zip(1..).map(|((options, (sku, barcode), prices, flags, (quantity, weight), image, extras), position)| {
                    Variant {
                        options,
                        sku,
                        barcode,
                        price: prices.0,
                        compare_at_price: prices.1,
                        cost: prices.2,
                        taxable: flags.0,
                        requires_shipping: flags.1,
                        inventory_policy: if flags.2 { InventoryPolicy::Continue } else { InventoryPolicy::Deny },
                        inventory_quantity: quantity,
                        weight_grams: weight,
                        image,
                        extras,
                        ..Variant::new(ids.variant(), position)
                    }
                });
            made.collect()
        });
        (vec(filled(), options), variants)
    })
}

fn images() -> impl Strategy<Value = Vec<Image>> {
    vec((filled(), hostile(), -3..9_i64), 0..4).prop_map(|images| {
        let mut ids = CountingIds::default();
        let mut images: Vec<_> = images
            .into_iter()
            .enumerate()
            // An address of its own each.
            .map(|(at, (url, alt, position))| Image { id: ids.image(), position, url: format!("{}#{at}", url.trim()), alt })
            .collect();
        images.sort_by_key(|image| image.position);
        images
    })
}

prop_compose! {
    fn contents()(
        handle in "[a-z0-9_-]{1,12}",
        title in filled(),
        texts in (hostile(), hostile(), hostile(), hostile(), hostile(), hostile()),
        tags in vec("['=+@\n\";é-]{0,3}[a-z]{1,3}", 0..4),
        flags in (any::<bool>(), any::<bool>(), select(Status::ALL)),
        (option_names, variants) in variants(),
        images in images(),
        extras in kept(&["Collection", "=Column", "Included / Germany", "Google Shopping / Gender", "Fit (product.metafields.a.b)", "collection", "a,\"b\""]),
    ) -> Content {
        let mut content = Content::new(handle.parse().unwrap(), title);
        (content.description, content.vendor, content.product_type, content.category, content.seo_title, content.seo_description) = texts;
        for tag in tags.iter().map(|tag| tag.trim().to_owned()) {
            if !content.tags.contains(&tag) {
                content.tags.push(tag);
            }
        }
        (content.published, content.gift_card, content.status) = flags;
        Content { option_names, variants, images, extras, ..content }
    }
}

/// The content with ids as a reader of a file would give them.
fn renumbered(mut content: Content) -> Content {
    let mut ids = CountingIds::default();
    for variant in &mut content.variants {
        variant.id = ids.variant();
    }
    for image in &mut content.images {
        image.id = ids.image();
    }
    content
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn whatever_is_written_reads_back_the_same_and_changes_nothing(contents in vec(contents(), 1..4)) {
        let contents: Vec<_> = contents
            .into_iter()
            .enumerate()
            .map(|(at, content)| renumbered(Content { handle: content.handle.numbered(at as u32), ..content }))
            .collect();

        let records = good(written(&contents));

        let again: Vec<_> = records.iter().map(made).collect();
        prop_assert_eq!(&again, &contents);
        for (record, content) in records.iter().zip(&contents) {
            prop_assert_eq!(edits(record, content, &mut CountingIds::default()).unwrap(), []);
        }
    }
}
