//! A provider that is asked over the network.

mod flight;

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use domain::{clock::Clock, words::Words};
use tokio::time::{Instant, sleep};

use self::flight::Flight;
use crate::{
    Answer, Author, Call, Entropy, Gate, Outcome, ProviderSettings, Question, WriteError, Writer,
    breaker::{Breaker, Open, Pass},
    call::{Trouble, call},
    dialect::{self, Finish, Habits, Spoken, Unaskable},
    judge::{Blame, Verdict, shown, verdict},
    limiter::{Limiter, Slot, Utilisation},
    net::Wire,
    prompt::Ask,
    read::{Reading, Wanted},
    retry::{self, LONGEST_WAIT, RETRIES},
};

/// How often a question is put: the second time with what was wrong with the first answer.
const ROUNDS: u32 = 2;

/// A provider with what was learnt of it.
pub struct Remote {
    settings: ProviderSettings,
    wire: Arc<dyn Wire>,
    clock: Arc<dyn Clock>,
    entropy: Entropy,
    habits: Mutex<Habits>,
    limiter: Limiter,
    breaker: Breaker,
}

/// What was said, and what can be made of it.
struct Heard {
    text: String,
    reading: Reading,
}

enum Once {
    Heard(Heard),
    /// Refused for the way of asking; now it is known better.
    Learnt,
    Failed(Verdict),
}

impl Remote {
    pub fn new(settings: ProviderSettings, wire: Arc<dyn Wire>, clock: Arc<dyn Clock>, entropy: Entropy) -> Self {
        let limiter = Limiter::new(settings.concurrency);
        Self { settings, wire, clock, entropy, habits: Mutex::default(), limiter, breaker: Breaker::default() }
    }

    pub(crate) const fn settings(&self) -> &ProviderSettings {
        &self.settings
    }

    pub(crate) fn utilisation(&self) -> Utilisation {
        self.limiter.utilisation()
    }

    /// It was seen to work.
    pub(crate) fn works(&self) {
        self.breaker.close();
    }

    /// Asks for a word, once.
    pub(crate) async fn word(&self, gate: &dyn Gate, calls: &mut Vec<Call>) -> Result<String, WriteError> {
        let heard = self.ask(&Ask::word(), None, 0, gate, calls).await?;
        Ok(shown(&heard.text, &self.settings))
    }

    async fn converse(&self, question: &Question, gate: &dyn Gate, calls: &mut Vec<Call>) -> Result<Words, WriteError> {
        let Some(mut ask) = Ask::of(question) else { return Ok(Words::default()) };
        let wanted = Wanted::of(question);
        let mut words = Words::default();
        let mut problem = WriteError::Empty { name: self.settings.name.clone() };
        for _ in 0..ROUNDS {
            let heard = match self.ask(&ask, Some(&wanted), RETRIES, gate, calls).await {
                Ok(heard) => heard,
                Err(error @ (WriteError::Malformed { .. } | WriteError::Empty { .. })) => {
                    ask.again("", "");
                    problem = error;
                    continue;
                }
                // What came the first time is paid for, and good as far as it goes.
                Err(_) if !words.is_empty() => return Ok(words),
                Err(error) => return Err(error),
            };
            words = heard.reading.words.over(&words);
            if wanted.has_all(&words) {
                return Ok(words);
            }
            let why = heard.reading.wrong.join(" ");
            ask.again(&heard.text, &why);
            let name = self.settings.name.clone();
            problem = if heard.reading.empty { WriteError::Empty { name } } else { WriteError::Malformed { name, why: without_end(&why) } };
        }
        if words.is_empty() { Err(problem) } else { Ok(words) }
    }

    /// Asks, and asks again as long as that may help.
    async fn ask(&self, ask: &Ask, wanted: Option<&Wanted>, retries: u32, gate: &dyn Gate, calls: &mut Vec<Call>) -> Result<Heard, WriteError> {
        let mut attempt = 0;
        loop {
            let failed = match self.once(ask, wanted, gate, calls).await? {
                Once::Heard(heard) => return Ok(heard),
                Once::Learnt => continue,
                Once::Failed(failed) => failed,
            };
            if !failed.again || attempt >= retries {
                return Err(failed.error);
            }
            let wait = failed.wait.unwrap_or_default() + retry::backoff(attempt, retry::chance(&*self.entropy));
            attempt += 1;
            tracing::debug!(provider.id = %self.settings.id, attempt, wait_ms = wait.as_millis() as u64, outcome = failed.outcome.name(), "asking again");
            tokio::select! {
                () = sleep(wait) => {}
                halt = gate.halted() => return Err(halt.into()),
            }
        }
    }

