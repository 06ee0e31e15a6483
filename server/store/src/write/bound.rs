//! The values of rows as the arguments of a statement, on either engine.

use sqlx::{Arguments, Database, Encode, Type, error::BoxDynError};
use uuid::Uuid;

use super::rows::{Record, Sink};
use crate::sql::Table;

/// The values of some rows, one row after the other.
pub(super) fn bound<DB: Database, R: Record>(table: &Table, records: &[R]) -> Result<DB::Arguments, sqlx::Error>
where
    Bound<DB>: Sink,
{
    let mut bound = Bound::<DB> { arguments: DB::Arguments::default(), wrong: None };
    bound.arguments.reserve(records.len() * table.columns.len(), 0);
    for record in records {
        record.put(&mut bound);
    }
    match bound.wrong {
        None => Ok(bound.arguments),
        Some(error) => Err(sqlx::Error::Encode(error)),
    }
}

pub(super) struct Bound<DB: Database> {
    arguments: DB::Arguments,
    /// Why a value could not be encoded.
    wrong: Option<BoxDynError>,
}

impl<DB: Database> Bound<DB> {
    fn add<'q, T: Encode<'q, DB> + Type<DB>>(&mut self, value: T) {
        if let Err(error) = self.arguments.add(value) {
            self.wrong = Some(error);
        }
    }
}

impl<DB: Database> Sink for Bound<DB>
where
    bool: for<'q> Encode<'q, DB> + Type<DB>,
    Option<i64>: for<'q> Encode<'q, DB> + Type<DB>,
    Option<Uuid>: for<'q> Encode<'q, DB> + Type<DB>,
    for<'q> Option<&'q str>: Encode<'q, DB> + Type<DB>,
    for<'q> &'q [u8]: Encode<'q, DB> + Type<DB>,
{
    fn int(&mut self, value: Option<i64>) {
        self.add(value);
    }

    fn flag(&mut self, value: bool) {
        self.add(value);
    }

    fn maybe_text(&mut self, value: Option<&str>) {
        self.add(value);
    }

    fn id(&mut self, value: Option<Uuid>) {
        self.add(value);
    }

    fn bytes(&mut self, value: &[u8]) {
        self.add(value);
    }
}
