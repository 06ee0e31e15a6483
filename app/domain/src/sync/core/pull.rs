//! Making the replica current: see what is held, ask, put in what came.

use super::{Asked, Core, Effect, Now, PULL_TIMEOUT, Stopped, Tag, Waiting, What, backoff};
use crate::sync::{
    outbox::{self, Failed},
    replica::{Advance, Loaded, Reply, Tx},
    wire::{CHECKS, Frames, Notice, PROTO, Pull, PullAnswer, PullReply, Trouble},
};

impl Core {
    pub(super) fn ask(&mut self, now: Now, all: bool, out: &mut Vec<Effect>) {
        self.pull.busy = true;
        self.all = all;
        let checks = if std::mem::take(&mut self.thorough) { CHECKS as u32 } else { 1 };
        self.turn = self.turn.wrapping_add(checks);
        self.replica(now, Tx::Load { all, turn: self.turn, checks }, What::Ask, out);
    }

    pub(super) fn replica_done(&mut self, now: Now, tag: Tag, result: Result<Reply, Failed>, out: &mut Vec<Effect>) {
        let Some(Waiting { what, .. }) = self.waiting.remove(&tag) else { return };
        match (what, result) {
            (What::Aside, _) => {}
            (What::Ask, Ok(Reply::Loaded(loaded))) => self.asked(now, loaded, out),
            (What::Advance, Ok(Reply::Advanced { drifted, more })) => {
                self.pull.worked();
                if more {
                    (self.pull.due, self.pull.not_before) = (true, now.mono + backoff(1, now.random[1]));
                }
                self.mine.clear();
                if !drifted.is_empty() {
                    out.push(Effect::Drifted(drifted));
                }
            }
            // Another tab was faster, or everything was thrown away: from the beginning.
            (What::Advance | What::Drop, Ok(_)) => {
                self.pull.worked();
                self.pull.due = true;
            }
            _ => self.pull.failed(now, Trouble::Lost),
        }
    }

    fn asked(&mut self, now: Now, loaded: Loaded, out: &mut Vec<Effect>) {
        let Some(meta) = self.loaded.as_ref().map(|loaded| loaded.meta.clone()) else {
            self.pull.busy = false;
            return;
        };
        let pull = Pull {
            proto: PROTO,
            device: Some(meta.device),
            user: self.user,
            cookie: loaded.cookie,
            witness: meta.witness,
            compare: loaded.compare.clone(),
            complete: self.all,
            check: loaded.check.clone(),
            want: loaded.want,
        };
        let asked = Asked {
            session: self.session,
            cookie: loaded.cookie,
            schema: loaded.schema,
            witness: meta.witness,
            compared: loaded.compare,
            checked: loaded.check,
        };
        let tag = self.wait_for(now.mono + PULL_TIMEOUT, What::Pull(asked));
        out.push(Effect::Pull(tag, pull));
    }

    pub(super) fn pulled(&mut self, now: Now, asked: Asked, result: Result<PullReply, Trouble>, out: &mut Vec<Effect>) {
        match result {
            Ok(PullReply { notice, answer }) => {
                self.heed(notice.drain_only_below);
                match answer {
                    PullAnswer::Frames(frames) => self.advance(now, asked, notice, frames, out),
                    PullAnswer::Far => self.ask(now, true, out),
                    PullAnswer::Reset { head, lost: true } => {
                        self.queue.clear();
                        let tx = outbox::Tx::Reset { witness: asked.witness, head, at: notice.at };
                        self.write(now, tx, What::PullReset(asked.cookie), out);
                    }
                    PullAnswer::Reset { lost: false, .. } => self.replica(now, Tx::Drop { cookie: asked.cookie }, What::Drop, out),
                }
            }
            Err(trouble) => {
                self.pull.failed(now, trouble);
                match trouble {
                    Trouble::Upgrade => self.stopped = Some(Stopped::OldBuild),
                    Trouble::SignIn if asked.session == self.session => self.stop_for_sign_in(),
                    _ => {}
                }
            }
        }
    }

    fn advance(&mut self, now: Now, asked: Asked, notice: Notice, frames: Frames, out: &mut Vec<Effect>) {
        if !frames.ended.is_empty() {
            let ended = frames.ended.clone();
            let tx = outbox::Tx::Settle { witness: asked.witness, head: frames.cookie, at: notice.at, ended };
            self.write(now, tx, What::Change, out);
        }
        // A build with rows of another shape is there.
        if asked.cookie.is_some() && notice.schema != asked.schema {
            self.replica(now, Tx::Drop { cookie: asked.cookie }, What::Drop, out);
            return;
        }
        let advance = Advance {
            from: asked.cookie,
            frames,
            schema: notice.schema,
            compared: asked.compared,
            checked: asked.checked,
            mine: self.mine.clone(),
            at: now.wall,
        };
        self.replica(now, Tx::Advance(Box::new(advance)), What::Advance, out);
    }
}
