//! Writes that are sent again.

use reqwest::Method;
use serde_json::json;

use super::{Api, problem};
use crate::support::{Engine, Program, on_both_engines};

on_both_engines!(
    a_write_that_is_sent_again_is_answered_again,
    a_key_stands_for_one_request,
    a_write_whose_answer_was_lost_is_not_done_twice,
    a_change_whose_answer_was_lost_is_told_as_done,
    many_at_once_with_one_key_do_one_thing,
);

const PRODUCTS: &str = "/api/v1/products";
const KEY: (&str, &str) = ("idempotency-key", "order-7");

async fn a_write_that_is_sent_again_is_answered_again(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "editor@test.test").await;
    let make = async || api.post_with(PRODUCTS, &[KEY], &json!({"title": "Lamp"})).await;

    let (first, again) = (make().await, make().await);

    assert_eq!((first.status, first.header("idempotency-replayed")), (201, ""), "{}", first.text);
    assert_eq!((again.status, again.header("idempotency-replayed"), &again.text), (201, "true", &first.text));
    for header in ["etag", "location", "content-type"] {
        assert_eq!(again.header(header), first.header(header), "{header}");
    }
    // What is refused is refused the same; a patch and a deletion are given again as well.
    let (wrong, key) = (json!({"title": ""}), ("idempotency-key", "wrong"));
    let refused = [api.post_with(PRODUCTS, &[key], &wrong).await, api.post_with(PRODUCTS, &[key], &wrong).await];
    assert_eq!((refused[0].status, refused[1].header("idempotency-replayed"), &refused[0].text), (422, "true", &refused[1].text));
    let headers = [("content-type", "application/json"), ("if-match", first.header("etag")), ("idempotency-key", "patch")];
    let patch = async || api.send(Method::PATCH, "/api/v1/products/lamp", &headers, "{\"vendor\":\"Acme\"}").await;
    assert_eq!((patch().await.status, patch().await.header("idempotency-replayed")), (200, "true"));
    let delete = async || api.send(Method::DELETE, "/api/v1/products/lamp", &[("idempotency-key", "delete")], "").await.status;
    assert_eq!((delete().await, delete().await), (204, 204));
    let batch = json!({"operations": [{"create": {"title": "A"}}, {"create": {"title": "B"}}]});
    let send = async || api.post_with("/api/v1/products/batch", &[("idempotency-key", "batch")], &batch).await.text;
    assert_eq!(send().await, send().await);
}

async fn a_key_stands_for_one_request(engine: Engine) {
    let program = Program::serving(engine).await;
    let (api, another) = (Api::of(&program, "editor@test.test").await, Api::of(&program, "owner@demo.test").await);
    assert_eq!(api.post_with(PRODUCTS, &[KEY], &json!({"title": "Lamp"})).await.status, 201);

    problem(&api.post_with(PRODUCTS, &[KEY], &json!({"title": "Chair"})).await, 422, "idempotency-key-reused", "Idempotency-Key");
    problem(&api.post_with("/api/v1/products/batch", &[KEY], &json!({"title": "Lamp"})).await, 422, "idempotency-key-reused", "Idempotency-Key");
    problem(&api.post_with(PRODUCTS, &[("idempotency-key", "a b")], &json!({"title": "Chair"})).await, 400, "invalid-request", "Idempotency-Key");
    // Keys are one's own.
    assert_eq!(another.post_with(PRODUCTS, &[KEY], &json!({"title": "Chair"})).await.status, 201);
    program.sql("UPDATE idempotency_keys SET status = NULL, body = NULL");
    let running = api.post_with(PRODUCTS, &[KEY], &json!({"title": "Lamp"})).await;
    problem(&running, 409, "still-running", "");
    assert_eq!(running.header("retry-after"), "1");
}

async fn a_write_whose_answer_was_lost_is_not_done_twice(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "editor@test.test").await;
    let batch = json!({"operations": [{"create": {"title": "A"}}, {"create": {"title": "B"}}]});
    let make = async || api.post_with(PRODUCTS, &[KEY], &json!({"title": "Lamp", "variants": [{"price": "1.00"}]})).await;
    let send = async || api.post_with("/api/v1/products/batch", &[("idempotency-key", "batch")], &batch).await;
    let (first, first_batch) = (make().await, send().await);
    let before = program.sql_each(&["SELECT count(*) FROM products", "SELECT count(*) FROM change_log"]);

    // As after a crash between the write and its answer, a while ago.
    program.sql("UPDATE idempotency_keys SET status = NULL, body = NULL, created_at = created_at - 120000000");
    let (again, again_batch) = (make().await, send().await);

    assert_eq!((again.status, &again.text, again.header("idempotency-replayed")), (201, &first.text, ""), "{}", again.text);
    assert_eq!((again_batch.status, &again_batch.text), (200, &first_batch.text));
    assert_eq!(program.sql_each(&["SELECT count(*) FROM products", "SELECT count(*) FROM change_log"]), before);
}

/// By its own change the product is no longer what the request was decided upon: it must not be refused for that.
async fn a_change_whose_answer_was_lost_is_told_as_done(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "editor@test.test").await;
    let lamp = api.made(&json!({"title": "Lamp"})).await;
    api.made(&json!({"title": "Bowl"})).await;
    let headers = [("content-type", "application/json"), ("if-match", lamp.header("etag")), ("idempotency-key", "patch")];
    let patch = async || api.send(Method::PATCH, "/api/v1/products/lamp", &headers, "{\"vendor\":\"Acme\"}").await;
    let delete = async || api.send(Method::DELETE, "/api/v1/products/bowl", &[("idempotency-key", "delete")], "").await.status;
    let first = (patch().await, delete().await);

    program.sql("UPDATE idempotency_keys SET status = NULL, body = NULL, created_at = created_at - 120000000");
    let again = (patch().await, delete().await);

    assert_eq!((first.0.status, again.0.status, &again.0.text), (200, 200, &first.0.text), "{}", again.0.text);
    assert_eq!((again.0.header("etag"), first.1, again.1), (first.0.header("etag"), 204, 204));
    // Without the key it is another request, and too late.
    assert_eq!(api.patch("lamp", lamp.header("etag"), &json!({"vendor": "Acme"})).await.status, 412);
}

async fn many_at_once_with_one_key_do_one_thing(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "editor@test.test").await;
    let before: i64 = program.sql("SELECT count(*) FROM products").parse().unwrap();
    let body = json!({"title": "Lamp"});
    let make = || api.post_with(PRODUCTS, &[KEY], &body);

    let (a, b, c, d) = tokio::join!(make(), make(), make(), make());

    for reply in [a, b, c, d] {
        assert!(matches!(reply.status, 201 | 409), "{}", reply.text);
    }
    assert_eq!(program.sql("SELECT count(*) FROM products").parse::<i64>().unwrap(), before + 1);
    assert_eq!(make().await.status, 201);
}
