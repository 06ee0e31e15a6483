//! Pausing, resuming, cancelling, trying again: each a plain form where there is no script.

use domain::{ids::JobId, money::Cost};
use leptos::{ev, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use wasm_bindgen::JsCast;

use crate::{
    runs::{
        api::{Steering, steer_run},
        state::choice::typed_cost,
    },
    ui::{asking::Asking, at_once::at_once},
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
        let asking = Asking::new();
        let navigate = use_navigate();
        let act = move |event: ev::SubmitEvent| {
            event.prevent_default();
            let typed = typed(&event);
            if let Err(sentence) = typed_cost(&typed) {
                asking.refuse(sentence);
                return;
            }
            let navigate = navigate.clone();
            asking.ask(steer_run(id, what, typed), move |run| {
                if let Some(run) = run.filter(|run| *run != id) {
                    navigate(&format!("/runs/{run}"), NavigateOptions::default());
                }
                refresh.try_run(());
            });
        };
        let field = cap.map(|cap| {
            at_once(view! {
                <label class="line">
                    "Cap"
                    <input class="input num" name="cap" inputmode="decimal" autocomplete="off" value=cap.plain() aria-invalid=move || asking.has_failed().then_some("true") />
                </label>
            })
        });
        at_once(view! {
            <form class="steer" method="post" action=format!("/runs/{id}/{}", what.name()) on:submit=act>
                {field}
                <button class=class aria-label=label aria-disabled=move || asking.disabled()>{words}</button>
                {asking.reason()}
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
