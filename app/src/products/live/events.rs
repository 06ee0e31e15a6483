//! What happens on the page, by one listener for each kind of event.

use std::time::Duration;

use domain::query::{Facet, Sort};
use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{AddEventListenerOptions, Element, Event, EventTarget, HtmlInputElement, HtmlSelectElement, ResizeObserver};

use super::{
    List, Live,
    menus::{self, Act},
};
use crate::{
    device,
    frame::search_box,
    offline::READ,
    ui::{later::Later, time::now},
};

/// Several changes of others are asked for once.
const NEWS_SETTLED: Duration = Duration::from_millis(100);

/// Starts to listen, until the page is gone.
pub(super) fn listen(list: List) {
    let Some((root, grid)) = list.with(|live| (live.root.clone(), live.grid.clone())) else { return };
    let mut heard = vec![
        hear(&root, "change", list, Live::on_change),
        hear(&root, "input", list, Live::on_input),
        hear(&root, "submit", list, Live::on_submit),
        hear(&root, "toggle", list, Live::on_opened),
        hear(&root, "click", list, Live::on_pressed),
        hear(&root, "error", list, |_, event| mark_broken(event)),
        hear(&grid, "scroll", list, |live, _| live.on_scroll()),
        hear(&grid, "pointerover", list, |live, _| live.on_approach()),
        hear(&grid, "keydown", list, |live, event| live.on_key(event.unchecked_ref())),
    ];
    if let Some(input) = search_box() {
        heard.push(hear(&input, "input", list, |live, _| live.on_type()));
        if let Some(form) = input.form() {
            heard.push(hear(&form, "submit", list, |live, event| {
                event.prevent_default();
                live.on_sent();
            }));
        }
    }
    let measured = Closure::<dyn FnMut()>::new(move || {
        list.with(Live::measure);
    });
    let observer = ResizeObserver::new(measured.as_ref().unchecked_ref()).ok();
    if let Some(observer) = &observer {
        observer.observe(&grid);
    }
    let online = window_event_listener(ev::online, move |_| {
        list.with(|live| {
            live.try_again();
            live.look_for_the_server();
        });
    });
    let read = window_event_listener_untyped(READ, move |_| {
        list.with(Live::look_for_the_server);
    });
    let minute = set_interval_with_handle(
        move || {
            list.with(|live| {
                live.now = now();
                live.tell_time();
                live.look_for_the_server();
            });
        },
        Duration::from_mins(1),
    )
    .ok();
    let soon = Later::new();
    let ear = device::listen(move |heard| {
        if let device::Heard::News(_) = heard {
            soon.run(NEWS_SETTLED, move || {
                list.with(Live::look_again);
            });
        }
    });
    mark_all_broken(&grid);
    let kept = StoredValue::new_local((heard, measured));
    on_cleanup(move || {
        online.remove();
        read.remove();
        device::forget(ear);
        if let Some(observer) = observer {
            observer.disconnect();
        }
        if let Some(minute) = minute {
            minute.clear();
        }
        kept.dispose();
    });
}

/// Stops listening when it is dropped.
struct Heard {
    target: EventTarget,
    name: &'static str,
    act: Closure<dyn FnMut(Event)>,
}

impl Drop for Heard {
    fn drop(&mut self) {
        let _ = self.target.remove_event_listener_with_callback_and_bool(self.name, self.act.as_ref().unchecked_ref(), true);
    }
}

/// On the way down, as some events do not come up again; form and link events are seen before the router sees them.
fn hear(target: &EventTarget, name: &'static str, list: List, act: fn(&mut Live, &Event)) -> Heard {
    let act = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
        list.with(|live| act(live, &event));
    });
    let options = AddEventListenerOptions::new();
    options.set_capture(true);
    options.set_passive(matches!(name, "scroll" | "pointerover"));
    let _ = target.add_event_listener_with_callback_and_add_event_listener_options(name, act.as_ref().unchecked_ref(), &options);
    Heard { target: target.clone(), name, act }
}

