//! Runs: estimated, started, looked at and steered.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::{Api, problem, with_scopes};
use crate::support::{Engine, Program, Reply, on_both_engines};

on_both_engines!(
    a_run_is_estimated_started_and_looked_at,
    what_cannot_be_run_is_pointed_at,
    a_run_that_is_sent_again_is_started_once,
    a_run_whose_answer_was_lost_is_not_started_twice,
    runs_and_what_they_have_written_are_read_part_by_part,
    what_failed_is_tried_again,
    a_run_of_another_store_is_not_there,
    a_run_is_started_by_whoever_may,
);

const RUNS: &str = "/api/v1/runs";

/// Nobody's.
const NOBODYS: &str = "0195a000-0000-7000-8000-000000000000";

async fn a_run_is_estimated_started_and_looked_at(engine: Engine) {
    let program = Program::serving(engine).await;
    let (api, viewer) = (Api::of(&program, "editor@test.test").await, Api::of(&program, "viewer@test.test").await);
    let new = json!({"filter": {}, "parts": ["title", "description"], "sample_first": true});

    let estimate = api.post("/api/v1/runs/estimate", &new).await;
    assert_eq!(
        (estimate.status, &estimate.json()["products"], &estimate.json()["basis"]),
        (200, &json!(60), &json!("measured")),
        "{}",
        estimate.text
    );
    assert_eq!((&estimate.json()["cost"]["likely"], &estimate.json()["currency"]), (&json!("0.00"), &json!("EUR")), "{}", estimate.text);
    assert_eq!(api.get(RUNS).await.json()["runs"], json!([]));

    let started = api.post(RUNS, &new).await;
    assert_eq!((started.status, started.location()), (201, address(&started.json()).as_str()), "{}", started.text);
    assert_eq!((&started.json()["spec"]["filter"]["q"], &started.json()["spec"]["products"]), (&json!(""), &Value::Null), "{}", started.text);
    let sample = until(&viewer, started.location(), |run| run["progress"]["sampled"] == true && run["state"] == "queued").await;
    assert_eq!((&sample["paused"], &sample["progress"]["total"], &sample["cost"]), (&json!(true), &json!(60), &json!("0.00")), "{sample}");
    assert!(sample["message"].as_str().is_some_and(|says| !says.is_empty()) && sample["estimate"]["basis"] == "sample", "{sample}");
    let results = viewer.get(&format!("{}/results", started.location())).await.json();
    assert_eq!(results["results"].as_array().unwrap().len() as u64, sample["progress"]["written"].as_u64().unwrap(), "{results}");
    assert!(results["results"][0]["review_id"].is_string() && results["currency"] == "EUR", "{results}");

    let resumed = api.post(&format!("{}/resume", started.location()), &json!({"cap": "5.00"})).await;
    assert_eq!((resumed.status, &resumed.json()["spec"]["cap"]), (200, &json!("5.00")), "{}", resumed.text);
    let done = finished(&viewer, started.location()).await;
    let progress = |name: &str| done["progress"][name].as_u64().unwrap();
    assert_eq!((&done["state"], progress("written") + progress("skipped")), (&json!("done"), 60), "{done}");
    assert_eq!((&done["open_reviews"], &done["finished_at"].is_string()), (&done["progress"]["written"], &true), "{done}");
    assert_eq!(viewer.get(&format!("{}/failures", started.location())).await.json(), json!({"failures": [], "next": null}));
    let listed = viewer.get(&format!("{RUNS}?limit=1")).await;
    assert_eq!((&listed.json()["runs"][0]["id"], &listed.json()["runs"][0]["spec"]), (&done["id"], &Value::Null), "{}", listed.text);
    let known = viewer.send(Method::GET, &format!("{RUNS}?limit=1"), &[("if-none-match", listed.header("etag"))], "").await;
    assert_eq!(known.status, 304);
    problem(&viewer.get(&format!("{RUNS}?limit=0")).await, 400, "invalid-request", "limit");
    problem(&viewer.get(&format!("{RUNS}?state=done")).await, 400, "invalid-request", "state");

    // It is over: it has what a pause is for, and nothing goes on.
    for (what, status) in [("pause", 200), ("cancel", 200), ("resume", 409), ("retry", 409)] {
        let steered = api.send(Method::POST, &format!("{}/{what}", started.location()), &[], "").await;
        assert_eq!(steered.status, status, "{what}: {}", steered.text);
    }
    assert_eq!(viewer.get(started.location()).await.json()["state"], "done");
}

