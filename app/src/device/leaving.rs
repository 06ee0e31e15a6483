//! Signing out. Nobody walks away unawares from what is only on this device: it can be sent first, taken along as a file, left here for when one signs
//! in again, or thrown away by typing so. How one leaves is in `goodbye`.

use std::{fmt::Write, time::Duration};

use device::Engine;
use domain::sync::{
    core::Event,
    intent::{Intent, Payload, Verdict},
    outbox::Saved,
};
use leptos::{prelude::*, task::spawn_local};
use maud::html;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, HtmlDialogElement, HtmlElement, HtmlFormElement, HtmlInputElement};

use super::{goodbye::goodbye, standing};

/// How often it is looked whether everything has gone, and how many times.
const LOOK: Duration = Duration::from_millis(200);
const LOOKS: u32 = 75;

/// What has to be typed.
const WORD: &str = "discard";

#[derive(Clone)]
struct Leaving {
    engine: Engine,
    form: HtmlFormElement,
    dialog: HtmlDialogElement,
}

/// For as long as the tab lives.
pub(super) fn listen(engine: &Engine) {
    let engine = engine.clone();
    window_event_listener_untyped("submit", move |event| {
        let form = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
        let Some(form) = form.filter(|form| form.get_attribute("action").as_deref() == Some("/sign-out")) else { return };
        event.prevent_default();
        let pending = standing::pending();
        if pending == 0 || Leaving::ask(&engine, form.clone(), pending).is_none() {
            goodbye(&engine, form);
        }
    });
}

impl Leaving {
    fn ask(engine: &Engine, form: HtmlFormElement, pending: usize) -> Option<()> {
        let dialog: HtmlDialogElement = document().create_element("dialog").ok()?.dyn_into().ok()?;
        dialog.set_class_name("dialog");
        let _ = dialog.set_attribute("aria-labelledby", "leaving-h");
        dialog.set_inner_html(&words(pending));
        document().body()?.append_child(&dialog).ok()?;
        let leaving = Self { engine: engine.clone(), form, dialog: dialog.clone() };
        let click = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| leaving.clicked(&event));
        let _ = dialog.add_event_listener_with_callback("click", click.as_ref().unchecked_ref());
        let gone = Closure::once_into_js({
            let dialog = dialog.clone();
            move || {
                dialog.remove();
                drop(click);
            }
        });
        let _ = dialog.add_event_listener_with_callback("close", gone.unchecked_ref());
        dialog.show_modal().ok()
    }

    fn clicked(&self, event: &web_sys::Event) {
        let button = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let Some(what) = button.and_then(|button| button.get_attribute("data-do")) else { return };
        match what.as_str() {
            "stay" => self.dialog.close(),
            "leave" => self.leave(),
            "send" => {
                self.say("Sending.");
                self.engine.happened(Event::Woke);
                self.leave_once_empty("The server cannot be reached now. Everything stays on this device; try again, or take it along as a file.");
            }
            "file" => self.with_ops(|this, ops| {
                download(&as_csv(&ops));
                this.say("The file has what is not sent. It also stays on this device, and is sent when you sign in here again.");
                this.show("leave");
            }),
            "discard" if self.typed() == WORD => self.with_ops(|this, ops| {
                this.engine.happened(Event::Discard(ops.iter().map(|saved| saved.draft.id).collect()));
                this.leave_once_empty("This could not be done. Try again.");
            }),
            "discard" => self.say(&format!("Type {WORD} first.")),
            _ => {}
        }
    }

    fn leave(&self) {
        goodbye(&self.engine, self.form.clone());
    }

    fn leave_once_empty(&self, otherwise: &'static str) {
        self.look(LOOKS, otherwise);
    }

    fn look(&self, left: u32, otherwise: &'static str) {
        if standing::pending() == 0 {
            return self.leave();
        }
        if left == 0 {
            return self.say(otherwise);
        }
        let this = self.clone();
        set_timeout(move || this.look(left - 1, otherwise), LOOK);
    }

    fn with_ops(&self, act: impl FnOnce(&Self, Vec<Saved>) + 'static) {
        let this = self.clone();
        spawn_local(async move {
            match this.engine.ops(None).await {
                Ok(mut ops) => {
                    ops.retain(Saved::is_waiting);
                    act(&this, ops);
                }
                Err(_) => this.say("What is kept on this device cannot be read now. Try again."),
            }
        });
    }

    fn say(&self, words: &str) {
        if let Ok(Some(place)) = self.dialog.query_selector("[role=status]") {
            place.set_text_content(Some(words));
        }
    }

    fn show(&self, what: &str) {
        let button = self.dialog.query_selector(&format!("[data-do={what}]")).ok().flatten();
        if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
            button.set_hidden(false);
        }
    }

    fn typed(&self) -> String {
        let input = self.dialog.query_selector("input").ok().flatten().and_then(|input| input.dyn_into::<HtmlInputElement>().ok());
        input.map(|input| input.value().trim().to_lowercase()).unwrap_or_default()
    }
}

