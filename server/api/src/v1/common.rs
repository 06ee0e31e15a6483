//! What resources have in common beside their shapes: ids in addresses, writes of what they name, bodies that may be left out, words,
//! answers that are told by their bytes, and parts of lists.

use std::{future::Future, str::FromStr};

use axum::{
    extract::{Path, rejection::PathRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::query::{encode, pairs};
use ports::{error::AppError, tokens::Bearer};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::openapi::{Object, ObjectBuilder, Type};

use super::ROOT;
use crate::{
    answer::Answer,
    body::{Asked, JSON},
    etag,
    idempotency::{Work, once},
    options::Api,
    problem::{Kind, Problem},
};

/// The body of what needs none: nothing at all, or `{}`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// The part of an address that is an id: what is none names nothing.
pub(super) fn id<T: FromStr>(part: Result<Path<String>, PathRejection>) -> Result<T, Problem> {
    part.ok().and_then(|Path(text)| text.parse().ok()).ok_or_else(Problem::not_found)
}

/// Does a write of what the address names.
pub(super) async fn once_of<T, F, Done>(api: Api, bearer: Bearer, named: Result<T, Problem>, asked: Asked, work: F) -> Response
where
    T: Send + 'static,
    F: FnOnce(Work, T) -> Done + Send + 'static,
    Done: Future<Output = Result<Answer, Problem>> + Send + 'static,
{
    match named {
        Ok(named) => once(api, bearer, asked, move |sent| work(sent, named)).await,
        Err(problem) => problem.into_response(),
    }
}

/// One of some words.
pub(super) fn word<T: Copy>(name: &str, text: &str, known: &[(&str, T)]) -> Result<T, Problem> {
    let found = known.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
    let words = || known.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
    found.ok_or_else(|| Problem::parameter(name, format!("{text:?} is none of: {}.", words())))
}

/// What was asked for, or that one has it already.
pub(super) fn shown(content: &impl Serialize, headers: &HeaderMap) -> Result<Answer, Problem> {
    let answer = Answer::json(StatusCode::OK, content)?;
    let etag = etag::of_bytes(&answer.body);
    Ok(answer.tagged(&etag, headers))
}

/// The same of a part of a list, with where the next part is. `path` is that of the list below [`ROOT`], `address` what it was asked
/// with.
pub(super) fn shown_part(content: &impl Serialize, headers: &HeaderMap, path: &str, address: &str, next: Option<&str>) -> Result<Answer, Problem> {
    let answer = shown(content, headers)?;
    Ok(match next {
        Some(next) => linked(answer, &next_address(path, address, next)),
        None => answer,
    })
}

/// With the address of the next part (RFC 8288).
pub(super) fn linked(answer: Answer, next: &str) -> Answer {
    answer.text_header(header::LINK, &format!("<{next}>; rel=\"next\""))
}

/// The same list from a cursor on.
pub(super) fn next_address(path: &str, address: &str, cursor: &str) -> String {
    let mut next = format!("{ROOT}{path}?");
    for (name, value) in pairs(address).filter(|(name, _)| name != "cursor") {
        encode(&name, &mut next);
        next.push('=');
        encode(&value, &mut next);
        next.push('&');
    }
    next.push_str("cursor=");
    next.push_str(cursor);
    next
}

/// What a write has left, told by its bytes as it is where it is read.
pub(super) fn written(status: StatusCode, content: &impl Serialize) -> Result<Answer, Problem> {
    let answer = Answer::json(status, content)?;
    let etag = etag::of_bytes(&answer.body);
    Ok(answer.text_header(header::ETAG, &etag))
}

/// A body that says more than its address: it may be left out, or be `null`.
pub(super) fn optional<T: DeserializeOwned + Default>(asked: &Asked) -> Result<T, Problem> {
    if matches!(asked.body.trim_ascii(), b"" | b"null") { Ok(T::default()) } else { asked.json(JSON) }
}

/// Nothing is wrong with what was sent: it is how what is there stands that does not allow it.
pub(super) fn clash(error: AppError) -> Problem {
    match error {
        AppError::Invalid(sentence) => Problem::new(Kind::Conflict, sentence),
        error => error.into(),
    }
}

/// The schema of a value that is one of some words.
pub(super) fn one_of<'a>(words: impl IntoIterator<Item = &'a str>, says: &str) -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).description(Some(says)).build()
}

#[cfg(test)]
mod tests {
    use axum::http::{Method, Uri};
    use bytes::Bytes;

    use super::*;

    #[test]
    fn a_word_is_one_of_those_there_are() {
        assert_eq!(word("sort", "b", &[("a", 1), ("b", 2)]), Ok(2));
        assert!(serde_json::to_string(&word("sort", "c", &[("a", 1), ("b", 2)]).unwrap_err()).unwrap().contains("is none of: a, b."));
    }

    #[test]
    fn what_is_no_id_names_nothing() {
        let id = |text: &str| id::<domain::ids::JobId>(Ok(Path(text.to_owned()))).map_err(|problem| problem.status());

        assert!(id("0198c0de-0000-7000-8000-000000000001").is_ok());
        assert_eq!([id("latest"), id("")], [Err(404), Err(404)]);
    }

    #[test]
    fn the_next_part_is_of_the_same_list() {
        assert_eq!(next_address("/reviews", "type=L%C3%A4mp&cursor=old", "new"), "/api/v1/reviews?type=L%C3%A4mp&cursor=new");
        assert_eq!(next_address("/reviews", "", "new"), "/api/v1/reviews?cursor=new");
    }

    #[test]
    fn a_body_that_is_not_needed_may_be_left_out_but_says_nothing_unknown() {
        let asked = |body: &'static str, kind: &'static str| Asked {
            method: Method::POST,
            address: Uri::from_static("/"),
            headers: HeaderMap::from_iter([(axum::http::header::CONTENT_TYPE, axum::http::HeaderValue::from_static(kind))]),
            body: Bytes::from_static(body.as_bytes()),
        };
        let read = |body, kind| optional::<Nothing>(&asked(body, kind)).map(|_| ()).map_err(|problem| problem.status());

        assert_eq!([read("", "text/plain"), read("null", "application/json"), read("{}", "application/json")], [Ok(()); 3]);
        assert_eq!([read("{\"now\":true}", "application/json"), read("{}", "text/plain")], [Err(400), Err(415)]);
    }
}
