use std::fmt::Write as _;

use domain::{
    field::{Field, Value},
    op::Base,
    query::{Facet, ListQuery, Window},
    role::Role,
};
use ports::{Catalogue, People, SessionSecret, error::AppError};
use sqlx::{ConnectOptions, Connection, Row};

use crate::support::{Arranged, edit, product};

const PASSWORD: &str = "correct horse";

async fn ada(arranged: &Arranged) -> domain::ids::UserId {
    let ada = arranged.store.create_user("ada@example.com", "Ada", PASSWORD).await.unwrap();
    arranged.store.set_member(ada, &arranged.shop, Role::Editor).await.unwrap();
    ada
}

pub async fn a_session_lasts_thirty_days(arranged: &Arranged) {
    let store = &arranged.store;
    let ada = ada(arranged).await;

    let session = store.sign_in(" ADA@example.com", PASSWORD, "1.2.3.4").await.unwrap();
    let (access, me) = store.me(&session).await.unwrap().unwrap();
    assert_eq!((access.user, access.store, access.role), (ada, arranged.shop.id, Role::Editor));
    assert_eq!((me.name.as_str(), me.email.as_str(), me.store.slug.as_str(), me.stores.len()), ("Ada", "ada@example.com", "shop", 1));
    assert_eq!(store.me(&SessionSecret("nonsense".into())).await.unwrap(), None);

    arranged.clock.advance(30 * 86_400 - 1);
    assert!(store.me(&session).await.unwrap().is_some());
    arranged.clock.advance(1);
    assert_eq!(store.me(&session).await.unwrap(), None);

    let session = store.sign_in("ada@example.com", PASSWORD, "1.2.3.4").await.unwrap();
    store.sign_out(&session).await.unwrap();
    assert_eq!(store.me(&session).await.unwrap(), None);
    store.sign_out(&session).await.unwrap();
}

pub async fn a_wrong_password_and_an_unknown_email_sound_the_same(arranged: &Arranged) {
    ada(arranged).await;

    let wrong = arranged.store.sign_in("ada@example.com", "wrong horse", "1.2.3.4").await.unwrap_err();
    let unknown = arranged.store.sign_in("bob@example.com", "wrong horse", "1.2.3.4").await.unwrap_err();
    let endless = arranged.store.sign_in(&"x".repeat(100_000), &"y".repeat(100_000), "1.2.3.4").await.unwrap_err();

    assert!(matches!(wrong, AppError::Invalid(_)), "{wrong:?}");
    assert_eq!((&unknown, &endless), (&wrong, &wrong));
}

pub async fn guessing_slows_down(arranged: &Arranged) {
    let store = &arranged.store;
    ada(arranged).await;
    let guess = async |password: &str| store.sign_in("ada@example.com", password, "1.2.3.4").await;
    for _ in 0..5 {
        assert!(matches!(guess("wrong horse").await, Err(AppError::Invalid(_))));
    }

    let wait = |minutes: &str| Err(AppError::Unavailable(format!("Too many wrong passwords. Wait {minutes} and try again.")));
    // Not even the right one is looked at, from anywhere, nor after a restart.
    assert_eq!(guess(PASSWORD).await, wait("1 minute"));
    let restarted = arranged.second_store().await;
    assert_eq!(restarted.sign_in("Ada@example.com", PASSWORD, "5.6.7.8").await, wait("1 minute"));
    // Twice as long after each further one, up to a quarter of an hour.
    let mut minutes = 1;
    for next in [2, 4, 8, 15, 15] {
        arranged.clock.advance(minutes * 60);
        assert!(matches!(guess("wrong horse").await, Err(AppError::Invalid(_))));
        assert_eq!(guess(PASSWORD).await, wait(&format!("{next} minutes")));
        minutes = next;
    }
    arranged.clock.advance(minutes * 60);
    assert!(guess(PASSWORD).await.is_ok());
    // And all is forgotten.
    for _ in 0..5 {
        assert!(matches!(guess("wrong horse").await, Err(AppError::Invalid(_))));
    }
    restarted.close().await;
}

pub async fn how_long_to_wait_is_told_without_counting(arranged: &Arranged) {
    let store = &arranged.store;
    ada(arranged).await;
    let wait = async |email: &str, address: &str| store.sign_in_wait(email, address).await.unwrap();
    for _ in 0..5 {
        assert_eq!(wait("ada@example.com", "1.2.3.4").await, None);
        let _ = store.sign_in("ada@example.com", "wrong horse", "1.2.3.4").await;
    }

    for _ in 0..30 {
        assert_eq!(wait(" ADA@example.com", "5.6.7.8").await, Some(60));
    }
    arranged.clock.advance(59);
    assert_eq!(wait("ada@example.com", "1.2.3.4").await, Some(1));
    arranged.clock.advance(1);
    assert_eq!(wait("ada@example.com", "1.2.3.4").await, None);
    assert!(store.sign_in("ada@example.com", PASSWORD, "5.6.7.8").await.is_ok());
}

