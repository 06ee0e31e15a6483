//! Whoever is slow, on purpose or not.

use std::time::Duration;

use http_body_util::BodyExt;
use listen::{Limits, Rate};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::{Instant, sleep, timeout},
};

use crate::support::{LARGE, SOON, Server, http2, milliseconds, patient, read, request};

#[tokio::test]
async fn a_head_that_comes_byte_by_byte_is_cut_off() {
    let server = Server::start(Limits { head: milliseconds(400), ..patient() }).await;
    let mut raw = server.raw().await;
    let begun = Instant::now();

    raw.say("GET / HTTP/1.1\r\nhost: here\r\nx: ").await;
    while raw.0.write_all(b"y").await.is_ok() && begun.elapsed() < SOON {
        sleep(milliseconds(50)).await;
    }

    assert!((milliseconds(300)..SOON).contains(&begun.elapsed()), "{:?}", begun.elapsed());
    assert!(server.get("/").await.contains("hello"), "the others are served");
}

#[tokio::test]
async fn a_head_of_one_letter_is_cut_off() {
    let server = Server::start(Limits { head: milliseconds(200), ..patient() }).await;
    let mut raw = server.raw().await;

    // Either version begins with it.
    raw.say("P").await;

    assert_eq!(raw.rest().await, "");
}

