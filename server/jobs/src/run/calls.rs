//! Asking providers: as many calls at once as the provider allows, and never more answers in memory than that.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use domain::{ids::ImageId, money::Cost, words::Words};
use store::words::records::{ItemCame, RunItem};
use tokio::{
    task::{JoinError, JoinSet},
    time::{self, Instant},
};
use writers::{Answer, Author, Question, WriteError, Writer};

use super::{
    base::Base,
    ended::Ended,
    gate::{AtTill, Stop, Till},
    judge::Wrote,
    prepare::Prepared,
    save::Ledger,
};
use crate::{
    failure::Failure,
    keep::{Asked, Orders},
};

/// Products that are read at once.
const READ: usize = 128;
/// Answers that are remembered for the same question: more than are read before what was written is found in the database.
const REMEMBERED: usize = 4 * READ;
/// When so many fail one after the other, the next ones will too.
const FAILING: u32 = 25;
/// How long a server that stops waits for calls on their way, which are paid for.
const STOPPING: Duration = Duration::from_secs(20);

pub(crate) struct Calls<'a> {
    base: &'a Arc<Base>,
    writer: Arc<dyn Writer>,
    till: Arc<Till>,
    /// How many calls at once.
    seats: usize,
    /// What is left to read.
    todo: VecDeque<u32>,
    ready: VecDeque<Prepared>,
    flying: JoinSet<Back>,
    /// Questions on their way, and the products that wait for the same answer.
    asked: HashMap<[u8; 32], Vec<Prepared>>,
    answered: Answered,
}

/// Words that came, and who wrote them.
#[derive(Clone)]
struct Known {
    words: Words,
    by: Option<Author>,
    /// Of the product it was written for, in their order.
    pictures: Vec<ImageId>,
}

/// The latest answers.
#[derive(Default)]
struct Answered {
    known: HashMap<[u8; 32], Known>,
    order: VecDeque<[u8; 32]>,
}

/// What a question came back with.
struct Back {
    asked: Prepared,
    result: Result<(RunItem, Known), WriteError>,
    tokens: (u64, u64),
    cost: Cost,
}

impl<'a> Calls<'a> {
    pub(crate) fn new(base: &'a Arc<Base>, writer: Arc<dyn Writer>, till: Arc<Till>, seats: usize, todo: impl IntoIterator<Item = u32>) -> Self {
        Self {
            base,
            writer,
            till,
            seats: seats.max(1),
            todo: todo.into_iter().collect(),
            ready: VecDeque::new(),
            flying: JoinSet::new(),
            asked: HashMap::new(),
            answered: Answered::default(),
        }
    }

    /// Goes through all products, or until something ends it. What was on its way then has come back and is in the ledger.
    pub(crate) async fn run(mut self, ledger: &mut Ledger, orders: &mut Orders) -> Result<Ended, Failure> {
        let mut ended = of(*orders.borrow_and_update());
        let mut give_up = None;
        loop {
            if ended.is_none() {
                self.ask(ledger).await?;
            } else if ended == Some(Ended::Asked(Asked::Stop)) {
                give_up.get_or_insert_with(|| Instant::now() + STOPPING);
            }
            ledger.begin()?;
            if self.flying.is_empty() && !ledger.is_writing() && (ended.is_some() || self.is_through()) {
                return Ok(ended.unwrap_or(Ended::Through));
            }
            tokio::select! {
                Some(back) = self.flying.join_next() => {
                    let why = self.settle(back, ledger)?;
                    ended = ended.or(why);
                }
                written = ledger.written(), if ledger.is_writing() => written?,
                Ok(()) = orders.changed() => ended = of(*orders.borrow_and_update()).or(ended),
                () = time::sleep_until(give_up.unwrap_or_else(Instant::now)), if give_up.is_some() && !self.flying.is_empty() => {
                    self.flying.abort_all();
                }
            }
            if ended.is_some() {
                // Whoever waits to ask, or to ask again, need not.
                self.till.halt(Stop::Asked);
            }
        }
    }

    fn is_through(&self) -> bool {
        self.todo.is_empty() && self.ready.is_empty()
    }

    /// Takes every free seat. An answer has one until it is written down, so that a crash loses no more than that.
    async fn ask(&mut self, ledger: &mut Ledger) -> Result<(), Failure> {
        while self.flying.len() + ledger.unwritten() < self.seats {
            let Some(next) = self.next(ledger) else {
                if self.todo.is_empty() || ledger.is_full() {
                    return Ok(());
                }
                self.read(ledger).await?;
                continue;
            };
            self.asked.insert(next.fingerprint, Vec::new());
            let (base, writer, till) = (Arc::clone(self.base), Arc::clone(&self.writer), Arc::clone(&self.till));
            self.flying.spawn(traces::carried(async move { question(&base, &*writer, till, next).await }));
        }
        Ok(())
    }

