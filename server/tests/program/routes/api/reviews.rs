//! Suggestions: the queue, and what is decided about them.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    Api, problem,
    runs::{handles, written},
    with_scopes,
};
use crate::support::{Engine, Program, on_both_engines};

on_both_engines!(
    a_queue_is_read_part_by_part,
    a_suggestion_is_approved_in_parts_and_edited,
    a_suggestion_is_rejected_or_written_again,
    what_was_changed_since_is_not_overwritten_unseen,
    a_suggestion_is_given_to_somebody,
    many_are_approved_as_they_are,
    what_cannot_be_decided_is_pointed_at,
    a_suggestion_of_another_store_is_not_there,
    a_suggestion_is_decided_by_whoever_may,
);

const REVIEWS: &str = "/api/v1/reviews";

/// Nobody's.
const NOBODYS: &str = "0195a000-0000-7000-8000-000000000000";

async fn a_queue_is_read_part_by_part(engine: Engine) {
    let (_program, api) = suggested(engine, 9).await;
    let first = api.get(&format!("{REVIEWS}?limit=4")).await;
    let total = first.json()["total"].as_u64().unwrap();

    let (mut seen, mut address) = (Vec::new(), format!("{REVIEWS}?limit=4"));
    loop {
        let reply = api.get(&address).await;
        let page = reply.json();
        assert_eq!((reply.status, &page["total"]), (200, &json!(total)), "{page}");
        seen.extend(ids(&page));
        let Some(next) = page["next"].as_str() else { break };
        address = format!("{REVIEWS}?limit=4&cursor={next}");
        assert_eq!(reply.header("link"), format!("<{address}>; rel=\"next\""));
    }

    assert!(total > 4 && seen.len() as u64 == total && seen.iter().collect::<BTreeSet<_>>().len() as u64 == total, "{seen:?}");
    let mut newest = ids(&api.get(&format!("{REVIEWS}?sort=-created&limit=50")).await.json());
    newest.reverse();
    assert_eq!(newest, seen);
    let count = async |query: &str| api.get(&format!("{REVIEWS}?{query}")).await.json()["total"].as_u64().unwrap();
    assert_eq!(count("findings=true").await, first.json()["with_findings"].as_u64().unwrap());
    assert_eq!(count("findings=true").await + count("findings=false").await, total);
    assert_eq!((count("assignee=nobody").await, count("assignee=me").await, count("status=approved").await), (total, 0, 0));
    let run = first.json()["reviews"][0]["run_id"].as_str().unwrap().to_owned();
    assert_eq!((count(&format!("run={run}")).await, count(&format!("run={NOBODYS}")).await, count("type=Nothing").await), (total, 0, 0));
    let known = api.send(Method::GET, &format!("{REVIEWS}?limit=4"), &[("if-none-match", first.header("etag"))], "").await;
    assert_eq!(known.status, 304);
    let next = first.json()["next"].as_str().unwrap().to_owned();
    for (query, parameter) in [
        ("status=new".to_owned(), "status"),
        ("limit=51".to_owned(), "limit"),
        ("run=latest".to_owned(), "run"),
        ("page=2".to_owned(), "page"),
        ("type=a%00b".to_owned(), "type"),
        ("cursor=nonsense".to_owned(), "cursor"),
        (format!("sort=-created&cursor={next}"), "cursor"),
    ] {
        problem(&api.get(&format!("{REVIEWS}?{query}")).await, 400, "invalid-request", parameter);
    }
}

async fn a_suggestion_is_approved_in_parts_and_edited(engine: Engine) {
    let (_program, api) = suggested(engine, 6).await;
    let review = with_description(&api).await.remove(0);
    let (address, product) = (format!("{REVIEWS}/{}", text(&review["id"])), format!("/api/v1/products/{}", text(&review["product_id"])));
    let before = api.get(&product).await.json();
    let decision = json!({"decision": "approve", "fields": ["description"], "edits": {"description": "<p>Written by hand.</p>"}});
    let decide = async || api.post_with(&format!("{address}/decision"), &[("idempotency-key", "decided")], &decision).await;

    let (done, again) = (decide().await, decide().await);

    assert_eq!((done.status, &done.json()["status"]), (200, &json!("approved")), "{}", done.text);
    assert!(done.json()["decided"]["by"].as_str().is_some_and(|by| !by.is_empty()), "{}", done.text);
    assert_eq!((again.status, again.header("idempotency-replayed"), &again.text), (200, "true", &done.text));
    let after = api.get(&product).await.json();
    assert_eq!(
        (&after["description"], &after["title"], &after["optimisation"]),
        (&json!("<p>Written by hand.</p>"), &before["title"], &json!("published"))
    );
    assert_eq!(api.get(&address).await.json(), done.json());
    for other in [json!({"decision": "approve"}), json!({"decision": "reject"})] {
        problem(&api.post(&format!("{address}/decision"), &other).await, 409, "conflict", "");
    }
    assert_eq!(api.get(&product).await.json(), after);
}

