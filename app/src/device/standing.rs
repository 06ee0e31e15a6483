//! How the outbox stands, for the frame.

use std::time::Duration;

use domain::sync::shown::{Indicator, Stopped};
use leptos::{leptos_dom::helpers::IntervalHandle, prelude::*};

use crate::ui::time::span;

/// What the frame says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub words: String,
    pub tone: &'static str,
    /// Whether somebody has to sign in first.
    pub wants_sign_in: bool,
}

/// A change that is sent sooner is not worth a word.
const SOON: u64 = 3;

thread_local! {
    static INDICATOR: ArcRwSignal<Told> = ArcRwSignal::new(Told::default());
    static TICKING: std::cell::RefCell<Option<IntervalHandle>> = const { std::cell::RefCell::new(None) };
}

#[derive(Clone, Copy, Default)]
struct Told {
    indicator: Indicator,
    /// Seconds since it was told.
    ago: u64,
}

/// None while there is nothing to say. It is tracked.
pub(crate) fn standing() -> Option<Standing> {
    let told = INDICATOR.with(|told| told.get());
    in_words(told.indicator, told.indicator.oldest_seconds.unwrap_or_default() + told.ago)
}

/// How many changes the server does not have yet.
pub(super) fn pending() -> usize {
    INDICATOR.with(|told| told.get_untracked()).indicator.pending
}

pub(super) fn wants_sign_in() -> bool {
    INDICATOR.with(|told| told.get_untracked()).indicator.trouble == Some(Stopped::SignIn)
}

/// The engine has news. The age goes on by itself.
pub(super) fn is(indicator: Indicator) {
    INDICATOR.with(|told| told.set(Told { indicator, ago: 0 }));
    let ticks = indicator.pending > 0;
    TICKING.with_borrow_mut(|ticking| match (ticking.take(), ticks) {
        (Some(handle), false) => handle.clear(),
        (None, true) => *ticking = set_interval_with_handle(|| INDICATOR.with(|told| told.update(|told| told.ago += 1)), Duration::from_secs(1)).ok(),
        (kept, _) => *ticking = kept,
    });
}

fn in_words(indicator: Indicator, age: u64) -> Option<Standing> {
    let changes = match indicator.pending {
        0 => return None,
        1 => "1 change".to_owned(),
        count => format!("{count} changes"),
    };
    let say = |words, tone, wants_sign_in| Some(Standing { words, tone, wants_sign_in });
    match indicator.trouble {
        Some(Stopped::SignIn) => say(format!("Sign in to send {changes}"), "warn", true),
        Some(Stopped::OldBuild) => say(format!("{changes} on this device. Reload for the new version"), "warn", false),
        None if indicator.quarantined > 0 => say(format!("{changes} on this device. You may not send them now"), "warn", false),
        None if age < SOON => say("Saving".to_owned(), "busy", false),
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
        assert_eq!(words(waiting(1), 240).as_deref(), Some("1 change saved on this device, 4 min"));
        assert_eq!(words(Indicator { trouble: Some(Stopped::SignIn), ..waiting(3) }, 9).as_deref(), Some("Sign in to send 3 changes"));
    }
}
