//! Who may ask: logging in, tokens and scopes.

use reqwest::Method;
use serde_json::json;

use super::{Api, log_in, problem};
use crate::support::{Engine, PASSWORD, Program, on_both_engines};

on_both_engines!(
    a_program_logs_in_and_asks,
    a_wrong_password_is_told_and_many_slow_down,
    whoever_has_no_good_token_is_told_how_one_asks,
    a_token_may_what_its_scopes_say,
    a_role_may_what_it_may_in_the_browser,
    nothing_of_another_store_is_reached,
);

async fn a_program_logs_in_and_asks(engine: Engine) {
    let program = Program::serving(engine).await;

    let reply = log_in(&program.client(), &json!({"email": "Editor@test.test", "password": PASSWORD, "store": "demo"})).await;

    let json = reply.json();
    assert_eq!((reply.status, reply.header("cache-control"), reply.cookie()), (200, "no-store", ""), "{}", reply.text);
    assert_eq!(json["token_type"], "Bearer");
    assert!(json["token"].as_str().unwrap().starts_with("vitrine_") && json["expires_at"].as_str().unwrap().ends_with('Z'), "{json}");
    assert!(json["scopes"].as_array().unwrap().contains(&json!("products:write")), "{json}");
    assert_eq!(json["store"]["id"].as_str().unwrap().replace('-', ""), program.id("stores", "slug = 'demo'").replace('-', ""));
    let list = program
        .client()
        .send(Method::GET, "/api/v1/products", &[("authorization", &format!("bearer {}", json["token"].as_str().unwrap()))], "")
        .await;
    assert_eq!((list.status, list.header("x-content-type-options"), list.header("cache-control")), (200, "nosniff", "private, no-cache"));
    assert!(!program.log().contains(json["token"].as_str().unwrap()));
}

async fn a_wrong_password_is_told_and_many_slow_down(engine: Engine) {
    let program = Program::serving(engine).await;
    let client = program.client();
    let wrong = json!({"email": "editor@test.test", "password": "wrong"});

    let first = log_in(&client, &wrong).await;
    let nobody = log_in(&client, &json!({"email": "nobody@test.test", "password": "wrong"})).await;
    for _ in 0..5 {
        log_in(&client, &wrong).await;
    }
    let slowed = log_in(&client, &json!({"email": "editor@test.test", "password": PASSWORD})).await;

    problem(&first, 401, "wrong-credentials", "");
    assert!(first.header("www-authenticate").starts_with("Bearer realm="));
    // Whether an account exists is nobody's business.
    assert_eq!((first.status, &first.text), (nobody.status, &nobody.text));
    problem(&slowed, 429, "too-many-requests", "");
    assert!((1..=60).contains(&slowed.header("retry-after").parse::<u64>().unwrap()), "{:?}", slowed.headers);
    problem(&log_in(&client, &json!({"email": "viewer@test.test", "password": PASSWORD, "stroe": "demo"})).await, 400, "invalid-request", "/stroe");
    problem(&log_in(&client, &json!({"email": "viewer@test.test"})).await, 400, "invalid-request", "/password");
    problem(&log_in(&client, &json!({"email": "a\0b", "password": "x"})).await, 400, "invalid-request", "/email");
}

