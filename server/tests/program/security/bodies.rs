//! Bodies that are larger than anybody needs: refused wherever they are sent, and nothing of them stays.

use std::io;

use futures::stream;
use reqwest::{Body, Method};

use super::{
    place::token_of,
    rows::{Sent, rows},
};
use crate::support::{Engine, Program};

/// One byte more than the API takes.
const TOO_LARGE_FOR_THE_API: usize = (1 << 20) + 1;
/// One byte more than a form or a server function takes.
const TOO_LARGE_FOR_PAGES: usize = (2 << 20) + 1;

#[tokio::test]
async fn nothing_takes_a_body_without_an_end() {
    let program = Program::serving(Engine::Sqlite).await;
    let (browser, plain) = (program.signed_in("owner@demo.test").await, program.client());
    let token = token_of(&plain, "owner@demo.test").await;
    let json = format!("{{\"title\":\"{}\"}}", "x".repeat(TOO_LARGE_FOR_THE_API - 12));
    let form = format!("title={}", "x".repeat(TOO_LARGE_FOR_PAGES - 6));
    assert_eq!((json.len(), form.len()), (TOO_LARGE_FOR_THE_API, TOO_LARGE_FOR_PAGES));

    let of_api = rows().into_iter().filter(|row| row.is_of_api() && !row.reads() && !matches!(row.sent, Sent::Csv(_)));
    let mut tried = 0;
    for row in of_api {
        let kind = if row.method() == Method::PATCH { "application/merge-patch+json" } else { "application/json" };
        let headers = [("authorization", token.as_str()), ("content-type", kind), ("if-match", "*")];
        let reply = plain.send(row.method(), &row.nowhere(), &headers, json.clone()).await;
        let is_told = reply.text.contains("/api/problems/too-large");
        assert_eq!((reply.status, is_told), (413, true), "{}: {}", row.route, reply.text);
        tried += 1;
    }
    assert!(tried > 25, "{tried}");
    // Files go to the disk, and what needs nothing sent reads nothing.
    for row in rows().iter().filter(|row| !row.is_of_api() && matches!(row.sent, Sent::Form(_) | Sent::Arguments(_))) {
        let kind = if row.is_function() { "application/x-postcard" } else { "application/x-www-form-urlencoded" };
        let headers = [("content-type", kind), ("sec-fetch-site", "same-origin")];
        let reply = browser.send(row.method(), &row.nowhere(), &headers, form.clone()).await;
        assert!(matches!(reply.status, 413 | 422), "{}: {} {}", row.route, reply.status, reply.text);
    }
}

#[tokio::test]
async fn a_file_that_is_too_large_leaves_nothing_behind() {
    let mut program = Program::serving(Engine::Sqlite).await;
    program.kill();
    program.serve_with(&[("VITRINE_MAX_UPLOAD_MB", "1")]).await;
    let address = format!("{}/api/v1/imports", program.address());
    let token = token_of(&program.client(), "owner@second.test").await;
    let of_viewer = token_of(&program.client(), "viewer@test.test").await;
    let line = "lamp,Lamp of which there is a great number of others\n";
    let large = || format!("Handle,Title\n{}", line.repeat((3 << 20) / line.len()));
    let http = reqwest::Client::new();
    let send = async |token: &str, body: Body| {
        let request = http.post(&address).header("authorization", token).header("content-type", "text/csv").body(body);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };

    for body in [Body::from(large()), in_pieces(&large())] {
        let (status, text) = send(&token, body).await;
        assert_eq!((status, text.contains("/api/problems/too-large")), (413, true), "{text}");
        assert_eq!(program.uploads(), 0, "{text}");
    }
    // Whoever may not is not listened to, whatever the size.
    for body in [Body::from(large()), in_pieces(&large()), Body::from("Title\nLamp\n")] {
        assert_eq!(send(&of_viewer, body).await.0, 403);
        assert_eq!(program.uploads(), 0);
    }
    assert_eq!(program.sql("SELECT count(*) FROM jobs"), "0");
    assert_eq!(send(&token, Body::from("Title\nLamp\n")).await.0, 202);
}

/// A browser does not look at what it is told.
#[tokio::test]
async fn a_beacon_that_is_too_large_is_refused_however_it_comes() {
    let program = Program::serving(Engine::Sqlite).await;
    let address = format!("{}/vitals", program.address());
    let large = "x".repeat(70_000);
    let http = reqwest::Client::new();
    // What is refused is not read to its end, so that the line may be closed before whoever still sends has looked at the answer.
    let send = async |body: Body| http.post(&address).body(body).send().await.map_or(413, |answer| answer.status().as_u16());

    let announced = send(Body::from(large.clone())).await;
    let as_it_comes = send(in_pieces(&large)).await;
    let small = send(Body::from("{}")).await;

    assert_eq!((announced, as_it_comes, small), (413, 413, 204));
}

/// Of a length that shows only as it arrives.
fn in_pieces(text: &str) -> Body {
    let pieces: Vec<io::Result<Vec<u8>>> = text.as_bytes().chunks(64 << 10).map(|piece| Ok(piece.to_vec())).collect();
    Body::wrap_stream(stream::iter(pieces))
}
