//! What every answer carries so that a browser does with it what is meant, and no more.

use std::collections::BTreeSet;

use super::{place::Place, rows::rows};
use crate::support::{Client, Engine, PASSWORD, Program, Reply};

#[tokio::test]
async fn every_address_answers_with_its_policy() {
    let place = Place::open(Engine::Sqlite).await;
    let everybody = place.everybody().await;
    let [nobody, .., viewer, _, _, _] = &everybody;
    let mut pages = BTreeSet::new();

    // A viewer's answers, and those of whoever is not let in.
    for row in rows().iter().filter(|row| row.route != "POST /sign-out") {
        for asker in [nobody, viewer] {
            let reply = place.ask(asker, row).await.reply;
            let told = format!("{} by {}: {} {:?}", row.route, asker.who, reply.status, reply.headers);
            if strict(&reply, &told) {
                pages.insert(row.route);
            }
            let may_be_kept = ["public, ", "private, no-cache", "no-store"].iter().any(|start| reply.header("cache-control").starts_with(start));
            assert!(may_be_kept, "{told}");
            if row.least.is_some() {
                assert!(!reply.header("cache-control").contains("public"), "{told}");
            }
        }
    }
    assert!(pages.len() > 18, "{pages:?}");
}

#[tokio::test]
async fn whatever_is_refused_has_its_policy_too() {
    let program = Program::serving(Engine::Sqlite).await;
    let client = program.signed_in("viewer@test.test").await;

    for address in ["/nowhere", "/products/nowhere", "/runs/nonsense", "/imports/%ff", "/products/%ff", "/sign-in/x", "/api/v1/docs", "/pkg/", "/%00"]
    {
        strict(&client.get(address).await, address);
    }
    let cross_site = client.post_with("/theme", &[], &[("sec-fetch-site", "cross-site")]).await;
    strict(&cross_site, "a write from another site");
    strict(&client.sign_in("viewer@test.test", "wrong").await, "a wrong password");
    strict(&client.post("/settings/providers", &[("do", "remove"), ("id", "x")]).await, "a form of an owner's");
    strict(&client.post("/nowhere", &[]).await, "a form that goes nowhere");
}

#[tokio::test]
async fn a_nonce_is_used_once_and_is_nothing_that_was_sent() {
    let program = Program::serving(Engine::Sqlite).await;
    let client = program.signed_in("viewer@test.test").await;
    let nonce = |reply: &Reply| {
        let policy = reply.header("content-security-policy").to_owned();
        policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).expect("a nonce").to_owned()
    };

    let nonces: BTreeSet<String> =
        [client.get("/products").await, client.get("/products").await, client.get("/runs").await].iter().map(nonce).collect();

    assert_eq!(nonces.len(), 3);
    assert!(nonces.iter().all(|nonce| nonce.len() >= 16), "{nonces:?}");
}

#[tokio::test]
async fn the_sessions_cookie_is_for_the_server_alone() {
    let mut program = Program::serving(Engine::Sqlite).await;
    let here = parts_of_cookie(&program.client()).await;
    program.kill();
    program.serve_with(&[("VITRINE_PUBLIC_URL", "https://vitrine.example")]).await;
    let encrypted = parts_of_cookie(&program.client()).await;

    let always = ["HttpOnly", "Max-Age=2592000", "Path=/", "SameSite=Lax"];
    assert_eq!(Vec::from_iter(here), always);
    // Of no other host, whose name ends like this one's.
    assert_eq!(Vec::from_iter(encrypted), [&always[..], &["Secure"][..]].concat());
}

/// What a browser is told of the session's cookie, in the order of the alphabet.
async fn parts_of_cookie(client: &Client) -> BTreeSet<String> {
    let reply = client.sign_in("viewer@test.test", PASSWORD).await;
    assert_eq!(reply.status, 303, "{}", reply.text);
    reply.header("set-cookie").split("; ").skip(1).map(str::to_owned).collect()
}

/// Checks what an answer carries; whether it is a page.
#[track_caller]
fn strict(reply: &Reply, told: &str) -> bool {
    let policy = reply.header("content-security-policy");
    assert_eq!(reply.header("x-content-type-options"), "nosniff", "{told}");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{told}");
    assert_eq!(reply.header("access-control-allow-origin"), "", "{told}");
    for name in ["server", "x-powered-by"] {
        assert_eq!(reply.header(name), "", "{told}");
    }
    let is_page = reply.header("content-type").starts_with("text/html");
    if is_page {
        assert!(reply.header("content-type").contains("utf-8"), "{told}");
        for part in ["frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'", "script-src 'self'", "connect-src 'self'"] {
            assert!(policy.contains(part), "{told}");
        }
        assert_eq!((reply.header("referrer-policy"), reply.header("cross-origin-opener-policy")), ("same-origin", "same-origin"), "{told}");
        assert!(reply.header("permissions-policy").contains("camera=()"), "{told}");
        assert!(!reply.text.contains(" style=\"") && !reply.text.contains(" onclick="), "{told}");
    }
    is_page
}
