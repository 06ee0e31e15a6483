//! Slowing down whoever guesses passwords: after some wrong ones an account, and an address, has to wait, twice as
//! long after each further one. Kept in the database, so that a restart does not help.
//!
//! An attempt is counted before its password is checked and taken back when it was right: many at once cannot all
//! slip through.

use crate::{
    Store, StoreError,
    admin::email_key,
    codec::from_row,
    db::{Tx, within},
    sql,
};

/// Whose failures are counted.
pub(crate) struct Attempt {
    account: String,
    address: String,
}

/// How long to wait, in minutes, rounded up.
pub(crate) struct Wait(pub(crate) i64);

/// Wrong passwords of one account before it has to wait.
const ACCOUNT_TRIES: i64 = 5;

/// Of one address: many people may share one, and the account is guarded by itself.
const ADDRESS_TRIES: i64 = 20;

const MINUTE: i64 = 60 * 1_000_000;
const LONGEST_WAIT: i64 = 15 * MINUTE;

/// After a day without a wrong password all is forgotten.
const FORGOTTEN: i64 = 24 * 60 * MINUTE;

impl Attempt {
    pub(crate) fn new(account: &str, address: &str) -> Self {
        let short = |text: &str| text.chars().take(254).collect::<String>();
        Self { account: format!("account:{}", short(account)), address: format!("address:{}", short(address)) }
    }
}

impl Store {
    /// How many seconds until the next attempt is looked at; none when it would be at once. Asking counts as no attempt.
    pub async fn sign_in_wait(&self, email: &str, address: &str) -> Result<Option<u64>, StoreError> {
        let now = self.inner.clock.now().micros();
        let mut tx = self.db().begin().await?;
        let until = blocked_until(&mut tx, &Attempt::new(&email_key(email), address), now).await?;
        // Not committed: asking leaves no row behind.
        drop(tx);
        Ok(u64::try_from(until - now).ok().filter(|wait| *wait > 0).map(|wait| wait.div_ceil(1_000_000)))
    }

    /// Counts an attempt, or says how long to wait.
    pub(crate) async fn begin_attempt(&self, attempt: &Attempt) -> Result<Result<(), Wait>, StoreError> {
        let now = self.inner.clock.now().micros();
        let mut tx = self.db().begin().await?;
        within!(tx, |on| async { sqlx::query(sql::FORGET_FAILURES).bind(now - FORGOTTEN).execute(on).await.map(|_| ()) })?;
        let until = blocked_until(&mut tx, attempt, now).await?;
        if until > now {
            tx.commit().await?;
            return Ok(Err(Wait((until - now + MINUTE - 1) / MINUTE)));
        }
        for subject in [&attempt.account, &attempt.address] {
            within!(tx, |on| async { sqlx::query(sql::COUNT_FAILURE).bind(subject).bind(now).execute(on).await.map(|_| ()) })?;
        }
        tx.commit().await?;
        Ok(Ok(()))
    }

    /// The password was right: the account starts anew, and the address has one failure less.
    pub(crate) async fn attempt_succeeded(&self, attempt: &Attempt) -> Result<(), StoreError> {
        let mut tx = self.db().begin().await?;
        within!(tx, |on| async { sqlx::query(sql::FORGIVE_ACCOUNT).bind(&attempt.account).execute(on).await.map(|_| ()) })?;
        within!(tx, |on| async { sqlx::query(sql::FORGIVE_ADDRESS).bind(&attempt.address).execute(on).await.map(|_| ()) })?;
        tx.commit().await
    }
}

struct Failures {
    count: i64,
    last_at: i64,
}

from_row!(Failures, |row| Ok(Self { count: row.try_get(0)?, last_at: row.try_get(1)? }));

impl Failures {
    /// One minute after the last try that was free, then two, four, and so on.
    fn blocked_until(&self, tries: i64) -> i64 {
        match self.count - tries {
            over if over < 0 => 0,
            over => self.last_at + (MINUTE << over.min(10)).min(LONGEST_WAIT),
        }
    }
}

async fn blocked_until(tx: &mut Tx<'_>, attempt: &Attempt, now: i64) -> Result<i64, StoreError> {
    // Always the account first: two attempts at once lock their rows in the same order.
    let account = failures(tx, &attempt.account, now).await?;
    let address = failures(tx, &attempt.address, now).await?;
    Ok(account.blocked_until(ACCOUNT_TRIES).max(address.blocked_until(ADDRESS_TRIES)))
}

/// Locks the count of a subject and reads it.
async fn failures(tx: &mut Tx<'_>, subject: &str, now: i64) -> Result<Failures, StoreError> {
    Ok(within!(tx, |on| sqlx::query_as(sql::LOCK_FAILURES).bind(subject).bind(now).fetch_one(on))?)
}
