//! The browser's files and the headers of every answer.

use std::path::Path;

use reqwest::Method;

use crate::support::{Engine, Program};

#[tokio::test]
async fn hashed_files_are_compressed_and_kept_for_a_year() {
    let program = Program::serving(Engine::Sqlite).await;
    let client = program.signed_in("owner@demo.test").await;
    let page = client.get("/products").await.text;
    let is_module = |text: &&str| text.starts_with("/pkg/") && Path::new(text).extension().is_some_and(|extension| extension == "wasm");
    let address = page.split('"').find(is_module).expect("the page names its module").to_owned();

    let module = client.send(Method::GET, &address, &[("accept-encoding", "br")], "").await;

    assert_eq!(module.header("content-encoding"), "br");
    assert_eq!(module.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(module.header("content-type"), "application/wasm");
}

#[tokio::test]
async fn a_missing_chunk_is_never_a_page() {
    let program = Program::serving(Engine::Sqlite).await;

    let missing = program.client().get("/pkg/split_products.gone.wasm").await;

    assert_eq!((missing.status, missing.header("cache-control")), (404, "no-store"));
    assert!(!missing.text.contains("<html"), "{}", missing.text);
}

#[tokio::test]
async fn every_answer_has_a_strict_policy() {
    let program = Program::serving(Engine::Sqlite).await;
    let (client, anybody) = (program.signed_in("owner@demo.test").await, program.client());

    for (path, is_page) in
        [("/products", true), ("/sign-in", true), ("/not-there", true), ("/healthz", false), ("/icons.svg", false), ("/pictures/demo/1-1.svg", false)]
    {
        let reply = if path == "/sign-in" { anybody.get(path).await } else { client.get(path).await };
        let policy = reply.header("content-security-policy");
        let expected = if is_page { "default-src 'none'; script-src 'self'" } else { "default-src 'none'" };
        assert!(policy.starts_with(expected) && !policy.contains("unsafe-inline"), "{path}: {policy}");
        // What is no page runs nothing at all.
        assert_eq!(policy.contains("script-src"), is_page, "{path}: {policy}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
    }
    let (one, two) = (client.get("/products").await, client.get("/products").await);
    assert_ne!(one.header("content-security-policy"), two.header("content-security-policy"), "a nonce is used once");
}
