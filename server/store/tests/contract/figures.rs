//! What is counted of statements, connections and the database itself.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use domain::{
    field::{Field, Value},
    role::Role,
};
use ports::{
    Access, Catalogue,
    database::{DatabaseFigures, DatabaseView, EngineFigures, StatementFigures},
    error::AppError,
};
use sqlx::Connection;
use store::{DatabaseOptions, Engine, Location, OsEntropy, Store, WaitTimes};

use crate::support::{Arranged, START, batch, create, product};

fn named<'a>(figures: &'a DatabaseView, name: &str) -> Option<&'a StatementFigures> {
    figures.statements.iter().find(|statement| statement.name == name)
}

async fn opened(arranged: &Arranged, options: DatabaseOptions) -> Store {
    Store::open_with(&arranged.location, &options, arranged.clock.clone(), Arc::new(OsEntropy)).await.unwrap()
}

pub async fn statements_are_counted_by_their_names(arranged: &Arranged) {
    arranged.store.write(&arranged.shop, &batch(), (0..30).map(|number| create(product(&format!("p-{number}")))).collect(), None).await.unwrap();
    // Until the index is there, a list is read from the table.
    arranged.store.warm_up().await.unwrap();
    arranged.list("").await;
    let count = |figures: &DatabaseView, name: &str| named(figures, name).map_or((0, 0), |statement| (statement.count, statement.rows));
    let before = arranged.store.database_figures().await.unwrap();

    let lamp = arranged.create(product("lamp")).await;
    for _ in 0..7 {
        arranged.store.history(&arranged.who(Role::Viewer), lamp.id, None).await.unwrap();
    }
    arranged.edit(&lamp, Field::Title, Value::text("Lamp")).await;
    let figures = arranged.store.database_figures().await.unwrap();

    let more = |name: &str| (count(&figures, name).0 - count(&before, name).0, count(&figures, name).1 - count(&before, name).1);
    assert_eq!(more("HISTORY"), (7, 7));
    assert_eq!(more("TAKE_SEQ"), (2, 2));
    assert_eq!(more("INSERT change_log"), (2, 2));
    assert_eq!(more("COMMIT").0, 2);
    let rows = named(&figures, "HISTORY").unwrap();
    assert!(0 < rows.p50 && rows.p50 <= rows.p95 && rows.p95 <= rows.p99 && rows.p99 <= rows.longest && rows.longest <= rows.total, "{rows:?}");
    assert_eq!(rows.failed, 0);
    assert!(rows.within.is_sorted() && rows.within.last() == Some(&rows.count), "{rows:?}");
    let odd: Vec<&str> = figures.statements.iter().map(|statement| statement.name.as_str()).filter(|name| name.contains(['(', '$', '\n'])).collect();
    assert!(odd.is_empty(), "{odd:?}");
}

pub async fn who_waits_for_a_lock_is_counted_where_there_are_locks(arranged: &Arranged) {
    let Location::Postgres(url) = &arranged.location else {
        assert_eq!(arranged.store.waiting_for_locks().await.unwrap(), None);
        return;
    };
    let before = arranged.store.waiting_for_locks().await.unwrap();
    let mut holder = sqlx::PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql("BEGIN; LOCK TABLE store_seq IN EXCLUSIVE MODE").execute(&mut holder).await.unwrap();

    let waiting = async {
        while arranged.store.waiting_for_locks().await.unwrap() != Some(1) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        sqlx::raw_sql("ROLLBACK").execute(&mut holder).await.unwrap();
    };
    tokio::join!(arranged.create(product("lamp")), waiting);

    assert_eq!((before, arranged.store.waiting_for_locks().await.unwrap()), (Some(0), Some(0)));
    holder.close().await.unwrap();
}

pub async fn a_clock_is_held_against_that_of_a_database_that_has_its_own(arranged: &Arranged) {
    let ahead = arranged.store.clock_ahead().await.unwrap();
    if arranged.is_sqlite() {
        assert_eq!(ahead, None);
        return;
    }

    // The test's stands still at a moment of its own.
    arranged.clock.advance(42 - ahead.unwrap() / 1_000_000);
    let ahead = arranged.store.clock_ahead().await.unwrap().unwrap();
    arranged.clock.advance(-84);
    let behind = arranged.store.clock_ahead().await.unwrap().unwrap();

    assert!((30_000_000..=43_000_000).contains(&ahead) && (-55_000_000..=-41_000_000).contains(&behind), "{ahead} {behind}");
}

