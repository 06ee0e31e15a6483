//! Who still calls addresses of the API that will go away: counted for each client and day.

use async_trait::async_trait;
use domain::{
    clock::Timestamp,
    ids::{StoreId, TokenId},
};
use serde::{Deserialize, Serialize};

use crate::{Access, error::AppError};

/// How many days back one can look.
pub const MOST_DAYS: u32 = 366;

/// What a client called of one deprecated address on one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeprecatedCalls {
    /// Days since 1970, in UTC.
    pub day: i32,
    /// None when nobody can be named.
    pub token: Option<CallingToken>,
    pub route: String,
    pub calls: u64,
    pub last_at: Timestamp,
}

/// By what a client asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallingToken {
    /// None for all tokens together that a person's programs got by logging in: each log-in makes another one.
    pub id: Option<TokenId>,
    /// What it is for.
    pub name: String,
    /// Whose it is; empty when the token is gone.
    pub person: String,
}

#[async_trait]
pub trait Deprecated: Send + Sync {
    /// Counts a call that was just checked to be the token's; after a log-in, of the token that came of it. In memory, and written
    /// some seconds later: a read costs no write, and what is not written yet is lost when the program is killed.
    async fn count(&self, store: StoreId, token: TokenId, route: &str);

    /// The calls of the last days, 1 to [`MOST_DAYS`], today among them: the latest day first, within it the most calls, 1,000 rows at
    /// most. For owners.
    async fn report(&self, who: &Access, days: u32) -> Result<Vec<DeprecatedCalls>, AppError>;
}
