//! Records of the lab, stepped runs and changes of figures: added by commands, seen and seen to by whoever owns every store.

use crate::support::{Client, Engine, Program, on_both_engines};

on_both_engines!(
    a_record_is_added_once_and_shown,
    what_a_bench_found_is_held_against_its_budget,
    runs_that_got_slower_are_told_and_seen_to,
    a_stepped_run_says_how_many_people_the_server_holds,
    what_is_no_record_is_refused_with_what_to_do,
    places_say_what_is_missing,
    what_becomes_of_a_change_is_for_whoever_owns_every_store,
);

const LAB: &str = "/performance/lab";
const CHANGES: &str = "/performance/regressions";
const BUDGETS: &str = "/performance/budgets";
/// What benches call it, as JSON.
const START: &str = "\"sqlite: start to the first page of products answered\"";

/// Somebody who owns both stores.
async fn operator(program: &Program) -> Client {
    for store in ["demo", "second"] {
        program.add_user("operator@test.test", store, "owner");
    }
    program.signed_in("operator@test.test").await
}

fn record(run: u32, value: f64) -> String {
    format!(
        r#"{{"schema": 1, "suite": "load", "plan": "list", "engine": "sqlite", "at": "2026-11-{:02}T04:{:02}:00Z",
        "machine": {{"cores": 2, "processor": "A <processor>", "memory_mb": 8000, "kernel": "6", "os": "Debian"}},
        "build": {{"revision": "{run:07x}", "dirty": false}},
        "results": [{{"name": "p95", "unit": "ms", "better": "less", "values": [{value}]}}]}}"#,
        1 + run / 60,
        run % 60
    )
}

/// A server whose answers take longer the more is in hand, until it answers no more than 1,000 requests a second.
fn run(rates: &[f64]) -> String {
    let step = |rate: &f64, tries: bool| {
        let answered = rate.min(1_000.0);
        let mean = if *rate < 1_000.0 { 5.0 / (1.0 - rate / 1_000.0) } else { 2_000.0 };
        format!(
            r#"{{"rate": {rate}, "seconds": 10.0, "answered_per_second": {answered}, "validation": {tries},
            "total": {{"requests": {}, "per_second": {answered}, "error_share": 0.0, "latency_ms": {{"mean": {mean}, "p95": {}}}}},
            "processor": {{"seconds": 10.0, "generator_share": 0.1, "server_seconds": {}, "database_seconds": null}}}}"#,
            (rate * 10.0) as u64,
            3.0 * mean,
            answered / 1_000.0 * 18.0
        )
    };
    let steps: Vec<String> = rates.iter().map(|rate| step(rate, false)).collect();
    format!(
        r#"{{"schema": 1, "plan": "capacity", "at": "2026-11-27T04:00:31Z", "target": "sqlite", "products": 50000,
        "machine": {{"cores": 2, "processor": "A processor"}}, "steps": [{}]}}"#,
        steps.join(",")
    )
}

