//! What the list asks the server. Reads are `GET`, so that they can be cached.

use domain::query::ListQuery;
#[cfg(feature = "ssr")]
use domain::query::{Facet, Window};
use leptos::prelude::*;
use ports::{
    error::AppError,
    products::{FacetValues, Listing},
};
use serde::{Deserialize, Serialize};
use server_fn::codec::{GetUrl, Postcard};

/// Rows in the page as the server sends it.
pub(super) const FIRST_ROWS: u32 = 50;

/// What a page comes with: its first rows and the values one can filter by.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct First {
    pub(super) listing: Result<Listing, AppError>,
    pub(super) facets: Vec<FacetValues>,
}

/// Rows `start..start + count` of a list, 200 at most.
#[server(prefix = "/api/fn", endpoint = "products/list", input = GetUrl, output = Postcard)]
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
#[server(prefix = "/api/fn", endpoint = "products/facets", input = GetUrl, output = Postcard)]
pub(super) async fn facets(address: String) -> Result<Vec<FacetValues>, AppError> {
    let asked = crate::context::authorised();
    answer(async move {
        let (ports, who) = asked?;
        ports.catalogue.facets(&who, &ListQuery::from_address(&address)).await
    })
    .await
}

/// The values of one facet that contain a text.
#[server(prefix = "/api/fn", endpoint = "products/facet", input = GetUrl, output = Postcard)]
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
pub(super) fn first(query: ListQuery, row: u32) -> impl Future<Output = Option<First>> + Send {
    let asked = crate::context::authorised();
    let window = Window { query, start: row, count: FIRST_ROWS };
    async move {
        let opening = answer(async move {
            let (ports, who) = asked?;
            ports.catalogue.opening(&who, &window).await
        });
        let (listing, facets) = match opening.await {
            Ok(opening) => (Ok(opening.listing), opening.facets),
            Err(error) => (Err(error), Vec::new()),
        };
        Some(First { listing, facets })
    }
}

/// In the browser there is nothing to wait for: the list loads as it scrolls.
#[cfg(not(feature = "ssr"))]
pub(super) fn first(_query: ListQuery, _row: u32) -> std::future::Ready<Option<First>> {
    std::future::ready(None)
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