#[tokio::test]
async fn a_head_that_does_not_end_is_given_up_on_http2_too() {
    let server = Server::start(Limits { idle: milliseconds(300), ..patient() }).await;
    let mut raw = server.raw().await;

    // Settings; then a head that is to be continued, and is not.
    raw.say("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
    raw.0.write_all(&[0, 0, 0, 4, 0, 0, 0, 0, 0]).await.unwrap();
    raw.0.write_all(&[0, 0, 1, 1, 0, 0, 0, 0, 1, 0x82]).await.unwrap();

    let mut all = Vec::new();
    let _ = timeout(SOON * 2, raw.0.read_to_end(&mut all)).await.expect("the connection is closed");
}

#[tokio::test]
async fn whoever_says_nothing_is_not_waited_for() {
    let server = Server::start(Limits { hello: milliseconds(200), ..patient() }).await;

    assert_eq!(server.raw().await.rest().await, "");
}

#[tokio::test]
async fn a_connection_that_is_not_used_is_closed() {
    let server = Server::start(Limits { idle: milliseconds(300), ..patient() }).await;
    let mut raw = server.raw().await;
    raw.ask("/slow/600").await;
    raw.until("done").await;
    let answered = Instant::now();

    assert_eq!(raw.rest().await, "");
    assert!(answered.elapsed() >= milliseconds(200), "the time of the request did not count: {:?}", answered.elapsed());
}

#[tokio::test]
async fn an_unused_connection_makes_room_in_a_crowd() {
    let limits = Limits { connections: 4, idle: Duration::from_mins(1), idle_when_crowded: milliseconds(200), ..patient() };
    let server = Server::start(limits).await;
    let mut raws = Vec::new();
    for _ in 0..2 {
        let mut raw = server.raw().await;
        raw.ask("/").await;
        raw.until("hello").await;
        raws.push(raw);
    }
    sleep(milliseconds(600)).await;
    raws[0].ask("/").await;
    raws[0].until("hello").await;

    let mut third = server.raw().await;
    third.ask("/").await;
    third.until("hello").await;

    assert_eq!(raws[1].rest().await, "");
}

#[tokio::test]
async fn a_body_that_never_ends_is_given_up() {
    let server = Server::start(Limits { rate: Rate { bytes: 1_000, within: milliseconds(400) }, ..patient() }).await;
    let mut raw = server.raw().await;

    raw.say("POST /length HTTP/1.1\r\nhost: here\r\ncontent-length: 1000000\r\n\r\nbegun").await;
    let answer = raw.rest().await;

    assert!(answer.starts_with("HTTP/1.1 408 Request Timeout") && answer.contains("connection: close"), "{answer}");
    assert!(answer.contains("came too slowly"), "{answer}");
    assert!(answer.contains("cache-status: vitrine-memory; fwd=bypass") && answer.contains("server-timing: total;dur="), "{answer}");
}

#[tokio::test]
async fn a_body_that_comes_byte_by_byte_is_given_up() {
    let server = Server::start(Limits { rate: Rate { bytes: 1_000, within: milliseconds(400) }, ..patient() }).await;
    let mut raw = server.raw().await;
    let begun = Instant::now();

    raw.say("POST /length HTTP/1.1\r\nhost: here\r\ntransfer-encoding: chunked\r\n\r\n").await;
    while raw.0.write_all(b"1\r\nx\r\n").await.is_ok() && begun.elapsed() < SOON {
        sleep(milliseconds(20)).await;
    }

    assert!((milliseconds(300)..SOON).contains(&begun.elapsed()), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_long_body_at_a_good_pace_is_taken() {
    let limits = Limits { rate: Rate { bytes: 1_000, within: milliseconds(1_000) }, request: milliseconds(1_500), ..patient() };
    let server = Server::start(limits).await;
    let mut raw = server.raw().await;

    raw.say("POST /length HTTP/1.1\r\nhost: here\r\ncontent-length: 30000\r\n\r\n").await;
    for _ in 0..30 {
        raw.say(&"x".repeat(1_000)).await;
        sleep(milliseconds(70)).await;
    }

    raw.until("30000 bytes").await;
}

#[tokio::test]
async fn an_answer_that_is_not_taken_is_cut_off() {
    let server = Server::start(Limits { rate: Rate { bytes: 1_000, within: milliseconds(300) }, ..patient() }).await;
    let mut raw = server.raw().await;

    raw.ask("/endless").await;
    sleep(milliseconds(1_500)).await;

    // What the system had taken is there; the rest was given up.
    assert!(raw.rest().await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_large_answer_that_is_taken_slowly_arrives() {
    let limits = Limits { rate: Rate { bytes: 1_000, within: milliseconds(500) }, ..patient() };
    let server = Server::start(limits).await;
    let mut raw = server.raw().await;

    raw.say("GET /large HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n").await;
    let (mut taken, mut some) = (0, vec![0; 1 << 20]);
    while let Ok(length @ 1..) = raw.0.read(&mut some).await {
        taken += length;
        sleep(milliseconds(60)).await;
    }

    assert!(taken > LARGE, "{taken} bytes");
}

#[tokio::test]
async fn a_large_answer_that_is_taken_slowly_arrives_on_http2() {
    let limits = Limits { rate: Rate { bytes: 1_000, within: milliseconds(500) }, ..patient() };
    let server = Server::start(limits).await;
    let (mut requests, _connection) = http2(server.connect().await).await;

    let mut body = requests.send_request(request("/large")).await.unwrap().into_body();
    let mut taken = 0;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { break };
        taken += frame.data_ref().map_or(0, bytes::Bytes::len);
        // Once a megabyte.
        if taken % (1 << 20) < 16 << 10 {
            sleep(milliseconds(50)).await;
        }
    }

    assert_eq!(taken, LARGE);
}

#[tokio::test]
async fn an_answer_that_is_not_taken_is_cut_off_on_http2_too() {
    let server = Server::start(Limits { rate: Rate { bytes: 1_000, within: milliseconds(300) }, ..patient() }).await;
    let (mut requests, connection) = http2(server.connect().await).await;

    // Its body is left where it is.
    let _answer = requests.send_request(request("/endless")).await.unwrap();

    let ended = tokio::time::timeout(SOON, connection).await.expect("the connection is closed").unwrap();
    assert!(ended.is_err(), "{ended:?}");
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_answered_all_the_same() {
    let server = Server::start(Limits { request: milliseconds(300), ..patient() }).await;
    let (mut requests, _connection) = http2(server.connect().await).await;

    let (status, text) = read(requests.send_request(request("/never")).await.unwrap()).await;
    let answer = server.get("/never").await;

    assert!(status == 503 && text.contains("took too long"), "{status} {text}");
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("retry-after: 60") && answer.contains("connection: close"), "{answer}");
}