pub async fn an_address_that_guesses_at_many_accounts_slows_down(arranged: &Arranged) {
    ada(arranged).await;
    for number in 0..20 {
        let _ = arranged.store.sign_in(&format!("user{number}@example.com"), "wrong horse", "6.6.6.6").await;
    }

    let blocked = arranged.store.sign_in("ada@example.com", PASSWORD, "6.6.6.6").await;

    assert!(matches!(blocked, Err(AppError::Unavailable(_))), "{blocked:?}");
    assert!(arranged.store.sign_in("ada@example.com", PASSWORD, "1.2.3.4").await.is_ok());
}

pub async fn many_guesses_at_once_do_not_slip_through(arranged: &Arranged) {
    ada(arranged).await;

    let guesses: Vec<_> = (0..12)
        .map(|_| {
            let store = arranged.store.clone();
            tokio::spawn(async move { store.sign_in("ada@example.com", "wrong horse", "1.2.3.4").await })
        })
        .collect();
    let mut checked = 0;
    for guess in guesses {
        checked += usize::from(matches!(guess.await.unwrap(), Err(AppError::Invalid(_))));
    }

    assert_eq!(checked, 5);
}

pub async fn stores_are_switched_among_ones_own(arranged: &Arranged) {
    let store = &arranged.store;
    let ada = ada(arranged).await;
    let session = store.sign_in("ada@example.com", PASSWORD, "1.2.3.4").await.unwrap();
    assert_eq!(store.switch_store(&session, arranged.other_shop.id).await, Err(AppError::NotFound));

    store.set_member(ada, &arranged.other_shop, Role::Owner).await.unwrap();
    store.switch_store(&session, arranged.other_shop.id).await.unwrap();

    let (access, me) = store.me(&session).await.unwrap().unwrap();
    assert_eq!((access.store, access.role, me.store.slug.as_str()), (arranged.other_shop.id, Role::Owner, "other"));
    assert_eq!(me.stores.iter().map(|store| store.slug.as_str()).collect::<Vec<_>>(), ["other", "shop"]);
    store.set_member(ada, &arranged.other_shop, Role::Viewer).await.unwrap();
    assert_eq!(store.me(&session).await.unwrap().unwrap().0.role, Role::Viewer);
    assert_eq!(store.switch_store(&SessionSecret("nonsense".into()), arranged.shop.id).await, Err(AppError::SignedOut));
}

pub async fn a_person_without_a_store_is_told_so(arranged: &Arranged) {
    arranged.store.create_user("bob@example.com", "Bob", PASSWORD).await.unwrap();

    let refused = arranged.store.sign_in("bob@example.com", PASSWORD, "1.2.3.4").await;

    assert!(matches!(&refused, Err(AppError::Invalid(sentence)) if sentence.contains("store")), "{refused:?}");
}

pub async fn each_role_may_what_it_may(arranged: &Arranged) {
    let store = &arranged.store;
    let lamp = arranged.create(product("lamp")).await;
    let everything = ListQuery::default();

    for role in Role::ALL {
        let who = arranged.who(role);
        assert!(store.list(&who, &Window { query: everything.clone(), start: 0, count: 1 }).await.is_ok());
        assert!(store.facets(&who, &everything).await.is_ok());
        assert!(store.facet(&who, &everything, Facet::Tag, "").await.is_ok());
        assert!(store.neighbours(&who, &everything, lamp.id).await.is_ok());
        assert!(store.history(&who, lamp.id, None).await.is_ok());
        let view = store.product(&who, &lamp.content.handle).await.unwrap().unwrap();
        let edited = store.submit(&who, edit(lamp.id, &[(Field::Vendor, Base::Any, Value::text(role.name()))])).await;
        let may_edit = matches!(role, Role::Owner | Role::Editor);
        assert_eq!((view.editable, edited.is_ok(), store.members(&who).await.is_ok()), (may_edit, may_edit, role == Role::Owner), "{role:?}");
        assert!(may_edit || edited == Err(AppError::Forbidden));
    }
}

pub async fn nothing_in_the_tables_opens_a_session(arranged: &Arranged) {
    ada(arranged).await;
    let session = arranged.store.sign_in("ada@example.com", PASSWORD, "1.2.3.4").await.unwrap();

    let kept: (Vec<u8>, String) = match &arranged.location {
        store::Location::Sqlite(path) => {
            let mut on = sqlx::sqlite::SqliteConnectOptions::new().filename(path).connect().await.unwrap();
            let row = sqlx::query("SELECT secret_hash, password_hash FROM sessions, users").fetch_one(&mut on).await.unwrap();
            (row.get(0), row.get(1))
        }
        store::Location::Postgres(url) => {
            let mut on = sqlx::PgConnection::connect(url).await.unwrap();
            let row = sqlx::query("SELECT secret_hash, password_hash FROM sessions, users").fetch_one(&mut on).await.unwrap();
            (row.get(0), row.get(1))
        }
    };

    let mut shown = String::new();
    for byte in &kept.0 {
        write!(shown, "{byte:02x}").unwrap();
    }
    assert_eq!((session.0.len(), kept.0.len()), (64, 32));
    assert_ne!(session.0, shown);
    assert!(arranged.store.me(&SessionSecret(shown)).await.unwrap().is_none());
    assert!(kept.1.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", kept.1);
    assert_eq!(format!("{session:?}"), "SessionSecret(..)");
}
