//! What a person may know of a failure: a sentence that says what to do. The cause is in the server's log
//! and cannot be put in here.

use std::fmt;

use serde::{Deserialize, Serialize};
use server_fn::{
    codec::PostcardEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AppError {
    /// 401: nobody is signed in, or not any more.
    SignedOut,
    /// 403: the role does not allow it.
    Forbidden,
    /// 404
    NotFound,
    /// 422: what was sent cannot be accepted; the sentence says why.
    Invalid(String),
    /// 503: the server cannot do it now and may later; the sentence says what is safe.
    Unavailable(String),
    /// 500: the server's own fault; the cause is in its log.
    Internal,
    /// The server could not be reached, or something else answered.
    Unreachable,
}

impl AppError {
    /// The HTTP status this is answered with.
    pub const fn status(&self) -> u16 {
        match self {
            Self::SignedOut => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Invalid(_) => 422,
            Self::Internal => 500,
            Self::Unavailable(_) | Self::Unreachable => 503,
        }
    }
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SignedOut => f.write_str("You are signed out. Sign in again to go on."),
            Self::Forbidden => f.write_str("Your role does not allow this. Ask an owner of the store."),
            Self::NotFound => f.write_str("This is not there, or not any more."),
            Self::Invalid(sentence) | Self::Unavailable(sentence) => f.write_str(sentence),
            Self::Internal => f.write_str("Something went wrong on the server. Nothing was changed. Try again."),
            Self::Unreachable => f.write_str("The server cannot be reached. Check the connection and try again."),
        }
    }
}

impl std::error::Error for AppError {}

impl FromServerFnError for AppError {
    type Encoder = PostcardEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => {
                Self::Invalid("The request was not understood. Reload the page and try again.".into())
            }
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) | ServerFnErrorErr::Deserialization(_) => Self::Unreachable,
            _ => Self::Internal,
        }
    }
}
