//! Making, changing and deleting a product.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Api, problem};
use crate::support::{Engine, Program, on_both_engines};

on_both_engines!(
    a_product_is_made,
    what_cannot_be_a_product_is_pointed_at,
    a_body_is_taken_when_it_is_one,
    a_product_is_changed_by_what_is_in_the_patch,
    nobodys_change_is_lost,
    what_cannot_be_changed_is_pointed_at,
    a_product_goes_into_the_trash,
);

const PRODUCTS: &str = "/api/v1/products";

async fn a_product_is_made(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "editor@test.test").await;
    let new = json!({
        "title": "Oak lamp", "description": "<p>Oak.</p>", "vendor": "Acme", "tags": ["oak", " oak ", "light"], "status": "draft", "option_names": ["Size"],
        "variants": [{"options": ["S"], "price": "19.90", "inventory_quantity": 3}, {"options": ["L"], "price": "29.90", "inventory_policy": "continue"}],
        "images": [{"url": "https://shop.test/1.jpg", "alt": "A lamp"}],
    });

    let made = api.made(&new).await;

    let product = made.json();
    assert_eq!(made.location(), format!("{PRODUCTS}/{}", product["id"].as_str().unwrap()));
    assert_eq!(
        (&product["handle"], &product["tags"], &product["price"], &product["highest_price"]),
        (&json!("oak-lamp"), &json!(["oak", "light"]), &json!("19.90"), &json!("29.90"))
    );
    assert_eq!((&product["variants"][1]["inventory_policy"], &product["variants"][1]["position"]), (&json!("continue"), &json!(2)));
    let read = api.get(made.location()).await;
    assert_eq!((read.text.as_str(), read.header("etag")), (made.text.as_str(), made.header("etag")));
    assert!(program.signed_in("editor@test.test").await.get("/products/oak-lamp").await.text.contains("Oak lamp"));
}

async fn what_cannot_be_a_product_is_pointed_at(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "editor@test.test").await;
    api.made(&json!({"title": "Lamp"})).await;
    let before = program.sql("SELECT count(*) FROM products");

    for (body, status, kind, pointer) in [
        (json!({"title": "Lamp"}), 409, "conflict", "/handle"),
        (json!({"title": "  ", "handle": "blank"}), 422, "unacceptable", "/title"),
        (json!({"title": "L".repeat(256)}), 422, "unacceptable", "/title"),
        (json!({"title": "Lamp 2", "variants": [{"sku": "1"}, {"price": "free"}]}), 422, "unacceptable", "/variants/1/price"),
        (json!({"title": "Lamp 2", "variants": [{}, {"sku": "s".repeat(513)}]}), 422, "unacceptable", "/variants/1/sku"),
        (json!({"title": "Lamp 2", "images": [{"url": ""}]}), 422, "unacceptable", "/images/0/url"),
        (json!({"title": "Lamp 2", "tags": vec!["t"; 251]}), 422, "unacceptable", "/tags"),
        (json!({"title": "Lamp 2", "colour": "red"}), 400, "invalid-request", "/colour"),
        (json!({"title": 2}), 400, "invalid-request", "/title"),
        (json!({}), 400, "invalid-request", "/title"),
        (json!([]), 400, "invalid-request", ""),
    ] {
        problem(&api.post(PRODUCTS, &body).await, status, kind, pointer);
    }
    assert_eq!(program.sql("SELECT count(*) FROM products"), before);
}

async fn a_body_is_taken_when_it_is_one(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "editor@test.test").await;
    let send = async |kind: &str, body: Vec<u8>| api.send(Method::POST, PRODUCTS, &[("content-type", kind)], body).await;

    problem(&send("text/plain", b"{\"title\":\"Lamp\"}".into()).await, 415, "unsupported-media-type", "");
    problem(&api.send(Method::POST, PRODUCTS, &[], "{}").await, 415, "unsupported-media-type", "");
    problem(&send("application/json", b"{\"title\":".into()).await, 400, "invalid-request", "");
    problem(&send("application/json", vec![0xff, 0xfe]).await, 400, "invalid-request", "");
    problem(&send("application/json", vec![b' '; 1024 * 1024 + 1]).await, 413, "too-large", "");
    assert_eq!(send("application/json; charset=utf-8", b"{\"title\":\"Lamp\"}".into()).await.status, 201);
}

