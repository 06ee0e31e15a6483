//! What happens to a worker.

use std::{cell::Cell, future::Future};

use domain::worker::{Files, NOW, WHICH};
use js_sys::{Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Client, ExtendableEvent, ExtendableMessageEvent, FetchEvent, Request, Response};

use crate::{
    browser::{Outcome, fetch, origin, property, run, scope, told},
    files, pictures,
    requests::{Asked, Treatment, treatment},
    shell,
};

thread_local! {
    static FILES: Cell<Option<&'static Files>> = const { Cell::new(None) };
}

/// Takes the list of files, before anything else.
#[wasm_bindgen]
pub fn begin(files: &str) {
    FILES.set(Some(Box::leak(Box::new(Files::read(files)))));
}

#[wasm_bindgen]
pub fn on_install(event: &ExtendableEvent) {
    let Some(files) = FILES.get() else { return };
    wait(event, files::install(files));
}

/// A build has taken over. Pages wait until this is done.
#[wasm_bindgen]
pub fn on_activate(event: &ExtendableEvent) {
    let Some(files) = FILES.get() else { return };
    wait(event, async {
        let noted = files::note_tabs(files).await;
        // The tab that has brought the worker has one from now on.
        JsFuture::from(scope().clients().claim()).await?;
        noted
    });
}

#[wasm_bindgen]
pub fn on_message(event: &ExtendableMessageEvent) {
    let Some(files) = FILES.get() else { return };
    let word = event.data().as_string().unwrap_or_default();
    if word == NOW {
        wait(event, async { JsFuture::from(scope().skip_waiting()?).await.map(drop) });
    } else if word == WHICH {
        let asker = event.source();
        wait(event, async move {
            // What could not be fetched is fetched when the next page asks, or when it is needed.
            let _ = files::fetch_rest(files).await;
            if let Some(asker) = asker {
                asker.unchecked_into::<Client>().post_message(&files.entry().into())?;
            }
            let _ = shell::refresh(files).await;
            files::tidy(files).await
        });
    }
}

#[wasm_bindgen]
pub fn on_fetch(event: &FetchEvent) {
    let Some(files) = FILES.get() else { return };
    let request = event.request();
    let (method, address, origin) = (request.method(), request.url(), origin());
    let (mode, destination) = (property(&request, "mode"), property(&request, "destination"));
    let asked = Asked { method: &method, mode: &mode, destination: &destination, address: &address, origin: &origin };
    match treatment(&asked, files) {
        Treatment::Alone => {}
        Treatment::Changes => wait(event, shell::drop_all()),
        Treatment::SignsOut => wait(event, shell::sign_out()),
        treated => {
            let answer = answer(files, event.clone(), request, treated);
            let _ = event.respond_with(&run(answer));
        }
    }
}

async fn answer(files: &'static Files, event: FetchEvent, request: Request, treated: Treatment) -> Outcome<Response> {
    let (response, keep) = match treated {
        Treatment::Hashed => files::hashed(files, request).await?,
        Treatment::Named => files::named(files, request).await?,
        Treatment::Picture => pictures::picture(request).await?,
        _ => return page(files, &event, request, treated).await,
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
async fn page(files: &'static Files, event: &FetchEvent, request: Request, treated: Treatment) -> Outcome<Response> {
    match from_network(event, &request).await {
        Ok(response) => {
            if told(&response).is_ours {
                wait(event, async move {
                    match treated {
                        Treatment::SignIn => shell::drop_all().await,
                        Treatment::Page => shell::refresh(files).await,
                        _ => Ok(()),
                    }
                });
            }
            Ok(response)
        }
        Err(error) if treated != Treatment::Page => Err(error),
        // The server would say where one starts.
        Err(_) if request.url().strip_prefix(&origin()) == Some("/") => Response::redirect("/products"),
        Err(error) => shell::kept(files).await.ok_or(error),
    }
}

/// What the browser has asked for while it started the worker, where it does that.
async fn from_network(event: &FetchEvent, request: &Request) -> Outcome<Response> {
    let ahead = Promise::resolve(&Reflect::get(event, &"preloadResponse".into())?);
    match JsFuture::from(ahead).await?.dyn_into() {
        Ok(response) => Ok(response),
        Err(_) => fetch(request).await,
    }
}

/// Keeps the worker alive until something is done.
fn wait(event: &ExtendableEvent, done: impl Future<Output = Outcome<()>> + 'static) {
    let _ = event.wait_until(&run(async { done.await.map(|()| JsValue::UNDEFINED) }));
}
