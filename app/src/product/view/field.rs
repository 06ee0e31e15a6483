//! One field with its label, its state and what is wrong with it.

use domain::field::{Field, Value};
use leptos::{ev, html, prelude::*};

use super::{
    input::{Input, Look},
    state::{StateBadge, Trouble},
};
use crate::{
    frame::Hydrated,
    product::{
        sheet::{Sheet, Watched},
        state::{State, input::Kind},
    },
    ui::{at_once::at_once, list::list},
};

/// The field's own id on the page.
pub(super) fn id_of(field: &Field) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_string() } else { format!("_{:x}", u32::from(c)) };
    match field {
        // A column may be called anything, and an id has no spaces.
        Field::Extra(column) => format!("extra-{}", column.chars().map(plain).collect::<String>()),
        field => field.to_string().replace([':', '_'], "-"),
    }
}

/// Whether the page is just coming alive: then what an element holds may have been put there before, and counts.
pub(super) fn is_hydrating() -> bool {
    use_context::<Hydrated>().is_some_and(|hydrated| !hydrated.0.get_untracked())
}

pub(super) fn state_of(watched: Signal<Watched>) -> Signal<State> {
    Signal::derive(move || watched.with(|watched| watched.state.clone()))
}

/// A text field. What stands between the input and the trouble comes as children.
#[component]
pub(super) fn TextField(
    sheet: Sheet,
    field: Field,
    #[prop(default = Kind::Text)] kind: Kind,
    #[prop(optional)] lines: bool,
    #[prop(optional)] live: Option<RwSignal<String>>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let id = id_of(&field);
    let name = field.to_string();
    let watched = sheet.watch(field.clone());
    let look = Look { lines, live, name: Some(name.clone()), ..Look::new(&id, kind) };
    let state = state_of(watched);
    let seen = sheet.desk.now(|desk| desk.version(&field)).to_string();
    at_once(view! {
        <div class="field" data-field=name.clone()>
            <div class="field-top"><label for=id.clone()>{field.label().to_owned()}</label><StateBadge sheet state /></div>
            <input r#type="hidden" name=format!("base:{name}") value=seen />
            <Input sheet field=field.clone() look watched />
            {children.map(|children| children())}
            <Trouble sheet field state id=format!("{id}-note") />
        </div>
    })
}

/// A choice among a few values, each with its word. They may change.
#[component]
pub(super) fn ChoiceField(sheet: Sheet, field: Field, choices: Signal<Vec<(String, String)>>) -> impl IntoView {
    let id = id_of(&field);
    let name = field.to_string();
    let watched = sheet.watch(field.clone());
    let state = state_of(watched);
    let seen = sheet.desk.now(|desk| desk.version(&field)).to_string();
    let shown = Memo::new(move |_| watched.with(|watched| watched.value.to_string()));
    let element = NodeRef::<html::Select>::new();
    let chosen = StoredValue::new(field.clone());
    let choose = move |value: String| chosen.try_with_value(|field| sheet.set(field.clone(), Value::Text(value)));
    let hydrating = is_hydrating();
    Effect::new(move |before: Option<()>| {
        let text = shown.get();
        // A value that was not among them before can be shown now.
        choices.track();
        if let Some(element) = element.get()
            && element.value() != text
        {
            if before.is_none() && hydrating {
                choose(element.value());
            } else {
                element.set_value(&text);
            }
        }
    });
    let option = move |(value, word): (String, String)| {
        let selected = shown.with_untracked(|shown| *shown == value);
        at_once(view! { <option value=value selected=selected>{word}</option> })
    };
    at_once(view! {
        <div class="field" data-field=name.clone()>
            <div class="field-top"><label for=id.clone()>{field.label().to_owned()}</label><StateBadge sheet state /></div>
            <input r#type="hidden" name=format!("base:{name}") value=seen />
            <select
                class="input"
                id=id.clone()
                name=name.clone()
                autocomplete="off"
                node_ref=element
                disabled=move || sheet.locked()
                on:change=move |event: ev::Event| {
                    choose(event_target_value(&event));
                }
            >
                {list(move || choices.get(), option)}
            </select>
            <Trouble sheet field state id=format!("{id}-note") />
        </div>
    })
}

/// Yes or no.
#[component]
pub(super) fn FlagField(sheet: Sheet, field: Field) -> impl IntoView {
    let id = id_of(&field);
    let watched = sheet.watch(field.clone());
    let state = state_of(watched);
    let shown = Memo::new(move |_| watched.with(|watched| watched.value == Value::Flag(true)));
    let start = shown.get_untracked();
    let element = NodeRef::<html::Input>::new();
    let chosen = StoredValue::new(field.clone());
    let choose = move |on: bool| chosen.try_with_value(|field| sheet.set(field.clone(), Value::Flag(on)));
    let hydrating = is_hydrating();
    Effect::new(move |before: Option<()>| {
        let on = shown.get();
        if let Some(element) = element.get()
            && element.checked() != on
        {
            if before.is_none() && hydrating {
                choose(element.checked());
            } else {
                element.set_checked(on);
            }
        }
    });
    at_once(view! {
        <div class="field" data-field=field.to_string()>
            <div class="field-top">
                <label class="check">
                    <input
                        r#type="checkbox"
                        id=id.clone()
                        autocomplete="off"
                        checked=start
                        node_ref=element
                        disabled=move || sheet.locked()
                        on:change=move |event: ev::Event| {
                            choose(event_target_checked(&event));
                        }
                    />
                    {field.label().to_owned()}
                </label>
                <StateBadge sheet state />
            </div>
            <Trouble sheet field=field.clone() state id=format!("{id}-note") />
        </div>
    })
}
