//! How safe what is kept on this device is from the browser itself, and what makes it safer.

use maud::{Markup, html};

/// What a browser tells of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Safety {
    /// It has promised to delete nothing by itself.
    pub keeps: bool,
    /// This is the installed app.
    pub is_installed: bool,
    /// An iPhone or iPad, where nothing offers to install an app.
    pub has_home_screen: bool,
    /// It deletes what a site has kept when nobody has been there for seven days, unless the site is installed.
    pub forgets: bool,
}

pub(super) fn part(safety: Safety) -> Markup {
    html! {
        section.part aria-labelledby="safety-h" {
            h2 #safety-h { "Kept by this browser" }
            p { (risk(safety)) }
            @if let Some(way) = way(safety) { p { (way) } }
        }
    }
}

fn risk(safety: Safety) -> &'static str {
    match safety {
        Safety { keeps: true, .. } | Safety { is_installed: true, forgets: true, .. } => {
            "The browser keeps what is on this device until you sign out."
        }
        Safety { forgets: true, .. } => {
            "This browser may delete what is on this device after seven days without a visit, and with it changes that are not sent yet."
        }
        _ => "This browser may delete what is on this device when it runs out of room, and with it changes that are not sent yet.",
    }
}

fn way(safety: Safety) -> Option<&'static str> {
    match safety {
        Safety { is_installed: true, .. } => None,
        Safety { has_home_screen: true, .. } => {
            Some("Vitrine can be an app here: tap Share, then Add to Home Screen. What the app has on the device is kept.")
        }
        Safety { keeps: true, .. } => None,
        Safety { forgets: true, .. } => Some("Install Vitrine as an app to prevent that: choose File, then Add to Dock."),
        _ => Some("Install Vitrine as an app to prevent that, from the browser's menu."),
    }
}

#[cfg(feature = "hydrate")]
pub(super) use self::browser::look;

#[cfg(feature = "hydrate")]
mod browser {
    use js_sys::Promise;
    use leptos::prelude::*;
    use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
    use wasm_bindgen_futures::JsFuture;

    use super::{Safety, forgets};
    use crate::ui::installed::{is_installed, on_home_screen};

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(catch, js_namespace = ["navigator", "storage"], js_name = persisted)]
        fn ask_whether_it_keeps() -> Result<Promise, JsValue>;
    }

    /// None where nothing is kept at all, which is said when something is to be.
    pub(in crate::changes) async fn look() -> Option<Safety> {
        let keeps = JsFuture::from(ask_whether_it_keeps().ok()?).await.ok()?.is_truthy();
        let has_home_screen = on_home_screen().is_some();
        let agent = window().navigator().user_agent().unwrap_or_default();
        Some(Safety { keeps, is_installed: is_installed(), has_home_screen, forgets: has_home_screen || forgets(&agent) })
    }
}

/// Of all that say they are Safari, it is the one that says nothing else.
fn forgets(agent: &str) -> bool {
    let is = |name: &str| agent.contains(name);
    is("Safari/") && is("Version/") && !["Chrome/", "Chromium/", "Android"].into_iter().any(is)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p11_what_a_browser_may_delete_is_told_with_what_prevents_it() {
        let told = |safety: Safety| part(safety).into_string();
        let safari = Safety { forgets: true, ..Safety::default() };
        let phone = Safety { has_home_screen: true, ..safari };

        assert!(told(safari).contains("seven days") && told(safari).contains("Add to Dock"));
        assert!(told(phone).contains("seven days") && told(phone).contains("Add to Home Screen"));
        assert!(told(Safety::default()).contains("runs out of room") && told(Safety::default()).contains("Install Vitrine"));
    }

    #[test]
    fn nothing_is_asked_of_whoever_has_done_it() {
        for safety in [
            Safety { keeps: true, ..Safety::default() },
            Safety { is_installed: true, forgets: true, has_home_screen: true, keeps: false },
            Safety { is_installed: true, keeps: true, ..Safety::default() },
        ] {
            let told = part(safety).into_string();
            assert!(told.contains("keeps what is on this device") && !told.contains("may delete") && !told.contains("Install"), "{told}");
        }
    }

    #[test]
    fn safari_is_told_from_those_that_are_like_it() {
        let mac = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15";
        let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        let old_android = "Mozilla/5.0 (Linux; U; Android 4.0) AppleWebKit/534.30 (KHTML, like Gecko) Version/4.0 Mobile Safari/534.30";

        assert_eq!([mac, chrome, firefox, old_android].map(forgets), [true, false, false, false]);
    }
}
