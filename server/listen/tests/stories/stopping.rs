//! The end, in good order.

use std::time::Duration;

use futures::future::join_all;
use listen::Options;
use tokio::{
    net::TcpStream,
    time::{Instant, sleep, timeout},
};

use crate::support::{SOON, Server, http2, milliseconds, patient, read, request};

#[tokio::test]
async fn what_is_running_is_finished_and_nothing_new_begun() {
    let server = Server::start(patient()).await;
    let address = server.address;
    let mut raw = server.raw().await;
    raw.ask("/slow/600").await;
    sleep(milliseconds(100)).await;

    let ended = server.stop();
    sleep(milliseconds(100)).await;

    assert!(TcpStream::connect(address).await.is_err(), "nobody else is let in");
    let answer = raw.rest().await;
    assert!(answer.contains("connection: close") && answer.ends_with("done\n"), "{answer}");
    assert_eq!(ended.await.unwrap(), 0);
}

#[tokio::test]
async fn an_upload_on_its_way_arrives() {
    let server = Server::start(patient()).await;
    let mut raw = server.raw().await;
    raw.say("POST /length HTTP/1.1\r\nhost: here\r\ncontent-length: 20\r\n\r\n0123456789").await;
    sleep(milliseconds(100)).await;

    let ended = server.stop();
    sleep(milliseconds(1_000)).await;
    raw.say("0123456789").await;

    assert!(raw.rest().await.ends_with("20 bytes\n"));
    assert_eq!(ended.await.unwrap(), 0);
}

#[tokio::test]
async fn a_connection_that_nobody_uses_does_not_hold_it_up() {
    let server = Server::start(patient()).await;
    let mut spoken = server.raw().await;
    spoken.ask("/").await;
    spoken.until("hello").await;
    let (_silent, mut second) = (server.raw().await, http2(server.connect().await).await);
    read(second.0.send_request(request("/")).await.unwrap()).await;
    let begun = Instant::now();

    let ended = server.stop();

    assert_eq!(timeout(SOON, ended).await.unwrap().unwrap(), 0);
    assert!(begun.elapsed() < milliseconds(2_000), "{:?}", begun.elapsed());
    assert!(timeout(SOON, second.1).await.unwrap().unwrap().is_ok(), "HTTP/2 is said goodbye to");
}

#[tokio::test]
async fn streams_are_finished_on_http2() {
    let server = Server::start(patient()).await;
    let (mut requests, connection) = http2(server.connect().await).await;
    let running = requests.send_request(request("/slow/600"));
    let running = tokio::spawn(running);
    sleep(milliseconds(100)).await;

    let ended = server.stop();

    assert_eq!(read(running.await.unwrap().unwrap()).await, (200, "done\n".to_owned()));
    assert_eq!(ended.await.unwrap(), 0);
    assert!(timeout(SOON, connection).await.unwrap().unwrap().is_ok());
    assert!(requests.send_request(request("/")).await.is_err(), "the connection has ended");
}

#[tokio::test]
async fn a_load_balancer_has_time_to_find_out() {
    let options = Options {
        limits: patient(),
        tls: None,
        drain: milliseconds(800),
        grace: SOON,
        ready_path: "/readyz",
        connections: std::sync::Arc::default(),
    };
    let server = Server::start_with(options).await;
    let (address, mut kept) = (server.address, server.raw().await);
    kept.ask("/readyz").await;
    kept.until("ready").await;

    let ended = server.stop();
    sleep(milliseconds(100)).await;

    let mut new = crate::support::Raw(TcpStream::connect(address).await.expect("it goes on"));
    new.ask("/readyz").await;
    let ready = new.rest().await;
    assert!(ready.starts_with("HTTP/1.1 503") && ready.contains("stopping"), "{ready}");
    kept.ask("/").await;
    let answer = kept.rest().await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("connection: close"), "{answer}");
    assert_eq!(ended.await.unwrap(), 0);
}

#[tokio::test]
async fn not_one_of_fifty_is_lost() {
    let server = Server::start(patient()).await;
    let mut raws = join_all((0..50).map(|_| server.raw())).await;
    let asking = join_all(raws.iter_mut().enumerate().map(async |(number, raw)| {
        // Some are in the middle of it, some have only connected.
        sleep(milliseconds(number as u64 * 8)).await;
        raw.ask("/slow/100").await;
        raw.rest().await
    }));
    let asking = async {
        let stopped = async {
            sleep(milliseconds(200)).await;
            server.stop().await.unwrap()
        };
        tokio::join!(asking, stopped)
    };

    let (answers, cut_off) = timeout(SOON * 2, asking).await.unwrap();

    assert!(answers.iter().all(|answer| answer.ends_with("done\n")), "{answers:?}");
    assert_eq!(cut_off, 0);
}

#[tokio::test]
async fn what_does_not_end_is_cut_off() {
    let options = Options {
        limits: patient(),
        tls: None,
        drain: Duration::ZERO,
        grace: milliseconds(300),
        ready_path: "/readyz",
        connections: std::sync::Arc::default(),
    };
    let server = Server::start_with(options).await;
    let mut raw = server.raw().await;
    raw.ask("/never").await;
    sleep(milliseconds(100)).await;

    assert_eq!(timeout(SOON, server.stop()).await.unwrap().unwrap(), 1);
    assert_eq!(raw.rest().await, "");
}
