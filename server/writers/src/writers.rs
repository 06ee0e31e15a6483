//! The writers of all stores, kept for as long as the process lives.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use domain::{clock::Clock, ids::ProviderId};
use ports::writing::ProviderKind;

use crate::{BuiltIn, Call, Chain, Entropy, Gate, ProviderSettings, Remote, Utilisation, Wire, WriteError, Writer};

/// Makes writers of what stores have set up. What was learnt of a provider holds over all runs, until its settings change.
pub struct Writers {
    wire: Arc<dyn Wire>,
    clock: Arc<dyn Clock>,
    entropy: Entropy,
    known: Mutex<HashMap<ProviderId, Arc<Remote>>>,
}

/// What came of trying a provider.
#[derive(Debug)]
pub struct Tried {
    /// Its word, or what is wrong and what to do.
    pub result: Result<String, WriteError>,
    pub calls: Vec<Call>,
}

impl Writers {
    /// `wire` is [`Net`](crate::Net) but in tests.
    pub fn new(wire: Arc<dyn Wire>, clock: Arc<dyn Clock>, entropy: Entropy) -> Self {
        Self { wire, clock, entropy, known: Mutex::default() }
    }

    pub fn writer(&self, settings: &ProviderSettings) -> Arc<dyn Writer> {
        match settings.kind {
            ProviderKind::BuiltIn => Arc::new(BuiltIn),
            ProviderKind::OpenAi | ProviderKind::Anthropic => self.remote(settings),
        }
    }

    /// Asked in this order, each when the one before it cannot.
    pub fn chain(&self, providers: &[ProviderSettings]) -> Chain {
        Chain::new(providers.iter().map(|settings| self.writer(settings)).collect())
    }

    /// Asks for a word, once, to see whether address, key and model are right. A provider that was left alone is tried all the same,
    /// and not left alone any more when it works.
    pub async fn try_it(&self, settings: &ProviderSettings, gate: &dyn Gate) -> Tried {
        if settings.kind == ProviderKind::BuiltIn {
            return Tried { result: Ok("ready".into()), calls: Vec::new() };
        }
        let mut calls = Vec::new();
        let result = self.fresh(settings).word(gate, &mut calls).await;
        if result.is_ok() {
            self.remote(settings).works();
        }
        Tried { result, calls }
    }

    /// Forgets a provider that was removed.
    pub fn forget(&self, provider: ProviderId) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(&provider);
    }

    /// How much is made of what each provider lets through, that was asked since the start. One alone may look ([`Utilisation::waited`]).
    pub fn utilisation(&self) -> Vec<(ProviderId, String, Utilisation)> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.values().map(|remote| (remote.settings().id, remote.settings().name.clone(), remote.utilisation())).collect()
    }

    fn remote(&self, settings: &ProviderSettings) -> Arc<Remote> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = known.get(&settings.id).filter(|kept| kept.settings() == settings);
        if let Some(kept) = kept {
            return Arc::clone(kept);
        }
        let made = Arc::new(self.fresh(settings));
        known.insert(settings.id, Arc::clone(&made));
        made
    }

    fn fresh(&self, settings: &ProviderSettings) -> Remote {
        Remote::new(settings.clone(), Arc::clone(&self.wire), Arc::clone(&self.clock), Arc::clone(&self.entropy))
    }
}
