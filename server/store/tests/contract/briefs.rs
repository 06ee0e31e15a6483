use domain::words::{brief::Brief, part::Part};

use crate::support::Arranged;

fn brief(voice: &str) -> Brief {
    Brief { voice: voice.into(), banned: vec!["“best”".into()], parts: vec![Part::Alt, Part::Tags], ..Brief::default() }
}

pub async fn briefs_are_kept_by_product_type(arranged: &Arranged) {
    let (store, shop) = (&arranged.store, &arranged.shop);
    assert_eq!(store.briefs(shop).await.unwrap(), []);
    let ada = store.create_user("ada@example.com", "Ada", "correct horse").await.unwrap();

    for product_type in ["lamps", "Ärmel", "", "Lamps", "_"] {
        store.save_brief(shop, product_type, &brief("first"), Some(ada)).await.unwrap();
    }
    store.save_brief(shop, "Lamps", &brief("second"), None).await.unwrap();

    let kept = store.briefs(shop).await.unwrap();
    assert_eq!(kept.iter().map(|(product_type, _)| product_type.as_str()).collect::<Vec<_>>(), ["", "Lamps", "_", "lamps", "Ärmel"]);
    assert_eq!((&kept[0].1, &kept[1].1), (&brief("first"), &brief("second")));
    assert!(store.remove_brief(shop, "lamps").await.unwrap());
    assert!(!store.remove_brief(shop, "lamps").await.unwrap());
    assert!(!store.remove_brief(&arranged.other_shop, "").await.unwrap());
    assert_eq!(store.briefs(shop).await.unwrap().len(), 4);
}
