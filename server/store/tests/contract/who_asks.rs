//! Who asks is remembered by a process that is the only one, and nobody notices but by the time it takes.

use std::{
    collections::BTreeSet,
    path::Path,
    time::{Duration, Instant},
};

use domain::role::Role;
use ports::{
    Catalogue, People, SessionSecret,
    tokens::{NewToken, TokenSecret, Tokens},
};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use store::{Engine, Location, Store};

use crate::{
    support::{Arranged, create, product},
    tokens::{member, reading},
};

const PASSWORD: &str = "correct horse";

/// A machine that is busy loses leases, and asks for them ever more seldom.
const PATIENCE: Duration = Duration::from_mins(3);

/// Asks for so long as it takes until that costs nothing; whether it ever did.
async fn comes_to_cost_nothing(store: &Store, within: Duration, ask: impl AsyncFn()) -> bool {
    let asking = async {
        loop {
            let before = store.db().statements();
            ask().await;
            if store.db().statements() == before {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(within, asking).await.is_ok()
}

async fn remembers(store: &Store, secret: &TokenSecret, within: Duration) -> bool {
    let ask = async || {
        let _ = store.bearer(secret).await.unwrap();
    };
    comes_to_cost_nothing(store, within, ask).await
}

/// Waits until the process is alone and knows a token; on SQLite there is nothing to wait for.
async fn settle(arranged: &Arranged, secret: &TokenSecret) {
    assert!(arranged.is_sqlite() || remembers(&arranged.store, secret, PATIENCE).await, "the process is not alone");
}

async fn settle_session(arranged: &Arranged, session: &SessionSecret) {
    let store = &arranged.store;
    let ask = async || {
        let _ = store.me(session).await.unwrap();
    };
    assert!(arranged.is_sqlite() || comes_to_cost_nothing(store, PATIENCE, ask).await, "the process is not alone");
}

/// Waits for a number, right from the tables.
async fn comes_to(arranged: &Arranged, sql: &str, number: i64) {
    let looking = async {
        while arranged.number(sql).await != number {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, looking).await.is_ok(), "{sql}: {} and not {number}", arranged.number(sql).await);
}

/// A connection of somebody with psql.
async fn somebody_else(arranged: &Arranged) -> PgConnection {
    let Location::Postgres(url) = &arranged.location else { panic!() };
    PgConnection::connect(url).await.unwrap()
}

pub async fn whoever_is_known_costs_no_statement(arranged: &Arranged) {
    let store = &arranged.store;
    let ada = member(arranged, "ada", &arranged.shop, Role::Editor).await;
    let (_, secret) = store.make_token(&ada, reading("Stock sync")).await.unwrap();
    let session = store.sign_in("ada@example.com", PASSWORD, "1.2.3.4").await.unwrap();

    let mut costs = Vec::new();
    // A machine that is busy may lose its lease meanwhile.
    while costs.len() < 10 && costs.last().is_none_or(|cost| *cost >= 20) {
        settle(arranged, &secret).await;
        settle_session(arranged, &session).await;
        let before = store.db().statements();
        for _ in 0..100 {
            assert_eq!(store.bearer(&secret).await.unwrap().unwrap().access, ada);
            assert_eq!(store.me(&session).await.unwrap().unwrap().0, ada);
        }
        costs.push(store.db().statements() - before);
    }

    assert!(if arranged.is_sqlite() { costs.iter().all(|cost| *cost >= 200) } else { costs.last() < Some(&20) }, "{costs:?} for 200 questions");
    // What is not there is looked for each time.
    let before = store.db().statements();
    let nobodys = TokenSecret(format!("{}{}", TokenSecret::PREFIX, "x".repeat(43)));
    assert_eq!((store.bearer(&nobodys).await.unwrap(), store.bearer(&nobodys).await.unwrap()), (None, None));
    assert!(store.db().statements() - before >= 2);
}

pub async fn what_this_process_changes_is_true_at_once(arranged: &Arranged) {
    let store = &arranged.store;
    let ada = member(arranged, "ada", &arranged.shop, Role::Editor).await;
    let (view, secret) = store.make_token(&ada, reading("Stock sync")).await.unwrap();
    let session = store.sign_in("ada@example.com", PASSWORD, "1.2.3.4").await.unwrap();
    let role = async || (store.bearer(&secret).await.unwrap().unwrap().access.role, store.me(&session).await.unwrap().unwrap().0.role);
    settle(arranged, &secret).await;
    settle_session(arranged, &session).await;

    for next in [Role::Viewer, Role::Owner, Role::Reviewer, Role::Editor] {
        store.set_member(ada.user, &arranged.shop, next).await.unwrap();
        assert_eq!(role().await, (next, next));
        assert_eq!(role().await, (next, next));
    }

    store.set_member(ada.user, &arranged.other_shop, Role::Viewer).await.unwrap();
    assert_eq!(store.me(&session).await.unwrap().unwrap().1.stores.len(), 2);
    settle_session(arranged, &session).await;
    store.switch_store(&session, arranged.other_shop.id).await.unwrap();
    assert_eq!(store.me(&session).await.unwrap().unwrap().0.store, arranged.other_shop.id);

    settle_session(arranged, &session).await;
    store.sign_out(&session).await.unwrap();
    assert_eq!(store.me(&session).await.unwrap(), None);

    settle(arranged, &secret).await;
    store.revoke_token(&ada, view.id).await.unwrap();
    assert_eq!(store.bearer(&secret).await.unwrap(), None);
}

pub async fn what_is_known_has_its_end(arranged: &Arranged) {
    let store = &arranged.store;
    let ada = member(arranged, "ada", &arranged.shop, Role::Editor).await;
    let (_, secret) = store.make_token(&ada, NewToken { days: Some(31), ..reading("For a month") }).await.unwrap();
    let session = store.sign_in("ada@example.com", PASSWORD, "1.2.3.4").await.unwrap();
    settle(arranged, &secret).await;
    settle_session(arranged, &session).await;

    arranged.clock.advance(30 * 86_400);
    assert_eq!((store.me(&session).await.unwrap(), store.bearer(&secret).await.unwrap().is_some()), (None, true));
    arranged.clock.advance(86_400);
    assert_eq!(store.bearer(&secret).await.unwrap(), None);
}

pub async fn what_another_process_changes_is_true_at_once(arranged: &Arranged) {
    let store = &arranged.store;
    let mut tokens = Vec::new();
    for number in 0..200 {
        // Of several, as one may have a hundred.
        let name = format!("p{}", number / 50);
        let ada = match tokens.last() {
            Some((ada, _, _)) if number % 50 != 0 => Clone::clone(ada),
            _ => member(arranged, &name, &arranged.shop, Role::Editor).await,
        };
        let (view, secret) = store.make_token(&ada, reading("Stock sync")).await.unwrap();
        tokens.push((ada, view.id, secret));
    }
    for (_, _, secret) in &tokens {
        settle(arranged, secret).await;
    }

    let other = arranged.second_store().await;
    if !arranged.is_sqlite() {
        comes_to(arranged, "SELECT count(*) FROM processes", 2).await;
    }
    for (ada, id, secret) in &tokens {
        other.revoke_token(ada, *id).await.unwrap();
        assert_eq!(store.bearer(secret).await.unwrap(), None);
    }

    // And while there are two, each asks.
    let (_, secret) = other.make_token(&tokens[0].0, reading("Another")).await.unwrap();
    assert!(!remembers(store, &secret, Duration::from_secs(2)).await && !remembers(&other, &secret, Duration::from_secs(2)).await);
    other.set_member(tokens[0].0.user, &arranged.shop, Role::Viewer).await.unwrap();
    assert_eq!(store.bearer(&secret).await.unwrap().unwrap().access.role, Role::Viewer);
    // Until the other one has said that it leaves.
    other.close().await;
    settle(arranged, &secret).await;
}

pub async fn what_is_changed_past_the_program_is_true_at_once(arranged: &Arranged) {
    let store = &arranged.store;
    let ada = member(arranged, "ada", &arranged.shop, Role::Editor).await;
    let (_, secret) = store.make_token(&ada, reading("Stock sync")).await.unwrap();
    let session = store.sign_in("ada@example.com", PASSWORD, "1.2.3.4").await.unwrap();

    for (role, word) in [(Role::Viewer, "viewer"), (Role::Owner, "owner")] {
        settle(arranged, &secret).await;
        settle_session(arranged, &session).await;
        arranged.execute(&format!("UPDATE memberships SET role = '{word}'")).await;
        assert_eq!(store.bearer(&secret).await.unwrap().unwrap().access.role, role);
        assert_eq!(store.me(&session).await.unwrap().unwrap().0.role, role);
    }
    settle_session(arranged, &session).await;
    arranged.execute("UPDATE users SET name = 'Countess'").await;
    assert_eq!(store.me(&session).await.unwrap().unwrap().1.name, "Countess");
    settle_session(arranged, &session).await;
    arranged.execute("UPDATE stores SET name = 'Shop of shops' WHERE slug = 'shop'").await;
    assert_eq!(store.me(&session).await.unwrap().unwrap().1.store.name, "Shop of shops");
    settle(arranged, &secret).await;
    settle_session(arranged, &session).await;
    arranged.execute("DELETE FROM sessions").await;
    assert_eq!(store.me(&session).await.unwrap(), None);
    arranged.execute("DELETE FROM memberships").await;
    assert_eq!(store.bearer(&secret).await.unwrap(), None);
}

pub async fn a_look_up_that_is_under_way_is_not_kept_over_a_change(arranged: &Arranged) {
    let store = &arranged.store;
    let ada = member(arranged, "ada", &arranged.shop, Role::Editor).await;
    for _ in 0..60 {
        let (view, secret) = store.make_token(&ada, reading("Stock sync")).await.unwrap();
        let askers: Vec<_> = (0..4)
            .map(|_| {
                let (store, secret) = (store.clone(), secret.clone());
                tokio::spawn(async move {
                    while store.bearer(&secret).await.unwrap().is_some() {
                        // An answer from memory lets nobody else in between.
                        tokio::task::yield_now().await;
                    }
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(5)).await;

        store.revoke_token(&ada, view.id).await.unwrap();

        assert_eq!(store.bearer(&secret).await.unwrap(), None);
        for asker in askers {
            tokio::time::timeout(PATIENCE, asker).await.expect("the end of a token is seen by all").unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_is_gone_without_a_word_is_waited_for_and_may_come_back() {
    let arranged = Arranged::on_postgres().await;
    let store = &arranged.store;
    let ada = member(&arranged, "ada", &arranged.shop, Role::Editor).await;
    let (view, secret) = store.make_token(&ada, reading("Stock sync")).await.unwrap();
    settle(&arranged, &secret).await;
    arranged.execute("CREATE TABLE first AS SELECT id FROM processes").await;
    let other = arranged.second_store().await;
    comes_to(&arranged, "SELECT count(*) FROM processes", 2).await;
    // What is remembered is relied on up to the end of the lease.
    comes_to(&arranged, "SELECT count(*) FROM processes WHERE alone_until > clock_timestamp()", 0).await;
    assert!(!remembers(store, &secret, Duration::from_millis(1_500)).await);

    // Whatever it says from now on, as if it had said nothing for two minutes.
    arranged
        .execute(
            "CREATE FUNCTION is_silent() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN NEW.seen_at := clock_timestamp() - INTERVAL '2 minutes'; RETURN NEW; END $$",
        )
        .await;
    let first: String = sqlx::query_scalar("SELECT id::text FROM first").fetch_one(&mut somebody_else(&arranged).await).await.unwrap();
    arranged
        .execute(&format!(
            "CREATE TRIGGER is_silent BEFORE INSERT OR UPDATE ON processes FOR EACH ROW WHEN (NEW.id <> '{first}') EXECUTE FUNCTION is_silent()"
        ))
        .await;
    arranged.execute("UPDATE processes SET seen_at = seen_at").await;
    settle(&arranged, &secret).await;

    other.revoke_token(&ada, view.id).await.unwrap();
    assert_eq!(store.bearer(&secret).await.unwrap(), None);
    other.close().await;
    assert_eq!(arranged.number("SELECT count(*) FROM processes").await, 1);
    arranged.clear_away().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_waited_for_whose_moments_are_to_come() {
    let arranged = Arranged::on_postgres().await;
    arranged.execute("UPDATE processes SET seen_at = clock_timestamp() + INTERVAL '9 minutes', alone_until = seen_at + INTERVAL '1 day'").await;
    arranged
        .execute(
            "INSERT INTO processes VALUES (gen_random_uuid(), clock_timestamp() + INTERVAL '9 minutes', NULL), \
             (gen_random_uuid(), clock_timestamp() - INTERVAL '9 minutes', clock_timestamp() + INTERVAL '9 minutes')",
        )
        .await;

    // As each does every ten seconds.
    let other = arranged.second_store().await;

    let later = "SELECT count(*) FROM processes WHERE seen_at > clock_timestamp() OR alone_until > clock_timestamp() + INTERVAL '1 second'";
    comes_to(&arranged, later, 0).await;
    assert_eq!(arranged.number("SELECT count(*) FROM processes WHERE seen_at > clock_timestamp() - INTERVAL '90 seconds'").await, 3);
    other.close().await;
    arranged.clear_away().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whichever_transactions_a_database_begins_nobody_waits_without_need() {
    let arranged = Arranged::on_postgres().await;
    let mut on = somebody_else(&arranged).await;
    let name: String = sqlx::query_scalar("SELECT current_database()").fetch_one(&mut on).await.unwrap();
    sqlx::query(AssertSqlSafe(format!("ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'"))).execute(&mut on).await.unwrap();

    // The program has its own.
    let other = arranged.second_store().await;
    let Engine::Postgres { primary, background, .. } = other.db().engine() else { panic!() };
    for pool in [primary, background] {
        let level: String = sqlx::query_scalar("SHOW transaction_isolation").fetch_one(pool).await.unwrap();
        assert_eq!(level, "read committed");
    }

    // Whoever has another one waits once in a transaction, and whoever sees what there is at the moment waits for those who rely.
    let begun = Instant::now();
    let mut tx = on.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ").await.unwrap();
    for _ in 0..30 {
        sqlx::query("UPDATE memberships SET role = role").execute(&mut *tx).await.unwrap();
    }
    tx.commit().await.unwrap();
    for _ in 0..30 {
        let mut tx = on.begin_with("BEGIN ISOLATION LEVEL READ UNCOMMITTED").await.unwrap();
        sqlx::query("UPDATE memberships SET role = role").execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
    }
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());

    // And whoever says of themselves what they are not is somebody else.
    for process in ["", "me", "00000000-0000-0000-0000-000000000000"] {
        sqlx::query("SELECT set_config('vitrine.process', $1, FALSE)").bind(process).execute(&mut on).await.unwrap();
        sqlx::query("UPDATE memberships SET role = role").execute(&mut on).await.unwrap();
    }
    other.close().await;
    arranged.clear_away().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_wrote_what_nobody_heard_the_end_of_is_read_again() {
    let arranged = Arranged::on_postgres().await;
    let store = &arranged.store;
    let ada = member(&arranged, "ada", &arranged.shop, Role::Editor).await;
    let bob = member(&arranged, "bob", &arranged.shop, Role::Editor).await;
    let (_, adas) = store.make_token(&ada, reading("Stock sync")).await.unwrap();
    let (_, bobs) = store.make_token(&bob, reading("Stock sync")).await.unwrap();
    store.submit(&ada, create(product("lamp"))).await.unwrap();
    settle(&arranged, &adas).await;

    // The connection is cut by the commit.
    arranged
        .execute(
            "CREATE FUNCTION is_cut() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$",
        )
        .await;
    arranged
        .execute("CREATE CONSTRAINT TRIGGER is_cut AFTER INSERT ON products DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION is_cut()")
        .await;
    assert!(store.submit(&ada, create(product("bowl"))).await.is_err());

    settle(&arranged, &bobs).await;
    assert!(!remembers(store, &adas, Duration::from_secs(2)).await);
    settle(&arranged, &bobs).await;
    arranged.clear_away().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_begins_to_rely_on_what_is_being_changed() {
    let arranged = Arranged::on_postgres().await;
    let store = &arranged.store;
    let ada = member(&arranged, "ada", &arranged.shop, Role::Editor).await;
    let (_, secret) = store.make_token(&ada, reading("Stock sync")).await.unwrap();
    let mut on = somebody_else(&arranged).await;

    for isolation in ["READ COMMITTED", "REPEATABLE READ"] {
        settle(&arranged, &secret).await;
        let mut tx = on.begin_with(sqlx::AssertSqlSafe(format!("BEGIN ISOLATION LEVEL {isolation}"))).await.unwrap();
        sqlx::query("UPDATE memberships SET role = CASE role WHEN 'editor' THEN 'viewer' ELSE 'owner' END").execute(&mut *tx).await.unwrap();
        assert!(!remembers(store, &secret, Duration::from_secs(3)).await, "{isolation}");
        let before = store.bearer(&secret).await.unwrap().unwrap().access.role;
        tx.commit().await.unwrap();
        assert_ne!(store.bearer(&secret).await.unwrap().unwrap().access.role, before, "{isolation}");
    }
    on.close().await.unwrap();
    arranged.clear_away().await;
}

/// Whoever adds a statement to these decides whether somebody who is remembered is somebody else after it, and says so with
/// `Known::changing`.
const WRITES: &[(&str, &str)] = &[
    // The session may be remembered.
    ("CLOSE_SESSION", "sessions"),
    ("MOVE_SESSION", "sessions"),
    // The token may be.
    ("REVOKE_TOKEN", "api_tokens"),
    // The person's tokens may be.
    ("DROP_OLD_LOG_INS", "api_tokens"),
    ("DROP_RUN_OUT", "api_tokens"),
    // Their role, and which stores they have.
    ("SET_MEMBER", "memberships"),
    // Up to here nobody knows it.
    ("MAKE_TOKEN", "api_tokens"),
    ("OPEN_SESSION", "sessions"),
    ("MAKE_STORE", "stores"),
    ("MAKE_USER", "users"),
    // They have run out, and what has is not believed.
    ("DROP_OLD_SESSIONS", "sessions"),
    // A lock that changes nothing; what is noted beside the commit; what nobody is told.
    ("LOCK_MEMBER", "memberships"),
    ("TAKE_SEQ", "memberships"),
    ("NOTE_USE", "api_tokens"),
];

#[test]
fn it_is_known_which_statements_change_who_may_what() {
    let mut found = BTreeSet::new();
    statements(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../src"), &mut found);

    let known: BTreeSet<(String, String)> = WRITES.iter().map(|(name, table)| ((*name).to_owned(), (*table).to_owned())).collect();
    assert_eq!(found, known);
}

/// The constants whose text writes to a table that a look-up reads.
fn statements(folder: &Path, found: &mut BTreeSet<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            statements(&path, found);
        } else {
            let source = std::fs::read_to_string(&path).unwrap();
            for verb in ["INSERT INTO ", "UPDATE ", "DELETE FROM ", "TRUNCATE "] {
                for (at, _) in source.match_indices(verb) {
                    let table = source[at + verb.len()..].split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap();
                    if ["api_tokens", "sessions", "users", "memberships", "stores"].contains(&table) {
                        let name = source[..at].rsplit("const ").next().unwrap().split(':').next().unwrap();
                        found.insert((name.to_owned(), table.to_owned()));
                    }
                }
            }
        }
    }
}
