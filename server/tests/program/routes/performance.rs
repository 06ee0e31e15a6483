//! What the database does, for whoever owns every store of the server.

use std::{
    io::{Read, Write},
    net::TcpListener,
    thread,
    time::{Duration, Instant},
};

use reqwest::Method;

use super::{imports::finished, pages::first_handle};
use crate::support::{Client, Engine, Program, on_both_engines};

on_both_engines!(
    whoever_owns_every_store_sees_what_the_database_does,
    whoever_does_not_is_told_so,
    statements_stand_in_the_order_that_is_asked_for,
    owners_find_it_in_the_settings,
    what_was_asked_is_seen_by_its_route,
    a_job_is_seen_by_its_kind,
    a_request_is_found_again_by_what_it_said_of_itself,
    what_a_page_asks_for_is_shown_with_the_page,
    a_collector_is_told_and_one_that_hangs_holds_up_nobody,
    a_place_that_is_none_is_not_found,
    an_operator_looks_where_the_time_goes,
);

const PAGE: &str = "/performance/database";
/// What every server asks when it starts.
const LISTED: &str = "<code>STORES</code>";
const NOT_YOURS: &str = "for whoever owns every store of this server";

/// Somebody who owns both stores.
pub(crate) async fn operator(program: &Program) -> Client {
    for store in ["demo", "second"] {
        program.add_user("operator@test.test", store, "owner");
    }
    program.signed_in("operator@test.test").await
}

