//! What alerts have to keep: how they stand and what was told, as JSON that is read elsewhere, and messages on their way. Several processes
//! ask at once: a round is one's at a time, and so is a message, each by a lease. Leases go by the moments that are passed in, which are the
//! asking process's.

mod rows;
mod sql;

use domain::clock::Timestamp;

pub use self::rows::{Book, Kind, Message, NewMessage, Note, State, Written};
use self::rows::{NoteRecord, kept};
pub(crate) use self::sql::hot;
use crate::{
    Store, StoreError,
    codec::Many,
    db::{Work, fresh, within, written},
    write::{Clash, insert},
};

/// What was given up is told of for so long.
const GIVEN_UP_MICROS: i64 = 2 * 86_400 * 1_000_000;

impl Store {
    /// Takes the next round for some seconds, and gives how everything stands. None when another has it for no longer than such a lease, or when the
    /// last one began less than `every_seconds` ago.
    pub async fn begin_alert_round(&self, holder: &str, now: Timestamp, lease_seconds: i64, every_seconds: i64) -> Result<Option<Book>, StoreError> {
        let (until, early) = (now.plus_seconds(lease_seconds).micros(), now.plus_seconds(-every_seconds).micros());
        let begun = written!(self.db(), |on| async {
            let query = sqlx::query(sql::BEGIN_ROUND).bind(holder).bind(now.micros()).bind(until).bind(early);
            query.execute(on).await.map(|done| done.rows_affected())
        })?;
        if begun == 0 { Ok(None) } else { self.alert_book_at(now).await.map(Some) }
    }

