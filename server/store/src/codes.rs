//! SKUs and barcodes as SQLite finds them: by their beginning, in the table `codes`, each as one word behind its
//! store's number.

use std::fmt::Write as _;

use domain::{fold::fold, product::Content};

/// What the table keeps of a product; empty when it has no code.
pub(crate) fn text(store_num: i64, content: &Content) -> String {
    let mut text = String::new();
    for variant in &content.variants {
        for code in [&variant.sku, &variant.barcode] {
            if !code.is_empty() {
                // Writing to a text cannot fail.
                let _ = writeln!(text, "{store_num}:{}", fold(code));
            }
        }
    }
    text
}

/// The search for codes that begin with a folded text, in the language of FTS5.
pub(crate) fn beginning_with(store_num: i64, folded: &str) -> String {
    format!("\"{store_num}:{}\"*", folded.replace('"', "\"\""))
}
