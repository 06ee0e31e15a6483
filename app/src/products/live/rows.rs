//! Draws the rows: each element is used for one row after the other.

use std::rc::Rc;

use web_sys::HtmlElement;

use super::{Live, adopt};
use crate::products::{
    markup,
    state::{
        line::Line,
        pages::{ListId, Pages},
    },
};

/// A place for a row.
pub(super) struct Slot {
    pub(super) element: HtmlElement,
    shown: Option<Shown>,
}

/// What a slot shows.
#[derive(Clone)]
struct Shown {
    /// The list is in the row's link.
    list: ListId,
    row: u32,
    /// None while it is not there yet.
    line: Option<Rc<Line>>,
    /// Where it stands in the body, in pixels; none while it stands where the server has put it.
    top: Option<i64>,
    active: bool,
    picked: bool,
    pictured: bool,
}

/// The slots of the rows that are in the page.
pub(super) fn slots(body: &HtmlElement) -> Vec<Slot> {
    adopt::rows(body).into_iter().map(|element| Slot { element, shown: None }).collect()
}

/// Notes what the slots of a page show as the server has sent it.
pub(super) fn adopted(slots: &mut [Slot], pages: &Pages, list: ListId, start: u32) {
    for (slot, row) in slots.iter_mut().zip(start..) {
        if let Some(line) = pages.row(list, row) {
            let pictured = slot.element.query_selector("img").ok().flatten().is_some();
            slot.shown = Some(Shown { list, row, line: Some(line.clone()), top: None, active: false, picked: false, pictured });
        }
    }
}

impl Live {
    /// Shows in every slot what belongs there now. Only slots with something new are touched.
    pub(super) fn paint(&mut self) {
        if !self.is_placed {
            return;
        }
        self.add_slots();
        let count = self.slots.len() as u32;
        let (visible, drawn) = (self.scroll.visible(), self.scroll.drawn(count));
        let shift = self.shift.unwrap_or_default();
        let mut rows = vec![None; self.slots.len()];
        for row in drawn {
            rows[((row % count + shift) % count) as usize] = Some(row);
        }
        let address = self.pages.address(self.shown).unwrap_or_default();
        for (slot, row) in self.slots.iter_mut().zip(rows) {
            let next = row.map(|row| {
                let line = self.pages.row(self.shown, row);
                Shown {
                    list: self.shown,
                    row,
                    line: line.cloned(),
                    top: Some(self.scroll.row_top(row)),
                    active: self.active == Some(row),
                    picked: line.is_some_and(|line| self.picks.has(&line.handle)),
                    pictured: !self.fast && visible.contains(&row),
                }
            });
            slot.show(next, address, self.now);
        }
        self.tell();
    }

    /// Says anew how long ago each row was changed.
    pub(super) fn tell_time(&self) {
        for slot in &self.slots {
            if let Some(line) = slot.shown.as_ref().and_then(|shown| shown.line.as_ref())
                && let Some(cell) = slot.element.last_element_child()
            {
                // Another element, as a text that changes its width at the right edge would count as a shift of the page.
                cell.set_inner_html(&markup::updated(line.updated_at, Some(self.now)).into_string());
            }
        }
    }

    /// The row that is drawn for the keyboard.
    pub(super) fn active_element(&self) -> Option<&HtmlElement> {
        self.slots.iter().find(|slot| slot.shown.as_ref().is_some_and(|shown| shown.active)).map(|slot| &slot.element)
    }

    /// There are never fewer slots than before: a taller window needs more, a lower one leaves some to spare.
    fn add_slots(&mut self) {
        let before = self.slots.len() as u32;
        let needed = self.scroll.slots().max(before);
        for _ in before..needed {
            if let Ok(element) = leptos::prelude::document().create_element("div") {
                let _ = element.set_attribute("role", "row");
                element.set_class_name("row");
                let _ = self.body.append_child(&element);
                self.slots.push(Slot { element: wasm_bindgen::JsCast::unchecked_into(element), shown: None });
            }
        }
        // The rows that are shown stay in their slots.
        let count = self.slots.len() as u32;
        if self.shift.is_none() || count > before {
            let first = self.slots.first().and_then(|slot| slot.shown.as_ref()).map_or(0, |shown| shown.row) % count;
            self.shift = Some((count - first) % count);
        }
    }
}

impl Slot {
    fn show(&mut self, next: Option<Shown>, list: &str, now: domain::clock::Timestamp) {
        let element = &self.element;
        let Some(mut next) = next else {
            if self.shown.take().is_some() || !element.hidden() {
                element.set_hidden(true);
                let _ = element.remove_attribute("id");
            }
            return;
        };
        let before = self.shown.as_ref();
        let is_same =
            before.is_some_and(|before| before.list == next.list && before.row == next.row && same(before.line.as_ref(), next.line.as_ref()));
        if !is_same {
            element.set_inner_html(&markup::cells(next.line.as_deref(), list, next.pictured, Some(now)).into_string());
            let _ = element.class_list().toggle_with_force("skel", next.line.is_none());
        } else if next.pictured
            && before.is_some_and(|before| !before.pictured)
            && let (Some(line), Some(picture)) = (&next.line, element.first_element_child().and_then(|cell| cell.first_element_child()))
        {
            picture.set_outer_html(&markup::picture(line, true).into_string());
        }
        // A picture that is there stays.
        next.pictured |= is_same && before.is_some_and(|before| before.pictured);
        if before.is_none_or(|before| before.row != next.row) {
            element.set_id(&markup::row_id(next.row));
            let _ = element.set_attribute("aria-rowindex", &(next.row + 2).to_string());
        }
        if before.map(|before| before.top) != Some(next.top)
            && let Some(top) = next.top
        {
            let _ = element.style().set_property("transform", &format!("translateY({top}px)"));
        }
        if before.is_some_and(|before| before.active) != next.active {
            let _ = element.class_list().toggle_with_force("active", next.active);
        }
        let was_picked = before.is_some_and(|before| before.picked);
        if was_picked != next.picked {
            let _ = element.set_attribute("aria-selected", if next.picked { "true" } else { "false" });
        }
        // Cells that were drawn anew have a box that is not ticked.
        if (was_picked && is_same) != next.picked
            && let Ok(Some(tick)) = element.query_selector(".pick")
        {
            wasm_bindgen::JsCast::unchecked_into::<web_sys::HtmlInputElement>(tick).set_checked(next.picked);
        }
        if before.is_none() {
            element.set_hidden(false);
        }
        self.shown = Some(next);
    }
}

fn same(before: Option<&Rc<Line>>, next: Option<&Rc<Line>>) -> bool {
    match (before, next) {
        (Some(before), Some(next)) => Rc::ptr_eq(before, next) || before == next,
        (None, None) => true,
        _ => false,
    }
}
