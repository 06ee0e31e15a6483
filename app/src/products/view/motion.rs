//! How the list moves: scrolling, jumping, keys, and the window's size.

use std::time::Duration;

use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::ResizeObserver;

use super::list::List;
use crate::{
    products::state::{keys, pages::BLOCK},
    ui::time::now,
};

/// Movement has slowed down: rows may be asked for.
const SLOW: Duration = Duration::from_millis(40);
/// The list rests.
const REST: Duration = Duration::from_millis(200);

/// Tells of a size until it is dropped.
struct Watch {
    observer: ResizeObserver,
    _told: Closure<dyn FnMut()>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

impl List {
    /// Brings the list to life once it is on the page.
    pub(super) fn start(self) {
        Effect::new(move || self.follow(self.place.get()));
        Effect::new(move |_: Option<Option<Watch>>| {
            let grid = self.grid.get()?;
            self.now.set(Some(now()));
            super::rows::mark_all_broken(&grid);
            let told = Closure::new(move || self.measure());
            let observer = ResizeObserver::new(told.as_ref().unchecked_ref()).ok()?;
            observer.observe(&grid);
            let online = window_event_listener(ev::online, move |_| self.try_again());
            let minute = set_interval_with_handle(move || self.now.set(Some(now())), Duration::from_mins(1)).ok();
            on_cleanup(move || {
                online.remove();
                if let Some(minute) = minute {
                    minute.clear();
                }
            });
            Some(Watch { observer, _told: told })
        });
        on_cleanup(move || {
            if let Some(pages) = self.kept.try_update_value(|kept| std::mem::take(&mut kept.pages)) {
                super::remembered::keep(pages);
            }
        });
    }

    /// What scrolls, and the body in it that is as tall as all rows.
    fn elements(self) -> Option<(web_sys::HtmlElement, web_sys::HtmlElement)> {
        let grid = self.grid.get_untracked()?;
        let body = grid.last_element_child()?.dyn_into().ok()?;
        Some((grid.into(), body))
    }

    /// Takes the sizes of the window and of a row; the first time, gives every row its place.
    fn measure(self) {
        if self.kept.is_disposed() {
            return;
        }
        let Some((grid, body)) = self.elements() else { return };
        let view = f64::from(grid.client_height() - body.offset_top());
        let style = window().get_computed_style(&body).ok().flatten();
        let row = style.and_then(|style| style.get_property_value("--row").ok());
        let row_height = row.and_then(|row| row.trim().trim_end_matches("px").parse::<u16>().ok()).map_or(40.0, f64::from);
        if view <= 0.0 || row_height <= 0.0 {
            return;
        }
        let scrolled = f64::from(grid.scroll_top());
        let top = self.kept.try_update_value(|kept| {
            let mut top = kept.scroll.resize(row_height, view);
            if !kept.live {
                kept.live = true;
                let _ = grid.set_attribute("data-live", "");
                top = kept.scroll.jump(kept.start) + scrolled;
                // What was scrolled before now was scrolled among the rows the page came with.
                kept.scroll.scrolled(top);
            }
            top
        });
        if let Some(top) = top {
            self.put(top);
            self.fetch();
        }
    }

    /// Sets the scrollbar, and shows what is to be seen there.
    pub(super) fn put(self, top: f64) {
        let Some((grid, body)) = self.elements() else { return };
        let change = self.kept.try_update_value(|kept| {
            let height = kept.scroll.height();
            let change = height != kept.height;
            kept.live.then(|| {
                kept.height = height;
                change.then_some(height)
            })
        });
        // Before rows have their places there is nothing to scroll.
        let Some(Some(change)) = change else { return };
        if let Some(height) = change {
            let _ = body.style().set_property("block-size", &format!("{height}px"));
        }
        grid.set_scroll_top(top as i32);
        self.paint();
    }

