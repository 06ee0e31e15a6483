//! One suggestion: the product, the scores, and each field as it was and as it would be.

use domain::{
    clock::Timestamp,
    field::Field,
    ids::UserId,
    money::{Cost, Currency},
    words::part::Part,
};
use maud::{Markup, html};
use ports::review::{Card, ReviewStatus};

use super::parts::{change_note, compared, findings, findings_at, icon, label, label_among, lengths, scores, side, time};
use crate::review::state::{
    desk::Desk,
    seat::{Draft, Seat, written},
};

pub(crate) fn card(seat: &Seat, desk: &Desk, people: Option<&[(UserId, String)]>, now: Option<Timestamp>) -> Markup {
    let card = &seat.card;
    let can = desk.may_decide && seat.is_open();
    html! {
        article.suggestion aria-labelledby="card-h" data-review=(card.review) data-status=(card.status.name()) {
            header.suggestion-head {
                @if card.thumbnail.is_empty() { span.thumb {} }
                @else { img.thumb src=(card.thumbnail) alt="" width="56" height="56" decoding="async"; }
                div.grow {
                    h2 #card-h tabindex="-1" { a href={ "/products/" (card.handle) } { (card.title) } }
                    p.muted.small { (subject(card)) }
                }
                @if card.status != ReviewStatus::Open { span.badge data-tone=(tone(card.status)) { (card.status.label()) } }
                @if card.fields.iter().any(|field| field.changed_since.is_some()) { span.badge data-tone="warn" { "Edited since" } }
            }
            p.suggestion-facts.small.muted {
                span { "Written by " (writer(card)) ", " (time(card.created_at, now)) }
                @if card.cost != Cost::ZERO { span.num { (cost(card.cost, desk.currency)) } }
                @if let Some(run) = card.run { a.link href={ "/runs/" (run) } { "Its run" } }
                a.link href={ "/products/" (card.handle) "/versions" } { "All versions" }
                span.region data-region="assigned" { (assigned(card, can && desk.held.is_none(), people)) }
            }
            @if !card.remark.is_empty() { p.remark { b { "It was asked for: " } (card.remark) } }
            @if let Some(decided) = &card.decided {
                p.remark {
                    b { (card.status.label()) @if !decided.who.is_empty() { " by " (decided.who) } ", " (time(decided.at, now)) "." }
                    @if !decided.reason.is_empty() { " " (decided.reason) }
                }
            }
            div.scores data-region="scores" { (scores(&card.scores_before, seat.scores())) }
            @for at in 0..card.fields.len() { (field(seat, at, can)) }
            @if can && !seat.is_editing { p.hint.script.swipe-help { "Swipe to the right to accept, to the left to reject." } }
        }
    }
}

/// Who has it, and whom it can be given to.
pub(crate) fn assigned(card: &Card, can: bool, people: Option<&[(UserId, String)]>) -> Markup {
    let has = card.assignee.as_ref();
    html! {
        @if let (true, Some(people)) = (can, people) {
            label.assign {
                "Assigned to "
                select.input data-act="assign" {
                    option value="" selected[has.is_none()] { "nobody" }
                    @for (id, name) in people { option value=(id) selected[has.is_some_and(|(who, _)| who == id)] { (name) } }
                }
            }
        } @else if let Some((_, name)) = has { span { "Assigned to " (name) } }
    }
}

fn field(seat: &Seat, at: usize, can: bool) -> Markup {
    let (field, draft) = (&seat.card.fields[at], &seat.drafts[at]);
    let id = format!("field-{at}");
    let name = label_among(&field.field, seat.card.fields.iter().map(|field| &field.field));
    html! {
        section.words id=(id) data-field=(at) data-on[draft.is_on || !can] aria-label=(name) {
            header {
                h3 {
                    @if can {
                        label.check {
                            input type="checkbox" data-act="toggle" checked[draft.is_on] autocomplete="off" aria-label={ "Accept " (name) };
                            span { (name) }
                            @if at < 9 { kbd.script aria-hidden="true" { (at + 1) } }
                        }
                    } @else { (name) }
                }
                @if !field.image.is_empty() { img.thumb src=(field.image) alt="" width="32" height="32" loading="lazy"; }
                @if field.changed_since.is_some() { span.badge data-tone="warn" { "Edited since" } }
            }
            div.sides data-region={ "sides-" (at) } { (sides(seat, at, can)) }
        }
    }
}

