//! What was written for a product, and which of it the product says.

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    Api, problem,
    reviews::{suggested, text, with_description},
    runs::{finished, in_parts},
    with_scopes,
};
use crate::support::{Engine, Reply, on_both_engines};

on_both_engines!(
    a_version_is_put_into_the_product_and_taken_out_again,
    what_was_changed_since_is_not_overwritten_unseen,
    versions_are_read_part_by_part,
    a_version_of_another_store_is_not_there,
    a_version_is_put_in_by_whoever_may,
);

/// Nobody's.
const NOBODYS: &str = "0195a000-0000-7000-8000-000000000000";

async fn a_version_is_put_into_the_product_and_taken_out_again(engine: Engine) {
    let (_program, api) = suggested(engine, 6).await;
    let review = with_description(&api).await.remove(0);
    let (product, version) = (format!("/api/v1/products/{}", text(&review["product_id"])), text(&review["version_id"]));
    let described = async || api.get(&product).await.json()["description"].clone();
    let before = described().await;

    let listed = api.get(&format!("{product}/versions")).await;
    let one = api.get(&format!("{product}/versions/{version}")).await;
    assert_eq!((listed.status, one.status, &listed.json()["versions"][0]), (200, 200, &one.json()), "{}", listed.text);
    assert_eq!((&one.json()["number"], &one.json()["active"], &one.json()["status"]), (&json!(1), &json!(false), &json!("open")), "{}", one.text);
    assert_eq!((&listed.json()["now"]["description"], &listed.json()["original"]["description"]), (&before, &before));
    let by_handle = api.get(&format!("/api/v1/products/{}/versions", text(&review["handle"]))).await;
    assert_eq!(by_handle.text, listed.text);
    let known = api.send(Method::GET, &format!("{product}/versions"), &[("if-none-match", listed.header("etag"))], "").await;
    assert_eq!(known.status, 304);

    let put = async || api.send(Method::POST, &format!("/api/v1/versions/{version}/activate"), &[("idempotency-key", "put")], "").await;
    let (done, again) = (put().await, put().await);
    assert_eq!((done.status, done.text.as_str(), again.status, again.header("idempotency-replayed")), (204, "", 204, "true"));
    assert_eq!(described().await, one.json()["words"]["description"]);
    let put_in = api.get(&format!("{product}/versions/{version}")).await.json();
    assert_eq!((&put_in["active"], &put_in["status"]), (&json!(true), &json!("approved")), "{put_in}");

    let seen = api.get(&format!("{product}/versions")).await.json()["seen"].clone();
    let back = api.post(&format!("{product}/roll-back"), &json!({"seen": seen})).await;
    assert_eq!((back.status, back.text.as_str()), (204, ""), "{}", back.text);
    assert_eq!(described().await, before);
    assert_eq!(api.get(&format!("{product}/versions/{version}")).await.json()["active"], false);
}

async fn what_was_changed_since_is_not_overwritten_unseen(engine: Engine) {
    let (_program, api) = suggested(engine, 6).await;
    let review = with_description(&api).await.remove(0);
    let (product, version) = (text(&review["product_id"]), text(&review["version_id"]));
    assert_eq!(api.patch(product, "*", &json!({"description": "<p>Changed since.</p>"})).await.status, 200);
    let (activate, back) = (format!("/api/v1/versions/{version}/activate"), format!("/api/v1/products/{product}/roll-back"));

    for address in [&activate, &back] {
        problem(&api.send(Method::POST, address, &[], "").await, 412, "changed-meanwhile", "/seen/description");
        problem(&api.post(address, &json!({"seen": {"description": 1}})).await, 412, "changed-meanwhile", "/seen/description");
        problem(&api.post(address, &json!({"seen": {"vendor": 1}})).await, 422, "unacceptable", "/seen/vendor");
        problem(&api.post(address, &json!({"seen": {"title": "1"}})).await, 400, "invalid-request", "/seen/title");
        problem(&api.post(address, &json!({"version": 1})).await, 400, "invalid-request", "/version");
    }
    let versions = api.get(&format!("/api/v1/products/{product}/versions")).await.json();
    assert_eq!(
        (&versions["now"]["description"], &versions["versions"][0]["status"]),
        (&json!("<p>Changed since.</p>"), &json!("open")),
        "{versions}"
    );
    assert_eq!(api.post(&activate, &json!({"seen": versions["seen"]})).await.status, 204);
    for nowhere in ["latest", NOBODYS] {
        problem(&api.post(&format!("/api/v1/versions/{nowhere}/activate"), &json!({})).await, 404, "not-found", "");
        problem(&api.get(&format!("/api/v1/products/{product}/versions/{nowhere}")).await, 404, "not-found", "");
        problem(&api.get(&format!("/api/v1/products/{nowhere}/versions")).await, 404, "not-found", "");
        problem(&api.post(&format!("/api/v1/products/{nowhere}/roll-back"), &json!({})).await, 404, "not-found", "");
    }
    // Nothing was written for it.
    api.made(&json!({"title": "Unwritten", "handle": "unwritten"})).await;
    let unwritten = api.get("/api/v1/products/unwritten/versions").await.json();
    assert_eq!((&unwritten["versions"], &unwritten["original"]), (&json!([]), &Value::Null));
    problem(&api.post("/api/v1/products/unwritten/roll-back", &json!({})).await, 422, "unacceptable", "");
}

