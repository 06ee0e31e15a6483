//! What stands around the rows: counts, states, notices, what the list is ordered and narrowed by.

use domain::query::{ListQuery, SortKey};
use leptos::prelude::window;
use ports::error::AppError;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlSelectElement};

use super::Live;
use crate::{
    offline,
    products::{
        markup::{
            self,
            notice::{self, Notice},
        },
        state::{
            address::{Place, address, sorted},
            chips::Filter,
            line::Totals,
        },
    },
    ui::mark::mark,
};

/// What was told last, so that only news touch the page.
#[derive(Default, PartialEq)]
pub(super) struct Told {
    totals: Option<Totals>,
    filled: bool,
    busy: bool,
    active: Option<String>,
    failure: Option<AppError>,
    /// The list a notice is about.
    about: Option<String>,
}

impl Live {
    /// Tells what has changed.
    pub(super) fn tell(&mut self) {
        let visible = self.scroll.visible();
        let totals = self.pages.totals(self.shown).copied();
        let filled = totals.is_some() && self.pages.has(self.shown, visible);
        let notice = Notice::of(totals.as_ref(), self.failure.as_ref());
        let told = Told {
            totals,
            filled,
            busy: self.is_waiting() || !filled,
            active: self.active_element().map(|row| row.id()),
            failure: self.failure.clone(),
            about: (notice != Notice::Nothing).then(|| self.pages.address(self.shown).unwrap_or_default().to_owned()),
        };
        if filled
            && std::mem::take(&mut self.moved)
            && let Some(performance) = window().performance()
        {
            // The latest is enough: a day of scrolling must not fill the memory.
            performance.clear_marks_with_mark_name("rows-filled");
            let _ = performance.mark("rows-filled");
        }
        if told == self.told {
            return;
        }
        let grid: &Element = &self.grid;
        let before = std::mem::replace(&mut self.told, told);
        let told = &self.told;
        if told.filled && before.totals.is_none() {
            mark("vitrine:data-ready");
        }
        let set = |name: &str, value: Option<&str>| {
            let _ = match value {
                Some(value) => grid.set_attribute(name, value),
                None => grid.remove_attribute(name),
            };
        };
        set("aria-busy", Some(if told.busy { "true" } else { "false" }));
        set("data-filled", told.filled.then_some(""));
        set("aria-activedescendant", told.active.as_deref());
        if before.totals != told.totals {
            set("aria-rowcount", Some(&told.totals.map_or("-1".to_owned(), |totals| (totals.total + 1).to_string())));
            self.tell_count();
        }
        if before.totals != told.totals || before.failure != told.failure || before.about != told.about {
            let failure = self.failure.as_ref();
            let place = self.shown_place();
            let band = match told.totals.and_then(|totals| totals.held) {
                _ if notice == Notice::Stopped => notice::band(failure, &place).into_string(),
                Some(held) => offline::band(held, told.totals.map_or(0, |totals| totals.total), self.now),
                None => String::new(),
            };
            self.fill("[data-region=band]", &band);
            self.fill("[data-region=notice]", &notice.markup(&place, failure, self.may_run).into_string());
            self.grid.set_hidden(notice.is_instead_of_rows());
            if let Some(tools) = self.find(".tools") {
                let _ = tools.toggle_attribute_with_force("hidden", notice == Notice::Empty);
            }
        }
    }

    /// Another list is asked for: its order, its filters and its search are shown before its rows are there.
    pub(super) fn tell_query(&mut self) {
        let query = &self.place.query;
        for key in SortKey::ALL {
            let Some(head) = self.find(&format!("[data-key={}]", key.name())) else { continue };
            let direction = if query.sort.descending { "descending" } else { "ascending" };
            let _ = if query.sort.key == key { head.set_attribute("aria-sort", direction) } else { head.remove_attribute("aria-sort") };
            if let Some(link) = head.first_element_child() {
                let _ = link.set_attribute("href", &address(&sorted(query, key)));
            }
        }
        if let Some(select) = self.find("select[name=sort]").and_then(|select| select.dyn_into::<HtmlSelectElement>().ok()) {
            select.set_value(&query.sort.to_address());
        }
        for filter in Filter::ALL {
            if let Some(clear) = self.find(&format!("#{} footer>a", filter.id())) {
                let _ = clear.set_attribute("href", &address(&filter.cleared(query)));
            }
        }
        self.tell_filters();
        self.tell_count();
    }

    fn tell_count(&self) {
        let totals = self.pages.totals(self.shown);
        let query = self.shown_place().query;
        self.fill(".count", &markup::count(totals, query.is_unfiltered()).into_string());
        self.fill("[data-region=improve]", &markup::improve(totals, &query).into_string());
    }

    /// Of the list that is shown, which may be the one before the asked.
    fn shown_place(&self) -> Place {
        Place { query: ListQuery::from_address(self.pages.address(self.shown).unwrap_or_default()), row: self.row }
    }

    pub(super) fn find(&self, selector: &str) -> Option<Element> {
        self.root.query_selector(selector).ok().flatten()
    }

    pub(super) fn fill(&self, selector: &str, html: &str) {
        if let Some(element) = self.find(selector) {
            element.set_inner_html(html);
        }
    }
}
