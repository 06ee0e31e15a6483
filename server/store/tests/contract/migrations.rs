//! The two engines' migrations: the same names, and in the end the same tables: columns, what may be null, what is unique,
//! and what there is an index of.

use std::collections::{BTreeMap, BTreeSet};

use domain::product::{Content, Image, SHORT_DESCRIPTION};
use sqlx::{ConnectOptions, Connection, Row};
use store::Location;

use crate::support::{Arranged, Build, batch, create, image, product};

#[test]
fn both_engines_have_the_same_steps() {
    let steps = |engine: &str| -> BTreeSet<String> {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../migrations").join(engine);
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };

    assert_eq!(steps("sqlite"), steps("postgres"));
    let known: BTreeSet<String> = store::migrations().map(|(number, name)| format!("{number:04}_{name}.sql")).collect();
    assert_eq!(steps("sqlite"), known, "every file is embedded in the program");
}

#[tokio::test(flavor = "multi_thread")]
async fn both_engines_have_the_same_tables() {
    let (sqlite, postgres) = (Arranged::on_sqlite().await, Arranged::on_postgres().await);

    let (mut on_sqlite, mut on_postgres) = (tables(&sqlite).await, tables(&postgres).await);

    // SQLite's own way of finding codes, in place of two indexes.
    on_sqlite.retain(|table, _| table != "codes" && !table.starts_with("codes_"));
    let codes = ["sku_key", "barcode"].map(|code| Index { unique: false, columns: vec!["store_num".into(), code.into()], partial: true });
    for index in codes {
        assert!(on_postgres.get_mut("variants").unwrap().indexes.remove(&index), "{index:?}");
    }
    for (table, shape) in &on_sqlite {
        assert_eq!(Some(shape), on_postgres.get(table), "{table}");
    }
    assert!(on_sqlite.keys().eq(on_postgres.keys()));
    postgres.clear_away().await;
}

/// That a shape is seen at all, or both could be empty and equal.
#[tokio::test(flavor = "multi_thread")]
async fn a_table_is_seen_as_it_is() {
    let (sqlite, postgres) = (Arranged::on_sqlite().await, Arranged::on_postgres().await);

    for arranged in [&sqlite, &postgres] {
        let tables = tables(arranged).await;
        let (stores, products, jobs) = (&tables["stores"], &tables["products"], &tables["jobs"]);
        let index = |unique, columns: &[&str], partial| Index { unique, columns: columns.iter().map(|&column| column.into()).collect(), partial };

        assert_eq!(
            (stores.key.as_slice(), tables["variants"].key.as_slice()),
            (["num".to_owned()].as_slice(), ["product_key", "id"].map(String::from).as_slice())
        );
        assert_eq!(stores.indexes, BTreeSet::from([index(true, &["id"], false), index(true, &["slug"], false)]));
        assert!(products.indexes.contains(&index(true, &["store_num", "handle"], false)), "{products:?}");
        assert!(jobs.indexes.contains(&index(false, &["run_at"], true)), "{jobs:?}");
        assert_eq!((products.may_be_null["price"], products.may_be_null["title"], products.may_be_null["key"]), (true, false, false));
        assert!(tables.contains_key("change_log") && products.may_be_null.contains_key("last_optimized"));
    }
    postgres.clear_away().await;
}

/// Products of before the third step get from SQL what the program says of them when it writes them.
pub async fn what_products_lack_is_worked_out_for_those_there_are(arranged: &Arranged) {
    let contents = odd_contents();
    let kinds = contents.len();
    arranged.store.write(&arranged.shop, &batch(), contents.into_iter().map(create).collect(), None).await.unwrap();
    let written = lacks(arranged, kinds).await;
    arranged.execute("UPDATE products SET missing = missing & 7").await;
    arranged.execute("DELETE FROM _sqlx_migrations WHERE version = 3").await;
    assert_ne!(lacks(arranged, kinds).await, written);

    let later = arranged.second_store().await;

    assert_eq!(lacks(arranged, kinds).await, written);
    assert!(
        [8, 16, 32].iter().all(|bit| written.iter().any(|lacks| lacks & bit != 0) && written.iter().any(|lacks| lacks & bit == 0)),
        "{written:?}"
    );
    later.close().await;
}

/// Descriptions and picture texts with everything around them that somebody could take for white space.
fn odd_contents() -> Vec<Content> {
    let white = (0..=u32::from(char::MAX)).filter_map(char::from_u32).filter(|character| character.is_whitespace());
    let lookalikes = "\u{1c}\u{1f}\u{8}\u{e}\u{180e}\u{200b}\u{2060}\u{feff}x".chars();
    let around = white.chain(lookalikes).flat_map(|character| [0, SHORT_DESCRIPTION - 1, SHORT_DESCRIPTION].map(|length| (character, length)));
    let texts = around.map(|(character, length)| (format!("{character}{}{character} ", "é".repeat(length)), character.to_string()));
    let plain = ["", "<p></p>", "&nbsp;", "a\n\u{3000}b"].map(|description| (description.to_owned(), "Picture".to_owned()));
    texts
        .chain(plain)
        .enumerate()
        .map(|(number, (description, alt))| {
            product(&format!("p-{number}")).with(|content| {
                content.description = description;
                content.tags = ["oak", "[]"].iter().take(number % 3).map(|tag| (*tag).to_owned()).collect();
                content.images =
                    (0..number % 4).map(|at| Image { alt: if at == 1 { alt.clone() } else { "A lamp".into() }, ..image(at as i64 + 1) }).collect();
            })
        })
        .collect()
}

