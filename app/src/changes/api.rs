//! What the page asks the server.

use domain::{handle::Handle, ids::ProductId};
use leptos::prelude::*;
use ports::error::AppError;

use crate::wire::Write;

/// What products are called by, 250 at most; those that are not there are left out. Many ids are too long for an address.
#[server(prefix = "/api/fn", endpoint = "products/names", protocol = Write)]
pub(super) async fn names(products: Vec<ProductId>) -> Result<Vec<(ProductId, Handle, String)>, AppError> {
    use crate::context::{answer_status, authorised};

    let (ports, access) = authorised().inspect_err(answer_status)?;
    let found = ports.catalogue.products(&access, &products[..products.len().min(250)]).await.inspect_err(answer_status)?;
    Ok(found.into_iter().map(|product| (product.id, product.handle, product.title)).collect())
}
