//! The engine of a tab or of the worker: carries out what a `Core` wants, and reports what became of it.
//!
//! One that drains does without a replica and is told of nothing: it sends what waits, and is dropped (`drain`).

mod exchange;

mod on_device;

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::{Rc, Weak},
    task::{Context, Waker},
};

use domain::{
    ids::{OpId, ProductId, Seq, StoreId, UserId},
    sync::{
        core::{Core, Effect, Event, Tag},
        end::End,
        outbox::{self, Draft, Failed, Reply, Saved, State},
        pokes::Pace,
        replica,
        shown::Indicator,
        wire::Pull,
    },
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::spawn_local;
use web_sys::{BroadcastChannel, MessageEvent};

use crate::{
    chance::{Timer, now},
    idb::Db,
    journal::Journal,
    keep::Keeper,
    known::Known,
    outbox as kept_outbox,
    pokes::{Heard, Pokes},
    replica as kept_replica,
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
    /// The replica is as of this change, and the server had no later one.
    Current(Seq),
    /// Products are others on the server, each by this change.
    News(Vec<(ProductId, Seq)>),
    /// How much is kept here is another, or is to be.
    Kept,
    WentBack,
}

/// One for each store that has something to be sent. Dropped, it does nothing more; what is under way goes to its end.
#[derive(Clone)]
pub struct Engine(Rc<Inner>);

/// The journal is swept when nothing has ended for so many milliseconds: op by op it would take as long as sending them.
const SWEPT: u64 = 2_000;

/// What keeps the replica.
struct Replicates {
    carry_out: fn(&Rc<Inner>, Tag, replica::Tx),
    pull: fn(&Rc<Inner>, Tag, Pull),
}

type Hearing = Closure<dyn FnMut(MessageEvent)>;

struct Inner {
    store: String,
    user: String,
    core: RefCell<Core>,
    events: RefCell<VecDeque<Event>>,
    is_stepping: Cell<bool>,
    /// What is kept of rows is somebody's who has left.
    has_left: Cell<bool>,
    /// An outbox that was made anew is being filled.
    recovering: Cell<bool>,
    outbox: RefCell<Option<Rc<Db>>>,
    ops: Known,
    replica: RefCell<Option<Rc<Db>>>,
    keeper: Keeper,
    tell: Box<dyn Fn(Notice)>,
    others: Option<BroadcastChannel>,
    timer: RefCell<Option<Timer>>,
    sweeping: RefCell<Option<Timer>>,
    /// What was saved and is to be in the journal, too.
    noted: RefCell<Vec<Draft>>,
    noting: RefCell<Option<Timer>>,
    /// Segments that were found to differ from the server's, and that it has not been told of.
    drifted: Cell<usize>,
    heard: RefCell<Option<Hearing>>,
    /// What keeps the replica; none in an engine that drains. Not called by its name, so that the drainer is built without all that it calls.
    replicates: Option<Replicates>,
    /// Of the last look at the outbox: how many ops can be sent, and how many there are.
    found: Cell<Option<(usize, usize)>>,
    pokes: RefCell<Option<Pokes>>,
    pace: Cell<Pace>,
    poking: RefCell<Option<Timer>>,
    /// Up to here nothing is news: it is here, or about to be asked for.
    known: Cell<Seq>,
    /// How many pushes are under way: what they change will be poked for.
    pushing: Cell<u32>,
    poked_meanwhile: Cell<Option<Seq>>,
}

impl Engine {
    /// Begins to work for a person in a store. `visible` is whether somebody looks.
    pub fn start(store: StoreId, user: UserId, visible: bool, tell: impl Fn(Notice) + 'static) -> Self {
        let inner = Inner::new(store.0.simple().to_string(), user, Some(Replicates { carry_out: Inner::replicate, pull: Inner::pull }), tell);
        let (poked, news) = (Rc::downgrade(&inner), Rc::downgrade(&inner));
        let heard = Heard {
            poked: Box::new(move |seq| {
                if let Some(this) = Weak::upgrade(&poked) {
                    this.poked(seq);
                }
            }),
            news: Box::new(move |what| {
                if let Some(this) = Weak::upgrade(&news) {
                    (this.tell)(Notice::News(what));
                }
            }),
        };
        let pokes = Pokes::new(&inner.store, heard);
        pokes.looked_at(visible);
        *inner.pokes.borrow_mut() = Some(pokes);
        inner.step(Event::Started { user: Some(user), visible });
        Self(inner)
    }

    /// Begins to send what waits of a person in a store, and does nothing else.
    pub(crate) fn draining(store: String, user: UserId, tell: impl Fn(Notice) + 'static) -> Self {
        let inner = Inner::new(store, user, None, tell);
        inner.step(Event::Started { user: Some(user), visible: false });
        Self(inner)
    }

    /// Of the last look at the outbox: how many ops can be sent, and how many there are.
    pub(crate) fn found(&self) -> Option<(usize, usize)> {
        self.0.found.get().filter(|_| !self.0.recovering.get())
    }

    /// Puts an op into the outbox; what became of that is told.
    pub fn save(&self, draft: Draft) {
        self.0.step(Event::Save(draft));
    }

    /// A timer, the line, the focus, a poke: see [`Event`].
    pub fn happened(&self, event: Event) {
        if let Some(pokes) = &*self.0.pokes.borrow() {
            match event {
                Event::Visible(visible) => pokes.looked_at(visible),
                Event::Woke | Event::SignedIn(_) => pokes.try_again(),
                _ => {}
            }
        }
        let woke = event == Event::Woke;
        if event == Event::Visible(false) {
            self.0.keeper.rest();
        }
        self.0.step(event);
        if woke {
            // What views have can be asked now, perhaps.
            self.0.go(async move |this| this.keep().await);
        }
    }

    /// Its person leaves: no row is read or kept any more. What they have saved is sent as before, when they are back.
    pub fn leave(&self) {
        self.0.has_left.set(true);
        self.0.keeper.leave();
        *self.0.replica.borrow_mut() = None;
    }

    /// The ops of this store on this device, by number: of a product, or all.
    pub async fn ops(&self, of: Option<ProductId>) -> Result<Vec<Saved>, Failed> {
        self.0.ops.current(&*self.0.outbox().await?).await?;
        let concerns = |saved: &&Saved| of.is_none_or(|product| saved.draft.lane == product);
        Ok(self.0.ops.ops().values().filter(concerns).cloned().collect())
    }
}

impl Inner {
    fn new(store: String, user: UserId, replicates: Option<Replicates>, tell: impl Fn(Notice) + 'static) -> Rc<Self> {
        let others = BroadcastChannel::new(&format!("vitrine-outbox-{store}")).ok();
        let inner = Rc::new(Self {
            user: user.0.simple().to_string(),
            core: RefCell::default(),
            events: RefCell::default(),
            is_stepping: Cell::new(false),
            has_left: Cell::new(false),
            recovering: Cell::new(false),
            outbox: RefCell::default(),
            ops: Known::default(),
            replica: RefCell::default(),
            keeper: Keeper::new(&store, user, address(&store, "rows")),
            tell: Box::new(tell),
            others,
            timer: RefCell::default(),
            sweeping: RefCell::default(),
            noted: RefCell::default(),
            noting: RefCell::default(),
            drifted: Cell::default(),
            heard: RefCell::default(),
            replicates,
            found: Cell::default(),
            pokes: RefCell::default(),
            pace: Cell::default(),
            poking: RefCell::default(),
            known: Cell::new(Seq(0)),
            pushing: Cell::new(0),
            poked_meanwhile: Cell::default(),
            store,
        });
        inner.listen();
        inner
    }

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
            // Somebody waits for the words that it is saved; for what else there is to do, the page does not wait.
            Effect::Outbox(tag, tx @ outbox::Tx::Save(_)) => self.go_at_once(async move |this| this.in_outbox(tag, tx).await),
            Effect::Outbox(tag, tx) => self.go(async move |this| this.in_outbox(tag, tx).await),
            Effect::Replica(tag, tx) => match &self.replicates {
                Some(replicates) => (replicates.carry_out)(self, tag, tx),
                // Without one nothing is pulled.
                None => self.step(Event::Replica(tag, Err(Failed::Unavailable))),
            },
            Effect::Push(tag, push) => self.go(async move |this| {
                let answered = this.push(&push).await;
                this.step(Event::Pushed(tag, answered));
                this.pushing.set(this.pushing.get() - 1);
                if let Some(seq) = this.poked_meanwhile.take() {
                    this.poked(seq);
                }
            }),
            Effect::Pull(tag, pull) => {
                if let Some(replicates) = &self.replicates {
                    (replicates.pull)(self, tag, pull);
                }
            }
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
            // Mended by itself, and told to the server with the next question.
            Effect::Drifted(segments) => self.drifted.set(self.drifted.get() + segments.len()),
        }
    }

    fn go<F: Future<Output = ()> + 'static>(self: &Rc<Self>, what: impl FnOnce(Rc<Self>) -> F) {
        spawn_local(what(Rc::clone(self)));
    }

    /// Goes after so many milliseconds, unless this is gone by then, or the timer.
    fn later<F: Future<Output = ()> + 'static>(self: &Rc<Self>, milliseconds: u64, what: impl FnOnce(Rc<Self>) -> F + 'static) -> Timer {
        let this = Rc::downgrade(self);
        Timer::once(milliseconds, move || {
            if let Some(this) = Weak::upgrade(&this) {
                this.go(what);
            }
        })
    }

    /// As `go`, begun before this returns: what it asks of the browser is under way while the page draws what somebody has done.
    fn go_at_once<F: Future<Output = ()> + 'static>(self: &Rc<Self>, what: impl FnOnce(Rc<Self>) -> F) {
        let mut going = Box::pin(what(Rc::clone(self)));
        // Whoever is waited for is told of another waker when it goes on.
        if going.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
            spawn_local(going);
        }
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
                if matches!(tx, outbox::Tx::Recover { .. }) {
                    // What this page has shown until now was without it.
                    (self.tell)(Notice::Changed);
                }
                if let Reply::Loaded(loaded) = reply {
                    self.found.set(Some((loaded.pending.len(), loaded.count)));
                }
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
                let is_first = self.noted.borrow().is_empty();
                self.noted.borrow_mut().push(draft.clone());
                // Not before the page has said that it is saved: the browser takes a while to be asked. Whatever else is saved until then goes with it.
                if is_first {
                    *self.noting.borrow_mut() = Some(self.later(0, Self::keep_noted));
                }
            }
            // At once: whoever throws something away may be about to leave.
            (outbox::Tx::Discard { .. }, _) => self.go(Self::sweep),
            // The first is what each engine begins with.
            (outbox::Tx::Prune, _) | (_, Reply::Settled(_)) => {
                *self.sweeping.borrow_mut() = Some(self.later(SWEPT, Self::sweep));
            }
            _ => {}
        }
    }

    async fn keep_noted(self: Rc<Self>) {
        let noted = self.noted.take();
        let Ok(journal) = Journal::open(&self.store).await else { return };
        for draft in noted {
            // Without its number, which a new outbox gives anew.
            let _ = journal.keep(&Saved { number: 0, reducer: draft.rules(), draft, state: State::Pending }).await;
        }
    }

    /// Takes out of the journal what has ended. What an outbox that was made anew does not know yet has not.
    async fn sweep(self: Rc<Self>) {
        let Ok(journal) = Journal::open(&self.store).await else { return };
        let (Ok(ops), Ok(outbox)) = (journal.ops().await, self.outbox().await) else { return };
        if let Ok(ended) = kept_outbox::ended(&outbox, ops).await {
            let _ = journal.forget(&ended).await;
        }
    }

    async fn in_replica(&self, tx: &replica::Tx) -> Result<replica::Reply, Failed> {
        let done = kept_replica::carry_out(&*self.replica().await?, tx).await;
        // The server may count on from somewhere else.
        if matches!(tx, replica::Tx::Drop { .. }) {
            self.known.set(Seq(0));
        }
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

    async fn tell_current(&self) {
        let Ok(replica) = self.replica().await else { return };
        if let Ok(Some(cookie)) = kept_replica::meta(&replica).await.map(|meta| meta.cookie) {
            (self.tell)(Notice::Current(cookie.seq));
        }
    }

    async fn replica(&self) -> Result<Rc<Db>, Failed> {
        if let Some(db) = self.replica.borrow().clone() {
            return Ok(db);
        }
        if self.has_left.get() {
            return Err(Failed::Unavailable);
        }
        let db = Rc::new(Db::open(&kept_replica::shape(&self.store, &self.user)).await?);
        // They may have left meanwhile.
        if self.has_left.get() {
            return Err(Failed::Unavailable);
        }
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
            self.recovering.set(true);
            self.go(Self::recover);
        }
        Ok(db)
    }

    /// An outbox that has just been made, beside a journal with something in it, was lost: browsers throw away a database that they cannot read.
    async fn recover(self: Rc<Self>) {
        let journal = match Journal::open(&self.store).await {
            Ok(journal) => journal.everything().await.unwrap_or_default(),
            Err(_) => Vec::new(),
        };
        self.recovering.set(false);
        if !journal.is_empty() {
            // What was found before was not all there is.
            self.found.set(None);
            self.step(Event::OutboxLost { journal });
        }
    }

    fn address(&self, call: &str) -> String {
        address(&self.store, call)
    }

    fn wake_at(self: &Rc<Self>, mono: u64) {
        let this = Rc::downgrade(self);
        let woke = move || {
            if let Some(this) = Weak::upgrade(&this) {
                this.step(Event::Woke);
            }
        };
        *self.timer.borrow_mut() = Some(Timer::once(mono.saturating_sub(now().mono), woke));
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(others) = &self.others {
            others.set_onmessage(None);
            others.close();
        }
    }
}

fn address(store: &str, call: &str) -> String {
    format!("/sync/v1/{call}?store={store}")
}
