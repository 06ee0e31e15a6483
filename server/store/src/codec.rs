//! Between what the database keeps and what the program thinks in.

use serde::{Serialize, de::DeserializeOwned};
use sqlx::{
    Encode, Postgres, Sqlite, Type,
    encode::IsNull,
    error::BoxDynError,
    postgres::{PgArgumentBuffer, PgTypeInfo},
    sqlite::{SqliteArgumentsBuffer, SqliteTypeInfo},
};
use uuid::Uuid;

/// Many values as one parameter, so that a statement's text and count do not depend on how many: an array on
/// PostgreSQL, a JSON text for `json_each` on SQLite (ids and bytes in hexadecimal, for `unhex`).
#[derive(Clone, Copy)]
pub(crate) struct Many<'a, T>(pub(crate) &'a [T]);

/// Implements `FromRow` for both engines' rows with one body.
macro_rules! from_row {
    ($type:ty, |$row:ident| $body:expr) => {
        impl<'r> sqlx::FromRow<'r, sqlx::sqlite::SqliteRow> for $type {
            fn from_row($row: &'r sqlx::sqlite::SqliteRow) -> Result<Self, sqlx::Error> {
                #[allow(unused_imports, reason = "not every body needs both")]
                use sqlx::{FromRow as _, Row as _};
                $body
            }
        }
        impl<'r> sqlx::FromRow<'r, sqlx::postgres::PgRow> for $type {
            fn from_row($row: &'r sqlx::postgres::PgRow) -> Result<Self, sqlx::Error> {
                #[allow(unused_imports, reason = "not every body needs both")]
                use sqlx::{FromRow as _, Row as _};
                $body
            }
        }
    };
}

pub(crate) use from_row;

/// The upper half of a product's key is its store, the lower half its number there.
pub(crate) const fn key_of(store_num: i64, ord: u32) -> i64 {
    store_num << 32 | ord as i64
}

pub(crate) const fn ord_of(key: i64) -> u32 {
    (key & 0xffff_ffff) as u32
}

/// The last key below the store's first, and the first behind its last.
pub(crate) const fn keys_of(store_num: i64) -> (i64, i64) {
    ((store_num << 32) - 1, (store_num + 1) << 32)
}

pub(crate) fn to_json<T: Serialize + ?Sized>(value: &T) -> String {
    // The types given are maps with text keys, lists and texts: their serialisation cannot fail.
    serde_json::to_string(value).unwrap_or_default()
}

pub(crate) fn from_json<T: DeserializeOwned>(text: &str, what: &str) -> Result<T, sqlx::Error> {
    serde_json::from_str(text).map_err(|error| unreadable(format!("{what}: {error}")))
}

/// A word of a fixed vocabulary.
pub(crate) fn word<T>(name: &str, from_name: impl Fn(&str) -> Option<T>, what: &str) -> Result<T, sqlx::Error> {
    from_name(name).ok_or_else(|| unreadable(format!("{what} {name:?}")))
}

pub(crate) fn unreadable(what: impl Into<String>) -> sqlx::Error {
    sqlx::Error::Decode(what.into().into())
}

macro_rules! many {
    ($type:ty, $postgres:ty, |$items:ident| $json:expr) => {
        impl Type<Sqlite> for Many<'_, $type> {
            fn type_info() -> SqliteTypeInfo {
                <str as Type<Sqlite>>::type_info()
            }
        }

        impl Encode<'_, Sqlite> for Many<'_, $type> {
            fn encode_by_ref(&self, buffer: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
                let $items = self.0;
                <String as Encode<'_, Sqlite>>::encode($json, buffer)
            }
        }

        impl Type<Postgres> for Many<'_, $type> {
            fn type_info() -> PgTypeInfo {
                <Vec<$postgres> as Type<Postgres>>::type_info()
            }
        }

        impl Encode<'_, Postgres> for Many<'_, $type> {
            fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
                <&[$type] as Encode<'_, Postgres>>::encode_by_ref(&self.0, buffer)
            }
        }
    };
}

many!(i64, i64, |items| to_json(items));
many!(&str, &str, |items| to_json(items));
many!(Uuid, Uuid, |items| {
    let mut json = String::with_capacity(items.len() * 35 + 2);
    json.push('[');
    for (at, id) in items.iter().enumerate() {
        if at > 0 {
            json.push(',');
        }
        json.push('"');
        json.push_str(id.simple().encode_lower(&mut Uuid::encode_buffer()));
        json.push('"');
    }
    json.push(']');
    json
});
many!(Vec<u8>, Vec<u8>, |items| to_json(&items.iter().map(|bytes| hexadecimal(bytes)).collect::<Vec<_>>()));

fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}
