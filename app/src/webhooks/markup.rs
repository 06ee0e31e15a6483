//! The page as HTML.

use domain::clock::Timestamp;
use maud::{Markup, html};
use ports::{
    error::AppError,
    webhooks::{DeliveryState, DeliveryView, Event, WebhookSecret, WebhookState, WebhookView},
};

use super::{PATH, Sent};
use crate::{
    forms::{Fields, Form, Removal, elsewhere, remove},
    settings::secret::made,
    ui::format,
};

pub(super) struct Page<'a> {
    pub(super) store: &'a str,
    pub(super) now: Timestamp,
    pub(super) done: Markup,
}

/// What everybody else sees.
pub(super) fn for_owners() -> Markup {
    html! {
        header.page-head { h1 tabindex="-1" { "Webhooks" } a.btn.ghost href="/settings" { "All settings" } }
        p.muted { "Owners of the store see and change which programs are told of what happens in it." }
    }
}

impl Page<'_> {
    /// All webhooks, below what was just made or tried.
    pub(super) fn list(&self, webhooks: &[WebhookView], sent: Option<&Sent>) -> Markup {
        html! {
            header.page-head {
                h1 tabindex="-1" { "Webhooks" }
                (self.done)
                a.btn.ghost href="/settings" { "All settings" }
                a.btn.primary href={ (PATH) "?new" } { "Add a webhook" }
            }
            @match sent {
                Some(Sent::Made(hook, secret)) => (new_secret(&format!("{} is told from now on", hook.url), secret, None)),
                Some(Sent::Rotated(hook, secret, until)) => (new_secret(&format!("{} has a new secret", hook.url), secret, Some(*until))),
                _ => {}
            }
            section.part aria-labelledby="webhooks-h" {
                div {
                    h2 #webhooks-h { "Who is told" }
                    p.muted { "Events are sent as they stand in the change log: signed, each at least once, those of one product one after the other." }
                    p.muted { "What does not arrive is tried again for a day. A receiver that has taken nothing for three days is sent nothing more until you let it go on." }
                }
                @if webhooks.is_empty() { p.muted { "Nobody is told yet. Add the address of a program that is to hear of changes." } }
                @else { ul { @for hook in webhooks { (self.row(hook, sent)) } } }
            }
            section.part aria-labelledby="check-h" {
                div {
                    h2 #check-h { "How a receiver checks" }
                    p.muted { "As the " a.link href="https://www.standardwebhooks.com" rel="external noreferrer" { "Standard Webhooks" } " specification has it; there are libraries for most languages." }
                }
                div.stack {
                    pre.ask { code { "webhook-id: msg_…\nwebhook-timestamp: seconds since 1970\nwebhook-signature: v1,base64(HMAC-SHA256(secret, id.timestamp.body))" } }
                    p { "Answer with 2xx within 15 seconds, and do the work behind it. The same id may come twice: it is the same event." }
                    p { "After an import, and wherever hundreds of changes wait, up to 100 events come together: " code { "product.batch" } " has them in " code { "events" } ", each as it would be alone." }
                }
            }
        }
    }

    fn row(&self, hook: &WebhookView, sent: Option<&Sent>) -> Markup {
        let WebhookView { id, url, events, state, reason, created_at, delivered_at, failing_since, old_secret_until, behind, waiting, .. } = hook;
        let (tone, word) = match (state, failing_since) {
            (WebhookState::Active, None) => ("ok", "Active"),
            (WebhookState::Active, Some(_)) => ("warn", "Failing"),
            (WebhookState::Paused, _) => ("off", "Paused"),
            (WebhookState::Failed, _) => ("bad", "Stopped"),
        };
        let tried = match sent {
            Some(Sent::Tested(tested, answer)) if tested == id => Some(answer),
            _ => None,
        };
        html! {
            li.webhook id={ "w-" (id) } {
                p { b.url { (url) } " " span.badge data-tone=(tone) { (word) } }
                p.muted { (events.iter().map(Event::name).collect::<Vec<_>>().join(", ")) }
                @if !reason.is_empty() { p.error { (reason) } }
                p.line.muted.small {
                    span { "Made " (format::date(*created_at)) }
                    span { @match delivered_at { Some(at) => { "Last arrived " (self.ago(*at)) } None => "Nothing has arrived yet" } }
                    @if let Some(since) = failing_since { span { "Failing since " (self.ago(*since)) } }
                    @if *waiting > 0 { span { (format::number(u64::from(*waiting))) " on their way" } }
                    @if *behind > 0 { span { (format::number(*behind)) " changes to look through" } }
                    @if let Some(until) = old_secret_until { span { "The old secret is good until " (format::moment(*until)) } }
                }
                div.line {
                    (self.act(hook, "test", "Send a test"))
                    a.btn href={ (PATH) "?log=" (id) } { "Log" span.vh { " of " (url) } }
                    a.btn href={ (PATH) "?edit=" (id) } { "Edit" span.vh { " " (url) } }
                    @if *state == WebhookState::Active { (self.act(hook, "pause", "Pause")) } @else { (self.act(hook, "resume", "Let it go on")) }
                }
                @if let Some(answer) = tried { div role="status" { (tested(answer)) } }
            }
        }
    }

    fn act(&self, hook: &WebhookView, does: &str, label: &str) -> Markup {
        // A test waits for somebody else's server, which the address says: it takes nobody's place meanwhile.
        let waits = if does == "test" { "?waits" } else { "" };
        html! {
            form method="post" action={ (PATH) (waits) "#w-" (hook.id) } {
                (elsewhere(self.store))
                input type="hidden" name="do" value=(does);
                input type="hidden" name="id" value=(hook.id);
                button.btn { (label) span.vh { ": " (hook.url) } }
            }
        }
    }

    /// The form for one.
    pub(super) fn form(&self, form: &Form, known: Option<&WebhookView>) -> Markup {
        let fields = Fields { form, locked: false, prefix: "" };
        let why = form.why("events");
        // A form that was refused stands at the address of the list, to which a link within the app would lead nowhere.
        let leaves = (!form.is_right()).then_some("external");
        html! {
            header.page-head {
                h1 tabindex="-1" { @if known.is_some() { "Webhook" } @else { "Add a webhook" } }
                @if let Some(known) = known {
                    (remove(&Removal {
                        id: "remove-webhook",
                        action: PATH,
                        fields: &[("do", "remove"), ("id", &known.id.to_string())],
                        asks: &format!("Remove {}?", known.url),
                        explains: "It is told of nothing more, and its log is deleted. What is on its way is not sent.",
                    }, self.store))
                }
                a.btn.ghost href=(PATH) rel=[leaves] { "Back to the webhooks" }
            }
            section.part aria-labelledby="webhook-h" {
                div {
                    h2 #webhook-h { "Who is told of what" }
                    p.muted { "An address inside your own network or of plain http is asked only where the operator of the server allows it, by " code { "VITRINE_ALLOW_WEBHOOK_HOSTS" } "." }
                }
                form.stack method="post" action=(PATH) autocomplete="off" novalidate {
                    (elsewhere(self.store))
                    @if let Some(known) = known { input type="hidden" name="id" value=(known.id); }
                    (fields.trouble())
                    (fields.line("url", "Address", "Where each event is posted to, such as https://example.com/hooks/vitrine."))
                    fieldset.field aria-describedby=[why.map(|_| "events-h")] {
                        legend.field-top { span { "Events" } }
                        div.events { @for event in Event::ALL { (fields.check("events", event.name(), event.label())) } }
                        @if let Some(why) = why { p.error #events-h role="alert" { (why) } }
                    }
                    div.line { button.btn.primary { "Save webhook" } }
                }
            }
            @if let Some(known) = known {
                section.part aria-labelledby="secret-h" {
                    div {
                        h2 #secret-h { "Secret" }
                        p.muted { "What its deliveries are signed with. It is kept encrypted and not shown again." }
                    }
                    form.stack method="post" action=(PATH) {
                        (elsewhere(self.store))
                        input type="hidden" name="do" value="rotate";
                        input type="hidden" name="id" value=(known.id);
                        p { "A new one is shown once. For a day deliveries are signed with both, so that the receiver can be changed meanwhile." }
                        div.line { button.btn { "Make a new secret" } }
                    }
                }
            }
        }
    }

    pub(super) fn ago(&self, at: Timestamp) -> Markup {
        html! { time datetime=(at) title=(format::moment(at)) { (format::ago(at, self.now)) } }
    }
}

