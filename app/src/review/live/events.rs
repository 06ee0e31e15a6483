//! What happens on the page: clicks, choices, typing, keys.

use std::time::Duration;

use domain::sync::intent::Verdict;
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlDialogElement, HtmlElement, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};

use super::{
    Live, Page,
    hear::{hear, target},
    outbox,
};
use crate::{
    review::{api, state::address::Place},
    ui::{listen::is_typing, time::now},
};

/// Without a key for so long, what was typed is compared anew.
const PAUSE: Duration = Duration::from_millis(120);

/// Starts to listen, until the page is gone.
pub(super) fn listen(page: Page) {
    let Some(root) = page.with(|live| live.root.clone()) else { return };
    let on = |name: &'static str, act: fn(&mut Live, &Event)| {
        hear(&root, name, move |event| {
            page.with(|live| act(live, &event));
        })
    };
    let heard = vec![
        on("click", Live::on_click),
        on("change", Live::on_change),
        on("input", Live::on_input),
        on("submit", Live::on_submit),
        on("close", |live, _| live.has_closed()),
        on("error", |_, event| {
            if let Some(image) = target::<web_sys::HtmlImageElement>(event) {
                let _ = image.class_list().add_1("broken");
            }
        }),
        on("pointerdown", Live::swipe_start),
        on("pointermove", Live::swipe_move),
        on("pointerup", Live::swipe_end),
        on("pointercancel", |live, _| live.swipe_off()),
    ];
    let keys = window_event_listener_untyped("keydown", move |event| {
        page.with(|live| live.on_key(&event));
    });
    let online = window_event_listener_untyped("online", move |_| {
        page.with(Live::look_for_the_server);
    });
    let minute = set_interval_with_handle(
        move || {
            page.with(|live| {
                live.now = now();
                live.look_for_the_server();
            });
        },
        Duration::from_mins(1),
    )
    .ok();
    let kept = StoredValue::new_local(heard);
    on_cleanup(move || {
        keys.remove();
        online.remove();
        if let Some(minute) = minute {
            minute.clear();
        }
        kept.dispose();
    });
}

/// The field an element is in.
fn field_of(element: &Element) -> Option<usize> {
    element.closest("[data-field]").ok().flatten()?.get_attribute("data-field")?.parse().ok()
}

/// A box that is ticked takes no text: keys are not meant for it.
fn takes_text(event: &Event) -> bool {
    let is_tick = target::<HtmlInputElement>(event).is_some_and(|input| matches!(input.type_().as_str(), "checkbox" | "radio"));
    is_typing(event) && !is_tick
}

impl Live {
    fn on_click(&mut self, event: &Event) {
        let Some(element) = target::<Element>(event) else { return };
        let Some(actor) = element.closest("[data-act]").ok().flatten() else { return };
        let number = |name: &str| {
            let holder = actor.closest(&format!("[{name}]")).ok().flatten()?;
            holder.get_attribute(name)?.parse::<u32>().ok()
        };
        match actor.get_attribute("data-act").as_deref() {
            Some("accept") => self.accept(),
            Some("edit") => self.edit(),
            Some("reject") => self.ask("reject"),
            Some("changes") => self.ask("changes"),
            Some("previous") => self.go(-1),
            Some("next") => self.go(1),
            Some("reason") => {
                let reason = actor.get_attribute("value").unwrap_or_default();
                self.close("reject");
                self.decide(Verdict::Reject { reason });
            }
            Some("close") => {
                if let Some(dialog) = actor.closest("dialog").ok().flatten().and_then(|dialog| dialog.dyn_into::<HtmlDialogElement>().ok()) {
                    dialog.close();
                }
            }
            Some("revert") => {
                if let Some(at) = field_of(&actor) {
                    self.revert(at);
                }
            }
            Some("all") => self.ask_for_all(),
            Some("all-now") => self.approve_all(),
            Some("all-stop") => self.stop_all(),
            Some("undo") => {
                if let Some(number) = number("data-toast") {
                    self.undo(number);
                }
            }
            Some("look") => {
                // What is on the desk is shown there; else the link leads to it.
                let address = actor.get_attribute("href").unwrap_or_default();
                let card = address.split_once('?').and_then(|(_, search)| Place::of(search).card);
                if let Some(number) = number("data-note") {
                    self.close_note(number, false);
                }
                if card.is_some_and(|card| self.go_to(card)) {
                    event.prevent_default();
                    self.draw();
                    self.focus("#card-h");
                }
            }
            Some("close-note") => {
                if let Some(number) = number("data-note") {
                    self.close_note(number, true);
                }
            }
            Some("send-again") => outbox::send_all(),
            Some("again") => {
                event.prevent_default();
                self.desk = None;
                self.failure = None;
                self.draw();
                self.open();
            }
            _ => {}
        }
    }

    fn on_change(&mut self, event: &Event) {
        if let Some(select) = target::<HtmlSelectElement>(event) {
            self.assign(&select.value());
            return;
        }
        let Some(input) = target::<HtmlInputElement>(event) else { return };
        let Some(at) = field_of(&input) else { return };
        match input.get_attribute("data-act").as_deref() {
            Some("toggle") => self.toggle(at),
            Some("replace") => {
                let replaces = input.checked();
                if let Some(draft) = self.shown_mut().and_then(|seat| seat.drafts.get_mut(at)) {
                    draft.replaces = replaces;
                }
            }
            _ => {}
        }
    }

