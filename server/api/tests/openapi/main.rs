//! The document that programs are written by is kept beside the code, so that a change of it is seen, and a change that would
//! break a program is refused.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod breaking;

use std::{collections::BTreeSet, env, fs, path::PathBuf};

use serde_json::Value;

use self::breaking::breaking;

/// Set, the document that is kept is written anew.
const REWRITE: &str = "VITRINE_REWRITE_OPENAPI";

#[test]
fn the_document_is_the_one_that_is_kept() {
    let (now, path) = (api::document(), kept_at());
    let kept = fs::read_to_string(&path).unwrap_or_default();
    if env::var_os(REWRITE).is_some() {
        let breaks = if kept.is_empty() { Vec::new() } else { breaking(&json(&kept), &json(&now)) };
        assert!(breaks.is_empty(), "this would break programs; it belongs into a new version:\n{}", breaks.join("\n"));
        fs::write(&path, &now).unwrap();
        return;
    }
    assert!(now == kept, "the API's document has changed. Look whether it was meant to, and set {REWRITE}=1 to keep it: {}", path.display());
}

#[test]
fn nothing_that_a_program_relies_on_is_gone() {
    let breaks = breaking(&json(&fs::read_to_string(kept_at()).unwrap()), &json(&api::document()));
    assert!(breaks.is_empty(), "this would break programs; it belongs into a new version:\n{}", breaks.join("\n"));
}

#[test]
fn every_operation_is_described_in_full() {
    let document = json(&api::document());
    let tags: BTreeSet<&str> = array(&document["tags"]).filter(|tag| tag["description"].is_string()).filter_map(|tag| tag["name"].as_str()).collect();
    let mut names = Vec::new();
    for (what, operation) in operations(&document) {
        names.push(operation["operationId"].as_str().unwrap_or_else(|| panic!("{what} has no operationId")).to_owned());
        assert!(operation["summary"].is_string() && operation["description"].is_string(), "{what} is not described");
        assert!(array(&operation["tags"]).all(|tag| tags.contains(tag.as_str().unwrap())), "{what} has a tag that is not described");
        assert!(operation["security"].is_array(), "{what} does not say who may");
        for (status, response) in members(&operation["responses"]).filter(|(status, _)| status.as_str() >= "400") {
            let problem = response["content"]["application/problem+json"]["schema"]["$ref"] == "#/components/schemas/Problem";
            assert!(problem, "{what} answers {status} with no problem");
        }
    }
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count, "an operationId is there twice: {names:?}");
}

#[test]
fn every_operation_says_what_it_may_be_answered() {
    let document = json(&api::document());
    for (what, operation) in operations(&document) {
        let statuses: BTreeSet<&str> = members(&operation["responses"]).map(|(status, _)| status.as_str()).collect();
        let says = |expected: &[&str]| assert!(expected.iter().all(|status| statuses.contains(status)), "{what} is answered {statuses:?}");
        says(&["429", "500", "503"]);
        says(&["401", "403"]);
        if has_parameter(operation, "path", None) {
            says(&["404"]);
        }
        if has_parameter(operation, "query", None) {
            says(&["400"]);
        }
        if !operation["requestBody"].is_null() {
            says(&["400", "413", "415"]);
        }
        if has_parameter(operation, "header", Some("Idempotency-Key")) {
            says(&["400", "409", "413", "422"]);
        }
        if has_parameter(operation, "header", Some("If-Match")) {
            says(&["400", "412"]);
        }
        // What has to be sent is missed.
        let is_needed = array(&operation["parameters"]).any(|parameter| parameter["name"] == "If-Match" && parameter["required"] == true);
        assert_eq!(is_needed, statuses.contains("428"), "{what}");
    }
}

/// What changes nothing, or cannot be answered twice.
const NO_WRITES: [&str; 3] = ["logIn", "estimateRun", "judgeReview"];

/// What is made as fast as it is read.
const STREAMS: [&str; 1] = ["exportProducts"];

#[test]
fn every_write_is_done_once_by_its_key_and_every_answer_is_told_by_its_tag() {
    let document = json(&api::document());
    for (what, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap();
        let writes = !what.starts_with("get ") && !NO_WRITES.contains(&id);
        assert_eq!(has_parameter(operation, "header", Some("Idempotency-Key")), writes, "{what}");
        let done = members(&operation["responses"]).filter(|(status, _)| status.starts_with('2'));
        let says_so = done.map(|(_, response)| !response["headers"]["Idempotency-Replayed"].is_null()).collect::<Vec<_>>();
        assert_eq!(says_so, [writes], "{what}");
        if what.starts_with("get ") && !STREAMS.contains(&id) {
            assert!(has_parameter(operation, "header", Some("If-None-Match")), "{what}");
            assert!(!operation["responses"]["304"].is_null() && !operation["responses"]["200"]["headers"]["ETag"].is_null(), "{what}");
        }
        // A part of a list says where the next one is, in the same words.
        let has_cursor = has_parameter(operation, "query", Some("cursor"));
        assert!(!has_cursor || !operation["responses"]["200"]["headers"]["Link"].is_null(), "{what}");
    }
}

