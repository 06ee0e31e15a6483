//! The kinds of problems there are. Programs tell them apart by their addresses: a kind keeps its word.

use std::collections::BTreeMap;

use utoipa::openapi::{Content, Header, Object, Ref, RefOr, Response, ResponseBuilder, Type};

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
        "Send a token in the header Authorization: Bearer TOKEN. They are made on the settings page; POST /api/v1/auth/login gives one for a password.";
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
        "Nothing is wrong with the request, but what is there does not allow it: another product has the handle, a suggestion was decided before, \
         a run or a job is over or is not over yet. The detail says which. Nothing was changed: read it again, and decide again.";
    StillRunning = 409, "still-running", "The same request is being done",
        "A request with the same Idempotency-Key has not been answered yet. Send it again in a moment, and its answer comes.";
    ChangedMeanwhile = 412, "changed-meanwhile", "Somebody changed this meanwhile",
        "What is there is no longer what the request was decided upon, as If-Match, version or seen names it. Nothing was changed. Read it again, \
         and decide again.";
    TooLarge = 413, "too-large", "The request is too large",
        "A body has 1 MB at most, and a catalogue file what the server's operator allows. Send it in several parts.";
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

/// The answers of an operation that are problems, for its document. What any operation may be answered is added: `read` stands for
/// what a token may be answered, `write` for that and for what a write may be that is done once by its key.
macro_rules! problems {
    ($name:ident: read $(, $kind:ident)*) => {
        $crate::problem::problems!($name: Unauthenticated, InvalidToken, Forbidden, InsufficientScope $(, $kind)*);
    };
    ($name:ident: write $(, $kind:ident)*) => {
        $crate::problem::problems!($name: read, InvalidRequest, StillRunning, TooLarge, KeyReused $(, $kind)*);
    };
    ($name:ident: $($kind:ident),*) => {
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
    /// What comes before any operation, or in spite of it.
    const ALWAYS: [Self; 3] = [Self::TooManyRequests, Self::Internal, Self::Unavailable];

    /// Kinds of one status are one answer.
    pub(crate) fn responses(kinds: &[Self]) -> BTreeMap<String, RefOr<Response>> {
        let mut says: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
        for kind in kinds.iter().copied().chain(Self::ALWAYS) {
            says.entry(kind.status()).or_default().push(kind.title());
        }
        says.into_iter().map(|(status, titles)| (status.to_string(), RefOr::T(response(status, &titles)))).collect()
    }
}

fn response(status: u16, titles: &[&str]) -> Response {
    let problem = Content::new(Some(Ref::from_schema_name("Problem")));
    let response = ResponseBuilder::new().description(titles.join("; ")).content(CONTENT_TYPE, problem);
    if !matches!(status, 429 | 503) {
        return response.build();
    }
    let mut seconds = Header::new(Object::with_type(Type::Integer));
    seconds.description = Some("In how many seconds to try again.".into());
    response.header("Retry-After", seconds).build()
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
        assert_eq!(responses.keys().collect::<Vec<_>>(), ["403", "404", "429", "500", "503"]);
    }
}
