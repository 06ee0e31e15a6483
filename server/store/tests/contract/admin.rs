use domain::{
    money::Currency,
    op::{Action, Op},
};
use store::StoreError;

use crate::support::{Arranged, batch, op_id, product};

pub async fn a_store_is_made_once(arranged: &Arranged) {
    let store = &arranged.store;

    let again = store.create_store("shop", "Another", Currency::EUR).await;

    assert!(matches!(&again, Err(StoreError::Refused(sentence)) if sentence.contains("shop")), "{again:?}");
    assert_eq!(store.store_by_slug("shop").await.unwrap(), Some(arranged.shop.clone()));
    assert_eq!(store.store_by_slug("nowhere").await.unwrap(), None);
    assert_eq!(store.stores().await.unwrap(), [arranged.other_shop.clone(), arranged.shop.clone()]);
}

pub async fn a_user_is_made_once_however_the_email_is_written(arranged: &Arranged) {
    let store = &arranged.store;
    let id = store.create_user("Ada@Example.com", "Ada", "correct horse").await.unwrap();

    let again = store.create_user(" ada@example.COM ", "Ada", "correct horse").await;

    assert!(matches!(again, Err(StoreError::Refused(_))), "{again:?}");
    assert_eq!(store.user_by_email("ADA@example.com").await.unwrap(), Some(id));
    assert_eq!(store.user_by_email("bob@example.com").await.unwrap(), None);
}

pub async fn bad_names_are_refused_with_a_sentence(arranged: &Arranged) {
    let store = &arranged.store;

    for slug in ["", "Shop", "a b", "ä", &"a".repeat(64)] {
        assert!(matches!(store.create_store(slug, "Name", Currency::EUR).await, Err(StoreError::Refused(_))), "{slug:?}");
    }
    assert!(matches!(store.create_store("ok", " ", Currency::EUR).await, Err(StoreError::Refused(_))));
    for email in ["", "ada", "@x", "ada@", "a@b@c", "a b@c.d"] {
        assert!(matches!(store.create_user(email, "Ada", "correct horse").await, Err(StoreError::Refused(_))), "{email:?}");
    }
}

pub async fn a_password_has_ten_characters(arranged: &Arranged) {
    let store = &arranged.store;

    let nine = store.create_user("ada@example.com", "Ada", "nine long").await;
    // Characters, not bytes: these nine are more than ten bytes.
    let wide = store.create_user("ada@example.com", "Ada", "äöüäöüäöü").await;
    let ten = store.create_user("ada@example.com", "Ada", "ten longer").await;

    for refused in [nine, wide] {
        assert!(matches!(&refused, Err(StoreError::Refused(sentence)) if sentence.contains("10 characters")), "{refused:?}");
    }
    assert!(ten.is_ok(), "{ten:?}");
}

pub async fn an_export_has_every_product_once_and_none_from_the_trash(arranged: &Arranged) {
    let store = &arranged.store;
    for number in 0..7 {
        arranged.create(product(&format!("p-{number}"))).await;
    }
    arranged.create_in(&arranged.other_shop, product("elsewhere")).await;
    let gone = arranged.load("p-3").await;
    store.write(&arranged.shop, &batch(), vec![Op { id: op_id(), product: gone.id, action: Action::Delete }], None).await.unwrap();

    let (mut handles, mut after) = (Vec::new(), None);
    loop {
        let page = store.export_batch(&arranged.shop, after, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.ord);
        handles.extend(page.iter().map(|product| product.content.handle.to_string()));
    }

    assert_eq!(handles, ["p-0", "p-1", "p-2", "p-4", "p-5", "p-6"]);
    assert_eq!(store.product_count(&arranged.shop).await.unwrap(), 6);
}
