//! What there is to say beside the suggestion, or in its place.

use maud::{Markup, html};
use ports::{
    error::AppError,
    review::{QueueFilter, ReviewStatus},
};

use super::parts::icon;
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
        _ => ("circle-alert", "The queue could not be loaded"),
    };
    let ways = html! {
        @match error {
            AppError::SignedOut => a.btn href=(sign_in(&here)) rel="external" { "Sign in" },
            AppError::Forbidden => a.btn href="/products" { "Go to the products" },
            _ => a.btn href=(here) data-act="again" { "Try again" },
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
            &html! { a.btn href="/runs/new" { "Start a run" } a.btn href="/products" { "Go to the products" } },
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
