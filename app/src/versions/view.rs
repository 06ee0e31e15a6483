//! The page: HTML that is made anew when the product has another version in use, or when others are compared.

use domain::ids::OpId;
use leptos::{ev, prelude::*, task::spawn_local};
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate, use_params_map},
};
use ports::{
    error::AppError,
    review::{Outcome, VersionsView},
};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDialogElement, HtmlElement, HtmlSelectElement};

use super::{
    markup::{page, question},
    state::{Pick, trouble, version},
};
use crate::{
    codec::Loaded,
    frame::Hydrated,
    review::api::{activate, read_versions, roll_back},
    ui::{
        at_once::{at_once, sometimes},
        chance::new_op,
        notice::NotFound,
        opening::opening,
        time::now,
        title::title,
    },
};

type Answer = Result<Option<VersionsView>, AppError>;

#[component]
pub(crate) fn Versions() -> impl IntoView {
    let params = use_params_map();
    let handle = Memo::new(move |_| params.read().get("handle").unwrap_or_default());
    let loaded: Loaded<Answer> = Loaded::new_with_options(move || handle.get(), read_versions, true);
    opening("versions", "Versions", loaded, |view| match view {
        Some(view) => at_once(view! { <Page view /> }),
        None => at_once(view! { <NotFound /> }),
    })
}

#[component]
fn Page(view: VersionsView) -> impl IntoView {
    let name = format!("Versions of {}", view.title);
    title(move || name.clone());
    let search = use_location().search;
    let alive = use_context::<Hydrated>().map(|hydrated| hydrated.0);
    let shown = RwSignal::new(view);
    let told = RwSignal::new(String::new());
    let failed = RwSignal::new(None::<String>);
    let html = move || {
        let now = alive.is_some_and(|alive| alive.get()).then(now);
        search.with(|search| shown.with(|view| page(view, search, now).into_string()))
    };
    let desk = Desk { shown, told, failed, last: StoredValue::new(None), busy: StoredValue::new(false) };
    let navigate = use_navigate();
    let choose = move |event: ev::Event| {
        let chosen = target::<HtmlSelectElement>(&event).and_then(|select| select.closest("form").ok().flatten());
        let Some(form) = chosen else { return };
        let value = |name: &str| {
            let select = form.query_selector(&format!("[name={name}]")).ok().flatten()?.dyn_into::<HtmlSelectElement>().ok()?;
            Some(select.value())
        };
        let address = shown.with_untracked(|view| format!("/products/{}/versions", view.handle));
        if let (Some(from), Some(to)) = (value("from"), value("to")) {
            navigate(&format!("{address}?from={from}&to={to}"), NavigateOptions { scroll: false, ..NavigateOptions::default() });
            // The form is made anew: the keyboard goes on in it.
            let name = target::<HtmlSelectElement>(&event).map(|select| select.name()).unwrap_or_default();
            request_animation_frame(move || focus(&format!(".compare [name={name}]")));
        }
    };
    at_once(view! {
        <div class="page versions">
            <p class="vh" role="status">{told}</p>
            {sometimes(move || {
                failed.get().map(|sentence| at_once(view! { <div class="band bad" role="alert"><span>{sentence}</span></div> }))
            })}
            <div
                class="stack"
                inner_html=html
                on:click=move |event: ev::MouseEvent| desk.press(&event)
                on:change=choose
                on:submit=move |event: ev::SubmitEvent| desk.sent(&event)
            ></div>
        </div>
    })
}

/// What the page does.
#[derive(Clone, Copy)]
struct Desk {
    shown: RwSignal<VersionsView>,
    told: RwSignal<String>,
    failed: RwSignal<Option<String>>,
    /// What was sent last and got no answer: sent again, it is the same.
    last: StoredValue<Option<(Pick, OpId)>>,
    busy: StoredValue<bool>,
}

impl Desk {
    fn press(self, event: &ev::MouseEvent) {
        let Some(button) = target::<Element>(event).and_then(|element| element.closest("[data-act]").ok().flatten()) else { return };
        let pick = match button.get_attribute("data-act").as_deref() {
            Some("original") => Pick::Original,
            Some("use") => match button.get_attribute("data-number").and_then(|number| number.parse().ok()) {
                Some(number) => Pick::Version(number),
                None => return,
            },
            Some("close") => {
                close();
                return;
            }
            _ => return,
        };
        if let Some(dialog) = dialog() {
            dialog.set_inner_html(&self.shown.with_untracked(|view| question(view, pick)).into_string());
            let _ = dialog.show_modal();
        }
    }

    fn sent(self, event: &ev::SubmitEvent) {
        let Some(name) = target::<Element>(event).and_then(|form| form.get_attribute("data-pick")) else { return };
        event.prevent_default();
        close();
        let pick = if name == "original" { Some(Pick::Original) } else { name.parse().ok().map(Pick::Version) };
        if let Some(pick) = pick.filter(|_| self.busy.try_update_value(|busy| !std::mem::replace(busy, true)) == Some(true)) {
            spawn_local(async move {
                self.use_words(pick).await;
                self.busy.try_set_value(false);
            });
        }
    }

    async fn use_words(self, pick: Pick) {
        let Some(view) = self.shown.try_get_untracked() else { return };
        let known = self.last.try_get_value().flatten().filter(|(last, _)| *last == pick);
        let op = known.map_or_else(new_op, |(_, op)| op);
        self.last.try_set_value(Some((pick, op)));
        let answer = match pick {
            Pick::Version(number) => match version(&view, number) {
                Some(one) => activate(op, one.id, view.seen.clone()).await,
                None => return,
            },
            Pick::Original | Pick::Now => roll_back(op, view.product, view.seen.clone()).await,
        };
        match &answer {
            Ok(outcome) => {
                self.last.try_set_value(None);
                self.failed.try_set(trouble(outcome));
                if *outcome == Outcome::Done {
                    let words = if pick == Pick::Original { "Back to the original".to_owned() } else { format!("{} is in use", pick.label()) };
                    self.told.try_set(words);
                }
                // What is there now, whatever came of it.
                match read_versions(view.handle.to_string()).await {
                    Ok(Some(latest)) => {
                        self.shown.try_set(latest);
                    }
                    Ok(None) => {
                        self.failed.try_set(Some(AppError::NotFound.to_string()));
                    }
                    Err(error) => {
                        self.failed.try_set(Some(format!("This page could not be brought up to date. {error}")));
                    }
                }
                request_animation_frame(|| focus("#versions-h"));
            }
            Err(error) => {
                self.failed.try_set(Some(error.to_string()));
            }
        }
    }
}

fn target<T: JsCast>(event: &web_sys::Event) -> Option<T> {
    event.target().and_then(|target| target.dyn_into().ok())
}

fn dialog() -> Option<HtmlDialogElement> {
    document().get_element_by_id("use").and_then(|element| element.dyn_into().ok())
}

fn close() {
    if let Some(dialog) = dialog() {
        dialog.close();
    }
}

fn focus(selector: &str) {
    if let Some(element) = document().query_selector(selector).ok().flatten().and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}
