//! `IndexedDB`, as much of it as is needed here. A transaction is begun, asked, written into and waited for; nothing else may be waited for in between,
//! as a transaction that nobody asks anything ends by itself.

use std::{
    cell::{Cell, RefCell},
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use domain::sync::outbox::Failed;
use js_sys::{Array, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DomException, IdbDatabase, IdbFactory, IdbObjectStore, IdbRequest, IdbRequestReadyState, IdbTransaction, IdbVersionChangeEvent};

#[wasm_bindgen]
extern "C" {
    /// Of an `IDBDatabase`. `web-sys` does not know of durability unless all that is unstable is switched on.
    type Lasting;

    #[wasm_bindgen(method, catch, js_name = transaction)]
    fn begin(this: &Lasting, stores: &Array, mode: &str, options: &Object) -> Result<IdbTransaction, JsValue>;

    /// An `IDBFactory`, of which the same is to be said.
    type Telling;

    #[wasm_bindgen(method, catch)]
    fn databases(this: &Telling) -> Result<Promise, JsValue>;

    /// An `IDBTransaction`. `web-sys` calls its `commit` deprecated, which no specification does.
    type Ending;

    #[wasm_bindgen(method, catch)]
    fn commit(this: &Ending) -> Result<(), JsValue>;
}

/// A database and what it has to have.
pub(crate) struct Shape {
    pub(crate) name: String,
    pub(crate) version: u32,
    pub(crate) stores: &'static [&'static str],
    /// Makes what is not there yet. What is there stays.
    pub(crate) upgrade: fn(&IdbDatabase) -> Result<(), JsValue>,
}

impl Shape {
    /// The same, where it is there: it is not made.
    pub(crate) fn if_there(self) -> Self {
        Self { upgrade: |_| Err(JsValue::NULL), ..self }
    }
}

/// An open database. It is closed when another tab wants to change its shape.
pub(crate) struct Db {
    open: IdbDatabase,
    is_new: bool,
    stores: &'static [&'static str],
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Read,
    /// Done when the browser has handed it on.
    Write,
    /// Done when it is on the disk.
    Strict,
}

pub(crate) struct Transaction {
    on: IdbTransaction,
    end: Rc<Cell<Option<bool>>>,
    waker: Rc<RefCell<Option<Waker>>>,
    _heard: [Closure<dyn FnMut()>; 2],
}

impl Db {
    pub(crate) async fn open(shape: &Shape) -> Result<Self, Failed> {
        let request = factory()?.open_with_u32(&shape.name, shape.version).map_err(|error| failed(&error))?;
        let upgrade = shape.upgrade;
        let is_new = Rc::new(Cell::new(false));
        let upgrading = Closure::<dyn FnMut(IdbVersionChangeEvent)>::new({
            let (request, is_new) = (request.clone(), Rc::clone(&is_new));
            move |event: IdbVersionChangeEvent| {
                is_new.set(event.old_version() == 0.0);
                let done = request.result().and_then(|db| upgrade(db.unchecked_ref()));
                // What could not be made is missed, and the database is of no use.
                if let (Err(_), Some(on)) = (done, request.transaction()) {
                    let _ = on.abort();
                }
            }
        });
        request.set_onupgradeneeded(Some(upgrading.as_ref().unchecked_ref()));
        let opened = answer(request.clone().unchecked_into()).await;
        request.set_onupgradeneeded(None);
        let db: IdbDatabase = opened?.unchecked_into();
        let gone = Closure::once_into_js({
            let db = db.clone();
            move || db.close()
        });
        db.set_onversionchange(Some(gone.unchecked_ref()));
        Ok(Self { open: db, is_new: is_new.get(), stores: shape.stores })
    }

    /// Whether there was none before.
    pub(crate) const fn is_new(&self) -> bool {
        self.is_new
    }

    pub(crate) fn begin(&self, mode: Mode) -> Result<Transaction, Failed> {
        let names: Array = self.stores.iter().copied().map(JsValue::from_str).collect();
        let options = Object::new();
        let durability = if mode == Mode::Strict { "strict" } else { "relaxed" };
        Reflect::set(&options, &"durability".into(), &durability.into()).map_err(|error| failed(&error))?;
        let access = if mode == Mode::Read { "readonly" } else { "readwrite" };
        let on = self.open.unchecked_ref::<Lasting>().begin(&names, access, &options).map_err(|error| failed(&error))?;
        Ok(Transaction::heard(on))
    }
}

