use domain::{
    change::{ChangeKind, FieldChange},
    field::{Field, Value},
    ids::Seq,
    op::{Action, Base, Op},
    role::Role,
};
use ports::{
    Access, Catalogue,
    product::{Receipt, Source},
};

use crate::support::{Arranged, edit, op_id, product, rich};

pub async fn history_tells_who_when_what(arranged: &Arranged) {
    let ada = arranged.store.create_user("ada@example.com", "Ada", "correct horse").await.unwrap();
    let who = Access { user: ada, ..arranged.who(Role::Editor) };
    let lamp = arranged.create(product("lamp")).await;
    arranged.clock.advance(60);
    arranged.store.submit(&who, edit(lamp.id, &[(Field::Title, Base::Any, Value::text("Lamp"))])).await.unwrap();
    arranged.clock.advance(60);
    arranged.store.submit_from(&who, Source::Api.into(), Op { id: op_id(), product: lamp.id, action: Action::Delete }).await.unwrap();

    let history = arranged.store.history(&who, lamp.id, None).await.unwrap();

    let told: Vec<_> = history.iter().map(|entry| (entry.seq, entry.who.as_str(), entry.source, entry.kind)).collect();
    assert_eq!(
        told,
        [
            (Seq(3), "Ada", Source::Api, ChangeKind::Deleted),
            (Seq(2), "Ada", Source::Page, ChangeKind::Edited),
            (Seq(1), "", Source::Import, ChangeKind::Created),
        ]
    );
    assert_eq!(history[0].at.micros() - history[1].at.micros(), 60_000_000);
    assert_eq!(history[1].fields, [FieldChange { field: Field::Title, before: Value::text("lamp"), after: Value::text("Lamp") }]);
}

pub async fn a_value_from_history_can_be_restored(arranged: &Arranged) {
    let lamp = arranged.create(rich("lamp")).await;
    let variant = Field::Variant(lamp.content.variants[1].id);
    arranged.edit(&lamp, variant.clone(), Value::None).await;
    let removed = arranged.store.history(&arranged.editor(), lamp.id, None).await.unwrap()[0].fields[0].clone();

    let receipt = arranged.edit(&arranged.load("lamp").await, variant, removed.before).await;

    assert!(matches!(receipt, Receipt::Applied { .. }), "{receipt:?}");
    assert_eq!(arranged.load("lamp").await.content, lamp.content);
}

pub async fn history_comes_in_pages(arranged: &Arranged) {
    let lamp = arranged.create(product("lamp")).await;
    for number in 0..60 {
        arranged.store.submit(&arranged.editor(), edit(lamp.id, &[(Field::Title, Base::Any, Value::text(format!("Lamp {number}")))])).await.unwrap();
    }

    let first = arranged.store.history(&arranged.editor(), lamp.id, None).await.unwrap();
    let second = arranged.store.history(&arranged.editor(), lamp.id, first.last().map(|entry| entry.seq)).await.unwrap();

    assert_eq!((first.len(), second.len()), (50, 11));
    assert!(first.iter().chain(&second).map(|entry| entry.seq.0).eq((1..=61).rev()));
}