async fn what_cannot_be_run_is_pointed_at(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "editor@test.test").await;

    for (body, status, kind, pointer) in [
        (json!({}), 422, "unacceptable", "/filter"),
        (json!({"products": []}), 422, "unacceptable", "/products"),
        (json!({"products": ["oak-lamp", "Oak Lamp"]}), 422, "unacceptable", "/products/1"),
        (json!({"products": ["nowhere"]}), 422, "unacceptable", ""),
        (json!({"filter": {"vendor": [""]}}), 422, "unacceptable", "/filter/vendor/0"),
        (json!({"filter": {"q": "a\0b"}}), 422, "unacceptable", "/filter/q"),
        (json!({"filter": {}, "parts": ["colour"]}), 422, "unacceptable", "/parts/0"),
        (json!({"filter": {}, "cap": "1,50"}), 422, "unacceptable", "/cap"),
        (json!({"filter": {}, "provider_id": NOBODYS}), 422, "unacceptable", ""),
        (json!({"filter": {"colour": "red"}}), 400, "invalid-request", "/filter/colour"),
        (json!({"filter": {}, "model": "large"}), 400, "invalid-request", "/model"),
        (json!({"filter": {}, "cap": 5}), 400, "invalid-request", "/cap"),
    ] {
        problem(&api.post(RUNS, &body).await, status, kind, pointer);
    }
    assert_eq!(program.sql("SELECT count(*) FROM jobs"), "0");
    problem(&api.send(Method::POST, RUNS, &[("content-type", "text/csv")], "{}").await, 415, "unsupported-media-type", "");
    let paused = format!("{RUNS}/{NOBODYS}/pause");
    problem(&api.post(&paused, &json!({"now": true})).await, 400, "invalid-request", "/now");
    problem(&api.post(&paused, &json!({})).await, 404, "not-found", "");
    for nowhere in ["latest", NOBODYS, "%ff"] {
        problem(&api.get(&format!("{RUNS}/{nowhere}")).await, 404, "not-found", "");
    }
}

async fn a_run_that_is_sent_again_is_started_once(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "editor@test.test").await;
    let handle = handles(&api, 1).await.remove(0);
    let start = async || api.post_with(RUNS, &[("idempotency-key", "nightly")], &json!({"products": [handle], "parts": ["title"]})).await;

    let (first, again) = (start().await, start().await);

    assert_eq!((first.status, again.status, again.header("idempotency-replayed"), &again.text), (201, 201, "true", &first.text));
    assert_eq!(again.location(), first.location());
    assert_eq!(program.sql("SELECT count(*) FROM jobs"), "1");
    assert_eq!(first.json()["spec"]["products"], json!([handle]));
}

async fn a_run_whose_answer_was_lost_is_not_started_twice(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "editor@test.test").await;
    let handle = handles(&api, 1).await.remove(0);
    let start = async || api.post_with(RUNS, &[("idempotency-key", "nightly")], &json!({"products": [handle], "parts": ["title"]})).await;
    let first = start().await;
    finished(&api, first.location()).await;
    fails(&program, engine, first.location(), &handle);
    let retry = async || api.send(Method::POST, &format!("{}/retry", first.location()), &[("idempotency-key", "again")], "").await;
    let first_retry = retry().await;
    finished(&api, first_retry.location()).await;

    // As after a crash between the start of a run and its answer, a while ago.
    program.sql("UPDATE idempotency_keys SET status = NULL, body = NULL, created_at = created_at - 120000000");
    let (again, retried_again) = (start().await, retry().await);

    assert_eq!((again.status, again.header("idempotency-replayed"), again.location()), (201, "", first.location()), "{}", again.text);
    assert_eq!((retried_again.status, retried_again.location()), (201, first_retry.location()), "{}", retried_again.text);
    assert_ne!(first.location(), first_retry.location());
    assert_eq!(program.sql("SELECT count(*) FROM jobs"), "2");
    // Without a key each is one of its own.
    assert_eq!(api.post(RUNS, &json!({"products": [handle], "parts": ["title"]})).await.status, 201);
    assert_eq!(program.sql("SELECT count(*) FROM jobs"), "3");
}

