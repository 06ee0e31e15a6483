//! What was sent to a webhook, and what came of it.

use domain::clock::Timestamp;
use maud::{Markup, html};
use ports::webhooks::{DeliveryBookmark, DeliveryPage, DeliveryState, DeliveryView, WebhookState, WebhookView};

use super::{PATH, markup::Page};
use crate::{
    forms::{Fields, Form, elsewhere},
    ui::format,
};

/// As it stands in an address.
fn bookmark(at: &DeliveryBookmark) -> String {
    format!("{}.{}", at.noted_at.micros(), at.id)
}

pub(super) fn read_bookmark(text: &str) -> Option<DeliveryBookmark> {
    let (at, id) = text.split_once('.')?;
    Some(DeliveryBookmark { noted_at: Timestamp::from_micros(at.parse().ok()?), id: id.parse().ok()? })
}

impl Page<'_> {
    /// The log, with what was typed to have a part of it sent again.
    pub(super) fn log(&self, hook: &WebhookView, page: &DeliveryPage, again: &Form, is_sent: bool) -> Markup {
        let fields = Fields { form: again, locked: false, prefix: "" };
        // Answered to a form, the page stands at the address of the list.
        let leaves = (is_sent || !again.is_right()).then_some("external");
        html! {
            header.page-head {
                h1 tabindex="-1" { "Log" }
                p.done role="status" {
                    @if is_sent { @if hook.state == WebhookState::Active { "It is sent again." } @else { "It is sent again once the webhook goes on." } }
                }
                a.btn.ghost href=(PATH) rel=[leaves] { "Back to the webhooks" }
            }
            section.part aria-labelledby="log-h" {
                div {
                    h2 #log-h { "What was sent" }
                    p.muted.url { (hook.url) }
                    p.muted { "Kept for a week, and 5,000 lines at most; 200 of those with many events." }
                    @if hook.behind > 0 { p.muted { (format::number(hook.behind)) " changes are still to be looked through." } }
                }
                @if page.deliveries.is_empty() { p.muted { "There is nothing yet." } }
                @else {
                    div.stack {
                        ul { @for delivery in &page.deliveries { (self.line(hook, delivery)) } }
                        @if let Some(next) = &page.next {
                            p { a.link href={ (PATH) "?log=" (hook.id) "&behind=" (bookmark(next)) } { "Older ones" } }
                        }
                    }
                }
            }
            section.part aria-labelledby="again-h" {
                div {
                    h2 #again-h { "Send again" }
                    p.muted { "Everything that happened since, in its order and under the ids that it had. A receiver that knows an id may leave it out." }
                }
                form.stack method="post" action=(PATH) autocomplete="off" novalidate {
                    (elsewhere(self.store))
                    input type="hidden" name="do" value="replay_since";
                    input type="hidden" name="id" value=(hook.id);
                    (fields.line("since", "Since", "Behind a change's number, or from a day or a moment on, such as 2026-11-25 14:30 (UTC)."))
                    div.line { button.btn { "Send all again" } }
                }
            }
        }
    }

    fn line(&self, hook: &WebhookView, delivery: &DeliveryView) -> Markup {
        let DeliveryView { id, event, subject, seq, state, attempts, due_at, noted_at, status, milliseconds, answer, .. } = delivery;
        let (tone, word, again) = match state {
            DeliveryState::Delivered => ("ok", "Arrived", "Send again"),
            DeliveryState::Waiting => ("busy", "On its way", "Try now"),
            DeliveryState::Failed => ("bad", "Given up", "Send again"),
        };
        html! {
            li.delivery {
                div {
                    p { span.badge data-tone=(tone) { (word) } " " code { (event) } " " (subject) }
                    p.line.muted.small {
                        span { (self.ago(*noted_at)) }
                        @if let Some(seq) = seq { span { "Change " (seq) } }
                        @if *attempts > 0 { span { (attempts) @if *attempts == 1 { " attempt" } @else { " attempts" } } }
                        @if let Some(status) = status { span { "Answered " (status) } }
                        @if let Some(milliseconds) = milliseconds { span { (milliseconds) " ms" } }
                        @if let Some(at) = due_at.filter(|at| *at > self.now) { span { "Next attempt " (format::moment(at)) } }
                    }
                    @if !answer.is_empty() { details { summary { "Answer" } pre.ask { code { (answer) } } } }
                }
                form method="post" action=(PATH) {
                    (elsewhere(self.store))
                    input type="hidden" name="do" value="replay";
                    input type="hidden" name="id" value=(hook.id);
                    input type="hidden" name="delivery" value=(id);
                    button.btn.ghost { (again) span.vh { ": " (event) " " (subject) } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhooks::{
        form,
        sample::{NOW, delivery, webhook},
    };

    fn page(deliveries: Vec<DeliveryView>, next: Option<DeliveryBookmark>) -> String {
        let page = Page { store: "s", now: NOW, done: html! {} };
        page.log(&webhook(), &DeliveryPage { deliveries, next }, &Form::default(), false).into_string()
    }

    #[test]
    fn a_line_says_what_came_of_it_and_what_somebody_else_has_written_stays_text() {
        let html = page(vec![DeliveryView { subject: "<b>lamp".into(), ..delivery() }], None);

        for part in ["On its way", "product.updated", "Change 12", "3 attempts", "Answered 500", "120 ms", "Next attempt", "Try now"] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && !html.contains("<script>") && !html.contains("<b>lamp"), "{html}");
    }

    #[test]
    fn a_log_goes_on_behind_its_last_line() {
        let at = DeliveryBookmark { noted_at: NOW, id: delivery().id };

        assert!(page(vec![delivery()], Some(at)).contains(&format!("&amp;behind={}", bookmark(&at))));
        assert_eq!(read_bookmark(&bookmark(&at)), Some(at));
        assert_eq!([read_bookmark(""), read_bookmark("1"), read_bookmark("x.y"), read_bookmark("1.nonsense")], [None; 4]);
    }

    #[test]
    fn what_is_sent_again_waits_for_a_webhook_that_has_stopped() {
        let says = |state| {
            let page = Page { store: "s", now: NOW, done: html! {} };
            page.log(&WebhookView { state, ..webhook() }, &DeliveryPage::default(), &Form::default(), true).into_string()
        };

        assert!(says(WebhookState::Active).contains("It is sent again."));
        assert!(says(WebhookState::Paused).contains("It is sent again once the webhook goes on."));
    }

    #[test]
    fn what_was_not_understood_stays_in_its_field() {
        let mut again = Form::default().with("since", "<yesterday>");
        form::since(&mut again);
        let page = Page { store: "s", now: NOW, done: html! {} };

        let html = page.log(&webhook(), &DeliveryPage::default(), &again, false).into_string();

        assert!(html.contains("value=\"&lt;yesterday&gt;\"") && html.contains("Write the number of a change"), "{html}");
    }
}
