//! The description: edited as it looks, or as HTML. Both are the same field.

use domain::field::{Field, Value};
use leptos::{ev, html, prelude::*};

use super::{
    field::state_of,
    input::{Input, Look},
    state::{StateBadge, Trouble},
    toolbar::Toolbar,
};
use crate::{
    frame::Hydrated,
    product::{sheet::Sheet, state::input::Kind},
    ui::{
        at_once::{at_once, sometimes},
        html::{clean, stored},
    },
};

pub(super) const ID: &str = "description-rich";

/// `sanitised` is the stored HTML as the server has made it safe to show.
#[component]
pub(super) fn Description(sheet: Sheet, original: String, sanitised: String) -> impl IntoView {
    let watched = sheet.watch(Field::Description);
    let state = state_of(watched);
    let text = Memo::new(move |_| watched.with(|watched| watched.value.to_string()));
    let alive = use_context::<Hydrated>().map(|hydrated| hydrated.0);
    let alive = move || alive.is_some_and(|alive| alive.get());
    // Cleaning would lose something of this text, and nobody has agreed to that yet.
    let agreed = RwSignal::new(false);
    let lossy = Memo::new(move |_| alive() && !agreed.get() && text.with(|text| clean(text).lost));
    let rich = Memo::new(move |_| alive() && !lossy.get() && !sheet.locked());
    let seen = sheet.desk.now(|desk| desk.version(&Field::Description)).to_string();

    let element = NodeRef::<html::Div>::new();
    let start = if text.get_untracked() == original { sanitised } else { text.with_untracked(|text| clean(text).html) };
    let typed = StoredValue::new(false);
    // What the element shows, as it is stored.
    let there = StoredValue::new(text.get_untracked());
    Effect::new(move |_| {
        let text = text.get();
        if let Some(element) = element.get()
            && there.with_value(|there| *there != text)
            && !typed.get_value()
        {
            element.set_inner_html(&clean(&text).html);
            there.set_value(text);
        }
    });
    let hand_over = move || {
        let Some(element) = element.try_get_untracked().flatten() else { return };
        if typed.try_update_value(std::mem::take) == Some(true) {
            sheet.note_typed(ID, false);
            let html = stored(&element.inner_html());
            there.try_update_value(|there| there.clone_from(&html));
            sheet.set(Field::Description, Value::Text(html));
        }
    };
    on_cleanup(hand_over);
    let put_back = move || {
        typed.set_value(false);
        sheet.note_typed(ID, false);
        sheet.act(|desk| desk.discard(&Field::Description));
        if let Some(element) = element.get_untracked() {
            element.set_inner_html(&text.with_untracked(|text| clean(text).html));
        }
    };
    let key = move |event: ev::KeyboardEvent| match event.key().as_str() {
        "Enter" if event.ctrl_key() || event.meta_key() => {
            event.prevent_default();
            hand_over();
        }
        "Escape" if !event.is_composing() => put_back(),
        _ => {}
    };
    let paste = move |event: ev::ClipboardEvent| {
        let html = event.clipboard_data().and_then(|data| data.get_data("text/html").ok()).filter(|html| !html.is_empty());
        if let Some(html) = html {
            event.prevent_default();
            super::toolbar::command("insertHTML", &clean(&html).html);
        }
    };
    let source = Look { lines: true, name: Some("description".to_owned()), ..Look::new("description", Kind::Text) };
    at_once(view! {
        <div class="field" data-field="description">
            <div class="field-top"><span id="description-label">"Description"</span><StateBadge sheet state /></div>
            <input r#type="hidden" name="base:description" value=seen />
            <div class="editor">
                {sometimes(move || rich.get().then(|| at_once(view! { <Toolbar controls=ID /> })))}
                <div
                    class="editor-text"
                    id=ID
                    node_ref=element
                    role="textbox"
                    tabindex="0"
                    aria-multiline="true"
                    aria-labelledby="description-label"
                    aria-readonly=move || (!rich.get()).then_some("true")
                    contenteditable=move || if rich.get() { "true" } else { "false" }
                    on:focus=move |_| {
                        if rich.get_untracked() {
                            super::toolbar::prepare();
                        }
                    }
                    on:input=move |_| {
                        typed.set_value(true);
                        sheet.note_typed(ID, true);
                    }
                    on:blur=move |_| hand_over()
                    on:keydown=key
                    on:paste=paste
                    inner_html=start
                ></div>
            </div>
            {sometimes(move || {
                (lossy.get() && !sheet.locked())
                    .then(|| {
                        at_once(view! {
                            <p class="hint">
                                "This text has styles or embedded parts that only the HTML keeps. "
                                <button type="button" class="link" on:click=move |_| agreed.set(true)>"Edit it here without them"</button>
                            </p>
                        })
                    })
            })}
            <details>
                <summary>"HTML"</summary>
                <label class="vh" for="description">"Description as HTML"</label>
                <Input sheet field=Field::Description look=source watched />
            </details>
            <Trouble sheet field=Field::Description state id="description-note" />
        </div>
    })
}
