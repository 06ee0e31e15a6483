//! The page: text that changes only with its address.

use leptos::prelude::*;
use ports::{error::AppError, usage::UsageView};

use super::{
    api::usage_of,
    markup,
    state::{
        budget::refused,
        range::{PATH, Range},
    },
};
use crate::{
    codec::Loaded,
    frame::use_me,
    ui::{address::asked_at, at_once::at_once, opening::opening, title::title},
};

#[component]
pub(crate) fn Usage() -> impl IntoView {
    title(|| "Usage".to_owned());
    let address = asked_at(PATH, str::to_owned);
    let loaded: Loaded<Result<UsageView, AppError>> = Loaded::new_with_options(move || address.get(), usage_of, true);
    let store = use_me().map(|me| me.store.id.to_string()).unwrap_or_default();
    #[cfg(feature = "hydrate")]
    renewed_when_online(loaded);
    opening("usage", "Usage", loaded, move |view| {
        let (range, refused) = address.with_untracked(|address| (Range::read(address), refused(address)));
        let html = markup::page(&view, range, refused.as_ref(), &store, as_of(&view).as_deref());
        at_once(view! { <div class="page usage" inner_html=html></div> })
    })
}

/// When figures are of that the device has in the server's place.
fn as_of(view: &UsageView) -> Option<String> {
    #[cfg(feature = "hydrate")]
    return view.as_of.map(|at| {
        use crate::ui::{
            format,
            time::{now, on_the_wall},
        };
        format::as_of(on_the_wall(at), on_the_wall(now()))
    });
    // The server's own are of now.
    #[cfg(not(feature = "hydrate"))]
    return view.as_of.map(crate::ui::format::moment);
}

/// Asks the server once it may be there again, where it could not be reached.
#[cfg(feature = "hydrate")]
fn renewed_when_online(loaded: Loaded<Result<UsageView, AppError>>) {
    crate::ui::listen::on_window("online", move |_| {
        let is_current = loaded.with_untracked(|answer| matches!(answer, Some(Ok(view)) if view.as_of.is_none()));
        if !is_current {
            loaded.refetch();
        }
    });
}
