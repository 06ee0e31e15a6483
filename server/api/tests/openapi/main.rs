//! The document that programs are written by is kept beside the code, so that a change of it is seen, and a change that would
//! break a program is refused.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod breaking;

use std::{env, fs, path::PathBuf};

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
    let mut names = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let what = format!("{method} {path}");
            names.push(operation["operationId"].as_str().unwrap_or_else(|| panic!("{what} has no operationId")).to_owned());
            assert!(operation["summary"].is_string() && operation["description"].is_string(), "{what} is not described");
            assert!(operation["security"].is_array(), "{what} does not say who may");
            let responses = operation["responses"].as_object().unwrap();
            assert!(responses.contains_key("500") && responses.contains_key("503"), "{what} does not say what may fail");
            for (status, response) in responses.iter().filter(|(status, _)| status.as_str() >= "400") {
                let problem = response["content"]["application/problem+json"]["schema"]["$ref"] == "#/components/schemas/Problem";
                assert!(problem, "{what} answers {status} with no problem");
            }
        }
    }
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count, "an operationId is there twice: {names:?}");
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
