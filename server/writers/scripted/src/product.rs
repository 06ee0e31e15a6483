//! Words about the product in a question: believable, and the same each time.

use serde_json::{Map, Value, json};

use writers::{DATA_BEGIN, DATA_END};

/// A JSON object with the fields that were asked for, as a text.
pub(super) fn written(body: &Value) -> String {
    let Some(product) = product_in(body) else { return "ready".to_owned() };
    let all = words(&product);
    let fields: Map<String, Value> = match asked(body) {
        Some(asked) => all.into_iter().filter(|(name, _)| asked.contains(name)).collect(),
        None => all,
    };
    Value::Object(fields).to_string()
}

/// The product's record in the first message that has one.
fn product_in(body: &Value) -> Option<Value> {
    let messages = body["messages"].as_array()?;
    messages.iter().find_map(|message| {
        let (_, rest) = message["content"].as_str()?.split_once(DATA_BEGIN)?;
        serde_json::from_str(rest.split_once(DATA_END)?.0.trim()).ok()
    })
}

fn asked(body: &Value) -> Option<Vec<String>> {
    let schema = body.pointer("/response_format/json_schema/schema").or_else(|| body.pointer("/tools/0/input_schema"))?;
    Some(schema["properties"].as_object()?.keys().cloned().collect())
}

fn words(product: &Value) -> Map<String, Value> {
    let text = |name: &str| product[name].as_str().unwrap_or_default().trim().to_owned();
    let (vendor, kind) = (text("vendor"), text("product_type"));
    let title = cased(&text("title"));
    let by = if vendor.is_empty() { String::new() } else { format!(" by {vendor}") };
    let what = if kind.is_empty() { "piece".to_owned() } else { kind.to_lowercase() };
    let said: Vec<String> = plain(&text("description")).split_whitespace().take(60).map(str::to_owned).collect();
    let said = if said.is_empty() { format!("A {what} for every day.") } else { said.join(" ") };
    let mut points: Vec<String> = Vec::new();
    for option in product["options"].as_array().into_iter().flatten() {
        let values: Vec<&str> = option["values"].as_array().into_iter().flatten().filter_map(Value::as_str).take(6).collect();
        points.push(format!("{}: {}", option["name"].as_str().unwrap_or_default(), values.join(", ")));
    }
    points
        .extend(product["facts"].as_object().into_iter().flatten().take(3).filter_map(|(name, value)| Some(format!("{name}: {}", value.as_str()?))));
    let points: String = points.iter().flat_map(|point| ["<li>".to_owned(), escaped(point), "</li>".to_owned()]).collect();
    let list = if points.is_empty() { String::new() } else { format!("<ul>{points}</ul>") };
    let description = format!("<p><strong>{}</strong>{}</p><p>{}</p>{list}", escaped(&title), escaped(&by), escaped(&said));
    let tags: Vec<String> =
        [kind.to_lowercase(), vendor.to_lowercase()].into_iter().chain(title.split(' ').map(str::to_lowercase)).filter(|tag| tag.len() > 2).collect();
    let pictures = product["pictures"].as_array().map_or(0, Vec::len);
    let alts: Vec<String> = (1..=pictures).map(|at| if at == 1 { format!("{title}{by}") } else { format!("{title}{by}, picture {at}") }).collect();
    [
        ("title", json!(title)),
        ("description", json!(description)),
        ("seo_title", json!(first(&format!("{title}{by}"), 60))),
        ("seo_description", json!(first(&format!("{title}{by}. {said}"), 155))),
        ("tags", json!(tags)),
        ("alts", json!(alts)),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

/// Words that shout or mumble begin with a capital letter.
fn cased(title: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        let first: String = letters.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
        let rest = letters.as_str();
        let shouts = word.len() > 3 && word.chars().all(char::is_uppercase);
        first + &if shouts { rest.to_lowercase() } else { rest.to_owned() }
    };
    let title = title.split_whitespace().map(word).collect::<Vec<_>>().join(" ");
    if title.is_empty() { "Untitled".to_owned() } else { first(&title, 200) }
}

/// As much of a text as fits, in whole words.
fn first(text: &str, characters: usize) -> String {
    let mut kept = String::new();
    for word in text.split_whitespace() {
        if kept.chars().count() + word.chars().count() + 1 > characters {
            break;
        }
        if !kept.is_empty() {
            kept.push(' ');
        }
        kept.push_str(word);
    }
    kept
}

fn plain(html: &str) -> String {
    let mut inside = false;
    let mut text = String::new();
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            c if !inside => text.push(c),
            _ => {}
        }
    }
    text
}

fn escaped(text: &str) -> String {
    text.replace("&amp;", "&").replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
