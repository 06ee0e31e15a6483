//! Runs, begun, steered and looked at by plain forms.

use std::time::Duration;

use super::imports::finished;
use crate::support::{Client, Engine, Program, on_both_engines};

const WRITTEN: [(&str, &str); 3] = [("form", "1"), ("parts", "title"), ("parts", "description")];

on_both_engines!(a_sample_is_written_first_and_then_the_others, a_run_needs_the_right_role);

async fn a_sample_is_written_first_and_then_the_others(engine: Engine) {
    let program = Program::serving(engine).await;
    let client = program.signed_in("owner@demo.test").await;
    let overview = client.get("/runs").await.text;
    assert!(overview.contains("What the catalogue lacks") && overview.contains("Words as they came"), "{overview}");

    let asked = client.get("/runs/new?parts=title,description").await.text;
    assert!(asked.contains("60 products: the whole catalogue") && asked.contains("<dt>Tokens</dt>"), "{asked}");
    let begun = client.post("/runs", &[&WRITTEN[..], &[("sample", "1")]].concat()).await;
    assert_eq!(begun.status, 303, "{}", begun.text);
    let sample = shown(&client, begun.location(), "Sample ready").await;
    assert!(sample.contains("Write the other 50") && sample.contains("The sample"), "{sample}");

    let resumed = client.post(&format!("{}/resume", begun.location()), &[("cap", "5,00")]).await;
    assert_eq!((resumed.status, resumed.location()), (303, begun.location()), "{}", resumed.text);
    let done = finished(&client, begun.location()).await;
    assert!(done.contains("60 of 60") && done.contains("EUR 0.00 of EUR 5.00"), "{done}");
    assert!(client.get("/runs").await.text.contains("data-state=\"done\""));
}

async fn a_run_needs_the_right_role(engine: Engine) {
    let program = Program::serving(engine).await;

    for email in ["viewer@test.test", "reviewer@test.test"] {
        let client = program.signed_in(email).await;
        assert_eq!(client.post("/runs", &WRITTEN).await.status, 403, "{email}");
        assert!(client.get("/runs/new").await.text.contains("An owner or an editor"), "{email}");
    }
}

#[tokio::test]
async fn a_provider_that_was_added_is_asked_by_those_who_choose_it_or_placed_it_first() {
    let program = Program::serving(Engine::Sqlite).await;
    let client = program.signed_in("owner@demo.test").await;
    let provider = [("kind", "openai"), ("base_url", "https://writer.test/v1"), ("model", "small"), ("enabled", "yes")];
    let added = |more: &[(&'static str, &'static str)]| [&provider[..], more].concat();

    assert_eq!(client.post("/settings/providers", &added(&[("name", "Acme"), ("position", "2")])).await.status, 303);
    let begun = client.post("/runs", &WRITTEN).await;
    assert!(finished(&client, begun.location()).await.contains("Built-in rules"));

    assert_eq!(client.post("/settings/providers", &added(&[("name", "First"), ("position", "0")])).await.status, 303);
    let refused = client.post("/runs", &WRITTEN).await;
    assert!(refused.status == 422 && refused.text.contains("There is no price for small"), "{}", refused.text);
}

#[tokio::test]
async fn a_choice_that_cannot_be_started_goes_back_to_its_page_with_the_reason() {
    let program = Program::serving(Engine::Sqlite).await;
    let client = program.signed_in("owner@demo.test").await;

    let nothing = client.post("/runs", &[("form", "1"), ("missing", "description")]).await;
    let page = client.get(nothing.location()).await.text;
    assert!(nothing.location().starts_with("/runs/new?missing=description") && page.contains("Tick at least one thing to write."), "{page}");
    let cheap = client.post("/runs", &[&WRITTEN[..], &[("cap", "<cheap>")]].concat()).await;
    let page = client.get(cheap.location()).await.text;
    assert!(page.contains("This is not an amount.") && page.contains("&lt;cheap&gt;") && !page.contains("<cheap>"), "{page}");
    let elsewhere = client.post("/runs", &[&WRITTEN[..], &[("store", "0195a000-0000-7000-8000-000000000000")]].concat()).await;
    assert_eq!(elsewhere.status, 422);
    assert!(elsewhere.text.contains("another tab"), "{}", elsewhere.text);
    assert!(!client.get("/runs").await.text.contains("data-run="));
}

#[tokio::test]
async fn a_run_of_another_store_is_not_there() {
    let program = Program::serving(Engine::Sqlite).await;
    let begun = program.signed_in("owner@demo.test").await.post("/runs", &WRITTEN).await;
    let stranger = program.signed_in("owner@second.test").await;

    assert_eq!(stranger.get(begun.location()).await.status, 404);
    for what in ["pause", "resume", "cancel", "retry", "erase"] {
        assert_eq!(stranger.post(&format!("{}/{what}", begun.location()), &[]).await.status, 404, "{what}");
    }
}

/// The page of a run once it says something.
async fn shown(client: &Client, address: &str, words: &str) -> String {
    for _ in 0..600 {
        let page = client.get(address).await.text;
        if page.contains(words) {
            return page;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{address} never said {words:?}: {}", client.get(address).await.text);
}
