//! Puts the server's answers on the shelf: those to a few questions that are asked ahead, at rest, and those that pages get.

use std::{any::Any, cell::Cell, time::Duration};

use ::device::Shelf;
use domain::{
    ids::Seq,
    sync::shelf::Answer,
    worker::{MARKER, WHOSE, whose},
};
use leptos::{
    prelude::set_timeout,
    server_fn::response::{ClientRes, browser::BrowserResponse},
    task::spawn_local,
};
use ports::{error::AppError, people::Me};

use crate::{
    frame::signed_in,
    offline::{self, Asked, Keep, ahead, build},
    ui::time::now,
};

/// Behind whatever the page and the replica want.
const AT_REST: Duration = Duration::from_secs(2);

thread_local! {
    /// The change that the replica is as of.
    static SEQ: Cell<Seq> = const { Cell::new(Seq(0)) };
    static IS_ASKING: Cell<bool> = const { Cell::new(false) };
    /// What is kept is somebody's who has left.
    static HAS_LEFT: Cell<bool> = const { Cell::new(false) };
}

/// From now on what pages are answered is kept.
pub(super) fn start() {
    offline::keep_with(keeper);
}

/// Its person leaves: nothing is kept any more, and no shelf is made anew.
pub(super) fn leave() {
    HAS_LEFT.set(true);
}

/// The server has been heard of: asks again what it is time for.
pub(super) fn is_current(seq: Seq) {
    SEQ.set(seq);
    if IS_ASKING.replace(true) {
        return;
    }
    set_timeout(
        || {
            spawn_local(async {
                // What could not be asked is asked after the next pull.
                let _ = fill().await;
                IS_ASKING.set(false);
            });
        },
        AT_REST,
    );
}

async fn fill() -> Option<()> {
    let (me, build) = (signed_in()?, build()?);
    let shelf = open(&me).await?;
    let slips = shelf.slips().await.ok()?;
    for (key, address) in ahead() {
        let (at, seq) = (now(), SEQ.get());
        let known = slips.iter().find(|(other, _)| *other == key);
        if known.is_none_or(|(_, slip)| slip.is_due(&build, at, seq)) {
            let bytes = shelf.ask(&address).await?;
            put(&shelf, &key, &Answer::new(build.clone(), at, seq, bytes)).await?;
        }
    }
    Some(())
}

async fn open(me: &Me) -> Option<Shelf> {
    if HAS_LEFT.get() { None } else { Shelf::open(me.store.id, me.id).await.ok() }
}

/// Its person may have left since it was opened.
async fn put(shelf: &Shelf, key: &str, answer: &Answer) -> Option<()> {
    if HAS_LEFT.get() { None } else { shelf.put(key, answer).await.ok() }
}

/// What keeps an answer, when it is one that is kept, of ours, and for whom the page was opened by.
fn keeper(address: &str, answer: &dyn Any) -> Option<Keep> {
    let asked = Asked::read(address).filter(|asked| !asked.is_ahead())?;
    let key = asked.key()?;
    let answer = answer.downcast_ref::<BrowserResponse>()?;
    let me = signed_in()?;
    let headers = answer.generate_headers();
    let has = |name: &str, value: &str| headers.get(name).is_some_and(|found| found.as_bytes() == value.as_bytes());
    let is_ours = has(MARKER.0, MARKER.1) && has(WHOSE, &whose(me.store.id, me.id));
    if ClientRes::<AppError>::status(answer) != 200 || !is_ours {
        return None;
    }
    let (build, at, seq) = (build()?, now(), SEQ.get());
    Some(Box::new(move |bytes| {
        let answer = Answer::new(build, at, seq, bytes.to_vec());
        spawn_local(async move {
            // What cannot be kept is not there later, which is said then.
            if let Some(shelf) = open(&me).await {
                let _ = put(&shelf, &key, &answer).await;
            }
        });
    }))
}
