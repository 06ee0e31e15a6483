//! The route: loads the product the address names, and shows it or why it cannot be shown.

mod description;
mod editor;
mod field;
mod focus;
mod head;
mod history;
mod input;
mod organisation;
mod part;
mod pictures;
mod search_result;
mod state;
mod tags;
mod toolbar;
mod variants;

use domain::ids::ProductId;
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_params_map};
use ports::{error::AppError, product::Neighbours};

use self::editor::Editor;
use super::api::{Opened, open_product};
use crate::{
    codec::Loaded,
    ui::{
        at_once::at_once,
        list::list as things,
        notice::{Failure, NotFound},
    },
};

type Answer = Result<Option<Opened>, AppError>;

#[component]
pub(crate) fn Product() -> impl IntoView {
    let params = use_params_map();
    let address = use_location().search;
    let asked = move || (params.read().get("handle").unwrap_or_default(), address.get());
    let opened: Loaded<Answer> = Loaded::new_with_options(asked, |(handle, list)| open_product(handle, list), true);
    let neighbours = Signal::derive(move || opened.map(neighbours_of).unwrap_or_default());
    // Each product gets a page of its own, so that nothing typed into one can end in another; and a product
    // whose handle has changed keeps its page.
    view! {
        <Transition fallback=Loading>
            {things(
                move || opened.map(key).into_iter().collect(),
                move |_| opened.get_untracked().map_or_else(|| ().into_any(), |answer| page(answer, neighbours, address)),
            )}
        </Transition>
    }
}

fn page(answer: Answer, neighbours: Signal<Neighbours>, list: Memo<String>) -> AnyView {
    match answer {
        Ok(Some(opened)) => at_once(view! { <Editor opened neighbours list /> }),
        Ok(None) => at_once(view! { <NotFound /> }),
        Err(error) => at_once(view! { <Failure error /> }),
    }
}

#[derive(Clone, PartialEq)]
enum Key {
    Product(ProductId),
    Missing,
    Failed(String),
}

fn key(answer: &Answer) -> Key {
    match answer {
        Ok(Some(opened)) => Key::Product(opened.product.id),
        Ok(None) => Key::Missing,
        Err(error) => Key::Failed(error.to_string()),
    }
}

fn neighbours_of(answer: &Answer) -> Neighbours {
    match answer {
        Ok(Some(opened)) => opened.neighbours.clone(),
        _ => Neighbours::default(),
    }
}

#[component]
fn Loading() -> impl IntoView {
    view! {
        <div class="page product" aria-busy="true">
            <header class="page-head"><h1 class="skel bone">"Product"</h1></header>
        </div>
    }
}
