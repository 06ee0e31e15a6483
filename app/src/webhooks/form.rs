//! A webhook as a form, and back.

use domain::{clock::Timestamp, ids::Seq};
use ports::webhooks::{Event, Events, LONGEST_URL, NewWebhook, Since, WebhookView};

use crate::{forms::Form, ui::day};

/// What a new one begins with.
pub(super) fn empty() -> Form {
    [Event::ProductCreated, Event::ProductUpdated, Event::ProductDeleted, Event::ProductRestored]
        .into_iter()
        .fold(Form::default(), |form, event| form.with("events", event.name()))
}

pub(super) fn of(webhook: &WebhookView) -> Form {
    let form = Form::default().with("id", webhook.id.to_string()).with("url", webhook.url.as_str());
    webhook.events.iter().fold(form, |form, event| form.with("events", event.name()))
}

/// The webhook that was sent; none when something is wrong with it, which the form then says. Whether its address may be asked is for
/// the port to say.
pub fn read(form: &mut Form) -> Option<NewWebhook> {
    let url = form.text("url").to_owned();
    let length = url.chars().count();
    if length == 0 {
        form.refuse("url", "Write the address to which events are sent.");
    } else if length > LONGEST_URL {
        form.refuse("url", format!("It may have {LONGEST_URL} characters and has {length}."));
    } else if !(url.starts_with("https://") || url.starts_with("http://")) {
        form.refuse("url", "Write an address that begins with https://.");
    }
    let events: Events = Event::ALL.iter().copied().filter(|event| form.has("events", event.name())).collect();
    if events.is_empty() {
        form.refuse("events", "Tick at least one: with none it is told of nothing.");
    }
    form.is_right().then_some(NewWebhook { url, events })
}

/// From where on everything is sent again: a change's number, a day, or a moment.
pub fn since(form: &mut Form) -> Option<Since> {
    let text = form.text("since").to_owned();
    let since = text.parse().ok().filter(|number| *number >= 0).map(|number: i64| Since::Change(Seq(number)));
    let since = since.or_else(|| moment(&text).map(Since::Moment));
    if since.is_none() {
        form.refuse("since", "Write the number of a change, or a day or a moment like 2026-11-25 or 2026-11-25 14:30.");
    }
    since
}

/// `2026-11-25`, `2026-11-25 14:30` or `2026-11-25T14:30`, UTC.
fn moment(text: &str) -> Option<Timestamp> {
    let (date, time) = text.split_once([' ', 'T']).unwrap_or((text, "00:00"));
    let (hour, minute) = time.trim().trim_end_matches('Z').split_once(':')?;
    let number = |text: &str, most: i64| text.parse().ok().filter(|number| text.len() == 2 && (0..=most).contains(number));
    let seconds = number(hour, 23)? * 3_600 + number(minute, 59)? * 60;
    Some(day::start(day::from_iso(date)?).plus_seconds(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhooks::sample::webhook;

    fn sent(pairs: &[(&str, &str)]) -> Form {
        Form::sent(pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect())
    }

    #[test]
    fn a_webhook_survives_its_form() {
        let webhook = webhook();

        assert_eq!(read(&mut of(&webhook)), Some(NewWebhook { url: webhook.url.clone(), events: webhook.events }));
        assert!(read(&mut empty().with("url", "https://example.com/hook")).is_some_and(|new| new.events.iter().count() == 4));
    }

    #[test]
    fn what_cannot_be_made_is_refused_beside_its_field() {
        let long = format!("https://example.com/{}", "a".repeat(2_000));
        for (url, events, name, says) in [
            ("", "product.created", "url", "Write the address"),
            ("example.com", "product.created", "url", "begins with https://"),
            (long.as_str(), "product.created", "url", "2000 characters"),
            ("https://example.com", "everything", "events", "Tick at least one"),
        ] {
            let mut form = sent(&[("url", url), ("events", events)]);
            assert_eq!(read(&mut form), None);
            assert!(form.why(name).is_some_and(|why| why.contains(says)), "{url} {events}: {:?}", form.why(name));
        }
    }

    #[test]
    fn where_to_begin_again_is_a_number_or_a_moment() {
        let since = |text: &str| since(&mut sent(&[("since", text)]));
        let moment = |text: &str| match since(text) {
            Some(Since::Moment(at)) => at.to_string(),
            other => panic!("{text}: {other:?}"),
        };

        assert_eq!(since(" 1200 "), Some(Since::Change(Seq(1_200))));
        assert_eq!((moment("2026-11-25"), moment("2026-11-25 14:30")), ("2026-11-25T00:00:00Z".into(), "2026-11-25T14:30:00Z".into()));
        assert_eq!(moment("2026-11-25T14:30Z"), "2026-11-25T14:30:00Z");
        for text in ["", "-1", "yesterday", "2026-02-30", "2026-11-25 24:00", "2026-11-25 1:5", "25.11.2026"] {
            assert_eq!(since(text), None, "{text:?}");
        }
    }
}
