//! The menu of the price filter: from and to.

use domain::{
    money::{InvalidMoney, Money},
    query::ListQuery,
};
use leptos::{ev, html::Input, prelude::*};

use super::{filters::Filters, toolbar::kept_fields};
use crate::{
    products::state::{
        address::{Changed, PATH, address},
        chips::Filter,
    },
    ui::at_once::says,
};

pub(super) fn price_menu(filters: Filters) -> impl IntoView {
    let list = filters.list;
    let currency = list.currency;
    let open = RwSignal::new(false);
    let error = RwSignal::new(String::new());
    let (from, to) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let read = move |input: NodeRef<Input>| -> Result<Option<Money>, InvalidMoney> {
        let text = input.get_untracked().map(|input| input.value()).unwrap_or_default();
        if text.trim().is_empty() { Ok(None) } else { Money::parse(&text, currency).map(Some) }
    };
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        match (read(from), read(to)) {
            (Ok(Some(min)), Ok(Some(max))) if min > max => error.set("“From” is more than “to”.".to_owned()),
            (Ok(price_min), Ok(price_max)) => {
                error.set(String::new());
                let query = list.place.with_untracked(|place| place.query.clone());
                list.go(address(&ListQuery { price_min, price_max, ..query }));
            }
            (Err(invalid), _) | (_, Err(invalid)) => error.set(invalid.to_string()),
        }
    };
    let plain = move |price: fn(&ListQuery) -> Option<Money>| {
        says(move || list.place.with(|place| price(&place.query).map_or_else(String::new, |price| price.plain(currency))))
    };
    let (min, max) = (plain(|query| query.price_min), plain(|query| query.price_max));
    let cleared = says(move || list.place.with(|place| address(&Filter::Price.cleared(&place.query))));
    let is_fine = says(move || error.with(String::is_empty));
    let invalid = says(move || (!is_fine.get()).then(|| "true".to_owned()));
    let field = move |name: &'static str, word: &'static str, value: Signal<String>, node| {
        view! {
            <label class="field">
                <span class="small">{format!("{word}, {}", currency.code())}</span>
                <input
                    class="input num"
                    name=name
                    inputmode="decimal"
                    autocomplete="off"
                    value=value.get_untracked()
                    prop:value=value
                    aria-invalid=invalid
                    aria-describedby="price-error"
                    node_ref=node
                />
            </label>
        }
    };
    view! {
        <form
            class="menu facet"
            id=Filter::Price.id()
            popover="auto"
            action=PATH
            aria-label=Filter::Price.name()
            on:toggle=move |event| filters.on_toggle(&event, open)
            on:submit=on_submit
        >
            {kept_fields(list, Changed::Filter(Filter::Price))}
            <div class="range">{field("from", "From", min, from)}{field("to", "To", max, to)}</div>
            <p class="error" id="price-error" role="alert" hidden=is_fine>{says(move || error.get())}</p>
            <footer>
                <a class="btn ghost" href=cleared>"Clear"</a>
                <button class="btn">"Apply"</button>
            </footer>
        </form>
    }
}
