//! How programs ask: with a token that a person has made, in that person's name, in one store.

use async_trait::async_trait;
use domain::{
    clock::Timestamp,
    ids::{TokenId, UserId},
    scope::Scopes,
};
use serde::{Deserialize, Serialize};

use crate::{Access, error::AppError};

/// The longest name of a token, in characters.
pub const LONGEST_NAME: usize = 80;

/// The most days that a token with an end can be good for.
pub const MOST_DAYS: u32 = 3_650;

/// How many tokens a person can have made in a store.
pub const MOST_TOKENS: u32 = 100;

/// How many days a token is good for that came of a log-in.
pub const LOG_IN_DAYS: u32 = 30;

/// What a program sends in `Authorization: Bearer`. Shown once, kept as a hash, never logged: it prints as dots.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TokenSecret(pub String);

impl TokenSecret {
    /// What every secret begins with, so that it is known for one where it should not be.
    pub const PREFIX: &str = "vitrine_";
}

impl std::fmt::Debug for TokenSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenSecret(..)")
    }
}

/// A token as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenView {
    pub id: TokenId,
    pub name: String,
    pub scopes: Scopes,
    /// In whose name it asks.
    pub user: UserId,
    pub person: String,
    /// The last four characters of the secret.
    pub ends_with: String,
    pub created_at: Timestamp,
    /// To the minute.
    pub last_used_at: Option<Timestamp>,
    /// None is never.
    pub expires_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewToken {
    /// What it is for; 1 to 80 characters.
    pub name: String,
    pub scopes: Scopes,
    /// How many days it is good for, 1 to 3,650; none is without end.
    pub days: Option<u32>,
}

/// Who asks by a token.
#[derive(Clone, Debug, PartialEq)]
pub struct Bearer {
    /// The person, with the role that they have in the store now.
    pub access: Access,
    pub token: TokenId,
    pub scopes: Scopes,
}

#[async_trait]
pub trait Tokens: Send + Sync {
    /// Makes a token in one's own name; [`MOST_TOKENS`] at most, of which those that have run out make room. The secret is in the
    /// answer and nowhere else.
    async fn make_token(&self, who: &Access, new: NewToken) -> Result<(TokenView, TokenSecret), AppError>;

    /// One's own tokens, the latest first; for owners those of everybody in the store. 1,000 at most, of which those that came of
    /// log-ins are left out first.
    async fn tokens(&self, who: &Access) -> Result<Vec<TokenView>, AppError>;

    /// Ends a token: one's own, for owners anybody's. What is asked with it from now on is refused.
    async fn revoke_token(&self, who: &Access, token: TokenId) -> Result<(), AppError>;

    /// Checks a password, as [`crate::People::sign_in`] does and with the same slowing down, and makes a token of every scope that
    /// is good for [`LOG_IN_DAYS`], in a store by its short name or, without one, in the person's first. Such tokens are not counted
    /// among those that were made; of very many the oldest end.
    async fn log_in(&self, email: &str, password: &str, address: &str, store: Option<&str>) -> Result<(TokenView, TokenSecret), AppError>;

    /// Whose a token is; none when it is unknown, ended, run out, or its person is no member any more. That it was used is noted
    /// once a minute.
    async fn bearer(&self, secret: &TokenSecret) -> Result<Option<Bearer>, AppError>;

    /// The same of a token that was asked for a moment ago; none when it has to be read.
    fn known_bearer(&self, secret: &TokenSecret) -> Option<Bearer>;
}
