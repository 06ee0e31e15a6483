//! What stands above the suggestion: how far one is, which suggestions are shown, all at once.

use maud::{Markup, html};
use ports::review::{Assignee, QueueFilter, ReviewStatus};

use super::parts::icon;
use crate::{
    review::state::{
        address::{PATH, Place, address, kept},
        desk::Desk,
    },
    ui::format::number,
};

/// `12 of 214`, with a bar that is true.
pub(crate) fn progress(desk: Option<&Desk>) -> Markup {
    let Some(desk) = desk else { return html! {} };
    let (place, of) = desk.place();
    html! {
        @if of > 0 {
            span.num { b { (number(place)) } " of " (number(of)) }
            progress.progress max=(of) value=(desk.done()) aria-label="Decided" {}
        }
    }
}

/// Approves what nothing was found in.
pub(crate) fn approve_all(place: &Place, desk: Option<&Desk>) -> Markup {
    // What is approved unseen has to be what is there now.
    let Some(desk) = desk.filter(|desk| desk.may_decide && desk.held.is_none()) else { return html! {} };
    let filter = &place.filter;
    // Those that were decided here meanwhile may have been of either kind: the dialog counts anew.
    let count = desk.left().saturating_sub(if filter.odd == Some(false) { 0 } else { desk.odd });
    html! {
        @if filter.status == ReviewStatus::Open && filter.odd != Some(true) && count > 0 {
            button.btn.script type="button" data-act="all" { (icon("check-check")) "Approve all without findings (" (number(count)) ")" }
        }
    }
}

/// The filters: each a menu of links, so that they work without script.
pub(crate) fn chips(filter: &QueueFilter) -> Markup {
    let with = |change: fn(&mut QueueFilter)| {
        let mut other = filter.clone();
        change(&mut other);
        address(&other)
    };
    let status = ReviewStatus::ALL.map(|status| (status.label(), address(&QueueFilter { status, ..filter.clone() }), status == filter.status));
    let assignee = [Assignee::Anybody, Assignee::Me, Assignee::Nobody]
        .map(|assignee| (assignee_word(assignee), address(&QueueFilter { assignee, ..filter.clone() }), assignee == filter.assignee));
    let odd = [None, Some(true), Some(false)].map(|odd| (odd_word(odd), address(&QueueFilter { odd, ..filter.clone() }), odd == filter.odd));
    let order = [
        ("Oldest first", with(|filter| filter.newest = false), !filter.newest),
        ("Newest first", with(|filter| filter.newest = true), filter.newest),
    ];
    let is_usual = *filter == QueueFilter::default();
    html! {
        (menu("status", "Status", &status))
        (menu("assignee", "Assigned to", &assignee))
        (menu("findings", "Findings", &odd))
        (type_menu(filter))
        @if filter.run.is_some() {
            li.chip {
                span { "Of one run" }
                a.chip-x href=(with(|filter| filter.run = None)) aria-label="Remove filter Of one run" { (icon("x")) }
            }
        }
        (menu("sort", "Order", &order))
        @if !is_usual { li { a.link.small href=(PATH) { "Clear all" } } }
    }
}

fn menu(id: &str, name: &str, choices: &[(&'static str, String, bool)]) -> Markup {
    let chosen = choices.iter().find(|choice| choice.2).map_or("", |choice| choice.0);
    html! {
        li.chip {
            button popovertarget={ "f-" (id) } { (name) " " b { (chosen) } }
            div.menu id={ "f-" (id) } popover="auto" role="group" aria-label=(name) {
                @for (word, address, is_chosen) in choices {
                    a.menu-item href=(address) aria-current=[is_chosen.then_some("true")] { span.grow { (word) } @if *is_chosen { (icon("check")) } }
                }
            }
        }
    }
}

fn type_menu(filter: &QueueFilter) -> Markup {
    let without = address(&QueueFilter { product_type: None, ..filter.clone() });
    html! {
        li.chip {
            button popovertarget="f-type" { "Type " b { (filter.product_type.as_deref().unwrap_or("Any")) } }
            form.menu.facet #f-type popover="auto" action=(PATH) aria-label="Product type" {
                @for (name, value) in kept(filter).into_iter().filter(|(name, _)| *name != "type") { input type="hidden" name=(name) value=(value); }
                input.input name="type" value=[filter.product_type.as_deref()] maxlength="255" autocomplete="off" placeholder="Lamps" aria-label="Product type";
                footer {
                    a.btn.ghost href=(without) { "Any" }
                    button.btn { "Show" }
                }
            }
            @if filter.product_type.is_some() { a.chip-x href=(without) aria-label="Remove filter Type" { (icon("x")) } }
        }
    }
}

const fn assignee_word(assignee: Assignee) -> &'static str {
    match assignee {
        Assignee::Anybody => "Anybody",
        Assignee::Me => "Me",
        Assignee::Nobody => "Nobody",
    }
}

const fn odd_word(odd: Option<bool>) -> &'static str {
    match odd {
        None => "With and without",
        Some(true) => "With findings",
        Some(false) => "Without findings",
    }
}
