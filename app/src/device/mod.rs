//! What is saved on this device. A page hands an intent over and is told what becomes of it; how that is kept and sent is in `domain::sync` and in
//! the crate `device`, which are a chunk of their own: the first page does without them, and gets them as soon as it is at rest.

mod available;
mod background;
mod belongings;
mod goodbye;
mod install;
mod leaving;
mod shelf;
mod standing;
mod work;
mod worker;

use std::{
    cell::{Cell, RefCell},
    future::Future,
    pin::Pin,
    rc::Rc,
    time::Duration,
};

use domain::{
    ids::{OpId, ProductId, Seq},
    query::ListQuery,
    sync::{
        end::End,
        intent::{Intent, Payload},
        outbox::{Draft, Failed, Saved},
        pins::OnDevice,
    },
};
use leptos::{prelude::*, task::spawn_local};
use ports::error::AppError;

use crate::{
    frame::signed_in,
    ui::{time::now, unsaved::Unsaved},
};

/// What is heard of the outbox.
pub(crate) enum Heard {
    /// It is on the disk of this device.
    Kept(OpId),
    /// It is only on the screen.
    NotKept(OpId, AppError),
    /// What has become of it, for good.
    Ended(OpId, End, Option<Seq>),
    /// The outbox is another, by this tab or by another one.
    Changed,
    /// Products are others on the server, each by this change.
    News(Vec<(ProductId, Seq)>),
    /// How much of the store is here is another.
    Stock,
}

/// What somebody wants to have on this device.
pub(crate) enum Wish {
    View(ListQuery),
    NotView(ListQuery),
    /// A product that was opened, by its row.
    Opened(u32),
    Reviewing,
}

/// The engine, as this side sees it.
trait Works {
    fn save(&self, draft: Draft);
    fn discard(&self, op: OpId);
    /// The ops of a product, or all there are, by their numbers.
    fn ops(&self, of: Option<ProductId>) -> Pin<Box<dyn Future<Output = Vec<Saved>>>>;
    /// How many ops of the person wait in other stores.
    fn elsewhere(&self) -> Pin<Box<dyn Future<Output = usize>>>;
    fn wish(&self, wish: Wish);
    fn on_device(&self) -> Pin<Box<dyn Future<Output = Result<OnDevice, Failed>>>>;
}

/// What the frame says of the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub words: String,
    /// Where there is hardly any room.
    pub short: String,
    pub tone: &'static str,
    /// Whether somebody has to sign in first.
    pub wants_sign_in: bool,
}

type Ear = Rc<dyn Fn(&Heard)>;

/// Names somebody who listens.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct EarId(u32);

thread_local! {
    static ENGINE: RefCell<Option<Rc<dyn Works>>> = const { RefCell::new(None) };
    static IS_COMING: Cell<bool> = const { Cell::new(false) };
    /// What was to be saved before the engine was there, in its order.
    static WAITING: RefCell<Vec<Draft>> = const { RefCell::new(Vec::new()) };
    static WISHES: RefCell<Vec<Wish>> = const { RefCell::new(Vec::new()) };
    static STANDING: ArcRwSignal<Option<Standing>> = ArcRwSignal::new(None);
    static UNSAVED: Cell<Option<Unsaved>> = const { Cell::new(None) };
    static EARS: RefCell<Vec<(EarId, Ear)>> = const { RefCell::new(Vec::new()) };
    static NEXT_EAR: Cell<u32> = const { Cell::new(0) };
}

/// The page has come alive, and has first other things to fetch.
const AT_REST: Duration = Duration::from_millis(1_500);

/// Sees to it that what an earlier page has left in the outbox is sent, and that the service worker is there. Called where the context is.
pub(crate) fn start() {
    UNSAVED.set(use_context());
    if signed_in().is_some() {
        set_timeout(|| spawn_local(fetch()), AT_REST);
    }
}

/// How the outbox stands; none while there is nothing to say. It is tracked.
pub(crate) fn standing() -> Option<Standing> {
    STANDING.with(ArcRwSignal::get)
}

