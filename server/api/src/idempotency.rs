//! `Idempotency-Key`: a write is done once however often it is sent, and is answered the same each time.

use std::{future::Future, panic::AssertUnwindSafe};

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{ids::Seq, op::Op};
use futures::FutureExt;
use ports::{
    idempotency::{Answered, Begun, LONGEST_KEY},
    product::{Receipt, Source, Submission},
    tokens::Bearer,
};
use sha2::{Digest, Sha256};

use crate::{
    answer::Answer,
    body::Asked,
    ids::Ids,
    options::Api,
    problem::{Kind, Problem},
};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// What a write needs.
pub(crate) struct Work {
    pub(crate) api: Api,
    pub(crate) bearer: Bearer,
    pub(crate) asked: Asked,
    pub(crate) ids: Ids,
}

impl Work {
    /// What became of an op when this request was sent before and its answer was lost. It comes before every condition: by its own
    /// change the product is no longer what the request was decided upon.
    pub(crate) async fn done_before(&self, index: usize) -> Result<Option<Receipt>, Problem> {
        if !self.ids.are_of_key() {
            return Ok(None);
        }
        Ok(self.api.ports.catalogue.receipt(&self.bearer.access, self.ids.op(index)).await?)
    }

    /// Without a key nobody knows the ids that the ops have.
    const fn submission(&self) -> Submission {
        Submission { source: Source::Api, may_be_retried: self.ids.are_of_key() }
    }

    /// Does an op in the name of whoever asks.
    pub(crate) async fn submit(&self, op: Op) -> Result<Receipt, Problem> {
        Ok(self.api.ports.catalogue.submit_from(&self.bearer.access, self.submission(), op).await?)
    }

    /// The same if its product is still as it was when the op was made of it; none when it is not, and then nothing is done.
    pub(crate) async fn submit_upon(&self, op: Op, version: Seq) -> Result<Option<Receipt>, Problem> {
        Ok(self.api.ports.catalogue.submit_upon(&self.bearer.access, self.submission(), op, version).await?)
    }
}

/// Does a write, or gives the answer that it was given before.
pub(crate) async fn once<F, Done>(api: Api, bearer: Bearer, asked: Asked, work: F) -> Response
where
    F: FnOnce(Work) -> Done + Send + 'static,
    Done: Future<Output = Result<Answer, Problem>> + Send + 'static,
{
    let key = match key(&asked.headers) {
        Ok(Some(key)) => key,
        Ok(None) => {
            let ids = Ids::random(&api);
            return work(Work { api, bearer, asked, ids }).await.unwrap_or_else(Answer::from).into_response();
        }
        Err(problem) => return problem.into_response(),
    };
    // In a task of its own: a program that goes away in the middle is one that asks again, and must find the answer.
    let deciding = api.options.deciding;
    let done = tokio::spawn(deciding(Box::pin(with_key(api, bearer, asked, key, work))));
    done.await.unwrap_or_else(|error| {
        tracing::error!(%error, "a write was not done");
        Problem::internal().into_response()
    })
}

async fn with_key<F, Done>(api: Api, bearer: Bearer, asked: Asked, key: String, work: F) -> Response
where
    F: FnOnce(Work) -> Done + Send + 'static,
    Done: Future<Output = Result<Answer, Problem>> + Send + 'static,
{
    let who = bearer.access.clone();
    let hash = hash(&asked);
    let keeper = api.ports.idempotency.clone();
    match keeper.begin(&who, &key, hash).await {
        Ok(Begun::New) => {}
        Ok(Begun::Answered(answered)) => return replayed(answered).into_response(),
        Ok(Begun::Running) => {
            let detail = "A request with this Idempotency-Key is being done. Send it again in a moment to have its answer.";
            return Problem::new(Kind::StillRunning, detail).header(header::RETRY_AFTER, HeaderValue::from(1_u64)).into_response();
        }
        Ok(Begun::Other) => {
            let detail = "This Idempotency-Key was used for another request. Take another one.";
            return Problem::at_parameter(Kind::KeyReused, "Idempotency-Key", detail).into_response();
        }
        Err(error) => return Problem::from(error).into_response(),
    }
    let ids = Ids::of_key(&who, &key, &hash);
    // A panic in the work is none here, so that the key is given back.
    let done = AssertUnwindSafe(work(Work { api, bearer, asked, ids })).catch_unwind().await;
    let answer = done.unwrap_or_else(|_| {
        tracing::error!("a write was not done, as there was a panic");
        Err(Problem::internal())
    });
    let answer = answer.unwrap_or_else(Answer::from);
    let kept = if is_kept(answer.status) { keeper.keep(&who, &key, kept(&answer)).await } else { keeper.give_back(&who, &key).await };
    if let Err(error) = kept {
        // What was done is done, and its ids see to it that it is not done twice.
        tracing::warn!(%error, "what a write was answered could not be kept");
    }
    answer.into_response()
}

