//! What the database does, and what that costs.

mod markup;
#[cfg(test)]
mod sample;
mod sort;
mod stored;

use domain::clock::Timestamp;
use maud::{Markup, html};
use ports::{Access, Ports, error::AppError};

use super::asked::Asked;

pub(crate) const PATH: &str = "/performance/database";

/// The page: with `sort=` what this server has asked in that order.
pub(super) async fn page(ports: &Ports, who: &Access, now: Timestamp, asked: &Asked) -> Result<String, AppError> {
    let sort = sort::Sort::read(asked.sort.as_deref());
    let asked = Asked { sort: sort.in_address(), ..asked.clone() };
    let view = ports.database.database(who).await?;
    let stored = told(stored::stored(ports, who, &asked).await, &asked)?;
    Ok(markup::Page { now, sort, asked, stored }.database(view).into_string())
}

/// What this server has asked since its start is in its memory, and is shown also where nothing else can be read.
fn told(stored: Result<stored::Stored, AppError>, asked: &Asked) -> Result<Markup, AppError> {
    match stored {
        Ok(stored) => Ok(stored.markup(asked)),
        Err(error @ (AppError::Forbidden | AppError::SignedOut)) => Err(error),
        Err(error) => Ok(html! { p.error role="alert" { "What was asked over this time could not be read. " (error) } }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_stays_where_what_was_stored_cannot_be_read() {
        let asked = Asked::read(PATH, "");

        let stored = told(Err(AppError::Unavailable("The <database> is busy.".into())), &asked).unwrap();
        let page = markup::Page { stored, ..sample::page(sort::Sort::Time) }.database(sample::sqlite()).into_string();

        assert!(page.contains("role=\"alert\">What was asked over this time could not be read. The &lt;database&gt; is busy.<"), "{page}");
        assert!(page.contains("ROWS_BY_KEY") && page.contains("SQLite 3.51.0"), "{page}");
        assert_eq!(told(Err(AppError::Forbidden), &asked).err(), Some(AppError::Forbidden));
    }
}
