//! Importing over what is there: what the file says wins, what it does not say stays.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::collections::BTreeSet;

use domain::{
    field::{Field, Value},
    money::Money,
    op::{Base, Edit},
    product::{Content, Status},
};
use proptest::prelude::*;
use shopify_csv::{ProductRecord, content, edits};

use crate::support::{CountingIds, complaints, edits_of, good, made, overwritten, read};

const CLASSIC: &str = include_str!("data/classic.csv");
const NEWER: &str = include_str!("data/newer.csv");

fn shirt() -> Content {
    made(&good(CLASSIC)[0])
}

#[test]
fn the_same_file_again_changes_nothing_in_either_dialect() {
    for (first, second) in [(CLASSIC, CLASSIC), (CLASSIC, NEWER), (NEWER, CLASSIC)] {
        for (before, again) in good(first).iter().zip(good(second)) {
            let changes = edits(&again, &made(before), &mut CountingIds::default()).unwrap();
            assert_eq!(changes, []);
        }
    }
}

#[test]
fn a_column_that_is_not_there_is_left_alone() {
    let after = overwritten("Handle,Title\nlinen-shirt,Linen Shirt II\n", &shirt());

    assert_eq!(after, Content { title: "Linen Shirt II".into(), ..shirt() });
}

#[test]
fn an_edit_replaces_whatever_is_there() {
    let changes = edits_of("Handle,Title\nlinen-shirt,Linen Shirt II\n", &shirt());

    assert_eq!(changes, [Edit { field: Field::Title, base: Base::Any, value: Value::text("Linen Shirt II") }]);
}

#[test]
fn a_blank_cell_in_a_column_that_is_there_blanks_the_value() {
    let file = "Handle,Title,Vendor,Tags,SEO title,Fit (product.metafields.custom.fit),Option1 Value,Option2 Value,SKU,Price,Tax code\n\
                linen-shirt,Linen Shirt,,,,,S,Sand,,,\n";

    let after = overwritten(file, &shirt());

    assert_eq!((after.vendor.as_str(), after.tags.len(), after.seo_title.as_str()), ("", 0, ""));
    assert!(!after.extras.contains_key("Fit (product.metafields.custom.fit)"));
    assert_eq!((after.variants[0].sku.as_str(), after.variants[0].price), ("", None));
    assert!(!after.variants[0].extras.contains_key("Tax code"));
    assert_eq!(after.variants[0].extras["Price / Germany"], "52.00");
    assert_eq!(after.variants[1], shirt().variants[1]);
}

#[test]
fn what_cannot_be_blank_is_left_alone_by_a_blank_cell() {
    let before = Content { status: Status::Draft, published: false, gift_card: true, ..shirt() };

    let after = overwritten("Handle,Title,Status,Published,Gift Card,Option1 Name\nlinen-shirt,Linen Shirt,,,,\n", &before);

    assert_eq!(after, before);
}

#[test]
fn variants_are_known_by_their_options_whatever_their_order() {
    let file = "Handle,Title,Option1 Value,Option2 Value,Variant Price\n\
                linen-shirt,Linen Shirt,M,Sand,45\n\
                linen-shirt,,S,Sand,44\n";

    let after = overwritten(file, &shirt());

    assert_eq!(after.variants.iter().map(|variant| variant.price).collect::<Vec<_>>(), [Some(Money(4_400)), Some(Money(4_500))]);
}

#[test]
fn variants_are_known_by_their_sku_where_the_file_has_no_options() {
    let after = overwritten("Handle,Title,Variant SKU,Variant Price\nlinen-shirt,Linen Shirt,LS-M-SAND,45\n", &shirt());

    assert_eq!(after.variants.iter().map(|variant| variant.price).collect::<Vec<_>>(), [Some(Money(4_900)), Some(Money(4_500))]);
    assert_eq!(after.variants[1].options, ["M", "Sand"]);
}

#[test]
fn the_only_variant_needs_neither() {
    let voucher = made(&good(CLASSIC)[1]);

    let after = overwritten("Handle,Title,Variant SKU,Variant Price\ngift-voucher,Gift Voucher,GV,30\n", &voucher);

    assert_eq!((after.variants.len(), after.variants[0].sku.as_str(), after.variants[0].price), (1, "GV", Some(Money(3_000))));
    assert_eq!(after.variants[0].options, ["Default Title"]);
}

#[test]
fn a_row_that_does_not_say_which_variant_it_means_is_a_bad_row() {
    let record = &good("Handle,Title,Variant SKU,Variant Price\nlinen-shirt,Linen Shirt,NEW,45\n")[0];

    let bad = edits(record, &shirt(), &mut CountingIds::default()).unwrap_err();

    assert_eq!((bad.line, bad.value.as_str()), (2, "NEW"));
    assert_eq!(
        bad.reason,
        "This product has several variants, and this row does not say which one it means. Fill in the option values or a known SKU."
    );
}

#[test]
fn new_variants_are_added_behind_the_others_and_none_is_removed() {
    let after = overwritten("Handle,Title,Option1 Value,Option2 Value,Variant Price,Tax code\nlinen-shirt,Linen Shirt,L,Sand,50,T1\n", &shirt());

    assert_eq!(after.variants[..2], shirt().variants);
    assert_eq!((after.variants[2].options.join("/").as_str(), after.variants[2].position), ("L/Sand", 3));
    assert_eq!((after.variants[2].price, after.variants[2].extras["Tax code"].as_str()), (Some(Money(5_000)), "T1"));
}

