//! Asks providers for words.
//!
//! A [`Writer`] answers a [`Question`] about one product. There are three kinds: any endpoint that speaks OpenAI's chat
//! completions, Anthropic, and the rules inside Vitrine. [`Writers`] builds them from what a store has set up and keeps, for as
//! long as the process lives, what it learnt of each provider: how many calls at once it takes, and whether it is down.
//!
//! Whoever asks passes a [`Gate`], which is asked before each call and told after it: no call is made that was not let
//! through, and none is made that is not told, whatever became of it.

mod breaker;
mod built_in;
mod call;
mod chain;
mod dialect;
mod error;
mod estimate;
mod guard;
mod judge;
mod limiter;
mod net;
mod prompt;
mod read;
mod remote;
mod retry;
mod secret;
mod settings;
mod sse;
mod vault;
mod writer;
mod writers;

pub use self::{
    built_in::BuiltIn,
    chain::Chain,
    error::WriteError,
    estimate::estimate,
    guard::Allowed,
    limiter::Utilisation,
    net::{Body, Broken, Net, Wire, tls},
    prompt::{BEGIN as DATA_BEGIN, END as DATA_END},
    remote::Remote,
    retry::retry_after,
    secret::Secret,
    settings::ProviderSettings,
    vault::{Vault, VaultError},
    writer::{Answer, Author, Call, Entropy, Gate, Halt, OpenGate, Outcome, Permit, Question, Tokens, Writer},
    writers::{Tried, Writers},
};
