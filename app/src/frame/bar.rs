//! The bar on top: store, search, state, person.

use leptos::prelude::*;
use ports::people::Me;

use super::search::SearchBox;
use crate::ui::{at_once::at_once, icon::Icon, unsaved::SaveState};

#[component]
pub(super) fn Bar(me: Me) -> impl IntoView {
    at_once(view! {
        <header class="bar">
            <Stores me=me.clone() />
            <SearchBox />
            <SaveState />
            <Person me />
        </header>
    })
}

/// The store's name, and the way into another one.
#[component]
fn Stores(me: Me) -> impl IntoView {
    let initial: String = me.store.name.chars().take(1).collect();
    let here = me.store.id;
    at_once(view! {
        <button class="btn ghost store" data-short=initial popovertarget="stores" aria-label=format!("Store: {}", me.store.name)>
            <span>{me.store.name.clone()}</span>
            <Icon name="chevrons-up-down" />
        </button>
        <div class="menu" id="stores" popover="auto">
            <form method="post" action="/switch-store">
                {me.stores
                    .into_iter()
                    .map(|store| {
                        let current = store.id == here;
                        view! {
                            <button class="menu-item" name="store" value=store.id.to_string() aria-current=current.then_some("true")>
                                <span class="grow">{store.name}</span>
                                {current.then(|| view! { <Icon name="check" /> })}
                            </button>
                        }
                    })
                    .collect_view()}
            </form>
        </div>
    })
}

#[component]
fn Person(me: Me) -> impl IntoView {
    let initials: String = me.name.split_whitespace().filter_map(|word| word.chars().next()).take(2).collect();
    at_once(view! {
        <button class="face" popovertarget="person" aria-label=me.name.clone()>{initials}</button>
        <div class="menu end" id="person" popover="auto">
            <p><b>{me.name}</b><br /><span class="muted">{format!("{} · {}", me.email, me.role.name())}</span></p>
            <hr />
            <a class="menu-item" href="/settings"><Icon name="settings" />"Settings"</a>
            <form method="post" action="/sign-out"><button class="menu-item"><Icon name="log-out" />"Sign out"</button></form>
        </div>
    })
}