#[test]
fn images_are_known_by_their_address_and_added_when_they_are_new() {
    let file = "Handle,Title,Image Src,Image Alt Text\n\
                linen-shirt,Linen Shirt,https://example.com/img/shirt-2.jpg,Folded\n\
                linen-shirt,,https://example.com/img/shirt-9.jpg,New\n";

    let after = overwritten(file, &shirt());

    let images: Vec<_> = after.images.iter().map(|image| (image.position, image.alt.as_str())).collect();
    assert_eq!(images, [(1, "A shirt, folded"), (2, "Folded"), (3, "The back"), (4, "New")]);
}

#[test]
fn images_move_when_the_file_says_where_they_are() {
    let file = "Handle,Title,Image Src,Image Position\nlinen-shirt,Linen Shirt,https://example.com/img/shirt-3.jpg,0\n";

    let after = overwritten(file, &shirt());

    assert_eq!((after.images[0].url.as_str(), after.images[0].alt.as_str()), ("https://example.com/img/shirt-3.jpg", "The back"));
}

#[test]
fn what_a_later_row_says_in_a_kept_column_is_its_variants_own() {
    let column = "Google Shopping / Manufacturer part number (MPN)";
    let file = "Handle,Title,Option1 Value,Option2 Value,Google Shopping / MPN\nlinen-shirt,Linen Shirt,S,Sand,\nlinen-shirt,,M,Sand,NEW\n";

    let after = overwritten(file, &shirt());

    assert!(!after.extras.contains_key(column));
    assert_eq!(after.variants[1].extras[column], "NEW");
}

#[test]
fn a_new_product_needs_a_title() {
    let record = good("Handle,Vendor\nlamp,Halyard\n").remove(0);

    let bad = content(record, &mut CountingIds::default()).unwrap_err();

    assert_eq!(
        (bad.line, bad.value.as_str(), bad.reason.as_str()),
        (2, "lamp", "There is no product with this handle, and a new one needs a title. Add the Title column.")
    );
}

#[test]
fn a_kept_value_with_nothing_to_belong_to_is_named() {
    let file = "Handle,Title,Option1 Value,Image Src,Collection\nlamp,Lamp,S,,Home\nlamp,,,https://example.com/1.jpg,Office\n";

    let (_, bad) = read(file);

    assert_eq!(
        complaints(&bad),
        [(3, "Collection", "This row is no variant, so there is nothing this value belongs to. Put it into the first row of the product.")]
    );
}

/// Rows of one product with few different values, so that they often collide.
fn rows() -> impl Strategy<Value = String> {
    let any = |texts: &'static [&'static str]| prop::sample::select(texts);
    let row = (
        any(&["", "S", "M", "Default Title"]),
        any(&["", "Sand"]),
        any(&["", "sku-1", "sku-2"]),
        any(&["", "5", "6.50"]),
        any(&["", "https://x.test/1", "https://x.test/2"]),
        any(&["", "1", "2", "7"]),
        any(&["", "front", "back"]),
        any(&["", "mpn"]),
    );
    (any(&["Option1 Value", "Note 1"]), any(&["Variant SKU", "Note 2"]), any(&["Image Position", "Note 3"]), prop::collection::vec(row, 1..6))
        .prop_map(|(option, sku, position, rows)| {
            let header =
                format!("Handle,Title,Option1 Name,{option},Option2 Value,{sku},Variant Price,Image Src,{position},Image Alt Text,Tax code\n");
            let rows = rows.into_iter().enumerate().map(|(at, (a, b, c, d, e, f, g, h))| {
                let first = if at == 0 { "T,Size" } else { "," };
                format!("p,{first},{a},{b},{c},{d},{e},{f},{g},{h}\n")
            });
            header + &rows.collect::<Vec<_>>().concat()
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn whatever_the_rows_say_saying_it_again_changes_nothing(file in rows()) {
        let (products, _) = read(&file);
        for record in products {
            let product = made(&record);
            prop_assert_eq!(edits(&record, &product, &mut CountingIds::default()).unwrap(), []);
        }
    }

    #[test]
    fn whatever_a_file_changes_it_changes_once(first in rows(), second in rows()) {
        let ((first, _), (second, _)) = (read(&first), read(&second));
        if let (Some(first), Some(second)) = (first.first(), second.first()) {
            let before = made(first);
            if is_clear(second)
                && let Ok(changes) = edits(second, &before, &mut CountingIds::later())
            {
                let after = support::applied(changes, &before);
                prop_assert_eq!(edits(second, &after, &mut CountingIds::later()), Ok(Vec::new()));
            }
        }
    }
}

/// Whether no two rows of a record are about the same variant or the same picture.
fn is_clear(record: &ProductRecord) -> bool {
    let options = record.variants.iter().map(|variant| variant.options.iter().filter(|option| *option != "Default Title").collect::<Vec<_>>());
    let urls = record.images.iter().map(|image| &image.url);
    let (variants, images): (BTreeSet<_>, BTreeSet<_>) = (options.collect(), urls.collect());
    variants.len() == record.variants.len() && images.len() == record.images.len()
}
