//! Writes that are done once however often they are sent: `Idempotency-Key` (IETF draft
//! draft-ietf-httpapi-idempotency-key-header-07).

use async_trait::async_trait;

use crate::{Access, error::AppError};

/// How long an answer is kept for who asks again: a day, in seconds.
pub const KEPT_SECONDS: i64 = 24 * 60 * 60;

/// After so many seconds without an answer, whoever was working on it is taken for dead.
pub const ABANDONED_SECONDS: i64 = 60;

/// The longest key, in characters.
pub const LONGEST_KEY: usize = 255;

/// The longest body that is kept, in bytes.
pub const LONGEST_BODY: usize = 1 << 20;

/// What is answered again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    pub status: u16,
    /// Names in small letters.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// What came of announcing a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// Nobody has sent it before: it is to be done, and its answer kept or the key given back.
    New,
    /// It was answered before.
    Answered(Answered),
    /// Somebody is doing it just now.
    Running,
    /// The key was used for something else.
    Other,
}

#[async_trait]
pub trait Idempotency: Send + Sync {
    /// Announces a write. Keys are one's own in a store: 1 to 255 visible characters of ASCII. `asked` is a hash of method, path and
    /// body. Of many who announce the same at once one is told that it is new. A write that was announced and not answered within
    /// [`ABANDONED_SECONDS`] is new again for whoever asks the same.
    async fn begin(&self, who: &Access, key: &str, asked: [u8; 32]) -> Result<Begun, AppError>;

    /// Keeps what was answered, the first answer where there are several. One that the server failed with (500 and above) is none:
    /// the key is given back. In place of a body longer than [`LONGEST_BODY`] a sentence is kept, see [`Answered::short_enough`].
    async fn keep(&self, who: &Access, key: &str, answered: Answered) -> Result<(), AppError>;

    /// Gives the key back: nothing was done, and the same may be tried again. What was answered stays.
    async fn give_back(&self, who: &Access, key: &str) -> Result<(), AppError>;
}

impl Answered {
    /// As it is kept. The status of an answer that is too long stays, so that who asks again learns how it went and does not do it
    /// once more; its body says that it is not there.
    #[must_use]
    pub fn short_enough(self) -> Self {
        if self.body.len() <= LONGEST_BODY {
            return self;
        }
        let mut headers = self.headers;
        headers.retain(|(name, _)| !name.starts_with("content-"));
        headers.push(("content-type".into(), "application/json".into()));
        let went = if self.status < 400 { "was done" } else { "was refused" };
        let body =
            format!(r#"{{"detail":"This {went} when it was sent first; the answer was too long to be kept. Read what you need of it anew."}}"#);
        Self { status: self.status, headers, body: body.into_bytes() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_answer_that_is_too_long_everything_but_the_body_is_kept() {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let headers = vec![header("content-length", "1048577"), header("location", "/api/v1/products/lamp"), header("content-type", "text/csv")];
        let fits = Answered { status: 201, headers: headers.clone(), body: vec![b'x'; LONGEST_BODY] };

        let long = Answered { body: vec![b'x'; LONGEST_BODY + 1], ..fits.clone() }.short_enough();

        assert_eq!(fits.clone().short_enough(), fits);
        assert_eq!((long.status, &long.headers), (201, &vec![headers[1].clone(), header("content-type", "application/json")]));
        assert!(long.body.starts_with(br#"{"detail":"This was done "#) && long.body.ends_with(br#"."}"#));
    }
}
