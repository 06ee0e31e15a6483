//! Ops of a device: decided by the rules of `domain::sync::server` and written as all others are, those of a push in one transaction. What
//! became of each is kept for good, in the same transaction.

use std::collections::{HashMap, HashSet};

use domain::{
    field::{Field, Value},
    ids::{DeviceId, OpId, Seq, UserId, VersionId},
    role::Role,
    sync::{
        end::{Conflict, End, Refusal},
        hash::{Chain, PayloadHash},
        intent::Intent,
        server::{Decision, Facts, Incoming, Recorded, Session, Write},
        wire::{Cookie, Ended, Told},
    },
};
use ports::product::{Receipt, Source};
use uuid::Uuid;

use super::{
    ATTEMPTS, Author, FEW_OPS, Written,
    batch::{self, Batch, Taken},
    crosses, flush,
    insert::{Clash, insert},
    load,
    rows::{FromDevice, ResultRecord},
};
use crate::{
    Store, StoreError, StoreRef,
    codec::{Many, from_json, from_row, to_json},
    db::{Tx, within},
    devices, entropy, sql,
    who_asks::Subject,
    words::{
        ruling::{self, Ruling},
        suggested::{self, Suggested},
    },
};

/// What a device has sent.
pub(crate) struct Pushed {
    pub(crate) user: UserId,
    pub(crate) role: Role,
    pub(crate) device: DeviceId,
    /// What is no op is told so, and leaves the others alone.
    pub(crate) ops: Vec<Result<Incoming, Told>>,
}

impl Store {
    /// A place in the store's history that has what became of all ops, and one answer for each, in their order.
    pub(crate) async fn write_pushed(&self, store: &StoreRef, pushed: &Pushed) -> Result<(Cookie, Vec<Told>), StoreError> {
        for attempt in 1.. {
            match self.try_write_pushed(store, pushed, attempt).await {
                Err(StoreError::Race(_)) if attempt < ATTEMPTS => {}
                Err(error) => return Err(error),
                Ok((answer, written)) => {
                    self.is_written(store, written).await;
                    return Ok(answer);
                }
            }
        }
        unreachable!("the last attempt returns")
    }

    async fn try_write_pushed(&self, store: &StoreRef, pushed: &Pushed, attempt: u32) -> Result<((Cookie, Vec<Told>), Written), StoreError> {
        let at = self.inner.clock.now().micros();
        let link = i64::from_ne_bytes(entropy::array(&*self.inner.entropy));
        let author = Author { user: Some(pushed.user), source: Source::Device, job: None, remember: true };
        let mut tx = self.db().begin().await?;
        let kept = Kept::read(&mut tx, store, pushed).await?;
        let new = || pushed.incoming().filter(|incoming| !kept.ops.contains_key(&incoming.op.id));
        let ids = new().map(|incoming| incoming.op.lane.0).collect();
        let handles = new().flat_map(handles_wanted).collect();
        let batch = load::batch_of(&mut tx, store, (ids, handles), (&self.inner.products, attempt > 1)).await?;
        let versions: Vec<VersionId> = new().filter_map(|incoming| incoming.wants().suggestion).collect();
        let suggestions = suggested::read(&mut tx, store, &versions).await?;

        let (told, ends, rest) = (Vec::new(), Vec::new(), Rest::default());
        let mut going = Going { store: self, pushed, session: Session::default(), kept, batch, suggestions, told, ends, rest };
        let mut prepared = 0;
        let (mut head, mut seqs, mut grown): (Option<Cookie>, Option<(Seq, Seq)>, bool) = (None, None, false);
        loop {
            let is_done = going.decide();
            ruling::prepare(&mut tx, &mut going.rest.rulings[prepared..]).await?;
            prepared = going.rest.rulings.len();
            if let Some(flushed) = flush::write(&mut tx, store, &author, &mut going.batch, (at, link)).await? {
                going.settle(flushed.first);
                head = Some(Cookie { epoch: flushed.epoch.cast_unsigned(), seq: flushed.last, hash: Chain(link.cast_unsigned()) });
                seqs = Some((seqs.map_or(flushed.first, |seqs| seqs.0), flushed.last));
                grown |= crosses(flushed.ords.0, flushed.ords.1);
            }
            if is_done {
                break;
            }
        }
        let Going { batch, told, ends, rest, .. } = going;
        let records: Vec<ResultRecord<'_>> = ends.iter().map(|end| end.record(store.num, pushed, at, link)).collect();
        insert(&mut tx, &sql::OP_RESULT, &records, Clash::Fails).await?;
        if !ruling::write(&mut tx, store, pushed.user, &rest.rulings, at).await? {
            // Whoever decides locks the product first, so that it can only be a row that was changed from outside: it is looked at once more.
            return Err(StoreError::Race(sqlx::Error::RowNotFound));
        }
        if !rest.closed.is_empty() {
            within!(tx, |on| async {
                let query = sqlx::query(tx.db.sql(&sql::SETTLE_CONFLICTS)).bind(store.num).bind(Many(&rest.closed));
                query.execute(on).await.map(|_| ())
            })?;
        }
        let head = match head {
            Some(head) => head,
            None => devices::head(&mut tx, store).await?,
        };
        let changing = self.inner.who_asks.changing(Subject::Person(pushed.user));
        tx.commit_as(Some(pushed.user), store.num, seqs.map(|seqs| seqs.1)).await?;
        changing.nothing();
        Ok(((head, told), self.written(store, batch, (seqs, grown), pushed.ops.len() <= FEW_OPS)))
    }
}