/// Whatever a program can rely on is taken out of the document in turn, and each time it is noticed.
#[test]
fn whatever_is_taken_out_of_the_document_is_noticed() {
    let document = json(&api::document());
    let (mut pointers, mut tried) = (Vec::new(), 0);
    relied_upon(&document["paths"], "/paths", &mut pointers);
    let (sent, answered) = (reached(&document, "requestBody"), reached(&document, "responses"));
    for name in sent.union(&answered) {
        let at = format!("/components/schemas/{name}");
        let schema = document.pointer(&at).unwrap();
        pointers.extend(members(&schema["properties"]).map(|(property, _)| format!("{at}/properties/{property}")));
        for (index, part) in array(&schema["allOf"]).enumerate() {
            pointers.extend(members(&part["properties"]).map(|(property, _)| format!("{at}/allOf/{index}/properties/{property}")));
        }
        if answered.contains(name) {
            pointers.extend((0..array(&schema["required"]).count()).map(|index| format!("{at}/required/{index}")));
        }
        if sent.contains(name) {
            let words = |schema: &Value, at: &str| (0..array(&schema["enum"]).count()).map(|index| format!("{at}/enum/{index}")).collect::<Vec<_>>();
            pointers.extend(words(schema, &at));
            pointers.extend(members(&schema["properties"]).flat_map(|(property, schema)| words(schema, &format!("{at}/properties/{property}"))));
        }
    }
    for pointer in pointers {
        let mut without = document.clone();
        let (parent, last) = pointer.rsplit_once('/').unwrap();
        match without.pointer_mut(parent).unwrap() {
            Value::Object(members) => drop(members.remove(&last.replace("~1", "/")).unwrap()),
            Value::Array(items) => drop(items.remove(last.parse().unwrap())),
            other => panic!("{pointer}: {other}"),
        }
        assert!(!breaking(&document, &without).is_empty(), "{pointer} can go without being noticed");
        tried += 1;
    }
    assert!(tried > 500, "{tried}");
}

/// Whatever may be left out is asked for in turn, and each time it is noticed.
#[test]
fn whatever_is_asked_for_anew_is_noticed() {
    let document = json(&api::document());
    let mut tried = 0;
    for name in reached(&document, "requestBody") {
        let at = format!("/components/schemas/{name}");
        for (property, _) in members(&document.pointer(&at).unwrap()["properties"]) {
            let mut asks = document.clone();
            let schema = asks.pointer_mut(&at).unwrap();
            if array(&schema["required"]).any(|known| known == property) {
                continue;
            }
            let mut required: Vec<Value> = array(&schema["required"]).cloned().collect();
            required.push(property.as_str().into());
            schema["required"] = required.into();
            assert!(!breaking(&document, &asks).is_empty(), "{name}/{property} can be asked for without being noticed");
            tried += 1;
        }
    }
    for (what, operation) in operations(&document) {
        for (index, parameter) in array(&operation["parameters"]).enumerate().filter(|(_, parameter)| parameter["required"] != true) {
            let (method, path) = what.split_once(' ').unwrap();
            let mut asks = document.clone();
            asks["paths"][path][method]["parameters"][index]["required"] = true.into();
            assert!(!breaking(&document, &asks).is_empty(), "{what} can ask for {} without being noticed", parameter["name"]);
            tried += 1;
        }
    }
    assert!(tried > 150, "{tried}");
}

/// Operations, their parameters, answers, kinds of content and headers.
fn relied_upon(paths: &Value, at: &str, pointers: &mut Vec<String>) {
    for (path, methods) in members(paths) {
        let path = format!("{at}/{}", path.replace('/', "~1"));
        pointers.push(path.clone());
        for (method, operation) in members(methods) {
            let method = format!("{path}/{method}");
            pointers.push(method.clone());
            pointers.extend((0..array(&operation["parameters"]).count()).map(|index| format!("{method}/parameters/{index}")));
            let kinds = |value: &Value, at: &str| -> Vec<String> {
                members(&value["content"]).map(|(kind, _)| format!("{at}/content/{}", kind.replace('/', "~1"))).collect()
            };
            pointers.extend(kinds(&operation["requestBody"], &format!("{method}/requestBody")));
            for (status, response) in members(&operation["responses"]) {
                let at = format!("{method}/responses/{status}");
                // Problems are alike everywhere.
                if status.as_str() < "400" {
                    pointers.extend(kinds(response, &at));
                    pointers.extend(members(&response["headers"]).map(|(header, _)| format!("{at}/headers/{header}")));
                }
                pointers.push(at);
            }
        }
    }
}

/// The schemas that are sent, or answered.
fn reached(document: &Value, by: &str) -> BTreeSet<String> {
    let mut references = Vec::new();
    operations(document).for_each(|(_, operation)| collect(&operation[by], &mut references));
    let mut reached = BTreeSet::new();
    while let Some(reference) = references.pop() {
        let name = reference.rsplit('/').next().unwrap().to_owned();
        if reached.insert(name) {
            collect(document.pointer(reference.trim_start_matches('#')).unwrap(), &mut references);
        }
    }
    reached
}

fn operations(document: &Value) -> impl Iterator<Item = (String, &Value)> {
    members(&document["paths"]).flat_map(|(path, methods)| members(methods).map(move |(method, operation)| (format!("{method} {path}"), operation)))
}

fn has_parameter(operation: &Value, place: &str, name: Option<&str>) -> bool {
    array(&operation["parameters"]).any(|parameter| parameter["in"] == place && name.is_none_or(|name| parameter["name"] == name))
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

#[test]
fn every_reference_leads_somewhere() {
    let document = json(&api::document());
    let mut references = Vec::new();
    collect(&document, &mut references);
    assert!(references.len() > 20, "{references:?}");
    for reference in references {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference} leads nowhere");
    }
}

fn collect(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            references.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| collect(member, references));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, references)),
        _ => {}
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn kept_at() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("openapi/v1.json")
}
