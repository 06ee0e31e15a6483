//! Rows into PostgreSQL: `COPY` for many new ones, arrays for few and for those that replace others, plain values for one.

use sqlx::{AssertSqlSafe, PgConnection, Postgres};
use uuid::Uuid;

use super::{
    bound::bound,
    insert::{Clash, Texts},
    rows::{Record, Sink},
};
use crate::{
    Db, StoreError,
    sql::{Kind, Table},
};

/// From how many rows on `COPY` pays. It sends several messages before it is answered, and a small one waits until the one before
/// has been acknowledged, which takes the network 40 ms.
const COPY_FROM: usize = 1_024;

/// Bytes handed to `COPY` at once.
const COPY_CHUNK: usize = 256 * 1024;

pub(super) async fn insert<R: Record>(db: &Db, on: &mut PgConnection, table: &'static Table, records: &[R], clash: Clash) -> Result<(), StoreError> {
    db.count();
    match records.len() {
        1 => one(on, table, records, clash).await,
        many if clash == Clash::Fails && many >= COPY_FROM => copy(on, table, records).await,
        _ => unnest(on, table, records, clash).await,
    }
}

/// What a person changes is one row: there is no need to put each of its values into an array and take it out again.
async fn one<R: Record>(on: &mut PgConnection, table: &'static Table, record: &[R], clash: Clash) -> Result<(), StoreError> {
    static TEXTS: Texts = Texts::new();
    let text = TEXTS.of(table, 1, clash, |columns| {
        let values: Vec<String> = (1..=columns.len()).map(|at| format!("${at}")).collect();
        format!("INSERT INTO {} ({}) VALUES ({}){}", table.name, columns.join(","), values.join(","), clash.clause(table))
    });
    let arguments = bound::<Postgres, _>(table, record)?;
    sqlx::query_with::<Postgres, _>(AssertSqlSafe(text), arguments).execute(on).await?;
    Ok(())
}

async fn copy<R: Record>(on: &mut PgConnection, table: &'static Table, records: &[R]) -> Result<(), StoreError> {
    let columns: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
    let mut copy = on.copy_in_raw(&format!("COPY {} ({}) FROM STDIN (FORMAT binary)", table.name, columns.join(","))).await?;
    // https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format": signature, flags, header extension.
    let mut bytes = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0".to_vec();
    bytes.reserve(COPY_CHUNK);
    for record in records {
        bytes.extend((table.columns.len() as i16).to_be_bytes());
        record.put(&mut Binary(&mut bytes));
        if bytes.len() >= COPY_CHUNK {
            if let Err(error) = copy.send(&bytes[..]).await {
                return Err(error.into());
            }
            bytes.clear();
        }
    }
    bytes.extend((-1_i16).to_be_bytes());
    copy.send(&bytes[..]).await?;
    copy.finish().await?;
    Ok(())
}

struct Binary<'a>(&'a mut Vec<u8>);

impl Binary<'_> {
    fn field(&mut self, bytes: &[u8]) {
        self.0.extend((bytes.len() as i32).to_be_bytes());
        self.0.extend(bytes);
    }

    fn null(&mut self) {
        self.0.extend((-1_i32).to_be_bytes());
    }
}

impl Sink for Binary<'_> {
    fn int(&mut self, value: Option<i64>) {
        match value {
            Some(value) => self.field(&value.to_be_bytes()),
            None => self.null(),
        }
    }

    fn flag(&mut self, value: bool) {
        self.field(&[u8::from(value)]);
    }

    fn maybe_text(&mut self, value: Option<&str>) {
        match value {
            Some(value) => self.field(value.as_bytes()),
            None => self.null(),
        }
    }

    fn id(&mut self, value: Option<Uuid>) {
        match value {
            Some(value) => self.field(value.as_bytes()),
            None => self.null(),
        }
    }

    fn bytes(&mut self, value: &[u8]) {
        self.field(value);
    }
}

async fn unnest<R: Record>(on: &mut PgConnection, table: &'static Table, records: &[R], clash: Clash) -> Result<(), StoreError> {
    let mut columns: Vec<Column> = table.columns.iter().map(|(_, kind)| Column::new(*kind, records.len())).collect();
    for record in records {
        record.put(&mut Columns { columns: &mut columns, at: 0 });
    }
    let names: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
    let arrays: Vec<String> = columns.iter().enumerate().map(|(at, column)| format!("${}::{}[]", at + 1, column.type_name())).collect();
    let text = format!("INSERT INTO {} ({}) SELECT * FROM UNNEST({}){}", table.name, names.join(","), arrays.join(","), clash.clause(table));
    let mut query = sqlx::query::<Postgres>(AssertSqlSafe(text));
    for column in columns {
        query = match column {
            Column::Int(values) => query.bind(values),
            Column::Flag(values) => query.bind(values),
            Column::Text(values) => query.bind(values),
            Column::Id(values) => query.bind(values),
            Column::Bytes(values) => query.bind(values),
        };
    }
    query.execute(on).await?;
    Ok(())
}

enum Column {
    Int(Vec<Option<i64>>),
    Flag(Vec<bool>),
    Text(Vec<Option<String>>),
    Id(Vec<Option<Uuid>>),
    Bytes(Vec<Vec<u8>>),
}

impl Column {
    fn new(kind: Kind, rows: usize) -> Self {
        match kind {
            Kind::Int => Self::Int(Vec::with_capacity(rows)),
            Kind::Flag => Self::Flag(Vec::with_capacity(rows)),
            Kind::Text => Self::Text(Vec::with_capacity(rows)),
            Kind::Id => Self::Id(Vec::with_capacity(rows)),
            Kind::Bytes => Self::Bytes(Vec::with_capacity(rows)),
        }
    }

    const fn type_name(&self) -> &'static str {
        match self {
            Self::Int(_) => "bigint",
            Self::Flag(_) => "boolean",
            Self::Text(_) => "text",
            Self::Id(_) => "uuid",
            Self::Bytes(_) => "bytea",
        }
    }
}

struct Columns<'a> {
    columns: &'a mut [Column],
    at: usize,
}

impl Columns<'_> {
    fn next(&mut self) -> &mut Column {
        self.at += 1;
        &mut self.columns[self.at - 1]
    }
}

/// A record that does not fit its table leaves a column short, which PostgreSQL refuses.
impl Sink for Columns<'_> {
    fn int(&mut self, value: Option<i64>) {
        if let Column::Int(values) = self.next() {
            values.push(value);
        }
    }

    fn flag(&mut self, value: bool) {
        if let Column::Flag(values) = self.next() {
            values.push(value);
        }
    }

    fn maybe_text(&mut self, value: Option<&str>) {
        if let Column::Text(values) = self.next() {
            values.push(value.map(str::to_owned));
        }
    }

    fn id(&mut self, value: Option<Uuid>) {
        if let Column::Id(values) = self.next() {
            values.push(value);
        }
    }

    fn bytes(&mut self, value: &[u8]) {
        if let Column::Bytes(values) = self.next() {
            values.push(value.to_vec());
        }
    }
}