async fn a_product_is_changed_by_what_is_in_the_patch(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "editor@test.test").await;
    let made = api.made(&json!({"title": "Lamp", "vendor": "Acme", "tags": ["a"], "extras": {"Fit": "Wide", "Cut": "Slim"}})).await;

    let changed = api.patch("lamp", made.header("etag"), &json!({"title": "Lamp 2", "vendor": null, "extras": {"Fit": null, "New": "x"}})).await;

    assert_eq!(changed.status, 200, "{}", changed.text);
    let product = changed.json();
    assert_eq!((&product["title"], &product["vendor"], &product["tags"]), (&json!("Lamp 2"), &json!(""), &json!(["a"])));
    assert_eq!(product["extras"], json!({"Cut": "Slim", "New": "x"}));
    assert!(changed.header("etag") != made.header("etag") && changed.header("etag") == format!("\"{}\"", product["version"]));
    assert_eq!(api.get("/api/v1/products/lamp").await.text, changed.text);
    // As it is already: nothing is changed, and the tag stays.
    let same = api.patch("lamp", changed.header("etag"), &json!({"title": "Lamp 2"})).await;
    assert_eq!((same.status, same.header("etag")), (200, changed.header("etag")));
}

async fn nobodys_change_is_lost(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "editor@test.test").await;
    let made = api.made(&json!({"title": "Lamp"})).await;
    let first = made.header("etag");
    assert_eq!(api.patch("lamp", first, &json!({"title": "Theirs"})).await.status, 200);

    let stale = api.patch("lamp", first, &json!({"vendor": "Mine"})).await;
    let without = api.send(Method::PATCH, "/api/v1/products/lamp", &[("content-type", "application/json")], "{\"vendor\":\"Mine\"}").await;
    let weak = api.patch("lamp", &format!("W/{first}"), &json!({"vendor": "Mine"})).await;
    let nonsense = api.patch("lamp", "7", &json!({"vendor": "Mine"})).await;

    problem(&stale, 412, "changed-meanwhile", "");
    problem(&without, 428, "precondition-required", "If-Match");
    problem(&weak, 412, "changed-meanwhile", "");
    problem(&nonsense, 400, "invalid-request", "If-Match");
    let now = api.get("/api/v1/products/lamp").await.json();
    assert_eq!((&now["title"], &now["vendor"]), (&json!("Theirs"), &json!("")));
    // Whoever means it replaces whatever is there.
    assert_eq!(api.patch("lamp", "*", &json!({"title": "Mine"})).await.json()["title"], "Mine");
    let one_of = format!("{first}, \"{}\"", api.get("/api/v1/products/lamp").await.json()["version"]);
    assert_eq!(api.patch("lamp", &one_of, &json!({"title": "Mine again"})).await.status, 200);
}

async fn what_cannot_be_changed_is_pointed_at(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "editor@test.test").await;
    api.made(&json!({"title": "Lamp"})).await;
    api.made(&json!({"title": "Chair"})).await;
    let before = api.get("/api/v1/products/lamp").await.text;

    for (body, status, kind, pointer) in [
        (json!({"title": null}), 422, "unacceptable", "/title"),
        (json!({"title": "L".repeat(256)}), 422, "unacceptable", "/title"),
        (json!({"handle": "chair"}), 409, "conflict", "/handle"),
        (json!({"handle": "A b"}), 422, "unacceptable", "/handle"),
        (json!({"status": "sold"}), 400, "invalid-request", "/status"),
        (json!({"optimisation": "published"}), 400, "invalid-request", "/optimisation"),
        (json!({"title": "Kept?", "version": 9}), 400, "invalid-request", "/version"),
        (json!({"title": "Kept?", "tags": "a"}), 400, "invalid-request", "/tags"),
        (json!({"title": "Kept?", "extras": {"": "x"}}), 422, "unacceptable", "/extras/"),
    ] {
        problem(&api.patch("lamp", "*", &body).await, status, kind, pointer);
    }
    problem(&api.patch("nowhere", "*", &json!({"title": "X"})).await, 404, "not-found", "");
    assert_eq!(api.get("/api/v1/products/lamp").await.text, before, "all of it or nothing");
}

async fn a_product_goes_into_the_trash(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "editor@test.test").await;
    let made = api.made(&json!({"title": "Lamp"})).await;
    let delete = async |headers: &[(&str, &str)]| api.send(Method::DELETE, "/api/v1/products/lamp", headers, "").await;
    assert_eq!(api.patch("lamp", "*", &json!({"vendor": "Acme"})).await.status, 200);

    problem(&delete(&[("if-match", made.header("etag"))]).await, 412, "changed-meanwhile", "");
    let gone = delete(&[]).await;

    assert_eq!((gone.status, gone.text.as_str()), (204, ""));
    problem(&delete(&[]).await, 404, "not-found", "");
    problem(&api.get("/api/v1/products/lamp").await, 404, "not-found", "");
    problem(&api.get(made.location()).await, 404, "not-found", "");
    problem(&api.patch("lamp", "*", &json!({"title": "X"})).await, 404, "not-found", "");
    // Its handle stays its own, for when it is restored.
    let refused = api.post(PRODUCTS, &json!({"title": "Lamp"})).await;
    problem(&refused, 409, "conflict", "/handle");
    assert!(refused.json()["detail"].as_str().unwrap().contains("trash") && made.json()["id"] != Value::Null, "{}", refused.text);
}
