//! Stores are strictly apart: nothing of one can be reached from the other, whatever the address. Server functions are asked in
//! `functions`.

use super::{
    pages::first_handle,
    shops::{Shops, TOKEN},
};
use crate::support::{Engine, Program, Reply, on_both_engines};

on_both_engines!(nothing_of_another_store_is_reached, no_page_shows_anything_of_another_store, no_form_reaches_anything_of_another_store);

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

async fn no_page_shows_anything_of_another_store(engine: Engine) {
    let shops = Shops::open(engine).await;
    let Shops { stranger, run, sampled, job, provider, suggestions, .. } = &shops;
    let (handle, review) = (&suggestions[0].handle, suggestions[0].review);

    let hook = shops.program.id("webhooks", "1 = 1");
    for (page, status) in [
        (format!("/products/{handle}/versions"), 404),
        (format!("/runs/{run}"), 404),
        (format!("/runs/{sampled}"), 404),
        // A job of one kind is no job of another.
        (format!("/runs/{job}"), 404),
        (format!("/imports/{run}"), 404),
        (format!("/settings/providers?edit={provider}"), 404),
        ("/review".to_owned(), 200),
        (format!("/review?card={review}"), 200),
        (format!("/review?run={run}"), 200),
        ("/runs".to_owned(), 200),
        (format!("/runs/new?provider={provider}"), 200),
        ("/imports".to_owned(), 200),
        ("/usage".to_owned(), 200),
        ("/usage/export.csv".to_owned(), 200),
        ("/performance".to_owned(), 200),
        ("/performance/vitals?range=7d".to_owned(), 200),
        ("/performance/requests".to_owned(), 200),
        ("/performance/caches".to_owned(), 200),
        ("/performance/jobs".to_owned(), 200),
        ("/performance/sync".to_owned(), 200),
        ("/performance/regressions".to_owned(), 200),
        ("/performance/bottlenecks".to_owned(), 200),
        ("/performance/capacity".to_owned(), 200),
        ("/performance/lab".to_owned(), 200),
        ("/performance/traces?by=failed".to_owned(), 200),
        ("/performance/traces?id=0af7651916cd43dd8448eb211c80319c".to_owned(), 200),
        ("/performance/database".to_owned(), 200),
        ("/performance/database?sort=rows".to_owned(), 200),
        ("/performance/alerts".to_owned(), 200),
        ("/performance/budgets".to_owned(), 200),
        ("/settings".to_owned(), 200),
        ("/settings/brief".to_owned(), 200),
        ("/settings/providers".to_owned(), 200),
        ("/settings/tokens".to_owned(), 200),
        ("/settings/tokens?all".to_owned(), 200),
        ("/settings/webhooks".to_owned(), 200),
        (format!("/settings/webhooks?edit={hook}"), 404),
        (format!("/settings/webhooks?log={hook}"), 404),
    ] {
        let reply = stranger.get(&page).await;

        assert_eq!((reply.status, shops.secret_in(&reply.text)), (status, None), "{page}: {}", reply.text);
        assert!(!reply.text.contains(&review.to_string()) || page.contains("card="), "{page}: {}", reply.text);
    }
    assert_eq!(stranger.get("/usage/export.csv").await.text.lines().count(), 1);
}

