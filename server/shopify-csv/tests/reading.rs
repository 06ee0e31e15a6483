//! Good files, however they are written.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use domain::{
    field::{Field, Value},
    money::Money,
    product::{InventoryPolicy, Status},
};
use shopify_csv::{Encoding, Item, Reader};

use crate::support::{OPTIONS, good, handles, items, made};

const CLASSIC: &str = include_str!("data/classic.csv");
const NEWER: &str = include_str!("data/newer.csv");

#[test]
fn a_product_is_read_with_its_variants_images_and_kept_columns() {
    let products = good(CLASSIC);

    let shirt = made(&products[0]);

    assert_eq!(handles(&products), ["linen-shirt", "gift-voucher", "old-lamp"]);
    assert_eq!(shirt.title, "Linen Shirt");
    assert_eq!(shirt.description, "<p>Cool in summer.</p>\n<p>Called \"the island shirt\".</p>");
    assert_eq!(shirt.category, "Apparel & Accessories > Clothing > Shirts");
    assert_eq!(shirt.tags, ["linen", "summer"]);
    assert_eq!(shirt.option_names, ["Size", "Color"]);
    assert_eq!(shirt.seo_title, "Linen shirt for hot days");
    let extras: Vec<_> = shirt.extras.iter().map(|(column, text)| (column.as_str(), text.as_str())).collect();
    assert_eq!(
        extras,
        [
            ("Fit (product.metafields.custom.fit)", "regular"),
            ("Google Shopping / Ad group name", "Shirts"),
            ("Google Shopping / Manufacturer part number (MPN)", "MPN-1"),
            ("Included / Germany", "TRUE"),
        ]
    );

    let [small, medium] = shirt.variants.as_slice() else { panic!("two variants") };
    assert_eq!(small.options, ["S", "Sand"]);
    assert_eq!((small.price, small.compare_at_price, small.cost), (Some(Money(4_900)), Some(Money(5_900)), Some(Money(2_150))));
    assert_eq!((small.barcode.as_str(), small.image.as_str()), ("4006381333931", "https://example.com/img/shirt-s.jpg"));
    assert_eq!(small.extras["Tax code"], "PC040111");
    assert_eq!(small.extras["Price / Germany"], "52.00");
    assert_eq!((medium.inventory_quantity, medium.inventory_policy, medium.weight_grams), (Some(-2), InventoryPolicy::Continue, Some(250)));
    assert_eq!(medium.extras["Compare-at price / Germany"], "62.00");
    assert_eq!(medium.extras["Google Shopping / Manufacturer part number (MPN)"], "MPN-2");

    let images: Vec<_> = shirt.images.iter().map(|image| (image.position, image.url.as_str(), image.alt.as_str())).collect();
    assert_eq!(
        images,
        [
            (1, "https://example.com/img/shirt-1.jpg", "A shirt, folded"),
            (2, "https://example.com/img/shirt-2.jpg", ""),
            (3, "https://example.com/img/shirt-3.jpg", "The back"),
        ]
    );
}

#[test]
fn both_dialects_give_the_same_products() {
    let classic: Vec<_> = good(CLASSIC).iter().map(made).collect();
    let newer: Vec<_> = good(NEWER).iter().map(made).collect();

    assert_eq!(classic, newer);
}

#[test]
fn words_and_flags_are_read_in_any_spelling() {
    let products: Vec<_> = good(NEWER).iter().map(made).collect();

    let statuses: Vec<_> = products.iter().map(|product| (product.status, product.published, product.gift_card)).collect();

    assert_eq!(statuses, [(Status::Active, true, false), (Status::Draft, false, true), (Status::Archived, false, false)]);
}

#[test]
fn scripts_in_a_description_are_kept_to_the_letter() {
    let lamp = &good(CLASSIC)[2];

    assert_eq!(lamp.get(&Field::Description), Some(&Value::text("<script>alert(1)</script>")));
}

#[test]
fn headers_are_found_in_any_case_and_order_and_mixture_of_dialects() {
    let products = good("  variant PRICE ,\"TITLE\",url Handle\n5,Lamp,lamp\n");

    assert_eq!(handles(&products), ["lamp"]);
    assert_eq!(made(&products[0]).price(), Some(Money(500)));
}

#[test]
fn semicolons_and_tabs_are_recognised() {
    for delimiter in [";", "\t"] {
        let file = format!("Handle{delimiter}Title{delimiter}Tags\nlamp{delimiter}\"A{delimiter}B\"{delimiter}a, b\n");

        let products = good(file);

        assert_eq!(products[0].get(&Field::Title), Some(&Value::Text(format!("A{delimiter}B"))));
        assert_eq!(products[0].get(&Field::Tags), Some(&Value::List(vec!["a".into(), "b".into()])));
    }
}

