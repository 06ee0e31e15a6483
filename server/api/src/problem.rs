//! What an error is answered with: problem details (RFC 9457) with the field at fault. A cause never gets in here; it is in the log.

mod kind;

use std::{any::Any, borrow::Cow};

use axum::{
    extract::{OriginalUri, Path},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use ports::error::AppError;
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) use self::kind::{Kind, problems};
use crate::answer::Answer;

pub(crate) const CONTENT_TYPE: &str = "application/problem+json";

/// How long a program waits before it tries again what the server cannot do now.
const TRY_AGAIN_SECONDS: u64 = 5;

/// What went wrong, as problem details (RFC 9457).
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// What kind of problem it is: an address that stays the same, with an explanation behind it.
    #[serde(rename = "type")]
    #[schema(example = "/api/problems/unacceptable")]
    kind: String,
    /// The kind in some words.
    #[schema(example = "What was sent cannot be accepted")]
    title: &'static str,
    /// The status of the answer.
    #[schema(example = 422)]
    status: u16,
    /// What happened this time and what to do: a sentence for a person.
    #[schema(example = "This cannot be empty.")]
    detail: Cow<'static, str>,
    /// Which parts of the request are at fault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<Fault>,
    #[serde(skip)]
    #[schema(ignore)]
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// A part of the request that is at fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Fault {
    /// Where in the body: a JSON pointer (RFC 6901).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/title", nullable = false)]
    pointer: Option<String>,
    /// Which parameter of the address, or which header.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    parameter: Option<String>,
    /// What is wrong with it: a sentence for a person.
    #[schema(example = "This cannot be empty.")]
    detail: String,
}

impl Problem {
    pub(crate) fn new(kind: Kind, detail: impl Into<Cow<'static, str>>) -> Self {
        let (status, headers) = (kind.status(), Vec::new());
        Self { kind: format!("/api/problems/{}", kind.slug()), title: kind.title(), status, detail: detail.into(), errors: Vec::new(), headers }
    }

    /// About a parameter of the address, or about a header.
    pub(crate) fn parameter(name: &str, detail: impl Into<String>) -> Self {
        Self::at_parameter(Kind::InvalidRequest, name, detail)
    }

    pub(crate) fn at_parameter(kind: Kind, name: &str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let fault = Fault { pointer: None, parameter: Some(name.to_owned()), detail: detail.clone() };
        Self { errors: vec![fault], ..Self::new(kind, detail) }
    }

    /// About a part of the body.
    pub(crate) fn pointer(kind: Kind, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self { errors: vec![Fault::pointer(pointer, detail.clone())], ..Self::new(kind, detail) }
    }

    #[must_use]
    pub(crate) fn with(mut self, errors: Vec<Fault>) -> Self {
        self.errors = errors;
        self
    }

    /// As a part of a body with many: its pointers begin further up.
    #[must_use]
    pub(crate) fn under(mut self, prefix: &str) -> Self {
        for pointer in self.errors.iter_mut().filter_map(|fault| fault.pointer.as_mut()) {
            pointer.insert_str(0, prefix);
        }
        self
    }

    #[must_use]
    pub(crate) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    pub(crate) fn not_found() -> Self {
        AppError::NotFound.into()
    }

    pub(crate) fn internal() -> Self {
        AppError::Internal.into()
    }

    pub(crate) const fn status(&self) -> u16 {
        self.status
    }
}

impl Fault {
    pub(crate) fn pointer(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: Some(pointer.into()), parameter: None, detail: detail.into() }
    }
}

/// A part of a JSON pointer (RFC 6901, section 3).
pub(crate) fn push_pointer(pointer: &mut String, part: &str) {
    pointer.push('/');
    pointer.push_str(&part.replace('~', "~0").replace('/', "~1"));
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        let sentence = error.to_string();
        match error {
            AppError::SignedOut => crate::bearer::unknown_token(),
            AppError::Forbidden => Self::new(Kind::Forbidden, sentence),
            AppError::NotFound => Self::new(Kind::NotFound, sentence),
            AppError::Invalid(_) => Self::new(Kind::Unacceptable, sentence),
            AppError::Internal => Self::new(Kind::Internal, sentence),
            AppError::Unavailable(_) | AppError::Unreachable => {
                Self::new(Kind::Unavailable, sentence).header(header::RETRY_AFTER, HeaderValue::from(TRY_AGAIN_SECONDS))
            }
        }
    }
}

impl From<Problem> for Answer {
    fn from(problem: Problem) -> Self {
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut answer = Self::new(status, CONTENT_TYPE, body).header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        answer.headers.extend(problem.headers);
        answer
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        Answer::from(self).into_response()
    }
}

/// `GET /problems/{slug}`: what a problem's type means, for whoever follows it.
pub(crate) async fn explained(Path(slug): Path<String>) -> Result<String, Problem> {
    let kind = Kind::ALL.iter().find(|kind| kind.slug() == slug).ok_or_else(Problem::not_found)?;
    Ok(format!("{} ({})\n\n{}\n", kind.title(), kind.status(), kind.explanation()))
}

pub(crate) async fn no_such_address(OriginalUri(address): OriginalUri) -> Problem {
    tracing::debug!(path = address.path(), "nothing of the API has this address");
    Problem::new(Kind::NotFound, "There is nothing at this address. What there is stands in /api/v1/openapi.json.")
}

pub(crate) async fn method_not_allowed(method: Method) -> Problem {
    Problem::new(Kind::MethodNotAllowed, format!("{method} is not understood here. The header Allow says what is."))
}

/// What a panic is answered with; the log has its cause.
pub(crate) fn panicked(_cause: Box<dyn Any + Send + 'static>) -> Response {
    Problem::internal().into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(problem: &Problem) -> String {
        serde_json::to_string(problem).unwrap()
    }

    #[test]
    fn a_problem_names_its_kind_and_the_field_at_fault() {
        let problem = Problem::pointer(Kind::Unacceptable, "/title", "This cannot be empty.");

        assert_eq!(
            json(&problem),
            r#"{"type":"/api/problems/unacceptable","title":"What was sent cannot be accepted","status":422,"detail":"This cannot be empty.","errors":[{"pointer":"/title","detail":"This cannot be empty."}]}"#
        );
    }

    #[test]
    fn a_pointer_escapes_what_would_be_a_part_of_it() {
        let mut pointer = "/extras".to_owned();
        push_pointer(&mut pointer, "Fit / ~size");
        assert_eq!(pointer, "/extras/Fit ~1 ~0size");
    }

    #[test]
    fn a_part_of_a_batch_points_into_the_whole() {
        let problem = Problem::pointer(Kind::Unacceptable, "/title", "No.").under("/operations/3/create");
        assert!(json(&problem).contains(r#""pointer":"/operations/3/create/title""#), "{problem:?}");
    }

    #[test]
    fn a_failure_of_a_port_keeps_its_status_and_its_sentence() {
        let unavailable = AppError::Unavailable("The database is busy.".into());
        for error in [AppError::Forbidden, AppError::NotFound, AppError::Invalid("No.".into()), AppError::Internal, unavailable] {
            let (status, sentence) = (error.status(), error.to_string());
            let problem = Problem::from(error);
            assert_eq!((problem.status, problem.detail.as_ref()), (status, sentence.as_str()));
        }
    }
}
