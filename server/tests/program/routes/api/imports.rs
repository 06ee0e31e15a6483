//! Catalogue files that come in.

use reqwest::{Body, Method};
use serde_json::{Value, json};

use super::{Api, jobs::over, problem, with_scopes};
use crate::support::{Engine, Program, Reply, on_both_engines};

on_both_engines!(
    a_file_becomes_a_job_and_products,
    a_dry_run_writes_nothing_until_it_is_confirmed,
    a_file_that_is_sent_again_is_imported_once,
    what_is_no_file_is_refused,
    files_are_for_those_who_may,
);

pub(super) const FILE: &str = "Handle,Title,Vendor,Variant Price\nlamp,Lamp,Acme,19.90\nmug,Mug,Acme,-5\nvase,Vase,Acme,7\n";

pub(super) async fn send(api: &Api, query: &str, headers: &[(&str, &str)], file: &str) -> Reply {
    let headers = [&[("content-type", "text/csv")][..], headers].concat();
    api.send(Method::POST, &format!("/api/v1/imports{query}"), &headers, file).await
}

fn id(job: &Reply) -> String {
    job.json()["id"].as_str().unwrap_or_else(|| panic!("{}", job.text)).to_owned()
}

async fn a_file_becomes_a_job_and_products(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "owner@second.test").await;

    let started = send(&api, "?file_name=L%C3%A4mps.csv", &[], FILE).await;

    let job = started.json();
    assert_eq!((started.status, started.location()), (202, format!("/api/v1/jobs/{}", id(&started)).as_str()), "{}", started.text);
    assert_eq!(
        (&job["kind"], &job["file_name"], &job["started_by"], &job["overwrite"]),
        (&json!("import"), &json!("Lämps.csv"), &json!("owner"), &json!(false))
    );
    let done = over(&api, started.location()).await;
    assert_eq!((&done["state"], &done["progress"]["created"], &done["progress"]["bad_rows"]), (&json!("done"), &json!(2), &json!(1)), "{done}");
    assert_eq!(api.get("/api/v1/products/lamp").await.json()["price"], "19.90");
    assert_eq!(api.get("/api/v1/changes").await.json()["changes"][0]["source"], "import");
    // As a list of problems, and as a file to mend.
    let address = format!("/api/v1/imports/{}/bad-rows", id(&started));
    let bad = api.get(&address).await.json();
    assert_eq!((&bad["bad_rows"][0]["line"], &bad["bad_rows"][0]["value"], &bad["next"]), (&json!(3), &json!("-5"), &json!(3)), "{bad}");
    assert_eq!(api.get(&format!("{address}?after=3")).await.json(), json!({"bad_rows": [], "next": null}));
    let csv = api.send(Method::GET, &address, &[("accept", "text/csv")], "").await;
    assert_eq!((csv.status, csv.header("content-type")), (200, "text/csv; charset=utf-8"));
    assert!(csv.text.contains("Line,Column,Value,Reason\n3,Variant Price,'-5,"), "{}", csv.text);
    assert_eq!(program.uploads(), 0);
}

async fn a_dry_run_writes_nothing_until_it_is_confirmed(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "owner@second.test").await;
    api.made(&json!({"title": "Lamp", "variants": [{"price": "5.00"}]})).await;

    let dry = send(&api, "?dry_run=true&overwrite=true", &[], FILE).await;
    let done = over(&api, dry.location()).await;

    assert_eq!((&done["kind"], &done["state"], &done["overwrite"]), (&json!("dry_run"), &json!("done"), &json!(true)), "{done}");
    let planned: Vec<(&Value, &Value)> = done["planned"].as_array().unwrap().iter().map(|planned| (&planned["handle"], &planned["new"])).collect();
    assert!(planned.contains(&(&json!("lamp"), &json!(false))) && planned.contains(&(&json!("vase"), &json!(true))), "{done}");
    assert_eq!(api.get("/api/v1/products/vase").await.status, 404);

    let confirm = async || api.send(Method::POST, &format!("/api/v1/imports/{}/confirm", id(&dry)), &[("idempotency-key", "order-7")], "").await;
    let (real, again) = (confirm().await, confirm().await);
    // As after a crash between the start of the job and its answer, a while ago.
    program.sql("UPDATE idempotency_keys SET status = NULL, body = NULL, created_at = created_at - 120000000");
    let later = confirm().await;

    assert_eq!((real.status, id(&again), id(&later), real.location()), (202, id(&real), id(&real), later.location()), "{}", real.text);
    assert_eq!(over(&api, real.location()).await["progress"]["changed"], 1);
    assert_eq!(api.get("/api/v1/products/lamp").await.json()["price"], "19.90");
    assert_eq!(program.sql("SELECT kind, count(*) FROM jobs GROUP BY kind ORDER BY kind"), "dry_run|1\nimport|1");
    problem(&api.send(Method::POST, &format!("/api/v1/imports/{}/confirm", id(&real)), &[], "").await, 409, "conflict", "");
}

