//! How the list moves: scrolling, jumping, keys, and the window's size.

use std::time::Duration;

use leptos::prelude::*;

use super::Live;
use crate::products::state::{keys, pages::BLOCK};

/// Movement has slowed down: rows may be asked for, and their pictures.
const SLOW: Duration = Duration::from_millis(40);
/// The list rests.
const REST: Duration = Duration::from_millis(200);

impl Live {
    /// Takes the sizes of the window and of a row; the first time, gives every row its place.
    pub(super) fn measure(&mut self) {
        let view = f64::from(self.grid.client_height() - self.body.offset_top());
        let style = window().get_computed_style(&self.body).ok().flatten();
        let row = style.and_then(|style| style.get_property_value("--row").ok());
        let row_height = row.and_then(|row| row.trim().trim_end_matches("px").parse::<u16>().ok()).map_or(40.0, f64::from);
        if view <= 0.0 || row_height <= 0.0 {
            return;
        }
        let scrolled = f64::from(self.grid.scroll_top());
        let mut top = self.scroll.resize(row_height, view);
        if !self.is_placed {
            self.is_placed = true;
            let _ = self.grid.set_attribute("data-live", "");
            top = self.scroll.jump(self.start) + scrolled;
            // What was scrolled before now was scrolled among the rows the page came with.
            self.scroll.scrolled(top);
            self.tell_time();
            self.go_on();
        }
        self.put(top);
        self.fetch();
    }

    /// Goes on where one left the list.
    fn go_on(&mut self) {
        let Some(row) = self.left_at else { return };
        self.active = Some(row).filter(|row| self.scroll.visible().contains(row));
        // The focus went with the page one comes from, unless it is where it stays on every page.
        if document().active_element().is_none_or(|element| element.tag_name() == "BODY") {
            self.focus();
        }
    }

    /// Sets the scrollbar, and shows what is to be seen there.
    pub(super) fn put(&mut self, top: f64) {
        // Before rows have their places there is nothing to scroll.
        if !self.is_placed {
            return;
        }
        let height = self.scroll.height();
        if height != self.height {
            self.height = height;
            let _ = self.body.style().set_property("block-size", &format!("{height}px"));
        }
        self.grid.set_scroll_top(top as i32);
        self.paint();
    }

    /// The person has scrolled: once a frame is enough.
    pub(super) fn on_scroll(&mut self) {
        if self.is_placed && !std::mem::replace(&mut self.frame_asked, true) {
            let list = self.list;
            request_animation_frame(move || {
                list.with(Self::frame);
            });
        }
    }

    fn frame(&mut self) {
        self.frame_asked = false;
        let by = self.scroll.scrolled(f64::from(self.grid.scroll_top()));
        self.moved |= by > 0.0;
        self.used |= by > 0.0;
        self.fast = by > f64::from(self.scroll.fitting());
        self.paint();
        if by < f64::from(BLOCK) {
            self.fetch();
        }
        self.after(SLOW, |live| {
            live.fetch();
            live.show_pictures();
            live.rest_soon();
        });
    }

    fn show_pictures(&mut self) {
        if std::mem::take(&mut self.fast) {
            self.paint();
        }
    }

    pub(super) fn rest_soon(&mut self) {
        self.after(REST, Self::rest);
    }

    /// Nothing moves: the scrollbar goes where it belongs, the address tells where one is.
    fn rest(&mut self) {
        if !self.is_placed {
            return;
        }
        self.show_pictures();
        if let Some(top) = self.scroll.settle() {
            self.put(top);
        }
        let row = self.scroll.first();
        // While another list or another page is on its way the address is not ours to change.
        if !self.is_waiting() && self.is_here() && std::mem::replace(&mut self.row, row) != row && self.place.row != row {
            self.place.row = row;
            self.replace(&self.place);
        }
        self.fetch_at_leisure();
    }

    /// Shows a row at the upper edge.
    pub(super) fn jump(&mut self, row: u32) {
        self.moved = true;
        self.used = true;
        let top = self.scroll.jump(row);
        self.put(top);
        self.fetch();
        self.rest_soon();
    }

    /// Makes a row the active one and shows it.
    pub(super) fn activate(&mut self, row: u32) {
        // It may be opened next.
        leptos::task::spawn_local(async {
            crate::routes::preload("/products/it").await;
        });
        self.active = Some(row);
        self.moved = true;
        self.used = true;
        match self.scroll.reveal(row) {
            Some(top) => {
                self.put(top);
                self.fetch();
                self.rest_soon();
            }
            None => self.paint(),
        }
    }

    /// From the search box to the first row of what was searched for.
    pub(super) fn enter(&mut self) {
        self.focus();
        if self.is_waiting() {
            self.active = None;
            self.entering = true;
            self.paint();
        } else {
            self.activate_first();
        }
    }

    pub(super) fn activate_first(&mut self) {
        if self.pages.totals(self.shown).is_some_and(|totals| totals.total > 0) {
            self.activate(0);
        }
    }

    pub(super) fn focus(&self) {
        let _ = self.grid.focus();
    }

    pub(super) fn on_key(&mut self, event: &web_sys::KeyboardEvent) {
        // Links in the head have keys of their own.
        if event.target() != event.current_target() || event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let key = event.key();
        if key == "Enter" {
            let link = self.active_element().and_then(|row| row.query_selector("a[href]").ok().flatten());
            if let Some(address) = link.and_then(|link| link.get_attribute("href")) {
                event.prevent_default();
                // So that the address one comes back to tells where one was.
                self.rest();
                self.navigate.run((address, false));
            }
        } else if matches!(key.as_str(), "x" | "X") {
            self.on_pick_key(event.shift_key());
        } else if let Some(row) = keys::row_of(&key, self.active, &self.scroll) {
            event.prevent_default();
            self.activate(row);
        }
    }

    /// A row that is opened is the active one when one comes back.
    pub(super) fn on_click(&mut self, row: u32) {
        self.active = Some(row);
        self.paint();
        self.rest();
    }

    /// Does something later unless something else is to be done later before that.
    pub(super) fn after(&self, wait: Duration, what: fn(&mut Self)) {
        let list = self.list;
        self.later.run(wait, move || {
            list.with(what);
        });
    }
}
