//! Who writes, and how a store wants it: providers, prices, briefs. And the port to set them up.

use async_trait::async_trait;
use domain::{
    clock::Timestamp,
    handle::Handle,
    ids::ProviderId,
    money::Cost,
    words::{Words, brief::Brief, check::Finding, score::Scores},
};
use serde::{Deserialize, Serialize};

use crate::{Access, error::AppError};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ProviderKind {
    /// Rules inside Vitrine: no key, no network, no cost. Not an AI, and never called one.
    BuiltIn,
    /// Any endpoint that speaks OpenAI's chat completions: OpenAI, Azure, Mistral, Ollama, vLLM, llama.cpp.
    OpenAi,
    Anthropic,
}

/// A provider as an owner sees it. Its key is never among it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProviderView {
    pub id: ProviderId,
    pub kind: ProviderKind,
    pub name: String,
    pub base_url: String,
    pub model: String,
    pub has_key: bool,
    /// How many calls at once, 1 to 64.
    pub concurrency: u32,
    /// After how many seconds a call is given up, 1 to 600.
    pub timeout_seconds: u32,
    /// Asked when the one before it cannot: the lowest first.
    pub position: u32,
    pub enabled: bool,
    /// What it costs today; none is a hole in the price table.
    pub price: Option<PriceView>,
}

/// A provider as it is typed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderDraft {
    /// None for a new one.
    pub id: Option<ProviderId>,
    pub kind: ProviderKind,
    pub name: String,
    pub base_url: String,
    pub model: String,
    /// None leaves the key that is there; an empty one removes it.
    pub key: Option<String>,
    pub concurrency: u32,
    pub timeout_seconds: u32,
    pub position: u32,
    pub enabled: bool,
}

/// Without the key.
impl std::fmt::Debug for ProviderDraft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProviderDraft").field("id", &self.id).field("kind", &self.kind).field("name", &self.name).finish_non_exhaustive()
    }
}

/// What a model costs from a day on, per million tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceView {
    pub provider: ProviderId,
    pub model: String,
    /// Midnight UTC.
    pub from: Timestamp,
    pub input: Cost,
    pub output: Cost,
}

/// A brief and the templates that are laid over it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BriefsView {
    pub brief: Brief,
    /// By product type, in its order.
    pub templates: Vec<(String, Brief)>,
    pub may_edit: bool,
}

/// What a writer makes of one product, without anything being kept but what it cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Preview {
    pub handle: Handle,
    pub before: Words,
    pub after: Words,
    pub scores_before: Scores,
    pub scores_after: Scores,
    pub findings: Vec<Finding>,
    pub provider: String,
    pub model: String,
    pub tokens_in: u64,
    pub tokens_out: u64,
    pub cost: Cost,
}

/// The answer of a provider to a first word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    pub works: bool,
    /// What came back, or what is wrong and what to do.
    pub says: String,
}

/// Providers, prices and briefs of a store. Owners change providers and prices; editors change briefs.
#[async_trait]
pub trait Writing: Send + Sync {
    /// In the order they are asked in; the built-in writer is always among them.
    async fn providers(&self, who: &Access) -> Result<Vec<ProviderView>, AppError>;

    async fn save_provider(&self, who: &Access, draft: ProviderDraft) -> Result<ProviderId, AppError>;

    /// Its usage stays.
    async fn remove_provider(&self, who: &Access, provider: ProviderId) -> Result<(), AppError>;

    /// Asks a provider for a word, to see whether address, key and model are right.
    async fn try_provider(&self, who: &Access, provider: ProviderId) -> Result<Trial, AppError>;

    /// Latest first.
    async fn prices(&self, who: &Access) -> Result<Vec<PriceView>, AppError>;

    /// One price of a model from a day on; it replaces the one of the same day.
    async fn save_price(&self, who: &Access, price: PriceView) -> Result<(), AppError>;

    async fn remove_price(&self, who: &Access, provider: ProviderId, model: &str, from: Timestamp) -> Result<(), AppError>;

    async fn briefs(&self, who: &Access) -> Result<BriefsView, AppError>;

    /// The store's own brief, or the template of a product type.
    async fn save_brief(&self, who: &Access, product_type: Option<&str>, brief: Brief) -> Result<(), AppError>;

    async fn remove_template(&self, who: &Access, product_type: &str) -> Result<(), AppError>;

    async fn preview(&self, who: &Access, product: &Handle, provider: ProviderId) -> Result<Preview, AppError>;
}

impl ProviderKind {
    pub const ALL: [Self; 3] = [Self::BuiltIn, Self::OpenAi, Self::Anthropic];

    pub const fn name(self) -> &'static str {
        match self {
            Self::BuiltIn => "built_in",
            Self::OpenAi => "openai",
            Self::Anthropic => "anthropic",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What a person calls it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::BuiltIn => "Built-in rules",
            Self::OpenAi => "OpenAI-compatible",
            Self::Anthropic => "Anthropic",
        }
    }
}