impl Pushed {
    fn incoming(&self) -> impl Iterator<Item = &Incoming> {
        self.ops.iter().filter_map(|op| op.as_ref().ok())
    }
}

/// What is kept of ops that came before, and of those of this push that are decided.
struct Kept {
    ops: HashMap<OpId, Recorded>,
    /// By their numbers on the device.
    numbers: HashMap<u64, OpId>,
}

impl Kept {
    async fn read(tx: &mut Tx<'_>, store: &StoreRef, pushed: &Pushed) -> Result<Self, StoreError> {
        let wanted: HashSet<Uuid> =
            pushed.incoming().flat_map(|incoming| [incoming.op.id].into_iter().chain(incoming.wants().after)).map(|op| op.0).collect();
        let wanted: Vec<Uuid> = wanted.into_iter().collect();
        let numbers: Vec<i64> = pushed.incoming().filter_map(|incoming| i64::try_from(incoming.op.number).ok()).collect();
        let mut kept = Self { ops: HashMap::new(), numbers: HashMap::new() };
        if wanted.is_empty() {
            return Ok(kept);
        }
        let rows: Vec<KeptRow> = within!(tx, |on| sqlx::query_as(tx.db.sql(&sql::KEPT_OPS)).bind(Many(&wanted)).fetch_all(on))?;
        for KeptRow { op, store_num, mut recorded } in rows {
            if store_num != store.num {
                // Whatever it was, it is another op.
                recorded.user = UserId(Uuid::nil());
            }
            kept.ops.insert(op, recorded);
        }
        let rows: Vec<(i64, Uuid)> =
            within!(tx, |on| sqlx::query_as(tx.db.sql(&sql::KEPT_NUMBERS)).bind(pushed.device.0).bind(Many(&numbers)).fetch_all(on))?;
        kept.numbers.extend(rows.into_iter().filter_map(|(number, op)| Some((u64::try_from(number).ok()?, OpId(op)))));
        Ok(kept)
    }
}

/// A push on its way.
struct Going<'a> {
    store: &'a Store,
    pushed: &'a Pushed,
    session: Session,
    kept: Kept,
    batch: Batch,
    suggestions: HashMap<VersionId, Suggested>,
    told: Vec<Told>,
    ends: Vec<NewEnd>,
    rest: Rest,
}

/// What is written beside.
#[derive(Default)]
struct Rest {
    rulings: Vec<Ruling>,
    closed: Vec<Uuid>,
}

/// A result that is to be kept.
struct NewEnd {
    op: OpId,
    number: i64,
    hash: [u8; 16],
    end: End,
    seq: Seq,
}

