//! A text input or a text area bound to a field: saved when it is left or Enter is pressed, put back by Escape.

use domain::field::{Field, Value};
use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use super::field::{id_of, is_hydrating};
use crate::{
    product::{
        sheet::{Sheet, Watched},
        state::{
            State,
            input::{Kind, as_shown},
        },
    },
    ui::{
        at_once::{at_once, says},
        html::escaped,
    },
};

/// What an input is, apart from the field it is bound to.
#[derive(Clone)]
pub(super) struct Look {
    /// Unique on the page.
    pub id: String,
    pub kind: Kind,
    /// Whether it may have several lines.
    pub lines: bool,
    /// The name in the form that is sent where there is no script.
    pub name: Option<String>,
    /// For inputs whose label is not beside them.
    pub label: Option<Signal<String>>,
    /// What an empty input is for, where its label does not say it.
    pub hint: Option<&'static str>,
    /// Follows what is typed, letter by letter.
    pub live: Option<RwSignal<String>>,
}

impl Look {
    pub fn new(id: impl Into<String>, kind: Kind) -> Self {
        Self { id: id.into(), kind, lines: false, name: None, label: None, hint: None, live: None }
    }
}

#[component]
pub(super) fn Input(sheet: Sheet, field: Field, look: Look, watched: Signal<Watched>) -> impl IntoView {
    let note = id_of(&field);
    let Look { id, kind, lines, name, label, hint, live } = look;
    let shown = Memo::new(move |_| watched.with(|watched| as_shown(&kind.show(&watched.value), lines)));
    let line = NodeRef::<html::Input>::new();
    let area = NodeRef::<html::Textarea>::new();
    let element = move || -> Option<HtmlInputElement> {
        // A text area answers to the same names.
        if lines { area.get().map(JsCast::unchecked_into) } else { line.get() }
    };
    let invalid = Memo::new(move |_| watched.with(|watched| matches!(watched.state, State::Invalid(_))));
    let wire =
        Wire { sheet, kind, lines, shown, live, field: StoredValue::new(field), id: StoredValue::new(id.clone()), typed: StoredValue::new(None) };
    wire.follow(element);

    let note = format!("{note}-note");
    let aria_invalid = says(move || invalid.get().then_some("true"));
    let described = says(move || {
        watched.with(|watched| matches!(watched.state, State::Invalid(_) | State::Failed(_) | State::Conflict(_))).then(|| note.clone())
    });
    let locked = says(move || sheet.locked());
    let typed = move |event: ev::Event| wire.typed(event_target_value(&event));
    let left = move |event: ev::FocusEvent| wire.left(&event_target(&event));
    let key = move |event: ev::KeyboardEvent| wire.key(&event);
    let start = shown.get_untracked();
    if lines {
        at_once(view! {
            <textarea
                class="input"
                node_ref=area
                id=id
                name=name
                rows="3"
                autocomplete="off"
                aria-label=label
                aria-invalid=aria_invalid
                aria-describedby=described
                readonly=locked
                on:input=typed
                on:blur=left
                on:keydown=key
                inner_html=escaped(&start)
            ></textarea>
        })
    } else {
        let numeric = matches!(kind, Kind::Money(_) | Kind::Number);
        at_once(view! {
            <input
                class="input"
                class:num=numeric
                node_ref=line
                id=id
                name=name
                value=start
                placeholder=hint
                autocomplete="off"
                inputmode=match kind {
                    Kind::Money(_) => Some("decimal"),
                    Kind::Number => Some("numeric"),
                    Kind::Text | Kind::Handle | Kind::Item(_) => None,
                }
                aria-label=label
                aria-invalid=aria_invalid
                aria-describedby=described
                readonly=locked
                on:input=typed
                on:blur=left
                on:keydown=key
            />
        })
    }
}

/// Between the element and the desk.
#[derive(Clone, Copy)]
struct Wire {
    sheet: Sheet,
    kind: Kind,
    lines: bool,
    shown: Memo<String>,
    live: Option<RwSignal<String>>,
    field: StoredValue<Field>,
    id: StoredValue<String>,
    /// What was typed and not handed over yet.
    typed: StoredValue<Option<String>>,
}

impl Wire {
    /// Puts into the element what is shown, whenever that changes.
    fn follow(self, element: impl Fn() -> Option<HtmlInputElement> + 'static) {
        let hydrating = is_hydrating();
        Effect::new(move |before: Option<Option<String>>| {
            let text = self.shown.get();
            let element = element()?;
            let value = element.value();
            if before.flatten().is_none() && hydrating && value.trim_start_matches('\n') != text.trim_start_matches('\n') {
                self.typed(value);
                if document().active_element().as_ref() != Some(&element) {
                    self.left(&element);
                }
            } else if self.typed.with_value(Option::is_none) {
                self.show(&element, &text);
            }
            Some(text)
        });
        // The page may be left without leaving the input first: by the browser's own buttons.
        on_cleanup(move || {
            if let Some(text) = self.typed.try_update_value(Option::take).flatten() {
                self.hand_over(&text);
            }
        });
    }

    fn typed(self, text: String) {
        self.note(true);
        if let Some(live) = self.live {
            live.set(text.clone());
        }
        self.typed.set_value(Some(text));
    }

    fn left(self, element: &HtmlInputElement) {
        if let Some(text) = self.typed.try_update_value(Option::take).flatten() {
            self.hand_over(&text);
            self.show(element, &self.shown.get_untracked());
        }
    }

    /// Gives what was typed to the desk, which keeps it whether it is a value or not.
    fn hand_over(self, text: &str) {
        self.note(false);
        let Some(field) = self.field.try_get_value() else { return };
        let now = self.sheet.desk.now_if_there(|desk| desk.shown(&field)).unwrap_or_default();
        if as_shown(text, self.lines) == as_shown(&self.kind.show(&now), self.lines) {
            return;
        }
        match self.kind.read(text, &now) {
            Ok(value) => self.sheet.set(field, value),
            Err(reason) => self.sheet.refuse(field, Value::text(text), reason),
        }
    }

    fn key(self, event: &ev::KeyboardEvent) {
        if event.is_composing() {
            return;
        }
        let element: HtmlInputElement = event_target(event);
        match event.key().as_str() {
            "Enter" if !self.lines || event.ctrl_key() || event.meta_key() => {
                event.prevent_default();
                self.left(&element);
            }
            "Escape" => self.put_back(&element),
            _ => {}
        }
    }

    /// What was typed goes; and when nothing was, what could not be saved.
    fn put_back(self, element: &HtmlInputElement) {
        let typed = self.typed.try_update_value(Option::take).flatten().is_some();
        let field = self.field.get_value();
        self.note(false);
        if !typed {
            self.sheet.act(|desk| desk.discard(&field));
        }
        self.show(element, &self.shown.get_untracked());
    }

    fn show(self, element: &HtmlInputElement, text: &str) {
        if element.value() != text {
            element.set_value(text);
        }
        if let Some(live) = self.live
            && live.with_untracked(|live| live != text)
        {
            live.set(text.to_owned());
        }
    }

    fn note(self, typed: bool) {
        self.id.try_with_value(|id| self.sheet.note_typed(id, typed));
    }
}
