//! The server functions of a product.

use domain::ids::{OpId, ProductId, Seq};
use leptos::prelude::*;
use ports::{
    error::AppError,
    product::{EditRequest, HistoryEntry, Neighbours, ProductView, Receipt},
};
use serde::{Deserialize, Serialize};
use server_fn::codec::{GetUrl, Postcard};

#[cfg(feature = "ssr")]
use crate::context::{answer_status, authorised};

/// Everything the page opens with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Opened {
    pub product: ProductView,
    pub neighbours: Neighbours,
    pub history: Vec<HistoryEntry>,
}

/// A product, its neighbours in the list one came from, and its latest changes: in one answer, since going
/// from product to product should take one round trip. `list` is the list's address.
#[server(prefix = "/api/fn", endpoint = "product/get", input = GetUrl, output = Postcard)]
pub(crate) async fn open_product(handle: String, list: String) -> Result<Option<Opened>, AppError> {
    use domain::{handle::Handle, query::ListQuery};

    let (ports, access) = authorised().inspect_err(answer_status)?;
    let Ok(handle) = handle.parse::<Handle>() else { return Ok(None) };
    let opened = async {
        let Some(mut product) = ports.catalogue.product(&access, &handle).await? else { return Ok(None) };
        product.description_shown = sanitised(&product.description);
        let neighbours = ports.catalogue.neighbours(&access, &ListQuery::from_address(&list), product.id).await?;
        let history = ports.catalogue.history(&access, product.id, None).await?;
        Ok(Some(Opened { product, neighbours, history }))
    };
    opened.await.inspect_err(answer_status)
}

/// The changes before `before`, or the latest.
#[server(prefix = "/api/fn", endpoint = "product/history", input = GetUrl, output = Postcard)]
pub(crate) async fn product_history(product: ProductId, before: Option<Seq>) -> Result<Vec<HistoryEntry>, AppError> {
    let (ports, access) = authorised().inspect_err(answer_status)?;
    ports.catalogue.history(&access, product, before).await.inspect_err(answer_status)
}

#[server(prefix = "/api/fn", endpoint = "product/edit", input = Postcard, output = Postcard)]
pub(crate) async fn edit_product(request: EditRequest) -> Result<Receipt, AppError> {
    use domain::op::{Action, Op};

    let (ports, access) = authorised().inspect_err(answer_status)?;
    let op = Op { id: request.op_id, product: request.product, action: Action::Edit(request.edits) };
    ports.catalogue.submit(&access, op).await.inspect_err(answer_status)
}

/// Into the trash, or out of it.
#[server(prefix = "/api/fn", endpoint = "product/trash", input = Postcard, output = Postcard)]
pub(crate) async fn trash_product(op_id: OpId, product: ProductId, deleted: bool) -> Result<Receipt, AppError> {
    use domain::op::{Action, Op};

    let (ports, access) = authorised().inspect_err(answer_status)?;
    let action = if deleted { Action::Delete } else { Action::Restore };
    ports.catalogue.submit(&access, Op { id: op_id, product, action }).await.inspect_err(answer_status)
}

/// A description without anything that runs or reaches outside.
#[cfg(feature = "ssr")]
fn sanitised(description: &str) -> String {
    // Links keep the `rel` they have: what is shown is what the editor saves.
    ammonia::Builder::default().link_rel(None).clean(description).to_string()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::sanitised;

    #[test]
    fn a_shown_description_runs_nothing() {
        let given = r#"<p onclick="x()">Oak<script>x()</script></p><a href="javascript:x()">a</a><a href="https://x.test/">b</a>"#;
        assert_eq!(sanitised(given), r#"<p>Oak</p><a>a</a><a href="https://x.test/">b</a>"#);
    }
}