fn target<T: JsCast>(event: &Event) -> Option<T> {
    event.target().and_then(|target| target.dyn_into().ok())
}

/// The facet a menu is about.
fn facet(element: &Element) -> Option<Facet> {
    let menu = element.closest(".facet").ok().flatten()?;
    Facet::ALL.into_iter().find(|facet| menu.id().strip_prefix("f-") == Some(facet.name()))
}

impl Live {
    fn on_change(&mut self, event: &Event) {
        if let Some(select) = target::<HtmlSelectElement>(event) {
            if let Some(sort) = Sort::from_address(&select.value()) {
                let query = domain::query::ListQuery { sort, ..self.place.query.clone() };
                self.go(&query);
            }
        } else if let Some(input) = target::<HtmlInputElement>(event) {
            if input.name() == "row" {
                // The number pad of a phone has no Enter.
                self.on_jump();
            } else if input.type_() == "checkbox"
                && let Some(facet) = facet(&input)
            {
                self.on_choice(facet, &input.value());
            }
        }
    }

    fn on_input(&mut self, event: &Event) {
        if let Some(input) = target::<HtmlInputElement>(event)
            && input.type_() == "search"
            && let Some(facet) = facet(&input)
        {
            menus::act(self.list, Act::Find(facet));
        }
    }

    fn on_submit(&mut self, event: &Event) {
        event.prevent_default();
        let Some(form) = target::<Element>(event) else { return };
        if form.id() == "f-price" {
            menus::act(self.list, Act::Price);
        } else if form.class_list().contains("jump") {
            self.on_jump();
        }
    }

    fn on_jump(&mut self) {
        let Some(input) = self.find(".jump [name=row]").and_then(|input| input.dyn_into::<HtmlInputElement>().ok()) else { return };
        let digits: String = input.value().chars().filter(char::is_ascii_digit).take(9).collect();
        let total = self.pages.totals(self.shown).map_or(0, |totals| totals.total);
        if let Ok(row) = digits.parse::<u32>()
            && total > 0
        {
            let row = row.clamp(1, total) - 1;
            input.set_value("");
            self.active = Some(row);
            self.jump(row);
        }
    }

    fn on_opened(&mut self, event: &Event) {
        if let Some(menu) = target::<Element>(event) {
            self.on_toggle(&menu);
        }
    }

    fn on_pressed(&mut self, event: &Event) {
        let Some(element) = target::<Element>(event) else { return };
        let near = |selector: &str| element.closest(selector).ok().flatten();
        if near("[data-act=again]").is_some() {
            event.prevent_default();
            self.try_again();
        } else if near("[data-act=clear]").is_some() {
            self.clear_picks();
        } else if let Some(row) = near(".row[aria-rowindex]").and_then(|row| row.get_attribute("aria-rowindex")?.parse::<u32>().ok()) {
            // The head is the first row.
            let row = row.saturating_sub(2);
            match target::<HtmlInputElement>(event) {
                Some(tick) => self.on_tick(row, &tick, event.unchecked_ref()),
                None => self.on_click(row),
            }
        }
    }

    /// Somebody comes to the rows: what is around those one sees may be wanted next.
    fn on_approach(&mut self) {
        if !std::mem::replace(&mut self.used, true) {
            self.fetch();
        }
    }
}

/// A picture that cannot be loaded leaves its box empty.
fn mark_broken(event: &Event) {
    if let Some(image) = target::<web_sys::HtmlImageElement>(event) {
        let _ = image.class_list().add_1("broken");
    }
}

/// Marks the pictures that failed before anybody listened.
fn mark_all_broken(grid: &Element) {
    let images = grid.get_elements_by_tag_name("img");
    for image in (0..images.length()).filter_map(|at| images.item(at)?.dyn_into::<web_sys::HtmlImageElement>().ok()) {
        if image.complete() && image.natural_width() == 0 {
            let _ = image.class_list().add_1("broken");
        }
    }
}
