//! Asking again and again while there is something to see.

use std::{future::Future, time::Duration};

use leptos::{leptos_dom::helpers::IntervalHandle, prelude::*, task::spawn_local};

/// Asks every second while `active` says so and somebody looks at the page. The next question waits for the
/// answer to the one before, so that answers come in order.
pub(crate) fn every_second<A: Future<Output = ()> + 'static>(active: Signal<bool>, ask: impl Fn() -> A + Clone + 'static) {
    let running = StoredValue::new(None::<IntervalHandle>);
    let asking = StoredValue::new(false);
    let stop = move || {
        if let Some(handle) = running.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    };
    Effect::new(move |_| {
        stop();
        if active.get() {
            let ask = ask.clone();
            let look = move || {
                if document().hidden() || asking.try_get_value() != Some(false) {
                    return;
                }
                asking.set_value(true);
                let answer = ask();
                spawn_local(async move {
                    answer.await;
                    asking.try_set_value(false);
                });
            };
            running.set_value(set_interval_with_handle(look, Duration::from_secs(1)).ok());
        }
    });
    on_cleanup(stop);
}
