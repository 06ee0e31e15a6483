//! The plans of the hot statements, on tables that are full enough for a scan to be the wrong one: without the
//! statistics that no import has time for, and with them.

use domain::{clock::Timestamp, product::Product, role::Role};
use measuring::{Level, Series, Sketch};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row};
use store::{
    Location, hot_statements,
    words::records::{NewUsage, RunBatch},
};

use crate::{
    support::{Arranged, Build, START, batch, create, image, product, variant},
    tokens::member,
    words::{call, failed, provider, run_batch},
};

/// What the values of a statement are, and which indexes its plan must name, on SQLite and on PostgreSQL.
fn expected(name: &str) -> (&'static [&'static str], &'static [&'static str], &'static [&'static str], &'static [&'static str]) {
    const KEYS: &str = "'[4294967296,4294967396]'";
    const PG_KEYS: &str = "ARRAY[4294967296,4294967396]::bigint[]";
    const ID: &str = "x'00112233445566778899aabbccddeeff'";
    const PG_ID: &str = "'00112233-4455-6677-8899-aabbccddeeff'::uuid";
    const UNTIL: &str = "9999999999999999";
    match name {
        "rows of a window" | "summaries of a part" | "handles of neighbours" | "names of products" => {
            (&[KEYS], &["INTEGER PRIMARY KEY (rowid=?)"], &[PG_KEYS], &["products_pkey"])
        }
        "how far a part of the log goes" => {
            (&["1", "700", "101"], &["change_log USING PRIMARY KEY (store_num=? AND seq>?)"], &["1", "700", "101"], &["change_log_pkey"])
        }
        // It is sorted by its key already.
        "a part of the log" => {
            (&["1", "700", "800"], &["c USING PRIMARY KEY (store_num=? AND seq>? AND seq<?)"], &["1", "700", "800"], &["change_log_pkey"])
        }
        "a product by its handle" => {
            (&["1", "'p-77'"], &["products_by_handle (store_num=? AND handle=?)"], &["1", "'p-77'"], &["products_by_handle"])
        }
        "products by their handles" | "handles that are taken" => (
            &["1", "'[\"p-77\",\"p-78\"]'"],
            &["products_by_handle (store_num=? AND handle=?)"],
            &["1", "ARRAY['p-77','p-78']"],
            &["products_by_handle"],
        ),
        "products by their ids" | "living products by their ids" => (
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
        "a part without the index" => {
            (&["1", "3990", "51"], &["products_by_update (store_num=? AND updated_seq<?)"], &["1", "3990", "51"], &["products_by_update"])
        }
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
        "what was measured" => (
            &["0", "'[1,2]'", "29333000", "29333060"],
            &["measurements USING PRIMARY KEY (level=? AND series_id=? AND at>? AND at<?)"],
            &["0", "ARRAY[1,2]::bigint[]", "29333000", "29333060"],
            &["measurements_pkey"],
        ),
        "measurements that are too old" => {
            (&["0", "29333005"], &["measurements_by_age (level=? AND at<?)"], &["0", "29333005"], &["measurements_by_age"])
        }
        "a message of alerts to send" => (
            &["'ops'", "'me'", "5", "95", "86405"],
            &["alert_messages USING INTEGER PRIMARY KEY (rowid=?)", "alert_messages_by_state (channel=? AND state=?)"],
            &["'ops'", "'me'", "5", "95", "86405"],
            &["alert_messages_pkey", "alert_messages_by_state"],
        ),
        "the slowest traces of a route" => (
            &["1", "9999999999999999", "50", "'GET /7'"],
            &["COVERING INDEX traces_by_route (route=? AND begun_at>? AND begun_at<?)"],
            &["1", "9999999999999999", "50", "'GET /7'"],
            &["traces_by_route"],
        ),
        "the latest traces" => (
            &["1", "9999999999999999", "50"],
            &["COVERING INDEX traces_by_age (begun_at>? AND begun_at<?)"],
            &["1", "9999999999999999", "50"],
            &["traces_by_age"],
        ),
        "a trace by its id" => (&[ID, "32"], &["traces USING PRIMARY KEY (id=?)"], &[PG_ID, "32"], &["traces_pkey"]),
        "products by their keys" => (&[KEYS], &["INTEGER PRIMARY KEY (rowid=?)"], &[PG_KEYS], &["products_pkey"]),
        "living products by their handles" => (
            &["1", "'[\"p-77\",\"p-78\"]'"],
            &["products_by_handle (store_num=? AND handle=?)"],
            &["1", "ARRAY['p-77','p-78']"],
            &["products_by_handle"],
        ),
        "what was asked last" | "the latest versions' numbers" => {
            (&[KEYS], &["versions_by_number (product_key=?)"], &[PG_KEYS], &["versions_by_number"])
        }
        "what was answered before" => (
            &["1", "'[\"00112233445566778899aabbccddeeff\"]'"],
            &["versions_by_fingerprint (store_num=? AND fingerprint=?)"],
            &["1", "ARRAY['\\x00112233'::bytea]"],
            &["versions_by_fingerprint"],
        ),
        "open reviews give way" => (&[KEYS, "5"], &["reviews_open (product_key=?)"], &[PG_KEYS, "5"], &["reviews_open"]),
        "what a month has cost" | "budget and cost" => (
            &["1", "20340", "20370"],
            &["usage_days USING PRIMARY KEY (store_num=? AND dimension=? AND day>? AND day<?)"],
            &["1", "20340", "20370"],
            &["usage_days_pkey"],
        ),
        "usage by day" | "usage by dimension" => (
            &["1", "20340", "20370"],
            &["usage_days USING PRIMARY KEY (store_num=? AND dimension=? AND day>? AND day<?)"],
            &["1", "20340", "20370"],
            &["usage_days_pkey"],
        ),
        "calls of some days" => (
            &["1", "1759968000000000", ID, "1760054400000000", "1001"],
            &["r USING INDEX usage_by_store (store_num=? AND (created_at,id)>(?,?)"],
            &["1", "1759968000000000", PG_ID, "1760054400000000", "1001"],
            &["usage_by_store"],
        ),
        "a provider's latest answers" => {
            (&["1", ID, "'small'"], &["usage_by_provider (provider_id=?)"], &["1", PG_ID, "'small'"], &["usage_by_provider"])
        }
        "a price at a moment" => (
            &["1", ID, "'small'", "5"],
            &["prices USING PRIMARY KEY (store_num=? AND provider_id=? AND model=? AND from_at<?)"],
            &["1", PG_ID, "'small'", "5"],
            &["prices_pkey"],
        ),
        "runs as they are listed" => (
            &["1", "'1 product'", "50", "10"],
            &["jobs USING INDEX jobs_by_store (store_num=?)", "j USING INDEX sqlite_autoindex_jobs_1 (id=?)"],
            &["1", "'1 product'", "50", "10"],
            &[],
        ),
        "runs behind another" => (
            &["1", "1700000000000000", ID, "50"],
            &["jobs USING INDEX jobs_by_store (store_num=? AND created_at<", "j USING INDEX sqlite_autoindex_jobs_1 (id=?)"],
            &["1", "1700000000000000", PG_ID, "50"],
            &[],
        ),
        "results of a run" => (
            &["1", ID, "x'00'", "50"],
            &["versions_by_run (run_id=? AND id>?)", "reviews_by_version (version_id=?)"],
            &["1", PG_ID, "'00000000-0000-0000-0000-000000000000'::uuid", "50"],
            &["versions_by_run", "reviews_by_version"],
        ),
        "failures of a run" | "what failed in a run" => {
            (&["1", ID, "0", "50"], &["f USING PRIMARY KEY (run_id=?"], &["1", PG_ID, "0", "50"], &["run_failures_pkey"])
        }
        "open reviews are counted" => (&["1"], &["content_reviews USING COVERING INDEX reviews_by_"], &["1"], &["reviews_by_"]),
        "open reviews of a run are counted" => {
            (&["1", ID], &["COVERING INDEX reviews_by_run (run_id=? AND status=?)"], &["1", PG_ID], &["reviews_by_run"])
        }
        "mean scores" => (&["1"], &["COVERING INDEX versions_active (store_num=?"], &["1"], &["versions_active"]),
        name if name.contains("queue") || name == "what is approved at once" => {
            let index: (&[&str], &[&str]) = match name {
                // Where nothing is known of the table yet, both indexes look alike.
                "nobody's queue is counted" => {
                    (&["COVERING INDEX reviews_by_assignee (store_num=? AND status=? AND assignee_id=?"], &["reviews_by_"])
                }
                "a queue is counted" => (&["COVERING INDEX reviews_by_"], &["reviews_by_"]),
                name if name.contains("one's own") => {
                    (&["reviews_by_assignee (store_num=? AND status=? AND assignee_id=?"], &["reviews_by_assignee"])
                }
                name if name.contains("nobody's") => (&["reviews_by_assignee (store_num=? AND status=? AND assignee_id=?"], &["reviews_by_assignee"]),
                name if name.contains("of a run") => (&["reviews_by_run (run_id=? AND status=?"], &["reviews_by_run"]),
                _ => (&["reviews_by_status (status=? AND store_num=?"], &["reviews_by_status"]),
            };
            (
                &["1", "'open'", "NULL", "NULL", ID, ID, "0", "0", ID, "50", UNTIL],
                index.0,
                &["1", "'open'", "NULL::text", "NULL::boolean", PG_ID, PG_ID, "0", "0", PG_ID, "50", UNTIL],
                index.1,
            )
        }
        "one card" => (&["1", ID], &["r USING PRIMARY KEY (id=?)"], &["1", PG_ID], &["content_reviews_pkey"]),
        "products of cards" => (&[KEYS], &["INTEGER PRIMARY KEY (rowid=?)"], &[PG_KEYS], &["products_pkey"]),
        // Of one: PostgreSQL would rather read a small table of reviews whole than look up many in it.
        "versions of a product" => (
            &["4294967300", "9", "1"],
            &["versions_by_number (product_key=? AND number<?)", "reviews_by_version (version_id=?)"],
            &["4294967300", "9", "1"],
            &["versions_by_number", "reviews_by_version"],
        ),
        "a version by its id" | "a version with what was decided" => {
            (&["1", ID], &["v USING INDEX sqlite_autoindex_optimization_versions_1 (id=?)"], &["1", PG_ID], &["optimization_versions_pkey"])
        }
        "what a product said first" => {
            (&["4294967300"], &["versions_by_number (product_key=? AND number=?)"], &["4294967300"], &["versions_by_number"])
        }
        "which reviews are open" => (
            &["1", "'[\"00112233445566778899aabbccddeeff\"]'"],
            &["content_reviews USING PRIMARY KEY (id=?)"],
            &["1", "ARRAY['00112233-4455-6677-8899-aabbccddeeff'::uuid]"],
            &["content_reviews_pkey"],
        ),
        "reviews are decided" => (
            &["1", "'approved'", "5", ID, "''", "'[[\"00112233445566778899aabbccddeeff\",\"[]\"]]'"],
            &["content_reviews USING PRIMARY KEY (id=?)"],
            &["1", "'approved'", "5", PG_ID, "''", "ARRAY['00112233-4455-6677-8899-aabbccddeeff']", "ARRAY['[]']"],
            &["content_reviews_pkey"],
        ),
        "the review of a product is decided elsewhere" => {
            (&["4294967300", ID, "5", ID, "'[]'"], &["reviews_open (product_key=?)"], &["4294967300", PG_ID, "5", PG_ID, "'[]'"], &["reviews_open"])
        }
        "versions made active" => (
            &["1", "'[\"00112233445566778899aabbccddeeff\"]'", "'[\"00112233445566778899aabbccddeeff\"]'"],
            &["versions_by_product (product_id=?)"],
            &["1", "ARRAY['00112233-4455-6677-8899-aabbccddeeff'::uuid]", "ARRAY['00112233-4455-6677-8899-aabbccddeeff'::uuid]"],
            &["versions_by_product"],
        ),
        // The tables of people are small: PostgreSQL may read them whole.
        "whose session" => (&["x'00'", "1"], &["x USING PRIMARY KEY (secret_hash=?)"], &["'\\x00'::bytea", "1"], &[]),
        "whose tokens" => (
            &["'[\"00\"]'", "1"],
            &["t USING INDEX sqlite_autoindex_api_tokens_2 (secret_hash=?)", "m USING PRIMARY KEY (user_id=? AND store_num=?)"],
            &["ARRAY['\\x00'::bytea]", "1"],
            &["api_tokens_secret_hash_key"],
        ),
        "a token's use is noted" => (&[ID, "1"], &["api_tokens USING PRIMARY KEY (id=?)"], &[PG_ID, "1"], &["api_tokens_pkey"]),
        "tokens of a person are counted" => {
            (&[ID, "1"], &["api_tokens_by_person (user_id=? AND store_num=? AND log_in=?)"], &[PG_ID, "1"], &["api_tokens_by_person"])
        }
        "old log-ins are dropped" => (
            &[ID, "1", "1", "9999"],
            &["api_tokens_by_person (user_id=? AND store_num=? AND log_in=? AND created_at<?)", "o USING COVERING INDEX api_tokens_by_person"],
            &[PG_ID, "1", "1", "9999"],
            &["api_tokens_by_person"],
        ),
        // SQLite says nothing of how it finds what is in the way: by the key.
        "a write is announced" => (
            &["1", ID, "'key'", "x'00'", "5", "4", "3"],
            &[],
            &["1", PG_ID, "'key'", "'\\x00'::bytea", "5", "4", "3"],
            &["Conflict Arbiter Indexes: idempotency_keys_pkey"],
        ),
        "what was answered to a key" => (
            &["1", ID, "'key'"],
            &["idempotency_keys USING PRIMARY KEY (store_num=? AND user_id=? AND key=?)"],
            &["1", PG_ID, "'key'"],
            &["idempotency_keys_pkey"],
        ),
        "an answer is kept" => (
            &["1", ID, "'key'", "200", "'[]'", "x'00'"],
            &["idempotency_keys USING PRIMARY KEY (store_num=? AND user_id=? AND key=?)"],
            &["1", PG_ID, "'key'", "200", "'[]'", "'\\x00'::bytea"],
            &["idempotency_keys_pkey"],
        ),
        "a delivery is noted" => (
            &[ID, ID, "'delivered'", "5", "5", "200", "7", "''"],
            &["webhook_deliveries USING INDEX sqlite_autoindex_webhook_deliveries_1 (id=?)"],
            // Where hardly any wait, PostgreSQL looks through those that do.
            &[PG_ID, PG_ID, "'delivered'", "5", "5", "200", "7", "''"],
            &[],
        ),
        "the log of a webhook" => (
            &["1", ID, "9999", ID, "51"],
            &["d USING INDEX deliveries_by_webhook (webhook_id=? AND (noted_at,id)<(?,?))", "w USING PRIMARY KEY (id=?)"],
            &["1", PG_ID, "9999", PG_ID, "51"],
            &["deliveries_by_webhook"],
        ),
        "a change by its number" => (&["1", "3990"], &["change_log USING PRIMARY KEY (store_num=? AND seq>?)"], &["1", "3990"], &["change_log_pkey"]),
        other => panic!("say what the plan of {other:?} must be"),
    }
}

/// Statements on tables of which PostgreSQL's own housekeeping gathers statistics: before it has, one index looks like another.
const LEFT_TO_HOUSEKEEPING: [(&str, &str); 2] = [("old log-ins are dropped", "api_tokens"), ("what was measured", "measurements")];

pub async fn hot_statements_use_their_indexes(arranged: &Arranged) {
    housekeeping_stays_away(arranged).await;
    // 900 and then 3,100: the first crosses no step at which statistics are gathered.
    member(arranged, "ada", &arranged.shop, Role::Editor).await;
    for products in [0..900, 900..4_000_i64] {
        let behind = products.start;
        ask(arranged, products.clone()).await;
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
        suggest(arranged, behind).await;
        measure(arranged, behind).await;
        if behind > 0 && !arranged.is_sqlite() {
            arranged.execute(&format!("ANALYZE {}", LEFT_TO_HOUSEKEEPING.map(|(_, table)| table).join(", "))).await;
        }

        let wrong = wrong(arranged, behind).await;
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
    // What looks after all of them sees it, and names it, when one is gone.
    arranged.execute("DROP INDEX products_by_update").await;
    arranged.execute("DROP INDEX change_log_by_product").await;
    let missed = wrong(arranged, 900).await;
    for (name, index) in [("the feed", "products_by_update"), ("history", "change_log_by_product")] {
        let says = format!("{name} does not use {index}");
        assert!(missed.iter().any(|one| one.starts_with(&says)), "{says}: {missed:?}");
    }
}

/// Hot statements whose plans are not as they should be, with what is wrong, when `behind` products were there before those that were written last.
async fn wrong(arranged: &Arranged, behind: i64) -> Vec<String> {
    let mut wrong: Vec<String> = Vec::new();
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
        let is_left = behind == 0 && !arranged.is_sqlite() && LEFT_TO_HOUSEKEEPING.iter().any(|(left, _)| *left == name);
        let indexes = if is_left { &[] } else { indexes };
        wrong.extend(indexes.iter().filter(|index| !plan.contains(*index)).map(|index| format!("{name} does not use {index}:\n{plan}")));
        let scans = plan.lines().map(str::trim).any(|line| {
            let scan = line.starts_with("SCAN")
                && !line.contains("VIRTUAL TABLE INDEX")
                && !line.starts_with("SCAN (")
                && line != "SCAN CONSTANT ROW"
                && !line.starts_with("SCAN by_");
            let small = ["users", "sessions", "stores", "memberships", "op_result", "jobs", "providers", "asked_briefs", "prices", "budgets"]
                .iter()
                .any(|table| line.contains(&format!(" on {table}")));
            scan || (line.contains("Seq Scan") && !small)
        });
        wrong.extend(scans.then(|| format!("{name} reads a whole table:\n{plan}")));
        let sorts = plan.contains("TEMP B-TREE FOR ORDER BY") || plan.contains("Sort Key");
        wrong.extend((name.contains("queue") && sorts).then(|| format!("{name} is sorted:\n{plan}")));
    }
    wrong
}

/// PostgreSQL's own gathers statistics when it comes by, which would be in the middle of filling a table or not at all.
async fn housekeeping_stays_away(arranged: &Arranged) {
    if !arranged.is_sqlite() {
        const AWAY: &str = "\
            DO $$ DECLARE t text; BEGIN FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP \
            EXECUTE format('ALTER TABLE %I SET (autovacuum_enabled = false)', t); END LOOP; END $$";
        arranged.execute(AWAY).await;
    }
}

/// Some series, measured for some hours.
async fn measure(arranged: &Arranged, behind: i64) {
    let row = |at: i64| measuring::Row {
        level: Level::Minute,
        series: Series::new("http.duration", &format!("GET /{}", at % 40), "2xx"),
        at: 29_333_000 + behind + at / 40,
        generation: 0,
        sketch: Sketch::of(at as u64),
    };
    arranged.store.write_measured(uuid::Uuid::from_u128(1), &(0..8_000).map(row).collect::<Vec<_>>()).await.unwrap();
    let traces: Vec<_> = (1..=4_000).map(|number| crate::traces::trace(number, &format!("/{}", number % 50), number, number)).collect();
    arranged.store.write_traces(uuid::Uuid::from_u128(1), &traces).await.unwrap();
}

/// Suggestions for all products behind a number, some of them published, with calls of a year and failures.
async fn suggest(arranged: &Arranged, behind: i64) {
    let (store, shop) = (&arranged.store, &arranged.shop);
    let after = u32::try_from(behind).unwrap().checked_sub(1);
    let products = store.export_batch(shop, after, 10_000).await.unwrap();
    for products in products.chunks(250) {
        let provider = provider("Any").id;
        let products: Vec<&Product> = products.iter().collect();
        let run = arranged.suggest(shop, &products, provider).await;
        let failures = products.iter().map(|product| failed(product, "No.")).collect();
        let day = |number: usize| Timestamp::from_micros(START - (number as i64 * 7 % 365) * 86_400_000_000);
        let usage =
            (0..products.len()).map(|number| NewUsage { at: day(number), product_type: format!("Type {number}"), ..call(provider) }).collect();
        store.write_run(shop, RunBatch { usage, ..run_batch(run, failures, &[]) }).await.unwrap();
    }
    // A quarter waits, as it does where much was decided: of a small table of which half is asked for, PostgreSQL rightly reads all.
    arranged.execute("UPDATE optimization_versions SET is_active = TRUE WHERE product_key % 4 <> 0").await;
    arranged.execute("UPDATE content_reviews SET status = 'approved' WHERE product_key % 4 <> 0").await;
}

/// Tokens, kept answers, what webhooks were sent, and what was told of alerts.
async fn ask(arranged: &Arranged, numbers: std::ops::Range<i64>) {
    let numbers = format!("WITH RECURSIVE n (i) AS (SELECT {} UNION ALL SELECT i + 1 FROM n WHERE i < {})", numbers.start, numbers.end - 1);
    let (id, hash) = if arranged.is_sqlite() { ("randomblob(16)", "CAST(i AS BLOB)") } else { ("gen_random_uuid()", "i::text::bytea") };
    arranged
        .execute(&format!(
            "{numbers} INSERT INTO api_tokens (id, store_num, user_id, name, secret_hash, ends_with, scopes, log_in, created_at) \
             SELECT {id}, m.store_num, m.user_id, 'Token', {hash}, 'abcd', 1, i % 2 = 0, i FROM n, memberships m"
        ))
        .await;
    arranged
        .execute(&format!(
            "{numbers} INSERT INTO alert_messages (id, channel, subject, body, state, attempts, created_at, due_at, noted_at, answer, held_by, held_until) \
             SELECT 'm' || i, 'ops', '', '', CASE WHEN i % 100 = 0 THEN 'waiting' ELSE 'delivered' END, 1, i, i, i, '', '', 0 FROM n"
        ))
        .await;
    arranged
        .execute(&format!(
            "{numbers} INSERT INTO idempotency_keys (store_num, user_id, key, asked_hash, created_at, status, headers, body) \
             SELECT m.store_num, m.user_id, 'key-' || i, {hash}, i, 200, '[]', {hash} FROM n, memberships m"
        ))
        .await;
    arranged
        .execute(&format!(
            "{numbers} INSERT INTO webhooks (id, store_num, url, events, state, reason, sealed_secret, seen_seq, jobs_after, failures, rests_until, created_at) \
             SELECT {id}, {}, 'https://example.com/', 1, 'active', '', {hash}, 0, 0, 0, 0, i FROM n WHERE i % 200 = 0",
            arranged.shop.num
        ))
        .await;
    arranged
        .execute(&format!(
            "{numbers} INSERT INTO webhook_deliveries (id, webhook_id, event, product_key, seq, happened_at, subject, body, state, attempts, due_at, noted_at, answer) \
             SELECT {id}, w.id, 'product.updated', i, i, i, 'lamp', '{{}}', 'delivered', 1, i, i, '' FROM n, webhooks w WHERE i % 20 = 0"
        ))
        .await;
}

fn filled(sql: &str, values: &[&str]) -> String {
    values.iter().enumerate().rev().fold(sql.to_owned(), |sql, (at, value)| sql.replace(&format!("${}", at + 1), value))
}
