//! Whether somebody has an account is nobody's business: neither what is said tells it, nor how long that takes.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;

use crate::support::{Client, Engine, Program, Reply, encoded};

const KNOWN: &str = "editor@test.test";
const UNKNOWN: &str = "nobody@test.test";

/// How often each is timed; the one in the middle counts.
const TRIES: usize = 7;

/// Where one says who one is.
#[derive(Clone, Copy, Debug)]
enum Door {
    Page,
    Api,
    BeforeVersions,
}

const DOORS: [Door; 3] = [Door::Page, Door::Api, Door::BeforeVersions];

#[tokio::test]
async fn an_unknown_email_takes_as_long_as_a_wrong_password() {
    let program = Program::serving(Engine::Sqlite).await;
    let client = program.client();

    // The third is the second under its old address.
    for door in [Door::Page, Door::Api] {
        // A long one is not hashed.
        for password in ["wrong".to_owned(), "w".repeat(5_000)] {
            let (mut known, mut unknown) = (Vec::new(), Vec::new());
            // In turns, so that what else the machine does hits both.
            for _ in 0..TRIES {
                known.push(took(&program, &client, door, KNOWN, &password).await);
                unknown.push(took(&program, &client, door, UNKNOWN, &password).await);
            }
            known.sort();
            unknown.sort();
            let ratio = known[TRIES / 2].as_secs_f64() / unknown[TRIES / 2].as_secs_f64();
            assert!((0.5..2.0).contains(&ratio), "{door:?} with {} characters: known {known:?}, unknown {unknown:?}", password.len());
        }
    }
}

#[tokio::test]
async fn every_email_that_is_not_let_in_is_told_the_same() {
    let program = Program::serving(Engine::Sqlite).await;
    let client = program.client();
    let long = format!("{}@test.test", "n".repeat(400));

    for door in DOORS {
        let known = told(&program, &client, door, KNOWN).await;
        assert!(matches!(known.0, 401 | 422) && known.1.contains("The email or the password is wrong."), "{known:?}");
        for email in [UNKNOWN, "", "nobody", "\u{201c}nobody\u{201d}@test.test", " EDITOR@Test.test ", "' OR 1 = 1 --", "%", &long] {
            assert_eq!(told(&program, &client, door, email).await, known, "{door:?} {email:?}");
        }
    }
}

#[tokio::test]
async fn whoever_guesses_is_slowed_down_whether_or_not_there_is_an_account() {
    let program = Program::serving(Engine::Sqlite).await;
    let client = program.client();

    for door in DOORS {
        let mut waits = Vec::new();
        for email in [KNOWN, UNKNOWN] {
            forget(&program);
            for _ in 0..6 {
                tried(&client, door, email, "wrong").await;
            }
            let slowed = tried(&client, door, email, "wrong").await;
            waits.push((slowed.status, same(&slowed), slowed.header("retry-after").is_empty()));
        }
        assert_eq!(waits[0], waits[1], "{door:?}");
        assert_eq!((waits[0].0, waits[0].2), (429, false), "{door:?}");
    }
}

async fn took(program: &Program, client: &Client, door: Door, email: &str, password: &str) -> Duration {
    forget(program);
    let begun = Instant::now();
    let reply = tried(client, door, email, password).await;
    let took = begun.elapsed();
    assert!(matches!(reply.status, 401 | 422), "{door:?} {email}: {} {}", reply.status, reply.text);
    took
}

async fn told(program: &Program, client: &Client, door: Door, email: &str) -> (u16, String, String) {
    forget(program);
    let reply = tried(client, door, email, "wrong").await;
    let mut headers: Vec<String> = reply.headers.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
    headers.retain(|header| !["date:", "server-timing:", "content-length:", "ratelimit:"].iter().any(|start| header.starts_with(start)));
    headers.sort();
    (reply.status, same(&reply), headers.join("\n"))
}

/// What is said, without the email that was typed, which the page's field still has.
fn same(reply: &Reply) -> String {
    let Some((before, rest)) = reply.text.split_once("id=\"email\"") else { return reply.text.clone() };
    let (field, behind) = rest.split_once('>').expect("the field ends");
    format!("{before}{}{behind}", field.split(" value").next().unwrap_or_default())
}

async fn tried(client: &Client, door: Door, email: &str, password: &str) -> Reply {
    match door {
        Door::Page => {
            let form = format!("email={}&password={}", encoded(email), encoded(password));
            let headers = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
            client.send(Method::POST, "/sign-in", &headers, form).await
        }
        Door::Api | Door::BeforeVersions => {
            let address = if matches!(door, Door::Api) { "/api/v1/auth/login" } else { "/api/auth/login" };
            let body = json!({"email": email, "password": password}).to_string();
            client.send(Method::POST, address, &[("content-type", "application/json")], body).await
        }
    }
}

/// As if nobody had guessed.
fn forget(program: &Program) {
    program.sql("DELETE FROM sign_in_failures");
}
