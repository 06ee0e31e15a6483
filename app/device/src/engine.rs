//! The engine of a tab or of the worker: carries out what a `Core` wants, and reports what became of it.

mod on_device;

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::{Rc, Weak},
};

use domain::{
    ids::{OpId, Seq, StoreId, UserId},
    sync::{
        core::{Core, Effect, Event, Tag},
        end::End,
        outbox::{self, Draft, Failed, Reply, Saved, State},
        replica,
        shown::Indicator,
        wire::{Sealed, Trouble},
    },
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::spawn_local;
use web_sys::{BroadcastChannel, MessageEvent};

use crate::{
    chance::{clear_timeout, now, set_timeout},
    http,
    idb::Db,
    journal::Journal,
    keep::Keeper,
    outbox as kept_outbox, replica as kept_replica,
};

/// What somebody has to be told.
#[derive(Clone, Debug)]
pub enum Notice {
    /// "Saved on this device" may be said.
    Saved(OpId),
    /// It is only on the screen, where it has to stay.
    NotSaved(OpId, Failed),
    /// What has become of an op, for good.
    Ended(OpId, End, Option<Seq>),
    Indicator(Indicator),
    /// The outbox is another, by another tab or the worker.
    Changed,
    /// How much is kept here is another, or is to be.
    Kept,
    WentBack,
}

/// One for each store that has something to be sent. Dropped, it does nothing more; what is under way goes to its end.
#[derive(Clone)]
pub struct Engine(Rc<Inner>);

/// A timer, and what it calls.
type Timer = (JsValue, Closure<dyn FnMut()>);
type Hearing = Closure<dyn FnMut(MessageEvent)>;

struct Inner {
    store: String,
    user: String,
    core: RefCell<Core>,
    events: RefCell<VecDeque<Event>>,
    is_stepping: Cell<bool>,
    outbox: RefCell<Option<Rc<Db>>>,
    replica: RefCell<Option<Rc<Db>>>,
    keeper: Keeper,
    tell: Box<dyn Fn(Notice)>,
    others: Option<BroadcastChannel>,
    timer: RefCell<Option<Timer>>,
    heard: RefCell<Option<Hearing>>,
}

impl Engine {
    /// Begins to work for a person in a store. `visible` is whether somebody looks.
    pub fn start(store: StoreId, user: UserId, visible: bool, tell: impl Fn(Notice) + 'static) -> Self {
        let store = store.0.simple().to_string();
        let others = BroadcastChannel::new(&format!("vitrine-outbox-{store}")).ok();
        let inner = Rc::new(Inner {
            user: user.0.simple().to_string(),
            core: RefCell::default(),
            events: RefCell::default(),
            is_stepping: Cell::new(false),
            outbox: RefCell::default(),
            replica: RefCell::default(),
            keeper: Keeper::new(&store, user, address(&store, "rows")),
            tell: Box::new(tell),
            others,
            timer: RefCell::default(),
            heard: RefCell::default(),
            store,
        });
        inner.listen();
        inner.step(Event::Started { user: Some(user), visible });
        Self(inner)
    }

    /// Puts an op into the outbox; what became of that is told.
    pub fn save(&self, draft: Draft) {
        self.0.step(Event::Save(draft));
    }

    /// A timer, the line, the focus, a poke: see [`Event`].
    pub fn happened(&self, event: Event) {
        let woke = event == Event::Woke;
        self.0.step(event);
        if woke {
            // What views have can be asked now, perhaps.
            self.0.go(async move |this| this.keep().await);
        }
    }

    /// Every op of this store on this device.
    pub async fn ops(&self) -> Result<Vec<Saved>, Failed> {
        kept_outbox::everything(&*self.0.outbox().await?).await
    }
}

impl Inner {
    fn listen(self: &Rc<Self>) {
        let Some(others) = &self.others else { return };
        let this = Rc::downgrade(self);
        let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |_| {
            if let Some(this) = Weak::upgrade(&this) {
                (this.tell)(Notice::Changed);
                this.step(Event::Told);
            }
        });
        others.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        *self.heard.borrow_mut() = Some(heard);
    }

    /// One event after the other: what a step brings about may be reported before it has returned.
    fn step(self: &Rc<Self>, event: Event) {
        self.events.borrow_mut().push_back(event);
        if self.is_stepping.replace(true) {
            return;
        }
        loop {
            let Some(event) = self.events.borrow_mut().pop_front() else { break };
            let effects = self.core.borrow_mut().step(now(), event);
            for effect in effects {
                self.carry_out(effect);
            }
        }
        self.is_stepping.set(false);
    }

    fn carry_out(self: &Rc<Self>, effect: Effect) {
        match effect {
            Effect::Outbox(tag, tx) => self.go(async move |this| this.in_outbox(tag, tx).await),
            Effect::Replica(tag, tx) => self.go(async move |this| {
                let done = this.in_replica(&tx).await;
                let is_full = done == Err(Failed::Quota);
                let is_current = matches!(done, Ok(replica::Reply::Advanced { more: false, .. }));
                this.step(Event::Replica(tag, done));
                if is_full {
                    this.keeper.full();
                }
                if is_current || is_full {
                    this.keep().await;
                }
            }),
            Effect::Push(tag, push) => self.go(async move |this| {
                let answered = http::ask(&this.address("push"), &Sealed::of(&push), || ()).await;
                this.step(Event::Pushed(tag, answered));
            }),
            Effect::Pull(tag, pull) => self.go(async move |this| {
                let answered = http::ask(&this.address("pull"), &Sealed::of(&pull), || this.step(Event::Arriving(tag))).await;
                if matches!(answered, Err(Trouble::Lost)) && this.keeper.away() {
                    (this.tell)(Notice::Kept);
                }
                this.step(Event::Pulled(tag, answered));
            }),
            Effect::WakeAt(mono) => self.wake_at(mono),
            Effect::Tell => {
                if let Some(others) = &self.others {
                    let _ = others.post_message(&JsValue::NULL);
                }
            }
            Effect::Saved(op) => (self.tell)(Notice::Saved(op)),
            Effect::NotSaved(draft, failed) => (self.tell)(Notice::NotSaved(draft.id, failed)),
            Effect::EndedUnsaved(ended) => (self.tell)(Notice::Ended(ended.op, ended.end, Some(ended.seq))),
            Effect::Indicator(indicator) => (self.tell)(Notice::Indicator(indicator)),
            Effect::WentBack => (self.tell)(Notice::WentBack),
            // Mended by itself.
            Effect::Drifted(_) => {}
        }
    }

    fn go<F: Future<Output = ()> + 'static>(self: &Rc<Self>, what: impl FnOnce(Rc<Self>) -> F) {
        spawn_local(what(Rc::clone(self)));
    }

    async fn in_outbox(self: &Rc<Self>, tag: Tag, tx: outbox::Tx) {
        let done = match self.outbox().await {
            Ok(db) => kept_outbox::carry_out(&db, &tx).await,
            Err(failed) => Err(failed),
        };
        match &done {
            // A dead handle is not used again.
            Err(_) => *self.outbox.borrow_mut() = None,
            Ok(reply) => {
                self.note(&tx, reply);
                self.tell_ends(&tx, reply);
            }
        }
        self.step(Event::Outbox(tag, done));
    }

    fn tell_ends(&self, tx: &outbox::Tx, reply: &Reply) {
        let Reply::Settled(ops) = reply else { return };
        match tx {
            outbox::Tx::Settle { ended, .. } => {
                for ended in ended.iter().filter(|ended| ops.contains(&ended.op)) {
                    (self.tell)(Notice::Ended(ended.op, ended.end.clone(), Some(ended.seq)));
                }
            }
            outbox::Tx::Refuse { op, refusal } => (self.tell)(Notice::Ended(*op, End::Rejected(refusal.clone()), None)),
            _ => {}
        }
    }

    /// The journal follows the outbox. What could not be put there is safe all the same.
    fn note(self: &Rc<Self>, tx: &outbox::Tx, reply: &Reply) {
        match (tx, reply) {
            (outbox::Tx::Save(draft), _) => {
                let draft = draft.clone();
                self.go(async move |this| {
                    let Ok(journal) = Journal::open(&this.store).await else { return };
                    // Without its number, which a new outbox gives anew.
                    let _ = journal.keep(&Saved { number: 0, reducer: domain::sync::wire::REDUCER, draft, state: State::Pending }).await;
                });
            }
            (_, Reply::Settled(ops)) => {
                let ops = ops.clone();
                self.go(async move |this| {
                    let Ok(journal) = Journal::open(&this.store).await else { return };
                    for op in ops {
                        let _ = journal.forget(op).await;
                    }
                });
            }
            _ => {}
        }
    }

    async fn in_replica(&self, tx: &replica::Tx) -> Result<replica::Reply, Failed> {
        let done = kept_replica::carry_out(&*self.replica().await?, tx).await;
        if done.is_err() {
            *self.replica.borrow_mut() = None;
        }
        done
    }

    /// Asks for what the replica is to have without anybody asking.
    async fn keep(self: &Rc<Self>) {
        let (Ok(replica_db), Ok(outbox_db)) = (self.replica().await, self.outbox().await) else { return };
        // What fails is tried again after the next pull.
        while let Ok(turn) = self.keeper.turn(&replica_db, &outbox_db).await {
            for (rows, reason) in turn.want {
                self.step(Event::Want { rows, reason });
            }
            if turn.news {
                (self.tell)(Notice::Kept);
            }
            if !turn.again {
                return;
            }
        }
    }

    async fn replica(&self) -> Result<Rc<Db>, Failed> {
        if let Some(db) = self.replica.borrow().clone() {
            return Ok(db);
        }
        let db = Rc::new(Db::open(&kept_replica::shape(&self.store, &self.user)).await?);
        *self.replica.borrow_mut() = Some(Rc::clone(&db));
        Ok(db)
    }

    async fn outbox(self: &Rc<Self>) -> Result<Rc<Db>, Failed> {
        if let Some(db) = self.outbox.borrow().clone() {
            return Ok(db);
        }
        let db = Rc::new(Db::open(&kept_outbox::shape(&self.store)).await?);
        *self.outbox.borrow_mut() = Some(Rc::clone(&db));
        if db.is_new() {
            self.go(Self::recover);
        }
        Ok(db)
    }

    /// An outbox that has just been made, beside a journal with something in it, was lost: browsers throw away a database that they cannot read.
    async fn recover(self: Rc<Self>) {
        let Ok(journal) = Journal::open(&self.store).await else { return };
        let journal = journal.everything().await.unwrap_or_default();
        if !journal.is_empty() {
            self.step(Event::OutboxLost { journal });
        }
    }

    fn address(&self, call: &str) -> String {
        address(&self.store, call)
    }

    fn wake_at(self: &Rc<Self>, mono: u64) {
        let this = Rc::downgrade(self);
        let woke = Closure::<dyn FnMut()>::new(move || {
            if let Some(this) = Weak::upgrade(&this) {
                this.step(Event::Woke);
            }
        });
        let wait = mono.saturating_sub(now().mono);
        #[expect(clippy::cast_precision_loss, reason = "minutes at most")]
        let timer = set_timeout(woke.as_ref().unchecked_ref(), wait as f64);
        if let Some((before, _)) = self.timer.replace(Some((timer, woke))) {
            clear_timeout(&before);
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some((timer, _)) = self.timer.get_mut().take() {
            clear_timeout(&timer);
        }
        if let Some(others) = &self.others {
            others.set_onmessage(None);
            others.close();
        }
    }
}

fn address(store: &str, call: &str) -> String {
    format!("/sync/v1/{call}?store={store}")
}
