//! The pictures: a strip, one of them large, and what can be done with it.

use domain::{
    field::{Field, ImageField},
    ids::ImageId,
};
use leptos::{ev, html, prelude::*};

use super::{field::TextField, state::StateBadge, variants::Troubles};
use crate::ui::list::list;
use crate::{
    product::{
        keeper::new_op,
        sheet::Sheet,
        state::{Desk, check},
    },
    ui::{
        at_once::{at_once, says, sometimes},
        chance,
        icon::Icon,
    },
};

#[component]
pub(super) fn Pictures(sheet: Sheet) -> impl IntoView {
    let ids = Memo::new(move |_| sheet.desk.with(Desk::images));
    let chosen = RwSignal::new(None::<ImageId>);
    let current = Memo::new(move |_| {
        let ids = ids.read();
        chosen.get().filter(|id| ids.contains(id)).or_else(|| ids.first().copied())
    });
    let place = move |id: ImageId| ids.with(|ids| ids.iter().position(|known| *known == id)).unwrap_or(0) + 1;
    let mine = |field: &Field| matches!(field, Field::ImageField(..) | Field::Image(_));
    let state = Signal::derive(move || sheet.desk.with(|desk| desk.state_of_all(mine)));
    let small = move |id: ImageId| {
        let (url, alt) = (sheet.text(Field::ImageField(id, ImageField::Url)), sheet.text(Field::ImageField(id, ImageField::Alt)));
        at_once(view! {
            <li>
                <button
                    type="button"
                    aria-label=move || format!("Picture {} {}", place(id), alt.get())
                    aria-current=move || (current.get() == Some(id)).then_some("true")
                    on:click=move |_| chosen.set(Some(id))
                >
                    <img src=url alt="" width="56" height="56" loading="lazy" />
                </button>
            </li>
        })
    };
    let large = move |id: ImageId| {
        let (url, alt) = (sheet.text(Field::ImageField(id, ImageField::Url)), sheet.text(Field::ImageField(id, ImageField::Alt)));
        at_once(view! { <img src=url alt=alt width="640" height="640" /> })
    };
    let shown = move || current.get().into_iter().collect();
    let told = says(move || match (current.get(), ids.with(Vec::len)) {
        (Some(id), count) => format!("{} of {count}", place(id)),
        (None, _) => "none".to_owned(),
    });
    at_once(view! {
        <section class="part" aria-labelledby="pictures-h" data-part="pictures">
            <header><h2 id="pictures-h">"Pictures "<span class="muted num">{told}</span></h2><StateBadge sheet state /></header>
            <div class="pictures">
                <ul>{list(move || ids.get(), small)}</ul>
                {list(shown, large)}
            </div>
            {list(shown, move |id| at_once(view! { <Actions sheet id chosen /> }))}
            <Troubles sheet among=|field| matches!(field, Field::Image(_) | Field::ImageField(_, ImageField::Position | ImageField::Url)) />
            {sometimes(move || (!sheet.locked()).then(|| at_once(view! { <Add sheet chosen /> })))}
        </section>
    })
}

/// What can be done with the picture that is shown.
#[component]
fn Actions(sheet: Sheet, id: ImageId, chosen: RwSignal<Option<ImageId>>) -> impl IntoView {
    let step = move |by: isize| {
        chosen.set(Some(id));
        sheet.act(|desk| {
            let edits = desk.moved(id, by);
            desk.commit_all(new_op(), edits);
        });
    };
    let stuck = |by: isize| says(move || sheet.desk.with(|desk| desk.moved(id, by).is_empty()));
    let (first, last) = (stuck(-1), stuck(1));
    let buttons = sometimes(move || {
        (!sheet.locked()).then(|| {
            at_once(view! {
                <div class="line script">
                    <button type="button" class="btn" disabled=first on:click=move |_| step(-1)><Icon name="chevron-left" />"Move left"</button>
                    <button type="button" class="btn" disabled=last on:click=move |_| step(1)>"Move right"<Icon name="chevron-right" /></button>
                    <button type="button" class="btn" on:click=move |_| sheet.remove(Field::Image(id))><Icon name="trash-2" />"Remove"</button>
                </div>
            })
        })
    });
    view! {
        <TextField sheet field=Field::ImageField(id, ImageField::Alt)>
            <p class="hint">"What the picture shows, for those who do not see it."</p>
        </TextField>
        {buttons}
    }
}

#[component]
fn Add(sheet: Sheet, chosen: RwSignal<Option<ImageId>>) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let wrong = RwSignal::new(false);
    let add = move || {
        let Some(element) = input.get_untracked() else { return };
        let url = element.value().trim().to_owned();
        let good = ["https://", "http://", "/"].iter().any(|start| url.starts_with(start) && url.len() > start.len());
        wrong.set(!good);
        if !good {
            return;
        }
        element.set_value("");
        let id = chance::new_image();
        sheet.act(|desk| {
            let place = desk.next_place(desk.images().into_iter().map(|id| Field::ImageField(id, ImageField::Position)));
            desk.commit(new_op(), Field::Image(id), check::new_image(id, place, url));
        });
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
            <label for="picture-url">"Add a picture by its address"</label>
            <div class="with-button">
                <input
                    class="input"
                    id="picture-url"
                    node_ref=input
                    inputmode="url"
                    autocomplete="off"
                    placeholder="https://"
                    aria-invalid=move || wrong.get().then_some("true")
                    aria-describedby=move || wrong.get().then_some("picture-url-note")
                    on:keydown=key
                />
                <button type="button" class="btn" on:click=move |_| add()><Icon name="plus" />"Add"</button>
            </div>
            {sometimes(move || wrong.get().then(|| at_once(view! { <p class="error" id="picture-url-note">"An address begins with https://, http:// or /."</p> })))}
        </div>
    }
}