    /// Writes what came of a round and gives it back: all of it, or nothing, and then false, when the holder has it no more.
    pub async fn end_alert_round(&self, holder: &str, now: Timestamp, written: &Written) -> Result<bool, StoreError> {
        let mut tx = self.db().begin_for(Work::Job).await?;
        let held = within!(tx, |on| async {
            let query = sqlx::query(sql::END_ROUND).bind(holder).bind(i64::try_from(written.round).unwrap_or(i64::MAX));
            let query = query.bind(now.micros()).bind(kept(&written.unread));
            query.execute(on).await.map(|done| done.rows_affected())
        })?;
        if held == 0 {
            return Ok(false);
        }
        insert(&mut tx, &rows::NOTES, &notes(Kind::Alert, &written.alerts), Clash::Replaces).await?;
        insert(&mut tx, &rows::NOTES, &notes(Kind::Told, &written.told), Clash::Replaces).await?;
        if !written.forgotten.is_empty() {
            let names: Vec<&str> = written.forgotten.iter().map(String::as_str).collect();
            let text = tx.sql(&sql::FORGET);
            within!(tx, |on| async { sqlx::query(text).bind(Kind::Alert.name()).bind(Many(&names)).execute(on).await.map(|_| ()) })?;
        }
        for NewMessage { id, channel, subject, body } in &written.messages {
            within!(tx, |on| async {
                let query = sqlx::query(sql::ADD_MESSAGE).bind(id).bind(channel).bind(kept(subject)).bind(kept(body));
                query.bind(now.micros()).execute(on).await.map(|_| ())
            })?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// How everything stands.
    pub async fn alert_book(&self) -> Result<Book, StoreError> {
        self.alert_book_at(self.inner.clock.now()).await
    }

    async fn alert_book_at(&self, now: Timestamp) -> Result<Book, StoreError> {
        let (round, ended_at, unread): (i64, Option<i64>, String) = fresh!(self.db(), |on| sqlx::query_as(sql::ROUND).fetch_one(on))?;
        let notes = fresh!(self.db(), |on| sqlx::query_as(sql::NOTES).fetch_all(on))?;
        let given_up = now.micros().saturating_sub(GIVEN_UP_MICROS);
        let messages = fresh!(self.db(), |on| { sqlx::query_as(sql::MESSAGES_OF_A_BOOK).bind(given_up).bind(GIVEN_UP_MICROS).fetch_all(on) })?;
        Ok(Book { round: u64::try_from(round).unwrap_or(0), ended_at: ended_at.map(Timestamp::from_micros), unread, notes, messages })
    }

    /// Puts a silence, in place of one with the same id.
    pub async fn put_alert_silence(&self, id: &str, body: &str, until: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.db().begin().await?;
        let record = NoteRecord { until: Some(until), ..NoteRecord::new(Kind::Silence, id, body) };
        insert(&mut tx, &rows::NOTES, &[record], Clash::Replaces).await?;
        tx.commit().await
    }

    /// False when there is none.
    pub async fn remove_alert_silence(&self, id: &str) -> Result<bool, StoreError> {
        let removed = written!(self.db(), |on| async {
            sqlx::query(sql::REMOVE_NOTE).bind(Kind::Silence.name()).bind(kept(id)).execute(on).await.map(|done| done.rows_affected())
        })?;
        Ok(removed == 1)
    }

    /// Notes who sees to an alert, or with nothing that nobody does. False when there is no such alert.
    pub async fn note_alert_seen(&self, name: &str, seen: &str) -> Result<bool, StoreError> {
        let noted = written!(self.db(), |on| async {
            sqlx::query(sql::SEEN).bind(Kind::Alert.name()).bind(kept(name)).bind(kept(seen)).execute(on).await.map(|done| done.rows_affected())
        })?;
        Ok(noted == 1)
    }

    /// Takes the oldest waiting message of a channel for some seconds, when it is due and nobody else has it. What is due later than
    /// `longest_seconds` from now is due.
    pub async fn claim_alert_message(
        &self,
        channel: &str,
        holder: &str,
        now: Timestamp,
        lease_seconds: i64,
        longest_seconds: i64,
    ) -> Result<Option<Message>, StoreError> {
        let (until, longest) = (now.plus_seconds(lease_seconds).micros(), now.plus_seconds(longest_seconds).micros());
        Ok(written!(self.db(), |on| {
            sqlx::query_as(sql::CLAIM).bind(channel).bind(holder).bind(now.micros()).bind(until).bind(longest).fetch_optional(on)
        })?)
    }

    /// Notes what came of an attempt, and gives the message back. `due_at` where it is tried again. False when the holder has it no more.
    pub async fn note_alert_message(
        &self,
        holder: &str,
        id: &str,
        now: Timestamp,
        state: State,
        due_at: Option<Timestamp>,
        answer: &str,
    ) -> Result<bool, StoreError> {
        let noted = written!(self.db(), |on| async {
            let query = sqlx::query(sql::NOTE).bind(id).bind(holder).bind(now.micros()).bind(state.name());
            query.bind(due_at.map(Timestamp::micros)).bind(kept(answer)).execute(on).await.map(|done| done.rows_affected())
        })?;
        Ok(noted == 1)
    }

    /// The newest first.
    pub async fn alert_messages(&self, most: u32) -> Result<Vec<Message>, StoreError> {
        Ok(fresh!(self.db(), |on| sqlx::query_as(sql::MESSAGES).bind(i64::from(most)).fetch_all(on))?)
    }

    /// Drops messages that were delivered or given up before a moment, and silences that ended before it; how many.
    pub async fn tidy_alerts(&self, before: Timestamp) -> Result<u64, StoreError> {
        let messages = written!(self.db(), |on| async {
            sqlx::query(sql::DROP_MESSAGES).bind(before.micros()).execute(on).await.map(|done| done.rows_affected())
        })?;
        let silences = written!(self.db(), |on| async {
            sqlx::query(sql::DROP_SILENCES).bind(Kind::Silence.name()).bind(before.micros()).execute(on).await.map(|done| done.rows_affected())
        })?;
        Ok(messages + silences)
    }
}

/// On their way into the table.
fn notes(kind: Kind, of: &[(String, String)]) -> Vec<NoteRecord<'_>> {
    of.iter().map(|(name, body)| NoteRecord::new(kind, name, body)).collect()
}
