//! Asking again and again while there is something to see.

use leptos::prelude::*;

/// Calls `ask` every second while `active` says so and somebody looks at the page.
pub(crate) fn every_second(active: Signal<bool>, ask: impl Fn() + Clone + 'static) {
    let running = StoredValue::new(None::<leptos::leptos_dom::helpers::IntervalHandle>);
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
                if !document().hidden() {
                    ask();
                }
            };
            running.set_value(set_interval_with_handle(look, std::time::Duration::from_secs(1)).ok());
        }
    });
    on_cleanup(stop);
}
