//! The port of writing: who writes, what that costs, and how a store wants it.

mod check;
mod preview;

use std::sync::Arc;

use async_trait::async_trait;
use domain::{clock::Timestamp, handle::Handle, ids::ProviderId, money::Cost, role::Permission, words::brief::Brief};
use ports::{
    Access,
    error::AppError,
    writing::{BriefsView, Preview, PriceView, ProviderDraft, ProviderKind, ProviderView, Trial, Writing},
};
use store::{
    Store, StoreRef,
    words::records::{PriceRow, ProviderRow},
};

use crate::Desk;

pub struct WritingService {
    store: Store,
    desk: Arc<Desk>,
}

impl WritingService {
    pub fn new(store: Store, desk: Arc<Desk>) -> Self {
        Self { store, desk }
    }

    async fn at(&self, who: &Access, permission: Permission) -> Result<Arc<StoreRef>, AppError> {
        if !who.role.may(permission) {
            return Err(AppError::Forbidden);
        }
        self.store.store_by_id(who.store).await?.ok_or(AppError::NotFound)
    }

    async fn row(&self, at: &StoreRef, id: ProviderId) -> Result<ProviderRow, AppError> {
        self.store.providers(at).await?.into_iter().find(|row| row.id == id).ok_or(AppError::NotFound)
    }

    /// What is kept of a key: sealed, or the one that is there already.
    fn key(&self, at: &StoreRef, id: ProviderId, draft: &ProviderDraft, known: Option<&ProviderRow>) -> Result<Option<Vec<u8>>, AppError> {
        let Some(key) = draft.key.as_deref().map(str::trim) else {
            let kept = known.and_then(|row| row.sealed_key.clone());
            let moved = known.is_some_and(|row| row.kind != draft.kind || row.base_url != draft.base_url.trim());
            if kept.is_some() && moved {
                return Err(AppError::Invalid("The address has changed. Enter the key again, so that it goes nowhere it was not meant for.".into()));
            }
            return Ok(kept);
        };
        if key.is_empty() { Ok(None) } else { self.desk.seal(at.id, id, key).map(Some) }
    }
}

#[async_trait]
impl Writing for WritingService {
    async fn providers(&self, who: &Access) -> Result<Vec<ProviderView>, AppError> {
        let at = self.at(who, Permission::Browse).await?;
        let (rows, prices, now) = (self.store.providers(&at).await?, self.store.prices(&at).await?, self.desk.clock.now());
        // Where a provider is, is the owner's business.
        let shows_address = who.role.may(Permission::Manage);
        let set_up = rows.into_iter().map(|row| {
            let price = prices
                .iter()
                .filter(|price| price.provider == row.id && price.model == row.model && price.from <= now)
                .max_by_key(|price| price.from);
            view(row, price.map(price_view), shows_address)
        });
        Ok(std::iter::once(built_in()).chain(set_up).collect())
    }

    async fn save_provider(&self, who: &Access, draft: ProviderDraft) -> Result<ProviderId, AppError> {
        let at = self.at(who, Permission::Manage).await?;
        check::provider(&draft)?;
        let known = match draft.id {
            Some(id) => Some(self.row(&at, id).await?),
            None => None,
        };
        let id = draft.id.unwrap_or_else(|| ProviderId::new(self.desk.clock.now(), self.desk.chance()));
        let sealed_key = self.key(&at, id, &draft, known.as_ref())?;
        let row = ProviderRow {
            id,
            kind: draft.kind,
            name: draft.name.trim().to_owned(),
            base_url: draft.base_url.trim().to_owned(),
            model: draft.model.trim().to_owned(),
            sealed_key,
            concurrency: draft.concurrency,
            timeout_seconds: draft.timeout_seconds,
            position: draft.position,
            enabled: draft.enabled,
            removed: false,
        };
        self.store.save_provider(&at, &row).await?;
        tracing::info!(store.id = %at.id, provider.id = %id, "a provider was saved");
        Ok(id)
    }

    async fn remove_provider(&self, who: &Access, provider: ProviderId) -> Result<(), AppError> {
        let at = self.at(who, Permission::Manage).await?;
        if provider == ProviderId::BUILT_IN {
            return Err(AppError::Invalid("The built-in rules are always there.".into()));
        }
        if !self.store.remove_provider(&at, provider).await? {
            return Err(AppError::NotFound);
        }
        self.desk.forget(provider);
        Ok(())
    }

