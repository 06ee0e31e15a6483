//! Many changes in one request.

use serde_json::{Value, json};

use super::{Api, problem};
use crate::support::{Engine, Program, on_both_engines};

on_both_engines!(each_operation_is_done_by_itself, a_batch_that_is_none_does_nothing);

const BATCH: &str = "/api/v1/products/batch";

async fn each_operation_is_done_by_itself(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "editor@test.test").await;
    let version = api.made(&json!({"title": "Lamp"})).await.json()["version"].as_i64().unwrap();
    api.made(&json!({"title": "Chair"})).await;
    let operations = json!([
        {"create": {"title": "Table", "variants": [{"price": "99.00"}]}},
        {"create": {"title": "Lamp"}},
        {"update": {"product": "lamp", "version": version, "changes": {"vendor": "Acme"}}},
        {"update": {"product": "lamp", "version": version, "changes": {"vendor": "Too late"}}},
        {"update": {"product": "lamp", "changes": {"title": ""}}},
        {"update": {"product": "nowhere", "changes": {"title": "X"}}},
        {"delete": {"product": "chair"}},
        {"delete": {"product": "chair"}},
        {"create": {"title": "Bed", "variants": [{"price": "cheap"}]}},
    ]);

    let reply = api.post(BATCH, &json!({"operations": operations})).await;

    let json = reply.json();
    let results = json["results"].as_array().unwrap();
    assert_eq!(
        (reply.status, results.iter().map(|result| result["status"].as_u64().unwrap()).collect::<Vec<_>>()),
        (200, vec![201, 409, 200, 412, 422, 404, 204, 404, 422])
    );
    assert_eq!(results[4]["problem"]["errors"][0]["pointer"], "/operations/4/update/changes/title");
    assert_eq!(results[8]["problem"]["errors"][0]["pointer"], "/operations/8/create/variants/0/price");
    let lamp = api.get("/api/v1/products/lamp").await.json();
    assert_eq!((&lamp["vendor"], &lamp["version"], &lamp["id"]), (&json!("Acme"), &results[2]["version"], &results[2]["id"]));
    let table = api.get(&format!("/api/v1/products/{}", results[0]["id"].as_str().unwrap())).await.json();
    assert_eq!((&table["price"], &table["version"]), (&json!("99.00"), &results[0]["version"]));
    assert_eq!(api.get("/api/v1/products/chair").await.status, 404);
}

async fn a_batch_that_is_none_does_nothing(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "editor@test.test").await;
    let many: Vec<Value> = (0..101).map(|number| json!({"create": {"title": format!("Lamp {number}")}})).collect();
    let before = program.sql("SELECT count(*) FROM products");

    for (body, status, kind, pointer) in [
        (json!({"operations": []}), 422, "unacceptable", "/operations"),
        (json!({"operations": many}), 422, "unacceptable", "/operations"),
        (json!({"operations": [{"create": {"title": "Lamp"}}, {"create": {"title": 1}}]}), 400, "invalid-request", "/operations/1/create/title"),
        (
            json!({"operations": [{"create": {"title": "Lamp"}}, {"update": {"product": "a", "changes": {"colour": 1}}}]}),
            400,
            "invalid-request",
            "/operations/1/update/changes/colour",
        ),
        (json!({}), 400, "invalid-request", "/operations"),
    ] {
        problem(&api.post(BATCH, &body).await, status, kind, pointer);
    }
    assert_eq!(program.sql("SELECT count(*) FROM products"), before);
    assert_eq!(api.post(BATCH, &json!({"operations": many[..100]})).await.json()["results"].as_array().unwrap().len(), 100);
}
