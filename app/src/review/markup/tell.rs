//! What there is to say beside the suggestion, or in its place.

#[cfg(any(feature = "hydrate", test))]
use domain::clock::Timestamp;
use maud::{Markup, html};
use ports::{
    error::AppError,
    review::{QueueFilter, ReviewStatus},
};

use super::parts::icon;
#[cfg(any(feature = "hydrate", test))]
use crate::ui::format;
use crate::{
    review::state::{
        address::{PATH, Place, address},
        desk::Desk,
    },
    ui::{format::number, notice::sign_in},
};

/// Something a person should know of a decision.
#[cfg_attr(not(feature = "hydrate"), allow(dead_code))]
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Note {
    pub(crate) number: u32,
    /// The product.
    pub(crate) title: String,
    pub(crate) words: String,
    /// Where one can look at it: its address and what the link is called.
    pub(crate) way: (String, &'static str),
}

#[cfg_attr(not(feature = "hydrate"), allow(dead_code))]
pub(crate) fn notes(notes: &[Note]) -> Markup {
    html! {
        @for note in notes {
            div.band.bad role="alert" data-note=(note.number) {
                (icon("circle-alert"))
                span { b { (note.title) } ": " (note.words) }
                a.btn href=(note.way.0) data-act="look" { (note.way.1) }
                button.btn.ghost.only type="button" data-act="close-note" aria-label="Close this note" { (icon("x")) }
            }
        }
    }
}

/// Decisions that are not at the server yet: `unsent` are nowhere but on the screen, and `stopped` is why they wait for the person; `kept` are on
/// this device.
#[cfg_attr(not(feature = "hydrate"), allow(dead_code))]
pub(crate) fn unsent(unsent: usize, stopped: Option<&str>, kept: usize, here: &str) -> Markup {
    html! {
        @if unsent > 0 {
            div.band role="alert" {
                (icon("cloud-off"))
                span {
                    @if unsent == 1 { "1 decision is not sent yet." } @else { (number(unsent as u64)) " decisions are not sent yet." }
                    " "
                    @if let Some(stopped) = stopped { (stopped) } @else { "They are tried again until the server answers." }
                }
                @if stopped.is_some() { a.btn href=(sign_in(here)) target="_blank" rel="external" { "Sign in" } }
                button.btn type="button" data-act="send-again" { "Send now" }
            }
        }
        @if kept > 0 {
            div.band role="status" {
                (icon("cloud-off"))
                span {
                    @if kept == 1 { "1 decision waits on this device and is sent as soon as there is a connection." }
                    @else { (number(kept as u64)) " decisions wait on this device and are sent as soon as there is a connection." }
                }
                a.btn href="/changes" { "Look at them" }
            }
        }
    }
}

/// Stands above suggestions that are the device's: what part of the queue it has. Both times are by the clock on the wall.
#[cfg(any(feature = "hydrate", test))]
pub(crate) fn offline(desk: &Desk, as_of: Timestamp, now: Timestamp) -> Markup {
    let here = desk.here;
    let told = match (here, desk.held.and_then(|held| held.of)) {
        (0, Some(0)) => "Nothing was left in this queue".to_owned(),
        (0, None) => "This part of the review is not on this device".to_owned(),
        (1, Some(0..=1)) => "The only suggestion is on this device".to_owned(),
        (here, Some(of)) if here >= of => format!("All {} suggestions are on this device", number(here)),
        (1, Some(of)) => format!("1 of {} suggestions is on this device", number(of)),
        (here, Some(of)) => format!("{} of {} suggestions are on this device", number(here), number(of)),
        (1, None) => "1 suggestion on this device matches".to_owned(),
        (here, None) => format!("{} suggestions on this device match", number(here)),
    };
    let at = format::as_of(as_of, now);
    html! {
        div.band.offline role="status" {
            (icon("cloud-off"))
            span { "Offline. " (told) ", as of " (at) "." }
        }
    }
}

/// In the place of a suggestion, when what is left of the queue is not on the device.
pub(super) fn elsewhere(place: &Place, desk: &Desk) -> Markup {
    let (heading, text) = match (desk.here, desk.done()) {
        (0, _) => {
            let text = "What is asked for is on the server, and can be looked at once that can be reached.";
            ("This part of the review is not on this device", text.to_owned())
        }
        (_, 0) => ("The rest is not on this device", "It is on the server, and can be looked at once that can be reached.".to_owned()),
        (_, done) => {
            let decided = if done == 1 { "1 suggestion".to_owned() } else { format!("{} suggestions", number(done)) };
            ("The rest is not on this device", format!("You have decided about {decided}. The others come once the server can be reached."))
        }
    };
    let ways = html! {
        a.btn href=(address(&place.filter)) data-act="again" { "Try again" }
        @if place.filter != QueueFilter::default() { a.btn href=(PATH) { "Clear filters" } }
    };
    notice("status", "cloud-off", heading, &text, &ways)
}

/// That something was done, with the way back where there is one.
#[cfg_attr(not(feature = "hydrate"), allow(dead_code))]
pub(crate) fn toast(number: u32, words: &str, undo: bool) -> Markup {
    html! {
        div.toast data-toast=(number) {
            span.grow { (words) }
            @if undo { button.btn.ghost type="button" data-act="undo" { "Undo" } }
        }
    }
}

pub(crate) fn failure(error: &AppError, place: &Place) -> Markup {
    let here = address(&place.filter);
    let (sign, heading) = match error {
        AppError::SignedOut => ("lock", "You are signed out"),
        AppError::Forbidden => ("lock", "You may not see this"),
        AppError::Unavailable(_) => ("circle-alert", "This cannot be shown now"),
        _ => ("circle-alert", "The queue could not be loaded"),
    };
    let ways = html! {
        @match error {
            AppError::SignedOut => a.btn href=(sign_in(&here)) rel="external" { "Sign in" },
            AppError::Forbidden => a.btn href="/products" { "Go to the products" },
            _ => {
                a.btn href=(here) data-act="again" { "Try again" }
                @if place.card.is_some() { a.btn href=(here) { "Look at the queue" } }
            }
        }
    };
    notice("alert", sign, heading, &error.to_string(), &ways)
}

pub(crate) fn empty(place: &Place, desk: &Desk) -> Markup {
    let filter = &place.filter;
    if desk.done() > 0 {
        let text = match desk.done() {
            1 => "You have decided about 1 suggestion.".to_owned(),
            count => format!("You have decided about {} suggestions.", number(count)),
        };
        let ways = html! {
            a.btn href=(address(&QueueFilter { status: ReviewStatus::Approved, ..filter.clone() })) { "Look at what was approved" }
            a.btn href={ (PATH) } data-act="again" { "Look for more" }
        };
        return notice("status", "check-check", "Nothing is left here", &text, &ways);
    }
    if *filter == QueueFilter::default() {
        let text = "When a run has written suggestions they come here, to be accepted, edited or rejected one by one.";
        return notice(
            "status",
            "sparkles",
            "Nothing to review",
            text,
            &html! { @if desk.held.is_none() { a.btn href="/runs/new" { "Start a run" } } a.btn href="/products" { "Go to the products" } },
        );
    }
    let ways = html! { a.btn href=(PATH) { "Clear filters" } };
    notice("status", "search-x", "No suggestion matches these filters", "Take a filter away to see more.", &ways)
}

fn notice(role: &str, sign: &str, heading: &str, text: &str, ways: &Markup) -> Markup {
    html! {
        div.notice role=(role) {
            (icon(sign))
            h2 #card-h tabindex="-1" { (heading) }
            p { (text) }
            div.line { (ways) }
        }
    }
}
