//! Sessions: a secret in a cookie, its SHA-256 in the table. Whoever reads the table cannot sign in with it.

use domain::{
    ids::{Seq, StoreId, UserId},
    money::Currency,
    role::Role,
};
use ports::{
    Access, SessionSecret,
    people::{Me, StoreView},
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    Store, StoreError,
    codec::{from_row, unreadable, word},
    db::{fresh, written},
    entropy, sql,
    who_asks::Subject,
};

/// How long a session lasts, in seconds: 30 days.
pub const SESSION_SECONDS: i64 = 30 * 24 * 60 * 60;

impl Store {
    /// Opens a session in the first of the person's stores; none when they belong to none.
    pub(crate) async fn open_session(&self, user: UserId) -> Result<Option<SessionSecret>, StoreError> {
        let now = self.inner.clock.now();
        written!(self.db(), |on| async { sqlx::query(sql::DROP_OLD_SESSIONS).bind(now.micros()).execute(on).await.map(|_| ()) })?;
        let bytes: [u8; 32] = entropy::array(&*self.inner.entropy);
        let secret = SessionSecret(hex(&bytes));
        let opened = written!(self.db(), |on| async {
            sqlx::query(sql::OPEN_SESSION)
                .bind(hash(&secret))
                .bind(user.0)
                .bind(now.micros())
                .bind(now.plus_seconds(SESSION_SECONDS).micros())
                .execute(on)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok((opened == 1).then_some(secret))
    }

    pub(crate) async fn close_session(&self, session: &SessionSecret) -> Result<(), StoreError> {
        let (this, hash) = (self.clone(), hash(session));
        self.to_its_end(async move {
            let changing = this.inner.who_asks.changing(Subject::Session(hash.clone()));
            let closed =
                written!(this.db(), |on| async { sqlx::query(sql::CLOSE_SESSION).bind(&hash).execute(on).await.map(|done| done.rows_affected()) })?;
            changing.done_to(closed);
            Ok(())
        })
        .await
    }

    /// Who a session belongs to, with every store of theirs.
    pub(crate) async fn whose_session(&self, session: &SessionSecret) -> Result<Option<(Access, Me)>, StoreError> {
        let (hash, now) = (hash(session), self.inner.clock.now().micros());
        // As after a statement that is asked of it.
        self.db().stay_on_primary();
        let known = self.inner.who_asks.session(&hash, now);
        let Some(told) = (if known.is_some() { known } else { self.read_session(&hash, now).await? }) else { return Ok(None) };
        self.has_written(told.access.user, told.store_num, told.written);
        Ok(Some((told.access, told.me)))
    }

    async fn read_session(&self, hash: &[u8], now: i64) -> Result<Option<Told>, StoreError> {
        let reading = self.inner.who_asks.reading();
        let rows: Vec<Row> = fresh!(self.db(), |on| sqlx::query_as(sql::WHOSE_SESSION).bind(hash).bind(now).fetch_all(on))?;
        let stores: Vec<StoreView> = rows.iter().map(|row| row.store.clone()).collect();
        let Some(row) = rows.into_iter().find(|row| row.current) else { return Ok(None) };
        let access = Access { user: row.user, store: row.store.id, role: row.role };
        let me = Me { id: row.user, name: row.name, email: row.email, role: row.role, store: row.store, stores };
        let told = Told { access, me, store_num: row.store_num, written: row.written, expires_at: row.expires_at };
        if let Some(reading) = reading {
            self.inner.who_asks.keep_session(reading, hash, &told);
        }
        Ok(Some(told))
    }

    /// Whether the session is there and its person belongs to the store.
    pub(crate) async fn move_session(&self, session: &SessionSecret, store: StoreId) -> Result<bool, StoreError> {
        let (this, hash, now) = (self.clone(), hash(session), self.inner.clock.now().micros());
        self.to_its_end(async move {
            let changing = this.inner.who_asks.changing(Subject::Session(hash.clone()));
            let moved = written!(this.db(), |on| async {
                sqlx::query(sql::MOVE_SESSION).bind(&hash).bind(now).bind(store.0).execute(on).await.map(|done| done.rows_affected())
            })?;
            changing.done_to(moved);
            Ok(moved == 1)
        })
        .await
    }
}

/// What a look-up says.
#[derive(Clone)]
pub(crate) struct Told {
    pub(crate) access: Access,
    me: Me,
    store_num: i64,
    /// The last change of the person in that store.
    written: Seq,
    pub(crate) expires_at: i64,
}

#[cfg(test)]
impl Told {
    pub(crate) fn of(access: Access, written: Seq, expires_at: i64) -> Self {
        let currency = Currency::EUR;
        let store = StoreView { id: access.store, slug: "shop".into(), name: "Shop".into(), currency };
        let me =
            Me { id: access.user, name: "Ada".into(), email: "ada@example.com".into(), role: access.role, store: store.clone(), stores: vec![store] };
        Self { access, me, store_num: 1, written, expires_at }
    }
}

struct Row {
    user: UserId,
    name: String,
    email: String,
    role: Role,
    store: StoreView,
    /// Whether it is the session's store.
    current: bool,
    store_num: i64,
    /// The last change of the person in that store.
    written: Seq,
    expires_at: i64,
}

from_row!(Row, |row| {
    let currency: &str = row.try_get(7)?;
    Ok(Self {
        user: UserId(row.try_get::<Uuid, _>(0)?),
        name: row.try_get(1)?,
        email: row.try_get(2)?,
        role: word(row.try_get(3)?, Role::from_name, "role")?,
        store: StoreView {
            id: StoreId(row.try_get::<Uuid, _>(4)?),
            slug: row.try_get(5)?,
            name: row.try_get(6)?,
            currency: currency.parse::<Currency>().map_err(|_| unreadable(format!("the currency {currency:?}")))?,
        },
        current: row.try_get(8)?,
        store_num: row.try_get(9)?,
        written: Seq(row.try_get(10)?),
        expires_at: row.try_get(11)?,
    })
});

fn hash(session: &SessionSecret) -> Vec<u8> {
    Sha256::digest(session.0.as_bytes()).to_vec()
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
