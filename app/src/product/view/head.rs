//! The product's name, the way to its neighbours in the list, and the trash.

use domain::{field::Field, handle::Handle};
use leptos::{ev, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use ports::product::Neighbours;
use wasm_bindgen::JsCast;

use super::focus;
use crate::{
    product::{sheet::Sheet, state::Desk},
    ui::{
        at_once::{at_once, sometimes},
        format,
        icon::Icon,
        listen::{is_typing, on_window},
    },
};

#[component]
pub(super) fn Head(sheet: Sheet, neighbours: Signal<Neighbours>, list: Memo<String>) -> impl IntoView {
    let title = sheet.desk.told(Desk::name);
    crate::ui::title::title(move || title.get());
    let is_deleted = sheet.desk.told(Desk::deleted);
    let deleted = move || is_deleted.get();
    // The button that did it has gone.
    Effect::new(move |before: Option<bool>| {
        let deleted = deleted();
        if before.is_some_and(|before| before != deleted) {
            focus::to(Vec::new());
        }
        deleted
    });
    let trash = sometimes(move || {
        (sheet.is_editor() && !deleted()).then(|| {
            at_once(view! {
                <button type="button" class="btn ghost danger script" on:click=move |_| sheet.trash(true)>
                    <Icon name="trash-2" />
                    "Delete"
                </button>
            })
        })
    });
    let band = sometimes(move || {
        deleted().then(|| {
            at_once(view! {
                <div class="band" role="status">
                    <span>"This product is in the trash. Restore it to edit it."</span>
                    {sheet
                        .is_editor()
                        .then(|| at_once(view! { <button type="button" class="btn script" on:click=move |_| sheet.trash(false)>"Restore"</button> }))}
                </div>
            })
        })
    });
    let close = move |_| {
        sheet.act(Desk::dismiss_notice);
        focus::to(Vec::new());
    };
    let said = sheet.desk.told(|desk| desk.notice().map(str::to_owned));
    let notice = sometimes(move || {
        said.get().map(|sentence| {
            at_once(view! {
                <div class="band" role="alert">
                    <span>{sentence}</span>
                    <button type="button" class="btn" on:click=close>"Close"</button>
                </div>
            })
        })
    });
    let handle = sheet.desk.told(|desk| desk.saved(&Field::Handle).to_string());
    let improve =
        sheet.is_editor().then(|| at_once(view! { <a class="btn ghost" href=move || format!("/runs/new?handles={}", handle.get())>"Improve"</a> }));
    at_once(view! {
        <header class="page-head">
            <h1 id=focus::HEADING tabindex="-1">{title}</h1>
            <Pager neighbours list />
            <a class="btn ghost" href=move || format!("/products/{}/versions", handle.get())>"Versions"</a>
            {improve}
            {trash}
        </header>
        {band}
        {notice}
    })
}

/// `/products/lamp?q=oak`: a product with the list it is seen in.
pub(super) fn address(handle: &str, list: &str) -> String {
    if list.is_empty() { format!("/products/{handle}") } else { format!("/products/{handle}?{list}") }
}

/// The list, at the product's row.
fn way_back(list: &str, position: Option<u32>) -> String {
    let row = position.filter(|position| *position > 0).map(|position| format!("row={}", position + 1));
    let elsewhere = |part: &&str| !part.is_empty() && !part.starts_with("row=") && !part.starts_with("start=");
    let parts: Vec<&str> = list.split('&').filter(elsewhere).chain(row.as_deref()).collect();
    if parts.is_empty() { "/products".to_owned() } else { format!("/products?{}", parts.join("&")) }
}

#[component]
fn Pager(neighbours: Signal<Neighbours>, list: Memo<String>) -> impl IntoView {
    let place = move || {
        neighbours.with(|neighbours| match neighbours.position {
            Some(position) => format!("{} of {}", format::number(u64::from(position) + 1), format::number(u64::from(neighbours.total))),
            None => "Back to the list".to_owned(),
        })
    };
    let back = move || list.with(|list| way_back(list, neighbours.with(|neighbours| neighbours.position)));
    let to = move |handle: Option<&Handle>| handle.map(|handle| list.with(|list| address(handle.as_str(), list)));
    let previous = Signal::derive(move || neighbours.with(|neighbours| to(neighbours.previous.as_ref())));
    let next = Signal::derive(move || neighbours.with(|neighbours| to(neighbours.next.as_ref())));

    let navigate = use_navigate();
    on_window("keydown", move |event| {
        let Some(key) = event.dyn_ref::<ev::KeyboardEvent>() else { return };
        let plain = !key.ctrl_key() && !key.meta_key() && !key.shift_key();
        let step = match (key.key().as_str(), key.alt_key()) {
            ("j" | "J", false) if plain && !is_typing(&event) => next,
            ("k" | "K", false) if plain && !is_typing(&event) => previous,
            ("ArrowDown", true) if plain => next,
            ("ArrowUp", true) if plain => previous,
            _ => return,
        };
        let Some(Some(href)) = step.try_get_untracked() else { return };
        event.prevent_default();
        // What is being typed is handed over first.
        if let Some(element) = document().active_element().and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = element.blur();
        }
        navigate(&href, NavigateOptions::default());
    });

    let link = |rel: &'static str, label: &'static str, keys: &'static str, icon: &'static str, href: Signal<Option<String>>| {
        view! {
            <a
                class="btn ghost only"
                rel=rel
                aria-label=label
                aria-keyshortcuts=keys
                href=href
                role=move || href.get().is_none().then_some("link")
                aria-disabled=move || href.get().is_none().then_some("true")
            >
                <Icon name=icon />
            </a>
        }
    };
    at_once(view! {
        <nav class="pager" aria-label="In this list">
            <a class="num" href=back>{place}</a>
            {link("prev", "Previous product", "K Alt+ArrowUp", "chevron-left", previous)}
            {link("next", "Next product", "J Alt+ArrowDown", "chevron-right", next)}
        </nav>
    })
}

#[cfg(test)]
mod tests {
    use super::way_back;

    #[test]
    fn one_comes_back_to_the_row_one_left() {
        assert_eq!(way_back("", None), "/products");
        assert_eq!(way_back("q=oak", Some(0)), "/products?q=oak");
        assert_eq!(way_back("", Some(731_399)), "/products?row=731400");
        assert_eq!(way_back("q=oak&row=3&sort=-price&start=50", Some(9)), "/products?q=oak&sort=-price&row=10");
    }
}