async fn a_suggestion_is_rejected_or_written_again(engine: Engine) {
    let (_program, api) = suggested(engine, 6).await;
    let reviews = with_description(&api).await;
    let decide = async |review: &Value, decision: Value| api.post(&format!("{REVIEWS}/{}/decision", text(&review["id"])), &decision).await;

    let rejected = decide(&reviews[0], json!({"decision": "reject", "reason": "It says nothing."})).await;
    let sent_back = decide(&reviews[1], json!({"decision": "request_changes", "remark": "Shorter."})).await;

    assert_eq!((rejected.status, &rejected.json()["status"]), (200, &json!("rejected")), "{}", rejected.text);
    assert_eq!(rejected.json()["decided"]["reason"], "It says nothing.");
    assert_eq!((sent_back.status, &sent_back.json()["status"]), (200, &json!("changes")), "{}", sent_back.text);
    assert_eq!(sent_back.json()["decided"]["reason"], "Shorter.");
    // What is sent back is a run of its own.
    let runs = api.get("/api/v1/runs").await.json();
    assert_eq!(runs["runs"].as_array().unwrap().len(), 2, "{runs}");
}

async fn what_was_changed_since_is_not_overwritten_unseen(engine: Engine) {
    let (_program, api) = suggested(engine, 6).await;
    let review = with_description(&api).await.remove(0);
    let (address, product) = (format!("{REVIEWS}/{}", text(&review["id"])), text(&review["product_id"]));
    assert_eq!(api.patch(product, "*", &json!({"description": "<p>Changed since.</p>"})).await.status, 200);
    let approve = async |decision: Value| api.post(&format!("{address}/decision"), &decision).await;

    let unseen = approve(json!({"decision": "approve"})).await;

    problem(&unseen, 412, "changed-meanwhile", "/seen/description");
    let shown = api.get(&address).await.json();
    assert_eq!(shown["status"], "open");
    let field = shown["fields"].as_array().unwrap().iter().find(|field| field["field"] == "description").unwrap();
    assert_eq!(field["changed_since"]["value"], "<p>Changed since.</p>", "{field}");
    let seen = approve(json!({"decision": "approve", "seen": {"description": field["changed_since"]["version"]}})).await;
    assert_eq!((seen.status, &seen.json()["status"]), (200, &json!("approved")), "{}", seen.text);
    assert_eq!(api.get(&format!("/api/v1/products/{product}")).await.json()["description"], field["after"]);
}

async fn a_suggestion_is_given_to_somebody(engine: Engine) {
    let (_program, api) = suggested(engine, 6).await;
    let review = with_description(&api).await.remove(0);
    let address = format!("{REVIEWS}/{}", text(&review["id"]));
    let reviewers = api.get("/api/v1/reviewers").await.json();
    let list = reviewers["reviewers"].as_array().unwrap();
    // Whoever may not decide is not among them.
    assert_eq!(list.len(), 3, "{reviewers}");
    let give = async |to: Value| api.post(&format!("{address}/assignee"), &json!({"assignee": to})).await;

    let given = give(list[0]["id"].clone()).await;

    assert_eq!((given.status, &given.json()["assignee"]), (200, &list[0]), "{}", given.text);
    assert_eq!((api.get(&address).await.json(), give(Value::Null).await.json()["assignee"].clone()), (given.json(), Value::Null));
    problem(&give(json!(NOBODYS)).await, 422, "unacceptable", "/assignee");
    problem(&give(json!("ada")).await, 400, "invalid-request", "/assignee");
    problem(&api.post(&format!("{address}/assignee"), &json!({})).await, 400, "invalid-request", "/assignee");
    problem(&api.post(&format!("{REVIEWS}/{NOBODYS}/assignee"), &json!({"assignee": null})).await, 404, "not-found", "");
    assert_eq!(api.post(&format!("{address}/decision"), &json!({"decision": "reject"})).await.status, 200);
    problem(&give(Value::Null).await, 409, "conflict", "");
}

