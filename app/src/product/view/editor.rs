//! The page of one product, put together.

use domain::field::Field;
use leptos::{ev, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use ports::product::Neighbours;

use super::{
    description::Description,
    field::TextField,
    focus::{self, id_of_part},
    head::{Head, address},
    history::History,
    organisation::{Extras, Organisation, Standing},
    pictures::Pictures,
    search_result::SearchResult,
    variants::{Troubles, Variants},
};
use crate::{
    product::{
        api::Opened,
        sheet::{Sheet, Undo},
    },
    ui::{at_once::at_once, mark::data_ready, toast::ToastList},
};

#[component]
pub(super) fn Editor(opened: Opened, neighbours: Signal<Neighbours>, list: Memo<String>) -> impl IntoView {
    let sheet = Sheet::new(&opened);
    data_ready();
    follow_handle(sheet, list);
    let action = address(opened.product.handle.as_str(), "");
    let came_from = list.get_untracked();
    let (original, sanitised) = (opened.product.description.clone(), opened.product.description_shown.clone());
    let product = StoredValue::new(opened.product);
    let undo = move |what: Undo| {
        // The button goes with its toast, and what comes back is not there yet.
        let near = match &what {
            Undo::Removal(part) => sheet.desk.now(|desk| desk.siblings(part)).last().map(id_of_part),
            Undo::Trash => None,
        };
        focus::to(near.into_iter().collect());
        sheet.undo(what);
    };
    at_once(view! {
        <div class="page product">
            <Head sheet neighbours list />
            <Troubles sheet fields=sheet.needing(|field| matches!(field, Field::Deleted)) />
            <form class="cols" method="post" action=action autocomplete="off" novalidate on:submit=|event: ev::SubmitEvent| event.prevent_default()>
                <input r#type="hidden" name="list" value=came_from />
                <div>
                    <Pictures sheet />
                    <section class="part" aria-labelledby="text-h">
                        <h2 class="vh" id="text-h">"Text"</h2>
                        <TextField sheet field=Field::Title />
                        <Description sheet original sanitised />
                    </section>
                    <Variants sheet />
                    <SearchResult sheet />
                </div>
                <div>
                    <Standing sheet product />
                    <Organisation sheet />
                    {sheet.is_editor().then(save)}
                    <Extras sheet />
                    <History sheet />
                </div>
            </form>
            <ToastList toasts=sheet.toasts undo=Callback::new(undo) />
        </div>
    })
}

/// Where there is no script, what can be saved is saved by this.
fn save() -> AnyView {
    at_once(view! {
        <section class="part no-script">
            <p class="hint">"Saves title, description, vendor, type, category, status, search texts and other columns. The rest needs scripts."</p>
            <div><button class="btn primary">"Save"</button></div>
        </section>
    })
}

/// The handle is a part of the address: when it has changed, so does the address.
fn follow_handle(sheet: Sheet, list: Memo<String>) {
    let navigate = use_navigate();
    let handle = sheet.desk.told(|desk| desk.saved(&Field::Handle).to_string());
    Effect::new(move |before: Option<String>| {
        let handle = handle.get();
        if before.is_some_and(|before| before != handle) {
            let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
            navigate(&address(&handle, &list.get_untracked()), options);
        }
        handle
    });
}
