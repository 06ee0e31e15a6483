//! The way out for webhooks. Whoever puts the program together passes one that lets no request through to where it must not go.

use async_trait::async_trait;

/// Sends one POST over HTTPS, follows no redirect, and gives the answer once its head is there. It need not watch the time: whoever asks drops
/// it when it takes too long.
#[async_trait]
pub trait Post: Send + Sync {
    async fn post(&self, request: Outgoing<'_>) -> Result<Answer, Unsent>;
}

#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    pub url: &'a str,
    /// Names in small letters.
    pub headers: &'a [(&'static str, &'a str)],
    pub body: &'a str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// The header `Retry-After` as it came.
    pub retry_after: Option<String>,
    /// The beginning of the body, some hundred bytes, as far as it came soon.
    pub beginning: String,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsent {
    /// The address may not be asked: a sentence that says what to do.
    #[error("{0}")]
    Forbidden(String),
    /// It was not reached, or did not answer: the end of a sentence, as `connection refused`.
    #[error("{0}")]
    Failed(String),
}
