//! What the page is made of, asked of the port.

use std::future::Future;

use leptos::prelude::use_context;
use ports::error::AppError;

use super::{markup, sort::Sort};
use crate::context::{Now, authorised};

/// What is in the page. The context may be gone by the time it is answered, so it is read before.
pub(super) fn page(search: &str) -> impl Future<Output = Result<String, AppError>> + Send + use<> {
    let asked = authorised();
    let now = use_context::<Now>().ok_or(AppError::Internal);
    let sort = Sort::read(search);
    async move {
        let (ports, who) = asked?;
        let Now(now) = now?;
        match ports.database.database(&who).await {
            Ok(view) => Ok(markup::Page { now, sort }.database(view).into_string()),
            Err(AppError::Forbidden) => Ok(markup::for_operators().into_string()),
            Err(error) => Err(error),
        }
    }
}
