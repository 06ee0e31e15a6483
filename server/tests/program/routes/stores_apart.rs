//! Stores are strictly apart: nothing of one can be reached from the other, whatever the address. Server functions are asked in
//! `functions`.

use super::pages::first_handle;
use crate::support::{Engine, Program, on_both_engines};

on_both_engines!(nothing_of_another_store_is_reached);

async fn nothing_of_another_store_is_reached(engine: Engine) {
    let program = Program::serving(engine).await;
    let demo = program.signed_in("owner@demo.test").await;
    let handle = first_handle(&demo.get("/products").await.text);
    let job = demo.upload("shop.csv", "Title\nLamp\n".into(), &[("dry_run", "on")]).await.location().to_owned();
    let other = program.signed_in("owner@second.test").await;

    assert_eq!(other.get(&format!("/products/{handle}")).await.status, 404);
    assert_eq!(other.post(&format!("/products/{handle}"), &[("title", "Stolen")]).await.status, 404);
    assert_eq!(other.get(&job).await.status, 404);
    for path in ["cancel", "confirm"] {
        assert_eq!(other.post(&format!("{job}/{path}"), &[]).await.status, 404, "{path}");
    }
    assert_eq!(other.get(&format!("{job}/bad-rows.csv")).await.status, 404);
    let store = program.id("stores", "slug = 'demo'");
    assert_eq!(other.post("/switch-store", &[("store", &store)]).await.status, 404);
    assert!(demo.get("/imports").await.text.contains("shop.csv"));
    assert!(!other.get("/imports").await.text.contains("shop.csv"));
    for list in ["/products", "/products?q=a", "/products?sort=title"] {
        let (own, others) = (demo.get(list).await.text, other.get(list).await.text);
        assert!(own.contains("href=\"/products/") && !others.contains("href=\"/products/"), "{list}: {others}");
    }
}
