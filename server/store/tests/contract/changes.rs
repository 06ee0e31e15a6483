//! The change log as programs follow it.

use domain::{
    change::{ChangeKind, FieldChange},
    field::{Field, Value},
    ids::{ProductId, Seq},
    op::{Action, Base, Op},
    role::Role,
};
use ports::{
    Access, Catalogue,
    changes::{Changes, LONGEST_PART, LogPart, MOST_CHANGES},
    error::AppError,
    product::Source,
};

use crate::support::{Arranged, batch, create, edit, op_id, product, rich};

async fn read(arranged: &Arranged, after: i64, count: u32) -> LogPart {
    arranged.store.changes_since(&arranged.who(Role::Viewer), Seq(after), count).await.unwrap()
}

fn seqs(part: &LogPart) -> Vec<i64> {
    part.changes.iter().map(|change| change.seq.0).collect()
}

async fn retitle(arranged: &Arranged, product: ProductId, title: &str) {
    arranged.store.submit(&arranged.editor(), edit(product, &[(Field::Title, Base::Any, Value::text(title))])).await.unwrap();
}

pub async fn the_log_tells_what_happened_in_the_order_of_commits(arranged: &Arranged) {
    let ada = arranged.store.create_user("ada@example.com", "Ada", "correct horse").await.unwrap();
    let who = Access { user: ada, ..arranged.who(Role::Editor) };
    let lamp = arranged.create(rich("lamp")).await;
    arranged.clock.advance(60);
    let both = [(Field::Title, Base::Any, Value::text("Oak")), (Field::Handle, Base::Any, Value::text("oak"))];
    arranged.store.submit(&who, edit(lamp.id, &both)).await.unwrap();
    let bowl = arranged.create(product("bowl")).await;
    arranged.store.submit(&who, Op { id: op_id(), product: lamp.id, action: Action::Delete }).await.unwrap();

    let part = read(arranged, 0, 100).await;

    let told: Vec<_> = part.changes.iter().map(|change| (change.seq.0, change.product, change.handle.as_str(), change.kind)).collect();
    assert_eq!(
        told,
        [
            (1, lamp.id, "oak", ChangeKind::Created),
            (2, lamp.id, "oak", ChangeKind::Edited),
            (3, bowl.id, "bowl", ChangeKind::Created),
            (4, lamp.id, "oak", ChangeKind::Deleted),
        ]
    );
    assert_eq!((part.last, part.more, part.currency), (Seq(4), false, arranged.shop.currency));
    let change = |field, before: &str, after: &str| FieldChange { field, before: Value::text(before), after: Value::text(after) };
    assert_eq!(part.changes[1].fields, [change(Field::Title, "lamp", "Oak"), change(Field::Handle, "lamp", "oak")]);
    assert!(part.changes[0].fields.is_empty());
    assert_eq!((part.changes[1].who.as_str(), part.changes[1].source), ("Ada", Source::Page));
    assert_eq!((part.changes[0].who.as_str(), part.changes[0].source), ("", Source::Import));
    assert_eq!(part.changes[1].at.micros() - part.changes[0].at.micros(), 60_000_000);
}

pub async fn a_log_read_in_parts_is_the_log(arranged: &Arranged) {
    let contents = (0..2_500).map(|number| create(product(&format!("p-{number}")))).collect();
    arranged.store.write(&arranged.shop, &batch(), contents, None).await.unwrap();

    for (count, most) in [(1_000, 1_000), (999, 999), (0, 1), (u32::MAX, MOST_CHANGES as usize)] {
        let part = read(arranged, 2_400 - most as i64, count).await;
        assert_eq!((part.changes.len(), part.last, part.more), (most, Seq(2_400), true), "{count}");
    }
    let (mut after, mut seen) = (0, Vec::new());
    loop {
        let part = read(arranged, after, 700).await;
        seen.extend(seqs(&part));
        after = part.last.0;
        if !part.more {
            break;
        }
    }
    assert!(seen.iter().copied().eq(1..=2_500));
}

pub async fn behind_the_end_of_the_log_is_nothing(arranged: &Arranged) {
    assert_eq!((seqs(&read(arranged, 0, 10).await), read(arranged, 7, 10).await.last), (vec![], Seq(0)));
    let lamp = arranged.create(product("lamp")).await;
    retitle(arranged, lamp.id, "Lamp 2").await;

    let (end, future) = (read(arranged, 2, 10).await, read(arranged, i64::MAX, 10).await);

    assert_eq!((seqs(&end), end.last, end.more), (vec![], Seq(2), false));
    // As behind a backup that was restored: one goes on where the store is.
    assert_eq!((seqs(&future), future.last, future.more), (vec![], Seq(2), false));
    retitle(arranged, lamp.id, "Lamp 3").await;
    assert_eq!(seqs(&read(arranged, future.last.0, 10).await), [3]);
}

pub async fn a_part_of_long_changes_ends_early(arranged: &Arranged) {
    let lamp = arranged.create(product("lamp")).await;
    let long = |number: usize| format!("{number}{}", "ä".repeat(400_000));
    for number in 0..8 {
        let description = edit(lamp.id, &[(Field::Description, Base::Any, Value::text(long(number)))]);
        arranged.store.submit(&arranged.editor(), description).await.unwrap();
    }

    let (mut after, mut parts) = (0, Vec::new());
    loop {
        let part = read(arranged, after, 1_000).await;
        after = part.last.0;
        let bytes: usize = part.changes.iter().flat_map(|change| &change.fields).map(|change| change.after.to_string().len()).sum();
        assert!(bytes as i64 <= LONGEST_PART, "{bytes}");
        parts.push(seqs(&part));
        if !part.more {
            break;
        }
    }

    // The first has no text before it: 0.8 MB, then 1.6 MB each.
    assert_eq!(parts, [vec![1, 2, 3, 4], vec![5, 6], vec![7, 8], vec![9]]);
}

pub async fn a_log_is_its_own_stores(arranged: &Arranged) {
    let theirs = arranged.create_in(&arranged.other_shop, product("lamp")).await;
    arranged.create(product("bowl")).await;
    let them = Access { store: arranged.other_shop.id, ..arranged.who(Role::Viewer) };
    let nowhere = Access { store: domain::ids::StoreId(op_id().0), ..them.clone() };

    let (mine, their) = (read(arranged, 0, 10).await, arranged.store.changes_since(&them, Seq(0), 10).await.unwrap());

    assert_eq!(mine.changes.iter().map(|change| change.handle.as_str()).collect::<Vec<_>>(), ["bowl"]);
    assert_eq!(their.changes.iter().map(|change| (change.seq, change.product)).collect::<Vec<_>>(), [(Seq(1), theirs.id)]);
    assert_eq!(arranged.store.changes_since(&nowhere, Seq(0), 10).await, Err(AppError::NotFound));
}

pub async fn a_part_of_the_log_costs_three_statements(arranged: &Arranged) {
    let contents = (0..1_000).map(|number| create(product(&format!("p-{number}")))).collect();
    arranged.store.write(&arranged.shop, &batch(), contents, None).await.unwrap();
    let cost = async |after: i64| {
        let before = arranged.store.db().statements();
        read(arranged, after, 1_000).await;
        arranged.store.db().statements() - before
    };
    // The store is looked up once.
    cost(0).await;

    assert_eq!((cost(0).await, cost(1_000).await), (3, 2));
}
