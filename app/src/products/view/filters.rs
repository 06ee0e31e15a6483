//! The filters: a chip for each that is set, and a menu behind each chip.

use domain::{
    ids::Seq,
    query::{Facet, ListQuery, Sort},
};
use leptos::{prelude::*, task::spawn_local};
use ports::products::FacetValues;
use std::time::Duration;

use super::{facet_menu::facet_menu, list::List, price_menu::price_menu};
use crate::{
    products::{
        api,
        state::{
            address::address,
            chips::{Filter, set, unfiltered},
        },
    },
    ui::{
        at_once::{changing, says},
        icon::Icon,
        later::Later,
    },
};

#[derive(Clone, Copy)]
pub(super) struct Filters {
    pub(super) list: List,
    pub(super) facets: RwSignal<Vec<FacetValues>>,
    /// How many menus are open.
    open: RwSignal<u32>,
    /// The list and its latest change when its values were asked for last.
    asked: StoredValue<Option<Asked>>,
}

type Asked = (String, Option<Seq>);

impl Filters {
    pub(super) fn new(list: List, first: Option<Vec<FacetValues>>) -> Self {
        let facets = first.unwrap_or_default();
        let filters = Self { list, facets: RwSignal::new(facets), open: RwSignal::new(0), asked: StoredValue::new(None) };
        if filters.facets.with_untracked(|facets| !facets.is_empty()) {
            filters.asked.set_value(Some(filters.now()));
        }
        // Rows come first: the values are asked for a little later.
        let later = Later::new();
        Effect::new(move || {
            list.place.track();
            later.run(Duration::from_millis(150), move || filters.load());
        });
        filters
    }

    /// The list as it is now. Its order does not matter to the values.
    fn now(self) -> Asked {
        let address = self.list.place.with_untracked(|place| ListQuery { sort: Sort::default(), ..place.query.clone() }.to_address());
        (address, self.list.totals.with_untracked(|totals| totals.as_ref().map(|totals| totals.as_of)))
    }

    /// Asks for the values unless they are there.
    fn load(self) {
        let asked = self.now();
        if self.asked.with_value(|before| before.as_ref() == Some(&asked)) {
            return;
        }
        self.asked.set_value(Some(asked.clone()));
        spawn_local(async move {
            let answer = api::facets(asked.0.clone()).await;
            // A late answer is not about this list any more.
            if self.asked.try_with_value(|now| now.as_ref() == Some(&asked)) != Some(true) {
                return;
            }
            match answer {
                Ok(facets) => self.facets.set(facets),
                // The list says what is wrong; the next menu that is opened asks again.
                Err(_) => self.asked.set_value(None),
            }
        });
    }

    /// Counts the menus that are open, and brings their values up to date.
    pub(super) fn on_toggle(self, event: &web_sys::Event, open: RwSignal<bool>) {
        use wasm_bindgen::JsCast;
        let menu = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let opened = menu.is_some_and(|menu| menu.matches(":popover-open").unwrap_or(false));
        if open.get_untracked() != opened {
            open.set(opened);
            self.open.update(|open| *open = if opened { *open + 1 } else { open.saturating_sub(1) });
        }
        if opened {
            self.load();
        }
    }
}

/// The menus, which stand beside the toolbar so that chips can come and go.
pub(super) fn menus(filters: Filters) -> impl IntoView {
    let open = RwSignal::new(false);
    let item = |filter: Filter| {
        view! {
            <button class="menu-item" popovertarget=filter.id()>
                <span class="grow">{filter.name()}</span>
                <Icon name="chevron-right" />
            </button>
        }
    };
    view! {
        <div class="menu" id="f-add" popover="auto" role="group" aria-label="Add a filter" on:toggle=move |event| filters.on_toggle(&event, open)>
            {Filter::ALL.map(item).into_iter().collect_view()}
        </div>
        {Facet::ALL.map(|facet| facet_menu(filters, facet)).into_iter().collect_view()}
        {price_menu(filters)}
    }
}

pub(super) fn chips(filters: Filters) -> impl IntoView {
    let list = filters.list;
    // While a menu is open, the chips stay: it hangs on one of them, and must not move under the pointer.
    let shown = Memo::new(move |before: Option<&Vec<Filter>>| match before {
        Some(before) if filters.open.get() > 0 => before.clone(),
        _ => list.place.with(|place| set(&place.query)),
    });
    let all = says(move || list.place.with(|place| address(&unfiltered(&place.query))));
    let none = says(move || shown.with(Vec::is_empty));
    view! {
        <ul class="chips" aria-label="Filters">
            {changing(move || shown.get().into_iter().map(|filter| chip(list, filter)).collect_view().into_any())}
            <li><button class="chip-add" popovertarget="f-add"><Icon name="plus" />"Filter"</button></li>
            <li hidden=none><a class="link small" href=all>"Clear all"</a></li>
        </ul>
    }
}

fn chip(list: List, filter: Filter) -> impl IntoView {
    let words = says(move || list.place.with(|place| filter.describe(&place.query, list.currency).unwrap_or_default()));
    let without = says(move || list.place.with(|place| address(&filter.cleared(&place.query))));
    let remove = says(move || format!("Remove filter {} {}", filter.name(), words.get()));
    view! {
        <li class="chip">
            <button popovertarget=filter.id()>{filter.name()}" "<b>{words}</b></button>
            <a class="chip-x" href=without aria-label=remove><Icon name="x" /></a>
        </li>
    }
}
