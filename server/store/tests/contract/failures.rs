//! Databases that are locked, full, read-only, broken, away or ahead: one clear sentence each, and nothing lost.

use std::{error::Error as _, sync::Arc, time::Duration};

use domain::{clock::Clock, money::Currency};
use ports::{Catalogue, error::AppError, product::Receipt};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, sqlite::SqliteConnectOptions};
use store::{Location, OsEntropy, Store, StoreError};

use crate::support::{Arranged, create, product};

async fn open(location: &Location, clock: Arc<dyn Clock>) -> Result<Store, StoreError> {
    Store::open(location, clock, Arc::new(OsEntropy)).await
}

fn is_a_sentence(error: &StoreError) -> bool {
    let text = error.to_string();
    text.ends_with('.') && !text.contains("sqlx") && !text.contains("SQLITE") && text.chars().next().is_some_and(char::is_uppercase)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_database_says_busy_and_works_afterwards() {
    let arranged = Arranged::on_sqlite().await;
    let mut other = SqliteConnectOptions::new().filename(arranged.file()).connect().await.unwrap();
    other.execute("BEGIN IMMEDIATE").await.unwrap();

    let refused = arranged.store.submit(&arranged.editor(), create(product("lamp"))).await;
    let browsing = arranged.list("").await;

    assert!(matches!(&refused, Err(AppError::Unavailable(sentence)) if sentence.contains("busy")), "{refused:?}");
    assert_eq!(browsing.total, 0);
    other.execute("ROLLBACK").await.unwrap();
    arranged.create(product("lamp")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_is_not_given_back_says_busy_on_postgres_too() {
    let arranged = Arranged::on_postgres().await;
    let Location::Postgres(url) = &arranged.location else { panic!() };
    let mut other = sqlx::PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql("BEGIN; LOCK TABLE store_seq IN EXCLUSIVE MODE").execute(&mut other).await.unwrap();

    let refused = tokio::time::timeout(Duration::from_mins(1), arranged.store.submit(&arranged.editor(), create(product("lamp")))).await;
    let browsing = arranged.list("").await;

    let refused = refused.expect("a request does not wait for ever");
    assert!(matches!(&refused, Err(AppError::Unavailable(sentence)) if sentence.contains("busy")), "{refused:?}");
    assert_eq!(browsing.total, 0);
    other.close().await.unwrap();
    arranged.create(product("lamp")).await;
    arranged.clear_away().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_postgres_runs_out_of_is_told() {
    let arranged = Arranged::on_postgres().await;
    let store::Engine::Postgres { primary, .. } = arranged.store.db().engine() else { panic!() };

    for (code, word) in [("53100", "disk of the database is full"), ("53200", "busy"), ("53300", "busy"), ("57014", "busy"), ("58030", "disk")] {
        let raise = format!("DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{code}'; END $$");
        let error = StoreError::from(sqlx::raw_sql(AssertSqlSafe(raise)).execute(primary).await.unwrap_err());
        assert!(is_a_sentence(&error) && error.is_passing() && error.to_string().contains(word), "{code}: {error}");
    }
    arranged.clear_away().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_and_nothing_is_half_written() {
    let arranged = Arranged::on_sqlite().await;
    arranged.create(product("lamp")).await;
    let limit = async |pages: i64| {
        // The engine's own limit stands in for the disk's: the answer is the same.
        let store::Engine::Sqlite { write, .. } = arranged.store.db().engine() else { panic!() };
        sqlx::query(AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"))).fetch_all(write).await.unwrap();
    };
    limit(1).await;

    let big = create(crate::support::Build::with(product("bowl"), |content| content.description = "x".repeat(500_000)));
    let refused = arranged.store.submit(&arranged.editor(), big.clone()).await;

    assert!(matches!(&refused, Err(AppError::Unavailable(sentence)) if sentence.contains("full")), "{refused:?}");
    assert_eq!(arranged.handles("").await, ["lamp"]);
    limit(1_000_000).await;
    let accepted = arranged.store.submit(&arranged.editor(), big).await;
    assert!(matches!(accepted, Ok(Receipt::Applied { .. })), "{accepted:?}");
    assert_eq!(arranged.handles("").await, ["bowl", "lamp"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_can_only_be_read_is_browsed_while_writes_are_refused() {
    let arranged = Arranged::on_sqlite().await;
    arranged.create(product("lamp")).await;
    let store::Engine::Sqlite { write, .. } = arranged.store.db().engine() else { panic!() };
    sqlx::query("PRAGMA query_only = 1").execute(write).await.unwrap();

    let refused = arranged.store.submit(&arranged.editor(), create(product("bowl"))).await;

    assert!(matches!(&refused, Err(AppError::Unavailable(sentence)) if sentence.contains("only be read")), "{refused:?}");
    assert_eq!(arranged.handles("").await, ["lamp"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgres_that_can_only_be_read_says_so() {
    let arranged = Arranged::on_postgres().await;
    let Location::Postgres(url) = &arranged.location else { panic!() };
    let name = url.rsplit('/').next().unwrap();
    let mut on = sqlx::PgConnection::connect(url).await.unwrap();
    sqlx::query(AssertSqlSafe(format!("ALTER DATABASE {name} SET default_transaction_read_only = on"))).execute(&mut on).await.unwrap();
    let store = arranged.second_store().await;

    let refused = store.submit(&arranged.editor(), create(product("bowl"))).await;

    assert!(matches!(&refused, Err(AppError::Unavailable(sentence)) if sentence.contains("only be read")), "{refused:?}");
    store.close().await;
    arranged.clear_away().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_database_is_left_alone() {
    let arranged = Arranged::on_sqlite().await;
    let file = arranged.file().with_file_name("notes.db");
    std::fs::write(&file, "These are notes and no database at all. ".repeat(200)).unwrap();

    let error = open(&Location::Sqlite(file.clone()), arranged.clock.clone()).await.unwrap_err();

    assert!(matches!(error, StoreError::Corrupt(_)), "{error:?}");
    assert!(is_a_sentence(&error) && error.source().is_some());
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("These are notes"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_not_there_is_named() {
    let arranged = Arranged::on_sqlite().await;
    let file = arranged.file().with_file_name("nowhere").join("vitrine.db");

    let error = open(&Location::Sqlite(file.clone()), arranged.clock.clone()).await.unwrap_err();

    assert!(matches!(error, StoreError::CannotOpen(..)), "{error:?}");
    assert!(is_a_sentence(&error) && error.to_string().contains(&file.display().to_string()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_ahead_of_the_program_is_refused_on_both_engines() {
    for arranged in [Arranged::on_sqlite().await, Arranged::on_postgres().await] {
        const AHEAD: &str =
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9000, 'later', TRUE, CAST('x' AS ";
        match &arranged.location {
            Location::Sqlite(path) => {
                let mut on = SqliteConnectOptions::new().filename(path).connect().await.unwrap();
                sqlx::query(AssertSqlSafe(format!("{AHEAD}BLOB), 1)"))).execute(&mut on).await.unwrap();
            }
            Location::Postgres(url) => {
                let mut on = sqlx::PgConnection::connect(url).await.unwrap();
                sqlx::query(AssertSqlSafe(format!("{AHEAD}BYTEA), 1)"))).execute(&mut on).await.unwrap();
            }
        }

        let error = open(&arranged.location, arranged.clock.clone()).await.unwrap_err();

        let last = store::migrations().map(|(number, _)| number).max().unwrap();
        assert!(matches!(error, StoreError::Newer { found: 9_000, known } if known == last), "{error:?}");
        assert!(is_a_sentence(&error));
        arranged.clear_away().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_is_told_from_one_that_refuses() {
    let arranged = Arranged::on_postgres().await;
    let Location::Postgres(url) = &arranged.location else { panic!() };
    let (server, _) = url.rsplit_once('/').unwrap();

    let away = open(&Location::Postgres("postgres://vitrine@127.0.0.1:9/vitrine".into()), arranged.clock.clone()).await.unwrap_err();
    let refused = open(&Location::Postgres(format!("{server}/there_is_none")), arranged.clock.clone()).await.unwrap_err();

    assert!(matches!(away, StoreError::Unreachable(_)), "{away:?}");
    assert!(matches!(refused, StoreError::Denied(_)), "{refused:?}");
    assert!(is_a_sentence(&away) && is_a_sentence(&refused));
    arranged.clear_away().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_cut_comes_back() {
    let arranged = Arranged::on_postgres().await;
    arranged.create(product("lamp")).await;
    let Location::Postgres(url) = &arranged.location else { panic!() };
    let mut on = sqlx::PgConnection::connect(url).await.unwrap();
    sqlx::query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
        .execute(&mut on)
        .await
        .unwrap();
    let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    while sqlx::query_scalar::<_, i64>(others).fetch_one(&mut on).await.unwrap() > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }

    let mut answers = Vec::new();
    for _ in 0..30 {
        answers.push(arranged.store.ping().await.is_ok());
    }

    assert_eq!(answers.last(), Some(&true), "{answers:?}");
    arranged.create(product("bowl")).await;
    on.close().await.unwrap();
    arranged.clear_away().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_programs_may_make_a_database_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let arranged = Arranged::on_sqlite().await;
    for round in 0..5 {
        let location = Location::Sqlite(folder.path().join(format!("{round}.db")));
        let (one, two) = tokio::join!(open(&location, arranged.clock.clone()), open(&location, arranged.clock.clone()));
        one.unwrap().create_store("one", "One", Currency::EUR).await.unwrap();
        assert_eq!(two.unwrap().stores().await.unwrap().len(), 1);
    }
}

#[test]
fn an_address_is_understood_or_refused_without_repeating_it() {
    assert_eq!(Location::from_url("sqlite:data/vitrine.db").unwrap(), Location::Sqlite("data/vitrine.db".into()));
    assert_eq!(Location::from_url("sqlite:///var/vitrine.db").unwrap(), Location::Sqlite("/var/vitrine.db".into()));
    assert!(matches!(Location::from_url("postgresql://u:secret@h/d").unwrap(), Location::Postgres(_)));
    for bad in ["", "sqlite:", "mysql://secret@h/d", "data/vitrine.db", "postgres:secret"] {
        let error = Location::from_url(bad).unwrap_err();
        assert!(is_a_sentence(&error) && !error.to_string().contains("secret"));
    }
    assert!(!format!("{:?}", Location::from_url("postgres://u:secret@h/d").unwrap()).contains("secret"));
}
