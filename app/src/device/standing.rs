//! How the outbox stands, for the frame.

use std::{
    cell::{Cell, RefCell},
    time::Duration,
};

use domain::sync::shown::{Indicator, Stopped};
use leptos::{leptos_dom::helpers::IntervalHandle, prelude::*};

use super::{STANDING, Standing};
use crate::ui::time::span;

/// A change that is sent sooner is not worth a word.
const SOON: u64 = 3;

/// From then on its age is told, in minutes.
const AGED: u64 = 90;

const PENDING_SINCE: &str = "data-pending-since";

thread_local! {
    static INDICATOR: Cell<Indicator> = Cell::new(Indicator::default());
    /// Seconds since it was told.
    static AGO: Cell<u64> = const { Cell::new(0) };
    static TICKING: RefCell<Option<IntervalHandle>> = const { RefCell::new(None) };
}

/// The engine has news. The age goes on by itself.
pub(super) fn is(indicator: Indicator) {
    INDICATOR.set(indicator);
    AGO.set(0);
    show();
    show_age(indicator);
    let ticks = indicator.pending > 0;
    TICKING.with_borrow_mut(|ticking| match (ticking.take(), ticks) {
        (Some(handle), false) => handle.clear(),
        (None, true) => *ticking = set_interval_with_handle(tick, Duration::from_secs(1)).ok(),
        (kept, _) => *ticking = kept,
    });
}

/// For what measures pages: since when the oldest change waits, in milliseconds since 1970.
fn show_age(indicator: Indicator) {
    let Some(root) = document().document_element() else { return };
    let _ = match indicator.oldest_seconds.filter(|_| indicator.pending > 0) {
        None => root.remove_attribute(PENDING_SINCE),
        Some(seconds) => root.set_attribute(PENDING_SINCE, &(js_sys::Date::now() as u64).saturating_sub(seconds * 1_000).to_string()),
    };
}

fn tick() {
    AGO.set(AGO.get() + 1);
    show();
}

fn show() {
    let indicator = INDICATOR.get();
    let standing = in_words(indicator, indicator.oldest_seconds.unwrap_or_default() + AGO.get());
    STANDING.with(|shown| {
        if *shown.read_untracked() != standing {
            shown.set(standing);
        }
    });
}

/// How many changes the server does not have yet.
pub(super) fn pending() -> usize {
    INDICATOR.get().pending
}

pub(super) fn wants_sign_in() -> bool {
    INDICATOR.get().trouble == Some(Stopped::SignIn)
}

fn in_words(indicator: Indicator, age: u64) -> Option<Standing> {
    let changes = match indicator.pending {
        0 => return None,
        1 => "1 change".to_owned(),
        count => format!("{count} changes"),
    };
    let say = |words, tone, wants_sign_in| {
        let short = if wants_sign_in { "Sign in".to_owned() } else { indicator.pending.to_string() };
        Some(Standing { words, short, tone, wants_sign_in })
    };
    match indicator.trouble {
        Some(Stopped::SignIn) => say(format!("Sign in to send {changes}"), "warn", true),
        Some(Stopped::OldBuild) => say(format!("{changes} on this device. Reload for the new version"), "warn", false),
        None if indicator.quarantined > 0 => say(format!("{changes} on this device. You may not send them now"), "warn", false),
        None if age < SOON => say("Saving".to_owned(), "busy", false),
        // It is read out when it changes, which should not be every second.
        None if age < AGED => say(format!("{changes} saved on this device"), "busy", false),
        None => say(format!("{changes} saved on this device, {}", span(age)), "busy", false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p05_what_waits_is_counted_and_its_age_told() {
        let waiting = |pending| Indicator { pending, ..Indicator::default() };
        let words = |indicator, age| in_words(indicator, age).map(|standing| standing.words);

        assert_eq!(words(waiting(0), 9), None);
        assert_eq!(words(waiting(1), 1).as_deref(), Some("Saving"));
        assert_eq!((words(waiting(2), 4), words(waiting(2), 5)), (Some("2 changes saved on this device".to_owned()), words(waiting(2), 89)));
        assert_eq!(words(waiting(1), 240).as_deref(), Some("1 change saved on this device, 4 min"));
        assert_eq!(words(Indicator { trouble: Some(Stopped::SignIn), ..waiting(3) }, 9).as_deref(), Some("Sign in to send 3 changes"));
    }
}
