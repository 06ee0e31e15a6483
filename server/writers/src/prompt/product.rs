//! The record of a product as a JSON document on one line.

use domain::words::source::Source;
use serde_json::{Map, Value, json};

/// What a writer can make use of; more would only cost.
const DESCRIPTION: usize = 20_000;
const FACT: usize = 500;
const FACTS: usize = 60;
const VALUES: usize = 100;

/// The document. Lines of dashes are written with escapes, so that none in a text looks like the end of the data.
pub(super) fn document(source: &Source) -> String {
    let mut all = Map::new();
    let mut put = |name: &str, value: Value| {
        let empty = match &value {
            Value::String(text) => text.is_empty(),
            Value::Array(values) => values.is_empty(),
            Value::Object(values) => values.is_empty(),
            _ => false,
        };
        if !empty {
            all.insert(name.to_owned(), value);
        }
    };
    put("title", json!(source.title));
    put("description", json!(cut(&source.description, DESCRIPTION)));
    put("vendor", json!(source.vendor));
    put("product_type", json!(source.product_type));
    put("category", json!(source.category));
    put("tags", json!(source.tags));
    put("seo_title", json!(source.seo_title));
    put("seo_description", json!(source.seo_description));
    put("options", source.options.iter().map(|(name, values)| json!({ "name": name, "values": &values[..values.len().min(VALUES)] })).collect());
    put("facts", source.facts.iter().take(FACTS).map(|(name, value)| (name.clone(), json!(cut(value, FACT)))).collect());
    put("pictures", source.images.iter().enumerate().map(|(at, (_, alt))| json!({ "position": at + 1, "alt": alt })).collect());
    Value::Object(all).to_string().replace("--", "\\u002d\\u002d")
}

fn cut(text: &str, characters: usize) -> &str {
    text.char_indices().nth(characters).map_or(text, |(at, _)| &text[..at])
}
