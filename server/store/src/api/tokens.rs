//! The port of tokens. A secret's SHA-256 is in the table: whoever reads the table cannot ask with it.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    clock::Timestamp,
    ids::{Seq, StoreId, TokenId, UserId},
    role::{Permission, Role},
    scope::Scopes,
};
use ports::{
    Access,
    error::AppError,
    tokens::{Bearer, LOG_IN_DAYS, LONGEST_NAME, MOST_DAYS, MOST_TOKENS, NewToken, TokenSecret, TokenView, Tokens},
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::sql;
use crate::{
    Store, StoreError,
    codec::{Many, from_row, word},
    db::{fresh, within, written},
    entropy,
    people::no_store_yet,
    together::Together,
    who_asks::Subject,
};

/// Tokens of log-ins that a person has in a store at most. One that is put under load logs in many thousand times a day.
const MOST_LOG_INS: i64 = 10_000;

/// Tokens in a list.
const LISTED: i64 = 1_000;

/// Random bytes of a secret, and the characters that they are written with.
const SECRET_BYTES: usize = 32;
const SECRET_CHARACTERS: usize = 43;

const DAY_SECONDS: i64 = 24 * 60 * 60;

/// How often the use of a token is noted, in microseconds.
const NOTED_EVERY: u64 = 60 * 1_000_000;

/// Tokens whose last use is remembered.
const MOST_REMEMBERED: usize = 10_000;

/// Who asks with which secret, read for all who come at a time.
pub(crate) type Bearers = Together<Vec<u8>, Told>;

/// When the uses of tokens were noted last.
#[derive(Default)]
pub(super) struct Used(Mutex<HashMap<TokenId, i64>>);

#[async_trait]
impl Tokens for Store {
    async fn make_token(&self, who: &Access, new: NewToken) -> Result<(TokenView, TokenSecret), AppError> {
        let store = self.allowed(who, Permission::Browse).await?;
        self.new_token(who.user, store.num, checked(new)?, false).await?.ok_or(AppError::NotFound)
    }

    async fn tokens(&self, who: &Access) -> Result<Vec<TokenView>, AppError> {
        let store = self.allowed(who, Permission::Browse).await?;
        let (everybodys, now) = (who.role.may(Permission::Manage), self.inner.clock.now().micros());
        let tokens: Vec<Listed> = fresh!(self.db(), |on| {
            sqlx::query_as(sql::TOKENS).bind(store.num).bind(everybodys).bind(who.user.0).bind(now).bind(LISTED).fetch_all(on)
        })
        .map_err(StoreError::from)?;
        let mut tokens: Vec<TokenView> = tokens.into_iter().map(|token| token.0).collect();
        tokens.sort_by_key(|token| std::cmp::Reverse((token.created_at, token.id)));
        Ok(tokens)
    }

    async fn revoke_token(&self, who: &Access, token: TokenId) -> Result<(), AppError> {
        let store = self.allowed(who, Permission::Browse).await?;
        let (this, user, anybodys) = (self.clone(), who.user, who.role.may(Permission::Manage));
        let revoked = self.to_its_end(async move {
            let changing = this.inner.who_asks.changing(Subject::Token(token));
            let revoked = written!(this.db(), |on| async {
                let query = sqlx::query(sql::REVOKE_TOKEN).bind(store.num).bind(token.0).bind(anybodys).bind(user.0);
                query.execute(on).await.map(|done| done.rows_affected())
            })?;
            changing.done_to(revoked);
            Ok::<_, StoreError>(revoked)
        });
        if revoked.await? == 1 { Ok(()) } else { Err(AppError::NotFound) }
    }

    async fn log_in(&self, email: &str, password: &str, address: &str, store: Option<&str>) -> Result<(TokenView, TokenSecret), AppError> {
        let user = self.whose_password(email, password, address).await?;
        // No database can hold a zero, and no short name has one.
        let slug = store.map(|slug| slug.trim().replace('\0', " "));
        let place: Option<(i64,)> =
            fresh!(self.db(), |on| sqlx::query_as(sql::STORE_TO_LOG_INTO).bind(user.0).bind(slug.as_deref()).fetch_optional(on))
                .map_err(StoreError::from)?;
        let Some((store_num,)) = place else {
            return Err(if slug.is_none() {
                no_store_yet()
            } else {
                AppError::Invalid("You belong to no store of this short name. Correct it, or leave it out for your first store.".into())
            });
        };
        let new = NewToken { name: log_in_name(address), scopes: Scopes::all(), days: Some(LOG_IN_DAYS) };
        self.new_token(user, store_num, new, true).await?.ok_or(AppError::NotFound)
    }

    async fn bearer(&self, secret: &TokenSecret) -> Result<Option<Bearer>, AppError> {
        if !looks_like_one(secret) {
            return Ok(None);
        }
        self.db().stay_on_primary();
        let (hash, now) = (hash(secret), self.inner.clock.now().micros());
        let known = self.inner.who_asks.bearer(&hash, now);
        let told = if known.is_some() { known } else { Box::pin(self.read_bearer(hash)).await? };
        Ok(told.map(|told| self.asks(told, now)))
    }

    fn known_bearer(&self, secret: &TokenSecret) -> Option<Bearer> {
        let now = self.inner.clock.now().micros();
        let told = self.inner.who_asks.bearer(&hash(secret), now)?;
        Some(self.asks(told, now))
    }
}

impl Store {
    /// Makes a token for a member; none when they are not, or not any more.
    async fn new_token(&self, user: UserId, store_num: i64, new: NewToken, log_in: bool) -> Result<Option<(TokenView, TokenSecret)>, StoreError> {
        let chance = &*self.inner.entropy;
        let secret = TokenSecret(format!("{}{}", TokenSecret::PREFIX, URL_SAFE_NO_PAD.encode(entropy::array::<SECRET_BYTES>(chance))));
        let now = self.inner.clock.now();
        let id = TokenId::new(now, entropy::array(chance));
        let ends_with = secret.0[secret.0.len() - 4..].to_owned();
        let expires_at = new.days.map(|days| now.plus_seconds(i64::from(days) * DAY_SECONDS));
        // Whoever logs in uses the token in the next moment.
        let last_used_at = log_in.then_some(now);

        let mut tx = self.db().begin().await?;
        let member: Option<(String,)> = within!(tx, |on| sqlx::query_as(sql::LOCK_MEMBER).bind(user.0).bind(store_num).fetch_optional(on))?;
        let Some((person,)) = member else { return Ok(None) };
        let dropped = if log_in {
            let run_out = now.plus_seconds(-i64::from(LOG_IN_DAYS) * DAY_SECONDS).micros();
            within!(tx, |on| async {
                let query = sqlx::query(sql::DROP_OLD_LOG_INS).bind(user.0).bind(store_num).bind(run_out).bind(MOST_LOG_INS - 1);
                query.execute(on).await.map(|done| done.rows_affected())
            })?
        } else {
            let dropped = within!(tx, |on| async {
                let query = sqlx::query(sql::DROP_RUN_OUT).bind(user.0).bind(store_num).bind(now.micros());
                query.execute(on).await.map(|done| done.rows_affected())
            })?;
            let (tokens,): (i64,) = within!(tx, |on| sqlx::query_as(sql::COUNT_TOKENS).bind(user.0).bind(store_num).fetch_one(on))?;
            if tokens >= i64::from(MOST_TOKENS) {
                return Err(StoreError::Refused(format!(
                    "You have {MOST_TOKENS} tokens in this store, which is the most. End one that is not needed."
                )));
            }
            dropped
        };
        within!(tx, |on| async {
            sqlx::query(sql::MAKE_TOKEN)
                .bind(id.0)
                .bind(store_num)
                .bind(user.0)
                .bind(&new.name)
                .bind(hash(&secret))
                .bind(&ends_with)
                .bind(i64::from(new.scopes.bits()))
                .bind(log_in)
                .bind(now.micros())
                .bind(last_used_at.map(Timestamp::micros))
                .bind(expires_at.map(Timestamp::micros))
                .execute(on)
                .await
                .map(|_| ())
        })?;
        let changing = (dropped > 0).then(|| self.inner.who_asks.changing(Subject::Person(user)));
        tx.commit().await?;
        if let Some(changing) = changing {
            changing.done();
        }
        let view = TokenView { id, name: new.name, scopes: new.scopes, user, person, ends_with, created_at: now, last_used_at, expires_at };
        Ok(Some((view, secret)))
    }

    /// Somebody asks with a token.
    fn asks(&self, told: Told, now: i64) -> Bearer {
        self.has_written(told.bearer.access.user, told.store_num, told.written);
        self.note_use(told.bearer.token, told.last_used_at, now);
        told.bearer
    }

    /// Asks together with all who come at the time.
    async fn read_bearer(&self, hash: Vec<u8>) -> Result<Option<Told>, AppError> {
        let (answer, is_first) = self.inner.api.bearers.ask(vec![hash.clone()]);
        if is_first {
            // In a task of its own: whoever asked may go away, others wait too.
            let this = self.clone();
            self.inner.runtime.spawn(traces::carried(async move { this.inner.api.bearers.answer(|hashes| this.read_bearers(hashes)).await }));
        }
        let answer = traces::within(traces::Kind::Wait, "who asks", answer);
        Ok(answer.await.map_err(|_| AppError::Internal)??.get(&hash).cloned())
    }

    async fn read_bearers(&self, hashes: Vec<Vec<u8>>) -> Result<Vec<(Vec<u8>, Told)>, AppError> {
        let (db, now, reading) = (self.db(), self.inner.clock.now().micros(), self.inner.who_asks.reading());
        let named: Vec<Named> =
            fresh!(db, |on| sqlx::query_as(db.sql(&sql::BEARERS)).bind(Many(&hashes)).bind(now).fetch_all(on)).map_err(StoreError::from)?;
        if let Some(reading) = reading {
            for Named(hash, told) in &named {
                self.inner.who_asks.keep_bearer(reading, hash, told);
            }
        }
        Ok(named.into_iter().map(|Named(hash, told)| (hash, told)).collect())
    }

    /// Writes down that a token was used, once a minute and behind the answer, which does not depend on it.
    fn note_use(&self, token: TokenId, noted_at: Option<i64>, now: i64) {
        if noted_at.is_some_and(|at| is_recent(at, now)) || !self.inner.api.used.is_due(token, now) {
            return;
        }
        let this = self.clone();
        self.inner.runtime.spawn(async move {
            let noted = written!(this.db(), |on| async { sqlx::query(sql::NOTE_USE).bind(token.0).bind(now).execute(on).await.map(|_| ()) });
            if let Err(error) = noted.map_err(StoreError::from) {
                tracing::warn!(token.id = %token, %error, "the use of a token was not noted");
            }
        });
    }
}

impl Used {
    /// Whether the use of a token is to be noted now. Whoever is told so does it.
    fn is_due(&self, token: TokenId, now: i64) -> bool {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if used.get(&token).is_some_and(|at| is_recent(*at, now)) {
            return false;
        }
        if used.len() >= MOST_REMEMBERED {
            used.retain(|_, at| is_recent(*at, now));
        }
        if used.len() >= MOST_REMEMBERED {
            // Some are noted once more than needed.
            used.clear();
        }
        used.insert(token, now);
        true
    }
}

/// Also where the clock was put back.
fn is_recent(at: i64, now: i64) -> bool {
    now.abs_diff(at) < NOTED_EVERY
}

fn checked(new: NewToken) -> Result<NewToken, AppError> {
    let (name, scopes) = (new.name.trim().to_owned(), Scopes::from_bits(new.scopes.bits()));
    let sentence = if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        format!("The name of a token has 1 to {LONGEST_NAME} characters on one line. Say what the token is for.")
    } else if scopes.is_empty() {
        "A token that may do nothing is of no use. Choose what it may do.".into()
    } else if new.days.is_some_and(|days| !(1..=MOST_DAYS).contains(&days)) {
        format!("A token is good for 1 to {MOST_DAYS} days, or without end. Choose the days again.")
    } else {
        return Ok(NewToken { name, scopes, days: new.days });
    };
    Err(AppError::Invalid(sentence))
}