/// Keeps what is wanted. What becomes of it is told to whoever listens.
pub(crate) fn save(id: OpId, product: ProductId, intent: Intent) {
    let Some(me) = signed_in() else { return tell(&Heard::NotKept(id, AppError::SignedOut)) };
    let payload = Payload { intent, at: now(), batch: None }.seal();
    let draft = Draft { id, lane: product, user: me.id, payload, row: None, at: now() };
    if let Some(engine) = engine() {
        engine.save(draft);
    } else {
        WAITING.with_borrow_mut(|waiting| waiting.push(draft));
        spawn_local(fetch());
    }
}

/// Throws an op away that its person no longer wants. One that is on its way may be done all the same: that is told then.
pub(crate) fn discard(op: OpId) {
    if let Some(engine) = engine() {
        engine.discard(op);
    }
}

/// What the outbox has of a product, by number.
pub(crate) async fn ops_of(product: ProductId) -> Vec<Saved> {
    read(Some(product)).await
}

/// All that the outbox has of whoever is signed in, by number. What others have left there is not for them to see.
pub(crate) async fn ops() -> Vec<Saved> {
    read(None).await
}

async fn read(of: Option<ProductId>) -> Vec<Saved> {
    fetch().await;
    let (Some(engine), Some(me)) = (engine(), signed_in()) else { return Vec::new() };
    let mut ops = engine.ops(of).await;
    ops.retain(|saved| saved.draft.user == me.id);
    ops
}

/// How many changes of whoever is signed in wait in stores other than the one they are in.
pub(crate) async fn elsewhere() -> usize {
    match engine() {
        Some(engine) => engine.elsewhere().await,
        None => 0,
    }
}

/// Is heeded once the engine is there, which nobody waits for.
pub(crate) fn wish(wish: Wish) {
    match engine() {
        Some(engine) => engine.wish(wish),
        None => WISHES.with_borrow_mut(|wishes| wishes.push(wish)),
    }
}

/// How much is here; none while the engine is not.
pub(crate) async fn on_device() -> Option<Result<OnDevice, Failed>> {
    fetch().await;
    Some(engine()?.on_device().await)
}

/// Is told of everything from now on, until it is forgotten.
pub(crate) fn listen(ear: impl Fn(&Heard) + 'static) -> EarId {
    let id = EarId(NEXT_EAR.replace(NEXT_EAR.get() + 1));
    EARS.with_borrow_mut(|ears| ears.push((id, Rc::new(ear))));
    id
}

pub(crate) fn forget(ear: EarId) {
    EARS.with_borrow_mut(|ears| ears.retain(|(id, _)| *id != ear));
}

fn engine() -> Option<Rc<dyn Works>> {
    ENGINE.with_borrow(Clone::clone)
}

/// Fetches the engine, and hands over what waits for it. Without it, what waits is told so.
async fn fetch() {
    let Some(me) = signed_in().filter(|_| engine().is_none() && !IS_COMING.get()) else { return };
    IS_COMING.set(true);
    let begun = work::begin(me.store.id, me.id, UNSAVED.get()).await;
    IS_COMING.set(false);
    let waiting = WAITING.with_borrow_mut(std::mem::take);
    match begun {
        Ok(engine) => {
            ENGINE.set(Some(Rc::clone(&engine)));
            for draft in waiting {
                engine.save(draft);
            }
            tell(&Heard::Changed);
        }
        Err(_) => {
            for draft in waiting {
                tell(&Heard::NotKept(draft.id, AppError::Unreachable));
            }
        }
    }
}

fn tell(heard: &Heard) {
    // An ear may add another one.
    let ears = EARS.with_borrow(Clone::clone);
    for (_, ear) in &ears {
        ear(heard);
    }
}

/// Why something is neither here nor on the server, for the person whose text it is.
fn why_not(failed: Failed) -> AppError {
    AppError::Unavailable(
        match failed {
            Failed::Quota => "This device is full, and the server cannot be reached. What you typed stays on this page; free some space or try again.",
            Failed::Unavailable => {
                "This browser keeps nothing (a private window does so), and the server cannot be reached. What you typed stays on this page; try again."
            }
            Failed::Aborted => "This could not be saved on the device, and the server cannot be reached. What you typed stays on this page; try again.",
        }
        .to_owned(),
    )
}