    fn on_input(&mut self, event: &Event) {
        let text =
            target::<HtmlInputElement>(event).map(|input| input.value()).or_else(|| target::<HtmlTextAreaElement>(event).map(|area| area.value()));
        let at = target::<Element>(event).and_then(|element| element.get_attribute("data-edit")?.parse::<usize>().ok());
        let (Some(text), Some(at)) = (text, at) else { return };
        let page = self.page;
        let Some(seat) = self.shown_mut() else { return };
        seat.write(at, &text);
        let review = seat.card.review;
        self.judge_soon(review);
        self.typing.run(PAUSE, move || {
            page.with(|live| {
                if live.shown().is_some_and(|seat| seat.card.review == review) {
                    live.draw_typed(at);
                }
            });
        });
    }

    fn on_submit(&mut self, event: &Event) {
        let Some(form) = target::<Element>(event) else { return };
        let text = |id: &str| self.find_as::<HtmlTextAreaElement>(id).map_or_else(String::new, |area| area.value().trim().to_owned());
        match form.get_attribute("data-form").as_deref() {
            Some("reject") => {
                event.prevent_default();
                let reason = text("#reject-reason");
                self.close("reject");
                self.decide(Verdict::Reject { reason });
            }
            Some("changes") => {
                event.prevent_default();
                let remark = text("#changes-remark");
                let is_empty = remark.is_empty();
                if let Some(error) = self.find_as::<HtmlElement>("#changes .error") {
                    error.set_hidden(!is_empty);
                }
                if is_empty {
                    self.focus("#changes-remark");
                    return;
                }
                self.close("changes");
                self.decide(Verdict::Changes { remark });
            }
            _ => {}
        }
    }

    fn on_key(&mut self, event: &Event) {
        let Some(key) = event.dyn_ref::<ev::KeyboardEvent>() else { return };
        // A dialog and a menu have their own keys.
        if key.is_composing() || key.alt_key() || key.default_prevented() || self.find("dialog[open], .menu:popover-open").is_some() {
            return;
        }
        let with_control = key.ctrl_key() || key.meta_key();
        if takes_text(event) {
            match key.key().as_str() {
                "Enter" if with_control => self.accept(),
                "Escape" => {
                    if let Some(input) = target::<HtmlElement>(event).filter(|input| input.has_attribute("data-edit")) {
                        let _ = input.blur();
                        self.focus("#card-h");
                    } else {
                        return;
                    }
                }
                _ => return,
            }
            event.prevent_default();
            return;
        }
        if with_control || key.repeat() {
            return;
        }
        match key.key().as_str() {
            "a" | "A" => self.accept(),
            "e" | "E" => self.edit(),
            "r" | "R" => self.ask("reject"),
            "c" | "C" => self.ask("changes"),
            "j" | "J" => self.go(1),
            "k" | "K" => self.go(-1),
            digit => match digit.parse::<usize>() {
                Ok(number @ 1..=9) if self.shown().is_some_and(|seat| number <= seat.card.fields.len()) => self.toggle(number - 1),
                _ => return,
            },
        }
        event.prevent_default();
    }

    /// Opens a dialog, empty.
    pub(super) fn ask(&self, id: &str) {
        if !self.may_decide() {
            return;
        }
        if let Some(area) = self.find_as::<HtmlTextAreaElement>(&format!("#{id} textarea")) {
            area.set_value("");
        }
        if let Some(dialog) = self.find_as::<HtmlDialogElement>(&format!("#{id}")) {
            let _ = dialog.show_modal();
        }
    }

    /// Whether somebody is about to say why they decide, of the one that is shown.
    pub(super) fn is_asked(&self) -> bool {
        self.find("#reject[open], #changes[open]").is_some()
    }

    /// A dialog was closed: what had to wait for that is done.
    fn has_closed(&mut self) {
        if !self.is_asked() && !self.left_out.is_empty() {
            let reviews = std::mem::take(&mut self.left_out);
            self.leave_out(&reviews);
            self.fetch();
        }
    }

    pub(super) fn close(&self, id: &str) {
        if let Some(dialog) = self.find_as::<HtmlDialogElement>(&format!("#{id}")) {
            dialog.close();
        }
    }

    /// A link in one of them leads away from it.
    pub(super) fn close_dialogs(&self) {
        for id in ["reject", "changes", "all"] {
            self.close(id);
        }
    }

    pub(super) fn focus(&self, selector: &str) {
        if let Some(element) = self.find_as::<HtmlElement>(selector) {
            let _ = element.focus();
        }
    }

    /// Whoever closes a note knows what it says, and gives up what it is about; whoever goes on to it may decide once more.
    fn close_note(&mut self, number: u32, gives_up: bool) {
        for due in self.due.extract_if(.., |due| due.note == number) {
            if gives_up || due.is_over {
                outbox::close(due.op, due.product);
            }
        }
        self.notes.retain(|note| note.number != number);
        self.draw_notes();
    }

    fn assign(&mut self, to: &str) {
        let to = to.parse().ok();
        let Some(seat) = self.shown() else { return };
        let review = seat.card.review;
        let page = self.page;
        leptos::task::spawn_local(async move {
            let answer = api::assign(review, to).await;
            page.with(|live| {
                let name = to.and_then(|to| live.people.as_ref()?.iter().find(|(id, _)| *id == to).cloned());
                let title = live.shown().map(|seat| seat.card.title.clone()).unwrap_or_default();
                match answer {
                    Ok(()) => {
                        let words = name.as_ref().map_or_else(|| "Assigned to nobody".to_owned(), |(_, name)| format!("Assigned to {name}"));
                        if let Some(seat) = live.shown_mut().filter(|seat| seat.card.review == review) {
                            seat.card.assignee = name;
                        }
                        live.tell(&words);
                        live.toast(words, None);
                    }
                    Err(error) => {
                        live.tell(&error.to_string());
                        live.note(
                            title,
                            format!("it was not assigned. {error}"),
                            (crate::review::state::address::card_address(review), "Look at it"),
                        );
                        live.draw_assigned();
                    }
                }
            });
        });
    }
}
