//! Who belongs to a store.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Api, problem, with_scopes};
use crate::support::{Engine, Program, on_both_engines};

on_both_engines!(an_owner_is_told_who_belongs_to_the_store);

async fn an_owner_is_told_who_belongs_to_the_store(engine: Engine) {
    let program = Program::serving(engine).await;
    let (owner, other) = (Api::of(&program, "owner@demo.test").await, Api::of(&program, "owner@second.test").await);
    let roles = |list: &Value| -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        list["members"].as_array().unwrap().iter().map(|member| (text(&member["email"]), text(&member["role"]))).collect()
    };

    let (own, others) = (roles(&owner.get("/api/v1/members").await.json()), roles(&other.get("/api/v1/members").await.json()));

    let expected = [("owner@demo.test", "owner"), ("editor@test.test", "editor"), ("reviewer@test.test", "reviewer"), ("viewer@test.test", "viewer")];
    assert_eq!(own.len(), 4, "{own:?}");
    assert!(expected.iter().all(|(email, role)| own.contains(&((*email).to_owned(), (*role).to_owned()))), "{own:?}");
    assert_eq!(json!(others), json!([["owner@second.test", "owner"]]));
    // By the same ids as where people are chosen.
    let ids = |list: &Value| -> BTreeSet<String> { list.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect() };
    let (members, reviewers) = (owner.get("/api/v1/members").await.json(), owner.get("/api/v1/reviewers").await.json());
    assert!(ids(&members["members"]).len() == 4 && ids(&reviewers["reviewers"]).is_subset(&ids(&members["members"])), "{members} {reviewers}");
    for email in ["viewer@test.test", "reviewer@test.test", "editor@test.test"] {
        problem(&Api::of(&program, email).await.get("/api/v1/members").await, 403, "forbidden", "");
    }
    with_scopes(&program, "products:read usage:read");
    let refused = owner.get("/api/v1/members").await;
    problem(&refused, 403, "insufficient-scope", "");
    assert!(refused.header("www-authenticate").ends_with("scope=\"members:read\""), "{:?}", refused.headers);
}