pub async fn what_is_measured_is_of_the_databases_time(arranged: &Arranged) {
    const DAY: i64 = 86_400_000_000;
    arranged.store.note_clock_ahead(2 * DAY);
    arranged.store.note_deployment("abc", "0.1.0").await.unwrap();
    let there = arranged.store.database_now().micros();
    arranged.store.note_clock_ahead(-DAY);
    let behind = arranged.store.database_now().micros();

    let noted: Vec<_> = arranged.store.deployments().await.unwrap().iter().map(|one| one.began_at.micros()).collect();
    assert_eq!((there, behind, noted), (START - 2 * DAY, START + DAY, vec![START - 2 * DAY]));
}

pub async fn a_statement_that_fails_is_counted_as_one(arranged: &Arranged) {
    let user = || arranged.store.create_user("ada@example.com", "Ada", "correct horse");
    user().await.unwrap();
    user().await.unwrap_err();

    let figures = arranged.store.database_figures().await.unwrap();

    let made = named(&figures, "MAKE_USER").unwrap();
    assert_eq!((made.count, made.failed), (2, 1));
}

pub async fn a_slow_statement_is_kept_with_its_plan_and_without_its_values(arranged: &Arranged) {
    arranged.create(product("very-secret-lamp")).await;
    // For this one everything is slow.
    let store = opened(arranged, DatabaseOptions { slow: Duration::ZERO, ..DatabaseOptions::default() }).await;

    store.load_by_handles(&arranged.shop, &["very-secret-lamp".parse().unwrap()]).await.unwrap();

    let began = Instant::now();
    let (slow, plan) = loop {
        let figures = store.database_figures().await.unwrap();
        let slow = figures.slow.into_iter().find(|slow| slow.name == "PRODUCTS_BY_HANDLES" && slow.plan.is_some());
        if let Some(slow) = slow {
            let plan = slow.plan.clone().unwrap();
            break (slow, plan);
        }
        assert!(began.elapsed() < Duration::from_secs(10), "no plan came");
        tokio::time::sleep(Duration::from_millis(20)).await;
        store.load_by_handles(&arranged.shop, &["very-secret-lamp".parse().unwrap()]).await.unwrap();
    };
    assert!(plan.contains("products") && !plan.contains("secret"), "{plan}");
    assert!(slow.rows == 1 && slow.microseconds > 0, "{slow:?}");
    store.close().await;
}