/// None without one.
fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut sent = headers.get_all(&KEY).iter();
    let Some(key) = sent.next() else { return Ok(None) };
    let visible = |byte: &u8| (0x21..=0x7e).contains(byte);
    match key.to_str() {
        Ok(text) if sent.next().is_none() && (1..=LONGEST_KEY).contains(&text.len()) && text.as_bytes().iter().all(visible) => {
            Ok(Some(text.to_owned()))
        }
        _ => Err(Problem::parameter("Idempotency-Key", "Send one Idempotency-Key of 1 to 255 visible ASCII characters, such as a UUID.")),
    }
}

/// What makes a request the same: what is asked, and upon which version it was decided.
fn hash(asked: &Asked) -> [u8; 32] {
    let conditions = asked.headers.get_all(header::IF_MATCH).iter().map(HeaderValue::as_bytes);
    let address = asked.address.path_and_query().map_or("", |address| address.as_str());
    let mut hash = Sha256::new();
    for part in [asked.method.as_str().as_bytes(), address.as_bytes(), &asked.body].into_iter().chain(conditions) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// Nothing was done when the server could not, or when somebody was not let in: the same may be tried again.
fn is_kept(status: StatusCode) -> bool {
    !status.is_server_error() && !matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS)
}

fn kept(answer: &Answer) -> Answered {
    let text = |(name, value): &(HeaderName, HeaderValue)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()));
    Answered { status: answer.status.as_u16(), headers: answer.headers.iter().filter_map(text).collect(), body: answer.body.to_vec() }
}

fn replayed(answered: Answered) -> Answer {
    let header = |(name, value): (String, String)| Some((HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?));
    Answer {
        status: StatusCode::from_u16(answered.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        headers: answered.headers.into_iter().filter_map(header).collect(),
        body: answered.body.into(),
        once: None,
    }
    .header(REPLAYED, HeaderValue::from_static("true"))
}

#[cfg(test)]
mod tests {
    use axum::http::{Method, Uri};
    use bytes::Bytes;

    use super::*;

    fn asked(method: Method, address: &'static str, body: &'static str, condition: &'static str) -> Asked {
        let headers = HeaderMap::from_iter([(header::IF_MATCH, HeaderValue::from_static(condition))]);
        Asked { method, address: Uri::from_static(address), headers, body: Bytes::from_static(body.as_bytes()) }
    }

    #[test]
    fn another_request_has_another_hash() {
        let first = hash(&asked(Method::PATCH, "/api/v1/products/a", "{}", "\"1\""));

        assert_eq!(hash(&asked(Method::PATCH, "/api/v1/products/a", "{}", "\"1\"")), first);
        for other in [
            asked(Method::DELETE, "/api/v1/products/a", "{}", "\"1\""),
            asked(Method::PATCH, "/api/v1/products/b", "{}", "\"1\""),
            asked(Method::PATCH, "/api/v1/products/a", "{ }", "\"1\""),
            asked(Method::PATCH, "/api/v1/products/a", "{}", "\"2\""),
            asked(Method::PATCH, "/api/v1/products/", "a{}", "\"1\""),
        ] {
            assert_ne!(hash(&other), first, "{other:?}");
        }
    }

    #[test]
    fn a_key_is_short_and_visible() {
        let key = |text: &str| key(&HeaderMap::from_iter([(KEY, HeaderValue::from_str(text).unwrap())])).map_err(|problem| problem.status());

        assert_eq!(key("order-7"), Ok(Some("order-7".into())));
        assert_eq!(key(&"k".repeat(255)).map(|key| key.map(|key| key.len())), Ok(Some(255)));
        for bad in ["", "a b", "\tk", &"k".repeat(256), "schlüssel"] {
            assert_eq!(key(bad), Err(400), "{bad:?}");
        }
        assert_eq!(super::key(&HeaderMap::new()), Ok(None));
    }

    #[test]
    fn an_answer_is_given_again_as_it_was_and_says_so() {
        let answer = Answer::json(StatusCode::CREATED, &1).unwrap().text_header(header::LOCATION, "/api/v1/products/a");

        let again = replayed(kept(&answer));

        assert_eq!((again.status, &again.body), (answer.status, &answer.body));
        assert_eq!(again.headers[..2], answer.headers[..]);
        assert_eq!(again.headers[2], (REPLAYED, HeaderValue::from_static("true")));
    }

    #[test]
    fn a_failure_of_the_server_is_not_kept() {
        let is_kept = |status: u16| is_kept(StatusCode::from_u16(status).unwrap());
        assert!([200, 201, 204, 400, 404, 409, 412, 422].into_iter().all(is_kept));
        assert!(![401, 403, 429, 500, 503].into_iter().any(is_kept));
    }
}
