//! How fast somebody may ask, and what they are told.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Client, Engine, PASSWORD, Program, Reply, on_both_engines};

on_both_engines!(beacons_are_sent_away_first_when_there_is_too_much_to_do);

/// A twentieth of the usual limits: a token has 30 points, an address 150, an email two logins and an address three.
const STRICT: (&str, &str) = ("VITRINE_RATE_LIMIT", "0.05");

async fn serving(settings: &[(&str, &str)]) -> Program {
    let mut program = Program::new(Engine::Sqlite);
    program.fill();
    program.serve_with(settings).await;
    program
}

async fn log_in(client: &Client, email: &str, password: &str) -> Reply {
    let body = json!({"email": email, "password": password}).to_string();
    client.send(Method::POST, "/api/v1/auth/login", &[("content-type", "application/json")], body).await
}

fn body(reply: &Reply) -> Value {
    serde_json::from_str(&reply.text).unwrap_or_else(|error| panic!("{error}: {}", reply.text))
}

/// Asks until it is refused; how often it was not, and the refusal.
async fn until_refused(client: &Client, path: &str, headers: &[(&str, &str)]) -> (u32, Reply) {
    for asked in 0..1_000 {
        let reply = client.send(Method::GET, path, headers, "").await;
        if reply.status == 429 {
            return (asked, reply);
        }
    }
    panic!("nobody was refused");
}