    /// The next of those that were read that somebody has to be asked for.
    fn next(&mut self, ledger: &mut Ledger) -> Option<Prepared> {
        while let Some(next) = self.ready.pop_front() {
            if let Some(waiting) = self.asked.get_mut(&next.fingerprint) {
                waiting.push(next);
            } else if let Some(known) = self.answered.known.get(&next.fingerprint) {
                ledger.note(reuse(self.base, next, known));
            } else {
                return Some(next);
            }
        }
        None
    }

    async fn read(&mut self, ledger: &mut Ledger) -> Result<(), Failure> {
        let ords: Vec<u32> = self.todo.drain(..self.todo.len().min(READ)).collect();
        let (prepared, done) = self.base.read(&ords).await?;
        self.ready.extend(prepared);
        for item in done {
            ledger.note(item);
        }
        Ok(())
    }

    /// Takes an answer down; why the run ends with it, if it does.
    fn settle(&mut self, back: Result<Back, JoinError>, ledger: &mut Ledger) -> Result<Option<Ended>, Failure> {
        let Back { asked, result, tokens, cost } = match back {
            Ok(back) => back,
            Err(error) if error.is_cancelled() => return Ok(None),
            Err(error) => {
                tracing::error!(job.id = %self.base.run, %error, "a question panicked");
                return Err(Failure::Bug);
            }
        };
        let waiting = self.asked.remove(&asked.fingerprint).unwrap_or_default();
        let error = match result {
            Ok((item, known)) => {
                ledger.note_asked(item, tokens.0, tokens.1, cost);
                for same in waiting {
                    ledger.note(reuse(self.base, same, &known));
                }
                self.answered.remember(asked.fingerprint, known);
                return Ok(None);
            }
            Err(error) => error,
        };
        // Those that wait ask themselves.
        self.ready.extend(waiting);
        if let WriteError::Halted(_) = error {
            return Ok(Some(Ended::Stopped(self.till.stopped().unwrap_or(Stop::Asked))));
        }
        if is_about_all(&error) {
            return Ok(Some(Ended::NobodyWrites(error.to_string())));
        }
        ledger.note_asked(RunItem { ord: asked.ord, came: ItemCame::Failed { reason: error.to_string() } }, tokens.0, tokens.1, cost);
        let (failing, reason) = ledger.failing();
        Ok((*failing >= FAILING).then(|| Ended::KeepsFailing(*failing, reason.clone())))
    }
}

impl Answered {
    fn remember(&mut self, question: [u8; 32], known: Known) {
        if self.known.insert(question, known).is_none() {
            self.order.push_back(question);
        }
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
    }
}

async fn question(base: &Base, writer: &dyn Writer, till: Arc<Till>, asked: Prepared) -> Back {
    let question = Question { source: asked.source.clone(), brief: asked.brief.clone(), parts: asked.parts.clone(), remark: asked.remark.clone() };
    let gate = AtTill::new(till, Some(asked.product), asked.source.product_type.clone());
    let Answer { result, by, calls } = writer.write(&question, &gate).await;
    let tokens = calls.iter().fold((0, 0), |sum, call| (sum.0 + call.tokens_in, sum.1 + call.tokens_out));
    let cost = gate.cost();
    let result = result.map(|words| {
        let known = Known { words: words.clone(), by: by.clone(), pictures: asked.pictures() };
        let (provider, model) = by.map(|by| (by.provider, by.model)).unzip();
        let wrote = Wrote { provider, model: model.unwrap_or_default(), reused: false, tokens_in: tokens.0, tokens_out: tokens.1, cost };
        (base.judge().item(asked.clone(), words, wrote), known)
    });
    Back { asked, result, tokens, cost }
}

fn reuse(base: &Base, asked: Prepared, known: &Known) -> RunItem {
    let (provider, model) = known.by.clone().map(|by| (by.provider, by.model)).unzip();
    let wrote = Wrote { provider, model: model.unwrap_or_default(), reused: true, ..Wrote::default() };
    // As many pictures as the one it was written for has, or it would be another question.
    let words = asked.own(known.words.clone(), &known.pictures).unwrap_or_default();
    base.judge().item(asked, words, wrote)
}

/// Whether no other product would fare better.
const fn is_about_all(error: &WriteError) -> bool {
    matches!(
        error,
        WriteError::NoProvider
            | WriteError::Down { .. }
            | WriteError::Unreachable { .. }
            | WriteError::AddressRefused(_)
            | WriteError::KeyRefused { .. }
            | WriteError::NoCredit { .. }
            | WriteError::NoSuchModel { .. }
            | WriteError::RateLimited { .. }
            | WriteError::NotAnApi { .. }
    )
}

/// What an order means for a run.
fn of(asked: Asked) -> Option<Ended> {
    (asked != Asked::GoOn).then_some(Ended::Asked(asked))
}