    async fn once(&self, ask: &Ask, wanted: Option<&Wanted>, gate: &dyn Gate, calls: &mut Vec<Call>) -> Result<Once, WriteError> {
        self.breaker.look().map_err(|open| self.down(open))?;
        let slot = tokio::select! {
            slot = self.limiter.take() => slot,
            halt = gate.halted() => return Err(halt.into()),
        };
        // It may have gone down while this one waited.
        let pass = self.breaker.enter().map_err(|open| self.down(open))?;
        let habits = *self.habits.lock().unwrap_or_else(PoisonError::into_inner);
        let request = dialect::request(&self.settings, ask, habits).map_err(|unaskable| self.unaskable(unaskable))?;
        let estimated = ask.estimated(self.settings.kind);
        // Held to the end of this call: dropped after the flight is told.
        let _permit = gate.before(self.settings.id, &self.settings.model, estimated).await?;
        let mut flight = Flight::new(gate, &self.settings, self.clock.now(), estimated);
        let came = call(&*self.wire, request, self.settings.kind, self.settings.timeout, self.clock.now(), &mut flight.spoken).await;
        let judged = match came {
            Ok(()) => match self.understood(&flight.spoken, wanted) {
                Ok((outcome, heard)) => {
                    calls.push(flight.landed(outcome, true));
                    slot.went_well();
                    pass.went_well();
                    return Ok(Once::Heard(heard));
                }
                Err(judged) => {
                    calls.push(flight.landed(judged.outcome, true));
                    judged
                }
            },
            Err(trouble) => {
                let (learnt, sent) = (self.learn(&trouble, habits), trouble.was_sent());
                let judged = verdict(trouble, &self.settings);
                calls.push(flight.landed(judged.outcome, sent));
                if learnt {
                    pass.went_well();
                    return Ok(Once::Learnt);
                }
                judged
            }
        };
        self.account(&judged, &slot, &pass);
        Ok(Once::Failed(judged))
    }

    /// What an answer that came to its end is worth.
    fn understood(&self, spoken: &Spoken, wanted: Option<&Wanted>) -> Result<(Outcome, Heard), Verdict> {
        let name = self.settings.name.clone();
        let fault = |outcome, error| Verdict { outcome, error, again: false, wait: None, blame: Blame::Question };
        if !spoken.refusal.trim().is_empty() || spoken.finish == Some(Finish::Declined) {
            let message = shown(if spoken.refusal.is_empty() { spoken.answer() } else { &spoken.refusal }, &self.settings);
            return Err(fault(Outcome::Declined, WriteError::Declined { name, message }));
        }
        let text = spoken.answer().to_owned();
        let Some(wanted) = wanted else { return Ok((Outcome::Ok, Heard { text, reading: Reading::default() })) };
        let reading = wanted.read(&text);
        let outcome = match () {
            () if reading.wrong.is_empty() => Outcome::Ok,
            () if spoken.finish == Some(Finish::Length) => return Err(fault(Outcome::CutOff, WriteError::CutOff { name })),
            () if reading.empty => Outcome::Empty,
            () => Outcome::Malformed,
        };
        Ok((outcome, Heard { text, reading }))
    }

    /// Whether something was learnt of how to ask.
    fn learn(&self, trouble: &Trouble, asked: Habits) -> bool {
        let Trouble::Status { problem, .. } = trouble else { return false };
        let Some(better) = asked.after(problem, self.settings.kind) else { return false };
        let mut habits = self.habits.lock().unwrap_or_else(PoisonError::into_inner);
        // Another call may have learnt the same meanwhile, or more.
        if *habits == asked {
            tracing::info!(provider.id = %self.settings.id, ?better, "a provider is asked in another way from now on");
            *habits = better;
        }
        true
    }

    fn account(&self, judged: &Verdict, slot: &Slot<'_>, pass: &Pass<'_>) {
        match judged.blame {
            Blame::Question => {
                slot.went_well();
                pass.went_well();
            }
            Blame::Provider => pass.failed(judged.error.to_string()),
            Blame::Pace => slot.too_many(judged.wait.filter(|wait| *wait <= LONGEST_WAIT).map(|wait| Instant::now() + wait)),
        }
        if let Some(wait) = judged.wait.filter(|wait| *wait > LONGEST_WAIT) {
            self.breaker.rest(wait, judged.error.to_string());
        }
    }

    fn down(&self, open: Open) -> WriteError {
        WriteError::Down { name: self.settings.name.clone(), rest: open.rest, last: open.last }
    }

    fn unaskable(&self, unaskable: Unaskable) -> WriteError {
        let name = self.settings.name.clone();
        match unaskable {
            Unaskable::Address(why) => WriteError::NotAnApi { name, why },
            Unaskable::Key => WriteError::KeyRefused { name, message: "it has characters that no key has".into() },
        }
    }
}

#[async_trait]
impl Writer for Remote {
    async fn write(&self, question: &Question, gate: &dyn Gate) -> Answer {
        let mut calls = Vec::new();
        let result = self.converse(question, gate, &mut calls).await;
        let author = || Author { provider: self.settings.id, model: self.settings.model.clone() };
        Answer { by: result.is_ok().then(author), result, calls }
    }
}

/// A sentence within a sentence.
fn without_end(sentence: &str) -> String {
    sentence.trim_end_matches('.').to_owned()
}
