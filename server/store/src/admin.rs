//! What the command line does: stores, people, export.

use std::sync::{Arc, PoisonError};

use domain::{
    fold::fold,
    ids::{StoreId, UserId},
    money::Currency,
    product::Product,
    role::Role,
};
use uuid::Uuid;

use crate::{
    Store, StoreError, StoreRef,
    codec::{from_row, key_of, keys_of, unreadable},
    db::{fresh, lagging, within, written},
    entropy,
    read::rows::ProductRow,
    sql,
    who_asks::Subject,
};

impl Store {
    /// Makes a store. Refused when the slug is taken or is not lower-case letters, digits and `-`.
    pub async fn create_store(&self, slug: &str, name: &str, currency: Currency) -> Result<StoreRef, StoreError> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if slug.is_empty() || slug.len() > 63 || !slug.chars().all(allowed) {
            return Err(StoreError::Refused("A store's short name has 1 to 63 lower-case letters, digits and -.".into()));
        }
        if name.trim().is_empty() || name.chars().count() > 255 || name.contains('\0') {
            return Err(StoreError::Refused("A store's name has 1 to 255 characters.".into()));
        }
        let now = self.inner.clock.now();
        let id = StoreId::new(now, entropy::array(&*self.inner.entropy));
        let mut tx = self.db().begin().await?;
        let made: Result<(i64,), sqlx::Error> = within!(tx, |on| {
            sqlx::query_as(sql::MAKE_STORE).bind(id.0).bind(slug).bind(name.trim()).bind(currency.code()).bind(now.micros()).fetch_one(on)
        });
        let (num,) = made.map_err(|error| taken(error, || format!("There is a store named {slug} already. Choose another short name.")))?;
        within!(tx, |on| async { sqlx::query(sql::MAKE_STORE_SEQ).bind(num).execute(on).await.map(|_| ()) })?;
        tx.commit().await?;
        Ok(StoreRef { num, id, slug: slug.to_owned(), name: name.trim().to_owned(), currency })
    }

    pub async fn store_by_slug(&self, slug: &str) -> Result<Option<StoreRef>, StoreError> {
        let row: Option<StoreRow> = fresh!(self.db(), |on| sqlx::query_as(sql::STORE_BY_SLUG).bind(slug).fetch_optional(on))?;
        Ok(row.map(|row| row.0))
    }

    pub async fn store_by_id(&self, id: StoreId) -> Result<Option<Arc<StoreRef>>, StoreError> {
        if let Some(store) = self.known_store(id) {
            return Ok(Some(store));
        }
        // Every request asks, and would carry what a statement needs about.
        Box::pin(self.read_store_by_id(id)).await
    }

    /// One that was asked for before.
    pub(crate) fn known_store(&self, id: StoreId) -> Option<Arc<StoreRef>> {
        self.inner.stores.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    async fn read_store_by_id(&self, id: StoreId) -> Result<Option<Arc<StoreRef>>, StoreError> {
        let row: Option<StoreRow> = fresh!(self.db(), |on| sqlx::query_as(sql::STORE_BY_ID).bind(id.0).fetch_optional(on))?;
        let Some(StoreRow(store)) = row else { return Ok(None) };
        let store = Arc::new(store);
        self.inner.stores.write().unwrap_or_else(PoisonError::into_inner).insert(id, store.clone());
        Ok(Some(store))
    }

    /// All stores, by slug.
    pub async fn stores(&self) -> Result<Vec<StoreRef>, StoreError> {
        let rows: Vec<StoreRow> = fresh!(self.db(), |on| sqlx::query_as(sql::STORES).fetch_all(on))?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }

    /// Products of a store that are not in the trash.
    pub async fn product_count(&self, store: &StoreRef) -> Result<u64, StoreError> {
        let (_, products): (i64, i64) = fresh!(self.db(), |on| sqlx::query_as(sql::STORE_SEQ).bind(store.num).fetch_one(on))?;
        Ok(products.max(0) as u64)
    }

    /// Makes a user. Refused when the email is taken or is none, or the password is shorter than 10 characters.
    pub async fn create_user(&self, email: &str, name: &str, password: &str) -> Result<UserId, StoreError> {
        let email = email_key(email);
        let parts: Vec<&str> = email.split('@').collect();
        if parts.len() != 2 || parts.contains(&"") || email.len() > 254 || email.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(StoreError::Refused("This is not an email address. Write it like name@example.com.".into()));
        }
        if name.trim().is_empty() || name.chars().count() > 255 || name.contains('\0') {
            return Err(StoreError::Refused("A person's name has 1 to 255 characters.".into()));
        }
        let hash = self.hash_password(password).await?;
        let now = self.inner.clock.now();
        let id = UserId::new(now, entropy::array(&*self.inner.entropy));
        let made = written!(self.db(), |on| async {
            sqlx::query(sql::MAKE_USER).bind(id.0).bind(&email).bind(name.trim()).bind(hash).bind(now.micros()).execute(on).await.map(|_| ())
        });
        made.map_err(|error| taken(error, || format!("There is a user with the email {email} already.")))?;
        Ok(id)
    }

    pub async fn user_by_email(&self, email: &str) -> Result<Option<UserId>, StoreError> {
        let row: Option<(Uuid,)> = fresh!(self.db(), |on| sqlx::query_as(sql::USER_BY_EMAIL).bind(email_key(email)).fetch_optional(on))?;
        Ok(row.map(|(id,)| UserId(id)))
    }

    /// Gives a person a role in a store, or another one than before.
    pub async fn set_member(&self, user: UserId, store: &StoreRef, role: Role) -> Result<(), StoreError> {
        let changing = self.inner.who_asks.changing(Subject::Person(user));
        written!(self.db(), |on| async {
            sqlx::query(sql::SET_MEMBER).bind(user.0).bind(store.num).bind(role.name()).execute(on).await.map(|_| ())
        })?;
        changing.done();
        Ok(())
    }

    /// The store's products whole, by age, those behind the product numbered `after_ord`; without those in the trash.
    pub async fn export_batch(&self, store: &StoreRef, after_ord: Option<u32>, limit: u32) -> Result<Vec<Product>, StoreError> {
        let (first, end) = keys_of(store.num);
        let after = after_ord.map_or(first, |ord| key_of(store.num, ord));
        let limit = i64::from(limit);
        let rows: Vec<ProductRow> = lagging!(self.db(), |on| sqlx::query_as(sql::PRODUCTS_BEHIND).bind(after).bind(end).bind(limit).fetch_all(on))?;
        Ok(self.whole(rows).await?.into_iter().map(|row| row.product).collect())
    }
}

/// Emails are compared without case.
pub(crate) fn email_key(email: &str) -> String {
    fold(email.trim())
}

pub(crate) struct StoreRow(pub(crate) StoreRef);

from_row!(StoreRow, |row| {
    let currency: &str = row.try_get("currency")?;
    Ok(Self(StoreRef {
        num: row.try_get("num")?,
        id: StoreId(row.try_get::<Uuid, _>("store_id")?),
        slug: row.try_get("slug")?,
        name: row.try_get("store_name")?,
        currency: currency.parse().map_err(|_| unreadable(format!("the currency {currency:?}")))?,
    }))
});

/// A unique value that somebody else has, as a sentence.
fn taken(error: sqlx::Error, sentence: impl FnOnce() -> String) -> StoreError {
    match StoreError::from(error) {
        StoreError::Race(_) => StoreError::Refused(sentence()),
        error => error,
    }
}
