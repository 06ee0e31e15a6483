//! Who asks: a token in `Authorization` (RFC 6750), looked up once a request, and the scope that the operation needs.

use std::{marker::PhantomData, sync::OnceLock};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, header, request::Parts},
};
use domain::{
    ids::{StoreId, TokenId},
    scope::Scope,
};
use ports::tokens::{Bearer, TokenSecret};

use crate::{
    options::Api,
    problem::{Kind, Problem},
};

/// A token that may do what `S` says. A handler that takes one cannot be reached without it.
pub(crate) struct Allowed<S> {
    pub(crate) bearer: Bearer,
    scope: PhantomData<S>,
}

/// A scope as a type.
pub(crate) trait Needs {
    const SCOPE: Scope;
}

pub(crate) struct ReadProducts;
pub(crate) struct WriteProducts;
pub(crate) struct ReadJobs;
pub(crate) struct WriteJobs;
pub(crate) struct ReadRuns;
pub(crate) struct WriteRuns;
pub(crate) struct ReadReviews;
pub(crate) struct WriteReviews;
pub(crate) struct ReadUsage;
pub(crate) struct ReadMembers;
pub(crate) struct ReadWebhooks;
pub(crate) struct WriteWebhooks;

impl Needs for ReadProducts {
    const SCOPE: Scope = Scope::ReadProducts;
}

impl Needs for WriteProducts {
    const SCOPE: Scope = Scope::WriteProducts;
}

impl Needs for ReadJobs {
    const SCOPE: Scope = Scope::ReadJobs;
}

impl Needs for WriteJobs {
    const SCOPE: Scope = Scope::WriteJobs;
}

impl Needs for ReadRuns {
    const SCOPE: Scope = Scope::ReadRuns;
}

impl Needs for WriteRuns {
    const SCOPE: Scope = Scope::WriteRuns;
}

impl Needs for ReadReviews {
    const SCOPE: Scope = Scope::ReadReviews;
}

impl Needs for WriteReviews {
    const SCOPE: Scope = Scope::WriteReviews;
}

impl Needs for ReadUsage {
    const SCOPE: Scope = Scope::ReadUsage;
}

impl Needs for ReadMembers {
    const SCOPE: Scope = Scope::ReadMembers;
}

impl Needs for ReadWebhooks {
    const SCOPE: Scope = Scope::ReadWebhooks;
}

impl Needs for WriteWebhooks {
    const SCOPE: Scope = Scope::WriteWebhooks;
}

/// Filled with who asked, for whoever put it beside the request and looks at it afterwards.
#[derive(Debug, Default)]
pub(crate) struct Caller(pub(crate) OnceLock<(StoreId, TokenId)>);

/// Longer than any that was ever made.
const LONGEST: usize = 256;

impl<S: Needs> FromRequestParts<Api> for Allowed<S> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let secret = secret(&parts.headers)?;
        let bearer = api.ports.tokens.bearer(&secret).await?.ok_or_else(unknown_token)?;
        if let Some(caller) = parts.extensions.get::<std::sync::Arc<Caller>>() {
            let _ = caller.0.set((bearer.access.store, bearer.token));
        }
        if bearer.scopes.contains(S::SCOPE) { Ok(Self { bearer, scope: PhantomData }) } else { Err(insufficient(S::SCOPE)) }
    }
}

/// What stands in `Authorization`.
pub(crate) fn secret(headers: &HeaderMap) -> Result<TokenSecret, Problem> {
    let mut sent = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(authorization), None) = (sent.next(), sent.next()) else { return Err(no_token()) };
    let text = authorization.to_str().map_err(|_| no_token())?;
    let (scheme, secret) = text.split_once(' ').ok_or_else(no_token)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(no_token());
    }
    let secret = secret.trim();
    if secret.is_empty() || secret.len() > LONGEST { Err(unknown_token()) } else { Ok(TokenSecret(secret.to_owned())) }
}

/// Nothing was sent, so nothing is wrong with it: no error code (RFC 6750, section 3).
fn no_token() -> Problem {
    let detail = "Send a token in the header Authorization, as in \"Bearer vitrine_...\".";
    challenged(Problem::new(Kind::Unauthenticated, detail), r#"Bearer realm="Vitrine""#)
}

pub(crate) fn unknown_token() -> Problem {
    let detail = "This token is unknown, was ended or has run out. Make another one on the settings page.";
    challenged(Problem::new(Kind::InvalidToken, detail), r#"Bearer realm="Vitrine", error="invalid_token""#)
}

fn insufficient(scope: Scope) -> Problem {
    let scope = scope.name();
    let problem = Problem::new(Kind::InsufficientScope, format!("This token lacks the scope {scope}. Make one that has it on the settings page."));
    challenged(problem, &format!(r#"Bearer realm="Vitrine", error="insufficient_scope", scope="{scope}""#))
}

fn challenged(problem: Problem, challenge: &str) -> Problem {
    match HeaderValue::from_str(challenge) {
        Ok(challenge) => problem.header(header::WWW_AUTHENTICATE, challenge),
        Err(_) => problem,
    }
}

/// Somebody who is logged in by no password: they are told how one asks.
pub(crate) fn wrong_credentials(sentence: String) -> Problem {
    challenged(Problem::new(Kind::WrongCredentials, sentence), r#"Bearer realm="Vitrine""#)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(values: &[&str]) -> Result<String, u16> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        }
        secret(&headers).map(|secret| secret.0).map_err(|problem| problem.status())
    }

    #[test]
    fn a_token_stands_behind_its_scheme() {
        assert_eq!(sent(&["Bearer vitrine_abc"]), Ok("vitrine_abc".into()));
        assert_eq!(sent(&["bearer  vitrine_abc"]), Ok("vitrine_abc".into()));
    }

    #[test]
    fn what_is_no_token_is_none() {
        for values in [&[][..], &["vitrine_abc"], &["Basic dTpw"], &["Bearer "], &["Bearer a", "Bearer b"]] {
            assert_eq!(sent(values), Err(401), "{values:?}");
        }
        assert_eq!(sent(&[&format!("Bearer {}", "a".repeat(257))]), Err(401));
    }
}
