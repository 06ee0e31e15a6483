//! The bar on top: store, search, state, person.

use leptos::prelude::*;
use ports::people::{Me, StoreView};

use super::search::search_box;
use crate::ui::icon::Icon;

pub(super) fn bar(me: Me, address: &str) -> impl IntoView + use<> {
    let Me { id: _, name, email, role, store, stores } = me;
    view! {
        <header class="bar">
            {stores_menu(&store, stores)}
            {search_box(address, store.currency)}
            <span role="status" class="newer">{newer()}</span>
            <span role="status" class="save-state"></span>
            {person(&name, &format!("{email} · {}", role.name()))}
        </header>
    }
}

/// Shown when the service worker has a newer build than this page is of: see `device/worker.rs`. Nobody is taken there unasked.
fn newer() -> impl IntoView {
    view! {
        <span hidden>
            <span>"A new version is ready."</span>
            <span hidden>"Not everything is saved yet: settle that first."</span>
            <button class="btn">"Reload"</button>
        </span>
    }
}

/// The store's name, and the way into another one.
fn stores_menu(here: &StoreView, stores: Vec<StoreView>) -> impl IntoView + use<> {
    let initial: String = here.name.chars().take(1).collect();
    let item = |store: StoreView| {
        let current = store.id == here.id;
        view! {
            <button class="menu-item" name="store" value=store.id.to_string() aria-current=current.then_some("true")>
                <span class="grow">{store.name}</span>
                {current.then(|| view! { <Icon name="check" /> })}
            </button>
        }
    };
    view! {
        <button class="btn ghost store" data-short=initial popovertarget="stores" aria-label=format!("Store: {}", here.name)>
            <span>{here.name.clone()}</span>
            <Icon name="chevrons-up-down" />
        </button>
        <div class="menu" id="stores" popover="auto">
            <form method="post" action="/switch-store">{stores.into_iter().map(item).collect_view()}</form>
        </div>
    }
}

fn person(name: &str, account: &str) -> impl IntoView + use<> {
    let initials: String = name.split_whitespace().filter_map(|word| word.chars().next()).take(2).collect();
    view! {
        <button class="face" popovertarget="person" aria-label=name.to_owned()>{initials}</button>
        <div class="menu end" id="person" popover="auto">
            <p><b>{name.to_owned()}</b><br /><span class="muted">{account.to_owned()}</span></p>
            <hr />
            <a class="menu-item" href="/changes"><Icon name="download" />"On this device"</a>
            <a class="menu-item" href="/settings"><Icon name="settings" />"Settings"</a>
            <form method="post" action="/sign-out"><button class="menu-item"><Icon name="log-out" />"Sign out"</button></form>
        </div>
    }
}