async fn lacks(arranged: &Arranged, products: usize) -> Vec<i64> {
    let mut lacks = Vec::new();
    for number in 0..products {
        lacks.push(arranged.number(&format!("SELECT missing FROM products WHERE handle = 'p-{number}'")).await);
    }
    lacks
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Shape {
    may_be_null: BTreeMap<String, bool>,
    key: Vec<String>,
    /// Besides the key.
    indexes: BTreeSet<Index>,
}

/// Without its name: constraints have names on one engine only.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Index {
    unique: bool,
    columns: Vec<String>,
    partial: bool,
}

async fn tables(arranged: &Arranged) -> BTreeMap<String, Shape> {
    let mut tables = match &arranged.location {
        Location::Sqlite(path) => on_sqlite(path).await,
        Location::Postgres(url) => on_postgres(url).await,
    };
    // sqlx's own.
    tables.remove("_sqlx_migrations");
    tables
}

async fn on_sqlite(path: &std::path::Path) -> BTreeMap<String, Shape> {
    let mut on = sqlx::sqlite::SqliteConnectOptions::new().filename(path).connect().await.unwrap();
    let columns = "SELECT m.name, c.name, c.\"notnull\", c.pk FROM sqlite_schema m, pragma_table_info(m.name) c \
                   WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' ORDER BY m.name, c.pk";
    let indexes = "SELECT m.name, i.name, i.\"unique\", i.partial, c.name FROM sqlite_schema m, pragma_index_list(m.name) i, pragma_index_info(i.name) c \
                   WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND i.origin <> 'pk' ORDER BY m.name, i.name, c.seqno";
    let columns = sqlx::query(columns).fetch_all(&mut on).await.unwrap();
    let indexes = sqlx::query(indexes).fetch_all(&mut on).await.unwrap();
    // What is part of the key is not null, whether it says so or not.
    let columns = columns.iter().map(|row| {
        let (not_null, key): (bool, i64) = (row.get(2), row.get(3));
        (row.get(0), row.get(1), !not_null && key == 0, key > 0)
    });
    let indexes = indexes.iter().map(|row| (row.get(0), row.get(1), row.get(2), row.get(3), row.get::<Option<String>, _>(4).unwrap_or_default()));
    shapes(columns, indexes)
}

async fn on_postgres(url: &str) -> BTreeMap<String, Shape> {
    let mut on = sqlx::PgConnection::connect(url).await.unwrap();
    let columns = "SELECT t.relname::text, a.attname::text, NOT a.attnotnull, COALESCE(array_position(k.indkey::smallint[], a.attnum), -1) \
                   FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped \
                   LEFT JOIN pg_index k ON k.indrelid = t.oid AND k.indisprimary \
                   WHERE t.relkind = 'r' AND t.relnamespace = 'public'::regnamespace ORDER BY 1, 4";
    let indexes = "SELECT t.relname::text, i.indexrelid::regclass::text, i.indisunique, i.indpred IS NOT NULL, pg_get_indexdef(i.indexrelid, n, TRUE) \
                   FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid, generate_series(1, i.indnkeyatts) n \
                   WHERE t.relnamespace = 'public'::regnamespace AND NOT i.indisprimary ORDER BY 1, 2, n";
    let columns = sqlx::query(columns).fetch_all(&mut on).await.unwrap();
    let indexes = sqlx::query(indexes).fetch_all(&mut on).await.unwrap();
    let columns = columns.iter().map(|row| (row.get(0), row.get(1), row.get(2), row.get::<i32, _>(3) >= 0));
    // A name that is also a word of SQL comes in quotes.
    let column = |row: &sqlx::postgres::PgRow| row.get::<String, _>(4).trim_matches('"').to_owned();
    let indexes = indexes.iter().map(|row| (row.get(0), row.get(1), row.get(2), row.get(3), column(row)));
    shapes(columns, indexes)
}

/// Puts rows together: (table, column, may be null, part of the key), those of the key in its order, and (table, index, unique,
/// partial, column) in the order of the index's columns.
fn shapes(
    columns: impl Iterator<Item = (String, String, bool, bool)>,
    indexes: impl Iterator<Item = (String, String, bool, bool, String)>,
) -> BTreeMap<String, Shape> {
    let mut tables: BTreeMap<String, Shape> = BTreeMap::new();
    for (table, column, may_be_null, in_key) in columns {
        let shape = tables.entry(table).or_default();
        if in_key {
            shape.key.push(column.clone());
        }
        shape.may_be_null.insert(column, may_be_null);
    }
    let mut by_name: BTreeMap<(String, String), Index> = BTreeMap::new();
    for (table, name, unique, partial, column) in indexes {
        by_name.entry((table, name)).or_insert(Index { unique, columns: Vec::new(), partial }).columns.push(column);
    }
    for ((table, _), index) in by_name {
        tables.entry(table).or_default().indexes.insert(index);
    }
    tables
}
