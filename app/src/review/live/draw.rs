//! Puts what has changed onto the page.

use domain::words::check::Finding;
use leptos::prelude::{document, window};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::{Live, judge::is_same};
use crate::{
    review::{
        markup::{self, Shown, card},
        state::address::address,
    },
    ui::time::on_the_wall,
};

impl Live {
    /// Everything, with another suggestion.
    pub(super) fn draw(&mut self) {
        self.fill("chips", &markup::chips(&self.place.filter).into_string());
        self.draw_head();
        self.draw_card();
        self.draw_decide();
    }

    fn shown_page(&self) -> Shown<'_> {
        Shown {
            place: &self.place,
            desk: self.desk.as_ref(),
            failure: self.failure.as_ref(),
            seat: self.shown(),
            next: None,
            people: self.people.as_deref(),
            now: Some(self.now),
        }
    }

    pub(super) fn draw_head(&self) {
        self.fill("progress", &markup::progress(self.desk.as_ref()).into_string());
        self.fill("all", &markup::approve_all(&self.place, self.desk.as_ref()).into_string());
        self.draw_band();
    }

    /// Where the queue is the device's, what part of it that is and of when. It is read out when it changes.
    fn draw_band(&self) {
        let band = self.desk.as_ref().and_then(|desk| {
            let as_of = desk.held?.as_of;
            Some(markup::offline(desk, on_the_wall(as_of), on_the_wall(self.now)).into_string())
        });
        let band = band.unwrap_or_default();
        if self.find("[data-region=band]").is_some_and(|region| region.inner_html() != band) {
            self.fill("band", &band);
        }
    }

    /// The suggestion. Where the keyboard was in it, it is in the next one.
    pub(super) fn draw_card(&self) {
        let Some(region) = self.find("[data-region=card]") else { return };
        let active = document().active_element();
        let was_inside = active.is_some_and(|active| region.contains(Some(&active)));
        mark("suggestion-begun");
        let html = markup::body(&self.shown_page()).into_string();
        mark("suggestion-written");
        region.set_inner_html(&html);
        mark_broken(&region);
        if was_inside && let Some(heading) = self.find_as::<HtmlElement>("#card-h") {
            let _ = heading.focus();
        }
        mark("suggestion-shown");
    }

    /// The buttons. They are made anew: the one that had the keyboard has it again.
    pub(super) fn draw_decide(&self) {
        let active = document().active_element().and_then(|active| active.closest(".decide [data-act]").ok().flatten());
        let act = active.and_then(|active| active.get_attribute("data-act"));
        self.fill("decide", &markup::decide(&self.shown_page()).into_string());
        let Some(act) = act else { return };
        let button = self.find_as::<HtmlElement>(&format!(".decide [data-act={act}]:not(:disabled)"));
        if let Some(element) = button.or_else(|| self.find_as("#card-h")) {
            let _ = element.focus();
        }
    }

    /// The same suggestion, where one is in it.
    pub(super) fn redraw(&self) {
        let (x, y) = (window().scroll_x().unwrap_or_default(), window().scroll_y().unwrap_or_default());
        self.draw_card();
        self.draw_decide();
        window().scroll_to_with_x_and_y(x, y);
    }

    /// What follows from what is typed into a field.
    pub(super) fn draw_typed(&self, at: usize) {
        let Some(seat) = self.shown() else { return };
        let (before, after) = card::both(seat, at);
        self.fill(&format!("before-{at}"), &before.into_string());
        self.fill(&format!("name-{at}"), card::name(&seat.drafts[at]));
        self.fill(&format!("after-{at}"), &after.into_string());
        if !seat.is_edited() {
            // It is again what came with it.
            self.draw_judged(None);
        }
    }

    /// What follows from another judgement than the one with these findings. Where the keyboard was on a button, it is on the
    /// one in its place.
    pub(super) fn draw_judged(&self, before: Option<&[Finding]>) {
        let Some(seat) = self.shown() else { return };
        for (at, field) in seat.card.fields.iter().enumerate() {
            if before.is_some_and(|before| is_same(before, seat.findings(), field.part)) {
                continue;
            }
            let revert = format!("[data-region=after-{at}] [data-act=revert]");
            let was_on = self.find(&revert).is_some_and(|button| document().active_element().as_ref() == Some(&button));
            self.fill(&format!("after-{at}"), &card::both(seat, at).1.into_string());
            if was_on {
                self.focus(&revert);
            }
        }
        // What was opened to be read stays open.
        let is_open: Vec<bool> = self.scores().iter().map(|score| score.has_attribute("open")).collect();
        self.fill("scores", &markup::parts::scores(&seat.card.scores_before, seat.scores()).into_string());
        for (score, _) in self.scores().iter().zip(is_open).filter(|(_, is_open)| *is_open) {
            let _ = score.set_attribute("open", "");
        }
    }

    fn scores(&self) -> Vec<Element> {
        let Some(region) = self.find("[data-region=scores]") else { return Vec::new() };
        let all = region.children();
        (0..all.length()).filter_map(|at| all.item(at)).collect()
    }

    pub(super) fn draw_assigned(&self) {
        let can = self.may_decide() && !self.is_held();
        let Some(seat) = self.shown() else { return };
        self.fill("assigned", &card::assigned(&seat.card, can, self.people.as_deref()).into_string());
    }

    pub(super) fn draw_notes(&self) {
        self.fill("notes", &markup::notes(&self.notes).into_string());
    }

    /// What is not sent yet: nowhere but on the screen, or on this device. What says so already is not said again.
    pub(super) fn draw_unsent(&mut self, unsent: usize, stopped: Option<&str>, kept: usize) {
        let html = markup::unsent(unsent, stopped, kept, &address(&self.place.filter)).into_string();
        if html != self.unsent {
            self.fill("unsent", &html);
            self.unsent = html;
        }
    }

    pub(super) fn draw_toasts(&self) {
        let html: String = self.toasts.iter().map(|toast| markup::toast(toast.number, &toast.words, toast.undo.is_some()).into_string()).collect();
        self.fill("toasts", &html);
    }

    /// Where another suggestion begins.
    pub(super) fn scroll_up(&self) {
        if let Some(region) = self.find("[data-region=card]")
            && region.get_bounding_client_rect().top() < 0.0
        {
            window().scroll_to_with_x_and_y(0.0, 0.0);
        }
    }
}

/// Marks a moment, for whoever measures. The latest is enough.
fn mark(name: &str) {
    if let Some(performance) = window().performance() {
        performance.clear_marks_with_mark_name(name);
        let _ = performance.mark(name);
    }
}

/// A picture that could not be loaded leaves its box empty.
fn mark_broken(region: &Element) {
    let images = region.get_elements_by_tag_name("img");
    for image in (0..images.length()).filter_map(|at| images.item(at)?.dyn_into::<web_sys::HtmlImageElement>().ok()) {
        if image.complete() && image.natural_width() == 0 {
            let _ = image.class_list().add_1("broken");
        }
    }
}