fn words(pending: usize) -> String {
    let (changes, are, they) = if pending == 1 { ("1 change".to_owned(), "is", "it") } else { (format!("{pending} changes"), "are", "them") };
    html! {
        form method="dialog" {
            h2 #leaving-h { (changes) " " (are) " only on this device" }
            p { "Send " (they) " before you sign out, or save " (they) " as a file." }
            p role="status" {}
            footer {
                button.btn type="button" data-do="stay" { "Stay" }
                button.btn type="button" data-do="file" { "Save as a file" }
                button.btn type="button" data-do="leave" hidden { "Sign out" }
                button.btn.primary type="button" data-do="send" { "Send and sign out" }
            }
            details {
                summary { "Throw " (they) " away" }
                div.field {
                    label for="leaving-word" { "Type " (WORD) " to throw " (they) " away for good" }
                    input.input #leaving-word autocomplete="off" autocapitalize="off";
                }
                button.btn.danger type="button" data-do="discard" { "Throw away and sign out" }
            }
        }
    }
    .into_string()
}

/// A row for each field that somebody has changed.
fn as_csv(ops: &[Saved]) -> String {
    let mut file = "Product ID,When,Field,Value\r\n".to_owned();
    let mut row = |saved: &Saved, field: &str, value: &str| {
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let _ = write!(file, "{},{},{},{}\r\n", saved.draft.lane, saved.draft.at, quoted(field), quoted(value));
    };
    for saved in ops {
        match saved.draft.payload.open::<Payload>().map(|payload| payload.intent) {
            Ok(Intent::Edit(wanted)) => wanted.iter().for_each(|wanted| row(saved, &wanted.field.to_string(), &wanted.value.to_string())),
            Ok(Intent::AdjustPrice { basis_points, .. }) => row(saved, "price", &format!("{basis_points} hundredths of a percent")),
            Ok(Intent::Decide { version, approve }) => {
                row(saved, "suggestion", &format!("{} {}", if approve { "approve" } else { "reject" }, version.0));
            }
            Ok(Intent::Review { verdict, .. }) => {
                let said = match &verdict {
                    Verdict::Approve(_) => "approved".to_owned(),
                    Verdict::Reject { .. } => format!("rejected: {}", verdict.reason()),
                    Verdict::Changes { .. } => format!("changes requested: {}", verdict.reason()),
                };
                row(saved, "suggestion", said.trim_end_matches(": "));
                verdict.wanted().iter().for_each(|wanted| row(saved, &wanted.field.to_string(), &wanted.value.to_string()));
            }
            Ok(Intent::Create { handle, fields }) => {
                row(saved, "handle", handle.as_str());
                for (field, value) in &fields {
                    row(saved, &field.to_string(), &value.to_string());
                }
            }
            Ok(Intent::Delete) => row(saved, "deleted", "yes"),
            Ok(Intent::Restore) => row(saved, "deleted", "no"),
            Ok(Intent::KeepTheirs { conflict }) => row(saved, "conflict", &format!("keep theirs {conflict}")),
            Err(_) => row(saved, "unknown", "a change of another version of Vitrine"),
        }
    }
    file
}

fn download(text: &str) {
    let Ok(link) = document().create_element("a") else { return };
    let address: String = js_sys::encode_uri_component(text).into();
    let _ = link.set_attribute("href", &format!("data:text/csv;charset=utf-8,{address}"));
    let _ = link.set_attribute("download", "not-sent.csv");
    if let Ok(link) = link.dyn_into::<HtmlElement>() {
        link.click();
    }
}
