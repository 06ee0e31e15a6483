//! The page as HTML, by the same functions on the server and in the browser. What lives on it is in `live`.

pub(crate) mod card;
mod dialogs;
mod head;
pub(crate) mod parts;
mod tell;

use domain::{
    clock::Timestamp,
    ids::{ReviewId, UserId},
};
use maud::{Markup, html};
use ports::error::AppError;

#[cfg(feature = "hydrate")]
pub(super) use self::{
    dialogs::{All, all, all_line},
    head::{approve_all, chips, progress},
    tell::{Note, notes, offline, toast, unsent},
};
use super::state::{
    address::{Place, address_at},
    desk::Desk,
    seat::Seat,
};

/// What the page shows.
pub(super) struct Shown<'a> {
    pub(super) place: &'a Place,
    /// None until the queue is there.
    pub(super) desk: Option<&'a Desk>,
    pub(super) failure: Option<&'a AppError>,
    pub(super) seat: Option<&'a Seat>,
    /// The one behind it, for whoever has no script; none once the page has come alive.
    pub(super) next: Option<ReviewId>,
    /// Whom a suggestion can be given to, once that is known.
    pub(super) people: Option<&'a [(UserId, String)]>,
    /// None until the page has come alive.
    pub(super) now: Option<Timestamp>,
}

/// What is inside the page's element.
pub(super) fn page(shown: &Shown<'_>) -> Markup {
    html! {
        header.page-head {
            h1 { "Review" }
            div.progress-line data-region="progress" { (head::progress(shown.desk)) }
            div.region data-region="all" { (head::approve_all(shown.place, shown.desk)) }
        }
        ul.chips aria-label="Filters" data-region="chips" { (head::chips(&shown.place.filter)) }
        div.notes data-region="band" {}
        div.notes data-region="unsent" {}
        div.notes data-region="notes" {}
        div.swipes data-region="card" { (body(shown)) }
        div.swipe-hint aria-hidden="true" { span.accept { (parts::icon("check")) "Accept" } span.reject { (parts::icon("x")) "Reject" } }
        div.region data-region="decide" { (decide(shown)) }
        p.vh role="status" data-region="told" {}
        (dialogs::reject())
        (dialogs::changes())
        dialog.dialog.wide #all aria-labelledby="all-h" data-region="all-dialog" {}
        div.toasts data-region="toasts" {}
    }
}

/// The suggestion, or what stands in its place.
pub(super) fn body(shown: &Shown<'_>) -> Markup {
    match (shown.seat, shown.desk, shown.failure) {
        (Some(seat), Some(desk), _) => card::card(seat, desk, shown.people, shown.now),
        (_, _, Some(error)) => tell::failure(error, shown.place),
        (None, Some(desk), None) if desk.is_partly_elsewhere() => tell::elsewhere(shown.place, desk),
        (None, Some(desk), None) if desk.left() > 0 => loading(),
        (None, Some(desk), None) => tell::empty(shown.place, desk),
        (_, None, None) => loading(),
    }
}

/// What one can do, with the keys for it.
pub(super) fn decide(shown: &Shown<'_>) -> Markup {
    let (Some(seat), Some(desk)) = (shown.seat, shown.desk) else { return html! {} };
    let is_open = desk.may_decide && seat.is_open();
    html! {
        div.decide.script role="toolbar" aria-label="Decision" {
            @if is_open {
                (key_button("accept", "Accept", "A", "btn primary", None))
                (key_button("edit", "Edit", "E", "btn", Some(seat.is_editing)))
                (key_button("changes", "Changes", "C", "btn", None))
                (key_button("reject", "Reject", "R", "btn danger", None))
            }
            span.grow {}
            button.btn.ghost type="button" data-act="previous" aria-keyshortcuts="K" disabled[desk.is_first()] { (parts::icon("chevron-left")) span { "Back" } kbd aria-hidden="true" { "K" } }
            button.btn.ghost type="button" data-act="next" aria-keyshortcuts="J" disabled[desk.is_last()] { span { "Next" } (parts::icon("chevron-right")) kbd aria-hidden="true" { "J" } }
        }
        @if let Some(next) = shown.next { noscript { a.btn rel="next" href=(address_at(&shown.place.filter, next)) { "Next" } } }
        @if is_open && desk.held.is_some() {
            p.muted.small { "The server cannot be reached: what you write is not checked until it is, and nothing can be assigned or approved all at once." }
        }
        @if !desk.may_decide { p.muted { "Your role can look at suggestions. A reviewer, an editor or an owner of the store decides." } }
    }
}

fn key_button(act: &str, word: &str, key: &str, class: &str, pressed: Option<bool>) -> Markup {
    let pressed = pressed.map(|pressed| if pressed { "true" } else { "false" });
    html! {
        button type="button" class=(class) data-act=(act) aria-keyshortcuts=(key) aria-pressed=[pressed] { span { (word) } kbd aria-hidden="true" { (key) } }
    }
}

fn loading() -> Markup {
    html! {
        div.suggestion aria-busy="true" {
            header.suggestion-head { span.thumb {} h2 { span.bone.skel { "Loading the next suggestion" } } }
            div.sides { div.side { p.bone.skel { "…" } } div.side { p.bone.skel { "…" } } }
        }
    }
}

#[cfg(test)]
mod tests;
