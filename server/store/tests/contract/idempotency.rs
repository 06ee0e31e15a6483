use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use domain::role::Role;
use ports::{
    Access,
    error::AppError,
    idempotency::{ABANDONED_SECONDS, Answered, Begun, Idempotency, KEPT_SECONDS, LONGEST_BODY},
};

use crate::{support::Arranged, tokens::member};

const ASKED: [u8; 32] = [1; 32];
const ELSE: [u8; 32] = [2; 32];

fn created(body: &[u8]) -> Answered {
    Answered { status: 201, headers: vec![("etag".into(), "\"7\"".into()), ("location".into(), "/é \0".into())], body: body.into() }
}

async fn ada(arranged: &Arranged) -> Access {
    member(arranged, "ada", &arranged.shop, Role::Editor).await
}

pub async fn a_write_is_new_once_and_answered_ever_after(arranged: &Arranged) {
    let store = &arranged.store;
    let ada = ada(arranged).await;
    let every_byte: Vec<u8> = (0..=255).collect();

    assert_eq!(store.begin(&ada, "key", ASKED).await.unwrap(), Begun::New);
    assert_eq!(store.begin(&ada, "key", ASKED).await.unwrap(), Begun::Running);
    assert_eq!(store.begin(&ada, "key", ELSE).await.unwrap(), Begun::Other);
    store.keep(&ada, "key", created(&every_byte)).await.unwrap();

    assert_eq!(store.begin(&ada, "key", ASKED).await.unwrap(), Begun::Answered(created(&every_byte)));
    assert_eq!(store.begin(&ada, "key", ELSE).await.unwrap(), Begun::Other);
    assert_eq!(store.begin(&ada, "Key", ASKED).await.unwrap(), Begun::New);
    // Also by another process, and nothing that comes later changes it.
    let restarted = arranged.second_store().await;
    store.keep(&ada, "key", created(b"later")).await.unwrap();
    assert_eq!(restarted.begin(&ada, "key", ASKED).await.unwrap(), Begun::Answered(created(&every_byte)));
    restarted.close().await;
}

pub async fn a_key_is_ones_own(arranged: &Arranged) {
    let store = &arranged.store;
    let ada = ada(arranged).await;
    let bob = member(arranged, "bob", &arranged.shop, Role::Owner).await;
    let elsewhere = Access { store: arranged.other_shop.id, ..ada.clone() };
    store.begin(&ada, "key", ASKED).await.unwrap();
    store.keep(&ada, "key", created(b"Ada's")).await.unwrap();

    for who in [&bob, &elsewhere] {
        assert_eq!(store.begin(who, "key", ASKED).await.unwrap(), Begun::New);
        store.give_back(who, "key").await.unwrap();
        assert_eq!(store.begin(who, "key", ELSE).await.unwrap(), Begun::New);
    }
    assert_eq!(store.begin(&ada, "key", ASKED).await.unwrap(), Begun::Answered(created(b"Ada's")));
}

pub async fn what_was_not_done_may_be_tried_again(arranged: &Arranged) {
    let store = &arranged.store;
    let ada = ada(arranged).await;

    store.begin(&ada, "key", ASKED).await.unwrap();
    store.give_back(&ada, "key").await.unwrap();
    assert_eq!(store.begin(&ada, "key", ASKED).await.unwrap(), Begun::New);
    // An answer that the server failed with is none.
    store.keep(&ada, "key", Answered { status: 503, ..created(b"") }).await.unwrap();
    assert_eq!(store.begin(&ada, "key", ELSE).await.unwrap(), Begun::New);
    // One that refuses is one, and is not given back.
    let refused = Answered { status: 422, ..created(b"no") };
    store.keep(&ada, "key", refused.clone()).await.unwrap();
    store.give_back(&ada, "key").await.unwrap();
    assert_eq!(store.begin(&ada, "key", ELSE).await.unwrap(), Begun::Answered(refused));
}

