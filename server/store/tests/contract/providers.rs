use domain::{clock::Timestamp, ids::ProviderId, money::Cost};
use ports::writing::ProviderKind;
use store::{
    StoreError,
    words::records::{PriceRow, ProviderRow},
};

use crate::{
    support::{Arranged, START},
    words::provider,
};

const DAY: i64 = 86_400_000_000;

pub async fn a_provider_comes_back_as_it_was_saved(arranged: &Arranged) {
    let (store, shop) = (&arranged.store, &arranged.shop);
    let second = ProviderRow { position: 2, sealed_key: None, ..provider("Second") };
    let first = ProviderRow { kind: ProviderKind::Anthropic, enabled: false, ..provider("First") };
    store.save_provider(shop, &second).await.unwrap();
    store.save_provider(shop, &first).await.unwrap();
    assert_eq!(store.providers(shop).await.unwrap(), [first.clone(), second.clone()]);

    let changed = ProviderRow { name: "Other".into(), position: 3, concurrency: 64, timeout_seconds: 600, sealed_key: None, ..first };
    store.save_provider(shop, &changed).await.unwrap();

    assert_eq!(store.providers(shop).await.unwrap(), [second, changed]);
}

pub async fn at_the_same_place_a_new_provider_comes_last(arranged: &Arranged) {
    let (store, shop) = (&arranged.store, &arranged.shop);
    let added = |name: &str, second: u8, position| {
        let id = ProviderId::new(Timestamp::from_micros(START + i64::from(second) * 1_000_000), [9 - second; 10]);
        ProviderRow { id, position, ..provider(name) }
    };
    for row in [added("Zeta", 0, 1), added("Last", 1, 7), added("Alpha", 2, 1), added("First", 3, 0)] {
        store.save_provider(shop, &row).await.unwrap();
    }
    let order = async || store.providers(shop).await.unwrap().into_iter().map(|row| row.name).collect::<Vec<_>>();
    assert_eq!(order().await, ["First", "Zeta", "Alpha", "Last"]);

    store.save_provider(shop, &added("Omega", 2, 1)).await.unwrap();
    assert_eq!(order().await, ["First", "Zeta", "Omega", "Last"], "another name changes no place");

    store.save_provider(shop, &added("Last", 1, 0)).await.unwrap();
    assert_eq!(order().await, ["Last", "First", "Zeta", "Omega"], "the merchant does");
}

pub async fn a_removed_provider_leaves_its_name(arranged: &Arranged) {
    let (store, shop) = (&arranged.store, &arranged.shop);
    let lost = provider("Lost");
    store.save_provider(shop, &lost).await.unwrap();

    assert!(!store.remove_provider(&arranged.other_shop, lost.id).await.unwrap());
    assert!(store.remove_provider(shop, lost.id).await.unwrap());
    assert!(!store.remove_provider(shop, lost.id).await.unwrap());

    assert_eq!(store.providers(shop).await.unwrap(), []);
    let names = store.provider_names(shop).await.unwrap();
    assert_eq!((names[&lost.id].as_str(), names[&ProviderId::BUILT_IN].as_str()), ("Lost", "Built-in rules"));
    assert_eq!(arranged.number("SELECT CAST(COUNT(*) AS BIGINT) FROM providers WHERE sealed_key IS NULL AND NOT enabled").await, 1);
}

pub async fn a_provider_of_another_store_is_not_changed(arranged: &Arranged) {
    let (store, theirs) = (&arranged.store, provider("Theirs"));
    store.save_provider(&arranged.other_shop, &theirs).await.unwrap();

    let mine = store.save_provider(&arranged.shop, &ProviderRow { name: "Mine".into(), ..theirs.clone() }).await;
    let built_in = store.save_provider(&arranged.shop, &ProviderRow { id: ProviderId::BUILT_IN, ..provider("Mine") }).await;

    assert!(matches!(mine, Err(StoreError::Refused(_))), "{mine:?}");
    assert!(matches!(built_in, Err(StoreError::Refused(_))), "{built_in:?}");
    assert_eq!(store.providers(&arranged.other_shop).await.unwrap(), [theirs]);
    assert_eq!(store.providers(&arranged.shop).await.unwrap(), []);
}

pub async fn a_price_holds_until_the_next_one(arranged: &Arranged) {
    let (store, shop, provider) = (&arranged.store, &arranged.shop, provider("Any").id);
    let midnight = |day: i64| Timestamp::from_micros((START / DAY + day) * DAY);
    let price = |day, input| PriceRow { provider, model: "small".into(), from: midnight(day), input: Cost(input), output: Cost(2 * input) };
    for price in [price(0, 100), price(15, 300), price(15, 200)] {
        store.save_price(shop, &price).await.unwrap();
    }
    let other = PriceRow { model: "large".into(), ..price(3, 900) };
    store.save_price(shop, &other).await.unwrap();
    let at = async |micros: i64| store.price_at(shop, provider, "small", Timestamp::from_micros(micros)).await.unwrap();

    assert_eq!(store.prices(shop).await.unwrap(), [price(15, 200), other, price(0, 100)]);
    assert_eq!(at(midnight(0).micros() - 1).await, None, "before the first there is a hole");
    assert_eq!(at(midnight(0).micros()).await, Some(price(0, 100)));
    assert_eq!(at(midnight(15).micros() - 1).await, Some(price(0, 100)));
    assert_eq!(at(midnight(15).micros()).await, Some(price(15, 200)), "the later of the same day");
    assert_eq!(store.price_at(shop, provider, "Small", midnight(20)).await.unwrap(), None);

    assert!(store.remove_price(shop, provider, "small", midnight(15)).await.unwrap());
    assert!(!store.remove_price(shop, provider, "small", midnight(15)).await.unwrap());
    assert_eq!(at(midnight(20).micros()).await, Some(price(0, 100)));
}
