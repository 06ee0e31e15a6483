//! Who can be asked to write for a store: what it has set up, made ready to be asked.

use std::{path::Path, sync::Arc, time::Duration};

use domain::{
    clock::Clock,
    ids::{ProviderId, StoreId},
};
use ports::{error::AppError, writing::ProviderKind};
use store::{Entropy, Store, StoreError, StoreRef, words::records::ProviderRow};
use writers::{Allowed, Gate, Net, ProviderSettings, Secret, Tried, Utilisation, Vault, VaultError, Writer, Writers};

use crate::run::tariff::{Tariff, hole};

/// Shared by the worker and the services of a process, so that all of them know what was learnt of a provider.
pub struct Desk {
    writers: Writers,
    pub(crate) vault: Vault,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

/// Who is asked for a run, best first.
pub(crate) struct Team {
    /// None for the built-in rules, which nobody has to wait for.
    pub(crate) writer: Option<Arc<dyn Writer>>,
    pub(crate) model: String,
    /// How many calls at once.
    pub(crate) seats: usize,
}

/// A provider that may be asked.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    pub(crate) id: ProviderId,
    pub(crate) kind: ProviderKind,
    pub(crate) model: String,
    pub(crate) concurrency: u32,
}

/// Where providers' keys are sealed, and whom the operator allows to be asked.
pub struct DeskOptions<'a> {
    pub data_dir: &'a Path,
    /// The operator's own secret; none for the one in the data directory.
    pub secret_key: Option<&'a str>,
    /// Hosts that may be private addresses, separated by commas; `*` for all.
    pub allowed_hosts: &'a str,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
}

impl Desk {
    /// Over the network, in which private addresses are refused unless the operator allows them.
    pub fn open(options: DeskOptions<'_>) -> Result<Self, VaultError> {
        let entropy = chance(&options.entropy);
        let vault = match options.secret_key {
            Some(text) => Vault::from_text(text, Arc::clone(&entropy))?,
            None => Vault::open(options.data_dir, Arc::clone(&entropy))?,
        };
        let net = Net::new(Allowed::parse(options.allowed_hosts));
        let writers = Writers::new(Arc::new(net), Arc::clone(&options.clock), entropy);
        Ok(Self { writers, vault, clock: options.clock, entropy: options.entropy })
    }

    /// How much is made of what each provider lets through, that this process has asked. One alone may look ([`Utilisation::waited`]).
    pub fn utilisation(&self) -> Vec<(ProviderId, String, Utilisation)> {
        self.writers.utilisation()
    }

    pub(crate) fn seal(&self, store: StoreId, provider: ProviderId, key: &str) -> Result<Vec<u8>, AppError> {
        self.vault.seal(store, provider.0.as_bytes(), &Secret::new(key)).map_err(|error| {
            tracing::error!(%error, "a key could not be sealed");
            AppError::Internal
        })
    }

    /// Ten random bytes for an id.
    pub(crate) fn chance(&self) -> [u8; 10] {
        let mut bytes = [0; 10];
        self.entropy.fill(&mut bytes);
        bytes
    }

    /// A provider that is there and switched on; else the sentence that says so.
    pub(crate) async fn standing(&self, store: &Store, at: &StoreRef, provider: ProviderId) -> Result<Standing, AppError> {
        if provider == ProviderId::BUILT_IN {
            return Ok(Standing { id: provider, kind: ProviderKind::BuiltIn, model: String::new(), concurrency: 1 });
        }
        let rows = store.providers(at).await?;
        let row = chosen(&rows, provider).map_err(AppError::Invalid)?;
        Ok(Standing { id: row.id, kind: row.kind, model: row.model.clone(), concurrency: row.concurrency })
    }