    /// The person has scrolled: once a frame is enough.
    pub(super) fn on_scroll(self) {
        let asked = self.kept.try_update_value(|kept| kept.live && !std::mem::replace(&mut kept.frame_asked, true));
        if asked == Some(true) {
            request_animation_frame(move || self.frame());
        }
    }

    fn frame(self) {
        if self.kept.is_disposed() {
            return;
        }
        let top = self.grid.get_untracked().map(|grid| f64::from(grid.scroll_top()));
        let by = self.kept.try_update_value(|kept| {
            kept.frame_asked = false;
            let by = top.map_or(0.0, |top| kept.scroll.scrolled(top));
            kept.moved |= by > 0.0;
            kept.used |= by > 0.0;
            by
        });
        let Some(by) = by else { return };
        self.paint();
        if by < f64::from(BLOCK) {
            self.fetch();
        }
        self.after(SLOW, move || {
            self.fetch();
            self.rest_soon();
        });
    }

    pub(super) fn rest_soon(self) {
        self.after(REST, move || self.rest());
    }

    /// Nothing moves: the scrollbar goes where it belongs, the address tells where one is.
    fn rest(self) {
        let (Some((top, row)), Some(mut place)) = (
            self.kept.try_update_value(|kept| kept.live.then(|| (kept.scroll.settle(), kept.scroll.first()))).flatten(),
            self.place.try_get_untracked(),
        ) else {
            return;
        };
        if let Some(top) = top {
            self.put(top);
        }
        // While another list or another page is on its way the address is not ours to change.
        let here = !self.waiting.get_untracked() && self.is_here();
        let new = here && self.kept.try_update_value(|kept| std::mem::replace(&mut kept.row, row) != row) == Some(true);
        if new && place.row != row {
            place.row = row;
            self.replace(place.address());
        }
        self.fetch_at_leisure();
    }

    /// Shows a row at the upper edge.
    pub(super) fn jump(self, row: u32) {
        let top = self.kept.try_update_value(|kept| {
            kept.moved = true;
            kept.used = true;
            kept.scroll.jump(row)
        });
        if let Some(top) = top {
            self.put(top);
            self.fetch();
            self.rest_soon();
        }
    }

    /// Makes a row the active one and shows it.
    pub(super) fn activate(self, row: u32) {
        self.active.set(Some(row));
        let top = self.kept.try_update_value(|kept| {
            kept.moved = true;
            kept.used = true;
            kept.scroll.reveal(row)
        });
        match top.flatten() {
            Some(top) => {
                self.put(top);
                self.fetch();
                self.rest_soon();
            }
            None => self.paint(),
        }
    }

    /// From the search box to the rows.
    pub(super) fn enter(self) {
        if let Some(grid) = self.grid.get_untracked() {
            let _ = grid.focus();
        }
        if !self.waiting.get_untracked() && self.totals.with_untracked(|totals| totals.as_ref().is_some_and(|totals| totals.total > 0)) {
            self.activate(0);
        }
    }

    pub(super) fn on_key(self, event: &web_sys::KeyboardEvent) {
        // Links in the head have keys of their own.
        if event.target() != event.current_target() || event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let key = event.key();
        let active = self.active.get_untracked();
        if key == "Enter" {
            let product = active.and_then(|row| self.kept.with_value(|kept| kept.pages.row(kept.list, row).cloned()));
            if let Some(product) = product {
                event.prevent_default();
                self.go(super::rows::product_address(&product, &self.shown.get_untracked()));
            }
        } else if let Some(row) = self.kept.with_value(|kept| keys::row_of(&key, active, &kept.scroll)) {
            event.prevent_default();
            self.activate(row);
        }
    }

    /// Does something later unless something else is to be done later before that.
    fn after(self, wait: Duration, what: impl FnOnce() + 'static) {
        if let Some(later) = self.kept.try_with_value(|kept| kept.later) {
            later.run(wait, what);
        }
    }
}
