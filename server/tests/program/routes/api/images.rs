//! The pictures of a product.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Api, problem, with_scopes};
use crate::support::{Engine, Program, Reply, on_both_engines};

on_both_engines!(a_picture_is_added_changed_and_removed, what_cannot_be_a_picture_is_pointed_at, pictures_are_for_those_who_may);

const IMAGES: &str = "/api/v1/products/lamp/images";

async fn change(api: &Api, address: &str, if_match: &str, body: Value) -> Reply {
    let headers = [("content-type", "application/merge-patch+json"), ("if-match", if_match)];
    api.send(Method::PATCH, address, &headers, body.to_string()).await
}

/// A program that may write, and a product with a picture.
async fn lamp(program: &Program) -> (Api, Reply) {
    let api = Api::of(program, "editor@test.test").await;
    let made = api.made(&json!({"title": "Lamp", "images": [{"url": "https://shop.test/1.jpg"}]})).await;
    (api, made)
}

fn urls(list: &Value) -> Vec<(&str, i64)> {
    list["images"].as_array().unwrap().iter().map(|image| (image["url"].as_str().unwrap(), image["position"].as_i64().unwrap())).collect()
}

async fn a_picture_is_added_changed_and_removed(engine: Engine) {
    let program = Program::serving(engine).await;
    let (api, made) = lamp(&program).await;
    let key = [("idempotency-key", "picture")];

    let added = api.post_with(IMAGES, &key, &json!({"url": "https://shop.test/2.jpg", "alt": "A lamp", "position": 1})).await;

    let image = added.json();
    assert_eq!((added.status, &image["position"], &image["alt"], &image["product_id"]), (201, &json!(1), &json!("A lamp"), &made.json()["id"]));
    let again = api.post_with(IMAGES, &key, &json!({"url": "https://shop.test/2.jpg", "alt": "A lamp", "position": 1})).await;
    assert_eq!((again.header("idempotency-replayed"), &again.text), ("true", &added.text));
    let list = api.get(IMAGES).await;
    assert_eq!(urls(&list.json()), [("https://shop.test/2.jpg", 1), ("https://shop.test/1.jpg", 2)]);
    assert_eq!(api.get("/api/v1/products/lamp").await.json()["thumbnail"], "https://shop.test/2.jpg");
    let read = api.get(added.location()).await;
    assert_eq!((&read.text, read.header("etag"), list.header("etag")), (&added.text, added.header("etag"), added.header("etag")));
    assert_eq!(api.send(Method::GET, IMAGES, &[("if-none-match", list.header("etag"))], "").await.status, 304);

    problem(&change(&api, added.location(), made.header("etag"), json!({"alt": "Lost"})).await, 412, "changed-meanwhile", "");
    let changed = change(&api, added.location(), added.header("etag"), json!({"alt": null, "position": 2})).await;
    assert_eq!((changed.status, &changed.json()["alt"], &changed.json()["position"]), (200, &json!(""), &json!(2)), "{}", changed.text);
    assert_eq!(urls(&api.get(IMAGES).await.json()), [("https://shop.test/1.jpg", 1), ("https://shop.test/2.jpg", 2)]);

    let removed = api.send(Method::DELETE, added.location(), &[], "").await;
    assert_eq!((removed.status, urls(&api.get(IMAGES).await.json())), (204, vec![("https://shop.test/1.jpg", 1)]));
    problem(&api.send(Method::DELETE, added.location(), &[], "").await, 404, "not-found", "");
}

async fn what_cannot_be_a_picture_is_pointed_at(engine: Engine) {
    let program = Program::serving(engine).await;
    let (api, made) = lamp(&program).await;
    let image = format!("{IMAGES}/{}", made.json()["images"][0]["id"].as_str().unwrap());
    let before = api.get("/api/v1/products/lamp").await.text;

    for (body, status, kind, pointer) in [
        (json!({"url": ""}), 422, "unacceptable", "/url"),
        (json!({"url": "u".repeat(2_049)}), 422, "unacceptable", "/url"),
        (json!({"url": "u", "alt": "a".repeat(513)}), 422, "unacceptable", "/alt"),
        (json!({"url": "u", "position": -1}), 422, "unacceptable", "/position"),
        (json!({"url": "u", "colour": "red"}), 400, "invalid-request", "/colour"),
    ] {
        problem(&api.post(IMAGES, &body).await, status, kind, pointer);
        problem(&change(&api, &image, "*", body).await, status, kind, pointer);
    }
    problem(&api.post(IMAGES, &json!({"alt": "A lamp"})).await, 400, "invalid-request", "/url");
    problem(&change(&api, &image, "*", json!({"url": null})).await, 422, "unacceptable", "/url");
    problem(&api.send(Method::PATCH, &image, &[("content-type", "application/json")], "{}").await, 428, "precondition-required", "If-Match");
    problem(&api.get(&format!("{IMAGES}/nonsense")).await, 404, "not-found", "");
    assert_eq!(api.get("/api/v1/products/lamp").await.text, before, "all of it or nothing");
}

async fn pictures_are_for_those_who_may(engine: Engine) {
    let program = Program::serving(engine).await;
    let (editor, made) = lamp(&program).await;
    let image = format!("{IMAGES}/{}", made.json()["images"][0]["id"].as_str().unwrap());
    let tried = async |api: &Api| {
        let removed = api.send(Method::DELETE, &image, &[], "").await;
        [api.post(IMAGES, &json!({"url": "u"})).await, change(api, &image, "*", json!({})).await, removed]
    };
    let before = program.sql("SELECT count(*) FROM change_log");
    let (viewer, other) = (Api::of(&program, "viewer@test.test").await, Api::of(&program, "owner@second.test").await);

    tried(&viewer).await.iter().for_each(|refused| problem(refused, 403, "forbidden", ""));
    assert_eq!((viewer.get(IMAGES).await.status, viewer.get(&image).await.status), (200, 200));
    tried(&other).await.iter().for_each(|refused| problem(refused, 404, "not-found", ""));
    let theirs = made.json()["id"].as_str().unwrap().to_owned();
    for address in [IMAGES.to_owned(), image.clone(), IMAGES.replace("lamp", &theirs), image.replace("lamp", &theirs)] {
        problem(&other.get(&address).await, 404, "not-found", "");
    }
    with_scopes(&program, "products:read");
    tried(&editor).await.iter().for_each(|refused| problem(refused, 403, "insufficient-scope", ""));
    with_scopes(&program, "products:write");
    problem(&editor.get(IMAGES).await, 403, "insufficient-scope", "");
    problem(&editor.get(&image).await, 403, "insufficient-scope", "");
    assert_eq!(program.sql("SELECT count(*) FROM change_log"), before);
}