async fn many_are_approved_as_they_are(engine: Engine) {
    let (program, api) = suggested(engine, 9).await;
    // Half of them need a closer look, whatever the rules find in them.
    program.sql("UPDATE content_reviews SET odd = (product_key % 2 = 0)");
    let page = api.get(&format!("{REVIEWS}?limit=50")).await.json();
    let (total, odd) = (page["total"].as_u64().unwrap(), page["with_findings"].as_u64().unwrap());
    let approve = async |body: Value| api.post(&format!("{REVIEWS}/approve"), &body).await;

    let nothing = approve(json!({"type": "Nothing"})).await.json();
    let usual = approve(json!({})).await.json();
    let again = approve(json!({})).await.json();
    let looked_at = approve(json!({"findings": true, "run": page["reviews"][0]["run_id"]})).await.json();

    assert_eq!(nothing, json!({"approved": 0, "already": 0, "stale": 0, "refused": 0, "next": null}));
    assert_eq!((&usual["approved"], &again["approved"], &looked_at["approved"]), (&json!(total - odd), &json!(0), &json!(odd)), "{page}");
    assert_eq!(api.get(&format!("{REVIEWS}?status=approved")).await.json()["total"], total);
    problem(&approve(json!({"cursor": "nonsense"})).await, 400, "invalid-request", "/cursor");
    problem(&approve(json!({"status": "open"})).await, 400, "invalid-request", "/status");
}

async fn what_cannot_be_decided_is_pointed_at(engine: Engine) {
    let (program, api) = suggested(engine, 6).await;
    let review = with_description(&api).await.remove(0);
    let address = format!("{REVIEWS}/{}", text(&review["id"]));
    let before = program.sql("SELECT count(*) FROM change_log");

    for (body, status, kind, pointer) in [
        (json!({}), 400, "invalid-request", "/decision"),
        (json!({"decision": "approve", "colour": 1}), 400, "invalid-request", "/colour"),
        (json!({"decision": "approve", "edits": {"colour": "red"}}), 400, "invalid-request", "/edits/colour"),
        (json!({"decision": "approve", "fields": ["seo_title"]}), 422, "unacceptable", "/fields/0"),
        (json!({"decision": "approve", "edits": {"seo_title": "A"}}), 422, "unacceptable", "/edits/seo_title"),
        (json!({"decision": "approve", "seen": {"vendor": 1}}), 422, "unacceptable", "/seen/vendor"),
        (json!({"decision": "reject", "reason": "r".repeat(2_001)}), 422, "unacceptable", ""),
        (json!({"decision": "request_changes"}), 422, "unacceptable", "/remark"),
    ] {
        problem(&api.post(&format!("{address}/decision"), &body).await, status, kind, pointer);
    }
    assert_eq!(program.sql("SELECT count(*) FROM change_log"), before);
    assert_eq!(api.get(&address).await.json()["status"], "open");
    for nowhere in ["latest", NOBODYS] {
        problem(&api.get(&format!("{REVIEWS}/{nowhere}")).await, 404, "not-found", "");
        problem(&api.post(&format!("{REVIEWS}/{nowhere}/decision"), &json!({"decision": "reject"})).await, 404, "not-found", "");
    }
    // What would be written instead is judged without being kept.
    let judged = api.post(&format!("{address}/judgement"), &json!({"description": "Win a cruise."})).await;
    assert_eq!(judged.status, 200, "{}", judged.text);
    assert!(judged.json()["findings"].as_array().unwrap().iter().any(|finding| finding["kind"] == "too_short"), "{}", judged.text);
    problem(&api.post(&format!("{address}/judgement"), &json!({"colour": "red"})).await, 400, "invalid-request", "/colour");
    assert_eq!(program.sql("SELECT count(*) FROM change_log"), before);
}

