//! The variants of a product.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Api, problem, with_scopes};
use crate::support::{Engine, Program, Reply, on_both_engines};

on_both_engines!(
    a_variant_is_added_changed_and_removed,
    variants_make_room_for_each_other,
    nobodys_change_of_a_variant_is_lost,
    what_cannot_be_a_variant_is_pointed_at,
    a_variant_that_is_sent_again_is_added_once,
    variants_are_for_those_who_may,
);

const VARIANTS: &str = "/api/v1/products/lamp/variants";

async fn change(api: &Api, address: &str, if_match: &str, body: Value) -> Reply {
    let headers = [("content-type", "application/merge-patch+json"), ("if-match", if_match)];
    api.send(Method::PATCH, address, &headers, body.to_string()).await
}

/// A program that may write, and a product with two variants.
async fn lamp(program: &Program) -> (Api, Reply) {
    let api = Api::of(program, "editor@test.test").await;
    let made =
        api.made(&json!({"title": "Lamp", "option_names": ["Size"], "variants": [{"options": ["S"], "price": "19.90"}, {"options": ["M"]}]})).await;
    (api, made)
}

fn skus(list: &Value) -> Vec<(&str, i64)> {
    list["variants"].as_array().unwrap().iter().map(|variant| (variant["sku"].as_str().unwrap(), variant["position"].as_i64().unwrap())).collect()
}

async fn a_variant_is_added_changed_and_removed(engine: Engine) {
    let program = Program::serving(engine).await;
    let (api, made) = lamp(&program).await;

    let added = api.post(VARIANTS, &json!({"options": ["L"], "sku": "LAMP-L", "price": "29.90", "inventory_quantity": 3})).await;

    assert_eq!((added.status, &added.json()["position"], &added.json()["currency"]), (201, &json!(3), &json!("EUR")), "{}", added.text);
    assert_eq!(
        added.location(),
        format!("/api/v1/products/{}/variants/{}", made.json()["id"].as_str().unwrap(), added.json()["id"].as_str().unwrap())
    );
    let read = api.get(added.location()).await;
    assert_eq!((&read.text, read.header("etag")), (&added.text, added.header("etag")));
    assert_eq!(api.send(Method::GET, added.location(), &[("if-none-match", read.header("etag"))], "").await.status, 304);

    let changed = change(&api, added.location(), added.header("etag"), json!({"price": "24.90", "inventory_quantity": null, "sku": "L-2"})).await;
    let variant = changed.json();
    assert_eq!((changed.status, &variant["price"], &variant["sku"]), (200, &json!("24.90"), &json!("L-2")), "{}", changed.text);
    assert_eq!((&variant["inventory_quantity"], &variant["options"]), (&Value::Null, &json!(["L"])));
    let product = api.get("/api/v1/products/lamp").await;
    assert_eq!((product.header("etag"), &product.json()["variants"][2]["price"]), (changed.header("etag"), &json!("24.90")));

    let removed = api.send(Method::DELETE, added.location(), &[("if-match", changed.header("etag"))], "").await;
    assert_eq!((removed.status, removed.text.as_str()), (204, ""));
    let list = api.get(VARIANTS).await;
    assert_eq!((list.json()["variants"].as_array().unwrap().len(), list.header("etag")), (2, removed.header("etag")));
    problem(&api.get(added.location()).await, 404, "not-found", "");
}

async fn variants_make_room_for_each_other(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "editor@test.test").await;
    api.made(&json!({"title": "Lamp", "variants": [{"sku": "a"}, {"sku": "b"}, {"sku": "c"}]})).await;
    let list = async || api.get(VARIANTS).await.json();
    let last = list().await["variants"][2]["id"].as_str().unwrap().to_owned();

    assert_eq!(change(&api, &format!("{VARIANTS}/{last}"), "*", json!({"position": 1})).await.json()["position"], 1);
    assert_eq!(skus(&list().await), [("c", 1), ("a", 2), ("b", 3)]);
    assert_eq!(api.post(VARIANTS, &json!({"sku": "d", "position": 2})).await.json()["position"], 2);
    assert_eq!(skus(&list().await), [("c", 1), ("d", 2), ("a", 3), ("b", 4)]);
}

async fn nobodys_change_of_a_variant_is_lost(engine: Engine) {
    let program = Program::serving(engine).await;
    let (api, made) = lamp(&program).await;
    let id = made.json()["variants"][0]["id"].as_str().unwrap().to_owned();
    let (variant, old) = (format!("{VARIANTS}/{id}"), made.header("etag"));
    assert_eq!(change(&api, &variant, old, json!({"price": "1.00"})).await.status, 200);

    problem(&change(&api, &variant, old, json!({"price": "2.00"})).await, 412, "changed-meanwhile", "");
    problem(&api.send(Method::PATCH, &variant, &[("content-type", "application/json")], "{}").await, 428, "precondition-required", "If-Match");
    problem(&api.send(Method::DELETE, &variant, &[("if-match", old)], "").await, 412, "changed-meanwhile", "");
    problem(&api.post_with(VARIANTS, &[("if-match", old)], &json!({})).await, 412, "changed-meanwhile", "");
    problem(&change(&api, &variant, "7", json!({})).await, 400, "invalid-request", "If-Match");
    assert_eq!(api.get(&variant).await.json()["price"], "1.00");
    // Whoever means it replaces whatever is there.
    assert_eq!(change(&api, &variant, "*", json!({"price": "2.00"})).await.json()["price"], "2.00");
}

