//! A call on its way. However it ends, whoever pays is told, and once.

use domain::clock::Timestamp;
use ports::writing::ProviderKind;
use tokio::time::Instant;

use crate::{Call, Gate, Outcome, ProviderSettings, Tokens, dialect::Spoken, estimate::tokens_of};

pub(super) struct Flight<'a> {
    pub(super) spoken: Spoken,
    gate: &'a dyn Gate,
    settings: &'a ProviderSettings,
    at: Timestamp,
    begun: Instant,
    estimated: Tokens,
    told: bool,
}

impl<'a> Flight<'a> {
    pub(super) fn new(gate: &'a dyn Gate, settings: &'a ProviderSettings, at: Timestamp, estimated: Tokens) -> Self {
        Self { spoken: Spoken::default(), gate, settings, at, begun: Instant::now(), estimated, told: false }
    }

    /// It is over. What the provider did not count is estimated, when it was `sent` or had begun to answer.
    pub(super) fn landed(mut self, outcome: Outcome, sent: bool) -> Call {
        self.tell(outcome, sent)
    }

    fn tell(&mut self, outcome: Outcome, sent: bool) -> Call {
        self.told = true;
        let begun = sent || self.spoken.tokens_in.is_some() || !self.spoken.answer().is_empty();
        let kind: ProviderKind = self.settings.kind;
        let said = || tokens_of(self.spoken.answer(), kind) + tokens_of(&self.spoken.refusal, kind);
        // The count that comes with the beginning of a stream knows nothing of its end.
        let counted = self.spoken.tokens_out.unwrap_or(0);
        let whole = self.spoken.finish.is_some() && self.spoken.tokens_out.is_some();
        let call = Call {
            provider: self.settings.id,
            model: self.settings.model.clone(),
            at: self.at,
            tokens_in: self.spoken.tokens_in.unwrap_or(if begun { self.estimated.input } else { 0 }),
            tokens_out: if whole { counted } else { counted.max(said()) },
            milliseconds: self.begun.elapsed().as_millis() as u64,
            outcome,
        };
        self.gate.after(&call);
        call
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        if !self.told {
            self.tell(Outcome::Abandoned, true);
        }
    }
}