async fn whoever_owns_every_store_sees_what_the_database_does(engine: Engine) {
    let program = Program::serving(engine).await;
    let operator = operator(&program).await;
    operator.get("/products").await;

    let page = operator.get(PAGE).await;

    assert_eq!(page.status, 200, "{}", page.text);
    let of_engine = match engine {
        Engine::Sqlite => ["What this server has asked of SQLite 3.", "Written, not in the file yet", "Writing"],
        Engine::Postgres => ["What this server has asked of PostgreSQL ", "Indexes that nothing was found by", "Pages and programs"],
    };
    for part in ["<h1 tabindex=\"-1\">Database</h1>", LISTED, "Slow statements", "Connections"].into_iter().chain(of_engine) {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
    // Tables are named; of what is in them nothing is shown.
    for secret in ["owner@demo.test", "owner@second.test", &first_handle(&operator.get("/products").await.text)] {
        assert!(!page.text.contains(secret), "{secret}: {}", page.text);
    }
}

async fn whoever_does_not_is_told_so(engine: Engine) {
    let program = Program::serving(engine).await;
    let operator = operator(&program).await;

    for email in ["viewer@test.test", "editor@test.test", "owner@demo.test", "owner@second.test"] {
        let page = program.signed_in(email).await.get(PAGE).await;
        assert!(page.status == 200 && page.text.contains(NOT_YOURS) && !page.text.contains(LISTED), "{email}: {}", page.text);
    }
    assert!(operator.get(PAGE).await.text.contains(LISTED));
    // It is the server's again when there is a store that is somebody else's.
    program.succeed(&["store", "add", "third", "--name", "Third store"]);
    let page = operator.get(PAGE).await;
    assert!(page.text.contains(NOT_YOURS) && !page.text.contains(LISTED), "{}", page.text);
}

async fn what_was_asked_is_seen_by_its_route(engine: Engine) {
    let mut program = Program::serving(engine).await;
    let watching = operator(&program).await;
    for _ in 0..3 {
        watching.get("/products").await;
        watching.get("/made/up/address").await;
    }
    let before = watching.get("/performance/requests").await;
    // What was measured is written once a minute, and at the end.
    program.stop();
    program.serve().await;

    let watching = program.signed_in("operator@test.test").await;
    let requests = watching.get("/performance/requests?range=1h").await.text;
    let overview = watching.get("/performance").await.text;
    let caches = watching.get("/performance/caches?range=90d").await.text;
    let database = watching.get("/performance/database?range=1h&sort=name").await.text;

    assert_eq!(before.status, 200, "{}", before.text);
    for part in ["<code>GET /products</code>", "<code>POST /sign-in</code>", "<code>others</code>", "How long they took", "Processors"] {
        assert!(requests.contains(part), "{part}: {requests}");
    }
    assert!(!requests.contains("made/up"), "{requests}");
    for part in ["Longest of 95 in 100", "100.00 % answered", "Requests over time", "Builds"] {
        assert!(overview.contains(part), "{part}: {overview}");
    }
    let (markdown, csv) = (watching.get("/performance/report.md").await, watching.get("/performance/report.csv").await);
    assert!(markdown.text.contains("| GET /products | ") && csv.text.contains("Requests,GET /products,Count,"), "{} {}", markdown.text, csv.text);
    assert!(
        csv.text.contains("Summary,Requests,Week,") && csv.text.contains(",ms\r\n") && overview.contains("What got slower"),
        "{} {overview}",
        csv.text
    );
    // Of the time, by all servers that there were; beside what this one has asked since it started.
    for part in ["What took the time", "with=STORES\"", "How long statements took together", "Statements of a request", "<code>GET /products</code>"]
    {
        assert!(database.contains(part), "{part}: {database}");
    }
    assert!(database.contains("range=1h&amp;sort=p95#statements") && database.contains("This server since it started"), "{database}");
    assert!(caches.contains("known products") && caches.contains("Answered from a cache"), "{caches}");
}

async fn a_job_is_seen_by_its_kind(engine: Engine) {
    let mut program = Program::serving(engine).await;
    let watching = operator(&program).await;
    let before = watching.get("/performance/jobs").await.text;
    let upload = watching.upload("shop.csv", "Title\nLamp\n".into(), &[("dry_run", "on")]).await;
    finished(&watching, upload.location()).await;
    program.stop();
    program.serve().await;

    let after = program.signed_in("operator@test.test").await.get("/performance/jobs?range=1h").await.text;

    assert!(before.contains("No job has run in this time."), "{before}");
    let row = after.split("<th scope=\"row\">Dry run of an import</th>").nth(1).unwrap_or_else(|| panic!("{after}"));
    assert!(row.starts_with("<td class=\"num\">1</td><td class=\"num\">0</td><td class=\"num\">0</td>"), "{row}");
    assert!(row.contains("of=dry_run\"") && after.contains("Runs over time") && after.contains("Waiting at once"), "{after}");
}

async fn a_request_is_found_again_by_what_it_said_of_itself(engine: Engine) {
    let mut program = Program::new(engine);
    program.fill();
    program.serve_with(&[("VITRINE_TRACES_SHARE", "1")]).await;
    let watching = operator(&program).await;
    let reply = watching.get("/products").await;
    let id = reply.header("server-timing").split_once("trace;desc=\"00-").and_then(|(_, id)| id.split('-').next()).unwrap().to_owned();

    let list = watching.get("/performance/traces?by=latest&of=GET%20%2Fproducts").await.text;
    let trace = watching.get(&format!("/performance/traces?id={id}")).await.text;

    assert!(list.contains(&format!("href=\"/performance/traces?id={id}\"")), "{list}");
    for part in ["<svg class=\"trace\"", "GET /products", "What ran when", &id] {
        assert!(trace.contains(part), "{part}: {trace}");
    }
    // What was kept is written at the end, and found by the next program.
    program.stop();
    program.serve().await;
    let watching = program.signed_in("operator@test.test").await;
    let again = watching.get(&format!("/performance/traces?id={id}")).await;
    assert!(again.text.contains("What ran when"), "{}", again.text);
    // So it is by what happened in it.
    let statement = statement_of(&trace);
    let with = watching.get(&format!("/performance/traces?by=latest&with={statement}")).await.text;
    let with_nothing = watching.get("/performance/traces?by=latest&with=NOTHING").await.text;
    assert!(with.contains(&format!("href=\"/performance/traces?id={id}\"")), "{statement}: {with}");
    assert!(with_nothing.contains("None of those has it."), "{with_nothing}");
}

/// One of those that a trace shows, by its name.
fn statement_of(trace: &str) -> &str {
    let row = trace.rsplit("<tr>").find(|row| row.contains(">statement<")).unwrap_or_else(|| panic!("{trace}"));
    row.split_once("<code>").and_then(|(_, rest)| rest.split_once("</code>")).map_or("", |(name, _)| name).trim()
}

async fn what_a_page_asks_for_is_shown_with_the_page(engine: Engine) {
    let mut program = Program::new(engine);
    program.fill();
    program.serve_with(&[("VITRINE_TRACES_SHARE", "1")]).await;
    let watching = operator(&program).await;
    let page = watching.get("/products").await;
    let parent = page.header("server-timing").split_once("trace;desc=\"").and_then(|(_, rest)| rest.split('"').next()).unwrap().to_owned();

    let asked = watching.send(Method::GET, "/usage", &[("traceparent", &parent)], "").await;
    let trace = watching.get(&format!("/performance/traces?id={}", &parent[3..35])).await.text;

    assert_eq!(asked.status, 200);
    assert!(trace.contains("GET /products") && trace.contains("GET /usage"), "{trace}");
}

async fn a_collector_is_told_and_one_that_hangs_holds_up_nobody(engine: Engine) {
    let [silent, listener] = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    let address = |listener: &TcpListener| format!("http://{}", listener.local_addr().unwrap());
    let mut program = Program::new(engine);
    program.fill();
    program.serve_with(&[("VITRINE_TRACES_SHARE", "1"), ("VITRINE_OTLP_URL", address(&silent).as_str())]).await;
    let watching = operator(&program).await;

    // It accepts, and says nothing: neither a request nor the end waits for it longer than some seconds.
    assert_eq!(watching.get("/products").await.status, 200);
    let begun = Instant::now();
    program.stop();
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());

    let url = address(&listener);
    let told = thread::spawn(move || collected(&listener));
    program.serve_with(&[("VITRINE_TRACES_SHARE", "1"), ("VITRINE_OTLP_URL", url.as_str())]).await;
    let watching = program.signed_in("operator@test.test").await;
    watching.get("/products").await;
    program.stop();
    let told = told.join().unwrap();
    for part in
        ["POST /v1/traces HTTP/1.1", "\"http.route\"", "/products", "POST /v1/metrics HTTP/1.1", "http.statements", "vitrine.route", "vitrine.build"]
    {
        assert!(told.contains(part), "{part}: {told}");
    }
}

