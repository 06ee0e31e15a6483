//! The least that can send an answer: an axum handler that has it in memory. A server is held beside it (`run/beside.rs`), which starts it
//! in a process of its own.

use std::io::{Write as _, stdin, stdout};

use anyhow::Context;
use axum::{Router, response::IntoResponse};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

use crate::http::Answer;

/// What it sends.
#[derive(Debug, Serialize, Deserialize)]
pub struct Sent {
    headers: Vec<(String, String)>,
    body: String,
}

/// Those that whoever sends an answer writes by itself.
const BY_ITSELF: [&str; 4] = ["content-length", "date", "connection", "transfer-encoding"];

impl Sent {
    pub fn of(answer: &Answer) -> anyhow::Result<Self> {
        let headers = answer.headers.iter().filter(|(name, _)| !BY_ITSELF.contains(&name.as_str()));
        let headers = headers.map(|(name, value)| Ok((name.to_string(), value.to_str()?.to_owned()))).collect::<anyhow::Result<_>>()?;
        Ok(Self { headers, body: String::from_utf8(answer.body.to_vec())? })
    }
}

/// Reads from standard input what to send, says where it is, and answers every request until it is ended.
pub fn serve() -> anyhow::Result<()> {
    let Sent { headers, body } = serde_json::from_reader(stdin()).context("What to send was not understood.")?;
    let headers = headers.iter().map(|(name, value)| Ok((HeaderName::from_bytes(name.as_bytes())?, HeaderValue::from_str(value)?)));
    let headers: HeaderMap = headers.collect::<anyhow::Result<_>>()?;
    let body = Bytes::from(body);
    // As the server has it.
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let mut out = stdout();
        writeln!(out, "http://{}", listener.local_addr()?)?;
        out.flush()?;
        let router = Router::new().fallback(move || async move { (headers.clone(), body.clone()).into_response() });
        Ok(axum::serve(listener, router).await?)
    })
}
