//! What an engine does around sending and asking, so that nobody does it twice: one tab pushes at a time, and what is known is not asked for.

use std::rc::{Rc, Weak};

use domain::{
    ids::Seq,
    sync::{
        core::{Event, Tag},
        outbox::Failed,
        replica,
        wire::{Poke, Pull, Push, PushAnswer, PushReply, Sealed, Trouble},
    },
};

use super::{Inner, Notice};
use crate::{
    chance::{Timer, now},
    http,
    locks::{Taken, take, until_free},
    pokes::News,
};

/// For so many milliseconds somebody else's sending is waited for: they may be frozen.
const OTHERS: u64 = 3_000;

impl Inner {
    pub(super) fn replicate(self: &Rc<Self>, tag: Tag, tx: replica::Tx) {
        self.go(async move |this| {
            let done = this.in_replica(&tx).await;
            let is_full = done == Err(Failed::Quota);
            let is_current = matches!(done, Ok(replica::Reply::Advanced { more: false, .. }));
            if let Ok(replica::Reply::Advanced { .. }) = done {
                this.advanced(&tx);
            }
            this.step(Event::Replica(tag, done));
            if is_full {
                this.keeper.full();
            }
            if is_current || is_full {
                this.keep().await;
            }
            if is_current {
                this.tell_current().await;
            }
        });
    }

    pub(super) fn pull(self: &Rc<Self>, tag: Tag, pull: Pull) {
        self.go(async move |this| {
            let address = match this.drifted.take() {
                0 => this.address("pull"),
                segments => format!("{}&drifted={segments}", this.address("pull")),
            };
            let answered = http::ask(&address, &Sealed::of(&pull), || this.step(Event::Arriving(tag))).await;
            if matches!(answered, Err(Trouble::Lost)) && this.keeper.away() {
                (this.tell)(Notice::Kept);
            }
            this.step(Event::Pulled(tag, answered));
        });
    }

    /// Nobody else sends meanwhile, as they would send the same. Whoever waits for another's push looks into the outbox again before one of their own;
    /// but for an op that could not be saved, which is in none: it comes without a witness.
    pub(super) async fn push(&self, push: &Push) -> Result<PushReply, Trouble> {
        self.pushing.set(self.pushing.get() + 1);
        let lock = format!("vitrine-push-{}", self.store);
        let _lock = match take(&lock).await {
            Taken::Lock(lock) => Some(lock),
            Taken::Not if until_free(&lock, OTHERS).await && push.witness.is_some() => return Err(Trouble::Lost),
            Taken::Not | Taken::Unknown => None,
        };
        let answered = http::ask(&self.address("push"), &Sealed::of(push), || ()).await;
        if let Ok(PushReply { answer: PushAnswer::Results { head, .. }, .. }) = &answered {
            // What has changed up to there is pulled next.
            self.known.set(self.known.get().max(head.seq));
        }
        answered
    }

    pub(super) fn poked(self: &Rc<Self>, seq: Seq) {
        if self.pushing.get() > 0 {
            self.poked_meanwhile.set(self.poked_meanwhile.get().max(Some(seq)));
            return;
        }
        // 0 is said where it is not known what has changed.
        if seq != Seq(0) && seq <= self.known.get() {
            return;
        }
        let mut pace = self.pace.get();
        let wait = pace.poked(now().mono);
        self.pace.set(pace);
        let poke = Event::Poked(Poke { seq });
        match wait {
            Some(0) => self.step(poke),
            Some(wait) => {
                let this = Rc::downgrade(self);
                let ask = move || {
                    if let Some(this) = Weak::upgrade(&this) {
                        this.step(poke);
                    }
                };
                *self.poking.borrow_mut() = Some(Timer::once(wait, ask));
            }
            None => {}
        }
    }

    /// The replica is another. What it was filled with is no news.
    fn advanced(&self, tx: &replica::Tx) {
        let replica::Tx::Advance(advance) = tx else { return };
        self.known.set(self.known.get().max(advance.frames.cookie.seq));
        let Some(from) = advance.from else { return };
        let changed = advance.frames.rows.iter().filter(|row| row.version > from.seq);
        let news: News = changed.map(|row| (row.product, row.version)).collect();
        if news.is_empty() {
            return;
        }
        if let Some(pokes) = &*self.pokes.borrow() {
            pokes.tell(&news);
        }
        (self.tell)(Notice::News(news));
    }
}
