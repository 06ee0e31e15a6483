//! What the page asks the server.

use domain::{handle::Handle, ids::ProductId};
use leptos::prelude::*;
use ports::error::AppError;

use crate::wire::Read;

/// Products that are asked about at once: their ids have to fit into an address.
pub(super) const MOST: usize = 100;

/// What products are called by, told by their ids with commas between; those that are not there are left out.
#[server(prefix = "/api/fn", endpoint = "products/names", protocol = Read)]
pub(crate) async fn names(products: String) -> Result<Vec<(ProductId, Handle, String)>, AppError> {
    use crate::context::{answer_status, authorised};

    let (ports, access) = authorised().inspect_err(answer_status)?;
    let ids: Vec<ProductId> = products.split(',').filter_map(|id| id.parse().ok()).take(MOST).collect();
    let found = ports.catalogue.products(&access, &ids).await.inspect_err(answer_status)?;
    Ok(found.into_iter().map(|product| (product.id, product.handle, product.title)).collect())
}