async fn a_file_that_is_sent_again_is_imported_once(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "owner@second.test").await;
    let key = [("idempotency-key", "order-7")];
    let import = async || send(&api, "", &key, FILE).await;

    let (first, again) = (import().await, import().await);
    over(&api, first.location()).await;
    // As after a crash between the start of the job and its answer, a while ago.
    program.sql("UPDATE idempotency_keys SET status = NULL, body = NULL, created_at = created_at - 120000000");
    let later = import().await;

    assert_eq!((first.status, again.header("idempotency-replayed"), &again.text), (202, "true", &first.text), "{}", first.text);
    assert_eq!((later.status, later.header("idempotency-replayed"), id(&later)), (202, "", id(&first)), "{}", later.text);
    problem(&send(&api, "", &key, &FILE.replace("Mug", "Cup")).await, 422, "idempotency-key-reused", "Idempotency-Key");
    problem(&send(&api, "?overwrite=true", &key, FILE).await, 422, "idempotency-key-reused", "Idempotency-Key");
    assert_eq!((program.sql("SELECT count(*) FROM jobs").as_str(), program.uploads()), ("1", 0));
    // Without a key each is one of its own.
    send(&api, "", &[], FILE).await;
    assert_eq!(program.sql("SELECT count(*) FROM jobs"), "2");
}

async fn what_is_no_file_is_refused(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "owner@second.test").await;
    let path = "/api/v1/imports";

    problem(&api.send(Method::POST, path, &[("content-type", "application/json")], FILE).await, 415, "unsupported-media-type", "");
    problem(&api.send(Method::POST, path, &[], FILE).await, 415, "unsupported-media-type", "");
    problem(&send(&api, "", &[], "").await, 422, "unacceptable", "");
    problem(&send(&api, "?dry-run=true", &[], FILE).await, 400, "invalid-request", "dry-run");
    problem(&send(&api, "?dry_run=maybe", &[], FILE).await, 400, "invalid-request", "dry_run");
    problem(&send(&api, "?file_name=", &[], FILE).await, 400, "invalid-request", "file_name");
    problem(&send(&api, "", &[("idempotency-key", "a b")], FILE).await, 400, "invalid-request", "Idempotency-Key");
    for nowhere in ["0195a000-0000-7000-8000-000000000000", "nonsense"] {
        problem(&api.send(Method::POST, &format!("{path}/{nowhere}/confirm"), &[], "").await, 404, "not-found", "");
        problem(&api.get(&format!("{path}/{nowhere}/bad-rows")).await, 404, "not-found", "");
    }
    assert_eq!((program.sql("SELECT count(*) FROM jobs").as_str(), program.uploads()), ("0", 0));
}

async fn files_are_for_those_who_may(engine: Engine) {
    let program = Program::serving(engine).await;
    let (owner, viewer) = (Api::of(&program, "owner@demo.test").await, Api::of(&program, "viewer@test.test").await);
    let other = Api::of(&program, "owner@second.test").await;
    let dry = send(&owner, "?dry_run=true", &[], FILE).await;
    over(&owner, dry.location()).await;
    let (confirm, bad) = (format!("/api/v1/imports/{}/confirm", id(&dry)), format!("/api/v1/imports/{}/bad-rows", id(&dry)));
    let before = program.sql("SELECT count(*) FROM jobs");

    for api in [&viewer, &Api::of(&program, "reviewer@test.test").await] {
        problem(&send(api, "", &[], FILE).await, 403, "forbidden", "");
        problem(&api.send(Method::POST, &confirm, &[], "").await, 403, "forbidden", "");
        assert_eq!(api.get(&bad).await.status, 200);
    }
    problem(&other.send(Method::POST, &confirm, &[], "").await, 404, "not-found", "");
    for accept in ["application/json", "text/csv"] {
        problem(&other.send(Method::GET, &bad, &[("accept", accept)], "").await, 404, "not-found", "");
    }
    with_scopes(&program, "jobs:read products:write");
    problem(&send(&owner, "", &[], FILE).await, 403, "insufficient-scope", "");
    problem(&owner.send(Method::POST, &confirm, &[], "").await, 403, "insufficient-scope", "");
    with_scopes(&program, "jobs:write products:read");
    problem(&owner.get(&bad).await, 403, "insufficient-scope", "");
    // The file of the dry run is still kept.
    assert_eq!((program.sql("SELECT count(*) FROM jobs"), program.uploads()), (before, 1));
}

#[tokio::test]
async fn a_file_that_is_too_large_is_refused_with_a_problem() {
    let mut program = Program::serving(Engine::Sqlite).await;
    program.kill();
    program.serve_with(&[("VITRINE_MAX_UPLOAD_MB", "1")]).await;
    let api = Api::of(&program, "owner@second.test").await;
    let large = || vec![b'x'; 3 << 20];

    // Of a length that is known at once, and of one that shows only as it arrives.
    let told = api.send(Method::POST, "/api/v1/imports", &[("content-type", "text/csv")], large()).await;
    let pieces = unmeasured(large());
    let request = reqwest::Client::new().post(format!("{}/api/v1/imports", program.address())).header("content-type", "text/csv");
    let untold = request.header("authorization", &api.authorization).body(pieces).send().await.unwrap();

    problem(&told, 413, "too-large", "");
    assert!(told.text.contains("larger than 1 MB"), "{}", told.text);
    assert_eq!((untold.status().as_u16(), untold.headers()["content-type"].to_str().unwrap()), (413, "application/problem+json"));
    assert_eq!((program.uploads(), program.sql("SELECT count(*) FROM jobs").as_str()), (0, "0"));
    // What fits is taken.
    assert_eq!(send(&api, "", &[], FILE).await.status, 202);
}

/// A body that does not say how long it is.
fn unmeasured(bytes: Vec<u8>) -> Body {
    let pieces: Vec<Result<Vec<u8>, std::io::Error>> = bytes.chunks(1 << 16).map(|piece| Ok(piece.to_vec())).collect();
    Body::wrap_stream(futures::stream::iter(pieces))
}
