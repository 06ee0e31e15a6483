//! What happens to a worker.

use std::{cell::Cell, future::Future};

use domain::worker::{Files, NOW, WHICH};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::{Client, ExtendableEvent, ExtendableMessageEvent, FetchEvent, Request, Response};

use crate::{
    browser::{Outcome, claim, open_page, property, run, take_over, told},
    files, pictures,
    requests::{Asked, Treatment, treatment},
    shell,
};

/// What stays the same as long as the worker runs.
struct Known {
    files: Files,
    /// Where the worker is from.
    origin: String,
}

thread_local! {
    static KNOWN: Cell<Option<&'static Known>> = const { Cell::new(None) };
}

/// Takes the list of files, before anything else.
#[wasm_bindgen]
pub fn begin(files: &str, origin: &str) {
    KNOWN.set(Some(Box::leak(Box::new(Known { files: Files::read(files), origin: origin.to_owned() }))));
}

#[wasm_bindgen]
pub fn on_install(event: &ExtendableEvent) {
    let Some(known) = KNOWN.get() else { return };
    wait(event, files::install(&known.files));
}

/// A build has taken over. Pages wait until this is done.
#[wasm_bindgen]
pub fn on_activate(event: &ExtendableEvent) {
    let Some(known) = KNOWN.get() else { return };
    wait(event, async {
        let noted = files::note_tabs(&known.files).await;
        // The tab that has brought the worker has one from now on.
        claim().await?;
        noted
    });
}

#[wasm_bindgen]
pub fn on_message(event: &ExtendableMessageEvent) {
    let Some(known) = KNOWN.get() else { return };
    let word = event.data().as_string().unwrap_or_default();
    if word == NOW {
        wait(event, async { take_over().await.map(|_| ()) });
    } else if word == WHICH {
        let asker = event.source();
        wait(event, async move {
            // What could not be fetched is fetched when the next page asks, or when it is needed.
            let _ = files::fetch_rest(&known.files).await;
            if let Some(asker) = asker {
                asker.unchecked_into::<Client>().post_message(&known.files.entry().into())?;
            }
            let _ = shell::refresh(&known.files, &known.origin).await;
            files::tidy(&known.files).await
        });
    }
}

#[wasm_bindgen]
pub fn on_fetch(event: &FetchEvent) {
    let Some(known) = KNOWN.get() else { return };
    let request = event.request();
    let (method, address, mode, destination) = (request.method(), request.url(), property(&request, "mode"), property(&request, "destination"));
    let asked = Asked { method: &method, mode: &mode, destination: &destination, address: &address, origin: &known.origin };
    match treatment(&asked, &known.files) {
        Treatment::Alone => {}
        Treatment::Changes => wait(event, shell::drop_all()),
        Treatment::SignsOut => wait(event, shell::sign_out()),
        treated => {
            let answer = answer(known, event.clone(), request, treated);
            let _ = event.respond_with(&run(answer));
        }
    }
}

async fn answer(known: &'static Known, event: FetchEvent, request: Request, treated: Treatment) -> Outcome<Response> {
    let (response, keep) = match treated {
        Treatment::Hashed => files::hashed(&known.files, request).await?,
        Treatment::Named => files::named(&known.files, request).await?,
        Treatment::Picture => pictures::picture(request).await?,
        _ => return page(known, &event, request, treated).await,
    };
    if let Some(keep) = keep {
        wait(&event, async move {
            keep.away().await?;
            if treated == Treatment::Picture { pictures::bound().await } else { Ok(()) }
        });
    }
    Ok(response)
}

/// From the network, or the shell in its place.
async fn page(known: &'static Known, event: &FetchEvent, request: Request, treated: Treatment) -> Outcome<Response> {
    match open_page(event).await {
        Ok(response) => {
            if told(&response).is_ours {
                wait(event, async move {
                    match treated {
                        Treatment::SignIn => shell::drop_all().await,
                        Treatment::Page => shell::refresh(&known.files, &known.origin).await,
                        _ => Ok(()),
                    }
                });
            }
            Ok(response)
        }
        Err(error) if treated != Treatment::Page => Err(error),
        // The server would say where one starts.
        Err(_) if request.url().strip_prefix(&known.origin) == Some("/") => Response::redirect("/products"),
        Err(error) => shell::kept(&known.files).await.ok_or(error),
    }
}

/// Keeps the worker alive until something is done.
fn wait(event: &ExtendableEvent, done: impl Future<Output = Outcome<()>> + 'static) {
    let _ = event.wait_until(&run(async { done.await.map(|()| JsValue::UNDEFINED) }));
}
