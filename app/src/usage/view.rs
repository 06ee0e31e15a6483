//! The page: text that changes only with its address.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use ports::{error::AppError, usage::UsageView};

use super::{
    api::usage_of,
    markup,
    state::{budget::refused, range::Range},
};
use crate::{
    codec::Loaded,
    frame::use_me,
    ui::{at_once::at_once, notice::Failure, title::title},
};

type Answer = Result<UsageView, AppError>;

const PATH: &str = "/usage";

#[component]
pub(crate) fn Usage() -> impl IntoView {
    title(|| "Usage".to_owned());
    let location = use_location();
    // While another page is on its way it stays what it was.
    let address = Memo::new(move |before: Option<&String>| match before {
        Some(before) if location.pathname.with(|path| path != PATH) => before.clone(),
        _ => location.search.get(),
    });
    let loaded: Loaded<Answer> = Loaded::new_with_options(move || address.get(), usage_of, true);
    let store = use_me().map(|me| me.store.id.to_string()).unwrap_or_default();
    let page = move |view: &UsageView| {
        let (range, refused) = address.with_untracked(|address| (Range::read(address), refused(address)));
        markup::page(view, range, refused.as_ref(), &store)
    };
    view! {
        <Transition fallback=Loading>
            {move || {
                loaded
                    .get()
                    .map(|answer| match answer {
                        Ok(view) => at_once(view! { <div class="page usage" inner_html=page(&view)></div> }),
                        Err(error) => at_once(view! { <Failure error again=Callback::new(move |()| loaded.refetch()) /> }),
                    })
            }}
        </Transition>
    }
}

#[component]
fn Loading() -> impl IntoView {
    view! {
        <div class="page usage" aria-busy="true">
            <header class="page-head"><h1>"Usage"</h1></header>
        </div>
    }
}
