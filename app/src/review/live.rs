//! The page as it lives: the queue is fetched ahead, a decision is on its way while the next suggestion is on the screen.

mod decide;
mod draw;
mod events;
mod everything;
mod fetch;
pub(crate) mod hear;
mod judge;
mod outbox;
mod swipe;

use std::{cell::RefCell, rc::Rc};

use domain::{
    clock::Timestamp,
    field::Value,
    handle::Handle,
    ids::{OpId, ProductId, ReviewId, UserId, VersionId},
    words::Words,
};
use leptos::{html::Div, prelude::*};
use leptos_router::location::Location;
use ports::{error::AppError, review::Card};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use self::swipe::Swipe;
use super::{
    markup::{self, Note},
    state::{
        address::{PATH, Place},
        desk::Desk,
        everything::Everything,
        seat::Seat,
    },
};
use crate::{
    frame::Hydrated,
    ui::{later::Later, time::now, unsaved::Unsaved},
};

/// A handle to the page; dead once it is gone.
#[derive(Clone, Copy)]
pub(super) struct Page(StoredValue<Rc<RefCell<Option<Live>>>, LocalStorage>);

struct Live {
    page: Page,
    /// What the address asks for.
    place: Place,
    root: HtmlElement,
    desk: Option<Desk>,
    failure: Option<AppError>,
    /// Answers to older questions are of no use.
    question: u32,
    is_asking: bool,
    /// It was begun anew as the next part could not be had, and nothing was shown since.
    is_anew: bool,
    /// What is left out once a dialog about the one that is shown is closed.
    left_out: Vec<ReviewId>,
    people: Option<Vec<(UserId, String)>>,
    notes: Vec<Note>,
    /// Which notes are about decisions that did not hold, until the person has looked at them.
    due: Vec<Due>,
    toasts: Vec<Toast>,
    /// What is said of decisions that are not sent yet, as it is drawn.
    unsent: String,
    /// Given to notes and toasts, never twice.
    number: u32,
    now: Timestamp,
    /// What is drawn anew when one stops typing.
    typing: Later,
    /// What is judged anew when one has stopped for longer.
    judging: Later,
    /// What was agreed to when all without findings are approved.
    everything: Option<Everything>,
    swipe: Option<Swipe>,
}

/// A note about a decision that did not hold.
struct Due {
    note: u32,
    op: OpId,
    product: ProductId,
    /// Nothing can be done about it any more.
    is_over: bool,
}

/// That something was done, and what can be taken back.
struct Toast {
    number: u32,
    words: String,
    undo: Option<Approved>,
}

/// What is needed to take an approval back.
#[derive(Clone)]
pub(super) struct Approved {
    review: ReviewId,
    version: VersionId,
    handle: Handle,
    title: String,
    words: Words,
}

/// Prepares the page, which comes alive once its element is there. What to put into the element; nothing where the server
/// has filled it.
pub(super) fn start(location: Location, node: NodeRef<Div>) -> String {
    let is_served = use_context::<Hydrated>().is_some_and(|alive| !alive.0.get_untracked());
    let asked = location.search.with_untracked(|search| Place::of(search));
    let html = if is_served {
        String::new()
    } else {
        let shown = markup::Shown { place: &asked, desk: None, failure: None, seat: None, next: None, people: None, now: None };
        markup::page(&shown).into_string()
    };
    let page = Page(StoredValue::new_local(Rc::default()));
    outbox::attend(page, use_context::<Unsaved>());
    // What waits can be looked at without a network.
    crate::device::wish(crate::device::Wish::Reviewing);
    Effect::new(move || {
        let Some(root) = node.get() else { return };
        if page.with(|_| ()).is_some() {
            return;
        }
        let live = Live {
            page,
            place: asked.clone(),
            root: root.into(),
            desk: None,
            failure: None,
            question: 0,
            is_asking: false,
            is_anew: false,
            left_out: Vec::new(),
            people: None,
            notes: Vec::new(),
            due: Vec::new(),
            toasts: Vec::new(),
            unsent: String::new(),
            number: 0,
            now: now(),
            typing: Later::new(),
            judging: Later::new(),
            everything: None,
            swipe: None,
        };
        page.put(Some(live));
        events::listen(page);
        page.with(Live::open);
    });
    // Behind the one above: the page is there when its address is followed.
    Effect::new(move || {
        let place = location.search.with(|search| Place::of(search));
        // While another page is on its way it stays what it was.
        if location.pathname.with(|path| path == PATH) {
            page.with(|live| live.follow(place));
        }
    });
    on_cleanup(move || {
        outbox::leave();
        page.put(None);
    });
    html
}

impl Approved {
    fn new(card: &Card, words: Words) -> Self {
        Self { review: card.review, version: card.version, handle: card.handle.clone(), title: card.title.clone(), words }
    }
}

impl Page {
    /// Does something with the page, if it is still there. What happens while it is at work, such as the change of an input
    /// that it takes the focus from, is its own doing, and is not heard.
    fn with<T>(self, act: impl FnOnce(&mut Live) -> T) -> Option<T> {
        let live = self.0.try_get_value()?;
        let mut live = live.try_borrow_mut().ok()?;
        live.as_mut().map(act)
    }

    fn put(self, next: Option<Live>) {
        if let Some(live) = self.0.try_get_value()
            && let Ok(mut live) = live.try_borrow_mut()
        {
            *live = next;
        }
    }
}

impl Live {
    fn find(&self, selector: &str) -> Option<Element> {
        self.root.query_selector(selector).ok().flatten()
    }

    fn find_as<T: JsCast>(&self, selector: &str) -> Option<T> {
        self.find(selector)?.dyn_into().ok()
    }

    fn fill(&self, region: &str, html: &str) {
        if let Some(element) = self.find(&format!("[data-region={region}]")) {
            element.set_inner_html(html);
        }
    }

    fn shown(&self) -> Option<&Seat> {
        self.desk.as_ref()?.shown()
    }

    fn shown_mut(&mut self) -> Option<&mut Seat> {
        self.desk.as_mut()?.shown_mut()
    }

    fn may_decide(&self) -> bool {
        self.desk.as_ref().is_some_and(|desk| desk.may_decide) && self.shown().is_some_and(Seat::is_open)
    }

    /// Whether the queue is the device's, as the server could not be reached.
    fn is_held(&self) -> bool {
        self.desk.as_ref().is_some_and(|desk| desk.held.is_some())
    }

    fn next_number(&mut self) -> u32 {
        self.number += 1;
        self.number
    }

    /// Tells those who hear the page what happened.
    fn tell(&self, words: &str) {
        if let Some(element) = self.find("[data-region=told]") {
            element.set_text_content(Some(words));
        }
    }
}

/// Whether a product still says what was approved.
fn says(now: &Words, approved: &Words) -> bool {
    approved.fields().into_iter().all(|(field, value): (_, Value)| now.get(&field) == Some(value))
}
