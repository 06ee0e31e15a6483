//! The server of a world: the rules of `domain::sync::server` over a [`Backing`].

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    change::ChangeKind,
    clock::Timestamp,
    field::{Field, Value},
    ids::{OpId, Seq, UserId},
    op::{Action, Base, Edit, Op},
    product::Versions,
    reduce::{Applied, Outcome, reduce},
    role::Role,
    sync::{
        end::{Conflict, End},
        hash::Sum,
        intent::{Intent, Seen},
        server::{Decision, Facts, Incoming, Plan, Recorded, Session, Write, differing, in_history, open, plan, refused},
        wire::{
            Call, Cookie, Ended, Extent, Frames, MOST_BYTES, MOST_OPS, Notice, Pull, PullAnswer, PullReply, Push, PushAnswer, PushReply, REDUCER,
            Sealed, Told,
        },
    },
};

use crate::{
    backing::{Backing, Change, Commit, Memory},
    bug::Bug,
    oracle::Oracle,
    rng::Rng,
    row,
};

pub struct Server {
    pub store: Memory,
    pub copy: Option<Memory>,
    /// None for who is no member.
    pub roles: BTreeMap<UserId, Option<Role>>,
    pub bug: Option<Bug>,
    /// The oldest protocols that may do anything, and that may do all.
    pub protos: (u16, u16),
    /// The latest rules it knows.
    pub rules: u16,
    /// Ops that it falls over.
    pub stumbles: BTreeSet<OpId>,
    pub schema: u32,
    pub rng: Rng,
}

/// What comes of a request: bytes, a status, or nothing as the server has crashed.
pub type Answer = Result<Vec<u8>, Option<u16>>;

impl Server {
    pub fn push(&mut self, session: UserId, body: Vec<u8>, at: Timestamp, crash_before: Option<usize>, oracle: &mut Oracle) -> Answer {
        let push: Push = Sealed::from_bytes(body).open().map_err(|_| Some(400))?;
        if let Some(status) = refused(Call::Push, (push.proto, Some(push.user)), session, self.protos) {
            return Err(Some(status));
        }
        let Some(role) = self.roles.get(&session).copied().flatten() else { return Err(Some(403)) };
        if push.ops.len() > MOST_OPS || push.ops.iter().map(|op| op.bytes().len()).sum::<usize>() > MOST_BYTES {
            return Err(Some(413));
        }
        if push.witness.is_some_and(|witness| !self.knows(witness)) {
            let answer = PushAnswer::Reset { head: self.store.head() };
            return Ok(Sealed::of(&PushReply { notice: self.notice(at), answer }).bytes().to_vec());
        }
        if self.bug == Some(Bug::WholePushRefused) && push.ops.iter().any(|op| open(op).map_or(true, |incoming| incoming.payload.is_none())) {
            return Err(Some(400));
        }
        let mut going = Session::default();
        let mut results = Vec::new();
        for (at_op, sealed) in push.ops.iter().enumerate() {
            if self.bug == Some(Bug::OvertakesInLane) {
                going = Session::default();
            }
            if crash_before == Some(at_op) {
                return Err(None);
            }
            let told = match open(sealed) {
                Err(told) => told,
                Ok(incoming) if self.stumbles.contains(&incoming.op.id) => return Err(Some(500)),
                Ok(incoming) => self.one(&mut going, incoming, &push, (session, role), at, crash_before == Some(at_op + 1), oracle)?,
            };
            results.push(Sealed::of(&told));
        }
        let answer = PushAnswer::Results { head: self.store.head(), results };
        Ok(Sealed::of(&PushReply { notice: self.notice(at), answer }).bytes().to_vec())
    }

