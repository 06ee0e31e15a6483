//! The pictures: a strip, one of them large, and what can be done with it.

use domain::{
    field::{Field, ImageField, Value},
    ids::ImageId,
};
use leptos::{ev, html, prelude::*};

use super::{
    field::TextField,
    focus::{self, id_of_part},
    part,
    state::StateBadge,
    variants::Troubles,
};
use crate::{
    product::{
        sheet::Sheet,
        state::{
            Desk,
            check::{can_show, check, new_image},
        },
    },
    ui::{
        at_once::{at_once, changing, says, sometimes},
        chance,
        icon::Icon,
        list::list,
    },
};

#[component]
pub(super) fn Pictures(sheet: Sheet) -> impl IntoView {
    let ids = sheet.desk.told(Desk::images);
    let chosen = RwSignal::new(None::<ImageId>);
    let current = Memo::new(move |_| {
        let ids = ids.read();
        chosen.get().filter(|id| ids.contains(id)).or_else(|| ids.first().copied())
    });
    let place = move |id: ImageId| ids.with(|ids| ids.iter().position(|known| *known == id)).unwrap_or(0) + 1;
    let mine = |field: &Field| matches!(field, Field::ImageField(..) | Field::Image(_));
    let state = sheet.desk.told(move |desk| desk.state_of_all(mine));
    let needing = sheet.desk.told(move |desk| desk.needing(mine));
    let small = move |id: ImageId| {
        let alt = sheet.text(Field::ImageField(id, ImageField::Alt));
        at_once(view! {
            <li>
                <button
                    type="button"
                    id=id_of_part(&Field::Image(id))
                    aria-label=move || format!("Picture {} {}", place(id), alt.get())
                    aria-current=move || (current.get() == Some(id)).then_some("true")
                    on:click=move |_| chosen.set(Some(id))
                >
                    {picture(sheet, id, true)}
                </button>
            </li>
        })
    };
    let shown = move || current.get().into_iter().collect();
    let told = says(move || match (current.get(), ids.with(Vec::len)) {
        (Some(id), count) => format!("{} of {count}", place(id)),
        (None, _) => "none".to_owned(),
    });
    let elsewhere = says(move || {
        let current = current.get();
        let beside = |field: &Field| matches!(field, Field::ImageField(id, ImageField::Alt | ImageField::Url) if current == Some(*id));
        needing.with(|all| all.iter().filter(|field| !beside(field)).cloned().collect())
    });
    let actions = move |id: ImageId| {
        let name = says(move || format!("picture {}", place(id)));
        let show = Callback::new(move |part: Field| {
            if let Field::Image(id) = part {
                chosen.set(Some(id));
            }
        });
        at_once(view! {
            <TextField sheet field=Field::ImageField(id, ImageField::Alt)>
                <p class="hint">"What the picture shows, for those who do not see it."</p>
            </TextField>
            <TextField sheet field=Field::ImageField(id, ImageField::Url) />
            {part::actions(sheet, Field::Image(id), ["Move left", "Move right"], name, show)}
        })
    };
    at_once(view! {
        <section class="part" aria-labelledby="pictures-h" data-part="pictures">
            <header><h2 id="pictures-h">"Pictures "<span class="muted num">{told}</span></h2><StateBadge sheet state /></header>
            <div class="pictures">
                <ul>{list(move || ids.get(), small)}</ul>
                {list(shown, move |id| picture(sheet, id, false))}
            </div>
            {list(shown, actions)}
            <Troubles sheet fields=elsewhere />
            {sometimes(move || (!sheet.locked()).then(|| at_once(view! { <Add sheet chosen /> })))}
        </section>
    })
}

/// A picture; where it must not be shown, that and where it is.
fn picture(sheet: Sheet, id: ImageId, small: bool) -> AnyView {
    let (url, alt) = (sheet.text(Field::ImageField(id, ImageField::Url)), sheet.text(Field::ImageField(id, ImageField::Alt)));
    // The small one stands in a button that has a name.
    let alt = says(move || if small { String::new() } else { alt.get() });
    let (size, loading) = if small { ("56", Some("lazy")) } else { ("640", None) };
    at_once(changing(move || {
        let address = url.get();
        if can_show(&address) {
            at_once(view! { <img src=address alt=alt width=size height=size loading=loading /> })
        } else if small {
            at_once(view! { <span class="no-picture"><Icon name="circle-alert" /></span> })
        } else {
            at_once(view! {
                <p class="no-picture"><span>"Not shown: the address does not begin with https://."</span><span class="muted">{address}</span></p>
            })
        }
    }))
}

#[component]
fn Add(sheet: Sheet, chosen: RwSignal<Option<ImageId>>) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let wrong = RwSignal::new(None::<String>);
    let is_wrong = says(move || wrong.with(Option::is_some));
    let add = move || {
        let Some(element) = input.get_untracked() else { return };
        let id = chance::new_image();
        let url = element.value().trim().to_owned();
        let checked = check(&Field::ImageField(id, ImageField::Url), Value::text(&url));
        wrong.set(checked.err());
        if is_wrong.get_untracked() {
            return;
        }
        element.set_value("");
        let place = sheet.desk.now(|desk| {
            let positions = desk.images().into_iter().map(|id| Field::ImageField(id, ImageField::Position));
            desk.next_place(positions)
        });
        sheet.commit(Field::Image(id), new_image(id, place, url));
        chosen.set(Some(id));
    };
    let key = move |event: ev::KeyboardEvent| {
        if event.key() == "Enter" {
            event.prevent_default();
            add();
        }
    };
    view! {
        <div class="field script">
            <label for=focus::ADD_PICTURE>"Add a picture by its address"</label>
            <div class="with-button">
                <input
                    class="input"
                    id=focus::ADD_PICTURE
                    node_ref=input
                    inputmode="url"
                    autocomplete="off"
                    placeholder="https://"
                    aria-invalid=move || is_wrong.get().then_some("true")
                    aria-describedby=move || is_wrong.get().then_some("picture-url-note")
                    on:keydown=key
                />
                <button type="button" class="btn" on:click=move |_| add()><Icon name="plus" />"Add"</button>
            </div>
            {sometimes(move || wrong.get().map(|sentence| at_once(view! { <p class="error" id="picture-url-note">{sentence}</p> })))}
        </div>
    }
}
