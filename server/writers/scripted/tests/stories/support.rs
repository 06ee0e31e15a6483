//! A provider with a script, a store that asks it, and somebody who pays.

use std::{
    future,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use domain::{
    clock::{Clock, Timestamp},
    ids::ProviderId,
    words::{part::Part, source::Source},
};
use ports::writing::ProviderKind;
use scripted_provider::{Play, Scripted};
use tokio::time::sleep;
use writers::{Answer, Call, Entropy, Gate, Halt, Outcome, Permit, ProviderSettings, Question, Secret, Tokens, Wire, Writers};

pub const BOTH: [ProviderKind; 2] = [ProviderKind::OpenAi, ProviderKind::Anthropic];
pub const KEY: &str = "sk-very-secret-0001";

pub struct Story {
    pub provider: Arc<Scripted>,
    pub writers: Writers,
    pub settings: ProviderSettings,
    pub till: Till,
}

pub fn story(kind: ProviderKind, plays: impl IntoIterator<Item = Play>) -> Story {
    let provider = Scripted::new(plays);
    Story { writers: writers(provider.wire()), provider, settings: settings(1, kind), till: Till::default() }
}

pub fn writers(wire: Arc<dyn Wire>) -> Writers {
    Writers::new(wire, Arc::new(Noon), chance())
}

pub fn settings(random: u8, kind: ProviderKind) -> ProviderSettings {
    ProviderSettings {
        id: ProviderId::new(Timestamp::default(), [random; 10]),
        kind,
        name: format!("Acme {random}"),
        base_url: "https://provider.test/v1".into(),
        model: "words-1".into(),
        key: Some(Secret::new(KEY)),
        concurrency: 4,
        timeout: Duration::from_mins(1),
    }
}

pub fn question() -> Question {
    let source = Source {
        title: "OAK lamp".into(),
        description: "<p>A desk lamp of solid oak with a foot of brass.</p>".into(),
        vendor: "Northlight".into(),
        product_type: "Lamp".into(),
        ..Source::default()
    };
    Question { source, parts: vec![Part::Title, Part::Description], ..Question::default() }
}

impl Story {
    pub async fn ask(&self) -> Answer {
        self.writers.writer(&self.settings).write(&question(), &self.till).await
    }

    /// How many requests the provider saw.
    pub fn requests(&self) -> usize {
        self.provider.seen().len()
    }
}

pub fn outcomes(answer: &Answer) -> Vec<Outcome> {
    answer.calls.iter().map(|call| call.outcome).collect()
}

pub fn error(answer: &Answer) -> String {
    answer.result.as_ref().unwrap_err().to_string()
}

pub fn title(answer: &Answer) -> &str {
    answer.result.as_ref().unwrap().title.as_deref().unwrap()
}

/// Whoever pays: keeps what was told, and says stop when told to.
#[derive(Default)]
pub struct Till {
    pub told: Mutex<Vec<Call>>,
    pub asked: Mutex<u32>,
    pub on_their_way: Arc<Mutex<(u32, u32)>>,
    /// So many calls are let through.
    pub lets: Option<u32>,
    /// None is let through once so many tokens were told.
    pub tokens: Option<u64>,
    /// Says stop after this time.
    pub stops_after: Option<Duration>,
}

impl Till {
    pub fn asked(&self) -> u32 {
        *self.asked.lock().unwrap()
    }

    pub fn told(&self) -> Vec<Call> {
        self.told.lock().unwrap().clone()
    }

    /// The most calls that were on their way at once.
    pub fn most_at_once(&self) -> u32 {
        self.on_their_way.lock().unwrap().1
    }

    pub fn spent(&self) -> u64 {
        self.told.lock().unwrap().iter().map(|call| call.tokens_in + call.tokens_out).sum()
    }
}

struct OnItsWay(Arc<Mutex<(u32, u32)>>);

impl Drop for OnItsWay {
    fn drop(&mut self) {
        self.0.lock().unwrap().0 -= 1;
    }
}

#[async_trait]
impl Gate for Till {
    async fn before(&self, _: ProviderId, _: &str, estimated: Tokens) -> Result<Permit, Halt> {
        assert!(estimated.input > 0 && estimated.output > 0);
        *self.asked.lock().unwrap() += 1;
        if self.lets.is_some_and(|lets| self.asked() > lets) || self.tokens.is_some_and(|tokens| self.spent() >= tokens) {
            return Err(Halt { says: "The budget of this month is used up.".into() });
        }
        let mut ways = self.on_their_way.lock().unwrap();
        ways.0 += 1;
        ways.1 = ways.1.max(ways.0);
        Ok(Permit::holding(OnItsWay(Arc::clone(&self.on_their_way))))
    }

    fn after(&self, call: &Call) {
        assert!(self.on_their_way.lock().unwrap().0 > 0, "the permit is held until the call is told");
        self.told.lock().unwrap().push(call.clone());
    }

    async fn halted(&self) -> Halt {
        match self.stops_after {
            Some(time) => sleep(time).await,
            None => future::pending().await,
        }
        Halt { says: "Somebody paused the run.".into() }
    }
}

pub struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(1_445_412_480_000_000)
    }
}

/// Always the middle.
pub fn chance() -> Entropy {
    Arc::new(|bytes| bytes.fill(0x7f))
}