/// What a collector is sent until it was told of traces and of metrics.
fn collected(listener: &TcpListener) -> String {
    let mut all = String::new();
    while !(all.contains("/v1/metrics") && all.contains("/v1/traces")) {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.set_read_timeout(Some(Duration::from_millis(500)));
        let mut request = Vec::new();
        let mut piece = [0; 16_384];
        // One request a connection: it is over when nothing more comes.
        while let Ok(read @ 1..) = stream.read(&mut piece) {
            request.extend_from_slice(&piece[..read]);
        }
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}");
        all.push_str(&String::from_utf8_lossy(&request));
    }
    all
}

async fn a_place_that_is_none_is_not_found(engine: Engine) {
    let program = Program::serving(engine).await;
    let watching = operator(&program).await;

    let page = watching.get("/performance/nothing").await;

    assert_eq!(page.status, 404, "{}", page.text);
}

async fn statements_stand_in_the_order_that_is_asked_for(engine: Engine) {
    let program = Program::serving(engine).await;
    let operator = operator(&program).await;

    let by_name = operator.get(&format!("{PAGE}?sort=name")).await.text;
    let odd = operator.get(&format!("{PAGE}?sort=%3Cb%3E")).await;

    let names = names(&by_name);
    assert!(names.len() > 5 && names.is_sorted(), "{names:?}");
    assert!(by_name.contains("aria-sort=\"ascending\"") && by_name.contains("href=\"/performance/database?sort=p95#statements\""), "{by_name}");
    assert!(odd.status == 200 && odd.text.contains("aria-sort=\"descending\""), "{}", odd.text);
}

