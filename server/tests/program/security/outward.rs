//! Addresses that somebody types and the server asks: none leads to where the server is, or what is beside it. How addresses are told
//! apart is for the guard's own tests; here it is seen that nothing arrives.

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpListener,
    thread,
};

use reqwest::Method;
use serde_json::json;

use super::place::token_of;
use crate::support::{Client, Engine, Program};

/// Ways to write the machine itself, and the place where clouds tell secrets. A name shows where it leads only when it is looked up.
const LITERAL: [&str; 12] = [
    "127.0.0.1",
    "169.254.169.254",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:a9fe:a9fe]",
    "[fd00:ec2::254]",
    "0x7f.1",
    "0177.0.0.1",
    "2130706433",
    "127.1",
    "0",
    "10.0.0.1",
];
const NAMES: [&str; 3] = ["localhost", "LOCALHOST.", "ip6-localhost"];

#[tokio::test]
async fn a_webhook_reaches_nothing_inside() {
    let program = Program::serving(Engine::Sqlite).await;
    let owner = program.signed_in("owner@demo.test").await;
    let api = Api::of(&program).await;
    let inside = Inside::listen();

    for host in LITERAL {
        let url = format!("https://{host}:{}/latest/meta-data", inside.port);
        let form = owner.post("/settings/webhooks", &[("url", &url), ("events", "product.created")]).await;
        assert!(form.status == 422 && form.text.contains("is a private address"), "{url}: {} {}", form.status, form.text);
        let (status, text) = api.post("/api/v1/webhooks", &json!({"url": url, "events": ["product.created"]})).await;
        assert!(status == 422 && text.contains("\"/url\""), "{url}: {status} {text}");
    }
    assert_eq!(program.sql("SELECT count(*) FROM webhooks"), "0");
    for host in NAMES {
        let url = format!("https://{host}:{}/", inside.port);
        let (status, made) = api.post("/api/v1/webhooks", &json!({"url": url, "events": ["product.created"]})).await;
        assert_eq!(status, 201, "{url}: {made}");
        let made: serde_json::Value = serde_json::from_str(&made).unwrap();
        let (status, tested) = api.post(&format!("/api/v1/webhooks/{}/test", made["id"].as_str().expect("an id")), &json!({})).await;
        assert!(status == 200 && tested.contains("\"failed\""), "{url}: {status} {tested}");
        // Not every machine knows every name.
        assert!(host != "localhost" || tested.contains("private address"), "{url}: {tested}");
    }
    assert!(inside.heard_nothing());
}

#[tokio::test]
async fn a_provider_reaches_nothing_inside() {
    let program = Program::serving(Engine::Sqlite).await;
    let owner = program.signed_in("owner@demo.test").await;
    let inside = Inside::listen();

    for (number, host) in LITERAL.into_iter().chain(NAMES).enumerate() {
        let (name, url) = (format!("Writer {number}"), format!("https://{host}:{}/v1", inside.port));
        let form = [("name", name.as_str()), ("kind", "openai"), ("base_url", &url), ("model", "m"), ("enabled", "yes"), ("key", "sk-inside")];
        let saved = owner.post("/settings/providers", &form).await;
        // Refused when it is written down, or when it is asked.
        if saved.status == 422 {
            continue;
        }
        assert_eq!(saved.status, 303, "{url}: {}", saved.text);
        let id = program.id("providers", &format!("name = '{name}'"));
        let tried = owner.post("/settings/providers", &[("do", "try"), ("id", &id)]).await;
        assert!(tried.status == 200 && !tried.text.contains("sk-inside"), "{url}: {} {}", tried.status, tried.text);
    }
    assert!(inside.heard_nothing());
}

#[tokio::test]
async fn a_receiver_sends_nobody_on() {
    let (inside, receiver) = (Inside::listen(), TcpListener::bind("127.0.0.1:0").unwrap());
    let allowed = receiver.local_addr().unwrap().to_string();
    let mut program = Program::new(Engine::Sqlite);
    program.fill();
    // By its port alone: what else this machine serves stays out of reach.
    program.serve_with(&[("VITRINE_ALLOW_WEBHOOK_HOSTS", &allowed)]).await;
    let api = Api::of(&program).await;
    let port = inside.port;
    thread::spawn(move || {
        for mut stream in receiver.incoming().flatten() {
            let _ = stream.read(&mut [0; 4_096]);
            let _ = write!(
                stream,
                "HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:{port}/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            );
        }
    });

    let (status, made) = api.post("/api/v1/webhooks", &json!({"url": format!("http://{allowed}/"), "events": ["product.created"]})).await;
    assert_eq!(status, 201, "{made}");
    let id = serde_json::from_str::<serde_json::Value>(&made).unwrap()["id"].as_str().expect("an id").to_owned();
    let (_, tested) = api.post(&format!("/api/v1/webhooks/{id}/test"), &json!({})).await;
    let (elsewhere, refused) =
        api.post("/api/v1/webhooks", &json!({"url": format!("http://127.0.0.1:{port}/"), "events": ["product.created"]})).await;

    assert!(tested.contains("\"failed\"") && tested.contains("307"), "{tested}");
    assert_eq!(elsewhere, 422, "{refused}");
    assert!(inside.heard_nothing());
}

/// Something beside the server that is not for everybody.
struct Inside {
    listener: TcpListener,
    port: u16,
}

impl Inside {
    fn listen() -> Self {
        // Of both kinds of addresses, where there are both.
        let listener = TcpListener::bind("[::]:0").or_else(|_| TcpListener::bind("0.0.0.0:0")).unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        Self { listener, port }
    }

    fn heard_nothing(&self) -> bool {
        matches!(self.listener.accept(), Err(error) if error.kind() == ErrorKind::WouldBlock)
    }
}

struct Api {
    client: Client,
    token: String,
}

impl Api {
    async fn of(program: &Program) -> Self {
        let client = program.client();
        let token = token_of(&client, "owner@demo.test").await;
        Self { client, token }
    }

    async fn post(&self, path: &str, body: &serde_json::Value) -> (u16, String) {
        let headers = [("authorization", self.token.as_str()), ("content-type", "application/json")];
        let reply = self.client.send(Method::POST, path, &headers, body.to_string()).await;
        (reply.status, reply.text)
    }
}