impl Drop for Db {
    fn drop(&mut self) {
        self.open.set_onversionchange(None);
        self.open.close();
    }
}

impl Transaction {
    fn heard(on: IdbTransaction) -> Self {
        let (end, waker) = (Rc::new(Cell::new(None)), Rc::new(RefCell::new(None::<Waker>)));
        let says = |how: bool| {
            let (end, waker) = (Rc::clone(&end), Rc::clone(&waker));
            Closure::<dyn FnMut()>::new(move || {
                end.set(Some(how));
                if let Some(waker) = waker.borrow_mut().take() {
                    waker.wake();
                }
            })
        };
        let heard = [says(true), says(false)];
        on.set_oncomplete(Some(heard[0].as_ref().unchecked_ref()));
        on.set_onabort(Some(heard[1].as_ref().unchecked_ref()));
        Self { on, end, waker, _heard: heard }
    }

    pub(crate) fn store(&self, name: &str) -> Result<IdbObjectStore, Failed> {
        self.on.object_store(name).map_err(|error| failed(&error))
    }

    /// Waits until all of it is done, or none. Nothing more is asked: the browser need not find that out by waiting for its own answers.
    pub(crate) async fn done(self) -> Result<(), Failed> {
        // Refused where it has failed already, which is told below.
        let _ = self.on.unchecked_ref::<Ending>().commit();
        let is_done = std::future::poll_fn(|context| {
            if let Some(how) = self.end.get() {
                return Poll::Ready(how);
            }
            *self.waker.borrow_mut() = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
        if is_done { Ok(()) } else { Err(self.on.error().map_or(Failed::Aborted, |error| named(&error.name()))) }
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        self.on.set_oncomplete(None);
        self.on.set_onabort(None);
    }
}

/// What a request came to.
pub(crate) async fn answer(request: IdbRequest) -> Result<JsValue, Failed> {
    Answer::to(request).await
}

struct Answer {
    request: IdbRequest,
    waker: Rc<RefCell<Option<Waker>>>,
    _heard: Closure<dyn FnMut()>,
}

impl Answer {
    fn to(request: IdbRequest) -> Self {
        let waker = Rc::new(RefCell::new(None::<Waker>));
        let heard = Closure::<dyn FnMut()>::new({
            let waker = Rc::clone(&waker);
            move || {
                if let Some(waker) = waker.borrow_mut().take() {
                    waker.wake();
                }
            }
        });
        request.set_onsuccess(Some(heard.as_ref().unchecked_ref()));
        request.set_onerror(Some(heard.as_ref().unchecked_ref()));
        Self { request, waker, _heard: heard }
    }
}

impl Future for Answer {
    type Output = Result<JsValue, Failed>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.request.ready_state() != IdbRequestReadyState::Done {
            *self.waker.borrow_mut() = Some(context.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(match self.request.error() {
            Ok(Some(error)) => Err(named(&error.name())),
            _ => self.request.result().map_err(|error| failed(&error)),
        })
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.request.set_onsuccess(None);
        self.request.set_onerror(None);
    }
}

/// The names of all databases that begin so. None where a browser does not tell.
pub(crate) async fn named_like(beginning: &str) -> Vec<String> {
    let Some(told) = factory().ok().and_then(|factory| factory.unchecked_ref::<Telling>().databases().ok()) else { return Vec::new() };
    let Ok(all) = JsFuture::from(told).await else { return Vec::new() };
    let name = |info: JsValue| Reflect::get(&info, &"name".into()).ok()?.as_string();
    all.unchecked_into::<Array>().iter().filter_map(name).filter(|name| name.starts_with(beginning)).collect()
}

/// None in some private windows, and where the person has forbidden it.
pub(crate) fn factory() -> Result<IdbFactory, Failed> {
    let factory = Reflect::get(&js_sys::global(), &"indexedDB".into()).ok().filter(JsValue::is_object);
    factory.map(JsCast::unchecked_into).ok_or(Failed::Unavailable)
}

pub(crate) fn failed(error: &JsValue) -> Failed {
    error.dyn_ref::<DomException>().map_or(Failed::Aborted, |error| named(&error.name()))
}

fn named(name: &str) -> Failed {
    match name {
        "QuotaExceededError" => Failed::Quota,
        "SecurityError" | "NotSupportedError" => Failed::Unavailable,
        _ => Failed::Aborted,
    }
}