#[tokio::test]
async fn whoever_asks_too_fast_is_told_when_to_come_back() {
    let program = serving(&[STRICT]).await;
    let client = program.client();
    let bearer = async |email: &str| format!("Bearer {}", body(&log_in(&client, email, PASSWORD).await)["token"].as_str().unwrap());
    let (fast, other) = (bearer("viewer@test.test").await, bearer("editor@test.test").await);

    let first = client.send(Method::GET, "/api/v1/products?q=lamp", &[("authorization", &fast)], "").await;
    let (_, refused) = until_refused(&client, "/api/v1/products?limit=1", &[("authorization", &fast)]).await;

    assert_eq!(first.header("ratelimit-policy"), r#""token";q=30;w=12;qu="points", "address";q=150;w=12;qu="points""#);
    assert_eq!((first.status, first.header("ratelimit")), (200, r#""token";r=28;t=1"#));
    let problem = body(&refused);
    assert_eq!((problem["type"].as_str(), problem["status"].as_u64()), (Some("/api/problems/rate-limited"), Some(429)), "{problem}");
    assert_eq!(problem["violated-policies"], json!(["token"]));
    assert_eq!((refused.header("content-type"), refused.header("cache-control")), ("application/problem+json", "no-store"));
    assert_eq!((refused.header("retry-after"), refused.header("ratelimit")), ("1", r#""token";r=0;t=1"#));
    // Somebody else is not held up, and whether the program lives can always be asked.
    assert_eq!(client.send(Method::GET, "/api/v1/products", &[("authorization", &other)], "").await.status, 200);
    for _ in 0..300 {
        assert_eq!((client.get("/healthz").await.status, client.get("/readyz").await.status), (200, 200));
    }
    assert!(client.get("/api/problems/rate-limited").await.text.contains("RateLimit-Policy"));
}

#[tokio::test]
async fn logins_are_limited_by_email_and_by_address() {
    let program = serving(&[STRICT]).await;
    let client = program.client();

    let first = log_in(&client, "Viewer@test.test ", "wrong").await;
    let second = client.sign_in("viewer@test.test", "wrong").await;
    let third = log_in(&client, "viewer@test.test", PASSWORD).await;
    let of_another = log_in(&client, "editor@test.test", PASSWORD).await;
    let by_form = client.sign_in("reviewer@test.test", PASSWORD).await;

    assert_eq!((first.status, second.status, of_another.status), (401, 422, 200), "{} {}", second.text, of_another.text);
    assert_eq!((third.status, &body(&third)["violated-policies"]), (429, &json!(["login-email"])), "{}", third.text);
    assert!(third.header("retry-after").parse::<u64>().unwrap() >= 1 && third.header("ratelimit").starts_with("\"login-email\";r=0"));
    assert!(by_form.status == 429 && by_form.text.contains("Try again in ") && by_form.cookie().is_empty(), "{}", by_form.text);
    assert!(by_form.header("content-type").starts_with("text/html"));
    assert!(by_form.header("retry-after").parse::<u64>().unwrap() >= 1);
}

#[tokio::test]
async fn an_address_is_believed_of_named_proxies_alone() {
    let (one, two) = ([("x-forwarded-for", "203.0.113.9, 198.51.100.1")], [("x-forwarded-for", "203.0.113.9, 198.51.100.2")]);
    for (trusted, expected) in [("127.0.0.0/8", 401), ("", 429)] {
        let program = serving(&[STRICT, ("VITRINE_TRUSTED_PROXIES", trusted)]).await;
        let client = program.client();

        let (asked, _) = until_refused(&client, "/api/v1/products", &one).await;

        assert!(asked >= 150, "{asked}");
        assert_eq!(client.send(Method::GET, "/api/v1/products", &two, "").await.status, expected, "trusted: {trusted:?}");
        assert_eq!(program.log().contains("is not named in VITRINE_TRUSTED_PROXIES"), trusted.is_empty());
    }
}

#[tokio::test]
async fn limits_can_be_switched_off_and_are_wide_on_this_machine() {
    let mut program = serving(&[]).await;
    let wide = program.client().get("/api/v1/products").await;
    program.kill();
    program.serve_with(&[("VITRINE_RATE_LIMIT", "off")]).await;
    let off = program.client().get("/api/v1/products").await;

    assert_eq!(wide.header("ratelimit-policy"), r#""address";q=3000000;w=12;qu="points""#);
    assert_eq!((off.status, off.header("ratelimit-policy"), off.header("ratelimit")), (401, "", ""));
}

#[tokio::test]
async fn processes_with_one_redis_share_their_limits_and_do_without_it() {
    let redis =
        std::env::var("VITRINE_TEST_REDIS_URL").expect("VITRINE_TEST_REDIS_URL is not set: run scripts/redis-for-tests and set what it prints");
    let settings = [STRICT, ("VITRINE_REDIS_URL", redis.as_str()), ("VITRINE_TRUSTED_PROXIES", "127.0.0.1")];
    let programs = [serving(&settings).await, serving(&settings).await];
    let gone = serving(&[STRICT, ("VITRINE_REDIS_URL", "redis://127.0.0.1:1"), ("VITRINE_TRUSTED_PROXIES", "127.0.0.1")]).await;
    // Nobody else counts for an address.
    let address = || {
        let mut random = [0; 3];
        getrandom::fill(&mut random).unwrap();
        format!("10.{}.{}.{}", random[0], random[1], random[2])
    };

    let mut elsewhere = Vec::new();
    // On a busy machine Redis may be late, and is left alone for some seconds.
    while elsewhere.iter().all(|&asked| asked >= 75) && elsewhere.len() < 5 {
        let address = address();
        let headers = [("x-forwarded-for", address.as_str())];
        until_refused(&programs[0].client(), "/api/v1/products", &headers).await;
        elsewhere.push(until_refused(&programs[1].client(), "/api/v1/products", &headers).await.0);
    }
    let (alone, _) = until_refused(&gone.client(), "/api/v1/products", &[("x-forwarded-for", &address())]).await;

    // What came back while it was asked, and not another 150.
    assert!(elsewhere.last().is_some_and(|&asked| asked < 75), "{elsewhere:?}");
    assert!(alone >= 150, "{alone}");
}

#[tokio::test]
async fn when_there_is_too_much_to_write_it_is_told_and_who_looks_goes_on() {
    let program = Program::serving(Engine::Sqlite).await;
    let client = program.client();
    let token = format!("Bearer {}", body(&log_in(&client, "editor@test.test", PASSWORD).await)["token"].as_str().unwrap());
    let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
    let lock = program.lock();

    let made = |number: u32| json!({"title": format!("Taken on {number}")}).to_string();
    let writes = (0..60).map(|number| client.send(Method::POST, "/api/v1/products", &headers, made(number)));
    let meanwhile = async {
        tokio::time::sleep(Duration::from_millis(1_200)).await;
        let read = client.send(Method::GET, "/api/v1/products", &headers, "").await;
        let others = [read.status, client.get("/healthz").await.status, client.get("/api/v1/openapi.json").await.status];
        tokio::time::sleep(Duration::from_millis(1_400)).await;
        drop(lock);
        others
    };
    let (written, others) = futures::join!(futures::future::join_all(writes), meanwhile);

    let refused = written.iter().find(|reply| reply.status == 503).expect("not all of them fit");
    assert_eq!(body(refused)["type"], "/api/problems/overloaded", "{}", refused.text);
    assert!((1..=3).contains(&refused.header("retry-after").parse::<u32>().unwrap()), "{:?}", refused.headers);
    // Nor do those who only look wait for them.
    assert_eq!(others, [200, 200, 200]);
    // What was taken on is done, and what was not is nowhere.
    let done = written.iter().filter(|reply| reply.status == 201).count();
    assert!(done >= 8 && written.iter().all(|reply| reply.status == 201 || body(reply)["type"] == "/api/problems/overloaded"), "{done}");
    assert_eq!(program.sql("SELECT count(*) FROM products WHERE title LIKE 'Taken on %'"), done.to_string());
    assert!(client.get("/api/problems/overloaded").await.text.contains("(503)"));
}

async fn beacons_are_sent_away_first_when_there_is_too_much_to_do(engine: Engine) {
    let program = Program::serving(engine).await;
    let client = program.client();
    let token = format!("Bearer {}", body(&log_in(&client, "editor@test.test", PASSWORD).await)["token"].as_str().unwrap());
    let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
    // On PostgreSQL those who write hold the connections that a list would need.
    let page = if engine == Engine::Sqlite { "/api/v1/products" } else { "/sign-in" };
    let beacon = async || client.send(Method::POST, "/vitals", &[], "{}").await.status;
    let before = beacon().await;
    let lock = program.lock();

    let made = |number: u32| json!({"title": format!("Taken on {number}")}).to_string();
    let writes = (0..60).map(|number| client.send(Method::POST, "/api/v1/products", &headers, made(number)));
    // All of it is answered while those who write wait: for the lock, and for their turn.
    let meanwhile = async {
        let begun = Instant::now();
        while beacon().await != 503 {
            assert!(begun.elapsed() < Duration::from_secs(10), "no beacon was sent away");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let read = client.send(Method::GET, page, &headers, "").await.status;
        drop(lock);
        read
    };
    let (written, read) = futures::join!(futures::future::join_all(writes), meanwhile);

    assert_eq!((before, read), (204, 200));
    let statuses: Vec<u16> = written.iter().map(|reply| reply.status).collect();
    assert!(statuses.contains(&201) && statuses.iter().all(|status| [201, 503].contains(status)), "{statuses:?}");
    // Nobody waits any more.
    assert_eq!(beacon().await, 204);
}
