//! What the database does, and what that costs.

mod markup;
#[cfg(test)]
mod sample;
mod sort;

use domain::clock::Timestamp;
use ports::{Access, Ports, error::AppError};

pub(crate) const PATH: &str = "/performance/database";

/// The page at a search: with `sort=` the statements in that order.
pub(super) async fn page(ports: &Ports, who: &Access, now: Timestamp, search: &str) -> Result<String, AppError> {
    let sort = sort::Sort::read(search);
    let view = ports.database.database(who).await?;
    Ok(markup::Page { now, sort }.database(view).into_string())
}
