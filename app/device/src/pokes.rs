//! Pokes of a store: one tab of a browser has the stream, as a browser has but six connections to a server. It is the one that holds a lock, and it
//! is looked at; hidden, it lets go, and another one that is looked at goes on.
//!
//! What a poke is good for, a pull, that tab alone does, as all have one replica; which products are others by that it tells them.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};

use domain::{
    ids::{ProductId, Seq},
    sync::pokes::until_again,
};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{BroadcastChannel, EventSource, MessageEvent};

use crate::{
    chance::{Timer, now},
    locks::{Lock, Wish, wish},
};

/// A stream that has lived for so many milliseconds was a good one.
const LIVED: u64 = 10_000;
/// An engine that is younger has just asked anyway, when its stream opens for the first time.
const YOUNG: u64 = 5_000;

/// Products that are others by now, and the change that made each so.
pub(crate) type News = Vec<(ProductId, Seq)>;

pub(crate) struct Heard {
    pub(crate) poked: Box<dyn Fn(Seq)>,
    pub(crate) news: Box<dyn Fn(News)>,
}

pub(crate) struct Pokes(Rc<Inner>);

struct Inner {
    name: String,
    address: String,
    heard: Heard,
    began: u64,
    /// Whether the stream was open before.
    was_open: Cell<bool>,
    /// Streams that ended soon, one after the other.
    ended: Cell<u32>,
    wish: RefCell<Option<Wish>>,
    /// Whether the stream is this tab's to have.
    mine: Cell<bool>,
    lock: RefCell<Option<Lock>>,
    stream: RefCell<Option<Stream>>,
    timer: RefCell<Option<Timer>>,
    others: RefCell<Option<(BroadcastChannel, Listener)>>,
}

type Listener = Closure<dyn FnMut(MessageEvent)>;

struct Stream {
    source: EventSource,
    opened: Rc<Cell<Option<u64>>>,
    _heard: (Listener, [Closure<dyn FnMut()>; 2]),
}

impl Pokes {
    pub(crate) fn new(store: &str, heard: Heard) -> Self {
        let name = format!("vitrine-poke-{store}");
        let inner = Rc::new(Inner {
            address: format!("/sync/v1/poke?store={store}"),
            heard,
            began: now().mono,
            was_open: Cell::default(),
            ended: Cell::new(0),
            wish: RefCell::default(),
            mine: Cell::new(false),
            lock: RefCell::default(),
            stream: RefCell::default(),
            timer: RefCell::default(),
            others: RefCell::default(),
            name,
        });
        inner.listen();
        Self(inner)
    }

    /// Somebody looks at this tab, or nobody does any more.
    pub(crate) fn looked_at(&self, visible: bool) {
        if visible { self.0.begin() } else { self.0.end() }
    }

    /// The line may be back, or the person: it is tried at once.
    pub(crate) fn try_again(&self) {
        self.0.ended.set(0);
        if self.0.mine.get() && self.0.stream.borrow().is_none() {
            self.0.open();
        }
    }

    /// Tells the other tabs.
    pub(crate) fn tell(&self, news: &News) {
        if let Some((others, _)) = &*self.0.others.borrow() {
            let text: Vec<String> = news.iter().map(|(product, seq)| format!("{product} {}", seq.0)).collect();
            let _ = others.post_message(&text.join("\n").into());
        }
    }
}

impl Drop for Pokes {
    fn drop(&mut self) {
        self.0.end();
        if let Some((others, _)) = self.0.others.take() {
            others.set_onmessage(None);
            others.close();
        }
    }
}

impl Inner {
    fn listen(self: &Rc<Self>) {
        let Ok(others) = BroadcastChannel::new(&self.name) else { return };
        let this = Rc::downgrade(self);
        let heard = Listener::new(move |event: MessageEvent| {
            let (Some(this), Some(text)) = (Weak::upgrade(&this), event.data().as_string()) else { return };
            (this.heard.news)(text.lines().filter_map(read).collect());
        });
        others.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        *self.others.borrow_mut() = Some((others, heard));
    }

    fn begin(self: &Rc<Self>) {
        if self.wish.borrow().is_some() {
            return;
        }
        let this = Rc::downgrade(self);
        let wish = wish(&self.name, move |lock| {
            let Some(this) = Weak::upgrade(&this) else { return };
            *this.lock.borrow_mut() = lock;
            this.mine.set(true);
            this.open();
        });
        *self.wish.borrow_mut() = Some(wish);
    }

    fn end(&self) {
        self.mine.set(false);
        self.timer.take();
        self.stream.take();
        self.lock.take();
        self.wish.take();
    }

    fn open(self: &Rc<Self>) {
        self.timer.take();
        let Ok(source) = EventSource::new(&self.address) else { return };
        let opened = Rc::new(Cell::new(None));
        let said = Listener::new({
            let this = Rc::downgrade(self);
            move |event: MessageEvent| {
                let seq = event.data().as_string().and_then(|text| text.parse().ok());
                if let (Some(this), Some(seq)) = (Weak::upgrade(&this), seq) {
                    (this.heard.poked)(Seq(seq));
                }
            }
        });
        let is_open = Closure::<dyn FnMut()>::new({
            let (this, opened) = (Rc::downgrade(self), Rc::clone(&opened));
            move || {
                let Some(this) = Weak::upgrade(&this) else { return };
                opened.set(Some(now().mono));
                // Something may have changed while nobody listened.
                if this.was_open.replace(true) || now().mono > this.began + YOUNG {
                    (this.heard.poked)(Seq(0));
                }
            }
        });
        let is_over = Closure::<dyn FnMut()>::new({
            let this = Rc::downgrade(self);
            move || {
                if let Some(this) = Weak::upgrade(&this) {
                    this.over();
                }
            }
        });
        source.set_onmessage(Some(said.as_ref().unchecked_ref()));
        source.set_onopen(Some(is_open.as_ref().unchecked_ref()));
        source.set_onerror(Some(is_over.as_ref().unchecked_ref()));
        *self.stream.borrow_mut() = Some(Stream { source, opened, _heard: (said, [is_open, is_over]) });
    }

    /// The browser would ask again by itself, in its own time and not after every refusal.
    fn over(self: &Rc<Self>) {
        let Some(stream) = self.stream.take() else { return };
        stream.source.close();
        let lived = stream.opened.get().map_or(0, |opened| now().mono - opened);
        self.ended.set(if lived < LIVED { self.ended.get().saturating_add(1) } else { 1 });
        let this = Rc::downgrade(self);
        let again = move || {
            // What is called now is let go of with what had called it.
            drop(stream);
            if let Some(this) = Weak::upgrade(&this).filter(|this| this.mine.get()) {
                this.open();
            }
        };
        *self.timer.borrow_mut() = Some(Timer::once(until_again(self.ended.get(), now().random[0]), again));
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.source.set_onmessage(None);
        self.source.set_onopen(None);
        self.source.set_onerror(None);
        self.source.close();
    }
}

fn read(line: &str) -> Option<(ProductId, Seq)> {
    let (product, seq) = line.split_once(' ')?;
    Some((product.parse().ok()?, Seq(seq.parse().ok()?)))
}