pub async fn an_abandoned_write_is_taken_over_by_the_same_request(arranged: &Arranged) {
    let store = &arranged.store;
    let ada = ada(arranged).await;
    store.begin(&ada, "key", ASKED).await.unwrap();

    arranged.clock.advance(ABANDONED_SECONDS - 1);
    assert_eq!(store.begin(&ada, "key", ASKED).await.unwrap(), Begun::Running);
    arranged.clock.advance(1);
    assert_eq!(store.begin(&ada, "key", ELSE).await.unwrap(), Begun::Other);
    assert_eq!(store.begin(&ada, "key", ASKED).await.unwrap(), Begun::New);
    assert_eq!(store.begin(&ada, "key", ASKED).await.unwrap(), Begun::Running);

    // Both answer in the end: one answer is given.
    store.keep(&ada, "key", created(b"first")).await.unwrap();
    store.keep(&ada, "key", created(b"second")).await.unwrap();
    arranged.clock.advance(2 * ABANDONED_SECONDS);
    assert_eq!(store.begin(&ada, "key", ASKED).await.unwrap(), Begun::Answered(created(b"first")));
}

pub async fn an_answer_is_kept_for_a_day(arranged: &Arranged) {
    let store = &arranged.store;
    let ada = ada(arranged).await;
    store.begin(&ada, "key", ASKED).await.unwrap();
    store.keep(&ada, "key", created(b"x")).await.unwrap();

    arranged.clock.advance(KEPT_SECONDS - 1);
    assert_eq!(store.begin(&ada, "key", ASKED).await.unwrap(), Begun::Answered(created(b"x")));
    arranged.clock.advance(1);
    assert_eq!(store.begin(&ada, "key", ELSE).await.unwrap(), Begun::New);
    assert_eq!(store.begin(&ada, "key", ELSE).await.unwrap(), Begun::Running, "nothing of the old answer is left");
}

pub async fn old_keys_are_dropped_now_and_then(arranged: &Arranged) {
    let store = &arranged.store;
    let ada = ada(arranged).await;
    let keys = async || arranged.number("SELECT COUNT(*) FROM idempotency_keys").await;
    let sweep = async |expected: i64| {
        tokio::time::timeout(Duration::from_secs(20), async {
            while keys().await != expected {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        })
        .await
    };
    store.begin(&ada, "first", ASKED).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    // More than one statement drops, and some that are not old enough.
    arranged
        .execute(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1300) \
             INSERT INTO idempotency_keys (store_num, user_id, key, asked_hash, created_at) \
             SELECT k.store_num, k.user_id, 'key-' || i, k.asked_hash, k.created_at - 86400000000 + (i / 1201) * 86400000000 \
             FROM n, idempotency_keys k WHERE k.key = 'first'",
        )
        .await;
    assert_eq!(keys().await, 1_301);

    store.begin(&ada, "second", ASKED).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(keys().await, 1_302, "not with every request");
    arranged.clock.advance(60);
    store.begin(&ada, "third", ASKED).await.unwrap();

    sweep(103).await.expect("those of yesterday are gone, and no others");
}

pub async fn a_key_has_visible_characters(arranged: &Arranged) {
    let store = &arranged.store;
    let ada = ada(arranged).await;

    for key in ["", " ", "a b", "a\0b", "clé", "a\nb", &"x".repeat(256)] {
        let refused = store.begin(&ada, key, ASKED).await;
        assert!(matches!(&refused, Err(AppError::Invalid(sentence)) if sentence.contains("255")), "{key:?}: {refused:?}");
    }
    for key in ["x", "\"8e03978e-40d5-43dd-bc93-6894a57f9324\"", &"~".repeat(255)] {
        assert_eq!(store.begin(&ada, key, ASKED).await.unwrap(), Begun::New);
    }
}

