//! What stands on a page that has nothing else to show: not found, not allowed, failed.

use leptos::prelude::*;
use ports::error::AppError;

use super::icon::Icon;

/// A page for an address that leads nowhere.
#[component]
pub(crate) fn NotFound() -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::context::answer_status(&AppError::NotFound);
    // As text, because it is in the first chunk.
    let notice = "<div class=\"notice\" role=\"alert\"><svg class=\"icon\" aria-hidden=\"true\"><use href=\"/icons.svg#search\"></use></svg>\
        <h1>There is nothing here</h1><p>This is not there, or not any more.</p>\
        <div class=\"line\"><a class=\"btn\" href=\"/products\">Go to the products</a></div></div>";
    super::at_once::at_once(view! { <div class="page" inner_html=notice></div> })
}

/// A failure in a page's place.
#[component]
pub(crate) fn Failure(error: AppError) -> impl IntoView {
    let (icon, heading) = match &error {
        AppError::SignedOut => ("lock", "You are signed out"),
        AppError::Forbidden => ("lock", "You may not see this"),
        AppError::NotFound => ("search", "There is nothing here"),
        AppError::Unreachable => ("refresh-cw", "The server cannot be reached"),
        AppError::Invalid(_) | AppError::Unavailable(_) | AppError::Internal => ("circle-alert", "This did not work"),
    };
    let next = match &error {
        AppError::SignedOut => ("/sign-in", "Sign in"),
        _ => ("/products", "Go to the products"),
    };
    view! {
        <div class="page">
            <div class="notice" role="alert">
                <Icon name=icon />
                <h1>{heading}</h1>
                <p>{error.to_string()}</p>
                <div class="line"><a class="btn" href=next.0 rel="external">{next.1}</a></div>
            </div>
        </div>
    }
}
