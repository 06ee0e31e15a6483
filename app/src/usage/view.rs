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
    opening("usage", "Usage", loaded, move |view| {
        let (range, refused) = address.with_untracked(|address| (Range::read(address), refused(address)));
        let html = markup::page(&view, range, refused.as_ref(), &store);
        at_once(view! { <div class="page usage" inner_html=html></div> })
    })
}
