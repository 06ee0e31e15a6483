//! The values in the menus of the filters. A menu that is opened shows what the page came with until there is more.

use std::time::Duration;

use domain::{
    money::{InvalidMoney, Money},
    query::{Facet, FacetCount, ListQuery, Sort},
};
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlInputElement};

use super::{List, Live};
use crate::{
    products::{
        api, markup,
        state::chips::{Filter, in_place},
    },
    ui::listen::close_menu,
};

/// What is to be done in a menu.
pub(super) enum Act {
    /// Its values are to be those of the list as it is now.
    Load,
    /// Something was typed to look for.
    Find(Facet),
    /// Prices were sent.
    Price,
}

/// Does it in a moment: whoever asks is at the list just now.
pub(super) fn act(list: List, act: Act) {
    spawn_local(async move {
        list.with(|live| match act {
            Act::Load => live.load(),
            Act::Find(facet) => live.find_values(facet),
            Act::Price => live.send_prices(),
        });
    });
}

impl Live {
    /// Asks for the values of the list as it is now. Its order does not matter to them.
    fn load(&mut self) {
        let list = ListQuery { sort: Sort::default(), ..self.place.query.clone() }.to_address();
        let asked = (list, self.pages.totals(self.target()).map(|totals| totals.as_of));
        if self.filters.asked.as_ref() == Some(&asked) {
            return;
        }
        self.filters.asked = Some(asked.clone());
        self.tell_loading(true);
        let handle = self.list;
        spawn_local(async move {
            let answer = api::facets(asked.0.clone()).await;
            handle.with(|live| {
                // A late answer is not about this list any more.
                if live.filters.asked.as_ref() != Some(&asked) {
                    return;
                }
                live.tell_loading(false);
                match answer {
                    Ok(facets) => {
                        live.filters.facets = facets;
                        for facet in Facet::ALL {
                            live.show_values(facet);
                        }
                    }
                    // The list says what is wrong; the next menu that is opened asks again.
                    Err(_) => live.filters.asked = None,
                }
            });
        });
    }

    /// Until then the menus have the values of the list before.
    fn tell_loading(&self, loading: bool) {
        for facet in Facet::ALL {
            if let Some(values) = self.find(&format!("#{} ul", Filter::Facet(facet).id())) {
                let _ = values.set_attribute("aria-busy", if loading { "true" } else { "false" });
            }
        }
    }

    /// Brings a menu up to date. In one that is open the values keep their places, so that nothing moves under the pointer.
    fn show_values(&mut self, facet: Facet) {
        let Some(menu) = self.find(&format!("#{}", Filter::Facet(facet).id())) else { return };
        // What was searched for in it stays.
        if menu
            .query_selector("input[type=search]")
            .ok()
            .flatten()
            .is_some_and(|input| !input.unchecked_into::<HtmlInputElement>().value().is_empty())
        {
            return;
        }
        let Some(values) = self.filters.facets.iter().find(|values| values.facet == facet) else { return };
        let mut counts = values.values.clone();
        if menu.matches(":popover-open").unwrap_or(false) {
            let known = values_in(&menu);
            let place = |value: &String| known.iter().position(|known| known == value);
            let now: Vec<u32> =
                (0..counts.len() as u32).map(|at| place(&counts[at as usize].value).unwrap_or(known.len() + at as usize) as u32).collect();
            let before: Vec<u32> = (0..known.len() as u32).collect();
            let ordered = in_place(&before, &now);
            let mut by_place: Vec<(u32, FacetCount)> = now.iter().copied().zip(counts).collect();
            counts = ordered
                .into_iter()
                .map(|at| match by_place.iter().position(|(place, _)| *place == at) {
                    Some(found) => by_place.swap_remove(found).1,
                    None => FacetCount { value: known[at as usize].clone(), count: 0 },
                })
                .collect();
        }
        self.fill_menu(&menu, facet, &counts, values.distinct);
    }

    fn fill_menu(&self, menu: &Element, facet: Facet, counts: &[FacetCount], distinct: u32) {
        let part = |selector: &str| menu.query_selector(selector).ok().flatten();
        // The box that is being ticked keeps the focus.
        let focused = part("li input:focus").map(|input| input.unchecked_into::<HtmlInputElement>().value());
        if let Some(values) = part("ul") {
            values.set_inner_html(&markup::choices(facet, counts, &self.place.query).into_string());
        }
        if let Some(focused) = focused
            && let Some(at) = counts.iter().position(|count| count.value == focused)
            && let Some(input) = part(&format!("li:nth-child({}) input", at + 1))
        {
            let _ = input.unchecked_into::<HtmlElement>().focus();
        }
        let hint = markup::hint(counts.len(), distinct);
        if let Some(element) = part(".hint") {
            let _ = element.toggle_attribute_with_force("hidden", hint.is_empty());
            element.set_text_content(Some(&hint));
        }
    }

    /// Looks for values by what is typed.
    fn find_values(&mut self, facet: Facet) {
        let list = self.list;
        self.filters.finding.run(Duration::from_millis(120), move || {
            list.with(|live| live.look(facet));
        });
    }

    fn look(&mut self, facet: Facet) {
        let selector = format!("#{} input[type=search]", Filter::Facet(facet).id());
        let Some(text) = self.input(&selector).map(|input| input.value().trim().to_owned()) else { return };
        if text.is_empty() {
            self.show_values(facet);
            return;
        }
        let (list, address) = (self.list, self.place.query.to_address());
        spawn_local(async move {
            let answer = api::values_with(address, facet.name().to_owned(), text.clone()).await;
            list.with(|live| {
                // A late answer is not what stands in the box any more.
                if let Ok(answer) = answer
                    && live.input(&selector).is_some_and(|input| input.value().trim() == text)
                    && let Some(menu) = live.find(&format!("#{}", Filter::Facet(facet).id()))
                {
                    live.fill_menu(&menu, facet, &answer.values, 0);
                }
            });
        });
    }

    fn send_prices(&mut self) {
        let currency = self.currency;
        let read = |name: &str| -> Result<Option<Money>, InvalidMoney> {
            let text = self.input(&format!("#f-price [name={name}]")).map(|input| input.value()).unwrap_or_default();
            if text.trim().is_empty() { Ok(None) } else { Money::parse(&text, currency).map(Some) }
        };
        let wrong = match (read("from"), read("to")) {
            (Ok(Some(min)), Ok(Some(max))) if min > max => "“From” is more than “to”.".to_owned(),
            (Ok(price_min), Ok(price_max)) => {
                self.go(&ListQuery { price_min, price_max, ..self.place.query.clone() });
                close_menu();
                String::new()
            }
            (Err(invalid), _) | (_, Err(invalid)) => invalid.to_string(),
        };
        for name in ["from", "to"] {
            if let Some(input) = self.input(&format!("#f-price [name={name}]")) {
                let _ = if wrong.is_empty() { input.remove_attribute("aria-invalid") } else { input.set_attribute("aria-invalid", "true") };
            }
        }
        if let Some(error) = self.find("#price-error") {
            let _ = error.toggle_attribute_with_force("hidden", wrong.is_empty());
            error.set_text_content(Some(&wrong));
        }
    }
}

/// The values a menu shows, in their order.
fn values_in(menu: &Element) -> Vec<String> {
    let Ok(inputs) = menu.query_selector_all("li input") else { return Vec::new() };
    (0..inputs.length()).filter_map(|at| inputs.item(at)?.dyn_into::<HtmlInputElement>().ok()).map(|input| input.value()).collect()
}
