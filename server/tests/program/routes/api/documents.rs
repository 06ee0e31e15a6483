//! What tells programs and people about the API, and what goes away.

use std::{fs, path::Path, time::Duration};

use reqwest::Method;
use serde_json::json;

use super::{Api, log_in, problem};
use crate::support::{Engine, PASSWORD, Program, on_both_engines};

on_both_engines!(what_will_go_away_serves_and_says_so);

async fn what_will_go_away_serves_and_says_so(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "editor@test.test").await;

    let old_list = api.get("/api/products?limit=2").await;
    let old_made = api.post("/api/products", &json!({"title": "Lamp"})).await;
    let credentials = json!({"email": "editor@test.test", "password": PASSWORD});
    let old_log_in = program.client().send(Method::POST, "/api/auth/login", &[("content-type", "application/json")], credentials.to_string()).await;
    let refused = program.client().get("/api/products").await;

    assert_eq!((old_list.status, old_made.status, old_log_in.status, refused.status), (200, 201, 200, 401));
    assert!(old_log_in.json()["token"].as_str().unwrap().starts_with("vitrine_"));
    for (reply, successor) in
        [(&old_list, "/api/v1/products"), (&old_made, "/api/v1/products"), (&old_log_in, "/api/v1/auth/login"), (&refused, "/api/v1/products")]
    {
        assert_eq!((reply.header("deprecation"), reply.header("sunset")), ("@1793491200", "Mon, 01 Nov 2027 00:00:00 GMT"));
        let links: Vec<&str> = reply.headers.get_all("link").iter().map(|link| link.to_str().unwrap()).collect();
        assert!(links.contains(&format!("<{successor}>; rel=\"successor-version\"").as_str()), "{links:?}");
    }
    let new = api.get("/api/v1/products?limit=2").await;
    assert_eq!((new.header("deprecation"), new.header("sunset")), ("", ""));
    // Who was let in is counted, by what they asked.
    let expected = "GET /api/products|1\nPOST /api/auth/login|1\nPOST /api/products|1";
    let mut counted = String::new();
    for _ in 0..200 {
        counted = program.sql("SELECT route, sum(calls) FROM deprecated_calls GROUP BY route ORDER BY route");
        if counted == expected {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{counted}");
}

#[tokio::test]
async fn the_document_is_served_to_everybody() {
    let program = Program::serving(Engine::Sqlite).await;
    let client = program.client();

    let reply = client.get("/api/v1/openapi.json").await;

    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../api/openapi/v1.json");
    assert_eq!((reply.status, reply.header("content-type"), &reply.text), (200, "application/json", &fs::read_to_string(kept).unwrap()));
    let known = client.send(Method::GET, "/api/v1/openapi.json", &[("if-none-match", reply.header("etag"))], "").await;
    assert_eq!(known.status, 304);
    // Every address of the document is there.
    for (path, methods) in reply.json()["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let asked = client.send(method.clone(), &format!("/api/v1{}", path.replace("{product}", "lamp")), &[], "").await;
            assert!(matches!(asked.status, 401 | 415), "{method} {path}: {} {}", asked.status, asked.text);
        }
    }
}

#[tokio::test]
async fn the_page_to_try_it_runs_its_own_script_alone() {
    let program = Program::serving(Engine::Sqlite).await;
    let client = program.client();

    let page = client.get("/api/v1/docs").await;

    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(page.header("content-security-policy").contains("script-src 'self' 'wasm-unsafe-eval'; style-src 'self'"), "{:?}", page.headers);
    assert!(!page.text.contains("{stylesheet}") && !page.text.contains("style=") && page.text.contains("/pkg/"), "{}", page.text);
    for (file, kind) in [("docs.js", "text/javascript; charset=utf-8"), ("docs.css", "text/css; charset=utf-8")] {
        assert!(page.text.contains(&format!("/api/v1/docs/{file}")));
        let file = client.get(&format!("/api/v1/docs/{file}")).await;
        assert_eq!((file.status, file.header("content-type"), file.header("x-content-type-options")), (200, kind, "nosniff"));
    }
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_with_an_explanation() {
    let program = Program::serving(Engine::Sqlite).await;
    let client = program.client();

    for nowhere in ["/api/v1/nothing", "/api/v2/products", "/api/nothing", "/api/v1/products/a/b", "/api/problems/nothing"] {
        problem(&client.get(nowhere).await, 404, "not-found", "");
    }
    let wrong = client.send(Method::PUT, "/api/v1/products", &[], "").await;
    problem(&wrong, 405, "method-not-allowed", "");
    assert!(wrong.header("allow").contains("GET") && wrong.header("allow").contains("POST"), "{:?}", wrong.headers);
    problem(&client.send(Method::PUT, "/api/products", &[], "").await, 405, "method-not-allowed", "");
    problem(&log_in(&client, &json!(7)).await, 400, "invalid-request", "");
    let explained = client.get(wrong.json()["type"].as_str().unwrap()).await;
    assert!(explained.status == 200 && explained.text.contains("Allow"), "{}", explained.text);
}
