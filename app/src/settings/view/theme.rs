//! Light, dark, or as the system has it. Works as a form where there is no script.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::ui::at_once::at_once;

const THEMES: [(&str, &str); 3] = [("system", "System"), ("light", "Light"), ("dark", "Dark")];

/// A year, in seconds.
const KEPT: u32 = 31_536_000;

#[component]
pub(super) fn ThemeSwitch() -> impl IntoView {
    let chosen = chosen();
    let radio = |(value, word): (&'static str, &'static str)| {
        view! {
            <label>
                <input
                    r#type="radio"
                    name="theme"
                    value=value
                    autocomplete="off"
                    checked=chosen == value
                    on:change=move |_| choose(value)
                />
                {word}
            </label>
        }
    };
    at_once(view! {
        <form method="post" action="/theme">
            <fieldset class="field">
                <legend class="field-top"><span>"Theme"</span></legend>
                <div class="seg">{THEMES.map(radio).into_iter().collect_view()}</div>
            </fieldset>
            <button class="btn no-script">"Save"</button>
        </form>
    })
}

/// What the server has put on the document, on both sides the same.
fn chosen() -> String {
    #[cfg(feature = "ssr")]
    let theme = use_context::<crate::context::Appearance>().and_then(|appearance| appearance.theme).map(str::to_owned);
    #[cfg(not(feature = "ssr"))]
    let theme = document().document_element().and_then(|root| root.get_attribute("data-theme"));
    theme.unwrap_or_else(|| "system".to_owned())
}

fn choose(theme: &str) {
    let Some(root) = document().document_element() else { return };
    let system = theme == "system";
    let cookie =
        if system { "theme=; Max-Age=0; Path=/; SameSite=Lax".to_owned() } else { format!("theme={theme}; Max-Age={KEPT}; Path=/; SameSite=Lax") };
    let _ = if system { root.remove_attribute("data-theme") } else { root.set_attribute("data-theme", theme) };
    if let Ok(document) = document().dyn_into::<web_sys::HtmlDocument>() {
        let _ = document.set_cookie(&cookie);
    }
}
