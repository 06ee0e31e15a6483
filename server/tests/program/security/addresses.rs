//! Every address there is, read from where addresses are written down: one that is added and not tried fails a test.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;

use super::rows::rows;

/// The methods that a router's line can name.
const METHODS: [(&str, &str); 6] =
    [("get(", "GET"), ("post(", "POST"), ("put(", "PUT"), ("patch(", "PATCH"), ("delete(", "DELETE"), ("served(", "GET")];

#[test]
fn who_may_ask_is_said_of_each_address() {
    let said: BTreeSet<String> = rows().into_iter().map(|row| row.route.to_owned()).collect();
    let known = all();

    assert!(known.len() > 120, "the sources are read wrongly: {known:?}");
    let unsaid: Vec<&String> = known.difference(&said).collect();
    let gone: Vec<&String> = said.difference(&known).collect();
    assert!(unsaid.is_empty(), "say in security/rows.rs who may ask {unsaid:?}");
    assert!(gone.is_empty(), "security/rows.rs has addresses that are nowhere: {gone:?}");
}

#[test]
fn addresses_are_in_their_files_alone() {
    let mut elsewhere = Vec::new();
    for folder in ["server/src", "server/api/src", "server/listen/src"] {
        for_each_source(&root().join(folder), &mut |path, text| {
            let known = ["server/src/router.rs", "server/api/src/lib.rs", "server/api/src/deprecated.rs"].iter().any(|known| path.ends_with(known));
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            if !known && code.contains(".route(\"") {
                elsewhere.push(path.display().to_string());
            }
        });
    }
    assert!(elsewhere.is_empty(), "an address is written down where nobody looks for it: {elsewhere:?}");
}

#[test]
fn a_router_is_read_with_its_methods() {
    let source =
        "// .route(\"/not\", get(this))\n.route(\"/a/{id}\", get(x::y).post(z).layer(L::new(7)))\n.route(\"/b\", target(1))\n.nest(\"/c\", d)";

    assert_eq!(Vec::from_iter(in_router(source, "/p")), ["* /p/b", "GET /p/a/{id}", "POST /p/a/{id}"]);
}

/// As in `POST /runs/{id}/{what}`. `*` are files, whatever is asked of them.
fn all() -> BTreeSet<String> {
    let mut known = in_router(include_str!("../../../src/router.rs"), "");
    let api = include_str!("../../../api/src/lib.rs");
    let (of_version, of_all) = api.split_once(".nest(\"/v1\"").expect("the versions are nested");
    known.extend(in_router(of_version, "/api/v1"));
    known.extend(in_router(of_all, "/api"));
    let before_versions = include_str!("../../../api/src/v1/mod.rs").split_once("fn before_versions").expect("what was before versions").1;
    known.extend(in_router(before_versions, "/api"));
    known.extend(operations().into_iter().map(|(route, _)| route));
    known.extend(pages(include_str!("../../../../app/src/routes.rs")));
    for_each_source(&root().join("app/src"), &mut |_, text| known.extend(functions(text)));
    known
}

/// Every operation of the API, and the scope that its document says it needs.
pub(super) fn operations() -> Vec<(String, Option<String>)> {
    let document: Value = serde_json::from_str(&api::document()).unwrap();
    let mut known = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            if !matches!(method.as_str(), "parameters" | "summary" | "description") {
                let scope = operation["security"][0]["bearer"][0].as_str().map(str::to_owned);
                known.push((format!("{} /api/v1{path}", method.to_uppercase()), scope));
            }
        }
    }
    known
}

/// What stands in a router, and in lists of addresses with their methods.
fn in_router(source: &str, below: &str) -> BTreeSet<String> {
    let code: String = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut known = BTreeSet::new();
    for (at, _) in code.match_indices("(\"/") {
        let Some((path, behind)) = code[at + 2..].split_once('"') else { continue };
        let Some(handlers) = behind.strip_prefix(", ").filter(|_| code.as_bytes()[..at].strip_suffix(b".nest").is_none()).map(inside) else {
            continue;
        };
        let methods: Vec<&str> = METHODS.iter().filter(|(name, _)| names(handlers, name)).map(|(_, method)| *method).collect();
        let methods = if methods.is_empty() { vec!["*"] } else { methods };
        known.extend(methods.into_iter().map(|method| format!("{method} {below}{path}")));
    }
    known
}

/// Up to the end of the parentheses one is in.
fn inside(text: &str) -> &str {
    let mut depth = 0;
    let end = text.char_indices().find(|(_, letter)| {
        depth += match letter {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth < 0
    });
    end.map_or(text, |(end, _)| &text[..end])
}

/// Whether a function is called, and not one whose name ends like it.
fn names(code: &str, function: &str) -> bool {
    code.match_indices(function).any(|(at, _)| !code[..at].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':'))
}

fn pages(source: &str) -> impl Iterator<Item = String> {
    source.split("path!(\"").skip(1).filter_map(|rest| {
        let path = rest.split('"').next()?;
        let parts: Vec<String> = path.split('/').map(|part| part.strip_prefix(':').map_or(part.to_owned(), |name| format!("{{{name}}}"))).collect();
        Some(format!("GET {}", parts.join("/")))
    })
}

fn functions(source: &str) -> Vec<String> {
    let found = source.split("endpoint = \"").skip(1).filter_map(|rest| {
        let (name, behind) = rest.split_once('"')?;
        let method = if behind.trim_start_matches([',', ' ']).starts_with("protocol = Read") { "GET" } else { "POST" };
        Some(format!("{method} /api/fn/{name}"))
    });
    found.collect()
}

fn for_each_source(dir: &Path, see: &mut impl FnMut(&Path, &str)) {
    for path in fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            for_each_source(&path, see);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            see(&path, &fs::read_to_string(&path).unwrap());
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("these tests are in the workspace")
}