async fn runs_and_what_they_have_written_are_read_part_by_part(engine: Engine) {
    let program = Program::serving(engine).await;
    let (api, other) = (Api::of(&program, "editor@test.test").await, Api::of(&program, "owner@second.test").await);
    let handles = handles(&api, 5).await;
    let mut runs = Vec::new();
    for handle in &handles[..3] {
        runs.push(written(&api, &[handle]).await);
    }
    let many = written(&api, &handles).await;
    runs.push(many.clone());
    for handle in &handles {
        fails(&program, engine, &many, handle);
    }

    let listed = in_parts(&api, RUNS, "runs", 3).await;
    // One that begins meanwhile is in front of all parts.
    let first = api.get(&format!("{RUNS}?limit=2")).await.json();
    let latest = written(&api, &handles[..1]).await;
    let behind = api.get(&format!("{RUNS}?limit=2&cursor={}", first["next"].as_str().unwrap())).await.json();

    runs.reverse();
    assert_eq!(listed.iter().map(address).collect::<Vec<_>>(), runs);
    assert_eq!(behind["runs"].as_array().unwrap().iter().map(address).collect::<Vec<_>>(), runs[2..]);
    assert_eq!(address(&api.get(&format!("{RUNS}?limit=1")).await.json()["runs"][0]), latest);
    let results = in_parts(&api, &format!("{many}/results"), "results", 2).await;
    assert_eq!(json!(results), api.get(&format!("{many}/results?limit=250")).await.json()["results"]);
    assert_eq!(results.len() as u64, api.get(&many).await.json()["progress"]["written"].as_u64().unwrap());
    let failures = in_parts(&api, &format!("{many}/failures"), "failures", 2).await;
    assert_eq!(failures.len(), 5, "{failures:?}");
    let next = first["next"].as_str().unwrap();
    for path in [format!("{many}/results?cursor={next}"), format!("{RUNS}?cursor=nonsense"), format!("{many}/failures?cursor=nonsense")] {
        problem(&api.get(&path).await, 400, "invalid-request", "cursor");
    }
    problem(&other.get(&format!("{RUNS}?cursor={next}")).await, 400, "invalid-request", "cursor");
    problem(&api.get(&format!("{many}/results?limit=251")).await, 400, "invalid-request", "limit");
}

async fn what_failed_is_tried_again(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "editor@test.test").await;
    let handle = handles(&api, 1).await.remove(0);
    let run = written(&api, &[&handle]).await;
    fails(&program, engine, &run, &handle);

    let failures = api.get(&format!("{run}/failures")).await.json();
    let again = api.send(Method::POST, &format!("{run}/retry"), &[("idempotency-key", "again")], "").await;

    assert_eq!((&failures["failures"][0]["handle"], &failures["failures"][0]["reason"]), (&json!(handle), &json!("No answer.")), "{failures}");
    assert_eq!((again.status, &again.json()["progress"]["total"]), (201, &json!(1)), "{}", again.text);
    assert_ne!(again.location(), run);
    finished(&api, again.location()).await;
}

async fn a_run_of_another_store_is_not_there(engine: Engine) {
    let program = Program::serving(engine).await;
    let (api, other) = (Api::of(&program, "owner@demo.test").await, Api::of(&program, "owner@second.test").await);
    let handle = handles(&api, 1).await.remove(0);
    let run = written(&api, &[&handle]).await;
    let before = program.sql("SELECT state, cancel_requested, paused FROM jobs");

    for what in ["", "/results", "/failures"] {
        problem(&other.get(&format!("{run}{what}")).await, 404, "not-found", "");
    }
    for what in ["pause", "resume", "cancel", "retry"] {
        problem(&other.send(Method::POST, &format!("{run}/{what}"), &[], "").await, 404, "not-found", "");
    }
    problem(&other.post(RUNS, &json!({"products": [handle]})).await, 422, "unacceptable", "");
    assert_eq!(other.get(RUNS).await.json()["runs"], json!([]));
    assert_eq!(program.sql("SELECT state, cancel_requested, paused FROM jobs"), before);
}

