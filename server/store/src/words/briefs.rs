//! How a store wants its words.

use domain::{ids::UserId, words::brief::Brief};

use super::sql;
use crate::{
    Store, StoreError, StoreRef,
    codec::{from_json, to_json},
    db::{fresh, written},
};

impl Store {
    /// The store's own brief, whose type is empty, and then the templates by their product types.
    pub async fn briefs(&self, store: &StoreRef) -> Result<Vec<(String, Brief)>, StoreError> {
        let rows: Vec<(String, String)> = fresh!(self.db(), |on| sqlx::query_as(sql::BRIEFS).bind(store.num).fetch_all(on))?;
        let brief = |(product_type, json): (String, String)| Ok((product_type, from_json(&json, "a brief")?));
        let mut briefs: Vec<(String, Brief)> = rows.into_iter().map(brief).collect::<Result<_, StoreError>>()?;
        // Not by the database, whose order of texts is its own.
        briefs.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(briefs)
    }

    /// The store's own brief when the type is empty, else the template of that type.
    pub async fn save_brief(&self, store: &StoreRef, product_type: &str, brief: &Brief, user: Option<UserId>) -> Result<(), StoreError> {
        let (json, now) = (to_json(brief), self.inner.clock.now().micros());
        written!(self.db(), |on| async {
            let query = sqlx::query(sql::SAVE_BRIEF).bind(store.num).bind(product_type).bind(&json).bind(user.map(|user| user.0)).bind(now);
            query.execute(on).await.map(|_| ())
        })?;
        Ok(())
    }

    pub async fn remove_brief(&self, store: &StoreRef, product_type: &str) -> Result<bool, StoreError> {
        let removed = written!(self.db(), |on| async {
            sqlx::query(sql::REMOVE_BRIEF).bind(store.num).bind(product_type).execute(on).await.map(|done| done.rows_affected())
        })?;
        Ok(removed == 1)
    }
}