#[test]
fn every_kind_of_line_end_gives_the_same_products_and_lines() {
    let with = |line_end: &str| {
        let file = "Handle,Title\nlamp,Lamp\n\nchair,Chair\nbench,Bench".replace('\n', line_end);
        good(file).iter().map(|product| (product.line, product.handle.to_string())).collect::<Vec<_>>()
    };

    let expected = [(2, "lamp".to_owned()), (4, "chair".to_owned()), (5, "bench".to_owned())];
    assert_eq!(with("\n"), expected);
    assert_eq!(with("\r\n"), expected);
    assert_eq!(with("\r"), expected);
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_column() {
    let products = good("\u{feff}Title,Handle\nLamp,lamp\n");

    assert_eq!(handles(&products), ["lamp"]);
}

#[test]
fn windows_1252_is_read_as_what_it_means() {
    let file = b"Handle;Title;Vendor\nlamp;L\xe4mpchen;Caf\xe9 \x80\n";
    let reader = Reader::open(file.as_slice(), OPTIONS).unwrap();

    let format = reader.format();
    let lamp = &good(file)[0];

    assert_eq!((format.encoding, format.delimiter), (Encoding::Windows1252, b';'));
    assert_eq!(lamp.get(&Field::Title), Some(&Value::text("Lämpchen")));
    assert_eq!(lamp.get(&Field::Vendor), Some(&Value::text("Café €")));
}

#[test]
fn a_file_with_titles_alone_gives_products_with_handles_of_their_own() {
    let products = good("Title\nOil Lamp\nOil Lamp\nOil lamp!\nChair\n");

    assert_eq!(handles(&products), ["oil-lamp", "oil-lamp-2", "oil-lamp-3", "chair"]);
    assert!(products.iter().all(|product| product.variants.is_empty()));
}

#[test]
fn rows_with_fewer_cells_and_rows_of_nothing_but_commas_do_no_harm() {
    let products = good("Handle,Title,Vendor,Type\nlamp,Lamp\n,,,\n  , ,,\nchair,Chair,V,T,,,\n");

    assert_eq!(handles(&products), ["lamp", "chair"]);
    assert_eq!(products[0].get(&Field::Vendor), Some(&Value::text("")));
}

#[test]
fn columns_that_are_not_there_are_not_given_and_blank_ones_are() {
    let products = good("Handle,Title,Vendor,Status,Fit (product.metafields.custom.fit)\nlamp,Lamp,,,\n");

    let fields: Vec<_> = products[0].fields.iter().map(|(field, _)| field.to_string()).collect();

    assert_eq!(fields, ["title", "vendor"]);
    assert_eq!(products[0].kept.product, ["Fit (product.metafields.custom.fit)"]);
}

#[test]
fn product_columns_may_be_repeated_on_later_rows_and_a_picture_too() {
    let file = "Handle,Title,Vendor,Tags,Option1 Name,Option1 Value,Image Src,Image Position\n\
                shirt,Shirt,Halyard,\"a, b\",Size,S,https://example.com/1.jpg,1\n\
                shirt,Shirt,Halyard,\"a,b\",Size,M,https://example.com/1.jpg,\n";

    let products = good(file);

    assert_eq!((products[0].variants.len(), products[0].images.len()), (2, 1));
}

#[test]
fn a_formula_guard_is_taken_off() {
    let products = good("Handle,Title,Variant Inventory Qty,Vendor\nlamp,'=SUM(A1),-5,''@home\n");

    let lamp = made(&products[0]);

    assert_eq!((lamp.title.as_str(), lamp.vendor.as_str()), ("=SUM(A1)", "'@home"));
    assert_eq!(lamp.variants[0].inventory_quantity, Some(-5));
}

#[test]
fn reading_resumes_behind_any_product_and_gives_exactly_the_rest() {
    let file = "Handle,Title,Variant Price\na,A,1\na,,2\nb,B,oops\nc,C,1\n,,7\nb,again,1\nd,D,1\ne,E,-1\n";
    let all = items(file.as_bytes());

    for (at, item) in all.iter().enumerate() {
        let Item::Product(product) = item else { continue };
        let rest: Vec<_> = Reader::open(file.as_bytes(), OPTIONS).unwrap().resuming_at(product.end).collect::<Result<_, _>>().unwrap();
        assert_eq!(rest, all[at + 1..], "behind {}", product.handle);
    }
    let ends: Vec<_> = all.iter().filter_map(|item| if let Item::Product(product) = item { Some(product.end) } else { None }).collect();
    assert_eq!(ends.len(), 3);
    assert_eq!(&file[ends[0] as usize..][..3], "b,B");
}

#[test]
fn an_error_of_the_input_is_passed_on_and_ends_the_reading() {
    struct Failing;
    impl std::io::Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is gone"))
        }
    }
    let start = format!("Handle,Title\n{}", "lamp,Lamp\n".repeat(200_000));
    let mut reader = Reader::open(std::io::Read::chain(start.as_bytes(), Failing), OPTIONS).unwrap();

    let failed = reader.find_map(Result::err);

    assert_eq!(failed.map(|error| error.to_string()).as_deref(), Some("the disk is gone"));
    assert!(reader.next().is_none());
}
