//! Pausing, resuming, cancelling, trying again: each a plain form where there is no script.

use domain::{ids::JobId, money::Cost};
use leptos::{ev, prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use wasm_bindgen::JsCast;

use crate::{
    runs::{
        api::{Steering, steer_run},
        state::choice::typed_cost,
    },
    ui::at_once::{at_once, sometimes},
};

/// A button that does something about a run.
pub(super) struct Steer {
    pub(super) id: JobId,
    pub(super) what: Steering,
    pub(super) words: String,
    /// What it is said to be where the words alone do not tell which run is meant.
    pub(super) label: Option<String>,
    pub(super) class: &'static str,
    /// Present where another cap can be typed: the one there is.
    pub(super) cap: Option<Cost>,
    pub(super) refresh: Callback<()>,
}

impl Steer {
    pub(super) fn view(self) -> AnyView {
        let Self { id, what, words, label, class, cap, refresh } = self;
        let asking = RwSignal::new(false);
        let failed = RwSignal::new(None::<String>);
        let navigate = use_navigate();
        let act = move |event: ev::SubmitEvent| {
            event.prevent_default();
            let typed = typed(&event);
            if let Err(sentence) = typed_cost(&typed) {
                failed.set(Some(sentence));
                return;
            }
            if asking.get_untracked() {
                return;
            }
            asking.set(true);
            let navigate = navigate.clone();
            spawn_local(async move {
                match steer_run(id, what, typed).await {
                    Ok(run) if run != id => navigate(&format!("/runs/{run}"), NavigateOptions::default()),
                    Ok(_) => {
                        failed.try_set(None);
                    }
                    Err(error) => {
                        failed.try_set(Some(error.to_string()));
                    }
                }
                asking.try_set(false);
                refresh.try_run(());
            });
        };
        let field = cap.map(|cap| {
            at_once(view! {
                <label class="line">
                    "Cap"
                    <input class="input num" name="cap" inputmode="decimal" autocomplete="off" value=cap.plain() aria-invalid=move || failed.get().map(|_| "true") />
                </label>
            })
        });
        at_once(view! {
            <form class="steer" method="post" action=format!("/runs/{id}/{}", what.name()) on:submit=act>
                {field}
                <button class=class aria-label=label aria-disabled=move || asking.get().then_some("true")>{words}</button>
                {sometimes(move || failed.get().map(|sentence| at_once(view! { <p class="error" role="alert">{sentence}</p> })))}
            </form>
        })
    }
}

/// What stands in the only field such a form can have.
fn typed(event: &ev::SubmitEvent) -> String {
    let form = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let field = form.and_then(|form| form.query_selector("[name=cap]").ok().flatten());
    field.and_then(|field| field.dyn_into::<web_sys::HtmlInputElement>().ok()).map(|field| field.value()).unwrap_or_default()
}
