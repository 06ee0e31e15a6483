//! Some products before and after, for a reader to see what the rules do.
//!
//! When a change is meant: `INSTA_UPDATE=always cargo test -p rule-writer`, and read what has changed.

use std::fmt::Write as _;

use domain::words::{brief::Brief, score::scores, source::Source};

use crate::support::{demo, taken_over, write};

fn told(source: &Source) -> String {
    let brief = Brief::default();
    let words = write(source);
    let after = taken_over(source, &words);
    let mut text = String::new();
    for (name, source, words) in [("before", source, source.words()), ("after", &after, words.over(&source.words()))] {
        let scores = scores(&words, source, &brief);
        let _ = writeln!(text, "# {name} (quality {}, SEO {})", scores.quality.value, scores.seo.value);
        let _ = writeln!(text, "title: {}\nSEO title: {}\nSEO description: {}", source.title, source.seo_title, source.seo_description);
        let _ = writeln!(text, "tags: {}", source.tags.join(", "));
        for (_, alt) in &source.images {
            let _ = writeln!(text, "picture: {alt}");
        }
        let _ = writeln!(text, "{}\n", source.description);
    }
    let _ = writeln!(text, "vendor: {} | type: {} | options: {:?}\nfacts: {:?}", source.vendor, source.product_type, source.options, source.facts);
    text
}

#[test]
fn products_are_rewritten_as_they_were() {
    for n in [2, 17, 41, 1_000, 65_536, 999_999, 3, 8, 12, 29] {
        insta::assert_snapshot!(format!("demo_{n}"), told(&demo(n)));
    }
}