/// What a token is called that came of a log-in.
fn log_in_name(address: &str) -> String {
    let name = format!("Log-in from {address}");
    name.chars().filter(|character| !character.is_control()).take(LONGEST_NAME).collect()
}

/// What cannot be a secret is not looked for.
fn looks_like_one(secret: &TokenSecret) -> bool {
    secret.0.strip_prefix(TokenSecret::PREFIX).is_some_and(|random| random.len() == SECRET_CHARACTERS)
}

fn hash(secret: &TokenSecret) -> Vec<u8> {
    Sha256::digest(secret.0.as_bytes()).to_vec()
}

fn scopes_of(bits: i64) -> Scopes {
    Scopes::from_bits(bits as u32)
}

/// What a look-up says.
#[derive(Clone)]
pub(crate) struct Told {
    pub(crate) bearer: Bearer,
    pub(crate) expires_at: Option<i64>,
    last_used_at: Option<i64>,
    store_num: i64,
    /// The last change of the person in the token's store.
    written: Seq,
}

struct Named(Vec<u8>, Told);

from_row!(Named, |row| {
    let access = Access {
        user: UserId(row.try_get::<Uuid, _>("user_id")?),
        store: StoreId(row.try_get::<Uuid, _>("store_id")?),
        role: word(row.try_get("role")?, Role::from_name, "role")?,
    };
    let bearer = Bearer { access, token: TokenId(row.try_get::<Uuid, _>("id")?), scopes: scopes_of(row.try_get("scopes")?) };
    let told = Told {
        bearer,
        expires_at: row.try_get("expires_at")?,
        last_used_at: row.try_get("last_used_at")?,
        store_num: row.try_get("store_num")?,
        written: Seq(row.try_get("written_seq")?),
    };
    Ok(Self(row.try_get("secret_hash")?, told))
});

struct Listed(TokenView);

from_row!(Listed, |row| {
    Ok(Self(TokenView {
        id: TokenId(row.try_get::<Uuid, _>("id")?),
        name: row.try_get("name")?,
        scopes: scopes_of(row.try_get("scopes")?),
        user: UserId(row.try_get::<Uuid, _>("user_id")?),
        person: row.try_get("person")?,
        ends_with: row.try_get("ends_with")?,
        created_at: Timestamp::from_micros(row.try_get("created_at")?),
        last_used_at: row.try_get::<Option<i64>, _>("last_used_at")?.map(Timestamp::from_micros),
        expires_at: row.try_get::<Option<i64>, _>("expires_at")?.map(Timestamp::from_micros),
    }))
});
