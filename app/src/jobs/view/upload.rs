//! A new import: a plain form, onto which a file can also be dropped. One that was opened with the app comes into it too.

use leptos::{ev, html, prelude::*};

use crate::{
    frame::use_me,
    ui::{at_once::at_once, icon::Icon, listen::on_window},
};

#[component]
pub(super) fn Upload() -> impl IntoView {
    // Meanwhile the session may have gone on to another store, in another tab.
    let store = use_me().map(|me| me.store.id.to_string());
    let input = NodeRef::<html::Input>::new();
    let over = RwSignal::new(false);
    let sending = RwSignal::new(false);
    let trouble = RwSignal::new(None::<&'static str>);
    // Coming back from the next page, this one may be shown as it was left.
    on_window("pageshow", move |_| {
        sending.try_set(false);
    });
    let hover = move |event: ev::DragEvent| {
        event.prevent_default();
        over.set(true);
    };
    let dropped = move |event: ev::DragEvent| {
        event.prevent_default();
        over.set(false);
        let files = event.data_transfer().and_then(|data| data.files()).filter(|files| files.length() > 0);
        if let (Some(files), Some(input)) = (files, input.get_untracked()) {
            input.set_files(Some(&files));
            trouble.set(None);
        }
    };
    let submit = move |event: ev::SubmitEvent| {
        let chosen = input.get_untracked().and_then(|input| input.files()).is_some_and(|files| files.length() > 0);
        trouble.set((!chosen).then_some("Choose a file first."));
        if !chosen || sending.get_untracked() {
            event.prevent_default();
            return;
        }
        sending.set(true);
    };
    #[cfg(feature = "hydrate")]
    Effect::new(move || {
        if let Some(input) = input.get() {
            crate::jobs::opened::take(input, move |why| {
                trouble.try_set(Some(why));
            });
        }
    });
    at_once(view! {
        <section class="part" aria-labelledby="new-h">
            <h2 class="vh" id="new-h">"New import"</h2>
            <form
                class="drop"
                class:over=move || over.get()
                method="post"
                action="/imports"
                enctype="multipart/form-data"
                novalidate
                on:dragover=hover
                on:dragleave=move |_| over.set(false)
                on:drop=dropped
                on:submit=submit
            >
                <input r#type="hidden" name="store" value=store />
                <div class="field">
                    <label for="file"><b>"Drop a product file here, or choose one"</b></label>
                    <input
                        id="file"
                        name="file"
                        r#type="file"
                        accept=".csv,text/csv"
                        node_ref=input
                        aria-invalid=move || trouble.get().map(|_| "true")
                        aria-describedby="file-h"
                        on:change=move |_| trouble.set(None)
                    />
                    <p class="hint" id="file-h" role="status">
                        {move || trouble.get().unwrap_or("Shopify product export, CSV, either dialect, any size")}
                    </p>
                </div>
                <fieldset>
                    <legend class="vh">"Options"</legend>
                    <label class="check"><input r#type="checkbox" name="dry_run" value="true" checked autocomplete="off" />"Dry run first"</label>
                    <label class="check"><input r#type="checkbox" name="overwrite" value="true" autocomplete="off" />"Overwrite what was edited here"</label>
                </fieldset>
                <button class="btn primary" aria-disabled=move || sending.get().then_some("true")>
                    <Icon name="upload" />
                    {move || if sending.get() { "Uploading" } else { "Import" }}
                </button>
            </form>
        </section>
    })
}