async fn what_cannot_be_a_variant_is_pointed_at(engine: Engine) {
    let program = Program::serving(engine).await;
    let (api, made) = lamp(&program).await;
    let variant = format!("{VARIANTS}/{}", made.json()["variants"][0]["id"].as_str().unwrap());
    let before = api.get("/api/v1/products/lamp").await.text;

    for (body, status, kind, pointer) in [
        (json!({"price": "free"}), 422, "unacceptable", "/price"),
        (json!({"sku": "s".repeat(513)}), 422, "unacceptable", "/sku"),
        (json!({"options": ["a", "b", "c", "d"]}), 422, "unacceptable", "/options"),
        (json!({"position": 0}), 422, "unacceptable", "/position"),
        (json!({"taxable": null}), 422, "unacceptable", "/taxable"),
        (json!({"price": 5}), 400, "invalid-request", "/price"),
        (json!({"colour": "red"}), 400, "invalid-request", "/colour"),
        (json!([]), 400, "invalid-request", ""),
    ] {
        problem(&api.post(VARIANTS, &body).await, status, kind, pointer);
        problem(&change(&api, &variant, "*", body).await, status, kind, pointer);
    }
    for nowhere in ["0195a000-0000-7000-8000-000000000000", "nonsense"] {
        problem(&api.get(&format!("{VARIANTS}/{nowhere}")).await, 404, "not-found", "");
        problem(&change(&api, &format!("{VARIANTS}/{nowhere}"), "*", json!({})).await, 404, "not-found", "");
        problem(&api.send(Method::DELETE, &format!("{VARIANTS}/{nowhere}"), &[], "").await, 404, "not-found", "");
    }
    problem(&api.post("/api/v1/products/nothing/variants", &json!({})).await, 404, "not-found", "");
    assert_eq!(api.get("/api/v1/products/lamp").await.text, before, "all of it or nothing");
}

async fn a_variant_that_is_sent_again_is_added_once(engine: Engine) {
    let program = Program::serving(engine).await;
    let (api, made) = lamp(&program).await;
    let headers = [("idempotency-key", "order-7"), ("if-match", made.header("etag"))];
    let add = async || api.post_with(VARIANTS, &headers, &json!({"sku": "L", "position": 1})).await;

    let (first, again) = (add().await, add().await);
    // As after a crash between the write and its answer, a while ago.
    program.sql("UPDATE idempotency_keys SET status = NULL, body = NULL, created_at = created_at - 120000000");
    let later = add().await;

    assert_eq!((first.status, again.header("idempotency-replayed"), &again.text), (201, "true", &first.text), "{}", first.text);
    assert_eq!((later.status, later.header("idempotency-replayed"), &later.text), (201, "", &first.text), "{}", later.text);
    assert_eq!(api.get(VARIANTS).await.json()["variants"].as_array().unwrap().len(), 3);
}

async fn variants_are_for_those_who_may(engine: Engine) {
    let program = Program::serving(engine).await;
    let (editor, made) = lamp(&program).await;
    let variant = format!("{VARIANTS}/{}", made.json()["variants"][0]["id"].as_str().unwrap());
    let tried = async |api: &Api| {
        let removed = api.send(Method::DELETE, &variant, &[], "").await;
        [api.post(VARIANTS, &json!({})).await, change(api, &variant, "*", json!({})).await, removed]
    };
    let before = program.sql("SELECT count(*) FROM change_log");
    let (viewer, other) = (Api::of(&program, "viewer@test.test").await, Api::of(&program, "owner@second.test").await);

    tried(&viewer).await.iter().for_each(|refused| problem(refused, 403, "forbidden", ""));
    assert_eq!((viewer.get(VARIANTS).await.status, viewer.get(&variant).await.status), (200, 200));
    // By its id too the product is another store's.
    let theirs = made.json()["id"].as_str().unwrap().to_owned();
    for address in [VARIANTS.to_owned(), variant.clone(), format!("/api/v1/products/{theirs}/variants"), variant.replace("lamp", &theirs)] {
        problem(&other.get(&address).await, 404, "not-found", "");
    }
    tried(&other).await.iter().for_each(|refused| problem(refused, 404, "not-found", ""));
    with_scopes(&program, "products:read");
    tried(&editor).await.iter().for_each(|refused| problem(refused, 403, "insufficient-scope", ""));
    assert_eq!(editor.get(VARIANTS).await.status, 200);
    with_scopes(&program, "products:write");
    problem(&editor.get(VARIANTS).await, 403, "insufficient-scope", "");
    problem(&editor.get(&variant).await, 403, "insufficient-scope", "");
    assert_eq!(program.sql("SELECT count(*) FROM change_log"), before);
}
