//! A few products as they are, so that a change to the catalogue is noticed.
//!
//! When it is meant: `DEMO_SNAPSHOT=renew cargo test -p demo-catalogue --test snapshot`.

use std::{fmt::Write as _, fs, path::Path};

use demo_catalogue::{picture, product};
use domain::{clock::Timestamp, product::Content};

#[test]
fn the_catalogue_is_the_one_it_was() {
    let mut text = String::new();
    for n in [0, 1, 2, 17, 41, 1_000, 65_536, 999_999] {
        write_product(&mut text, n, &product(n, Timestamp::from_micros(1_760_000_000_000_000)).1);
    }
    for (n, view) in [(0, 1), (1, 4)] {
        let _ = writeln!(text, "# picture {n}-{view}\n{}", picture(n, view));
    }

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshot.txt");
    if std::env::var("DEMO_SNAPSHOT").is_ok_and(|value| value == "renew") {
        fs::write(&path, &text).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap();
    assert!(text == kept, "The demo catalogue has changed; tests/snapshot.rs says how to accept that. It is now:\n{text}");
}

fn write_product(to: &mut String, n: u64, content: &Content) {
    let _ = writeln!(to, "# {n} {}\ntitle: {}\ndescription: {:?}", content.handle, content.title, content.description);
    let _ = writeln!(to, "vendor: {} | type: {} | category: {}", content.vendor, content.product_type, content.category);
    let _ = writeln!(to, "tags: {:?} | {} | published: {}", content.tags, content.status.name(), content.published);
    let _ = writeln!(to, "seo: {} | {}", content.seo_title, content.seo_description);
    for variant in &content.variants {
        let amounts = [variant.price, variant.compare_at_price, variant.cost].map(|money| money.map(|money| money.0));
        let _ = writeln!(
            to,
            "variant {}: {:?} {:?} {} {} {amounts:?} {:?} {:?} {}",
            variant.id,
            content.option_names,
            variant.options,
            variant.sku,
            variant.barcode,
            variant.inventory_quantity,
            variant.weight_grams,
            variant.image
        );
    }
    for image in &content.images {
        let _ = writeln!(to, "image {}: {} {:?}", image.id, image.url, image.alt);
    }
    let _ = writeln!(to, "extras: {:?}\n", content.extras);
}