pub async fn figures_are_for_whoever_owns_every_store(arranged: &Arranged) {
    arranged.create(product("lamp")).await;
    let ada = arranged.store.create_user("ada@example.com", "Ada", "correct horse").await.unwrap();
    let who = |role| Access { user: ada, ..arranged.who(role) };

    for role in [Role::Viewer, Role::Reviewer, Role::Editor] {
        assert_eq!(arranged.store.database(&who(role)).await.unwrap_err(), AppError::Forbidden);
    }
    arranged.store.set_member(ada, &arranged.shop, Role::Owner).await.unwrap();
    assert_eq!(arranged.store.database(&who(Role::Owner)).await.unwrap_err(), AppError::Forbidden);
    arranged.store.set_member(ada, &arranged.other_shop, Role::Editor).await.unwrap();
    assert_eq!(arranged.store.database(&who(Role::Owner)).await.unwrap_err(), AppError::Forbidden);
    arranged.store.set_member(ada, &arranged.other_shop, Role::Owner).await.unwrap();
    let figures = arranged.store.database(&who(Role::Owner)).await.unwrap();

    assert_eq!((figures.slow_from, figures.replicas.len(), figures.reads_on_primary), (50, 0, 0));
    assert!(figures.pools.iter().all(|pool| pool.most > 0 && pool.in_use + pool.idle <= pool.most), "{:?}", figures.pools);
    match figures.engine.unwrap() {
        EngineFigures::Sqlite(engine) => {
            assert!(engine.version.starts_with("3.") && engine.file > 100_000 && engine.log > 0 && engine.page >= 512, "{engine:?}");
            assert_eq!(figures.pools.len(), 2);
        }
        EngineFigures::Postgres(engine) => {
            assert!(engine.size > 1_000_000 && engine.hits() > Some(0) && engine.connections > 0 && engine.most_connections >= 100, "{engine:?}");
            assert!(engine.tables.iter().any(|table| table.name == "products" && table.size + table.indexes > 0), "{:?}", engine.tables);
            assert!(engine.unused_indexes.iter().any(|index| index.size > 0), "{:?}", engine.unused_indexes);
            assert!(engine.unused_indexes.iter().all(|index| !index.name.ends_with("_pkey")));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waiting_for_a_connection_is_counted_and_ends() {
    let arranged = Arranged::on_postgres().await;
    let options = DatabaseOptions { connections: 2, patience: Duration::from_millis(500), ..DatabaseOptions::default() };
    let store = opened(&arranged, options).await;
    let taken = store.db().hold_all().await.unwrap();

    let editor = arranged.editor();
    let refused = store.submit(&editor, create(product("lamp"))).await;
    let late = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        drop(taken);
    };
    let (waited, ()) = tokio::join!(store.submit(&editor, create(product("bowl"))), late);
    let figures = store.database_figures().await.unwrap();

    assert!(matches!(&refused, Err(AppError::Unavailable(sentence)) if sentence.contains("busy")), "{refused:?}");
    waited.unwrap();
    let pages = figures.pools.iter().find(|pool| pool.name == "pages").unwrap();
    assert!(pages.waits >= 2 && pages.in_vain == 1 && pages.longest_wait >= 500_000 && pages.waited >= 550_000, "{pages:?}");
    let (_, each) = store.connection_waits(&mut WaitTimes::default()).into_iter().find(|(pool, _)| pool == "pages").unwrap();
    assert!(each.count() == pages.waits && each.most() >= Some(490_000) && each.quantile(0) < each.most(), "{each:?}");
    store.close().await;
    arranged.clear_away().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jobs_leave_pages_their_connections() {
    let arranged = Arranged::on_postgres().await;
    let store = opened(&arranged, DatabaseOptions { background_connections: 2, ..DatabaseOptions::default() }).await;
    let Engine::Postgres { background, .. } = store.db().engine() else { panic!() };
    let taken = (background.acquire().await.unwrap(), background.acquire().await.unwrap());

    let page = tokio::time::timeout(Duration::from_secs(5), store.submit(&arranged.editor(), create(product("lamp")))).await;
    let job = tokio::time::timeout(Duration::from_millis(300), store.write(&arranged.shop, &batch(), vec![create(product("bowl"))], None)).await;

    page.unwrap().unwrap();
    assert!(job.is_err(), "a job took a connection of pages");
    drop(taken);
    store.close().await;
    arranged.clear_away().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_of_time_are_those_of_whom_they_are_for() {
    let arranged = Arranged::on_postgres().await;
    let seconds = Duration::from_secs;
    let store = opened(&arranged, DatabaseOptions { statement: seconds(2), background_statement: seconds(70), ..DatabaseOptions::default() }).await;
    let Engine::Postgres { primary, background, .. } = store.db().engine() else { panic!() };
    let shown = async |pool: &sqlx::PgPool, name: &'static str| {
        sqlx::query_scalar::<_, String>("SELECT current_setting($1)").bind(name).fetch_one(pool).await.unwrap()
    };

    assert_eq!((shown(primary, "statement_timeout").await.as_str(), shown(background, "statement_timeout").await.as_str()), ("2s", "70s"));
    assert_eq!((shown(primary, "lock_timeout").await.as_str(), shown(background, "lock_timeout").await.as_str()), ("1600ms", "10s"));
    assert_eq!(shown(primary, "idle_in_transaction_session_timeout").await, "1min");
    let slept = sqlx::query("SELECT pg_sleep(30)").execute(primary).await.unwrap_err();
    assert!(store::StoreError::from(slept).to_string().contains("busy"));
    store.close().await;
    arranged.clear_away().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_that_is_dropped_leaves_no_lock_behind() {
    let arranged = Arranged::on_postgres().await;
    let Location::Postgres(url) = &arranged.location else { panic!() };
    let lamp = arranged.create(product("lamp")).await;
    let mut other = sqlx::PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql("BEGIN; LOCK TABLE store_seq IN EXCLUSIVE MODE").execute(&mut other).await.unwrap();

    // Somebody goes away in the middle of writing, while the product is locked and the numbers are waited for.
    let edit = || crate::support::edit(lamp.id, &[(Field::Title, domain::op::Base::Any, Value::text("Lamp"))]);
    let gone = tokio::time::timeout(Duration::from_millis(300), arranged.store.write(&arranged.shop, &batch(), vec![edit()], None)).await;
    sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
    let again = tokio::time::timeout(Duration::from_secs(5), arranged.store.submit(&arranged.editor(), edit())).await;

    assert!(gone.is_err());
    again.unwrap().unwrap();
    assert_eq!(arranged.load("lamp").await.content.title, "Lamp");
    other.close().await.unwrap();
    arranged.clear_away().await;
}
