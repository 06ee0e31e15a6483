//! A page that opens with an answer of the server.

use leptos::prelude::*;
use ports::error::AppError;
use serde::{Serialize, de::DeserializeOwned};

use super::{
    at_once::at_once,
    list::list,
    mark::data_ready,
    notice::{Failure, NotFound},
};
use crate::codec::Loaded;

/// The page once its answer is there, or a failure in its place; its heading until then.
pub(crate) fn opening<T>(
    class: &'static str,
    heading: &'static str,
    loaded: Loaded<Result<T, AppError>>,
    page: impl Fn(T) -> AnyView + Send + 'static,
) -> impl IntoView
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
{
    let waiting = move || {
        at_once(view! {
            <div class=format!("page {class}") aria-busy="true">
                <header class="page-head"><h1>{heading}</h1></header>
            </div>
        })
    };
    view! {
        <Transition fallback=waiting>
            {move || {
                loaded
                    .get()
                    .map(|answer| match answer {
                        Ok(answer) => {
                            data_ready();
                            page(answer)
                        }
                        Err(error) => at_once(view! { <Failure error again=Callback::new(move |()| loaded.refetch()) /> }),
                    })
            }}
        </Transition>
    }
}

/// The page of the one thing that an address names, or why there is none. Each thing, told from others by its key, gets a page of
/// its own.
pub(crate) fn opening_one<T>(
    class: &'static str,
    loaded: Loaded<Result<Option<T>, AppError>>,
    key: fn(&T) -> String,
    page: fn(T) -> AnyView,
) -> impl IntoView
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
{
    let key = move |answer: &Result<Option<T>, AppError>| match answer {
        Ok(Some(thing)) => key(thing),
        Ok(None) => String::new(),
        Err(error) => error.to_string(),
    };
    let page = move |answer| match answer {
        Ok(Some(thing)) => {
            data_ready();
            page(thing)
        }
        Ok(None) => at_once(view! { <NotFound /> }),
        Err(error) => at_once(view! { <Failure error again=Callback::new(move |()| loaded.refetch()) /> }),
    };
    view! {
        <Transition fallback=move || view! { <div class=format!("page {class}") aria-busy="true"></div> }>
            {list(
                move || loaded.map(key).into_iter().collect(),
                move |_| loaded.get_untracked().map_or_else(|| ().into_any(), page),
            )}
        </Transition>
    }
}
