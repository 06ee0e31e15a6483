//! What of a new document would break a program that was written by the old one.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// A line for each thing that is gone, or that is asked for and was not.
pub(crate) fn breaking(old: &Value, new: &Value) -> Vec<String> {
    let mut compared = Comparison { old, new, breaks: Vec::new(), seen: BTreeSet::new() };
    for (path, methods) in members(&old["paths"]) {
        for (method, operation) in members(methods) {
            compared.operation(&format!("{method} {path}"), operation, &new["paths"][path.as_str()][method.as_str()]);
        }
    }
    compared.breaks
}

struct Comparison<'a> {
    old: &'a Value,
    new: &'a Value,
    breaks: Vec<String>,
    /// Pairs of schemas that were compared: many are named in many places, and schemas may name themselves.
    seen: BTreeSet<String>,
}

/// Which way a schema goes: what is sent may not be asked more for, what is answered may not be less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Sent,
    Answered,
}

impl<'a> Comparison<'a> {
    fn operation(&mut self, what: &str, old: &'a Value, new: &'a Value) {
        if new.is_null() {
            return self.breaks.push(format!("{what} is gone"));
        }
        if old["operationId"] != new["operationId"] {
            self.breaks.push(format!("{what} has another operationId"));
        }
        self.parameters(what, old, new);
        if new["requestBody"]["required"] == true && old["requestBody"]["required"] != true {
            self.breaks.push(format!("{what} asks for a body"));
        }
        self.content(&format!("{what}: what is sent"), &old["requestBody"]["content"], &new["requestBody"]["content"], Way::Sent);
        for (status, answer) in members(&old["responses"]) {
            let (what, now) = (format!("{what}: answer {status}"), &new["responses"][status.as_str()]);
            if now.is_null() {
                self.breaks.push(format!("{what} is gone"));
                continue;
            }
            for (header, _) in members(&answer["headers"]).filter(|(header, _)| now["headers"][header.as_str()].is_null()) {
                self.breaks.push(format!("{what} has no header {header}"));
            }
            self.content(&what, &answer["content"], &now["content"], Way::Answered);
        }
        if is_open(old) && !is_open(new) {
            self.breaks.push(format!("{what} asks for a token"));
        }
        for scope in scopes(new).difference(&scopes(old)) {
            self.breaks.push(format!("{what} needs the scope {scope}"));
        }
    }

    fn parameters(&mut self, what: &str, old: &'a Value, new: &'a Value) {
        let find = |operation: &'a Value, wanted: &Value| {
            let all = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
            all.iter().find(|known| known["name"] == wanted["name"] && known["in"] == wanted["in"])
        };
        for parameter in old["parameters"].as_array().into_iter().flatten() {
            match find(new, parameter) {
                Some(now) => self.schema(&format!("{what}: parameter {}", parameter["name"]), &parameter["schema"], &now["schema"], Way::Sent),
                None => self.breaks.push(format!("{what}: parameter {} is gone", parameter["name"])),
            }
        }
        for parameter in new["parameters"].as_array().into_iter().flatten().filter(|parameter| parameter["required"] == true) {
            if find(old, parameter).is_none_or(|before| before["required"] != true) {
                self.breaks.push(format!("{what} asks for the parameter {}", parameter["name"]));
            }
        }
    }

    fn content(&mut self, what: &str, old: &'a Value, new: &'a Value, way: Way) {
        for (kind, content) in members(old) {
            match new.get(kind) {
                Some(now) => self.schema(&format!("{what} ({kind})"), &content["schema"], &now["schema"], way),
                None => self.breaks.push(format!("{what} is no longer {kind}")),
            }
        }
    }

    fn bounds(&mut self, what: &str, old: &Value, new: &Value) {
        let narrower = |name: &str, is_upper: bool| match (old[name].as_f64(), new[name].as_f64()) {
            (Some(before), Some(now)) if is_upper => now < before,
            (Some(before), Some(now)) => now > before,
            (None, now) => now.is_some(),
            (_, None) => false,
        };
        let names = UPPER.map(|name| (name, true)).into_iter().chain(LOWER.map(|name| (name, false)));
        let narrowed = names.filter(|(name, is_upper)| narrower(name, *is_upper));
        self.breaks.extend(narrowed.map(|(name, _)| format!("{what} has a narrower {name}")));
        for name in ["pattern", "format"] {
            if !new[name].is_null() && old[name] != new[name] && new[name] != "int64" {
                self.breaks.push(format!("{what} has another {name}"));
            }
        }
    }

    fn schema(&mut self, what: &str, old: &'a Value, new: &'a Value, way: Way) {
        if let Some(before) = old["$ref"].as_str() {
            let now = new["$ref"].as_str().unwrap_or(what);
            if !self.seen.insert(format!("{before} {now} {way:?}")) || what.matches('/').count() > 60 {
                return;
            }
        }
        let (old, new) = (resolved(self.old, old), resolved(self.new, new));
        let (before, now) = (types(old), types(new));
        // What is sent may be more kinds than before, what is answered fewer.
        let fits = if way == Way::Sent { before.is_subset(&now) || now.is_empty() } else { now.is_subset(&before) || before.is_empty() };
        if !fits {
            self.breaks.push(format!("{what} is {now:?} and was {before:?}"));
        }
        let (before, now) = (words(old), words(new));
        if way == Way::Sent && !now.is_empty() {
            for word in before.difference(&now) {
                self.breaks.push(format!("{what} may no longer be {word}"));
            }
            if before.is_empty() {
                self.breaks.push(format!("{what} may be some words alone"));
            }
        }
        if way == Way::Sent {
            self.bounds(what, old, new);
        }
        let (before, now) = (required(old), required(new));
        match way {
            Way::Sent => now.difference(&before).for_each(|name| self.breaks.push(format!("{what} asks for {name}"))),
            Way::Answered => before.difference(&now).for_each(|name| self.breaks.push(format!("{what} has {name} no longer always"))),
        }
        for (name, property) in members(&old["properties"]) {
            match new["properties"].get(name) {
                Some(now) => self.schema(&format!("{what}/{name}"), property, now, way),
                None => self.breaks.push(format!("{what}/{name} is gone")),
            }
        }
        for name in ["additionalProperties", "propertyNames"] {
            if old[name].is_object() || new[name].is_object() {
                self.schema(&format!("{what}/{name}"), &old[name], &new[name], way);
            }
        }
        if way == Way::Sent && new["additionalProperties"] == false && old["additionalProperties"] != false {
            self.breaks.push(format!("{what} may have no other member"));
        }
        if !old["items"].is_null() {
            self.schema(&format!("{what}/*"), &old["items"], &new["items"], way);
        }
        for kind in ["oneOf", "anyOf", "allOf"] {
            let new = new[kind].as_array().map(Vec::as_slice).unwrap_or_default();
            for (number, part) in old[kind].as_array().into_iter().flatten().enumerate() {
                let key = part["required"].get(0);
                let same = new.iter().find(|other| key.is_some() && other["required"].get(0) == key).or_else(|| new.get(number));
                match same {
                    Some(same) => self.schema(&format!("{what}/{kind} {number}"), part, same, way),
                    None => self.breaks.push(format!("{what}/{kind} {number} is gone")),
                }
            }
            let before = old[kind].as_array().map_or(0, Vec::len);
            if way == Way::Answered && kind != "allOf" && before > 0 && new.len() > before {
                self.breaks.push(format!("{what} may be something else, too ({kind})"));
            }
        }
    }
}

