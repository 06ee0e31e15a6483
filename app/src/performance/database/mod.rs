//! What the database does, and what that costs.

mod markup;
#[cfg(test)]
mod sample;
mod sort;
mod stored;

use domain::clock::Timestamp;
use ports::{Access, Ports, error::AppError};

use super::asked::Asked;

pub(crate) const PATH: &str = "/performance/database";

/// The page: with `sort=` what this server has asked in that order.
pub(super) async fn page(ports: &Ports, who: &Access, now: Timestamp, asked: &Asked) -> Result<String, AppError> {
    let sort = sort::Sort::read(asked.sort.as_deref());
    let asked = Asked { sort: sort.in_address(), ..asked.clone() };
    let view = ports.database.database(who).await?;
    let stored = stored::stored(ports, who, &asked).await?.markup(&asked);
    Ok(markup::Page { now, sort, asked, stored }.database(view).into_string())
}