async fn whoever_has_no_good_token_is_told_how_one_asks(engine: Engine) {
    let program = Program::serving(engine).await;
    let mut api = Api::of(&program, "viewer@test.test").await;
    let good = api.authorization.clone();
    let session = program.signed_in("owner@demo.test").await;

    // A cookie lets nobody in here.
    let none = session.get("/api/v1/products").await;
    problem(&none, 401, "unauthenticated", "");
    assert_eq!(none.header("www-authenticate"), r#"Bearer realm="Vitrine""#);

    for bad in ["Bearer vitrine_nonsense".to_owned(), format!("{good}x"), good[..good.len() - 1].to_owned()] {
        api.authorization = bad;
        let refused = api.get("/api/v1/products").await;
        problem(&refused, 401, "invalid-token", "");
        assert_eq!(refused.header("www-authenticate"), r#"Bearer realm="Vitrine", error="invalid_token""#);
    }
    api.authorization = good;
    assert_eq!(api.get("/api/v1/products").await.status, 200);
    program.sql("DELETE FROM api_tokens");
    problem(&api.get("/api/v1/products").await, 401, "invalid-token", "");
}

async fn a_token_may_what_its_scopes_say(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "owner@demo.test").await;
    let read_products = domain::scope::Scopes::parse("products:read").unwrap().bits();
    program.sql(&format!("UPDATE api_tokens SET scopes = {read_products}"));

    let refused = api.post("/api/v1/products", &json!({"title": "Lamp"})).await;

    problem(&refused, 403, "insufficient-scope", "");
    assert_eq!(refused.header("www-authenticate"), r#"Bearer realm="Vitrine", error="insufficient_scope", scope="products:write""#);
    assert_eq!(api.get("/api/v1/products").await.status, 200);
    program.sql("UPDATE api_tokens SET scopes = 0");
    problem(&api.get("/api/v1/products").await, 403, "insufficient-scope", "");
}

async fn a_role_may_what_it_may_in_the_browser(engine: Engine) {
    let program = Program::serving(engine).await;
    let before = program.sql("SELECT count(*) FROM change_log");

    for email in ["viewer@test.test", "reviewer@test.test"] {
        let api = Api::of(&program, email).await;
        let product = api.get("/api/v1/products?limit=1&fields=handle").await.json()["products"][0]["handle"].as_str().unwrap().to_owned();

        problem(&api.post("/api/v1/products", &json!({"title": "Lamp"})).await, 403, "forbidden", "");
        problem(&api.patch(&product, "*", &json!({"title": "Lamp"})).await, 403, "forbidden", "");
        problem(&api.patch(&product, "*", &json!({})).await, 403, "forbidden", "");
        problem(&api.send(Method::DELETE, &format!("/api/v1/products/{product}"), &[], "").await, 403, "forbidden", "");
        problem(&api.post("/api/v1/products/batch", &json!({"operations": [{"delete": {"product": product}}]})).await, 403, "forbidden", "");
    }
    assert_eq!(program.sql("SELECT count(*) FROM change_log"), before);
    Api::of(&program, "editor@test.test").await.made(&json!({"title": "Lamp"})).await;
}

async fn nothing_of_another_store_is_reached(engine: Engine) {
    let program = Program::serving(engine).await;
    let (demo, other) = (Api::of(&program, "owner@demo.test").await, Api::of(&program, "owner@second.test").await);
    let list = demo.get("/api/v1/products?limit=5").await.json();
    let (id, handle) = (list["products"][0]["id"].as_str().unwrap(), list["products"][0]["handle"].as_str().unwrap());
    let before = program.sql("SELECT count(*) FROM change_log");

    for name in [id, handle] {
        problem(&other.get(&format!("/api/v1/products/{name}")).await, 404, "not-found", "");
        problem(&other.patch(name, "*", &json!({"title": "Stolen"})).await, 404, "not-found", "");
        problem(&other.send(Method::DELETE, &format!("/api/v1/products/{name}"), &[], "").await, 404, "not-found", "");
        let batch = other.post("/api/v1/products/batch", &json!({"operations": [{"delete": {"product": name}}]})).await;
        assert_eq!(batch.json()["results"][0]["status"], 404, "{}", batch.text);
    }
    let theirs = format!("/api/v1/products?limit=5&cursor={}", list["next"].as_str().unwrap());
    problem(&other.get(&theirs).await, 400, "invalid-request", "cursor");
    assert_eq!(other.get("/api/v1/products").await.json()["total"], 0);
    assert_eq!(program.sql("SELECT count(*) FROM change_log"), before);
    let log_in = log_in(&program.client(), &json!({"email": "owner@second.test", "password": PASSWORD, "store": "demo"})).await;
    problem(&log_in, 401, "wrong-credentials", "");
}

#[tokio::test]
async fn the_demo_account_logs_in_on_this_machine_alone() {
    let program = Program::serving(Engine::Sqlite).await;
    let body = json!({"email": "owner@demo.test", "password": "vitrine-demo"}).to_string();

    for header in ["x-forwarded-for", "forwarded", "x-real-ip"] {
        let headers = [("content-type", "application/json"), (header, "192.0.2.7")];
        let refused = program.client().send(Method::POST, "/api/v1/auth/login", &headers, body.clone()).await;
        problem(&refused, 403, "forbidden", "");
    }
    assert_eq!(program.sql("SELECT count(*) FROM api_tokens"), "0");
}
