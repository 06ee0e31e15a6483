//! The menu of the price filter: from and to.

use domain::{
    money::{InvalidMoney, Money},
    query::ListQuery,
};
use leptos::{ev, html::Input, prelude::*};

use super::{filters::Filters, toolbar::Kept};
use crate::products::state::{
    address::{Changed, PATH, address},
    chips::Filter,
};

#[component]
pub(super) fn PriceMenu(filters: Filters) -> impl IntoView {
    let list = filters.list;
    let currency = list.currency;
    let open = RwSignal::new(false);
    let error = RwSignal::new(None::<String>);
    let (from, to) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let read = move |input: NodeRef<Input>| -> Result<Option<Money>, InvalidMoney> {
        let text = input.get_untracked().map(|input| input.value()).unwrap_or_default();
        if text.trim().is_empty() { Ok(None) } else { Money::parse(&text, currency).map(Some) }
    };
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        match (read(from), read(to)) {
            (Ok(Some(min)), Ok(Some(max))) if min > max => error.set(Some("“From” is more than “to”.".to_owned())),
            (Ok(price_min), Ok(price_max)) => {
                error.set(None);
                let query = list.place.with_untracked(|place| place.query.clone());
                list.go(address(&ListQuery { price_min, price_max, ..query }));
            }
            (Err(invalid), _) | (_, Err(invalid)) => error.set(Some(invalid.to_string())),
        }
    };
    let plain = move |price: fn(&ListQuery) -> Option<Money>| {
        Memo::new(move |_| list.place.with(|place| price(&place.query).map_or_else(String::new, |price| price.plain(currency))))
    };
    let (min, max) = (plain(|query| query.price_min), plain(|query| query.price_max));
    let cleared = move || list.place.with(|place| address(&Filter::Price.cleared(&place.query)));
    let invalid = move || error.with(Option::is_some).then_some("true");
    let described = move || error.with(Option::is_some).then_some("price-error");
    let field = move |name: &'static str, word: &'static str, value: Memo<String>, node| {
        view! {
            <label class="field">
                <span class="small">{format!("{word}, {}", currency.code())}</span>
                <input
                    class="input num"
                    name=name
                    inputmode="decimal"
                    autocomplete="off"
                    value=value.get_untracked()
                    prop:value=move || value.get()
                    aria-invalid=invalid
                    aria-describedby=described
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
            <Kept list but=Changed::Filter(Filter::Price) />
            <div class="range">{field("from", "From", min, from)}{field("to", "To", max, to)}</div>
            {move || error.get().map(|error| view! { <p class="error" id="price-error" role="alert">{error}</p> })}
            <footer>
                <a class="btn ghost" href=cleared>"Clear"</a>
                <button class="btn">"Apply"</button>
            </footer>
        </form>
    }
}
