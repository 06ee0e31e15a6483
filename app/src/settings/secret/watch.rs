//! What one can do with the secret in the browser.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, HtmlDocument, HtmlElement, HtmlInputElement};

use crate::ui::listen::on_window;

/// Copies it when its button is pressed, and sees to it that a reload asks for the page without it.
pub(crate) fn watch() {
    Effect::new(|| {
        // The page is the answer to a form. Named anew, this entry of the history is not: a reload sends nothing again.
        if field().is_some()
            && let Ok(history) = window().history()
        {
            let _ = history.replace_state_with_url(&JsValue::NULL, "", None);
        }
    });
    on_window("click", |event| {
        if let Some(button) = button(&event) {
            copy(&button);
        }
    });
}

fn field() -> Option<HtmlInputElement> {
    document().get_element_by_id("secret")?.dyn_into().ok()
}

fn button(event: &Event) -> Option<HtmlElement> {
    let pressed: Element = event.target()?.dyn_into().ok()?;
    pressed.closest("[data-copy]").ok()??.dyn_into().ok()
}

/// By the old command, which works without encryption too, as in a house's own network: `navigator.clipboard` does not.
fn copy(button: &HtmlElement) {
    let Some(field) = field() else { return };
    let _ = field.focus();
    field.select();
    let copied = document().dyn_into::<HtmlDocument>().is_ok_and(|document| document.exec_command("copy").unwrap_or(false));
    if copied {
        let _ = button.focus();
    }
    if let Some(place) = document().get_element_by_id("copied") {
        place.set_text_content(Some(if copied { "Copied." } else { "It is selected: copy it with Ctrl C." }));
    }
}
