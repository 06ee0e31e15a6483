//! Saving a product by a plain form, for as long as the page has not come alive.

use axum::{
    Form,
    extract::{Path, Request, State},
    response::{IntoResponse, Redirect, Response},
};
use domain::{
    field::{Field, Value},
    handle::Handle,
    ids::{OpId, Seq},
    op::{Action, Base, Edit, Op},
};
use ports::{error::AppError, product::Receipt};

use super::{errors, session, state::AppState};
use crate::SystemClock;

/// `POST /products/{handle}`: texts by the names of their fields, and `base:` and the name for the version
/// that was on the screen.
pub(crate) async fn save(State(state): State<AppState>, Path(handle): Path<String>, request: Request) -> Response {
    match try_save(&state, &handle, request).await {
        Ok(address) => Redirect::to(&address).into_response(),
        Err(error) => errors::page(&state, &error),
    }
}

async fn try_save(state: &AppState, handle: &str, request: Request) -> Result<String, AppError> {
    let access = session::access(&request)?;
    let Form(pairs) = axum::RequestExt::extract::<Form<Vec<(String, String)>>, _>(request)
        .await
        .map_err(|_| AppError::Invalid("The form was not understood. Reload the page and try again.".into()))?;
    let handle: Handle = handle.parse().map_err(|_| AppError::NotFound)?;
    let product = state.ports.catalogue.product(&access, &handle).await?.ok_or(AppError::NotFound)?;
    let op = Op { id: new_op(), product: product.id, action: Action::Edit(edits(&pairs)) };
    receipt(state.ports.catalogue.submit(&access, op).await?)?;
    Ok(address(&handle, &pairs))
}

fn edits(pairs: &[(String, String)]) -> Vec<Edit> {
    let base = |name: &str| {
        let seen = pairs.iter().find(|(known, _)| known.strip_prefix("base:") == Some(name));
        seen.and_then(|(_, seq)| seq.parse().ok()).map_or(Base::Seen(Seq(0)), |seq| Base::Seen(Seq(seq)))
    };
    let plain = |field: &Field| {
        matches!(
            field,
            Field::Title | Field::Description | Field::Vendor | Field::ProductType | Field::Status | Field::SeoTitle | Field::SeoDescription
        )
    };
    pairs
        .iter()
        .filter_map(|(name, text)| {
            let field = name.parse().ok().filter(plain)?;
            // Forms send line ends as CR LF.
            Some(Edit { base: base(name), field, value: Value::Text(text.replace("\r\n", "\n")) })
        })
        .collect()
}

fn receipt(receipt: Receipt) -> Result<(), AppError> {
    match receipt {
        Receipt::Applied { .. } | Receipt::NoOp { .. } => Ok(()),
        Receipt::Rejected { reason, .. } => Err(AppError::Invalid(reason)),
        Receipt::Conflict(conflicts) => {
            let fields: Vec<String> =
                conflicts.iter().map(|conflict| format!("{} is now {:?}", conflict.field, conflict.theirs.to_string())).collect();
            Err(AppError::Invalid(format!(
                "Somebody changed this product while you were editing it: {}. Nothing of yours was saved; go back, where your text still is, and decide.",
                fields.join("; ")
            )))
        }
    }
}

/// Back to the page, with the list one came from.
fn address(handle: &Handle, pairs: &[(String, String)]) -> String {
    let list = pairs.iter().find(|(name, _)| name == "list").map(|(_, list)| list.as_str()).unwrap_or_default();
    if list.is_empty() { format!("/products/{handle}") } else { format!("/products/{handle}?{list}") }
}

fn new_op() -> OpId {
    use domain::clock::Clock;
    let mut random = [0; 10];
    // Without random bytes two saves in one microsecond could share an id, and the second would be refused.
    let _ = getrandom::fill(&mut random);
    OpId::new(SystemClock.now(), random)
}
