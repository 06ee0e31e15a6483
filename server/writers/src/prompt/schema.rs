//! What an answer looks like: JSON Schema within what every provider's strict mode understands.

use domain::words::part::Part;
use serde_json::{Map, Value, json};

/// What a part is called in an answer.
pub(crate) const fn field(part: Part) -> &'static str {
    match part {
        Part::Alt => "alts",
        part => part.name(),
    }
}

pub(super) fn of(parts: &[Part]) -> Value {
    let properties: Map<String, Value> = parts.iter().map(|part| (field(*part).to_owned(), property(*part))).collect();
    let required: Vec<&str> = parts.iter().map(|part| field(*part)).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn property(part: Part) -> Value {
    match part {
        Part::Title => json!({ "type": "string", "description": "The product's title, plain text" }),
        Part::Description => json!({ "type": "string", "description": "The product's description: HTML of p, ul, li, strong, em and br only" }),
        Part::SeoTitle => json!({ "type": "string", "description": "The title for search engines, plain text" }),
        Part::SeoDescription => json!({ "type": "string", "description": "The description for search engines, plain text" }),
        Part::Tags => json!({ "type": "array", "items": { "type": "string" }, "description": "Tags, one to three words each" }),
        Part::Alt => {
            json!({ "type": "array", "items": { "type": "string" }, "description": "One alternative text for each picture, in the order of their positions" })
        }
    }
}
