//! The menu of one filter: its values with how many products each has.

use std::time::Duration;

use domain::query::{Facet, FacetCount};
use leptos::{ev, prelude::*, task::spawn_local};

use super::{filters::Filters, toolbar::kept_fields};
use crate::{
    products::{
        api,
        state::{
            address::{Changed, PATH, address},
            chips::{Filter, in_place, word},
        },
    },
    ui::{
        at_once::{at_once, each, says},
        format,
        later::Later,
    },
};

/// The values of a facet as they stand in its menu.
#[derive(Clone, Copy)]
struct Values {
    filters: Filters,
    facet: Facet,
    /// The values that contain what was typed; none when nothing was.
    found: RwSignal<Option<Vec<FacetCount>>>,
    /// Every value there was so far: its place here is its number.
    known: StoredValue<Vec<String>>,
}

pub(super) fn facet_menu(filters: Filters, facet: Facet) -> impl IntoView {
    let filter = Filter::Facet(facet);
    let list = filters.list;
    let open = RwSignal::new(false);
    let values = Values { filters, facet, found: RwSignal::new(None), known: StoredValue::new(Vec::new()) };
    let shown = Memo::new(move |before: Option<&Vec<u32>>| {
        let now = values.with(|counts| values.numbers(counts));
        match before {
            Some(before) if open.get() && !values.is_narrowed() => in_place(before, &now),
            _ => now,
        }
    });
    let hint = says(move || match shown.with(Vec::len) {
        0 => "There is none here.".to_owned(),
        here if !values.is_narrowed() && values.distinct() > here => {
            format!("{here} of {}. Search for the others.", format::number(values.distinct() as u64))
        }
        _ => String::new(),
    });
    let no_hint = says(move || hint.with(String::is_empty));
    let cleared = says(move || list.place.with(|place| address(&filter.cleared(&place.query))));
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
            {kept_fields(list, Changed::Filter(filter))}
            {filter.find().map(|words| find(&values, words))}
            <ul>
                {each(says(move || shown.get()), move |number| choice(&values, number))}
            </ul>
            <p class="hint" hidden=no_hint>{hint}</p>
            <footer>
                <a class="btn ghost" href=cleared>"Clear"</a>
                <button class="btn no-script">"Apply"</button>
            </footer>
        </form>
    }
}

impl Values {
    fn with<T>(self, read: impl FnOnce(&[FacetCount]) -> T) -> T {
        self.found.with(|found| match found {
            Some(found) => read(found),
            None => self
                .filters
                .facets
                .with(|facets| read(facets.iter().find(|values| values.facet == self.facet).map_or(&[], |values| values.values.as_slice()))),
        })
    }

    fn numbers(self, counts: &[FacetCount]) -> Vec<u32> {
        let mut numbers = Vec::new();
        self.known.update_value(|known| {
            for count in counts {
                let at = known.iter().position(|value| *value == count.value).unwrap_or_else(|| {
                    known.push(count.value.clone());
                    known.len() - 1
                });
                numbers.push(at as u32);
            }
        });
        numbers
    }

    /// How many there are in all, shown or not.
    fn distinct(self) -> usize {
        self.filters.facets.with(|facets| facets.iter().find(|values| values.facet == self.facet).map_or(0, |values| values.distinct as usize))
    }

    fn is_narrowed(self) -> bool {
        self.found.with(Option::is_some)
    }
}

fn choice(values: &Values, number: u32) -> AnyView {
    let values = *values;
    let Values { filters, facet, .. } = values;
    let list = filters.list;
    let value = values.known.with_value(|known| known[number as usize].clone());
    let name = word(facet, &value).to_owned();
    let known = StoredValue::new(value.clone());
    let chosen = says(move || list.place.with(|place| known.with_value(|value| place.query.chosen(facet).contains(value))));
    let count = says(move || {
        let count = values.with(|counts| known.with_value(|value| counts.iter().find(|count| count.value == *value).map_or(0, |count| count.count)));
        format::number(count.into())
    });
    let on_change = move |_| {
        let query = list.place.with_untracked(|place| known.with_value(|value| place.query.toggled(facet, value)));
        list.go(address(&query));
    };
    at_once(view! {
        <li>
            <label class="check">
                <input
                    r#type="checkbox"
                    name=facet.name()
                    value=value
                    checked=chosen.get_untracked()
                    prop:checked=chosen
                    on:change=on_change
                />
                <span class="cut">{name}</span>
                <span class="num">{count}</span>
            </label>
        </li>
    })
}

/// Looks for values by what is typed.
fn find(values: &Values, words: &'static str) -> impl IntoView + use<> {
    let Values { filters, facet, found, .. } = *values;
    let typed = StoredValue::new(String::new());
    let later = Later::new();
    let look = move |text: String| {
        let address = filters.list.place.with_untracked(|place| place.query.to_address());
        spawn_local(async move {
            let answer = api::values_with(address, facet.name().to_owned(), text.clone()).await;
            // A late answer is not what stands in the box any more.
            if typed.try_with_value(|typed| *typed == text) == Some(true)
                && let Ok(answer) = answer
            {
                found.set(Some(answer.values));
            }
        });
    };
    let on_input = move |event: ev::Event| {
        let text = event_target_value(&event).trim().to_owned();
        typed.set_value(text.clone());
        if text.is_empty() {
            found.set(None);
        } else {
            later.run(Duration::from_millis(120), move || look(text));
        }
    };
    view! { <input class="input script" r#type="search" placeholder=words aria-label=words autocomplete="off" on:input=on_input /> }
}
