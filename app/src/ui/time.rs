//! Moments: exact while the page is being put together, as one would say them once it has come alive.

use domain::clock::Timestamp;
use leptos::prelude::*;

use super::format;
use crate::frame::Hydrated;

/// `5 min ago`, with the exact moment for whoever asks.
#[component]
pub(crate) fn Time(at: Timestamp) -> impl IntoView {
    let alive = use_context::<Hydrated>().map(|hydrated| hydrated.0);
    let exact = format::moment(at);
    let shown = exact.clone();
    let text = move || if alive.is_some_and(|alive| alive.get()) { format::ago(at, now()) } else { shown.clone() };
    view! { <time datetime=at.to_string() title=exact>{text}</time> }
}

/// The browser's clock. Only for what is shown and for making ids; no rule may depend on it.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_micros((js_sys::Date::now() * 1_000.0) as i64)
}

/// A moment as the clock on the wall has it where the browser is.
#[cfg(feature = "hydrate")]
pub(crate) fn on_the_wall(at: Timestamp) -> Timestamp {
    let date = js_sys::Date::new(&(at.micros() as f64 / 1_000.0).into());
    // Minutes behind UTC.
    at.plus_seconds(-(date.get_timezone_offset() as i64) * 60)
}

/// `4 s`, `3 min`, `2 h`: how long something took or will take.
pub(crate) fn span(seconds: u64) -> String {
    match seconds {
        ..90 => format!("{seconds} s"),
        90..5_400 => format!("{} min", (seconds + 30) / 60),
        _ => format!("{} h", (seconds + 1_800) / 3_600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_told_in_one_unit() {
        assert_eq!([span(4), span(89), span(95), span(3_600), span(9_000)], ["4 s", "89 s", "2 min", "60 min", "3 h"]);
    }
}