pub async fn of_a_long_answer_its_status_is_kept(arranged: &Arranged) {
    let store = &arranged.store;
    let ada = ada(arranged).await;
    let longest = created(&vec![b'x'; LONGEST_BODY]);
    let longer = created(&vec![b'x'; LONGEST_BODY + 1]);
    for (key, answered) in [("longest", &longest), ("longer", &longer)] {
        store.begin(&ada, key, ASKED).await.unwrap();
        store.keep(&ada, key, answered.clone()).await.unwrap();
    }

    assert_eq!(store.begin(&ada, "longest", ASKED).await.unwrap(), Begun::Answered(longest));
    assert_eq!(store.begin(&ada, "longer", ASKED).await.unwrap(), Begun::Answered(longer.short_enough()));
}

pub async fn a_key_costs_few_statements(arranged: &Arranged) {
    let store = &arranged.store;
    let ada = ada(arranged).await;
    // The first of a minute also sweeps.
    store.begin(&ada, "first", ASKED).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;

    macro_rules! costs {
        ($exactly:literal, $request:expr) => {{
            let before = store.db().statements();
            $request.await.unwrap();
            assert_eq!(store.db().statements() - before, $exactly, "{}", stringify!($request));
        }};
    }
    costs!(1, store.begin(&ada, "key", ASKED));
    costs!(1, store.keep(&ada, "key", created(b"x")));
    costs!(2, store.begin(&ada, "key", ASKED));
    costs!(1, store.give_back(&ada, "key"));
}

pub async fn of_many_who_begin_at_once_one_does_it(arranged: &Arranged) {
    let ada = ada(arranged).await;
    let other = arranged.second_store().await;
    let all_at_once = async |key: &'static str| {
        let tasks: Vec<_> = (0..16)
            .map(|number| {
                let (store, ada) = (if number % 2 == 0 { arranged.store.clone() } else { other.clone() }, ada.clone());
                tokio::spawn(async move { store.begin(&ada, key, ASKED).await.unwrap() })
            })
            .collect();
        let mut begun = Vec::new();
        for task in tasks {
            begun.push(task.await.unwrap());
        }
        let new = begun.iter().filter(|begun| **begun == Begun::New).count();
        let running = begun.iter().filter(|begun| **begun == Begun::Running).count();
        (new, running)
    };

    for key in ["a", "b", "c", "d", "e"] {
        assert_eq!(all_at_once(key).await, (1, 15), "{key}");
    }
    // And of many who find it abandoned.
    arranged.clock.advance(ABANDONED_SECONDS);
    for key in ["a", "b", "c", "d", "e"] {
        assert_eq!(all_at_once(key).await, (1, 15), "{key}");
    }
    other.close().await;
}

/// Clients that send the same again until they get an answer, while what is done fails now and then.
pub async fn what_many_send_until_it_is_answered_is_done_once(arranged: &Arranged) {
    let ada = ada(arranged).await;
    let other = arranged.second_store().await;
    for round in 0..5 {
        let (done, failed) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let clients: Vec<_> = (0..8)
            .map(|number| {
                let (store, ada) = (if number % 2 == 0 { arranged.store.clone() } else { other.clone() }, ada.clone());
                let (done, failed, key) = (done.clone(), failed.clone(), format!("round-{round}"));
                tokio::spawn(async move {
                    loop {
                        match store.begin(&ada, &key, ASKED).await.unwrap() {
                            Begun::New if failed.fetch_add(1, Ordering::SeqCst) < 3 => store.give_back(&ada, &key).await.unwrap(),
                            Begun::New => {
                                let number = done.fetch_add(1, Ordering::SeqCst);
                                store.keep(&ada, &key, created(&[number as u8])).await.unwrap();
                            }
                            Begun::Answered(answered) => return answered,
                            Begun::Running => tokio::time::sleep(Duration::from_millis(2)).await,
                            Begun::Other => panic!("nobody asked anything else"),
                        }
                    }
                })
            })
            .collect();
        for client in clients {
            assert_eq!(client.await.unwrap(), created(&[0]));
        }
        assert_eq!(done.load(Ordering::SeqCst), 1);
    }
    other.close().await;
}
