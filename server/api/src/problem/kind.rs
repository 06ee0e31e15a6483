//! The kinds of problems there are. Programs tell them apart by their addresses: a kind keeps its word.

use std::collections::BTreeMap;

use utoipa::openapi::{Content, Ref, RefOr, Response, ResponseBuilder};

use super::CONTENT_TYPE;

macro_rules! kinds {
    ($($name:ident = $status:literal, $slug:literal, $title:literal, $explanation:literal;)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Kind { $($name),* }

        impl Kind {
            pub(crate) const ALL: &[Self] = &[$(Self::$name),*];

            /// The last part of its address.
            pub(crate) const fn slug(self) -> &'static str {
                match self { $(Self::$name => $slug),* }
            }

            pub(crate) const fn title(self) -> &'static str {
                match self { $(Self::$name => $title),* }
            }

            pub(crate) const fn status(self) -> u16 {
                match self { $(Self::$name => $status),* }
            }

            pub(crate) const fn explanation(self) -> &'static str {
                match self { $(Self::$name => $explanation),* }
            }
        }
    };
}

kinds! {
    InvalidRequest = 400, "invalid-request", "The request was not understood",
        "A parameter, a header or the body is not as the document says. The errors name which, and what is expected.";
    Unauthenticated = 401, "unauthenticated", "A token is missing",
        "Send a token in the header Authorization: Bearer TOKEN. An owner makes them on the settings page; POST /api/v1/auth/login gives one for a password.";
    InvalidToken = 401, "invalid-token", "The token is not good",
        "The token is unknown, was ended, has run out, or its person is no longer a member of the store.";
    WrongCredentials = 401, "wrong-credentials", "The email or the password is wrong",
        "Nobody was logged in. After some wrong passwords the next one is looked at only after a while.";
    Forbidden = 403, "forbidden", "The role does not allow this",
        "A token asks in the name of a person, and may what that person's role in the store allows.";
    InsufficientScope = 403, "insufficient-scope", "The token's scopes do not allow this",
        "The header WWW-Authenticate names the scope that is needed. Scopes are chosen when a token is made.";
    NotFound = 404, "not-found", "This is not there",
        "It never was, it is in the trash, or it belongs to another store.";
    MethodNotAllowed = 405, "method-not-allowed", "This method is not understood here",
        "The header Allow names those that are.";
    Conflict = 409, "conflict", "This clashes with what is there",
        "Another product has the handle, or the product is in the trash.";
    StillRunning = 409, "still-running", "The same request is being done",
        "A request with the same Idempotency-Key has not been answered yet. Send it again in a moment, and its answer comes.";
    ChangedMeanwhile = 412, "changed-meanwhile", "Somebody changed this meanwhile",
        "What is there is no longer the version that If-Match names. Nothing was changed. Read it again, and decide again.";
    TooLarge = 413, "too-large", "The request is too large",
        "A body has 1 MB at most. Send a batch in several parts.";
    UnsupportedMediaType = 415, "unsupported-media-type", "The body is of a kind that is not understood",
        "The document says in which kinds an operation reads its body; most read application/json.";
    Unacceptable = 422, "unacceptable", "What was sent cannot be accepted",
        "The request was understood, but a value breaks a rule. The errors name which, and why.";
    KeyReused = 422, "idempotency-key-reused", "The Idempotency-Key was used for something else",
        "A key stands for one request. Take another for another request.";
    PreconditionRequired = 428, "precondition-required", "The header If-Match is missing",
        "Send the ETag of the version that the change was decided upon, so that nobody's change is lost, or * to replace whatever is there.";
    TooManyRequests = 429, "too-many-requests", "Too many requests",
        "The header Retry-After says in how many seconds to try again.";
    Internal = 500, "internal", "Something went wrong on the server",
        "The cause is in the server's log.";
    Unavailable = 503, "unavailable", "The server cannot do this now",
        "It may later: the header Retry-After says in how many seconds to try again.";
}

/// The answers of an operation that are problems, for its document.
macro_rules! problems {
    ($(#[$doc:meta])* $name:ident: $($kind:ident),* $(,)?) => {
        $(#[$doc])*
        pub(crate) struct $name;

        impl utoipa::IntoResponses for $name {
            fn responses() -> std::collections::BTreeMap<String, utoipa::openapi::RefOr<utoipa::openapi::Response>> {
                $crate::problem::Kind::responses(&[$($crate::problem::Kind::$kind),*])
            }
        }
    };
}

pub(crate) use problems;

impl Kind {
    /// Kinds of one status are one answer.
    pub(crate) fn responses(kinds: &[Self]) -> BTreeMap<String, RefOr<Response>> {
        let mut says: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
        for kind in kinds {
            says.entry(kind.status()).or_default().push(kind.title());
        }
        let problem = || Content::new(Some(Ref::from_schema_name("Problem")));
        let response = |titles: Vec<&str>| ResponseBuilder::new().description(titles.join("; ")).content(CONTENT_TYPE, problem()).build();
        says.into_iter().map(|(status, titles)| (status.to_string(), RefOr::T(response(titles)))).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_kind_has_an_address_of_its_own() {
        let slugs: HashSet<&str> = Kind::ALL.iter().map(|kind| kind.slug()).collect();
        assert_eq!(slugs.len(), Kind::ALL.len());
    }

    #[test]
    fn kinds_of_one_status_are_one_answer() {
        let responses = Kind::responses(&[Kind::Forbidden, Kind::InsufficientScope, Kind::NotFound]);
        assert_eq!(responses.keys().collect::<Vec<_>>(), ["403", "404"]);
    }
}