async fn owners_find_it_in_the_settings(engine: Engine) {
    let program = Program::serving(engine).await;
    let link = "href=\"/performance\"";

    assert!(program.signed_in("owner@demo.test").await.get("/settings").await.text.contains(link));
    assert!(!program.signed_in("editor@test.test").await.get("/settings").await.text.contains(link));
}

#[tokio::test]
async fn a_statement_that_was_slow_is_shown_with_its_plan() {
    let program = Program::serving(Engine::Postgres).await;
    let operator = operator(&program).await;
    let editor = program.signed_in("editor@test.test").await;
    let address = format!("/products/{}", first_handle(&editor.get("/products").await.text));
    let lock = program.lock();

    let edit = [("title", "Waited for"), ("base:title", "1000")];
    let (saved, ()) = tokio::join!(editor.post(&address, &edit), async {
        tokio::time::sleep(Duration::from_millis(400)).await;
        drop(lock);
    });

    assert_eq!(saved.status, 303, "{}", saved.text);
    let begun = Instant::now();
    let slow = loop {
        let page = operator.get(PAGE).await.text;
        let slow = page.split_once("id=\"slow-h\"").unwrap().1.split_once("</section>").unwrap().0.to_owned();
        if slow.contains("<summary>Plan</summary>") {
            break slow;
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "no plan came: {slow}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert!(slow.contains("<code>TAKE_SEQ</code>") && slow.contains("Update on store_seq"), "{slow}");
    assert!(!slow.contains("Waited for"), "{slow}");
}

/// Of the statements, from the top to the bottom.
fn names(page: &str) -> Vec<&str> {
    let table = page.split_once("id=\"statements-h\"").unwrap().1.split_once("</section>").unwrap().0;
    table.split("<code>").skip(1).map(|rest| rest.split_once("</code>").unwrap().0).collect()
}

async fn an_operator_looks_where_the_time_goes(engine: Engine) {
    const PLACE: &str = "/performance/bottlenecks";
    let program = Program::serving(engine).await;
    let operator = operator(&program).await;
    let nothing = operator.get("/performance/profile.txt").await;
    let owner = program.signed_in("owner@demo.test").await;
    let refused = owner.post(&format!("{PLACE}?waits"), &[("seconds", "2")]).await;
    let long = operator.post(&format!("{PLACE}?waits"), &[("seconds", "31")]).await;

    // Until it is over there is something to see.
    let asking = async {
        loop {
            owner.get("/products?q=lamp").await;
        }
    };
    let looked = tokio::select! {
        looked = operator.post("/performance/bottlenecks?waits", &[("seconds", "2")]) => looked,
        () = asking => unreachable!("it goes on"),
    };
    let page = operator.get(PLACE).await.text;
    let (text, file) = (operator.get("/performance/profile.txt").await, operator.get("/performance/profile.pb").await);

    assert_eq!((nothing.status, refused.status, long.status), (404, 403, 422), "{} {}", refused.text, long.text);
    assert!(long.text.contains("Look for 2 to 30 seconds."), "{}", long.text);
    assert_eq!((looked.status, looked.location()), (303, "/performance/bottlenecks#profile-h"), "{}", looked.text);
    assert!(page.contains("<p>Looked for ") && page.contains("<svg class=\"flame\""), "{page}");
    assert!(text.text.lines().any(|line| line.contains("tokio::")), "{}", text.text);
    assert_eq!((file.status, file.header("content-type")), (200, "application/octet-stream"));
    assert_eq!(owner.get("/performance/profile.pb").await.status, 403);
}