async fn a_run_is_started_by_whoever_may(engine: Engine) {
    let program = Program::serving(engine).await;
    let owner = Api::of(&program, "owner@demo.test").await;
    let handle = handles(&owner, 1).await.remove(0);
    let run = written(&owner, &[&handle]).await;
    let new = json!({"products": [handle], "parts": ["title"]});

    for email in ["viewer@test.test", "reviewer@test.test"] {
        let api = Api::of(&program, email).await;
        assert_eq!((api.get(&run).await.status, api.get(RUNS).await.status, api.get("/api/v1/providers").await.status), (200, 200, 200), "{email}");
        problem(&api.post("/api/v1/runs/estimate", &new).await, 403, "forbidden", "");
        problem(&api.post(RUNS, &new).await, 403, "forbidden", "");
        for what in ["pause", "resume", "cancel", "retry"] {
            problem(&api.send(Method::POST, &format!("{run}/{what}"), &[], "").await, 403, "forbidden", "");
        }
    }
    assert_eq!(program.sql("SELECT count(*) FROM jobs"), "1");
    // The built-in writer is there for everybody, and nobody is told where a provider is.
    let providers = owner.get("/api/v1/providers").await.json();
    assert_eq!((&providers["providers"][0]["kind"], providers["providers"][0].get("base_url")), (&json!("built_in"), None), "{providers}");
    with_scopes(&program, "runs:read");
    let refused = owner.post(RUNS, &new).await;
    problem(&refused, 403, "insufficient-scope", "");
    assert!(refused.header("www-authenticate").ends_with("scope=\"runs:write\""), "{:?}", refused.headers);
    assert_eq!(owner.get(RUNS).await.status, 200);
    with_scopes(&program, "runs:write");
    problem(&owner.get(RUNS).await, 403, "insufficient-scope", "");
}

/// Of some products.
pub(super) async fn handles(api: &Api, count: usize) -> Vec<String> {
    let page = api.get(&format!("/api/v1/products?fields=handle&sort=title&limit={count}")).await.json();
    page["products"].as_array().unwrap().iter().map(|product| product["handle"].as_str().unwrap().to_owned()).collect()
}

/// Has titles and descriptions of some products written; where the run is.
pub(super) async fn written(api: &Api, handles: &[impl AsRef<str>]) -> String {
    let products: Vec<&str> = handles.iter().map(AsRef::as_ref).collect();
    let started = api.post(RUNS, &json!({"products": products, "parts": ["title", "description"]})).await;
    assert_eq!(started.status, 201, "{}", started.text);
    let run = finished(api, started.location()).await;
    assert_eq!(run["state"], "done", "{run}");
    started.location().to_owned()
}

/// As if nothing could be written for a product.
fn fails(program: &Program, engine: Engine, run: &str, handle: &str) {
    let id = run.rsplit('/').next().unwrap().replace('-', "");
    let of_run = if engine == Engine::Sqlite { format!("lower(hex(j.id)) = '{id}'") } else { format!("j.id = '{id}'") };
    program.sql(&format!(
        "INSERT INTO run_failures SELECT j.id, p.key, 'No answer.', 0 FROM jobs j, products p WHERE p.handle = '{handle}' AND {of_run}"
    ));
}

/// A list as it is read with small parts.
pub(super) async fn in_parts(api: &Api, path: &str, name: &str, limit: usize) -> Vec<Value> {
    let (mut all, mut address) = (Vec::new(), format!("{path}?limit={limit}"));
    loop {
        let reply = api.get(&address).await;
        let page = reply.json();
        assert_eq!(reply.status, 200, "{page}");
        let part = page[name].as_array().unwrap();
        all.extend(part.iter().cloned());
        let Some(next) = page["next"].as_str() else { return all };
        assert_eq!(part.len(), limit, "{page}");
        address = format!("{path}?limit={limit}&cursor={next}");
        assert_eq!(reply.header("link"), format!("<{address}>; rel=\"next\""));
    }
}

/// A run once it is over.
pub(super) async fn finished(api: &Api, run: &str) -> Value {
    until(api, run, |run| ["done", "failed", "cancelled"].iter().any(|state| run["state"] == *state)).await
}

async fn until(api: &Api, run: &str, ready: impl Fn(&Value) -> bool) -> Value {
    let mut last = Value::Null;
    for _ in 0..1_200 {
        let reply: Reply = api.get(run).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        last = reply.json();
        if ready(&last) {
            return last;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{last}");
}

fn address(run: &Value) -> String {
    format!("{RUNS}/{}", run["id"].as_str().unwrap())
}