/// Both sides of a field and what stands under them.
fn sides(seat: &Seat, at: usize, can: bool) -> Markup {
    let (field, draft) = (&seat.card.fields[at], &seat.drafts[at]);
    let value = seat.value(at);
    let (before, after) = both(seat, at);
    html! {
        div.side {
            h4 { "Original" }
            div.region data-region={ "before-" (at) } { (before) }
        }
        div.side.suggested {
            h4 data-region={ "name-" (at) } { (name(draft)) }
            @if can && seat.is_editing { (input(&field.field, at, &written(&value))) }
            div.region data-region={ "after-" (at) } { (after) }
        }
        @if let Some((now, _)) = &field.changed_since {
            div.conflict {
                h4 { "What is there now" }
                (side(&compared(&field.field, &field.before, now, &[]).after, crate::ui::marked::Change::Words))
                @if can {
                    label.check {
                        input type="checkbox" data-act="replace" checked[draft.replaces] autocomplete="off";
                        "Replace what is there now"
                    }
                }
            }
        }
    }
}

pub(crate) const fn name(draft: &Draft) -> &'static str {
    if draft.text.is_some() { "Suggestion, edited" } else { "Suggestion" }
}

/// The original of a field with what goes marked, and the suggestion with what is new marked and what is to be said about it.
pub(crate) fn both(seat: &Seat, at: usize) -> (Markup, Markup) {
    let field = &seat.card.fields[at];
    let value = seat.value(at);
    let of_part: Vec<_> = seat.findings().iter().filter(|finding| finding.part == field.part).collect();
    let sides = compared(&field.field, &field.before, &value, &of_part);
    let after = html! {
        (side(&sides.after, sides.change))
        p.small.muted.num {
            @let (note, length) = (change_note(sides.change), lengths(&field.field, &field.before, &value));
            @if let Some(note) = note { (note) }
            @if note.is_some() && length.is_some() { ", " }
            @if let Some(length) = length { (length) }
        }
        (found_at(seat, at))
        @if seat.drafts[at].text.is_some() {
            div { button.btn.ghost type="button" data-act="revert" { (icon("refresh-cw")) "Back to the suggestion" } }
        }
    };
    (side(&sides.before, sides.change), after)
}

/// What was found in a field.
fn found_at(seat: &Seat, at: usize) -> Markup {
    let parts: Vec<Part> = seat.card.fields.iter().map(|field| field.part).collect();
    findings(&findings_at(seat.findings(), &parts, at))
}

fn input(field: &Field, at: usize, text: &str) -> Markup {
    let name = label(field);
    let described = format!("hint-{at}");
    html! {
        @match field {
            Field::Description => {
                textarea.input.code data-edit=(at) rows="8" autocomplete="off" aria-label={ (name) " as HTML" } aria-describedby=(described) { "\n" (text) }
                p.hint id=(described) { "HTML. Ctrl Enter accepts." }
            }
            Field::SeoDescription => {
                textarea.input data-edit=(at) rows="3" autocomplete="off" aria-label=(name) { "\n" (text) }
            }
            Field::Tags => {
                input.input data-edit=(at) value=(text) autocomplete="off" aria-label=(name) aria-describedby=(described);
                p.hint id=(described) { "Separated by commas" }
            }
            _ => { input.input data-edit=(at) value=(text) autocomplete="off" aria-label=(name); }
        }
    }
}

fn subject(card: &Card) -> String {
    [&card.vendor, &card.product_type].into_iter().filter(|text| !text.is_empty()).cloned().collect::<Vec<_>>().join(" · ")
}

pub(crate) fn writer(card: &Card) -> String {
    if card.model.is_empty() || card.model == card.provider { card.provider.clone() } else { format!("{} ({})", card.provider, card.model) }
}

pub(crate) fn cost(cost: Cost, currency: Currency) -> String {
    cost.shown(currency)
}

pub(crate) const fn tone(status: ReviewStatus) -> &'static str {
    match status {
        ReviewStatus::Open | ReviewStatus::Changes => "info",
        ReviewStatus::Approved => "ok",
        ReviewStatus::Rejected => "draft",
        ReviewStatus::Superseded => "off",
    }
}

/// For those who hear it: which product, and how much was found.
#[cfg(feature = "hydrate")]
pub(crate) fn heard(seat: &Seat) -> String {
    let found = match seat.findings().len() {
        0 => "nothing found".to_owned(),
        1 => "1 finding".to_owned(),
        count => format!("{} findings", crate::ui::format::number(count as u64)),
    };
    format!("{}, {found}.", seat.card.title)
}
