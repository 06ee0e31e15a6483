//! What stands in the place of something that cannot be shown: what is so, what is safe, what to do.

use leptos::{ev, prelude::*};
use leptos_router::hooks::use_location;
use ports::error::AppError;

use super::{at_once::at_once, format::in_address, icon::Icon, title::title};

/// A page for an address that leads nowhere. That of the shell is one of them, from which one goes on at once: see `frame::shell`.
#[component]
pub(crate) fn NotFound() -> impl IntoView {
    let is_shell = use_location().pathname.with_untracked(|path| path == domain::worker::SHELL);
    if !is_shell {
        #[cfg(feature = "ssr")]
        crate::context::answer_status(&AppError::NotFound);
        title(|| "There is nothing here".to_owned());
    }
    // As text, because it is in the first chunk.
    let notice = "<div class=\"notice\" role=\"alert\"><svg class=\"icon\" aria-hidden=\"true\"><use href=\"/icons.svg#search\"></use></svg>\
        <h1>There is nothing here</h1><p>This is not there, or not any more.</p>\
        <div class=\"line\"><a class=\"btn\" href=\"/products\">Go to the products</a></div></div>";
    at_once(view! { <div class="page" inner_html=if is_shell { "" } else { notice }></div> })
}

/// A failure in a page's place.
#[component]
pub(crate) fn Failure(
    error: AppError,
    /// Asks again without leaving the page, which keeps what is typed elsewhere. Without it the page is loaded anew.
    #[prop(optional)]
    again: Option<Callback<()>>,
) -> impl IntoView {
    let (icon, heading) = match &error {
        AppError::SignedOut => ("lock", "You are signed out"),
        AppError::Forbidden => ("lock", "You may not see this"),
        AppError::NotFound => ("search", "There is nothing here"),
        AppError::Unreachable => ("refresh-cw", "The server cannot be reached"),
        AppError::Invalid(_) | AppError::Unavailable(_) | AppError::Internal => ("circle-alert", "This did not work"),
    };
    let products = Way::to("/products".to_owned(), "Go to the products");
    let ways = match &error {
        AppError::SignedOut => vec![Way::in_again(&here())],
        AppError::Forbidden | AppError::NotFound => vec![products],
        _ => vec![Way::again(here(), again), products],
    };
    title(move || heading.to_owned());
    at_once(view! {
        <div class="page">
            <div class="notice" role="alert">
                <Icon name=icon />
                <h1>{heading}</h1>
                <p>{error.to_string()}</p>
                <div class="line">{ways.into_iter().map(Way::view).collect_view()}</div>
            </div>
        </div>
    })
}

/// Something one can do: a link, so that it works before the page has come alive.
pub(crate) struct Way {
    href: String,
    words: &'static str,
    /// Whether the link leads out of the app, or loads it anew.
    leaves: bool,
    /// What is done instead once the page is alive.
    instead: Option<Callback<()>>,
}

impl Way {
    pub(crate) fn to(href: String, words: &'static str) -> Self {
        Self { href, words, leaves: false, instead: None }
    }

    pub(crate) fn again(here: String, instead: Option<Callback<()>>) -> Self {
        Self { href: here, words: "Try again", leaves: true, instead }
    }

    pub(crate) fn in_again(here: &str) -> Self {
        Self { href: sign_in(here), words: "Sign in", leaves: true, instead: None }
    }

    pub(crate) fn view(self) -> AnyView {
        let Self { href, words, leaves, instead } = self;
        let on_click = move |event: ev::MouseEvent| {
            if let Some(instead) = instead {
                event.prevent_default();
                instead.run(());
            }
        };
        at_once(view! { <a class="btn" href=href rel=leaves.then_some("external") on:click=on_click>{words}</a> })
    }
}

/// Where one signs in to come back to an address.
pub(crate) fn sign_in(address: &str) -> String {
    format!("/sign-in?next={}", in_address(address))
}

/// The address one is at.
pub(crate) fn here() -> String {
    let location = use_location();
    let search = location.search.get_untracked();
    format!("{}{}{search}", location.pathname.get_untracked(), if search.is_empty() { "" } else { "?" })
}
