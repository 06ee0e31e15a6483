//! A page that opens with an answer of the server.

use leptos::prelude::*;
use ports::error::AppError;
use serde::{Serialize, de::DeserializeOwned};

use super::{at_once::at_once, notice::Failure};
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
                        Ok(answer) => page(answer),
                        Err(error) => at_once(view! { <Failure error again=Callback::new(move |()| loaded.refetch()) /> }),
                    })
            }}
        </Transition>
    }
}
