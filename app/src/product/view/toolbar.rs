//! The buttons over the description. The browser's own editing commands do the work.

use std::cell::Cell;

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{HtmlDocument, Range};

use crate::ui::{
    at_once::{at_once, sometimes},
    icon::Icon,
    listen::on_window,
};

/// Runs one of the browser's editing commands on the selection.
pub(super) fn command(name: &str, value: &str) {
    if let Some(document) = editing() {
        let _ = document.exec_command_with_show_ui_and_value(name, false, value);
    }
}

/// Tags instead of styles, paragraphs instead of divisions.
pub(super) fn prepare() {
    command("styleWithCSS", "false");
    command("defaultParagraphSeparator", "p");
}

fn editing() -> Option<HtmlDocument> {
    document().dyn_into().ok()
}

fn is_on(name: &str) -> bool {
    editing().is_some_and(|document| document.query_command_state(name).unwrap_or(false))
}

fn block() -> String {
    editing().and_then(|document| document.query_command_value("formatBlock").ok()).unwrap_or_default()
}

fn selected() -> Option<Range> {
    let selection = window().get_selection().ok().flatten()?;
    (selection.range_count() > 0).then(|| selection.get_range_at(0).ok()).flatten()
}

thread_local! {
    /// What was selected when the address of a link was asked for. A server, which has no selection, never looks here;
    /// a stored value would be dropped there on another thread, which panics.
    static SELECTED: Cell<Option<Range>> = const { Cell::new(None) };
}

/// Back into the text, with what was selected there; whether something was.
fn go_back(editor: &str) -> bool {
    if let Some(editor) = document().get_element_by_id(editor).and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = editor.focus();
    }
    let Some(range) = SELECTED.take() else { return false };
    if let Ok(Some(selection)) = window().get_selection() {
        let _ = selection.remove_all_ranges();
        let _ = selection.add_range(&range);
    }
    true
}

#[component]
pub(super) fn Toolbar(controls: &'static str) -> impl IntoView {
    let (bold, italic, heading, list) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(false), RwSignal::new(false));
    let look = move || {
        bold.set(is_on("bold"));
        italic.set(is_on("italic"));
        list.set(is_on("insertUnorderedList"));
        heading.set(block().eq_ignore_ascii_case("h2"));
    };
    on_window("keyup", move |_| look());
    on_window("pointerup", move |_| look());

    let run = move |name: &'static str, value: &'static str| {
        command(name, value);
        look();
    };
    let button = move |icon: &'static str, label: &'static str, on: RwSignal<bool>, act: Callback<()>| {
        view! {
            <button
                type="button"
                class="btn ghost only"
                aria-label=label
                aria-pressed=move || if on.get() { "true" } else { "false" }
                // The selection stays where it is.
                on:mousedown=|event: ev::MouseEvent| event.prevent_default()
                on:click=move |_| act.run(())
            >
                <Icon name=icon />
            </button>
        }
    };
    let toggle_heading = Callback::new(move |()| run("formatBlock", if heading.get_untracked() { "<p>" } else { "<h2>" }));

    // The address of a link is asked for beside the buttons; the selection waits meanwhile.
    let linking = RwSignal::new(false);
    let address = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(input) = address.get() {
            let _ = input.focus();
        }
    });
    let start_link = Callback::new(move |()| {
        if linking.get_untracked() {
            go_back(controls);
        } else {
            SELECTED.set(selected());
        }
        linking.update(|linking| *linking = !*linking);
    });
    let give_up_link = move || {
        linking.set(false);
        go_back(controls);
    };
    let finish_link = move || {
        let href = address.get_untracked().map(|input| input.value()).unwrap_or_default();
        linking.set(false);
        if !go_back(controls) {
            return;
        }
        match href.trim() {
            "" => command("unlink", ""),
            href if href.contains(':') || href.starts_with(['/', '#']) => command("createLink", href),
            href => command("createLink", &format!("https://{href}")),
        }
    };
    at_once(view! {
        <div class="editor-bar" role="toolbar" aria-label="Formatting" aria-controls=controls>
            {button("bold", "Bold", bold, Callback::new(move |()| run("bold", "")))}
            {button("italic", "Italic", italic, Callback::new(move |()| run("italic", "")))}
            {button("heading-2", "Heading", heading, toggle_heading)}
            {button("list", "List", list, Callback::new(move |()| run("insertUnorderedList", "")))}
            {button("link", "Link", linking, start_link)}
            {sometimes(move || {
                linking
                    .get()
                    .then(|| {
                        at_once(view! {
                            <input
                                class="input"
                                node_ref=address
                                inputmode="url"
                                placeholder="https://"
                                aria-label="Address of the link; empty takes the link away"
                                on:keydown=move |event: ev::KeyboardEvent| match event.key().as_str() {
                                    "Enter" => {
                                        event.prevent_default();
                                        finish_link();
                                    }
                                    "Escape" => give_up_link(),
                                    _ => {}
                                }
                            />
                            <button type="button" class="btn" on:click=move |_| finish_link()>"Set link"</button>
                        })
                    })
            })}
        </div>
    })
}