    /// Refuses with a sentence a provider that is not there, is switched off, or has no price.
    pub(crate) async fn can_write(&self, store: &Store, at: &StoreRef, provider: ProviderId) -> Result<(), AppError> {
        let standing = self.standing(store, at, provider).await?;
        let now = self.clock.now();
        match Tariff::new(store.prices(at).await?).at(provider, &standing.model, now) {
            Some(_) => Ok(()),
            None => Err(AppError::Invalid(hole(&standing.model, now))),
        }
    }

    /// The chosen provider, and behind it the store's others in their order, to be asked when it cannot write. None of those without
    /// a price. A sentence when the chosen one cannot be asked at all.
    pub(crate) async fn team(&self, store: &Store, at: &StoreRef, provider: ProviderId) -> Result<Result<Team, String>, StoreError> {
        if provider == ProviderId::BUILT_IN {
            return Ok(Ok(Team { writer: None, model: String::new(), seats: 1 }));
        }
        let (rows, tariff, now) = (store.providers(at).await?, Tariff::new(store.prices(at).await?), self.clock.now());
        let row = match chosen(&rows, provider) {
            Ok(row) => row,
            Err(sentence) => return Ok(Err(sentence)),
        };
        if tariff.at(row.id, &row.model, now).is_none() {
            return Ok(Err(hole(&row.model, now)));
        }
        let mut asked = match self.settings(at.id, row) {
            Ok(settings) => vec![settings],
            Err(error) => return Ok(Err(unreadable(&row.name, &error))),
        };
        for other in rows.iter().filter(|other| other.enabled && other.id != provider && tariff.at(other.id, &other.model, now).is_some()) {
            match self.settings(at.id, other) {
                Ok(settings) => asked.push(settings),
                Err(error) => tracing::warn!(provider.id = %other.id, %error, "a provider is left out"),
            }
        }
        let (model, seats) = (row.model.clone(), row.concurrency as usize);
        Ok(Ok(Team { writer: Some(Arc::new(self.writers.chain(&asked))), model, seats }))
    }

    /// Asks a provider for a word, also one that is switched off.
    pub(crate) async fn try_it(&self, at: &StoreRef, row: &ProviderRow, gate: &dyn Gate) -> Result<Tried, AppError> {
        let settings = self.settings(at.id, row).map_err(|error| AppError::Invalid(unreadable(&row.name, &error)))?;
        Ok(self.writers.try_it(&settings, gate).await)
    }

    pub(crate) fn forget(&self, provider: ProviderId) {
        self.writers.forget(provider);
    }

    fn settings(&self, store: StoreId, row: &ProviderRow) -> Result<ProviderSettings, VaultError> {
        let key = row.sealed_key.as_deref().map(|sealed| self.vault.unseal(store, row.id.0.as_bytes(), sealed)).transpose()?;
        Ok(ProviderSettings {
            id: row.id,
            kind: row.kind,
            name: row.name.clone(),
            base_url: row.base_url.clone(),
            model: row.model.clone(),
            key,
            concurrency: row.concurrency,
            timeout: Duration::from_secs(row.timeout_seconds.into()),
        })
    }
}

impl Standing {
    pub(crate) fn is_built_in(&self) -> bool {
        self.kind == ProviderKind::BuiltIn
    }
}

fn chosen(rows: &[ProviderRow], provider: ProviderId) -> Result<&ProviderRow, String> {
    match rows.iter().find(|row| row.id == provider) {
        Some(row) if row.enabled => Ok(row),
        Some(row) => Err(format!("{} is switched off. Switch it on under Settings, Providers, or choose another one.", row.name)),
        None => Err("The provider is not there any more. Choose another one.".into()),
    }
}

fn unreadable(name: &str, error: &VaultError) -> String {
    tracing::warn!(%error, "a key could not be read");
    format!("The key of {name} cannot be read any more. Enter it again under Settings, Providers.")
}

fn chance(entropy: &Arc<dyn Entropy>) -> writers::Entropy {
    let entropy = Arc::clone(entropy);
    Arc::new(move |bytes: &mut [u8]| entropy.fill(bytes))
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").finish_non_exhaustive()
    }
}