/// What is sent may be no longer, no more and no further than before.
const UPPER: [&str; 5] = ["maxLength", "maxItems", "maxProperties", "maximum", "exclusiveMaximum"];
const LOWER: [&str; 5] = ["minLength", "minItems", "minProperties", "minimum", "exclusiveMinimum"];

fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap_or(&Value::Null),
        None => schema,
    }
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn texts(value: &Value) -> BTreeSet<String> {
    match value {
        Value::String(text) => BTreeSet::from([text.clone()]),
        Value::Array(items) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => BTreeSet::new(),
    }
}

fn types(schema: &Value) -> BTreeSet<String> {
    texts(&schema["type"])
}

fn words(schema: &Value) -> BTreeSet<String> {
    texts(&schema["enum"])
}

fn required(schema: &Value) -> BTreeSet<String> {
    texts(&schema["required"])
}

/// Whether it may be asked without a token.
fn is_open(operation: &Value) -> bool {
    let ways = operation["security"].as_array().map(Vec::as_slice).unwrap_or_default();
    ways.is_empty() || ways.iter().any(|way| way.as_object().is_none_or(Map::is_empty))
}

fn scopes(operation: &Value) -> BTreeSet<String> {
    operation["security"].as_array().into_iter().flatten().flat_map(members).flat_map(|(_, scopes)| texts(scopes)).collect()
}

mod tests {
    use serde_json::json;

    use super::*;