    #[expect(clippy::too_many_arguments, reason = "a step of the loop above, taken out to be read")]
    fn one(
        &mut self,
        going: &mut Session,
        mut incoming: Incoming,
        push: &Push,
        (user, role): (UserId, Role),
        at: Timestamp,
        crashes: bool,
        oracle: &mut Oracle,
    ) -> Result<Told, Option<u16>> {
        let (op, lane, number) = (incoming.op.id, incoming.op.lane, incoming.op.number);
        if incoming.op.reducer <= self.rules {
            incoming.op.reducer = REDUCER;
        }
        let product = self.store.product(lane);
        self.misread(&mut incoming, product.as_ref());
        let wants = incoming.wants();
        let numbered = self.store.numbered(push.device, number);
        if self.bug == Some(Bug::DedupeByTime) && self.rng.chance(300) {
            self.store.forget(op);
        }
        let recorded = self.store.recorded(op);
        if self.bug == Some(Bug::HashWithNumber) && recorded.is_some() && numbered != Some(op) {
            return Ok(Told::Reused(op));
        }
        let suggestion = wants.suggestion.and_then(|version| self.store.suggestion(version));
        let after: Vec<(OpId, Recorded)> = wants.after.iter().filter_map(|own| self.store.recorded(*own).map(|known| (*own, known))).collect();
        let facts = Facts {
            user,
            role,
            recorded: recorded.as_ref(),
            numbered,
            product: product.as_ref(),
            suggestion: suggestion.as_ref(),
            handle_taken: false,
            after: &after,
        };
        let mut write = match going.decide(&incoming, &facts) {
            Decision::Told(told) => return Ok(told),
            Decision::Write(write) => write,
        };
        if let (Some(Bug::ConflictForgetsMine), End::Conflict(Conflict::Fields(fields))) = (self.bug, &mut write.end) {
            for field in fields {
                field.mine = Value::None;
            }
        }
        let seq = self.write(op, user, write.clone(), (push.device, number), at, crashes)?;
        oracle.recorded(op, user, &write.end, self.store.log(), seq, &self.store);
        Ok(Told::Ended(Ended { op, end: write.end, seq }))
    }

    fn write(
        &mut self,
        op: OpId,
        user: UserId,
        write: Write,
        from: (domain::ids::DeviceId, u64),
        at: Timestamp,
        crashes: bool,
    ) -> Result<Seq, Option<u16>> {
        let before = self.store.head();
        let silent = self.bug == Some(Bug::NoNumberForNoChange) && write.applied.is_none();
        let seq = if silent { before.seq } else { Seq(before.seq.0 + 1) };
        let head = if silent { before } else { Cookie { seq, hash: before.hash.then(op, seq, at.micros() as u64), ..before } };
        let mut commit = Commit { decided: write.decided, head: Some(head), ..Commit::default() };
        if let Some(applied) = write.applied {
            self.change(&mut commit, op, user, applied, seq);
        }
        let recorded = (op, Recorded { hash: write.hash, user, end: write.end, seq }, from);
        if self.bug == Some(Bug::ResultAfterChange) && crashes {
            self.store.commit(commit);
            return Err(None);
        }
        commit.recorded.push(recorded);
        self.store.commit(commit);
        Ok(seq)
    }

    fn change(&self, commit: &mut Commit, op: OpId, user: UserId, applied: Applied, seq: Seq) {
        let mut product = applied.product;
        if applied.kind == ChangeKind::Created {
            product.ord = self.store.products();
            product.versions = Versions::new(seq);
        }
        for change in &applied.fields {
            product.versions.set(change.field.clone(), seq);
        }
        commit.changes.push(Change { seq, op, user, ord: product.ord, fields: applied.fields });
        commit.products.push(product);
    }

    /// Bugs that make something else of an op.
    fn misread(&self, incoming: &mut Incoming, product: Option<&domain::product::Product>) {
        let (Some(payload), Some(product)) = (&mut incoming.payload, product) else { return };
        let Intent::Edit(fields) = &mut payload.intent else { return };
        for field in fields {
            let current = product.get(&field.field);
            match (self.bug, field.seen) {
                (Some(Bug::LastWriterWins), _) | (Some(Bug::AfterIsAlwaysDone), Seen::After(..)) => {
                    (field.seen, field.was) = (Seen::At(Seq(i64::MAX)), current);
                }
                (Some(Bug::VersionsAlone), Seen::At(seq)) if product.versions.current(&field.field) <= seq => field.was = current,
                _ => {}
            }
        }
    }

    pub fn pull(&mut self, session: UserId, body: Vec<u8>, at: Timestamp, oracle: &mut Oracle) -> Answer {
        let pull: Pull = Sealed::from_bytes(body).open().map_err(|_| Some(400))?;
        if let Some(status) = refused(Call::Pull, (pull.proto, pull.user), session, self.protos) {
            return Err(Some(status));
        }
        if !pull.is_sound() {
            return Err(Some(400));
        }
        if self.roles.get(&session).copied().flatten().is_none() {
            return Err(Some(403));
        }
        let head = self.store.head();
        let answer = match plan(&pull, |cookie| self.knows(cookie), |cookie| (head.seq.0 - cookie.seq.0) as u64) {
            Plan::Reset { lost } => PullAnswer::Reset { head, lost },
            Plan::Far => PullAnswer::Far,
            Plan::Since(seq) => PullAnswer::Frames(self.frames(&pull, Some(seq), at, oracle)),
            Plan::Compared => PullAnswer::Frames(self.frames(&pull, None, at, oracle)),
        };
        Ok(Sealed::of(&PullReply { notice: self.notice(at), answer }).bytes().to_vec())
    }

