//! Files to import.

use std::fmt::Write;

/// Two products, one of them with two variants.
pub const LAMPS: &str = "\
Title,URL handle,Description,Vendor,Option1 name,Option1 value,SKU,Price,Product image URL,Care (product.metafields.custom.care)
Blue lamp,blue-lamp,<p>Blue.</p>,Acme,Size,Small,BL-S,19.90,https://example.test/blue.jpg,Dust it
,blue-lamp,,,,Large,BL-L,29.90,,
Red lamp,red-lamp,<p>Red.</p>,Acme,,,RL,9.90,,
";

/// `count` products with a variant and an image each; the price differs between editions.
pub fn many(count: usize, edition: usize) -> String {
    let mut csv = String::from("Title,URL handle,Description,Vendor,Type,Tags,SKU,Price,Inventory quantity,Product image URL,Image alt text\n");
    for number in 0..count {
        let (vendor, kind, cents) = (number % 40, number % 25, (number * 37 + edition * 100) % 90_000 + 100);
        writeln!(
            csv,
            "Lamp number {number},lamp-{number},\"<p>A lamp, made by hand. It is number {number} of many and gives a warm, quiet light to any room it stands in.</p>\",\
             Vendor {vendor},Type {kind},\"light, home, type {kind}\",SKU-{number},{}.{:02},{},https://example.test/images/lamp-{number}.jpg,Lamp {number}",
            cents / 100,
            cents % 100,
            number % 50
        )
        .unwrap();
    }
    csv
}
