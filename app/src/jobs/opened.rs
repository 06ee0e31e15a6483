//! A file that was opened with the app. The browser keeps it until the form for a new import is there, which takes it as if it had been chosen and sends it
//! where shared files go: it is looked at, and nothing is written.

/// Where the manifest has files opened.
const OPENED: &str = "opened";

const NOT_READ: &str = "The file could not be read. Choose it here.";

/// What a browser tells of a file.
pub(super) struct Told {
    pub name: String,
    pub kind: String,
    pub bytes: f64,
}

/// Why files that were opened are not sent.
pub(super) fn refused(files: &[Told]) -> Option<&'static str> {
    match files {
        [] => Some(NOT_READ),
        [file] if !is_csv(file) => Some("Only CSV files can be imported. Nothing was sent."),
        [file] if file.bytes == 0.0 => Some("The file is empty. Nothing was sent."),
        [_] => None,
        _ => Some("One file is imported at a time, and several were opened. Nothing was sent; choose one here."),
    }
}

/// Spreadsheet programs have given CSV files their own type.
fn is_csv(file: &Told) -> bool {
    let ending = file.name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase());
    ending.as_deref() == Some("csv") || (ending.is_none() && file.kind == "text/csv")
}

/// Whether the page was opened with a file.
fn is_opened(search: &str) -> bool {
    search.trim_start_matches('?').split('&').any(|part| part == OPENED)
}

#[cfg(feature = "hydrate")]
pub(super) use self::browser::{take, waits};

#[cfg(feature = "hydrate")]
mod browser {
    use js_sys::{Array, Promise, Reflect};
    use leptos::{prelude::*, task::spawn_local};
    use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{DataTransfer, File, HtmlInputElement, Request, RequestInit, Response};

    use domain::worker::MARKER;

    use super::{NOT_READ, Told, is_opened, refused};

    /// Where shared files go: a dry run.
    const SHARED: &str = "/imports?shared";

    /// Small, and never from a cache.
    const IS_THERE: &str = "/healthz";

    #[wasm_bindgen]
    extern "C" {
        type Queue;

        #[wasm_bindgen(method, js_name = setConsumer)]
        fn set_consumer(this: &Queue, consumer: &JsValue);

        /// A `FileSystemFileHandle`.
        type Handle;

        #[wasm_bindgen(method, catch, js_name = getFile)]
        fn file(this: &Handle) -> Result<Promise, JsValue>;

        /// A `DataTransferItemList`.
        type Items;

        #[wasm_bindgen(method, catch)]
        fn add(this: &Items, file: &File) -> Result<JsValue, JsValue>;

        #[wasm_bindgen(js_name = fetch)]
        fn fetch_request(request: &Request) -> Promise;
    }

    /// Takes files that are opened from now on, or wait already. `say` is told why one is not sent.
    pub(in crate::jobs) fn take(input: HtmlInputElement, say: impl Fn(&'static str) + Copy + 'static) {
        let Some(queue) = Reflect::get(&window(), &"launchQueue".into()).ok().filter(JsValue::is_object) else { return };
        let consumer = Closure::<dyn Fn(JsValue)>::new(move |launched: JsValue| {
            let handles: Array = Reflect::get(&launched, &"files".into()).map(|files| Array::from(&files)).unwrap_or_default();
            // Opened without any, such as from its icon.
            if handles.length() > 0 {
                let input = input.clone();
                spawn_local(async move {
                    if let Err(why) = send(&handles, &input).await {
                        say(why);
                    }
                });
            }
        });
        queue.unchecked_into::<Queue>().set_consumer(&consumer.into_js_value());
    }

    /// What is said in place of a page that could not be opened: its file is with the browser until it can be.
    pub(in crate::jobs) fn waits() -> Option<&'static str> {
        let search = window().location().search().unwrap_or_default();
        is_opened(&search)
            .then_some("The file that you opened is not sent yet: to look at it, the server is needed. It is sent once this page can be opened.")
    }

    async fn send(handles: &Array, input: &HtmlInputElement) -> Result<(), &'static str> {
        let mut files = Vec::new();
        for handle in handles.iter() {
            let Ok(reading) = handle.unchecked_into::<Handle>().file() else { continue };
            files.extend(JsFuture::from(reading).await.ok().and_then(|file| file.dyn_into::<File>().ok()));
        }
        let told: Vec<Told> = files.iter().map(|file| Told { name: file.name(), kind: file.type_(), bytes: file.size() }).collect();
        if let Some(why) = refused(&told) {
            return Err(why);
        }
        let (Some(file), Some(form)) = (files.first(), input.form()) else { return Err(NOT_READ) };
        choose(file, input).map_err(|_| NOT_READ)?;
        // A browser that sends a form to nobody shows a page of its own in place of this one, and what was chosen is gone.
        if !is_there().await {
            return Err(
                "The server cannot be reached, and is needed to look at the file. It stays chosen here: import it when there is a connection.",
            );
        }
        form.set_action(SHARED);
        let _ = form.request_submit();
        Ok(())
    }

    fn choose(file: &File, input: &HtmlInputElement) -> Result<(), JsValue> {
        let chosen = DataTransfer::new()?;
        Reflect::get(&chosen, &"items".into())?.unchecked_into::<Items>().add(file)?;
        input.set_files(chosen.files().as_ref());
        Ok(())
    }

    async fn is_there() -> bool {
        let options = RequestInit::new();
        options.set_cache(web_sys::RequestCache::NoStore);
        let Ok(request) = Request::new_with_str_and_init(IS_THERE, &options) else { return false };
        let Ok(answer) = JsFuture::from(fetch_request(&request)).await else { return false };
        answer.dyn_ref::<Response>().is_some_and(|answer| answer.headers().get(MARKER.0).ok().flatten().as_deref() == Some(MARKER.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, kind: &str, bytes: f64) -> Told {
        Told { name: name.to_owned(), kind: kind.to_owned(), bytes }
    }

    #[test]
    fn one_csv_file_is_sent() {
        for sent in [file("products.csv", "text/csv", 9.0), file("PRODUCTS.CSV", "application/vnd.ms-excel", 9.0), file("products", "text/csv", 1.0)]
        {
            assert_eq!(refused(&[sent]), None);
        }
    }

    #[test]
    fn anything_else_is_told_in_a_sentence() {
        let refusal = |files: &[Told]| refused(files).unwrap();

        assert!(refusal(&[]).contains("could not be read"));
        assert!(refusal(&[file("lamp.png", "image/png", 9.0)]).contains("Only CSV"));
        assert!(refusal(&[file("lamp.xlsx", "text/csv", 9.0)]).contains("Only CSV"));
        assert!(refusal(&[file("products.csv", "text/csv", 0.0)]).contains("empty"));
        assert!(refusal(&[file("a.csv", "text/csv", 9.0), file("b.csv", "text/csv", 9.0)]).contains("One file"));
    }

    #[test]
    fn the_address_says_whether_a_file_was_opened() {
        assert!(is_opened("?opened") && is_opened("?a=b&opened"));
        assert!(!is_opened("") && !is_opened("?shared") && !is_opened("?reopened"));
    }
}
