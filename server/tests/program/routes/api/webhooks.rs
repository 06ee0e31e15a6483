//! Webhooks of the API.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Api, problem, with_scopes};
use crate::{
    routes::webhooks::{Receiver, serving},
    support::{Engine, Program, hex, on_both_engines},
};

const WEBHOOKS: &str = "/api/v1/webhooks";

on_both_engines!(
    a_webhook_is_made_read_changed_and_removed,
    a_secret_is_told_once,
    what_was_sent_is_listed_and_sent_again,
    what_cannot_be_made_names_its_field,
    webhooks_are_for_owners_with_the_scope,
);

async fn a_webhook_is_made_read_changed_and_removed(engine: Engine) {
    let program = Program::serving(engine).await;
    let owner = Api::of(&program, "owner@demo.test").await;

    let made = owner.post(WEBHOOKS, &new("https://example.com/hook")).await;

    let json = made.json();
    let address = format!("{WEBHOOKS}/{}", json["id"].as_str().unwrap());
    assert_eq!((made.status, made.location(), json["state"].as_str()), (201, address.as_str(), Some("active")), "{json}");
    let read = owner.get(&address).await;
    assert_eq!((read.status, &read.json()["url"], &read.json()["events"]), (200, &json!("https://example.com/hook"), &json!(["product.created"])));
    assert!(read.json().get("secret").is_none(), "{}", read.text);
    let known = owner.send(Method::GET, &address, &[("if-none-match", read.header("etag"))], "").await;
    assert_eq!(known.status, 304);
    assert_eq!(owner.get(WEBHOOKS).await.json()["webhooks"], json!([read.json()]));
    let changed = owner.send(Method::PATCH, &address, &[("content-type", "application/merge-patch+json")], json!({"paused": true}).to_string()).await;
    assert_eq!((changed.status, &changed.json()["state"], &changed.json()["url"]), (200, &json!("paused"), &read.json()["url"]), "{}", changed.text);
    assert_eq!(owner.send(Method::DELETE, &address, &[], "").await.status, 204);
    problem(&owner.get(&address).await, 404, "not-found", "");
}

async fn a_secret_is_told_once(engine: Engine) {
    let program = Program::serving(engine).await;
    let owner = Api::of(&program, "owner@demo.test").await;
    let key = [("idempotency-key", "order-7")];

    let (first, again) = (
        owner.post_with(WEBHOOKS, &key, &new("https://example.com/hook")).await,
        owner.post_with(WEBHOOKS, &key, &new("https://example.com/hook")).await,
    );

    let secret = first.json()["secret"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("whsec_") && first.header("cache-control") == "no-store", "{}", first.text);
    assert_eq!((again.status, again.header("idempotency-replayed"), &again.json()["secret"]), (201, "true", &Value::Null), "{}", again.text);
    assert_eq!((again.json()["id"].as_str(), program.sql("SELECT count(*) FROM webhooks").as_str()), (first.json()["id"].as_str(), "1"));
    let kept = program.sql(&format!("SELECT {} FROM idempotency_keys", program.id_column("body")));
    let plain = hex(secret.as_bytes());
    assert!(!kept.is_empty() && !kept.contains(&plain) && !program.log().contains(&secret), "{kept}");

    let address = format!("{WEBHOOKS}/{}/secret", first.json()["id"].as_str().unwrap());
    let rotated = owner.post(&address, &json!({})).await;
    assert!(rotated.status == 200 && rotated.json()["secret"].as_str().is_some_and(|new| new != secret), "{}", rotated.text);
    assert!(rotated.json()["old_secret_until"].is_string(), "{}", rotated.text);
}