async fn a_suggestion_of_another_store_is_not_there(engine: Engine) {
    let (program, api) = suggested(engine, 6).await;
    let other = Api::of(&program, "owner@second.test").await;
    let review = with_description(&api).await.remove(0);
    let address = format!("{REVIEWS}/{}", text(&review["id"]));
    let rows = || program.sql("SELECT status, count(*), count(assignee_id) FROM content_reviews GROUP BY status");
    let before = rows();

    problem(&other.get(&address).await, 404, "not-found", "");
    problem(&other.post(&format!("{address}/decision"), &json!({"decision": "reject"})).await, 404, "not-found", "");
    problem(&other.post(&format!("{address}/assignee"), &json!({"assignee": null})).await, 404, "not-found", "");
    problem(&other.post(&format!("{address}/judgement"), &json!({"title": "Lamp"})).await, 404, "not-found", "");
    assert_eq!(other.post(&format!("{REVIEWS}/approve"), &json!({"findings": true})).await.json()["approved"], 0);
    let run = text(&review["run_id"]);
    for list in [REVIEWS.to_owned(), format!("{REVIEWS}?run={run}")] {
        assert_eq!(other.get(&list).await.json(), json!({"reviews": [], "total": 0, "with_findings": 0, "next": null}));
    }
    let theirs = api.get(&format!("{REVIEWS}?limit=1")).await.json();
    problem(&other.get(&format!("{REVIEWS}?limit=1&cursor={}", text(&theirs["next"]))).await, 400, "invalid-request", "cursor");
    let reviewers = other.get("/api/v1/reviewers").await.json();
    assert_eq!(reviewers["reviewers"].as_array().unwrap().len(), 1, "{reviewers}");
    let stranger = json!({"assignee": reviewers["reviewers"][0]["id"]});
    problem(&api.post(&format!("{address}/assignee"), &stranger).await, 422, "unacceptable", "/assignee");
    assert_eq!(rows(), before);
}

async fn a_suggestion_is_decided_by_whoever_may(engine: Engine) {
    let (program, owner) = suggested(engine, 6).await;
    let reviews = with_description(&owner).await;
    let (viewer, reviewer) = (Api::of(&program, "viewer@test.test").await, Api::of(&program, "reviewer@test.test").await);
    let address = |number: usize| format!("{REVIEWS}/{}", text(&reviews[number]["id"]));
    let reject = json!({"decision": "reject"});

    for path in [REVIEWS, &address(0), "/api/v1/reviewers"] {
        assert_eq!(viewer.get(path).await.status, 200, "{path}");
    }
    problem(&viewer.post(&format!("{}/decision", address(0)), &reject).await, 403, "forbidden", "");
    problem(&viewer.post(&format!("{}/assignee", address(0)), &json!({"assignee": null})).await, 403, "forbidden", "");
    problem(&viewer.post(&format!("{REVIEWS}/approve"), &json!({})).await, 403, "forbidden", "");
    assert_eq!(viewer.post(&format!("{}/judgement", address(0)), &json!({"title": "Lamp"})).await.status, 200);
    assert_eq!(reviewer.post(&format!("{}/decision", address(0)), &reject).await.status, 200);

    with_scopes(&program, "reviews:read runs:write");
    let refused = owner.post(&format!("{}/decision", address(1)), &reject).await;
    problem(&refused, 403, "insufficient-scope", "");
    assert!(refused.header("www-authenticate").ends_with("scope=\"reviews:write\""), "{:?}", refused.headers);
    assert_eq!(owner.get(&address(1)).await.json()["status"], "open");
    with_scopes(&program, "reviews:write");
    problem(&owner.get(REVIEWS).await, 403, "insufficient-scope", "");
}

/// A program with suggestions for some products, and its owner.
pub(super) async fn suggested(engine: Engine, products: usize) -> (Program, Api) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "owner@demo.test").await;
    let handles = handles(&api, products).await;
    written(&api, &handles).await;
    (program, api)
}

/// Those with a description in them.
pub(super) async fn with_description(api: &Api) -> Vec<Value> {
    let page = api.get(&format!("{REVIEWS}?limit=50")).await.json();
    let has = |review: &&Value| review["fields"].as_array().unwrap().iter().any(|field| field["field"] == "description");
    let reviews: Vec<Value> = page["reviews"].as_array().unwrap().iter().filter(has).cloned().collect();
    assert!(reviews.len() > 1, "{page}");
    reviews
}

pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value}"))
}

fn ids(page: &Value) -> Vec<String> {
    page["reviews"].as_array().unwrap().iter().map(|review| text(&review["id"]).to_owned()).collect()
}