    async fn try_provider(&self, who: &Access, provider: ProviderId) -> Result<Trial, AppError> {
        let at = self.at(who, Permission::Manage).await?;
        if provider == ProviderId::BUILT_IN {
            return Ok(Trial { works: true, says: "The built-in rules always work: they need no key and no network.".into() });
        }
        let row = self.row(&at, provider).await?;
        self.trial(who, &at, row).await
    }

    async fn prices(&self, who: &Access) -> Result<Vec<PriceView>, AppError> {
        let at = self.at(who, Permission::Manage).await?;
        Ok(self.store.prices(&at).await?.iter().map(price_view).collect())
    }

    async fn save_price(&self, who: &Access, price: PriceView) -> Result<(), AppError> {
        let at = self.at(who, Permission::Manage).await?;
        let price = check::price(price)?;
        if price.provider == ProviderId::BUILT_IN {
            return Err(AppError::Invalid("The built-in rules cost nothing.".into()));
        }
        self.row(&at, price.provider).await?;
        let PriceView { provider, model, from, input, output } = price;
        self.store.save_price(&at, &PriceRow { provider, model, from, input, output }).await?;
        Ok(())
    }

    async fn remove_price(&self, who: &Access, provider: ProviderId, model: &str, from: Timestamp) -> Result<(), AppError> {
        let at = self.at(who, Permission::Manage).await?;
        if self.store.remove_price(&at, provider, model, from).await? { Ok(()) } else { Err(AppError::NotFound) }
    }

    async fn briefs(&self, who: &Access) -> Result<BriefsView, AppError> {
        let at = self.at(who, Permission::Browse).await?;
        let mut templates = self.store.briefs(&at).await?;
        let own = templates.iter().position(|(product_type, _)| product_type.is_empty());
        let brief = own.map(|own| templates.remove(own).1).unwrap_or_default();
        Ok(BriefsView { brief, templates, may_edit: who.role.may(Permission::Edit) })
    }

    async fn save_brief(&self, who: &Access, product_type: Option<&str>, brief: Brief) -> Result<(), AppError> {
        let at = self.at(who, Permission::Edit).await?;
        let product_type = product_type.map(str::trim);
        if let Some(product_type) = product_type {
            check::product_type(product_type)?;
        }
        check::brief(&brief)?;
        self.store.save_brief(&at, product_type.unwrap_or_default(), &brief, Some(who.user)).await?;
        Ok(())
    }

    async fn remove_template(&self, who: &Access, product_type: &str) -> Result<(), AppError> {
        let at = self.at(who, Permission::Edit).await?;
        let product_type = product_type.trim();
        // Without a type it is the store's own brief, which stays.
        if !product_type.is_empty() && self.store.remove_brief(&at, product_type).await? { Ok(()) } else { Err(AppError::NotFound) }
    }

    async fn preview(&self, who: &Access, product: &Handle, provider: ProviderId) -> Result<Preview, AppError> {
        let at = self.at(who, Permission::Edit).await?;
        self.written_for(who, &at, product, provider).await
    }
}

/// Before every provider that is not placed at 0: one that costs money is the first choice only where an owner made it that.
const BUILT_IN_POSITION: u32 = 1;

/// The writer that every store has.
fn built_in() -> ProviderView {
    ProviderView {
        id: ProviderId::BUILT_IN,
        kind: ProviderKind::BuiltIn,
        name: ProviderKind::BuiltIn.label().to_owned(),
        base_url: String::new(),
        model: String::new(),
        has_key: false,
        concurrency: 1,
        timeout_seconds: 1,
        position: BUILT_IN_POSITION,
        enabled: true,
        price: Some(PriceView {
            provider: ProviderId::BUILT_IN,
            model: String::new(),
            from: Timestamp::default(),
            input: Cost::ZERO,
            output: Cost::ZERO,
        }),
    }
}

fn view(row: ProviderRow, price: Option<PriceView>, shows_address: bool) -> ProviderView {
    ProviderView {
        id: row.id,
        kind: row.kind,
        name: row.name,
        base_url: if shows_address { row.base_url } else { String::new() },
        model: row.model,
        has_key: row.sealed_key.is_some(),
        concurrency: row.concurrency,
        timeout_seconds: row.timeout_seconds,
        position: row.position,
        enabled: row.enabled,
        price,
    }
}

fn price_view(row: &PriceRow) -> PriceView {
    PriceView { provider: row.provider, model: row.model.clone(), from: row.from, input: row.input, output: row.output }
}

impl std::fmt::Debug for WritingService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WritingService").finish_non_exhaustive()
    }
}