async fn what_was_sent_is_listed_and_sent_again(engine: Engine) {
    let (program, receiver) = (serving(engine).await, Receiver::listen());
    let owner = Api::of(&program, "owner@demo.test").await;
    let made = owner.post(WEBHOOKS, &new(&receiver.url)).await;
    let address = format!("{WEBHOOKS}/{}", made.json()["id"].as_str().unwrap_or_else(|| panic!("{}", made.text)));

    let tested = owner.post(&format!("{address}/test"), &json!({})).await;
    assert_eq!((tested.status, &tested.json()["state"], &tested.json()["status"]), (200, &json!("delivered"), &json!(204)), "{}", tested.text);
    owner.made(&json!({"title": "Oak lamp"})).await;
    receiver.until(2).await;
    let first = owner.get(&format!("{address}/deliveries?limit=1")).await;
    assert!(first.status == 200 && first.header("link").contains("rel=\"next\""), "{}", first.text);
    let next = first.json()["next"].as_str().unwrap().to_owned();
    let second = owner.get(&format!("{address}/deliveries?limit=1&cursor={next}")).await;
    let events = [&first, &second].map(|reply| reply.json()["deliveries"][0]["event"].as_str().unwrap().to_owned());
    assert_eq!(events, ["product.created", "webhook.test"]);
    problem(&owner.get(&format!("{address}/deliveries?cursor=nonsense")).await, 400, "invalid-request", "cursor");

    let delivery = first.json()["deliveries"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(owner.post(&format!("{address}/deliveries/{delivery}/replay"), &json!({})).await.status, 202);
    receiver.until(3).await;
    assert_eq!(owner.post(&format!("{address}/replay"), &json!({"since": "2020-01-01T00:00:00Z"})).await.status, 202);
    receiver.until(60).await;
    problem(&owner.post(&format!("{address}/replay"), &json!({})).await, 422, "unacceptable", "");
    problem(&owner.post(&format!("{address}/replay"), &json!({"since": "soon"})).await, 422, "unacceptable", "/since");
    problem(&owner.post(&format!("{address}/deliveries/nonsense/replay"), &json!({})).await, 404, "not-found", "");
}

async fn what_cannot_be_made_names_its_field(engine: Engine) {
    let program = Program::serving(engine).await;
    let owner = Api::of(&program, "owner@demo.test").await;

    for (body, status, kind, pointer) in [
        (new("http://example.com/"), 422, "unacceptable", "/url"),
        (new("https://10.0.0.1/"), 422, "unacceptable", "/url"),
        (new("nonsense"), 422, "unacceptable", "/url"),
        (json!({"url": "https://example.com/", "events": []}), 422, "unacceptable", "/events"),
        (json!({"url": "https://example.com/", "events": ["product.sold"]}), 422, "unacceptable", "/events/0"),
        (json!({"url": "https://example.com/"}), 400, "invalid-request", "/events"),
        (json!({"url": "https://example.com/", "events": ["product.created"], "secret": "mine"}), 400, "invalid-request", "/secret"),
    ] {
        problem(&owner.post(WEBHOOKS, &body).await, status, kind, pointer);
    }
    assert_eq!(program.sql("SELECT count(*) FROM webhooks"), "0");
}

async fn webhooks_are_for_owners_with_the_scope(engine: Engine) {
    let program = Program::serving(engine).await;
    let (owner, editor, stranger) =
        (Api::of(&program, "owner@demo.test").await, Api::of(&program, "editor@test.test").await, Api::of(&program, "owner@second.test").await);
    let made = owner.post(WEBHOOKS, &new("https://example.com/hook")).await;
    let address = format!("{WEBHOOKS}/{}", made.json()["id"].as_str().unwrap());

    problem(&editor.get(WEBHOOKS).await, 403, "forbidden", "");
    problem(&editor.post(WEBHOOKS, &new("https://example.com/")).await, 403, "forbidden", "");
    problem(&stranger.get(&address).await, 404, "not-found", "");
    assert_eq!(stranger.get(WEBHOOKS).await.json()["webhooks"], json!([]));
    problem(&stranger.send(Method::DELETE, &address, &[], "").await, 404, "not-found", "");
    with_scopes(&program, "webhooks:read");
    assert_eq!(owner.get(&address).await.status, 200);
    problem(&owner.send(Method::DELETE, &address, &[], "").await, 403, "insufficient-scope", "");
    with_scopes(&program, "webhooks:write");
    problem(&owner.get(&address).await, 403, "insufficient-scope", "");
    assert_eq!(owner.send(Method::DELETE, &address, &[], "").await.status, 204);
}

fn new(url: &str) -> Value {
    json!({"url": url, "events": ["product.created"]})
}
