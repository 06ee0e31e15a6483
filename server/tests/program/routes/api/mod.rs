//! The REST API, asked as a program asks.

mod auth;
mod batch;
mod change_log;
mod changes;
mod documents;
mod exports;
mod idempotency;
mod images;
mod imports;
mod jobs;
mod members;
mod products;
mod reviews;
mod runs;
mod usage;
mod variants;
mod versions;
mod webhooks;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Client, PASSWORD, Program, Reply};

/// A program that has logged in.
struct Api {
    client: Client,
    authorization: String,
}

impl Api {
    /// In the name of one of the people of [`Program::serving`].
    async fn of(program: &Program, email: &str) -> Self {
        let password = if email == "owner@demo.test" { "vitrine-demo" } else { PASSWORD };
        let reply = log_in(&program.client(), &json!({"email": email, "password": password})).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        Self { client: program.client(), authorization: format!("Bearer {}", reply.json()["token"].as_str().unwrap()) }
    }

    async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, &[], "").await
    }

    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Reply {
        let headers = [&[("authorization", self.authorization.as_str())][..], headers].concat();
        self.client.send(method, path, &headers, body).await
    }

    async fn post(&self, path: &str, body: &Value) -> Reply {
        self.post_with(path, &[], body).await
    }

    async fn post_with(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Reply {
        self.send(Method::POST, path, &[&[("content-type", "application/json")][..], headers].concat(), body.to_string()).await
    }

    async fn patch(&self, product: &str, if_match: &str, body: &Value) -> Reply {
        let headers = [("content-type", "application/merge-patch+json"), ("if-match", if_match)];
        self.send(Method::PATCH, &format!("/api/v1/products/{product}"), &headers, body.to_string()).await
    }

    /// Makes a product; what it was answered with.
    async fn made(&self, body: &Value) -> Reply {
        let reply = self.post("/api/v1/products", body).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        reply
    }
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

async fn log_in(client: &Client, credentials: &Value) -> Reply {
    client.send(Method::POST, "/api/v1/auth/login", &[("content-type", "application/json")], credentials.to_string()).await
}

/// Checks that an answer is a problem of a kind, and names what is at fault: a pointer, a parameter or nothing.
#[track_caller]
fn problem(reply: &Reply, status: u16, kind: &str, at_fault: &str) {
    assert_eq!((reply.status, reply.header("content-type")), (status, "application/problem+json"), "{}", reply.text);
    let json = reply.json();
    assert_eq!((json["type"].as_str(), json["status"].as_u64()), (Some(format!("/api/problems/{kind}").as_str()), Some(status.into())), "{json}");
    assert!(json["detail"].as_str().is_some_and(|detail| detail.ends_with(['.', '"'])), "{json}");
    let fault = &json["errors"][0];
    let named = fault["pointer"].as_str().or(fault["parameter"].as_str()).unwrap_or_default();
    assert_eq!(named, at_fault, "{json}");
}

/// Leaves every token there is no scopes but these.
fn with_scopes(program: &Program, scopes: &str) {
    program.sql(&format!("UPDATE api_tokens SET scopes = {}", domain::scope::Scopes::parse(scopes).unwrap().bits()));
}