async fn a_record_is_added_once_and_shown(engine: Engine) {
    let program = Program::serving(engine).await;
    let operator = operator(&program).await;
    let file = program.file("list.json", record(1, 12.5));
    let add = || program.succeed(&["lab", "add", file.to_str().unwrap()]);

    assert!(add().contains("is kept."));
    assert!(add().contains("nothing was changed"));

    let page = operator.get(LAB).await;
    assert_eq!(page.status, 200, "{}", page.text);
    for part in ["load list on sqlite, machine ", "1 run", "12.5 ms", "<code>0000001</code>", "A &lt;processor&gt;"] {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
    assert_eq!(program.sql("SELECT count(*) FROM lab_records"), "1");
}

async fn what_a_bench_found_is_held_against_its_budget(engine: Engine) {
    let program = Program::serving(engine).await;
    let operator = operator(&program).await;
    let found = [("\"load\"", "\"bench\""), ("\"list\"", "\"1000000 products\""), ("\"ms\"", "\"s\""), ("\"p95\"", START)];
    let bench = found.iter().fold(record(1, 0.9), |record, (from, to)| record.replacen(from, to, 1));
    let unknown = operator.get(BUDGETS).await.text;

    program.succeed(&["lab", "add", program.file("bench.json", bench).to_str().unwrap()]);

    let page = operator.get(BUDGETS).await.text;
    assert!(unknown.contains(">Checked there<") && !unknown.contains("budgets: 1 kept, 0 passed"), "{unknown}");
    for part in ["budgets: 1 kept, 0 passed", "0.90 s", "1 Nov 2026 on sqlite, build <code>0000001</code>, machine <code>"] {
        assert!(page.contains(part), "{part}: {page}");
    }
}

async fn runs_that_got_slower_are_told_and_seen_to(engine: Engine) {
    let program = Program::serving(engine).await;
    let operator = operator(&program).await;
    let files: Vec<String> = (0..40)
        .map(|run| program.file(&format!("{run}.json"), record(run, if run < 20 { 10.0 } else { 14.0 })).to_str().unwrap().to_owned())
        .collect();
    let arguments: Vec<&str> = ["lab", "add"].into_iter().chain(files.iter().map(String::as_str)).collect();
    program.succeed(&arguments);

    let page = operator.get(LAB).await.text;
    let id = program.sql("SELECT id FROM change_points");
    let nothing = operator.post(LAB, &[("do", "filed"), ("id", &id), ("note", "")]).await;
    let filed = operator.post(LAB, &[("do", "filed"), ("id", &id), ("note", "<b>See the plan</b>")]).await;
    let after = operator.get(filed.location()).await.text;

    for part in ["From 10 to 14 (40 % more)", "<code>0000014</code> began around then, after <code>0000013</code>", "chart-begins", ">Worse<"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(nothing.status == 422 && nothing.text.contains("Write a note"), "{}", nothing.text);
    assert_eq!((filed.status, filed.location()), (303, "/performance/lab?done=saved"), "{}", filed.text);
    assert!(after.contains("Filed by operator") && after.contains("&lt;b&gt;See the plan") && after.contains("Saved."), "{after}");
    assert!(operator.get(CHANGES).await.text.contains("Nothing has changed"), "the lab is no live measurement");
    assert_eq!(operator.post(CHANGES, &[("do", "accepted"), ("id", &id)]).await.status, 404);
    assert_eq!(operator.post("/performance/vitals", &[("do", "accepted"), ("id", &id)]).await.status, 404);
}

async fn a_stepped_run_says_how_many_people_the_server_holds(engine: Engine) {
    let program = Program::serving(engine).await;
    let operator = operator(&program).await;
    let file = program.file("run.json", run(&[100.0, 300.0, 500.0, 700.0, 800.0, 900.0, 950.0, 1_200.0, 1_500.0]));

    let said = program.succeed(&["capacity", "add", file.to_str().unwrap()]);
    let page = operator.get("/performance/capacity").await.text;

    assert!(said.contains("It holds ") && said.contains(" people who think for 1 s"), "{said}");
    for part in
        ["People at p95 &lt; 200 ms", "chart-curve", "did not try its own number", "One more process", "A forecast needs peaks of 3 different days"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
}

async fn what_is_no_record_is_refused_with_what_to_do(engine: Engine) {
    let program = Program::serving(engine).await;
    let (good, bad) = (program.file("good.json", record(1, 12.5)), program.file("bad.json", "{\"schema\": 9}"));
    let few = program.file("few.json", run(&[100.0, 300.0]));

    let both = program.run(&["lab", "add", good.to_str().unwrap(), bad.to_str().unwrap()]);
    let refused = program.run(&["capacity", "add", few.to_str().unwrap()]);
    let missing = program.run(&["capacity", "add", "none.json"]);

    assert!(both.code == 1 && both.text.contains("schema 9") && both.text.contains("Nothing was kept"), "{}", both.text);
    assert!(refused.code == 1 && refused.text.contains("2 different rates are too few"), "{}", refused.text);
    assert!(missing.code == 1 && missing.text.contains("cannot be read"), "{}", missing.text);
    assert_eq!(program.sql("SELECT count(*) FROM lab_records"), "0");
}

async fn places_say_what_is_missing(engine: Engine) {
    let program = Program::serving(engine).await;
    let operator = operator(&program).await;

    for (place, found) in [
        (LAB, "vitrine lab add target/lab/*.json"),
        (CHANGES, "Nothing has changed"),
        ("/performance/capacity", "vitrine capacity add FILE"),
        ("/performance/bottlenecks?range=1h", "There are 0 windows with requests"),
    ] {
        let page = operator.get(place).await;
        assert!(page.status == 200 && page.text.contains(found), "{place}: {}", page.text);
    }
}

async fn what_becomes_of_a_change_is_for_whoever_owns_every_store(engine: Engine) {
    let program = Program::serving(engine).await;
    let operator = operator(&program).await;
    program.sql(
        "INSERT INTO change_points (source, metric, subject, unit, at, value_before, value_after, worse, votes, build_before, builds, state, note, found_at) \
         SELECT 'live', 'http.duration', 'GET /products', '', 1790000000000000, 10000, 20000, 1 = 1, 3, 'old', '[\"new\"]', 'open', '', 0 FROM stores WHERE slug = 'demo'",
    );
    let id = program.sql("SELECT id FROM change_points");

    for email in ["viewer@test.test", "owner@demo.test"] {
        let refused = program.signed_in(email).await.post(CHANGES, &[("do", "accepted"), ("id", &id)]).await;
        assert_eq!(refused.status, 403, "{email}: {}", refused.text);
    }
    let before = operator.get(CHANGES).await.text;
    let accepted = operator.post(CHANGES, &[("do", "accepted"), ("id", &id)]).await;

    assert!(before.contains("From 10 ms to 20 ms (100 % more)") && before.contains("/performance/traces?range=30d&amp;of=GET /products"), "{before}");
    assert_eq!((accepted.status, accepted.location()), (303, "/performance/regressions?done=saved"), "{}", accepted.text);
    assert!(operator.get(CHANGES).await.text.contains("Accepted as the new baseline by operator"));
}