fn new_secret(heading: &str, secret: &WebhookSecret, old_until: Option<Timestamp>) -> Markup {
    let explains = html! {
        p.muted { "Copy the secret now, to where the receiver checks signatures. It is not shown again." }
        @if let Some(until) = old_until { p.muted { "The one from before is good until " (format::moment(until)) "." } }
    };
    made(heading, &explains, "Secret", &secret.0)
}

/// What a receiver made of a test.
fn tested(answer: &Result<DeliveryView, AppError>) -> Markup {
    html! {
        @match answer {
            Ok(delivery) if delivery.state == DeliveryState::Delivered => {
                span.badge data-tone="ok" { "It arrived" }
                " " @if let Some(status) = delivery.status { "The receiver answered " (status) } @if let Some(milliseconds) = delivery.milliseconds { " after " (milliseconds) " ms" } "."
            }
            Ok(delivery) => {
                span.badge data-tone="bad" { "It did not arrive" }
                " " @if let Some(status) = delivery.status { "The receiver answered " (status) ". " } (delivery.answer)
            }
            Err(error) => { span.badge data-tone="bad" { "It was not sent" } " " (error) }
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

    fn page() -> Page<'static> {
        Page { store: "s", now: NOW, done: html! {} }
    }

    fn listed(hook: &WebhookView, sent: Option<&Sent>) -> String {
        page().list(std::slice::from_ref(hook), sent).into_string()
    }

    #[test]
    fn a_webhook_is_listed_with_how_it_fares_and_no_address_becomes_markup() {
        let html = listed(&WebhookView { waiting: 3, behind: 1_200, ..webhook() }, None);

        for part in ["Active", "product.updated, run.finished", "5 min ago", "3 on their way", "1,200 changes to look through", "value=\"pause\""] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(html.contains("&lt;i&gt;hook") && !html.contains("<i>"), "{html}");
    }

    #[test]
    fn a_webhook_that_fails_or_has_stopped_says_so() {
        let failing = listed(&WebhookView { failing_since: Some(NOW.plus_seconds(-7_200)), ..webhook() }, None);
        let stopped = listed(&WebhookView { state: WebhookState::Failed, reason: "It is <gone>.".into(), ..webhook() }, None);

        assert!(failing.contains("Failing") && failing.contains("2 h ago"), "{failing}");
        assert!(stopped.contains("Stopped") && stopped.contains("It is &lt;gone&gt;.") && stopped.contains("value=\"resume\""), "{stopped}");
    }

    #[test]
    fn a_secret_is_in_the_page_that_answers_its_making_and_in_no_other() {
        let secret = WebhookSecret("whsec_abc".into());
        let made = listed(&webhook(), Some(&Sent::Made(webhook(), secret.clone())));
        let rotated = listed(&webhook(), Some(&Sent::Rotated(webhook(), secret, NOW.plus_seconds(86_400))));

        assert!(made.contains("value=\"whsec_abc\"") && made.contains("It is not shown again."), "{made}");
        assert!(rotated.contains("value=\"whsec_abc\"") && rotated.contains("from before is good until"), "{rotated}");
        assert!(
            !listed(&webhook(), None).contains("whsec_") && !page().form(&form::of(&webhook()), Some(&webhook())).into_string().contains("whsec_")
        );
    }

    #[test]
    fn what_came_of_a_test_is_told_with_the_webhook() {
        let arrived = DeliveryView { state: DeliveryState::Delivered, status: Some(204), ..delivery() };
        let tested = |answer| listed(&webhook(), Some(&Sent::Tested(webhook().id, answer)));

        assert!(tested(Ok(arrived)).contains("The receiver answered 204"));
        let failed = tested(Ok(delivery()));
        assert!(failed.contains("It did not arrive") && failed.contains("&lt;script&gt;") && !failed.contains("<script>"), "{failed}");
        assert!(tested(Err(AppError::Internal)).contains("It was not sent"));
    }

    #[test]
    fn a_form_that_was_refused_keeps_what_was_typed() {
        let mut sent = Form::default().with("url", "ftp://<b>");
        form::read(&mut sent);
        let html = page().form(&sent, None).into_string();

        assert!(html.contains("value=\"ftp://&lt;b&gt;\"") && html.contains("begins with https://") && html.contains("Tick at least one"), "{html}");
        assert!(Event::ALL.iter().all(|event| html.contains(&format!("value=\"{}\"", event.name()))), "{html}");
    }
}
