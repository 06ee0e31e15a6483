//! The two engines' migrations: the same names, and the same tables and columns in the end.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{ConnectOptions, Connection, Row};
use store::Location;

use crate::support::Arranged;

#[test]
fn both_engines_have_the_same_steps() {
    let steps = |engine: &str| -> BTreeSet<String> {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations").join(engine);
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };

    assert_eq!(steps("sqlite"), steps("postgres"));
    let known: BTreeSet<String> = store::migrations().map(|(number, name)| format!("{number:04}_{name}.sql")).collect();
    assert_eq!(steps("sqlite"), known, "every file is embedded in the program");
}

#[tokio::test(flavor = "multi_thread")]
async fn both_engines_have_the_same_tables() {
    let (sqlite, postgres) = (Arranged::on_sqlite().await, Arranged::on_postgres().await);

    let (mut on_sqlite, on_postgres) = (columns(&sqlite).await, columns(&postgres).await);

    // SQLite's own way of finding codes, in place of two indexes.
    on_sqlite.retain(|table, _| table != "codes" && !table.starts_with("codes_"));
    assert_eq!(on_sqlite, on_postgres);
    assert!(on_sqlite["products"].contains("last_optimized") && on_sqlite.contains_key("change_log"));
    postgres.clear_away().await;
}

async fn columns(arranged: &Arranged) -> BTreeMap<String, BTreeSet<String>> {
    let rows: Vec<(String, String)> = match &arranged.location {
        Location::Sqlite(path) => {
            let mut on = sqlx::sqlite::SqliteConnectOptions::new().filename(path).connect().await.unwrap();
            let sql = "SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'";
            sqlx::query(sql).fetch_all(&mut on).await.unwrap().iter().map(|row| (row.get(0), row.get(1))).collect()
        }
        Location::Postgres(url) => {
            let mut on = sqlx::PgConnection::connect(url).await.unwrap();
            let sql = "SELECT table_name::text, column_name::text FROM information_schema.columns WHERE table_schema = 'public'";
            sqlx::query(sql).fetch_all(&mut on).await.unwrap().iter().map(|row| (row.get(0), row.get(1))).collect()
        }
    };
    let mut tables: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    rows.into_iter().filter(|(table, _)| table != "_sqlx_migrations").for_each(|(table, column)| {
        tables.entry(table).or_default().insert(column);
    });
    tables
}
