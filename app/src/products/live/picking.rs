//! Selecting rows, by key and by box.

use web_sys::{HtmlInputElement, MouseEvent};

use super::Live;
use crate::products::state::picks::Picks;

impl Live {
    /// The active row, or with Shift all rows to it from the one before.
    pub(super) fn on_pick_key(&mut self, range: bool) {
        if let Some(row) = self.active.filter(|_| self.may_run) {
            self.pick(row, !self.is_picked(row), range);
        }
    }

    /// The browser has ticked the box already; it takes that back where the row is not to be selected.
    pub(super) fn on_tick(&mut self, row: u32, tick: &HtmlInputElement, event: &MouseEvent) {
        let on = tick.checked();
        self.active = Some(row);
        self.pick(row, on, event.shift_key());
        if self.is_picked(row) != on {
            event.prevent_default();
        }
        // Keys are the list's.
        self.focus();
    }

    pub(super) fn clear_picks(&mut self) {
        self.picks = Picks::default();
        self.paint();
        self.tell_picks();
        self.focus();
    }

    /// Says how many are selected, and leads to a run over them.
    pub(super) fn tell_picks(&self) {
        let Some(bar) = self.find(".picks") else { return };
        let _ = bar.toggle_attribute_with_force("hidden", self.picks.is_empty());
        if let Some(words) = bar.first_element_child() {
            words.set_text_content(Some(&self.picks.says()));
            if let Some(link) = words.next_element_sibling() {
                let _ = link.set_attribute("href", &self.picks.address());
            }
        }
    }

    fn pick(&mut self, row: u32, on: bool, range: bool) {
        let (pages, list) = (&self.pages, self.shown);
        self.picks.set(row, on, range, |row| pages.row(list, row).map(|line| line.handle.as_str()));
        self.paint();
        self.tell_picks();
    }

    fn is_picked(&self, row: u32) -> bool {
        self.pages.row(self.shown, row).is_some_and(|line| self.picks.has(&line.handle))
    }
}
