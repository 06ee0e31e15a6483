//! Whether the app is installed on this device, and when that is offered: to whoever comes back on another day, or has changed something without a
//! network, as they have use for it. On the first day nobody knows yet, and who has said "not now" is left alone for three months.

/// Days since 1970, as the device counts them. It says nothing of anybody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Habit {
    pub first_day: Option<i64>,
    /// Whether a change was saved here without a network.
    pub was_offline: bool,
    /// When somebody has said "not now".
    pub declined: Option<i64>,
}

/// For so many days nothing is said again.
const LEFT_ALONE: i64 = 90;

impl Habit {
    /// What cannot be read is nothing.
    pub(crate) fn read(text: &str) -> Self {
        let mut words = text.split(' ');
        let mut day = || words.next().and_then(|word| word.parse().ok());
        let (first_day, declined) = (day(), day());
        Self { first_day, declined, was_offline: words.next() == Some("offline") }
    }

    pub(crate) fn written(self) -> String {
        let day = |day: Option<i64>| day.map_or_else(|| "-".to_owned(), |day| day.to_string());
        let offline = if self.was_offline { " offline" } else { "" };
        format!("{} {}{offline}", day(self.first_day), day(self.declined))
    }

    pub(crate) fn used(self, today: i64) -> Self {
        Self { first_day: self.first_day.or(Some(today)), ..self }
    }

    pub(crate) fn may_be_asked(self, today: i64) -> bool {
        let has_use = self.was_offline || self.first_day.is_some_and(|first| first < today);
        has_use && self.declined.is_none_or(|declined| today - declined >= LEFT_ALONE)
    }
}

/// Whether this is a window of the installed app and no tab.
#[cfg(feature = "hydrate")]
pub(crate) fn is_installed() -> bool {
    use js_sys::Reflect;
    use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_name = matchMedia)]
        fn match_media(query: &str) -> JsValue;
    }

    let in_tab = Reflect::get(&match_media("(display-mode: browser)"), &"matches".into()).is_ok_and(|matches| matches.is_truthy());
    !in_tab || on_home_screen() == Some(true)
}

/// Whether it was opened from the home screen, which only browsers of iPhones and iPads tell.
#[cfg(feature = "hydrate")]
pub(crate) fn on_home_screen() -> Option<bool> {
    js_sys::Reflect::get(&leptos::prelude::window().navigator(), &"standalone".into()).ok()?.as_bool()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_comes_back_is_asked_and_nobody_on_the_first_day() {
        let first = Habit::default().used(20_000);

        assert!(!Habit::default().may_be_asked(20_000) && !first.may_be_asked(20_000));
        assert!(first.may_be_asked(20_001));
        assert!(first.used(20_007).may_be_asked(20_007), "the first day stays the first");
        // A clock that was set back.
        assert!(!first.may_be_asked(19_999));
    }

    #[test]
    fn a_change_without_a_network_is_reason_enough() {
        assert!(Habit { was_offline: true, ..Habit::default().used(20_000) }.may_be_asked(20_000));
    }

    #[test]
    fn not_now_is_good_for_ninety_days() {
        let declined = Habit { declined: Some(20_010), was_offline: true, ..Habit::default().used(20_000) };

        assert_eq!([20_010, 20_099, 20_100].map(|day| declined.may_be_asked(day)), [false, false, true]);
    }

    #[test]
    fn what_is_kept_is_read_again_and_garbage_is_nothing() {
        for habit in [
            Habit::default(),
            Habit::default().used(20_000),
            Habit { first_day: Some(20_000), was_offline: true, declined: Some(20_010) },
            Habit { was_offline: true, ..Habit::default() },
        ] {
            assert_eq!(Habit::read(&habit.written()), habit);
        }
        for garbage in ["", "{}", "offline", "- - online", "9999999999999999999999 x"] {
            assert_eq!(Habit::read(garbage), Habit::default(), "{garbage}");
        }
    }
}