impl Going<'_> {
    /// Decides one op after the other, up to the end or to one that needs what was decided to be written first. Whether it is the end.
    fn decide(&mut self) -> bool {
        let pushed = self.pushed;
        while let Some(op) = pushed.ops.get(self.told.len()) {
            let told = match op {
                Err(told) => told.clone(),
                Ok(incoming) => match self.one(incoming) {
                    Some(told) => told,
                    None => return false,
                },
            };
            self.told.push(told);
        }
        true
    }

    /// None when the ops before have to be written first.
    fn one(&mut self, incoming: &Incoming) -> Option<Told> {
        let (op, wants) = (&incoming.op, incoming.wants());
        // No device counts so far.
        let Ok(number) = i64::try_from(op.number) else { return Some(Told::Unreadable) };
        let product = self.batch.product(op.lane);
        let after: Vec<(OpId, Recorded)> = wants.after.iter().filter_map(|own| self.kept.ops.get(own).map(|known| (*own, known.clone()))).collect();
        let suggested = wants.suggestion.and_then(|version| self.suggestions.get(&version));
        let facts = Facts {
            user: self.pushed.user,
            role: self.pushed.role,
            recorded: self.kept.ops.get(&op.id),
            numbered: self.kept.numbers.get(&op.number).copied(),
            product,
            suggestion: suggested.filter(|suggested| suggested.product() == op.lane).map(|suggested| &suggested.suggestion),
            // Found when it is placed.
            handle_taken: false,
            after: &after,
        };
        let is_elsewhere = product.is_none() && self.batch.foreign.contains(&op.lane);
        let Write { hash, mut end, applied, decided, closes } = match self.session.decide(incoming, &facts) {
            Decision::Told(told) => return Some(told),
            Decision::Write(write) => write,
        };
        let (mut seq, mut holds) = (None, applied.is_none());
        if let Some(applied) = applied {
            if is_elsewhere {
                end = End::Rejected(Refusal::Exists);
            } else {
                match self.batch.place(op.id, op.lane, applied) {
                    Taken::Answered(Receipt::Applied { seq: taken }) => (seq, holds) = (Some(taken), true),
                    Taken::Answered(_) => end = End::Rejected(Refusal::HandleTaken),
                    Taken::AfterWriting => return None,
                }
            }
        }
        if let Some((version, decided)) = decided.filter(|_| holds) {
            if let Some(suggested) = self.suggestions.get_mut(&version) {
                suggested.suggestion.decided = Some(decided);
            }
            self.rules(version, incoming, seq);
        }
        self.rest.closed.extend(closes.map(|conflict| conflict.0));
        let seq = seq.unwrap_or_else(|| self.batch.number().1);
        self.kept.ops.insert(op.id, Recorded { hash, user: self.pushed.user, end: end.clone(), seq });
        self.kept.numbers.insert(op.number, op.id);
        self.ends.push(NewEnd { op: op.id, number, hash: hash.0.to_be_bytes(), end: end.clone(), seq });
        Some(Told::Ended(Ended { op: op.id, end, seq }))
    }

    /// Notes what is to be written of a suggestion that was decided. `seq` is none where that changed nothing of the product.
    fn rules(&mut self, version: VersionId, incoming: &Incoming, seq: Option<Seq>) {
        let (Some(suggested), Some(payload)) = (self.suggestions.get(&version), &incoming.payload) else { return };
        let Some(product) = self.batch.product(incoming.op.lane) else { return };
        let at = seq.unwrap_or_else(|| product.versions.current(&Field::Optimisation));
        self.rest.rulings.extend(suggested.ruling(self.store, self.pushed.user, &payload.intent, (product, at)));
        if seq.is_some() {
            self.batch.is_reviewed();
        }
    }

    /// The numbers of the round that was just written.
    fn settle(&mut self, first: Seq) {
        let told = self.told.iter_mut().filter_map(|told| if let Told::Ended(ended) = told { Some(&mut ended.seq) } else { None });
        let kept = self.kept.ops.values_mut().map(|recorded| &mut recorded.seq);
        let ends = self.ends.iter_mut().map(|end| &mut end.seq);
        let rulings = self.rest.rulings.iter_mut().map(|ruling| &mut ruling.seq);
        told.chain(kept).chain(ends).chain(rulings).for_each(|seq| batch::settle(seq, first));
    }
}

impl NewEnd {
    fn record(&self, store_num: i64, pushed: &Pushed, at: i64, link: i64) -> ResultRecord<'_> {
        let is_conflict = matches!(self.end, End::Conflict(Conflict::Fields(_) | Conflict::Decided(_) | Conflict::Stale(_)));
        let (user, device) = (pushed.user, pushed.device);
        let from = FromDevice { user, device, number: self.number, seq: self.seq, link, is_conflict };
        ResultRecord { op: self.op, store_num, payload_hash: &self.hash, receipt: to_json(&self.end), at, from: Some(from) }
    }
}

fn handles_wanted(incoming: &Incoming) -> Vec<&str> {
    match incoming.payload.as_ref().map(|payload| &payload.intent) {
        Some(Intent::Create { handle, .. }) => vec![handle.as_str()],
        Some(Intent::Edit(wanted)) => wanted
            .iter()
            .filter(|wanted| wanted.field == Field::Handle)
            .filter_map(|wanted| if let Value::Text(text) = &wanted.value { Some(text.as_str()) } else { None })
            .collect(),
        _ => Vec::new(),
    }
}

struct KeptRow {
    op: OpId,
    store_num: i64,
    recorded: Recorded,
}

from_row!(KeptRow, |row| {
    let hash: Vec<u8> = row.try_get(2)?;
    let device: Option<Uuid> = row.try_get(3)?;
    let user = UserId(row.try_get::<Option<Uuid>, _>(4)?.unwrap_or_default());
    let recorded = match (device, <[u8; 16]>::try_from(hash.as_slice())) {
        (Some(_), Ok(hash)) => {
            let (end, seq) = (from_json(row.try_get(5)?, "the end of an op")?, Seq(row.try_get::<Option<i64>, _>(6)?.unwrap_or_default()));
            Recorded { hash: PayloadHash(u128::from_be_bytes(hash)), user, end, seq }
        }
        // From no device: no op of one is the same.
        _ => Recorded { hash: PayloadHash(0), user: UserId(Uuid::nil()), end: End::NoOp, seq: Seq(0) },
    };
    Ok(Self { op: OpId(row.try_get(0)?), store_num: row.try_get(1)?, recorded })
});
