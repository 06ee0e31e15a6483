//! The plans of the hot statements, on tables that are full enough for a scan to be the wrong one: without the
//! statistics that no import has time for, and with them.

use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row};
use store::{Location, hot_statements};

use crate::support::{Arranged, Build, batch, create, image, product, variant};

/// What the values of a statement are, and which indexes its plan must name, on SQLite and on PostgreSQL.
fn expected(name: &str) -> (&'static [&'static str], &'static [&'static str], &'static [&'static str], &'static [&'static str]) {
    const KEYS: &str = "'[4294967296,4294967396]'";
    const PG_KEYS: &str = "ARRAY[4294967296,4294967396]::bigint[]";
    const ID: &str = "x'00112233445566778899aabbccddeeff'";
    const PG_ID: &str = "'00112233-4455-6677-8899-aabbccddeeff'::uuid";
    match name {
        "rows of a window" | "handles of neighbours" => (&[KEYS], &["INTEGER PRIMARY KEY (rowid=?)"], &[PG_KEYS], &["products_pkey"]),
        "a product by its handle" => {
            (&["1", "'p-77'"], &["products_by_handle (store_num=? AND handle=?)"], &["1", "'p-77'"], &["products_by_handle"])
        }
        "products by their handles" | "handles that are taken" => (
            &["1", "'[\"p-77\",\"p-78\"]'"],
            &["products_by_handle (store_num=? AND handle=?)"],
            &["1", "ARRAY['p-77','p-78']"],
            &["products_by_handle"],
        ),
        "products by their ids" => (
            &["1", "'[\"00112233445566778899aabbccddeeff\"]'"],
            &["products_by_id (id=?)"],
            &["1", "ARRAY['00112233-4455-6677-8899-aabbccddeeff'::uuid]"],
            &["products_by_id"],
        ),
        "a product by its id" => (&["1", ID], &["products_by_id (id=?)"], &["1", PG_ID], &["products_by_id"]),
        "variants of products" => (&[KEYS], &["variants USING PRIMARY KEY (product_key=?)"], &[PG_KEYS], &["variants_pkey"]),
        "images of products" => (&[KEYS], &["images USING PRIMARY KEY (product_key=?)"], &[PG_KEYS], &["images_pkey"]),
        "receipts" => (
            &["'[\"00112233445566778899aabbccddeeff\"]'"],
            &["op_result USING PRIMARY KEY (op_id=?)"],
            &["ARRAY['00112233-4455-6677-8899-aabbccddeeff'::uuid]"],
            &[],
        ),
        "the feed" => {
            (&["1", "3990", "100"], &["products_by_update (store_num=? AND updated_seq>?)"], &["1", "3990", "100"], &["products_by_update"])
        }
        "the list without its index" => (&["1", "50", "0"], &["products_by_update (store_num=?)"], &["1", "50", "0"], &["products_by_update"]),
        "a page for the index" | "a page of an export" => (
            &["4294967296", "8589934592", "100"],
            &["INTEGER PRIMARY KEY (rowid>? AND rowid<?)"],
            &["4294967296", "8589934592", "100"],
            &["products_pkey"],
        ),
        "handles and codes by their beginning" => (
            &["1", "100", "'p-77'", "'p-78'", "'\"1:p-77\"*'", "4294967295", "8589934592"],
            &["products_by_handle (store_num=? AND handle>? AND handle<?)", "codes VIRTUAL TABLE INDEX"],
            &["1", "100", "'p-77'", "'p-78'", "'sku-77'", "'sku-78'", "'77'", "'78'"],
            &["products_by_handle", "variants_by_sku", "variants_by_barcode"],
        ),
        "history" => (
            &["1", ID, "99999", "50"],
            &["change_log_by_product (product_key=? AND seq<?)", "products_by_id (id=?)"],
            &["1", PG_ID, "99999", "50"],
            &["change_log_by_product", "products_by_id"],
        ),
        // The tables of people are small: PostgreSQL may read them whole.
        "whose session" => (&["x'00'", "1"], &["x USING PRIMARY KEY (secret_hash=?)"], &["'\\x00'::bytea", "1"], &[]),
        other => panic!("say what the plan of {other:?} must be"),
    }
}

pub async fn hot_statements_use_their_indexes(arranged: &Arranged) {
    // 900 and then 3,100: the first crosses no step at which statistics are gathered.
    for products in [0..900, 900..4_000_i64] {
        let contents = products.map(|number| {
            product(&format!("p-{number}")).with(|content| {
                let mut variant = variant(1, Some(number));
                variant.sku = format!("sku-{number}");
                variant.barcode = format!("{number:013}");
                content.variants.push(variant);
                content.images.push(image(1));
                content.description = "Some words. ".repeat(20);
            })
        });
        arranged.store.write(&arranged.shop, &batch(), contents.map(create).collect(), None).await.unwrap();

        for (name, sql) in hot_statements(arranged.store.db()) {
            let (values, indexes, pg_values, pg_indexes) = expected(name);
            let (plan, indexes) = match &arranged.location {
                Location::Sqlite(path) => {
                    let mut on = sqlx::sqlite::SqliteConnectOptions::new().filename(path).connect().await.unwrap();
                    let rows = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", filled(sql, values)))).fetch_all(&mut on).await.unwrap();
                    (rows.iter().map(|row| row.get::<String, _>("detail")).collect::<Vec<_>>().join("\n"), indexes)
                }
                Location::Postgres(url) => {
                    let mut on = sqlx::PgConnection::connect(url).await.unwrap();
                    let rows = sqlx::query(AssertSqlSafe(format!("EXPLAIN {}", filled(sql, pg_values)))).fetch_all(&mut on).await.unwrap();
                    (rows.iter().map(|row| row.get::<String, _>(0)).collect::<Vec<_>>().join("\n"), pg_indexes)
                }
            };
            for index in indexes {
                assert!(plan.contains(index), "{name} does not use {index}:\n{plan}");
            }
            let scans = plan.lines().map(str::trim).any(|line| {
                let scan =
                    line.starts_with("SCAN") && !line.contains("VIRTUAL TABLE INDEX") && !line.starts_with("SCAN (") && !line.starts_with("SCAN by_");
                let small = ["users", "sessions", "stores", "memberships", "op_result"].iter().any(|table| line.contains(&format!(" on {table}")));
                scan || (line.contains("Seq Scan") && !small)
            });
            assert!(!scans, "{name} reads a whole table:\n{plan}");
        }
    }
}

fn filled(sql: &str, values: &[&str]) -> String {
    values.iter().enumerate().rev().fold(sql.to_owned(), |sql, (at, value)| sql.replace(&format!("${}", at + 1), value))
}