    fn frames(&mut self, pull: &Pull, since: Option<Seq>, at: Timestamp, oracle: &mut Oracle) -> Frames {
        let mut ords: BTreeSet<u32> = since.map(|seq| self.store.changed_since(seq)).unwrap_or_default().into_iter().collect();
        ords.extend(pull.want.iter().flat_map(|span| span.rows()).filter(|ord| *ord < self.store.products()));
        ords.extend(differing(&pull.compare, |rows| self.sum(rows)).into_iter().filter(|ord| *ord < self.store.products()));
        let rows = ords.iter().filter_map(|ord| self.store.product_at(*ord)).map(|product| row::row(&product)).collect();
        if self.bug == Some(Bug::TornPull) && self.rng.chance(300) {
            self.import(at, 0, oracle);
        }
        let ended = match (pull.device, pull.cookie) {
            (Some(device), Some(cookie)) => self.store.ended_since(device, cookie.seq),
            _ => Vec::new(),
        };
        let ended = ended.into_iter().map(|(op, known)| Ended { op, end: known.end, seq: known.seq }).collect();
        let sums = pull.check.iter().map(|held| self.sum(&held.rows)).collect();
        let products = self.store.products();
        Frames { rows, ended, sums, cookie: self.store.head(), extent: Extent { rows: products, products } }
    }

    fn sum(&self, rows: &[domain::sync::wire::Span]) -> Sum {
        let products = rows.iter().flat_map(|span| span.rows()).filter_map(|ord| self.store.product_at(ord));
        products.fold(Sum::default(), |sum, product| sum.with(row::row(&product).sum()))
    }

    fn knows(&self, cookie: Cookie) -> bool {
        let head = self.store.head();
        if self.bug == Some(Bug::EpochAlone) {
            return cookie.epoch == head.epoch;
        }
        in_history(cookie, head, self.store.link(cookie.seq))
    }

    fn notice(&self, at: Timestamp) -> Notice {
        Notice { min_proto: self.protos.0, drain_only_below: self.protos.1, schema: self.schema, build: 1, at }
    }

    /// Sets one field of many products in one transaction, with `more` changes of others beside.
    pub fn import(&mut self, at: Timestamp, more: i64, oracle: &mut Oracle) {
        let before = self.store.head();
        let token = Value::text(format!("import-{}", before.seq));
        let (op, user) = (OpId(uuid::Uuid::from_u128(u128::from(self.rng.next()))), UserId(uuid::Uuid::nil()));
        let mut commit = Commit::default();
        let mut seq = before.seq;
        for ord in 0..self.store.products().min(4) {
            let Some(product) = self.store.product_at(ord) else { continue };
            let edit = Edit { field: Field::ProductType, base: Base::Any, value: token.clone() };
            let Outcome::Applied(applied) = reduce(Some(&product), &Op { id: op, product: product.id, action: Action::Edit(vec![edit]) }) else {
                continue;
            };
            seq.0 += 1;
            self.change(&mut commit, op, user, applied, seq);
        }
        self.finish(commit, op, Seq(seq.0 + more), at, oracle);
    }

    /// Somebody who is online edits a product that they have just seen.
    pub fn edit_online(&mut self, field: &Field, value: Value, ord: u32, at: Timestamp, oracle: &mut Oracle) {
        let Some(product) = self.store.product_at(ord) else { return };
        let (op, user) = (OpId(uuid::Uuid::from_u128(u128::from(self.rng.next()))), UserId(uuid::Uuid::nil()));
        let edit = Edit { field: field.clone(), base: Base::Any, value };
        let outcome = reduce(Some(&product), &Op { id: op, product: product.id, action: Action::Edit(vec![edit]) });
        let Outcome::Applied(applied) = outcome else { return };
        let mut commit = Commit::default();
        let seq = Seq(self.store.head().seq.0 + 1);
        self.change(&mut commit, op, user, applied, seq);
        self.finish(commit, op, seq, at, oracle);
    }

    fn finish(&mut self, mut commit: Commit, op: OpId, seq: Seq, at: Timestamp, oracle: &mut Oracle) {
        let before = self.store.head();
        commit.head = Some(Cookie { seq, hash: before.hash.then(op, seq, at.micros() as u64), ..before });
        self.store.commit(commit);
        oracle.committed(&self.store);
    }
}
