//! A page that the server alone writes. It is made of links and forms, which need no script, so the browser is given its
//! HTML and no code for writing it. Once the page is alive, following one of its links changes what is in it without
//! loading the app anew, and a form with `data-act` is answered in place, so that what is typed beside it stays.

use std::{future::Future, pin::Pin};

use leptos::{ev, html::Div, prelude::*};
use ports::error::AppError;

use super::{
    at_once::{at_once, sometimes},
    notice::Failure,
};

/// HTML that maud has written, or why there is none.
pub(crate) type Answer = Pin<Box<dyn Future<Output = Result<String, AppError>> + Send>>;

/// The page with what the server has written.
#[cfg(feature = "ssr")]
pub(crate) fn served(class: &'static str, answer: Answer) -> impl IntoView {
    let nothing: fn(ev::SubmitEvent) = |_| {};
    Suspend::new(async move {
        let html = answer.await.unwrap_or_else(|error| {
            crate::context::answer_status(&error);
            failure(&error)
        });
        root(class, html, NodeRef::new(), RwSignal::new(None), nothing)
    })
}

#[cfg(feature = "ssr")]
fn failure(error: &AppError) -> String {
    let markup = maud::html! {
        div.notice role="alert" {
            h1 { @if *error == AppError::Forbidden { "You may not see this" } @else { "This did not work" } }
            p { (error) }
            div.line { a.btn href="/settings" { "Go to the settings" } }
        }
    };
    markup.into_string()
}

/// The same in the browser.
#[cfg(not(feature = "ssr"))]
pub(crate) struct Alive {
    pub(crate) class: &'static str,
    pub(crate) here: Here,
    /// What is in the page at a search, or at a path with its search.
    pub(crate) page: fn(String) -> Answer,
    /// The fields of a form with `data-act`, and what is asked with them.
    pub(crate) fields: &'static [&'static str],
    pub(crate) act: fn(Vec<String>) -> Answer,
}

/// Where a page is.
#[cfg(not(feature = "ssr"))]
#[derive(Clone, Copy)]
pub(crate) enum Here {
    /// At one path, and asked for by its search.
    At(&'static str),
    /// At a path and those below it, and asked for by path and search.
    Below(&'static str),
}

/// A page of several places without forms that are answered in place.
#[cfg(not(feature = "ssr"))]
pub(crate) fn alive_below(class: &'static str, path: &'static str, page: fn(String) -> Answer) -> impl IntoView {
    alive(Alive { class, here: Here::Below(path), page, fields: &[], act: |_| Box::pin(std::future::ready(Err(AppError::NotFound))) })
}

#[cfg(not(feature = "ssr"))]
pub(crate) fn alive(alive: Alive) -> impl IntoView {
    use leptos::task::spawn_local;
    use leptos_router::hooks::use_location;

    let Alive { class, here, page, fields, act } = alive;
    let node = NodeRef::<Div>::new();
    let trouble = RwSignal::new(None::<AppError>);
    let is_served = use_context::<crate::frame::Hydrated>().is_some_and(|alive| !alive.0.get_untracked());
    let location = use_location();
    let latest = StoredValue::new(0_u32);
    Effect::new(move |before: Option<()>| {
        // While another page is on its way this one stays what it was.
        let (is_here, below) = location.pathname.with(|at| match here {
            Here::At(path) => (at == path, String::new()),
            Here::Below(path) => (at.starts_with(path), format!("{at}?")),
        });
        let search = below + &location.search.get();
        if !is_here {
            return;
        }
        if before.is_none() && is_served {
            super::mark::data_ready();
            return;
        }
        latest.update_value(|latest| *latest += 1);
        let asked = latest.get_value();
        spawn_local(async move {
            let answer = page(search).await;
            // A late answer is not what the address says any more.
            if latest.try_get_value() != Some(asked) {
                return;
            }
            let (html, failed) = match answer {
                Ok(html) => (html, None),
                Err(error) => (String::new(), Some(error)),
            };
            trouble.try_set(failed);
            if let Some(Some(node)) = node.try_get_untracked() {
                node.set_hidden(html.is_empty());
                node.set_inner_html(&html);
                // Another of its places is a view of its own, which stands at once.
                #[cfg(feature = "hydrate")]
                if !html.is_empty() {
                    super::mark::mark("vitrine:view-ready");
                    super::mark::mark("vitrine:data-ready");
                }
                // What had the focus has gone with what was there.
                if before.is_some()
                    && let Ok(Some(heading)) = node.query_selector("h1")
                {
                    use wasm_bindgen::JsCast;
                    let _ = heading.unchecked_into::<web_sys::HtmlElement>().focus();
                }
            }
        });
    });
    root(class, String::new(), node, trouble, move |event| submit(&event, fields, act))
}

/// Answers a form in place.
#[cfg(not(feature = "ssr"))]
fn submit(event: &ev::SubmitEvent, fields: &[&str], act: fn(Vec<String>) -> Answer) {
    use wasm_bindgen::JsCast;

    let form = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlFormElement>().ok());
    let Some(form) = form.filter(|form| form.has_attribute("data-act")) else { return };
    let Ok(data) = web_sys::FormData::new_with_form(&form) else { return };
    let Ok(Some(place)) = form.query_selector("[data-answer]") else { return };
    event.prevent_default();
    if form.has_attribute("aria-busy") {
        return;
    }
    let _ = form.set_attribute("aria-busy", "true");
    place.set_text_content(Some("Asking. This may take a minute."));
    let values = fields.iter().map(|name| data.get(name).as_string().unwrap_or_default()).collect();
    leptos::task::spawn_local(async move {
        match act(values).await {
            Ok(html) => place.set_inner_html(&html),
            Err(error) => place.set_text_content(Some(&error.to_string())),
        }
        let _ = form.remove_attribute("aria-busy");
    });
}

fn root(
    class: &'static str,
    html: String,
    node: NodeRef<Div>,
    trouble: RwSignal<Option<AppError>>,
    submit: impl Fn(ev::SubmitEvent) + 'static,
) -> impl IntoView {
    let failure = sometimes(move || trouble.get().map(|error| at_once(view! { <Failure error /> })));
    view! {
        <div class="served">
            <div class=class inner_html=html node_ref=node on:submit=submit></div>
            {failure}
        </div>
    }
}