async fn versions_are_read_part_by_part(engine: Engine) {
    let (_program, api) = suggested(engine, 6).await;
    let review = with_description(&api).await.remove(0);
    let again = json!({"products": [review["handle"]], "parts": ["title", "description"], "again": true});
    for _ in 0..2 {
        let run = api.post("/api/v1/runs", &again).await;
        finished(&api, run.location()).await;
    }
    let versions = format!("/api/v1/products/{}/versions", text(&review["product_id"]));

    let (whole, parts) = (api.get(&versions).await.json(), in_parts(&api, &versions, "versions", 1).await);

    assert_eq!(json!(parts), whole["versions"]);
    let numbers: Vec<u64> = parts.iter().map(|version| version["number"].as_u64().unwrap()).collect();
    assert!(numbers.len() > 1 && numbers.iter().rev().copied().eq(1..=numbers.len() as u64), "{numbers:?}");
    // What it said first is told with every part.
    let first = api.get(&format!("{versions}?limit=1")).await.json();
    assert_eq!((&first["original"], first["original"].is_object()), (&whole["original"], true));
    let next = text(&first["next"]);
    problem(&api.get(&format!("{versions}?cursor=nonsense")).await, 400, "invalid-request", "cursor");
    problem(&api.get(&format!("{versions}?limit=51")).await, 400, "invalid-request", "limit");
    let others = api.get("/api/v1/products?fields=id&limit=50").await.json();
    let another = others["products"].as_array().unwrap().iter().find(|product| product["id"] != review["product_id"]).unwrap();
    problem(&api.get(&format!("/api/v1/products/{}/versions?cursor={next}", text(&another["id"]))).await, 400, "invalid-request", "cursor");
    // A version is looked for in its own product alone.
    let elsewhere = format!("/api/v1/products/{}/versions/{}", text(&another["id"]), text(&parts[0]["id"]));
    problem(&api.get(&elsewhere).await, 404, "not-found", "");
}

async fn a_version_of_another_store_is_not_there(engine: Engine) {
    let (program, api) = suggested(engine, 6).await;
    let other = Api::of(&program, "owner@second.test").await;
    let review = with_description(&api).await.remove(0);
    let version = text(&review["version_id"]);
    let before = program.sql("SELECT count(*) FROM change_log");

    for product in [text(&review["product_id"]), text(&review["handle"])] {
        problem(&other.get(&format!("/api/v1/products/{product}/versions")).await, 404, "not-found", "");
        problem(&other.get(&format!("/api/v1/products/{product}/versions/{version}")).await, 404, "not-found", "");
        problem(&other.post(&format!("/api/v1/products/{product}/roll-back"), &json!({})).await, 404, "not-found", "");
    }
    problem(&other.post(&format!("/api/v1/versions/{version}/activate"), &json!({})).await, 404, "not-found", "");
    assert_eq!(program.sql("SELECT count(*) FROM change_log"), before);
}

async fn a_version_is_put_in_by_whoever_may(engine: Engine) {
    let (program, owner) = suggested(engine, 6).await;
    let review = with_description(&owner).await.remove(0);
    let (viewer, reviewer) = (Api::of(&program, "viewer@test.test").await, Api::of(&program, "reviewer@test.test").await);
    let product = format!("/api/v1/products/{}", text(&review["product_id"]));
    let activate = format!("/api/v1/versions/{}/activate", text(&review["version_id"]));
    let back = format!("{product}/roll-back");
    let ask = async |api: &Api, address: &str| -> Reply { api.post(address, &json!({})).await };

    assert_eq!(viewer.get(&format!("{product}/versions")).await.status, 200);
    for address in [&activate, &back] {
        problem(&ask(&viewer, address).await, 403, "forbidden", "");
    }
    assert_eq!(ask(&reviewer, &activate).await.status, 204);
    with_scopes(&program, "runs:read reviews:write products:write");
    for address in [&activate, &back] {
        let refused = ask(&owner, address).await;
        problem(&refused, 403, "insufficient-scope", "");
        assert!(refused.header("www-authenticate").ends_with("scope=\"runs:write\""), "{:?}", refused.headers);
    }
    with_scopes(&program, "products:read");
    problem(&owner.get(&format!("{product}/versions")).await, 403, "insufficient-scope", "");
}
