//! What the list asks the server. Reads are `GET`, so that they can be cached.

#[cfg(feature = "ssr")]
use domain::query::{Facet, ListQuery, Window};
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use ports::products::Opening;
use ports::{
    error::AppError,
    products::{FacetValues, Listing},
};

#[cfg(feature = "ssr")]
use super::state::address::Place;
use crate::wire::Read;

/// Rows in the page as the server sends it.
pub(super) const FIRST_ROWS: u32 = 50;

/// Values of a filter in it. A menu that is opened asks for more.
#[cfg(feature = "ssr")]
const FIRST_VALUES: usize = 20;

/// Rows `start..start + count` of a list, 200 at most.
#[server(prefix = "/api/fn", endpoint = "products/list", protocol = Read)]
pub(super) async fn list(address: String, start: u32, count: u32) -> Result<Listing, AppError> {
    let asked = crate::context::authorised();
    let window = Window { query: ListQuery::from_address(&address), start, count: count.min(200) };
    answer(async move {
        let (ports, who) = asked?;
        ports.catalogue.list(&who, &window).await
    })
    .await
}

/// The first values of every facet of a list.
#[server(prefix = "/api/fn", endpoint = "products/facets", protocol = Read)]
pub(super) async fn facets(address: String) -> Result<Vec<FacetValues>, AppError> {
    let asked = crate::context::authorised();
    answer(async move {
        let (ports, who) = asked?;
        ports.catalogue.facets(&who, &ListQuery::from_address(&address)).await
    })
    .await
}

/// The values of one facet that contain a text.
#[server(prefix = "/api/fn", endpoint = "products/facet", protocol = Read)]
pub(super) async fn values_with(address: String, facet: String, containing: String) -> Result<FacetValues, AppError> {
    let asked = crate::context::authorised();
    answer(async move {
        let (ports, who) = asked?;
        let facet = Facet::from_name(&facet).ok_or_else(|| AppError::Invalid("There is no such filter.".into()))?;
        ports.catalogue.facet(&who, &ListQuery::from_address(&address), facet, &containing).await
    })
    .await
}

/// What the page is sent with.
#[cfg(feature = "ssr")]
pub(super) fn opening(place: &Place) -> impl Future<Output = Result<Opening, AppError>> + Send + use<> {
    let asked = crate::context::authorised();
    let window = Window { query: place.query.clone(), start: place.row, count: FIRST_ROWS };
    answer(async move {
        let (ports, who) = asked?;
        let mut opening = ports.catalogue.opening(&who, &window).await?;
        for values in &mut opening.facets {
            // The chosen ones come first, and a plain form would lose one that it does not show.
            let chosen = window.query.chosen(values.facet).len();
            values.values.truncate(chosen.max(FIRST_VALUES));
        }
        Ok(opening)
    })
}

/// Sets the status of an error, which the body alone cannot say.
#[cfg(feature = "ssr")]
async fn answer<T>(call: impl Future<Output = Result<T, AppError>>) -> Result<T, AppError> {
    let answer = call.await;
    if let Err(error) = &answer {
        crate::context::answer_status(error);
    }
    answer
}
