//! The filters: their chips, and what is chosen in their menus.

use domain::{ids::Seq, query::Facet};
use ports::products::FacetValues;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlInputElement};

use super::{
    Live,
    menus::{self, Act},
};
use crate::{products::markup, ui::later::Later};

#[derive(Default)]
pub(super) struct Filters {
    /// The values of all facets, of what was asked for last.
    pub(super) facets: Vec<FacetValues>,
    /// The list and its latest change when they were.
    pub(super) asked: Option<(String, Option<Seq>)>,
    pub(super) typing: Later,
    pub(super) finding: Later,
}

impl Live {
    /// The chips follow the address. While a menu is open they stay: it hangs on one of them, and must not move under the
    /// pointer.
    pub(super) fn tell_filters(&mut self) {
        if self.find(".menu:popover-open").is_some() {
            menus::act(self.list, Act::Load);
            return;
        }
        let chips = markup::chips(&self.place.query, self.currency).into_string();
        // A chip that goes takes the focus with it: the next one's button has it then.
        let focused = self.find(".chips a:focus").and_then(|link| link.closest("li").ok().flatten());
        let at = focused.and_then(|item| {
            let items = item.parent_element()?.children();
            (0..items.length()).find(|at| items.item(*at).as_ref() == Some(&item))
        });
        self.fill(".chips", &chips);
        if let (Some(at), Some(items)) = (at, self.find(".chips").map(|chips| chips.children()))
            && let Some(button) = items.item(at.min(items.length() - 1)).or_else(|| items.item(0)).and_then(|item| item.first_element_child())
            && let Ok(button) = button.dyn_into::<HtmlElement>()
        {
            let _ = button.focus();
        }
        for (name, price) in [("from", self.place.query.price_min), ("to", self.place.query.price_max)] {
            if let Some(input) = self.input(&format!("#f-price [name={name}]")) {
                input.set_value(&price.map_or_else(String::new, |price| price.plain(self.currency)));
            }
        }
    }

    pub(super) fn on_toggle(&mut self, menu: &Element) {
        if menu.matches(":popover-open").unwrap_or(false) {
            menus::act(self.list, Act::Load);
        } else if self.find(".menu:popover-open").is_none() {
            self.tell_filters();
        }
    }

    pub(super) fn on_choice(&mut self, facet: Facet, value: &str) {
        self.go(&self.place.query.toggled(facet, value));
    }

    pub(super) fn input(&self, selector: &str) -> Option<HtmlInputElement> {
        self.find(selector)?.dyn_into().ok()
    }
}
