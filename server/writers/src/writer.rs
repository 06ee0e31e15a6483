//! The port: who is asked, what is asked, and what has to be told of every call.

use std::{any::Any, fmt, sync::Arc};

use async_trait::async_trait;
use domain::{
    clock::Timestamp,
    ids::ProviderId,
    words::{Words, brief::Brief, part::Part, source::Source},
};

use crate::WriteError;

/// Who writes.
#[async_trait]
pub trait Writer: Send + Sync {
    async fn write(&self, question: &Question, gate: &dyn Gate) -> Answer;
}

/// What is to be written about one product.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Question {
    pub source: Source,
    pub brief: Brief,
    pub parts: Vec<Part>,
    /// What a reviewer wants done differently; empty the first time.
    pub remark: String,
}

/// What came of a question.
#[derive(Debug)]
pub struct Answer {
    pub result: Result<Words, WriteError>,
    /// Who wrote it; none when nobody did.
    pub by: Option<Author>,
    /// Every call that was made for it, failed ones too.
    pub calls: Vec<Call>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    pub provider: ProviderId,
    pub model: String,
}

/// One HTTP call of a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub provider: ProviderId,
    pub model: String,
    pub at: Timestamp,
    /// As the provider counted; estimated from the text when a call broke in the middle, as it may have been paid.
    pub tokens_in: u64,
    pub tokens_out: u64,
    pub milliseconds: u64,
    pub outcome: Outcome,
}

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    Ok,
    /// Something came that is not what was asked for.
    Malformed,
    Empty,
    TooLarge,
    /// A web page instead of an answer.
    NotAnApi,
    /// The model will not write this.
    Declined,
    CutOff,
    /// The request was found wrong.
    Refused,
    KeyRefused,
    NoCredit,
    NoSuchModel,
    RateLimited,
    Failing,
    Unreachable,
    AddressRefused,
    Disconnected,
    Stalled,
    TimedOut,
    /// Whoever asked went away before the answer was there.
    Abandoned,
}

/// How much text, as models count it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    pub input: u64,
    pub output: u64,
}

/// Whoever pays: asked before each call, told after it.
#[async_trait]
pub trait Gate: Send + Sync {
    /// May this call be made? The permit is held until the call has been told to [`Gate::after`].
    async fn before(&self, provider: ProviderId, model: &str, estimated: Tokens) -> Result<Permit, Halt>;

    /// A call is over. Told exactly once for every permit.
    fn after(&self, call: &Call);

    /// Comes back when nothing more is to be asked, so that nobody waits to ask again. A call on its way is let come back.
    async fn halted(&self) -> Halt {
        std::future::pending().await
    }
}

/// The right to make one call; it may carry what was set aside for it, which is given back when it is dropped.
pub struct Permit(#[expect(dead_code, reason = "held for its drop alone")] Option<Box<dyn Any + Send + Sync>>);

impl Permit {
    /// With nothing set aside.
    pub const fn free() -> Self {
        Self(None)
    }

    pub fn holding(reserved: impl Any + Send + Sync) -> Self {
        Self(Some(Box::new(reserved)))
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Permit")
    }
}

/// Nothing more is to be asked, of any provider.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{says}")]
pub struct Halt {
    /// Why: a sentence.
    pub says: String,
}

/// Lets everything through.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenGate;

#[async_trait]
impl Gate for OpenGate {
    async fn before(&self, _: ProviderId, _: &str, _: Tokens) -> Result<Permit, Halt> {
        Ok(Permit::free())
    }

    fn after(&self, _: &Call) {}
}

/// Where chance comes from: fills with random bytes.
pub type Entropy = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

impl Outcome {
    /// As it is stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Malformed => "malformed",
            Self::Empty => "empty",
            Self::TooLarge => "too_large",
            Self::NotAnApi => "not_an_api",
            Self::Declined => "declined",
            Self::CutOff => "cut_off",
            Self::Refused => "refused",
            Self::KeyRefused => "key_refused",
            Self::NoCredit => "no_credit",
            Self::NoSuchModel => "no_such_model",
            Self::RateLimited => "rate_limited",
            Self::Failing => "failing",
            Self::Unreachable => "unreachable",
            Self::AddressRefused => "address_refused",
            Self::Disconnected => "disconnected",
            Self::Stalled => "stalled",
            Self::TimedOut => "timeout",
            Self::Abandoned => "abandoned",
        }
    }
}
