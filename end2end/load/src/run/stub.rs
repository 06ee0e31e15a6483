//! A server for tests, which answers everything at once, or not before a moment.

use http::HeaderValue;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    time::{Instant, sleep_until},
};

use crate::{
    ask::{Account, Caller, Product, bearer},
    ground::Scene,
    http::Site,
    measure::Meter,
};

/// A server that stands still until a moment, and what there is to ask it for.
pub(super) async fn scene(still_until: Instant) -> Scene {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let site = Site::from_url(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut buffer = [0; 4_096];
                while let Ok(read @ 1..) = stream.read(&mut buffer).await {
                    sleep_until(still_until).await;
                    let asked = String::from_utf8_lossy(&buffer[..read]).into_owned();
                    stream.write_all(answer(asked.lines().next().unwrap_or_default()).as_bytes()).await.unwrap();
                }
            });
        }
    });
    let product = |n: u32| Product { id: format!("id-{n}"), handle: format!("lamp-{n}"), title: format!("Lamp {n}"), etag: format!("\"{n}\"") };
    Scene {
        site,
        accounts: vec![Account { email: "a@load.test".into(), password: "password-1".into() }],
        callers: vec![Caller { authorization: bearer("t").unwrap(), cookie: Some(HeaderValue::from_static("session=1")) }],
        products: (1..=20).map(product).collect(),
        total: 20,
        meter: Meter::default(),
        figures: None,
        seed: 1,
    }
}

fn answer(line: &str) -> String {
    if line.starts_with("POST /vitals") {
        return "HTTP/1.1 204 No Content\r\n\r\n".to_owned();
    }
    let (headers, body) = if line.contains("/auth/login") {
        ("", "{\"token\":\"t\"}")
    } else if line.contains("/api/v1/products/") {
        ("etag: \"7\"\r\n", "{\"id\":\"1\"}")
    } else if line.starts_with("GET /products/") {
        ("content-type: text/html\r\n", "<!doctype html>")
    } else {
        ("", "{\"products\":[]}")
    };
    format!("HTTP/1.1 200 OK\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}
