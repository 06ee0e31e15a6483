//! Tags as chips with an input behind them, which read as one field.

use domain::field::{Field, Value};
use leptos::{ev, prelude::*};

use super::{
    field::state_of,
    focus,
    state::{StateBadge, Trouble},
};
use crate::ui::list::list;
use crate::{
    product::{sheet::Sheet, state::input::with_tags},
    ui::{
        at_once::{at_once, sometimes},
        icon::Icon,
    },
};

#[component]
pub(super) fn Tags(sheet: Sheet) -> impl IntoView {
    let watched = sheet.watch(Field::Tags);
    let state = state_of(watched);
    let tags = Memo::new(move |_| watched.with(|watched| if let Value::List(tags) = &watched.value { tags.clone() } else { Vec::new() }));
    let typed = RwSignal::new(String::new());
    let add = move || {
        let Some(text) = typed.try_update(std::mem::take).filter(|text| !text.is_empty()) else { return };
        sheet.note_typed("tags", false);
        if let Some(tags) = tags.try_get_untracked()
            && !text.trim().is_empty()
            && !sheet.locked()
        {
            sheet.set(Field::Tags, Value::List(with_tags(&tags, &text)));
        }
    };
    // The page may be left without leaving the input first: by the browser's own buttons.
    on_cleanup(add);
    let remove = move |tag: &str| {
        let rest = tags.get_untracked().into_iter().filter(|known| known != tag).collect();
        sheet.set(Field::Tags, Value::List(rest));
    };
    let key = move |event: ev::KeyboardEvent| {
        if event.is_composing() {
            return;
        }
        match event.key().as_str() {
            "Enter" | "," => {
                event.prevent_default();
                add();
            }
            "Escape" => {
                sheet.note_typed("tags", false);
                if typed.with_untracked(String::is_empty) {
                    sheet.act(|desk| desk.discard(&Field::Tags));
                }
                typed.set(String::new());
            }
            "Backspace" if typed.with_untracked(String::is_empty) && !sheet.locked() => {
                if let Some(last) = tags.get_untracked().last() {
                    remove(last);
                }
            }
            _ => {}
        }
    };
    let chip = move |tag: String| {
        let (shown, label) = (tag.clone(), format!("Remove tag {tag}"));
        at_once(view! {
            <span class="chip">
                <span>{shown}</span>
                {sometimes(move || {
                    let (tag, label) = (tag.clone(), label.clone());
                    let gone = move |_| {
                        remove(&tag);
                        focus::to_field(&Field::Tags);
                    };
                    (!sheet.locked())
                        .then(|| {
                            at_once(view! {
                                <button type="button" class="chip-x" aria-label=label on:click=gone>
                                    <Icon name="x" />
                                </button>
                            })
                        })
                })}
            </span>
        })
    };
    at_once(view! {
        <div class="field" data-field="tags">
            <div class="field-top"><label for="tags">"Tags"</label><StateBadge sheet state /></div>
            <div class="input tags">
                {list(move || tags.get(), chip)}
                <input
                    id="tags"
                    autocomplete="off"
                    placeholder="Add a tag"
                    readonly=move || sheet.locked()
                    prop:value=move || typed.get()
                    on:input=move |event| {
                        let text = event_target_value(&event);
                        sheet.note_typed("tags", !text.is_empty());
                        typed.set(text);
                    }
                    on:blur=move |_| add()
                    on:keydown=key
                />
            </div>
            <Trouble sheet field=Field::Tags state id="tags-note" />
        </div>
    })
}
