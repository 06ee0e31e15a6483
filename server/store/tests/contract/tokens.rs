use std::{collections::BTreeSet, time::Duration};

use domain::{
    ids::TokenId,
    role::Role,
    scope::{Scope, Scopes},
};
use ports::{
    Access, People,
    error::AppError,
    tokens::{NewToken, TokenSecret, Tokens},
};
use sqlx::{ConnectOptions, Connection, Row};
use store::StoreRef;

use crate::support::{Arranged, START, op_id};

const PASSWORD: &str = "correct horse";

const DAY: i64 = 86_400;

/// Somebody who is there, with a password.
pub async fn member(arranged: &Arranged, name: &str, shop: &StoreRef, role: Role) -> Access {
    let user = arranged.user(name).await;
    arranged.store.set_member(user, shop, role).await.unwrap();
    Access { user, store: shop.id, role }
}

/// A token for reading products that has no end.
pub fn reading(name: &str) -> NewToken {
    NewToken { name: name.into(), scopes: [Scope::ReadProducts].into_iter().collect(), days: None }
}

pub async fn a_token_asks_in_the_name_of_its_person(arranged: &Arranged) {
    let store = &arranged.store;
    let ada = member(arranged, "ada", &arranged.shop, Role::Editor).await;

    let (view, secret) = store.make_token(&ada, NewToken { name: " Stock sync ".into(), ..reading("") }).await.unwrap();

    let random = secret.0.strip_prefix("vitrine_").unwrap();
    assert!(random.len() == 43 && random.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'), "{random}");
    assert_eq!((view.name.as_str(), view.person.as_str(), view.user), ("Stock sync", "ada", ada.user));
    assert_eq!((view.created_at.micros(), view.last_used_at, view.expires_at), (START, None, None));
    assert!(secret.0.ends_with(&view.ends_with) && view.ends_with.len() == 4, "{}", view.ends_with);
    assert_eq!(store.tokens(&ada).await.unwrap(), std::slice::from_ref(&view));
    let bearer = store.bearer(&secret).await.unwrap().unwrap();
    assert_eq!((bearer.access, bearer.token, bearer.scopes), (ada.clone(), view.id, view.scopes));
    // With the role of now, not of then.
    store.set_member(ada.user, &arranged.shop, Role::Viewer).await.unwrap();
    assert_eq!(store.bearer(&secret).await.unwrap().unwrap().access.role, Role::Viewer);
    let (_, other) = store.make_token(&ada, reading("Another")).await.unwrap();
    assert_ne!(other, secret);
}

pub async fn what_is_no_secret_opens_nothing(arranged: &Arranged) {
    let store = &arranged.store;
    let ada = member(arranged, "ada", &arranged.shop, Role::Owner).await;
    let (_, secret) = store.make_token(&ada, reading("Stock sync")).await.unwrap();

    let mut altered = secret.0.clone();
    let last = if altered.pop() == Some('A') { 'B' } else { 'A' };
    altered.push(last);
    assert_eq!(store.bearer(&TokenSecret(altered)).await.unwrap(), None);
    assert_eq!(store.bearer(&TokenSecret(secret.0.to_uppercase())).await.unwrap(), None);
    // What cannot be one is not even looked for.
    let before = store.db().statements();
    for nonsense in ["", "vitrine_", "nonsense", &secret.0[1..], &format!("{}x", secret.0), &"x".repeat(100_000)] {
        assert_eq!(store.bearer(&TokenSecret(nonsense.to_owned())).await.unwrap(), None);
    }
    assert_eq!(store.db().statements(), before);
    store.bearer(&secret).await.unwrap().unwrap();
}

pub async fn nothing_in_the_tables_asks_for_anybody(arranged: &Arranged) {
    let ada = member(arranged, "ada", &arranged.shop, Role::Owner).await;
    let (_, secret) = arranged.store.make_token(&ada, reading("Stock sync")).await.unwrap();

    let kept: Vec<u8> = match &arranged.location {
        store::Location::Sqlite(path) => {
            let mut on = sqlx::sqlite::SqliteConnectOptions::new().filename(path).connect().await.unwrap();
            sqlx::query("SELECT secret_hash FROM api_tokens").fetch_one(&mut on).await.unwrap().get(0)
        }
        store::Location::Postgres(url) => {
            let mut on = sqlx::PgConnection::connect(url).await.unwrap();
            sqlx::query("SELECT secret_hash FROM api_tokens").fetch_one(&mut on).await.unwrap().get(0)
        }
    };

    assert_eq!(kept.len(), 32);
    assert!(!secret.0.as_bytes().windows(16).any(|part| kept.windows(16).any(|bytes| bytes == part)));
    assert_eq!(format!("{secret:?}"), "TokenSecret(..)");
}

pub async fn a_token_runs_out(arranged: &Arranged) {
    let store = &arranged.store;
    let ada = member(arranged, "ada", &arranged.shop, Role::Editor).await;
    let (view, secret) = store.make_token(&ada, NewToken { days: Some(7), ..reading("A week") }).await.unwrap();
    let (_, endless) = store.make_token(&ada, reading("For ever")).await.unwrap();
    assert_eq!(view.expires_at.unwrap().micros(), START + 7 * DAY * 1_000_000);

    arranged.clock.advance(7 * DAY - 1);
    assert!(store.bearer(&secret).await.unwrap().is_some());
    arranged.clock.advance(1);
    assert_eq!(store.bearer(&secret).await.unwrap(), None);

    assert_eq!(store.tokens(&ada).await.unwrap().len(), 2, "it is told that it has run out");
    arranged.clock.advance(10_000 * DAY);
    assert!(store.bearer(&endless).await.unwrap().is_some());
}

pub async fn tokens_are_listed_and_ended_by_their_person_and_by_owners(arranged: &Arranged) {
    let store = &arranged.store;
    let ada = member(arranged, "ada", &arranged.shop, Role::Owner).await;
    let bob = member(arranged, "bob", &arranged.shop, Role::Viewer).await;
    let (of_ada, secret_of_ada) = store.make_token(&ada, reading("Ada's")).await.unwrap();
    arranged.clock.advance(1);
    let (of_bob, secret_of_bob) = store.make_token(&bob, reading("Bob's")).await.unwrap();
    arranged.clock.advance(1);
    let (later, _) = store.make_token(&bob, reading("Bob's other")).await.unwrap();

    let names = async |who: &Access| store.tokens(who).await.unwrap().into_iter().map(|token| token.name).collect::<Vec<_>>();
    assert_eq!(names(&bob).await, ["Bob's other", "Bob's"]);
    assert_eq!(names(&ada).await, ["Bob's other", "Bob's", "Ada's"]);

    assert_eq!(store.revoke_token(&bob, of_ada.id).await, Err(AppError::NotFound));
    assert!(store.bearer(&secret_of_ada).await.unwrap().is_some());
    store.revoke_token(&ada, of_bob.id).await.unwrap();
    assert_eq!(store.bearer(&secret_of_bob).await.unwrap(), None);
    assert_eq!(store.revoke_token(&ada, of_bob.id).await, Err(AppError::NotFound));
    store.revoke_token(&bob, later.id).await.unwrap();
    assert_eq!(names(&ada).await, ["Ada's"]);
    assert_eq!(store.revoke_token(&ada, TokenId(op_id().0)).await, Err(AppError::NotFound));
}

pub async fn whoever_leaves_takes_their_tokens_along(arranged: &Arranged) {
    let store = &arranged.store;
    let ada = member(arranged, "ada", &arranged.shop, Role::Editor).await;
    store.set_member(ada.user, &arranged.other_shop, Role::Editor).await.unwrap();
    let elsewhere = Access { store: arranged.other_shop.id, ..ada.clone() };
    let (_, secret) = store.make_token(&ada, reading("Stock sync")).await.unwrap();
    let (_, secret_elsewhere) = store.make_token(&elsewhere, reading("Stock sync")).await.unwrap();

    arranged.execute(&format!("DELETE FROM memberships WHERE store_num = {}", arranged.shop.num)).await;

    assert_eq!(store.bearer(&secret).await.unwrap(), None);
    assert_eq!(store.make_token(&ada, reading("Once more")).await.map(|_| ()), Err(AppError::NotFound));
    assert_eq!(store.bearer(&secret_elsewhere).await.unwrap().unwrap().access, elsewhere);
    // Nor is it there when they come back.
    store.set_member(ada.user, &arranged.shop, Role::Editor).await.unwrap();
    assert_eq!(store.bearer(&secret).await.unwrap(), None);
}

pub async fn the_name_the_scopes_and_the_days_of_a_token_are_checked(arranged: &Arranged) {
    let store = &arranged.store;
    let ada = member(arranged, "ada", &arranged.shop, Role::Viewer).await;
    let with = |name: &str, days| NewToken { days, ..reading(name) };

    for new in [
        with("", None),
        with(" \t ", None),
        with(&"é".repeat(81), None),
        with("a\0b", None),
        with("two\nlines", None),
        with("No days", Some(0)),
        with("Many days", Some(3_651)),
        NewToken { scopes: Scopes::NONE, ..reading("Nothing") },
    ] {
        let refused = store.make_token(&ada, new.clone()).await;
        assert!(matches!(&refused, Err(AppError::Invalid(sentence)) if sentence.ends_with('.')), "{new:?}: {refused:?}");
    }
    assert_eq!(store.tokens(&ada).await.unwrap(), []);
    for new in [with(&"é".repeat(80), Some(1)), with("x", Some(3_650))] {
        let (view, _) = store.make_token(&ada, new.clone()).await.unwrap();
        assert_eq!(view.name, new.name);
    }
}

pub async fn a_person_has_a_hundred_tokens_in_a_store_at_most(arranged: &Arranged) {
    let store = &arranged.store;
    let ada = member(arranged, "ada", &arranged.shop, Role::Editor).await;
    let bob = member(arranged, "bob", &arranged.shop, Role::Editor).await;
    store.make_token(&ada, NewToken { days: Some(1), ..reading("For a day") }).await.unwrap();
    for number in 1..99 {
        store.make_token(&ada, reading(&format!("Token {number}"))).await.unwrap();
    }

    // Two at once, in two processes: there is room for one.
    let other = arranged.second_store().await;
    let (one, two) = tokio::join!(store.make_token(&ada, reading("One")), other.make_token(&ada, reading("Two")));
    let refused = |made: &Result<_, AppError>| matches!(made, Err(AppError::Invalid(sentence)) if sentence.contains("100"));
    assert!(one.is_ok() != two.is_ok() && (refused(&one) || refused(&two)), "{one:?} {two:?}");

    assert!(refused(&store.make_token(&ada, reading("One more")).await));
    assert!(store.make_token(&bob, reading("Bob's")).await.is_ok());
    store.set_member(ada.user, &arranged.other_shop, Role::Viewer).await.unwrap();
    assert!(store.make_token(&Access { store: arranged.other_shop.id, ..ada.clone() }, reading("Elsewhere")).await.is_ok());
    // One that has run out makes room, and so does one that is ended.
    arranged.clock.advance(DAY);
    assert!(store.make_token(&ada, reading("Instead")).await.is_ok());
    assert!(refused(&store.make_token(&ada, reading("One more")).await));
    let last = store.tokens(&ada).await.unwrap().remove(0);
    store.revoke_token(&ada, last.id).await.unwrap();
    assert!(store.make_token(&ada, reading("One more")).await.is_ok());
    other.close().await;
}

pub async fn the_use_of_a_token_is_noted_once_a_minute(arranged: &Arranged) {
    let store = &arranged.store;
    let ada = member(arranged, "ada", &arranged.shop, Role::Editor).await;
    let (_, secret) = store.make_token(&ada, reading("Stock sync")).await.unwrap();
    let used_at = async || arranged.number("SELECT COALESCE(last_used_at, 0) FROM api_tokens").await;
    let noted = async |at: i64| {
        tokio::time::timeout(Duration::from_secs(20), async {
            while used_at().await != at {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        })
        .await
    };
    assert_eq!(used_at().await, 0);
    let before = store.db().statements();

    for _ in 0..20 {
        store.bearer(&secret).await.unwrap().unwrap();
    }
    noted(START).await.expect("the first use is noted");
    // A process that is alone remembers whom it has looked up.
    let cost = store.db().statements() - before;
    assert!(if arranged.is_sqlite() { cost == 21 } else { (2..=21).contains(&cost) }, "{cost} statements: one look each at most, and one note");

    arranged.clock.advance(59);
    // Another process, which remembers nothing, sees in the table that it was.
    let other = arranged.second_store().await;
    let before = other.db().statements();
    other.bearer(&secret).await.unwrap().unwrap();
    store.bearer(&secret).await.unwrap().unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!((used_at().await, other.db().statements() - before), (START, 1));

    arranged.clock.advance(1);
    store.bearer(&secret).await.unwrap().unwrap();
    noted(START + 60_000_000).await.expect("a minute later it is noted again");
    assert_eq!(store.tokens(&ada).await.unwrap()[0].last_used_at.unwrap().micros(), START + 60_000_000);
    other.close().await;
}

/// Nobody is kept waiting or turned away because it cannot be.
pub async fn a_use_that_cannot_be_noted_is_answered(arranged: &Arranged) {
    let ada = member(arranged, "ada", &arranged.shop, Role::Editor).await;
    let (_, secret) = arranged.store.make_token(&ada, reading("Stock sync")).await.unwrap();
    let refuse = if arranged.is_sqlite() {
        "CREATE TRIGGER refuse BEFORE UPDATE ON api_tokens BEGIN SELECT RAISE(ABORT, 'no'); END"
    } else {
        "ALTER TABLE api_tokens ADD CHECK (last_used_at IS NULL)"
    };
    arranged.execute(refuse).await;

    assert!(arranged.store.bearer(&secret).await.unwrap().is_some());
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(arranged.store.bearer(&secret).await.unwrap().is_some());
    assert_eq!(arranged.number("SELECT COALESCE(last_used_at, 0) FROM api_tokens").await, 0);
}

pub async fn programs_log_in_with_a_password(arranged: &Arranged) {
    let store = &arranged.store;
    let ada = member(arranged, "ada", &arranged.shop, Role::Editor).await;
    store.set_member(ada.user, &arranged.other_shop, Role::Owner).await.unwrap();
    store.create_store("third", "Third shop", domain::money::Currency::EUR).await.unwrap();

    let (view, secret) = store.log_in(" ADA@example.com", PASSWORD, "1.2.3.4", None).await.unwrap();
    let bearer = store.bearer(&secret).await.unwrap().unwrap();
    assert_eq!((bearer.access, bearer.scopes), (ada.clone(), Scopes::all()));
    assert_eq!((view.name.as_str(), view.person.as_str()), ("Log-in from 1.2.3.4", "ada"));
    assert_eq!(view.expires_at.unwrap().micros(), START + 30 * DAY * 1_000_000);
    let (_, elsewhere) = store.log_in("ada@example.com", PASSWORD, "1.2.3.4", Some("other")).await.unwrap();
    let access = store.bearer(&elsewhere).await.unwrap().unwrap().access;
    assert_eq!((access.store, access.role), (arranged.other_shop.id, Role::Owner));

    // A store that is not there and one that is somebody else's sound the same.
    let nowhere = store.log_in("ada@example.com", PASSWORD, "1.2.3.4", Some("nowhere")).await.unwrap_err();
    let foreign = store.log_in("ada@example.com", PASSWORD, "1.2.3.4", Some("third")).await.unwrap_err();
    assert!(matches!(&nowhere, AppError::Invalid(sentence) if sentence.contains("short name")), "{nowhere:?}");
    assert_eq!(foreign, nowhere);
    assert_eq!(store.log_in("ada@example.com", PASSWORD, "1.2.3.4", Some("sh\0op")).await.unwrap_err(), nowhere);
    arranged.user("bob").await;
    let none = store.log_in("bob@example.com", PASSWORD, "1.2.3.4", None).await;
    assert!(matches!(&none, Err(AppError::Invalid(sentence)) if sentence.contains("any store yet")), "{none:?}");
    assert_eq!(arranged.number("SELECT COUNT(*) FROM api_tokens").await, 2);
}

pub async fn guesses_by_log_in_and_by_sign_in_are_counted_together(arranged: &Arranged) {
    let store = &arranged.store;
    member(arranged, "ada", &arranged.shop, Role::Editor).await;
    let sign_in = store.sign_in("ada@example.com", "wrong horse", "1.2.3.4").await.unwrap_err();
    let mut sentences = vec![sign_in.clone()];
    for _ in 0..4 {
        sentences.push(store.log_in("ada@example.com", "wrong horse", "1.2.3.4", Some("nowhere")).await.unwrap_err());
    }
    for unknown in ["bob@example.com", "a\0da@example.com"] {
        sentences.push(store.log_in(unknown, PASSWORD, "1.2.3.4", None).await.unwrap_err());
    }
    assert!(matches!(sign_in, AppError::Invalid(_)) && sentences.iter().all(|sentence| *sentence == sign_in), "{sentences:?}");

    let wait = AppError::Unavailable("Too many wrong passwords. Wait 1 minute and try again.".into());
    assert_eq!(store.log_in("Ada@example.com", PASSWORD, "5.6.7.8", None).await.map(|_| ()), Err(wait.clone()));
    assert_eq!(store.sign_in("ada@example.com", PASSWORD, "5.6.7.8").await, Err(wait));
    arranged.clock.advance(60);
    store.log_in("ada@example.com", PASSWORD, "1.2.3.4", None).await.unwrap();
    assert_eq!(arranged.number("SELECT COUNT(*) FROM sign_in_failures WHERE subject = 'account:ada@example.com'").await, 0);
}

pub async fn log_ins_come_and_go_without_being_in_the_way_of_tokens(arranged: &Arranged) {
    let store = &arranged.store;
    let ada = member(arranged, "ada", &arranged.shop, Role::Editor).await;
    store.make_token(&ada, reading("Stock sync")).await.unwrap();
    let (function, hash) = if arranged.is_sqlite() { ("randomblob(16)", "CAST(i AS BLOB)") } else { ("gen_random_uuid()", "i::text::bytea") };
    arranged
        .execute(&format!(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10200) \
             INSERT INTO api_tokens (id, store_num, user_id, name, secret_hash, ends_with, scopes, log_in, created_at, last_used_at, expires_at) \
             SELECT {function}, m.store_num, m.user_id, 'Log-in', {hash}, '', 1, TRUE, {START} - 10201 + i, NULL, {START} + CAST(i AS BIGINT) * 1000000 \
             FROM n, memberships m"
        ))
        .await;

    arranged.clock.advance(1);
    let (latest, secret) = store.log_in("ada@example.com", PASSWORD, "1.2.3.4", None).await.unwrap();

    // Of very many the oldest end, and none that was made.
    let log_ins = async || arranged.number("SELECT COUNT(*) FROM api_tokens WHERE log_in = TRUE").await;
    assert_eq!(log_ins().await, 10_000);
    assert!(store.bearer(&secret).await.unwrap().is_some());
    let listed = store.tokens(&ada).await.unwrap();
    assert_eq!((listed.len(), listed[0].id), (1_000, latest.id));
    assert!(listed.iter().any(|token| token.name == "Stock sync"));
    // What was made by hand is not counted with them.
    store.make_token(&ada, reading("Another")).await.unwrap();
    // When they have run out they are listed no more, and the next one takes them away.
    arranged.clock.advance(30 * DAY);
    let names: BTreeSet<String> = store.tokens(&ada).await.unwrap().into_iter().map(|token| token.name).collect();
    assert_eq!(names, BTreeSet::from(["Another".to_owned(), "Stock sync".to_owned()]));
    store.log_in("ada@example.com", PASSWORD, "1.2.3.4", None).await.unwrap();
    assert_eq!(log_ins().await, 1);
}
