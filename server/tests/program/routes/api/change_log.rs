//! What happened to products, as a program keeps up with it.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Api, problem, with_scopes};
use crate::support::{Engine, Program, on_both_engines};

on_both_engines!(a_program_keeps_up_with_a_store, the_log_is_read_part_by_part, the_log_is_for_those_who_may);

async fn a_program_keeps_up_with_a_store(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "owner@second.test").await;
    let nothing = api.get("/api/v1/changes").await.json();
    assert_eq!(nothing, json!({"changes": [], "last": 0, "more": false, "currency": "EUR"}));
    let made = api.made(&json!({"title": "Lamp", "variants": [{"price": "19.90"}]})).await.json();
    let variant = made["variants"][0]["id"].as_str().unwrap().to_owned();
    let price = format!("/api/v1/products/lamp/variants/{variant}");
    api.patch("lamp", "*", &json!({"title": "Oak lamp", "tags": ["oak"]})).await;
    api.send(Method::PATCH, &price, &[("content-type", "application/json"), ("if-match", "*")], "{\"price\":\"24.90\"}").await;
    api.send(Method::DELETE, "/api/v1/products/lamp", &[], "").await;

    let reply = api.get("/api/v1/changes").await;

    let page = reply.json();
    let told = |of: &Value| [&of["seq"], &of["kind"], &of["field"], &of["before"], &of["after"]].map(Clone::clone);
    let all: Vec<[Value; 5]> = page["changes"].as_array().unwrap().iter().map(told).collect();
    assert_eq!(
        json!(all),
        json!([
            [1, "created", null, null, null],
            [2, "edited", "title", "Lamp", "Oak lamp"],
            [2, "edited", "tags", [], ["oak"]],
            [3, "edited", format!("variant:{variant}:price"), "19.90", "24.90"],
            [4, "deleted", "deleted", false, true],
        ])
    );
    let first = &page["changes"][0];
    assert_eq!((&first["product_id"], &first["handle"], &first["source"]), (&made["id"], &json!("lamp"), &json!("api")));
    assert!(first["at"].as_str().unwrap().ends_with('Z') && first["user"].is_string(), "{first}");
    assert_eq!((&page["last"], &page["more"]), (&json!(4), &json!(false)));
    assert_eq!(api.send(Method::GET, "/api/v1/changes", &[("if-none-match", reply.header("etag"))], "").await.status, 304);
    // Behind the end is nothing, and behind what is yet to come too.
    assert_eq!(api.get("/api/v1/changes?after=4").await.json(), json!({"changes": [], "last": 4, "more": false, "currency": "EUR"}));
    let future = api.get("/api/v1/changes?after=9223372036854775807").await;
    assert_eq!((future.status, &future.json()["last"]), (200, &json!(4)), "{}", future.text);
}

async fn the_log_is_read_part_by_part(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "viewer@test.test").await;
    let (mut address, mut seqs) = ("/api/v1/changes?limit=25".to_owned(), Vec::new());

    loop {
        let reply = api.get(&address).await;
        let page = reply.json();
        seqs.extend(page["changes"].as_array().unwrap().iter().map(|change| change["seq"].as_i64().unwrap()));
        if page["more"] == false {
            assert_eq!(reply.header("link"), "");
            break;
        }
        address = format!("/api/v1/changes?after={}&limit=25", page["last"]);
        assert_eq!(reply.header("link"), format!("<{address}>; rel=\"next\""));
    }

    assert!(seqs.iter().copied().eq(1..=60), "{seqs:?}");
    for (query, name) in [
        ("after=-1", "after"),
        ("after=x", "after"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=1&limit=1", "limit"),
        ("since=1", "since"),
    ] {
        problem(&api.get(&format!("/api/v1/changes?{query}")).await, 400, "invalid-request", name);
    }
    assert_eq!(api.get("/api/v1/changes?limit=1000").await.json()["changes"].as_array().unwrap().len(), 60);
}

async fn the_log_is_for_those_who_may(engine: Engine) {
    let program = Program::serving(engine).await;
    let (viewer, other) = (Api::of(&program, "viewer@test.test").await, Api::of(&program, "owner@second.test").await);

    assert_eq!(viewer.get("/api/v1/changes?limit=5").await.json()["last"], 5);
    assert_eq!(other.get("/api/v1/changes?limit=5").await.json()["changes"], json!([]));
    problem(&program.client().get("/api/v1/changes").await, 401, "unauthenticated", "");
    with_scopes(&program, "products:write jobs:read");
    problem(&viewer.get("/api/v1/changes").await, 403, "insufficient-scope", "");
}
