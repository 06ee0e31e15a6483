//! Jobs: how far they are, and stopping them.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    Api,
    imports::{FILE, send},
    problem, with_scopes,
};
use crate::support::{Engine, Program, on_both_engines};

on_both_engines!(jobs_are_listed_and_read, a_job_is_stopped, jobs_are_for_those_who_may);

/// A job once it is over.
pub(super) async fn over(api: &Api, address: &str) -> Value {
    for _ in 0..1_200 {
        let reply = api.get(address).await;
        assert_eq!(reply.status, 200, "{address}: {}", reply.text);
        let job = reply.json();
        if ["done", "failed", "cancelled"].iter().any(|state| job["state"] == *state) {
            return job;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{address} is not over");
}

async fn jobs_are_listed_and_read(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "owner@second.test").await;
    assert_eq!(api.get("/api/v1/jobs").await.json(), json!({"jobs": []}));
    let started = send(&api, "?file_name=first.csv", &[], FILE).await.location().to_owned();
    let job = over(&api, &started).await;
    over(&api, send(&api, "?file_name=second.csv&dry_run=true", &[], FILE).await.location()).await;

    let reply = api.get("/api/v1/jobs").await;

    let jobs = reply.json();
    assert_eq!((&jobs["jobs"][0]["file_name"], &jobs["jobs"][1]["file_name"]), (&json!("second.csv"), &json!("first.csv")), "{jobs}");
    assert_eq!((&jobs["jobs"][1]["id"], &jobs["jobs"][1]["progress"]), (&job["id"], &job["progress"]));
    assert!(job["finished_at"].as_str().unwrap().ends_with('Z') && job["progress"]["bytes"] == FILE.len(), "{job}");
    assert_eq!(api.send(Method::GET, "/api/v1/jobs", &[("if-none-match", reply.header("etag"))], "").await.status, 304);
    let known = api.get(&started).await;
    assert_eq!(api.send(Method::GET, &started, &[("if-none-match", known.header("etag"))], "").await.status, 304);
    for nowhere in ["0195a000-0000-7000-8000-000000000000", "latest"] {
        problem(&api.get(&format!("/api/v1/jobs/{nowhere}")).await, 404, "not-found", "");
        problem(&api.post(&format!("/api/v1/jobs/{nowhere}/cancel"), &json!({})).await, 404, "not-found", "");
    }
}

async fn a_job_is_stopped(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "owner@second.test").await;
    let started = send(&api, "", &[], FILE).await.location().to_owned();
    over(&api, &started).await;
    // As if nobody had begun it yet.
    program.sql("UPDATE jobs SET state = 'queued', finished_at = NULL, leased_until = NULL, leased_by = NULL, paused = TRUE");

    let stopped = api.post(&format!("{started}/cancel"), &json!({})).await;
    let again = api.send(Method::POST, &format!("{started}/cancel"), &[], "").await;

    assert_eq!(
        (stopped.status, &stopped.json()["state"], &stopped.json()["cancelling"]),
        (200, &json!("cancelled"), &json!(false)),
        "{}",
        stopped.text
    );
    // One that is over already has what was wanted.
    assert_eq!((again.status, &again.text), (200, &stopped.text));
    problem(&api.post(&format!("{started}/cancel"), &json!({"now": true})).await, 400, "invalid-request", "/now");
}

async fn jobs_are_for_those_who_may(engine: Engine) {
    let program = Program::serving(engine).await;
    let (owner, viewer) = (Api::of(&program, "owner@demo.test").await, Api::of(&program, "viewer@test.test").await);
    let other = Api::of(&program, "owner@second.test").await;
    let job = send(&owner, "?dry_run=true", &[], FILE).await.location().to_owned();
    over(&owner, &job).await;
    let cancel = format!("{job}/cancel");

    assert_eq!((viewer.get(&job).await.status, viewer.get("/api/v1/jobs").await.status), (200, 200));
    problem(&viewer.post(&cancel, &json!({})).await, 403, "forbidden", "");
    problem(&other.get(&job).await, 404, "not-found", "");
    problem(&other.post(&cancel, &json!({})).await, 404, "not-found", "");
    assert_eq!(other.get("/api/v1/jobs").await.json(), json!({"jobs": []}));
    with_scopes(&program, "jobs:read");
    problem(&owner.post(&cancel, &json!({})).await, 403, "insufficient-scope", "");
    assert_eq!(owner.get(&job).await.status, 200);
    with_scopes(&program, "jobs:write products:read");
    problem(&owner.get(&job).await, 403, "insufficient-scope", "");
    problem(&owner.get("/api/v1/jobs").await, 403, "insufficient-scope", "");
}
