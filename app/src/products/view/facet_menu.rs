//! The menu of one filter: its values with how many products each has.

use std::time::Duration;

use domain::query::{Facet, FacetCount};
use leptos::{ev, leptos_dom::helpers::debounce, prelude::*, task::spawn_local};

use super::{filters::Filters, toolbar::Kept};
use crate::{
    products::{
        api,
        state::{
            address::{Changed, PATH, address},
            chips::{Filter, in_place, word},
        },
    },
    ui::format,
};

#[component]
pub(super) fn FacetMenu(filters: Filters, facet: Facet) -> impl IntoView {
    let filter = Filter::Facet(facet);
    let list = filters.list;
    let open = RwSignal::new(false);
    // The values that contain what was typed; none when nothing was.
    let found = RwSignal::new(None::<Vec<FacetCount>>);
    let values = Memo::new(move |_| {
        found.get().unwrap_or_else(|| {
            filters.facets.with(|facets| facets.iter().find(|values| values.facet == facet).map(|values| values.values.clone()).unwrap_or_default())
        })
    });
    let shown = Memo::new(move |before: Option<&Vec<String>>| {
        values.with(|values| match before {
            Some(before) if open.get() && found.with(Option::is_none) => in_place(before, values),
            _ => values.iter().map(|count| count.value.clone()).collect(),
        })
    });
    let more = move || {
        let distinct = filters.facets.with(|facets| facets.iter().find(|values| values.facet == facet).map_or(0, |values| values.distinct));
        let here = shown.with(Vec::len);
        (found.with(Option::is_none) && distinct as usize > here)
            .then(|| view! { <p class="hint">{format!("{here} of {}. Search for the others.", format::number(distinct.into()))}</p> })
    };
    let none = move || shown.with(Vec::is_empty).then(|| view! { <p class="hint">"There is none here"</p> });
    let cleared = move || list.place.with(|place| address(&filter.cleared(&place.query)));
    view! {
        <form
            class="menu facet"
            id=filter.id()
            popover="auto"
            action=PATH
            aria-label=filter.name()
            on:toggle=move |event| filters.on_toggle(&event, open)
            on:submit=move |event| event.prevent_default()
        >
            <Kept list but=Changed::Filter(filter) />
            {filter.find().map(|find| view! { <Find filters facet find found /> })}
            <ul>
                <For each=move || shown.get() key=String::clone children=move |value| view! { <Choice filters facet value values /> } />
            </ul>
            {none}
            {more}
            <footer>
                <a class="btn ghost" href=cleared>"Clear"</a>
                <button class="btn no-script">"Apply"</button>
            </footer>
        </form>
    }
}

#[component]
fn Choice(filters: Filters, facet: Facet, value: String, values: Memo<Vec<FacetCount>>) -> impl IntoView {
    let list = filters.list;
    let name = word(facet, &value).to_owned();
    let value = StoredValue::new(value);
    let chosen = Memo::new(move |_| list.place.with(|place| value.with_value(|value| place.query.chosen(facet).contains(value))));
    let count =
        move || values.with(|values| value.with_value(|value| values.iter().find(|count| count.value == *value).map_or(0, |count| count.count)));
    let on_change = move |_| {
        let query = list.place.with_untracked(|place| value.with_value(|value| place.query.toggled(facet, value)));
        list.go(address(&query));
    };
    view! {
        <li>
            <label class="check">
                <input
                    r#type="checkbox"
                    name=facet.name()
                    value=value.get_value()
                    checked=chosen.get_untracked()
                    prop:checked=move || chosen.get()
                    on:change=on_change
                />
                <span class="cut">{name}</span>
                <span class="num">{move || format::number(count().into())}</span>
            </label>
        </li>
    }
}

/// Looks for values by what is typed.
#[component]
fn Find(filters: Filters, facet: Facet, find: &'static str, found: RwSignal<Option<Vec<FacetCount>>>) -> impl IntoView {
    let typed = StoredValue::new(String::new());
    let mut look = debounce(Duration::from_millis(120), move |text: String| {
        let Some(address) = filters.list.place.try_with_untracked(|place| place.query.to_address()) else { return };
        spawn_local(async move {
            let answer = api::values_with(address, facet.name().to_owned(), text.clone()).await;
            // A late answer is not what stands in the box any more.
            if typed.try_with_value(|typed| *typed == text) == Some(true)
                && let Ok(answer) = answer
            {
                found.set(Some(answer.values));
            }
        });
    });
    let on_input = move |event: ev::Event| {
        let text = event_target_value(&event).trim().to_owned();
        typed.set_value(text.clone());
        if text.is_empty() {
            found.set(None);
        } else {
            look(text);
        }
    };
    view! { <input class="input script" r#type="search" placeholder=find aria-label=find autocomplete="off" on:input=on_input /> }
}
