//! The budget by its form, and the calls as a file.

use super::shops::called;
use crate::support::{Engine, Program, on_both_engines};

on_both_engines!(
    an_owner_sets_the_budget,
    a_budget_that_is_nearly_spent_is_told_where_money_is_spent,
    the_calls_are_a_file_with_a_head,
    no_name_is_a_formula_in_the_file,
);

async fn an_owner_sets_the_budget(engine: Engine) {
    let program = Program::serving(engine).await;
    let owner = program.signed_in("owner@demo.test").await;
    assert!(owner.get("/usage").await.text.contains("No limit."));

    let set = owner.post("/usage/budget", &[("back", "days=7"), ("limit", "amount"), ("amount", "1.000,00")]).await;
    assert_eq!((set.status, set.location()), (303, "/usage?days=7#budget"), "{}", set.text);
    let page = owner.get("/usage").await.text;
    assert!(page.contains("EUR 0.00 of EUR 1,000.00 spent this month, 0 %."), "{page}");

    let refused = owner.post("/usage/budget", &[("limit", "amount"), ("amount", "<lot>")]).await;
    let page = owner.get(refused.location()).await.text;
    assert!(page.contains("This is not an amount.") && page.contains("&lt;lot&gt;") && !page.contains("<lot>"), "{page}");
    let editor = program.signed_in("editor@test.test").await;
    assert_eq!(editor.post("/usage/budget", &[("limit", "none")]).await.status, 403);
    assert!(editor.get("/usage").await.text.contains("Owners of the store set it."));
}

async fn a_budget_that_is_nearly_spent_is_told_where_money_is_spent(engine: Engine) {
    let program = Program::serving(engine).await;
    let owner = program.signed_in("owner@demo.test").await;
    let viewer = program.signed_in("viewer@test.test").await;
    let provider = [("name", "Acme"), ("kind", "openai"), ("base_url", "https://writer.test/v1"), ("model", "small")];
    assert_eq!(owner.post("/settings/providers", &provider).await.status, 303);
    called(&program, 8_500_000);
    let run = owner.post("/runs", &[("form", "1"), ("parts", "title"), ("sample", "1")]).await.location().to_owned();
    let pages = ["/runs", "/runs/new", &run];
    let limited = async |amount: &str| assert_eq!(owner.post("/usage/budget", &[("limit", "amount"), ("amount", amount)]).await.status, 303);

    limited("100").await;
    for page in pages {
        assert!(!owner.get(page).await.text.contains("data-budget"), "{page}");
    }
    for (amount, tone, says) in [("10", "warn", "EUR 8.50 of EUR 10.00 spent this month, 85 %."), ("8", "bad", "Runs pause until the month ends")] {
        limited(amount).await;
        for page in pages {
            for who in [&owner, &viewer] {
                let text = who.get(page).await.text;
                assert!(
                    text.contains(&format!("data-budget=\"{tone}\"")) && text.contains(says) && text.contains("href=\"/usage#budget\""),
                    "{page}: {text}"
                );
            }
        }
    }
    assert!(!owner.get("/products").await.text.contains("data-budget"));
}

async fn the_calls_are_a_file_with_a_head(engine: Engine) {
    let program = Program::serving(engine).await;

    let file = program.signed_in("viewer@test.test").await.get("/usage/export.csv?days=7").await;

    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert!(file.header("content-disposition").contains("usage.csv"));
    assert!(file.text.starts_with("\u{feff}Time (UTC),Provider,Model,"), "{}", file.text);
}

async fn no_name_is_a_formula_in_the_file(engine: Engine) {
    let program = Program::serving(engine).await;
    let owner = program.signed_in("owner@demo.test").await;
    let provider = [("name", "=HYPERLINK(1)"), ("kind", "openai"), ("base_url", "https://writer.test/v1"), ("model", "@sum, \"x\"")];
    assert_eq!(owner.post("/settings/providers", &provider).await.status, 303);
    called(&program, 1_500);

    let file = owner.get("/usage/export.csv").await.text;

    assert_eq!(file.lines().count(), 2, "{file}");
    let row = file.lines().nth(1).unwrap_or_default();
    assert!(row.contains(",'=HYPERLINK(1),\"'@sum, \"\"x\"\"\",Lamps,,ok,100,20,0.0015,830,"), "{row}");
}

#[tokio::test]
async fn a_form_of_another_store_sets_nothing() {
    let program = Program::serving(Engine::Sqlite).await;
    let owner = program.signed_in("owner@demo.test").await;

    let reply = owner.post("/usage/budget", &[("store", "0195a000-0000-7000-8000-000000000000"), ("limit", "amount"), ("amount", "0")]).await;

    assert_eq!(reply.status, 422);
    assert!(reply.text.contains("another tab"), "{}", reply.text);
    assert!(owner.get("/usage").await.text.contains("No limit."));
}
