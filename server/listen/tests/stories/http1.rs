//! One request after the other.

use std::time::Duration;

use futures::future::join_all;
use listen::{Limits, PerAddress, raise_descriptors};
use tokio::time::{Instant, sleep};

use crate::support::{Raw, SOON, Server, milliseconds, patient};

#[tokio::test]
async fn a_connection_is_kept_for_the_next_request() {
    let server = Server::start(patient()).await;
    let mut raw = server.raw().await;

    raw.ask("/").await;
    let first = raw.until("hello").await;
    raw.ask("/peer").await;
    let second = raw.until("127.0.0.1").await;

    assert!(first.starts_with("HTTP/1.1 200 OK") && second.starts_with("HTTP/1.1 200 OK"), "{first} {second}");
    assert!(!first.contains("strict-transport-security"), "nothing is encrypted here: {first}");
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let server = Server::start(Limits { head_bytes: 8 << 10, ..patient() }).await;
    let large = "x".repeat(9 << 10);

    let (long, many) = (server.get(&format!("/?{large}")).await, server.get(&format!("/ HTTP/1.1\r\n{}x: ", "y: z\r\n".repeat(200))).await);

    assert!(long.starts_with("HTTP/1.1 431") || long.starts_with("HTTP/1.1 414"), "{long}");
    assert!(many.starts_with("HTTP/1.1 431"), "{many}");
    assert!(server.get(&format!("/?{}", "x".repeat(7 << 10))).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_request_has_one_host() {
    let server = Server::start(patient()).await;

    for (head, status) in [
        ("GET / HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n", 400),
        ("GET /api/v1/products HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/1.0\r\n\r\n", 200),
    ] {
        let mut raw = server.raw().await;
        raw.say(head).await;
        let answer = raw.rest().await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")) || answer.starts_with(&format!("HTTP/1.0 {status}")), "{head}: {answer}");
        assert_eq!(answer.contains("application/problem+json"), head.contains("/api/"), "{answer}");
    }
}

#[tokio::test]
async fn an_address_in_full_is_seen_as_a_path_and_a_host() {
    let server = Server::start(patient()).await;

    let answer = server.get("http://shop.test/seen?a=b").await;

    assert!(answer.ends_with("/seen?a=b Some(\"shop.test\")\n"), "{answer}");
}

#[tokio::test]
async fn one_connection_too_many_is_told_to_come_back() {
    let server = Server::start(Limits { connections: 2, ..patient() }).await;
    let mut held = Vec::new();
    for _ in 0..2 {
        held.push(held_connection(&server).await);
    }

    let refused = server.raw().await.rest().await;
    assert!(refused.starts_with("HTTP/1.1 503") && refused.contains("retry-after: 5") && refused.contains("too many connections"), "{refused}");

    held.clear();
    until_served(&server).await;
}

#[tokio::test]
async fn one_address_has_its_share() {
    let per_address = PerAddress { connections: 1, this_machine_too: true };
    let server = Server::start(Limits { per_address, ..patient() }).await;
    let held = held_connection(&server).await;

    let refused = server.raw().await.rest().await;
    assert!(refused.starts_with("HTTP/1.1 503") && refused.contains("from your address"), "{refused}");

    drop(held);
    until_served(&server).await;
}

#[tokio::test]
async fn thousands_that_do_nothing_disturb_nobody() {
    // Both ends of each are in this process; ten thousand are connected to the program by its own tests.
    let many = raise_descriptors().map_or(2_000, |most| most.saturating_sub(500) / 2).min(2_000);
    let server = Server::start(Limits { hello: Duration::from_mins(10), ..patient() }).await;
    let mut idle: Vec<Raw> = Vec::new();
    while idle.len() < many as usize {
        idle.extend(join_all((0..100).map(|_| server.raw())).await);
    }

    let begun = Instant::now();
    for _ in 0..20 {
        assert!(server.get("/").await.contains("hello"));
    }
    assert!(begun.elapsed() < SOON, "{:?} with {} idle connections", begun.elapsed(), idle.len());

    // They were let in, and are answered when they begin to speak.
    let tenth = idle.len() / 10;
    for raw in idle.iter_mut().step_by(tenth) {
        raw.ask("/").await;
        raw.until("hello").await;
    }
}

async fn held_connection(server: &Server) -> Raw {
    let mut raw = server.raw().await;
    raw.ask("/").await;
    raw.until("hello").await;
    raw
}

/// The server learns of an end when it reads it.
async fn until_served(server: &Server) {
    let begun = Instant::now();
    while !server.get("/").await.contains("hello") {
        assert!(begun.elapsed() < SOON, "a place that was given back is free");
        sleep(milliseconds(20)).await;
    }
}
