use std::time::Duration;

use domain::{ids::TokenId, role::Role};
use ports::{
    deprecated::{CallingToken, Deprecated, DeprecatedCalls},
    error::AppError,
    tokens::Tokens,
};

use crate::{
    support::{Arranged, START, op_id},
    tokens::{member, reading},
    words::TODAY,
};

const LIST: &str = "/api/products";
const LOG_IN: &str = "/api/auth/login";
const DAY: i64 = 86_400;

fn nobody() -> TokenId {
    TokenId(uuid::Uuid::nil())
}

/// What is in the table, whoever wrote it.
async fn written(arranged: &Arranged) -> i64 {
    arranged.number("SELECT CAST(COALESCE(SUM(calls), 0) AS BIGINT) FROM deprecated_calls").await
}

pub async fn calls_are_counted_for_each_client_and_day(arranged: &Arranged) {
    let (store, shop) = (&arranged.store, arranged.shop.id);
    let ada = member(arranged, "ada", &arranged.shop, Role::Owner).await;
    let (sync, _) = store.make_token(&ada, reading("Stock sync")).await.unwrap();
    let (gone, _) = store.make_token(&ada, reading("Old")).await.unwrap();
    // Each log-in makes another token: they are one client.
    for _ in 0..3 {
        let (token, _) = store.log_in("ada@example.com", "correct horse", "1.2.3.4", None).await.unwrap();
        store.count(shop, token.id, LOG_IN).await;
        store.count(shop, token.id, LIST).await;
        store.count(shop, token.id, LIST).await;
    }
    store.count(shop, nobody(), LIST).await;
    store.report(&ada, 1).await.unwrap();
    store.count(shop, nobody(), LIST).await;
    store.count(shop, gone.id, LIST).await;
    store.revoke_token(&ada, gone.id).await.unwrap();
    arranged.clock.advance(DAY);
    for _ in 0..4 {
        store.count(shop, sync.id, LIST).await;
        arranged.clock.advance(1);
    }

    let report = store.report(&ada, 2).await.unwrap();

    let token = |id, name: &str, person: &str| Some(CallingToken { id, name: name.into(), person: person.into() });
    let told: Vec<_> = report.iter().map(|calls| (calls.day, calls.token.clone(), calls.route.as_str(), calls.calls)).collect();
    assert_eq!(
        told,
        [
            (TODAY + 1, token(Some(sync.id), "Stock sync", "ada"), LIST, 4),
            (TODAY, token(None, "Log-ins", "ada"), LIST, 6),
            (TODAY, token(None, "Log-ins", "ada"), LOG_IN, 3),
            (TODAY, None, LIST, 2),
            (TODAY, token(Some(gone.id), "A token that is gone", ""), LIST, 1),
        ]
    );
    assert_eq!(report[0].last_at.micros(), START + (DAY + 3) * 1_000_000);
    assert_eq!(store.report(&ada, 1).await.unwrap(), report[..1]);
}

pub async fn counting_costs_nothing_and_writing_one_statement(arranged: &Arranged) {
    let store = &arranged.store;
    let ada = member(arranged, "ada", &arranged.shop, Role::Owner).await;
    store.report(&ada, 1).await.unwrap();
    let before = store.db().statements();

    for number in 0..500 {
        let token = TokenId(uuid::Uuid::from_u128(1 + number % 100));
        store.count(arranged.shop.id, token, if number % 2 == 0 { LIST } else { LOG_IN }).await;
    }
    assert_eq!(store.db().statements(), before);
    let report = store.report(&ada, 1).await.unwrap();

    assert_eq!(store.db().statements() - before, 2, "one writes, one reads");
    assert_eq!((report.len(), report.iter().map(|calls| calls.calls).sum::<u64>()), (100, 500));
}

pub async fn what_was_counted_is_written_by_itself_and_at_the_end(arranged: &Arranged) {
    let ending = arranged.second_store().await;
    ending.count(arranged.shop.id, nobody(), LIST).await;
    ending.close().await;
    assert_eq!(written(arranged).await, 1);

    arranged.store.count(arranged.shop.id, nobody(), LIST).await;
    arranged.store.count(arranged.shop.id, nobody(), LIST).await;
    assert_eq!(written(arranged).await, 1);
    tokio::time::timeout(Duration::from_secs(20), async {
        while written(arranged).await != 3 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    })
    .await
    .expect("some seconds later it is written");
}

pub async fn processes_add_up(arranged: &Arranged) {
    let ada = member(arranged, "ada", &arranged.shop, Role::Owner).await;
    let stores = [arranged.store.clone(), arranged.second_store().await, arranged.second_store().await];
    let tasks: Vec<_> = stores
        .iter()
        .cloned()
        .map(|store| {
            let (shop, ada) = (arranged.shop.id, ada.clone());
            tokio::spawn(async move {
                for number in 0..200 {
                    store.count(shop, TokenId(uuid::Uuid::from_u128(1 + number % 7)), LIST).await;
                    if number % 10 == 9 {
                        store.report(&ada, 1).await.unwrap();
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }

    let report = arranged.store.report(&ada, 1).await.unwrap();

    assert_eq!((report.len(), report.iter().map(|calls| calls.calls).sum::<u64>()), (7, 600));
    for store in &stores[1..] {
        store.close().await;
    }
}

pub async fn what_cannot_be_written_is_written_later(arranged: &Arranged) {
    let store = &arranged.store;
    let ada = member(arranged, "ada", &arranged.shop, Role::Owner).await;
    arranged.execute("ALTER TABLE deprecated_calls RENAME TO away").await;
    store.count(arranged.shop.id, nobody(), LIST).await;
    assert!(store.report(&ada, 1).await.is_err());
    store.count(arranged.shop.id, nobody(), LIST).await;
    arranged.execute("ALTER TABLE away RENAME TO deprecated_calls").await;

    let report = store.report(&ada, 1).await.unwrap();

    assert!(matches!(&report[..], [DeprecatedCalls { calls: 2, .. }]), "{report:?}");
}

pub async fn a_report_is_for_owners_and_of_a_year_at_most(arranged: &Arranged) {
    let store = &arranged.store;
    store.count(arranged.shop.id, nobody(), LIST).await;
    // A store that is not there has no calls, and is in nobody's way.
    store.count(domain::ids::StoreId(op_id().0), nobody(), LIST).await;

    for role in Role::ALL {
        let report = store.report(&arranged.who(role), 366).await;
        if role == Role::Owner { assert_eq!(report.unwrap().len(), 1) } else { assert_eq!(report, Err(AppError::Forbidden)) }
    }
    for days in [0, 367, u32::MAX] {
        let refused = store.report(&arranged.who(Role::Owner), days).await;
        assert!(matches!(&refused, Err(AppError::Invalid(sentence)) if sentence.contains("366")), "{refused:?}");
    }
}