async fn no_form_reaches_anything_of_another_store(engine: Engine) {
    let shops = Shops::open(engine).await;
    let Shops { program, stranger, owner, run, sampled, provider, suggestions, .. } = &shops;
    let (provider, handle) = (provider.to_string(), suggestions[0].handle.as_str());
    let demo = program.id("stores", "slug = 'demo'");
    let token = program.id("api_tokens", &format!("name = '{TOKEN}'"));
    let hook = program.id("webhooks", "1 = 1");
    let priced = program.sql("SELECT from_at FROM prices");
    let edited = [
        ("id", provider.as_str()),
        ("kind", "openai"),
        ("name", "Taken"),
        ("base_url", "https://taken.test/v1"),
        ("model", "taken"),
        ("key", "sk-1"),
    ];
    let (paused, over) = (format!("/runs/{sampled}"), format!("/runs/{run}"));

    for (address, form, status) in [
        ("/settings/providers", edited.to_vec(), 404),
        ("/settings/providers", vec![("do", "remove"), ("id", &provider)], 404),
        ("/settings/providers", vec![("do", "try"), ("id", &provider)], 404),
        ("/settings/providers", vec![("do", "price"), ("provider", &provider), ("input", "9"), ("output", "9")], 422),
        ("/settings/providers", vec![("do", "remove_price"), ("provider", &provider), ("model", "their-model"), ("from", &priced)], 404),
        ("/settings/brief", vec![("do", "preview"), ("handle", handle), ("provider", "00000000-0000-0000-0000-000000000000")], 404),
        ("/settings/brief", vec![("do", "remove"), ("template", "Lamps")], 404),
        ("/settings/brief", vec![("store", &demo), ("voice", "Taken"), ("parts", "title")], 422),
        ("/settings/providers", vec![("store", &demo), ("do", "remove"), ("id", &provider)], 422),
        ("/settings/tokens", vec![("do", "revoke"), ("id", &token)], 404),
        ("/settings/webhooks", vec![("do", "remove"), ("id", &hook)], 404),
        ("/settings/webhooks", vec![("do", "pause"), ("id", &hook)], 404),
        ("/settings/webhooks", vec![("do", "rotate"), ("id", &hook)], 404),
        ("/settings/webhooks", vec![("do", "test"), ("id", &hook)], 404),
        ("/settings/webhooks", vec![("do", "replay_since"), ("id", &hook), ("since", "0")], 404),
        ("/settings/webhooks", vec![("id", &hook), ("url", "https://taken.test/"), ("events", "run.finished")], 404),
        ("/settings/webhooks", vec![("store", &demo), ("do", "remove"), ("id", &hook)], 422),
        ("/settings/tokens", vec![("store", &demo), ("name", "Taken"), ("scopes", "products:read"), ("lifetime", "30")], 422),
        ("/performance/alerts", vec![("do", "silence"), ("what", "everything"), ("for", "7d"), ("why", "Taken.")], 403),
        ("/performance/alerts", vec![("do", "acknowledge"), ("key", "lcp")], 403),
        ("/performance/alerts", vec![("do", "test"), ("channel", "ops")], 403),
        ("/performance/alerts", vec![("store", &demo), ("do", "end"), ("id", "none")], 422),
        ("/usage/budget", vec![("store", &demo), ("limit", "none")], 422),
        ("/runs", vec![("form", "1"), ("parts", "title"), ("handles", handle)], 422),
        ("/runs", vec![("form", "1"), ("parts", "title"), ("store", &demo)], 422),
        (&format!("{paused}/pause"), vec![], 404),
        (&format!("{paused}/resume"), vec![("cap", "9")], 404),
        (&format!("{paused}/cancel"), vec![], 404),
        (&format!("{over}/retry"), vec![], 404),
    ] {
        let before = shops.rows();

        let (others, nobody) = (stranger.post(address, &form).await, program.client().post(address, &form).await);

        assert_eq!((others.status, told(&shops, &others, &form)), (status, None), "{address} {form:?}: {}", others.text);
        assert_eq!((nobody.status, nobody.location()), (303, "/sign-in"), "{address} {form:?}");
        assert_eq!(shops.rows(), before, "{address} {form:?}");
    }
    // They were refused for whose they are: their own people may.
    for form in [vec![("do", "try"), ("id", provider.as_str())], vec![("do", "price"), ("provider", &provider), ("input", "9"), ("output", "9")]] {
        assert!(matches!(owner.post("/settings/providers", &form).await.status, 200 | 303), "{form:?}");
    }
}

/// What an answer tells of another store beyond what was sent.
fn told<'a>(shops: &'a Shops, reply: &Reply, sent: &[(&str, &str)]) -> Option<&'a str> {
    shops.secret_in(&reply.text).filter(|secret| !sent.iter().any(|(_, text)| text.contains(secret)))
}
