//! Many rows into a table, on either engine.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock, PoisonError, RwLock},
};

use super::{rows::Record, rows_postgres, rows_sqlite};
use crate::{
    StoreError,
    db::{Running, Tx, TxOn},
    sql::Table,
};

/// What happens to a row whose key is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Clash {
    /// It is an error.
    Fails,
    /// The new one takes its place.
    Replaces,
    /// The old one stays.
    Stays,
    /// What is not in the key is numbers, and the new ones are added to the old.
    Adds,
}

pub(crate) async fn insert<R: Record>(tx: &mut Tx<'_>, table: &'static Table, records: &[R], clash: Clash) -> Result<(), StoreError> {
    if records.is_empty() {
        return Ok(());
    }
    let running = Running::new();
    let done = match &mut tx.on {
        TxOn::Sqlite(on) => rows_sqlite::insert(tx.db, on, table, records, clash).await,
        TxOn::Postgres(on) => rows_postgres::insert(tx.db, on, table, records, clash).await,
    };
    running.had(records.len() as u64);
    tx.db.inserted(table.name, &running, done.is_ok());
    done
}

/// The texts of an engine's statements, each made once for its table, size and clash.
pub(super) struct Texts(OnceLock<RwLock<ByUse>>);

type ByUse = HashMap<(&'static str, usize, Clash), Arc<str>>;

impl Texts {
    pub(super) const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// `make` is given the columns.
    pub(super) fn of(&self, table: &'static Table, rows: usize, clash: Clash, make: impl FnOnce(&[&str]) -> String) -> Arc<str> {
        let texts = self.0.get_or_init(RwLock::default);
        let key = (table.name, rows, clash);
        if let Some(text) = texts.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return text.clone();
        }
        let columns: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
        let text: Arc<str> = make(&columns).into();
        texts.write().unwrap_or_else(PoisonError::into_inner).insert(key, text.clone());
        text
    }
}

impl Clash {
    pub(super) fn clause(self, table: &Table) -> String {
        let key = table.key.join(",");
        match self {
            Self::Fails => String::new(),
            Self::Stays => format!(" ON CONFLICT ({key}) DO NOTHING"),
            Self::Replaces | Self::Adds => {
                let others = table.columns.iter().map(|(name, _)| *name).filter(|name| !table.key.contains(name) && !table.fixed.contains(name));
                let old = |name| if self == Self::Adds { format!("{}.{name}+", table.name) } else { String::new() };
                let set: Vec<String> = others.map(|name| format!("{name}={}excluded.{name}", old(name))).collect();
                format!(" ON CONFLICT ({key}) DO UPDATE SET {}", set.join(","))
            }
        }
    }
}
