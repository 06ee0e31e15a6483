//! What is asked before something is done.

use maud::{Markup, html};
use ports::{
    error::AppError,
    review::{Card, Queue},
};

use crate::{
    review::state::{
        address::{address, card_address},
        everything::Everything,
    },
    ui::format::number,
};

/// What reviewers mostly have against a suggestion.
const REASONS: [&str; 4] = ["Not true of the product", "Not how we sound", "No better than before", "Too long"];

pub(super) fn reject() -> Markup {
    html! {
        dialog.dialog #reject aria-labelledby="reject-h" {
            form method="dialog" data-form="reject" {
                h2 #reject-h { "Reject: why?" }
                div.line { @for reason in REASONS { button.btn type="button" data-act="reason" value=(reason) { (reason) } } }
                div.field {
                    label for="reject-reason" { "Another reason" }
                    textarea.input #reject-reason rows="2" maxlength="1000" autocomplete="off" {}
                }
                footer {
                    button.btn type="button" data-act="close" { "Cancel" }
                    button.btn.danger { "Reject" }
                }
            }
        }
    }
}

pub(super) fn changes() -> Markup {
    html! {
        dialog.dialog #changes aria-labelledby="changes-h" {
            form method="dialog" data-form="changes" {
                h2 #changes-h { "Ask for changes" }
                div.field {
                    label for="changes-remark" { "What should be different?" }
                    textarea.input #changes-remark rows="3" maxlength="1000" autocomplete="off" aria-describedby="changes-hint" {}
                    p.hint #changes-hint { "It is written again with this remark, and comes back into the queue." }
                    p.error role="alert" hidden { "Write what should be different." }
                }
                footer {
                    button.btn type="button" data-act="close" { "Cancel" }
                    button.btn.primary { "Send back" }
                }
            }
        }
    }
}

/// Approving all that nothing was found in, as far as it has come.
#[cfg_attr(not(feature = "hydrate"), allow(dead_code))]
pub(crate) enum All<'a> {
    Counting,
    /// Those with findings, the first few, and how many without.
    Asks {
        odd: &'a Queue,
        count: u64,
    },
    Approving(&'a Everything),
    /// How far it came, and why it stopped where the person did not stop it.
    Halted(&'a str, Option<&'a AppError>),
    Failed(&'a AppError),
}

/// What is inside the dialog.
#[cfg_attr(not(feature = "hydrate"), allow(dead_code))]
pub(crate) fn all(all: &All<'_>) -> Markup {
    html! {
        form method="dialog" {
            @match all {
                All::Counting => {
                    h2 #all-h { "Approve all without findings" }
                    p.muted { "Looking through the queue." }
                }
                All::Asks { odd, count } => {
                    h2 #all-h { "Approve " (suggestions(*count)) " without findings?" }
                    @if odd.total > 0 {
                        p { b { (suggestions(odd.total)) } " with findings stay in the queue, to be looked at one by one:" }
                        ul.odd-ones {
                            @for card in &odd.cards { (odd_one(card)) }
                            @if odd.total > odd.cards.len() as u64 {
                                li { a.link href=(odd_address()) { "And " (number(odd.total - odd.cards.len() as u64)) " more" } }
                            }
                        }
                    } @else { p { "Nothing was found in any of them." } }
                    p { "The others go into their products as they were written. A product that was edited since stays in the queue. Each can be taken back on its product's page of versions." }
                }
                All::Approving(everything) => {
                    h2 #all-h { "Approving " (suggestions(everything.count)) }
                    div data-region="all-line" { (all_line(everything)) }
                    p.muted { "It goes on while you stay on this page. What is approved stays approved." }
                }
                All::Halted(told, error) => {
                    h2 #all-h { "Not all are approved" }
                    @if let Some(error) = error { p role="alert" { (error) } }
                    p { (told) }
                }
                All::Failed(error) => {
                    h2 #all-h { "This did not work" }
                    p role="alert" { (error) }
                }
            }
            footer {
                @if let All::Approving(_) = all { button.btn type="button" data-act="all-stop" { "Stop" } } @else {
                    button.btn type="button" data-act="close" { @if matches!(all, All::Asks { .. }) { "Cancel" } @else { "Close" } }
                }
                @match all {
                    All::Asks { count, .. } => button.btn.primary type="button" data-act="all-now" disabled[*count == 0] { "Approve " (number(*count)) },
                    All::Halted(..) => button.btn.primary type="button" data-act="all-now" { "Go on" },
                    _ => {}
                }
            }
        }
    }
}

/// How far it is: of all, those that something became of.
#[cfg_attr(not(feature = "hydrate"), allow(dead_code))]
pub(crate) fn all_line(everything: &Everything) -> Markup {
    let (done, of) = (everything.done(), everything.count);
    html! {
        p.progress-line {
            span.num { b { (number(done)) } " of " (number(of)) }
            progress.progress max=(of) value=(done) aria-label="Approved" {}
        }
        p.muted role="status" {
            @if everything.stops { "It stops behind the part that is on its way." }
            @else if everything.waits() { "The server does not answer. It is asked again." }
        }
    }
}

fn odd_one(card: &Card) -> Markup {
    html! {
        li {
            a.link href=(card_address(card.review)) { (card.title) }
            @if let Some(finding) = card.findings.first() { span.muted.small { (finding.says()) } }
        }
    }
}

fn odd_address() -> String {
    address(&ports::review::QueueFilter { odd: Some(true), ..Default::default() })
}

fn suggestions(count: u64) -> String {
    if count == 1 { "1 suggestion".to_owned() } else { format!("{} suggestions", number(count)) }
}
