//! Many requests at once.

use std::sync::atomic::Ordering;

use futures::future::join_all;
use listen::Limits;
use tokio::time::{Instant, timeout};

use crate::support::{SOON, Server, http2, milliseconds, patient, read, request};

#[tokio::test]
async fn many_requests_share_a_connection() {
    let server = Server::start(patient()).await;
    let (requests, _connection) = http2(server.connect().await).await;
    let begun = Instant::now();

    let answers = join_all((0..50).map(|_| {
        let mut requests = requests.clone();
        async move { read(requests.send_request(request("/slow/100")).await.unwrap()).await }
    }))
    .await;

    assert!(answers.iter().all(|answer| *answer == (200, "done\n".to_owned())), "{answers:?}");
    assert!(begun.elapsed() < milliseconds(2_500), "they were not one after the other: {:?}", begun.elapsed());
}

#[tokio::test]
async fn no_more_requests_at_once_than_are_allowed() {
    let server = Server::start(Limits { streams: 3, ..patient() }).await;
    let (requests, _connection) = http2(server.connect().await).await;
    // The server's settings are there with the first answer.
    read(requests.clone().send_request(request("/")).await.unwrap()).await;

    join_all((0..9).map(|_| {
        let mut requests = requests.clone();
        async move { read(requests.send_request(request("/slow/50")).await.unwrap()).await }
    }))
    .await;

    assert_eq!(server.most_at_once.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn the_host_is_where_handlers_look_for_it() {
    let server = Server::start(patient()).await;
    let (mut requests, _connection) = http2(server.connect().await).await;

    let answer = read(requests.send_request(request("/seen?a=b")).await.unwrap()).await;

    assert_eq!(answer, (200, "/seen?a=b Some(\"here\")\n".to_owned()));
}

#[tokio::test]
async fn more_headers_than_anybody_needs_are_refused() {
    let server = Server::start(patient()).await;
    let (mut requests, _connection) = http2(server.connect().await).await;
    let mut many = request("/");
    for number in 0..200 {
        many.headers_mut().insert(axum::http::HeaderName::try_from(format!("x-{number}")).unwrap(), axum::http::HeaderValue::from_static("y"));
    }

    assert_eq!(requests.send_request(many).await.unwrap().status(), 431);
    assert_eq!(requests.send_request(request("/")).await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_connection_that_is_not_used_is_said_goodbye_to() {
    let server = Server::start(Limits { idle: milliseconds(300), ping: milliseconds(50), ..patient() }).await;
    let (mut requests, connection) = http2(server.connect().await).await;
    read(requests.send_request(request("/")).await.unwrap()).await;

    let ended = timeout(SOON, connection).await.expect("the connection is closed").unwrap();

    assert!(ended.is_ok(), "{ended:?}");
}
