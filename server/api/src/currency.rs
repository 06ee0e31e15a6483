//! In which currency a store's prices are. A store keeps its currency, so it is asked for once.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use domain::{ids::StoreId, money::Currency, query::ListQuery};
use ports::{Access, error::AppError};

use crate::options::Api;

/// More stores than one process serves: then it begins anew.
const MOST: usize = 10_000;

#[derive(Default)]
pub(crate) struct Currencies(RwLock<HashMap<StoreId, Currency>>);

impl Api {
    pub(crate) async fn currency(&self, who: &Access) -> Result<Currency, AppError> {
        if let Some(known) = self.currencies.0.read().unwrap_or_else(PoisonError::into_inner).get(&who.store) {
            return Ok(*known);
        }
        let currency = self.ports.catalogue.part(who, &ListQuery::default(), None, 0).await?.currency;
        self.currencies.note(who.store, currency);
        Ok(currency)
    }
}

impl Currencies {
    pub(crate) fn note(&self, store: StoreId, currency: Currency) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(store, currency);
    }
}
