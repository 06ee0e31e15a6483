//! A finger that moves a suggestion to the right accepts it, one that moves it to the left asks why it is rejected.

use leptos::ev;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement};

use super::{Live, hear::target};

/// So far it moves before it is a swipe and not a tap.
const BEGINS: f64 = 12.0;

/// So far it moves before something is done when it lets go.
const FAR: f64 = 110.0;

pub(super) struct Swipe {
    x: f64,
    y: f64,
    by: f64,
    is_on: bool,
}

impl Live {
    pub(super) fn swipe_start(&mut self, event: &Event) {
        let Some(finger) = event.dyn_ref::<ev::PointerEvent>().filter(|finger| finger.pointer_type() != "mouse" && finger.is_primary()) else {
            return;
        };
        let is_on_card = target::<Element>(event).is_some_and(|element| {
            let inside = |selector: &str| element.closest(selector).ok().flatten().is_some();
            inside(".swipes .suggestion") && !inside("input, textarea, select, button")
        });
        self.swipe = (is_on_card && self.may_decide() && !self.shown().is_some_and(|seat| seat.is_editing)).then(|| Swipe {
            x: f64::from(finger.client_x()),
            y: f64::from(finger.client_y()),
            by: 0.0,
            is_on: false,
        });
    }

    pub(super) fn swipe_move(&mut self, event: &Event) {
        let (Some(swipe), Some(finger)) = (&mut self.swipe, event.dyn_ref::<ev::PointerEvent>()) else { return };
        let (by, down) = (f64::from(finger.client_x()) - swipe.x, (f64::from(finger.client_y()) - swipe.y).abs());
        if !swipe.is_on {
            if down > BEGINS && down > by.abs() {
                // It scrolls.
                self.swipe = None;
                return;
            }
            if by.abs() < BEGINS {
                return;
            }
            swipe.is_on = true;
        }
        swipe.by = by;
        self.show_swipe(by);
    }

    pub(super) fn swipe_end(&mut self, _: &Event) {
        let by = self.swipe.as_ref().map_or(0.0, |swipe| swipe.by);
        self.swipe_off();
        if by >= FAR {
            self.accept();
        } else if by <= -FAR {
            self.ask("reject");
        }
    }

    pub(super) fn swipe_off(&mut self) {
        if self.swipe.take().is_some() {
            self.show_swipe(0.0);
        }
    }

    fn show_swipe(&self, by: f64) {
        let Some(card) = self.find_as::<HtmlElement>("[data-region=card]") else { return };
        let _ = card.style().set_property("--by", &format!("{}px", by as i32));
        let way = match by {
            0.0 => None,
            by if by > 0.0 => Some("accept"),
            _ => Some("reject"),
        };
        let _ = match way {
            Some(way) => self.root.set_attribute("data-swipe", way),
            None => self.root.remove_attribute("data-swipe"),
        };
        let _ = self.root.toggle_attribute_with_force("data-far", by.abs() >= FAR);
    }
}
