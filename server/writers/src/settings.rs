//! What a store has set up for one provider.

use std::time::Duration;

use domain::ids::ProviderId;
use ports::writing::ProviderKind;

use crate::Secret;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderSettings {
    pub id: ProviderId,
    pub kind: ProviderKind,
    pub name: String,
    /// Empty: the kind's own.
    pub base_url: String,
    pub model: String,
    pub key: Option<Secret>,
    /// How many calls at once.
    pub concurrency: u32,
    /// After how long a call is given up.
    pub timeout: Duration,
}

impl ProviderSettings {
    /// The writer that every store has.
    pub fn built_in() -> Self {
        Self {
            id: ProviderId::BUILT_IN,
            kind: ProviderKind::BuiltIn,
            name: ProviderKind::BuiltIn.label().to_owned(),
            base_url: String::new(),
            model: String::new(),
            key: None,
            concurrency: 1,
            timeout: Duration::from_secs(1),
        }
    }
}