    fn document() -> Value {
        json!({
            "paths": {"/things": {"post": {
                "operationId": "makeThing",
                "parameters": [{"name": "q", "in": "query", "required": false, "schema": {"type": "string"}}],
                "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewThing"}}}},
                "responses": {"201": {"headers": {"ETag": {}}, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}},
                "security": [{"bearer": ["things:write"]}],
            }}},
            "components": {"schemas": {
                "NewThing": {"type": "object", "required": ["title"], "properties": {
                    "title": {"type": "string"}, "kind": {"type": "string", "enum": ["a", "b"]},
                }},
                "Thing": {"type": "object", "required": ["id", "parts"], "properties": {
                    "id": {"type": "string"}, "price": {"type": ["string", "null"]}, "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
                }},
            }},
        })
    }

    /// What is told of a document with one thing changed.
    fn told(change: impl Fn(&mut Value)) -> String {
        let mut new = document();
        change(&mut new);
        breaking(&document(), &new).join("; ")
    }

    fn at<'a>(document: &'a mut Value, pointer: &str) -> &'a mut Value {
        document.pointer_mut(pointer).unwrap()
    }

    const POST: &str = "/paths/~1things/post";
    const THING: &str = "/components/schemas/Thing";
    const NEW_THING: &str = "/components/schemas/NewThing";

    fn without(document: &mut Value, pointer: &str, name: &str) {
        at(document, pointer).as_object_mut().unwrap().remove(name).unwrap();
    }

    #[test]
    fn what_is_added_breaks_nothing() {
        assert_eq!(told(|_| {}), "");
        let grown = told(|new| {
            at(new, &format!("{THING}/properties"))["colour"] = json!({"type": "string"});
            at(new, &format!("{NEW_THING}/properties"))["colour"] = json!({"type": "string"});
            at(new, &format!("{NEW_THING}/properties/kind/enum")).as_array_mut().unwrap().push(json!("c"));
            at(new, &format!("{POST}/responses"))["404"] = json!({});
            at(new, &format!("{POST}/parameters")).as_array_mut().unwrap().push(json!({"name": "r", "in": "query", "required": false}));
            at(new, "/paths")["/others"] = json!({"get": {}});
        });
        assert_eq!(grown, "");
    }

    #[test]
    fn what_is_gone_breaks() {
        let gone = |pointer: &str, name: &str| told(|new| without(new, pointer, name));

        assert_eq!(gone("/paths", "/things"), "post /things is gone");
        assert_eq!(gone("/paths/~1things", "post"), "post /things is gone");
        assert!(gone(&format!("{THING}/properties"), "price").contains("/price is gone"));
        assert!(gone(&format!("{NEW_THING}/properties"), "kind").contains("/kind is gone"));
        assert!(gone(&format!("{POST}/responses"), "201").contains("answer 201 is gone"));
        assert!(gone(&format!("{POST}/responses/201/headers"), "ETag").contains("has no header ETag"));
        assert!(gone(&format!("{POST}/requestBody/content"), "application/json").contains("no longer application/json"));
        assert!(told(|new| *at(new, &format!("{POST}/parameters")) = json!([])).contains("parameter \"q\" is gone"));
        assert!(told(|new| *at(new, &format!("{THING}/required")) = json!(["id"])).contains("has parts no longer always"));
        assert!(told(|new| *at(new, &format!("{POST}/operationId")) = json!("addThing")).contains("another operationId"));
    }

    #[test]
    fn what_is_asked_and_was_not_breaks() {
        assert!(told(|new| *at(new, &format!("{NEW_THING}/required")) = json!(["title", "kind"])).contains("asks for kind"));
        assert!(told(|new| *at(new, &format!("{POST}/parameters/0/required")) = json!(true)).contains("asks for the parameter \"q\""));
        assert!(told(|new| *at(new, &format!("{NEW_THING}/properties/kind/enum")) = json!(["a"])).contains("may no longer be b"));
        assert!(told(|new| *at(new, &format!("{NEW_THING}/properties/title/type")) = json!("integer")).contains("was {\"string\"}"));
        assert!(told(|new| *at(new, &format!("{THING}/properties/id/type")) = json!(["string", "null"])).contains("was {\"string\"}"));
        assert!(told(|new| *at(new, &format!("{POST}/security")) = json!([{"bearer": ["things:write", "all"]}])).contains("needs the scope all"));
        assert!(told(|new| at(new, &format!("{NEW_THING}/properties/title"))["maxLength"] = json!(5)).contains("narrower maxLength"));
        assert!(told(|new| at(new, &format!("{NEW_THING}/properties/title"))["pattern"] = json!("^a")).contains("another pattern"));
        assert!(told(|new| at(new, NEW_THING)["additionalProperties"] = json!(false)).contains("may have no other member"));
        let key = json!({"name": "Key", "in": "header", "required": true, "schema": {"type": "string"}});
        assert!(
            told(|new| at(new, &format!("{POST}/parameters")).as_array_mut().unwrap().push(key.clone())).contains("asks for the parameter \"Key\"")
        );
    }

    #[test]
    fn a_token_that_was_not_asked_for_breaks() {
        let mut open = document();
        *at(&mut open, &format!("{POST}/security")) = json!([{}]);
        assert!(breaking(&open, &document()).join("; ").contains("asks for a token"));
        assert!(breaking(&document(), &open).is_empty());
    }

    #[test]
    fn limits_may_grow() {
        let mut narrow = document();
        at(&mut narrow, &format!("{NEW_THING}/properties/title"))["maxLength"] = json!(5);
        let mut wide = document();
        at(&mut wide, &format!("{NEW_THING}/properties/title"))["maxLength"] = json!(6);

        assert_eq!(breaking(&narrow, &wide), Vec::<String>::new());
        assert_eq!(breaking(&narrow, &document()), Vec::<String>::new());
        assert!(!breaking(&wide, &narrow).is_empty());
    }
}
