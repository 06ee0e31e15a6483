//! What was spent.

use domain::clock::{Clock, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};
use server::SystemClock;

use super::{Api, problem, with_scopes};
use crate::{
    routes::shops::called,
    support::{Engine, Program, on_both_engines},
};

on_both_engines!(what_was_spent_is_told, calls_are_listed_part_by_part, what_was_spent_is_ones_own_stores);

const USAGE: &str = "/api/v1/usage";

async fn what_was_spent_is_told(engine: Engine) {
    let program = Program::serving(engine).await;
    set_up(&program).await;
    let viewer = Api::of(&program, "viewer@test.test").await;

    let usage = viewer.get(USAGE).await;

    let told = usage.json();
    let sums = json!({"calls": 1, "failed": 0, "tokens_in": 100, "tokens_out": 20, "cost": "0.0015", "milliseconds": 830});
    assert_eq!((usage.status, &told["currency"], &told["total"]), (200, &json!("EUR"), &sums), "{}", usage.text);
    assert_eq!((told["by_day"].as_array().unwrap().len(), &told["by_model"]), (30, &json!([{"name": "small", "sums": sums}])), "{told}");
    assert_eq!((&told["by_day"][29]["day"], &told["by_day"][29]["sums"]), (&told["to"], &sums), "{told}");
    assert_eq!(told["budget"], json!({"monthly": "50.00", "spent": "0.0015", "left": "49.9985", "used_percent": 0}));
    let known = viewer.send(Method::GET, USAGE, &[("if-none-match", usage.header("etag"))], "").await;
    assert_eq!(known.status, 304);
    let before = viewer.get(&format!("{USAGE}?from=2020-01-01&to=2020-01-31")).await.json();
    assert_eq!((&before["total"]["calls"], before["by_day"].as_array().unwrap().len()), (&json!(0), 31), "{before}");
    for (query, parameter) in [
        ("from=yesterday", "from"),
        ("to=2026-02-30", "to"),
        ("from=2026-02-02&to=2026-02-01", "from"),
        ("from=2020-01-01&to=2026-01-01", "from"),
        ("days=7", "days"),
    ] {
        problem(&viewer.get(&format!("{USAGE}?{query}")).await, 400, "invalid-request", parameter);
    }
}

async fn calls_are_listed_part_by_part(engine: Engine) {
    let program = Program::serving(engine).await;
    set_up(&program).await;
    let viewer = Api::of(&program, "viewer@test.test").await;
    let now = SystemClock.now().micros();
    // Behind the one there is: more than one part holds.
    let id = |number: usize| format!("0198c0de000070008000{number:012x}");
    let id = |number: usize| if engine == Engine::Sqlite { format!("x'{}'", id(number)) } else { format!("'{}'::uuid", id(number)) };
    let rows: Vec<String> = (0..1_200).map(|number| format!("({}, {})", id(number), now - 10_000 + number as i64)).collect();
    program.sql(&format!(
        "INSERT INTO ai_usage_records (id, store_num, provider_id, model, created_at, tokens_in, tokens_out, cost, milliseconds, outcome, product_type) \
         SELECT n.column1, p.store_num, p.id, p.model, n.column2, 1, 1, 10, 5, 'ok', '' FROM providers p, (VALUES {}) AS n",
        rows.join(", ")
    ));

    let first = viewer.get(&format!("{USAGE}/calls")).await;
    let next = first.json()["next"].as_str().unwrap_or_else(|| panic!("{}", first.text)).to_owned();
    let second = viewer.get(&format!("{USAGE}/calls?cursor={next}")).await.json();

    let (first_calls, second_calls) = (first.json()["calls"].as_array().unwrap().clone(), second["calls"].as_array().unwrap().clone());
    assert_eq!((first_calls.len(), second_calls.len(), &second["next"]), (1_000, 201, &Value::Null));
    assert_eq!(first.header("link"), format!("</api/v1/usage/calls?cursor={next}>; rel=\"next\""));
    let mut times: Vec<&str> = first_calls.iter().chain(&second_calls).map(|call| call["at"].as_str().unwrap()).collect();
    assert!(times.is_sorted());
    times.dedup();
    assert!(times.len() >= 1_200, "{}", times.len());
    assert_eq!(
        (&first_calls[500]["provider"], &first_calls[500]["cost"], &first_calls[500]["run_id"]),
        (&json!("Acme"), &json!("0.00001"), &Value::Null)
    );
    let today = domain_day(now);
    for (query, parameter) in [
        (format!("from={today}&cursor={next}"), "cursor"),
        ("cursor=nonsense".to_owned(), "cursor"),
        ("limit=5".to_owned(), "limit"),
        ("to=x".to_owned(), "to"),
    ] {
        problem(&viewer.get(&format!("{USAGE}/calls?{query}")).await, 400, "invalid-request", parameter);
    }
}

async fn what_was_spent_is_ones_own_stores(engine: Engine) {
    let program = Program::serving(engine).await;
    set_up(&program).await;
    let (owner, other) = (Api::of(&program, "owner@demo.test").await, Api::of(&program, "owner@second.test").await);

    let others = other.get(USAGE).await.json();

    assert_eq!((&others["total"]["calls"], &others["budget"]["monthly"], &others["by_model"]), (&json!(0), &Value::Null, &json!([])), "{others}");
    assert_eq!(other.get(&format!("{USAGE}/calls")).await.json()["calls"], json!([]));
    assert_eq!(owner.get(&format!("{USAGE}/calls")).await.json()["calls"].as_array().unwrap().len(), 1);
    with_scopes(&program, "runs:read members:read");
    for path in ["", "/calls"] {
        let refused = owner.get(&format!("{USAGE}{path}")).await;
        problem(&refused, 403, "insufficient-scope", "");
        assert!(refused.header("www-authenticate").ends_with("scope=\"usage:read\""), "{:?}", refused.headers);
    }
}

/// A provider with one call, and a budget.
async fn set_up(program: &Program) {
    let owner = program.signed_in("owner@demo.test").await;
    let provider = [("name", "Acme"), ("kind", "openai"), ("base_url", "https://writer.test/v1"), ("model", "small")];
    assert_eq!(owner.post("/settings/providers", &provider).await.status, 303);
    assert_eq!(owner.post("/usage/budget", &[("limit", "amount"), ("amount", "50")]).await.status, 303);
    called(program, 1_500);
}

fn domain_day(micros: i64) -> String {
    Timestamp::from_micros(micros).to_string()[..10].to_owned()
}
