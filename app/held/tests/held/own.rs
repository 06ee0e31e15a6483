use domain::{
    clock::Timestamp,
    field::{Field, Value},
    handle::Handle,
    ids::{OpId, Seq, UserId},
    product::{Content, OptimisationStatus, Product, Versions},
    query::{ListQuery, Window},
    sync::{
        end::End,
        intent::{Intent, Payload, Seen},
        outbox::{Draft, Saved, State},
        wire::{Extent, Row, Sealed},
    },
};
use held::{Filling, HeldStore, Moment};
use uuid::Uuid;

use crate::{
    random::{ADA, BEN, NOW, id},
    same_as_model::{ABOUT, moment, rows},
};

fn product(ord: u32, handle: &str, latest: i64) -> Product {
    let content = Content::new(handle.parse().unwrap(), handle);
    Product { id: id(ord), ord, content, optimisation: OptimisationStatus::None, deleted: false, versions: Versions::new(Seq(latest)) }
}

fn store() -> Vec<Product> {
    vec![product(0, "lamp", 10), product(1, "bowl", 20), product(2, "cup", 30)]
}

fn saved(number: u64, ord: u32, user: UserId, intent: Intent, state: State) -> Saved {
    let at = Timestamp::from_micros(9_000);
    let payload = Payload { intent, at, batch: None }.seal();
    Saved { number, reducer: 1, draft: Draft { id: OpId(Uuid::from_u128(number.into())), lane: id(ord), user, payload, row: Some(ord), at }, state }
}

fn titled(text: &str) -> Intent {
    Intent::edit(Field::Title, Seen::At(Seq(10)), Value::text("lamp"), Value::text(text))
}

fn titles(held: &HeldStore, address: &str) -> Vec<String> {
    let window = Window { query: ListQuery::from_address(address), start: 0, count: 10 };
    held.list(&window).rows.into_iter().map(|row| row.title).collect()
}

#[test]
fn p07_what_one_has_changed_is_everywhere_at_once_and_on_top() {
    let mut held = HeldStore::new(ABOUT, moment(3), rows(&store()), &[]);
    assert_eq!(titles(&held, ""), ["cup", "bowl", "lamp"]);
    let before = held.list(&Window { query: ListQuery::default(), start: 0, count: 1 }).as_of;

    held.changed(&[saved(1, 0, ADA, titled("Brass lamp"), State::Pending)]);

    assert_eq!(titles(&held, ""), ["Brass lamp", "cup", "bowl"]);
    assert_eq!(titles(&held, "q=brass"), ["Brass lamp"]);
    let handle: Handle = "lamp".parse().unwrap();
    let view = held.product(&handle).unwrap();
    assert_eq!(held.names(&[view.id]), [(view.id, handle, "Brass lamp".to_owned())]);
    // Its page puts own ops on what the server has.
    assert_eq!((view.title.as_str(), view.versions.latest), ("lamp", Seq(10)));
    assert!(held.list(&Window { query: ListQuery::default(), start: 0, count: 1 }).as_of > before);
}

#[test]
fn p07_an_end_is_shown_until_the_rows_have_it() {
    let ended = |seq| State::Ended { end: End::Applied, seq: Some(Seq(seq)), at: Timestamp::default() };
    let with = |state| titles(&HeldStore::new(ABOUT, moment(3), rows(&store()), &[saved(1, 0, ADA, titled("Brass lamp"), state)]), "");

    assert_eq!(with(ended(NOW + 1)), ["Brass lamp", "cup", "bowl"]);
    assert_eq!(with(ended(NOW)), ["cup", "bowl", "lamp"], "whatever the rows have is newer");
    assert_eq!(with(State::Discarded { at: Timestamp::default() }), ["cup", "bowl", "lamp"]);
}

#[test]
fn p13_what_others_did_on_this_device_stays_theirs() {
    let held = HeldStore::new(ABOUT, moment(3), rows(&store()), &[saved(1, 0, BEN, Intent::Delete, State::Pending)]);

    assert_eq!(titles(&held, "").len(), 3);
}

#[test]
fn p10_what_part_of_the_store_is_here_is_told() {
    let deleted = saved(1, 0, ADA, Intent::Delete, State::Pending);
    let part = HeldStore::new(ABOUT, moment(5), rows(&store()), &[deleted]);
    let whole = HeldStore::new(ABOUT, moment(3), rows(&store()), &[]);
    let nothing = HeldStore::new(ABOUT, Moment::default(), Vec::new(), &[]);
    let of_none = HeldStore::new(ABOUT, Moment { extent: Some(Extent::default()), ..moment(0) }, Vec::new(), &[]);

    // As the server has it: it still has what was thrown away here.
    assert_eq!((part.held().rows, part.held().of, part.held().is_whole()), (3, Some(5), false));
    assert!(whole.held().is_whole() && of_none.held().is_whole() && !nothing.held().is_whole());
    assert_eq!([&part, &whole, &nothing, &of_none].map(HeldStore::is_empty), [false, false, true, false]);
}

#[test]
fn a_row_that_cannot_be_read_is_as_good_as_none() {
    let broken = Row { ord: 1, product: id(1), version: Seq(40), body: Sealed::from_bytes(vec![0xff; 9]) };
    let nowhere = Row { ord: u32::MAX, ..rows(&store())[2].clone() };
    let mut held = HeldStore::new(ABOUT, moment(3), rows(&store()), &[]);

    held.put(moment(3), vec![broken, nowhere], &[]);

    assert_eq!((titles(&held, ""), held.held().rows), (["cup", "lamp"].map(String::from).to_vec(), 2));
    assert_eq!(held.product(&"bowl".parse().unwrap()), None);
}

#[test]
fn a_store_that_is_made_part_by_part_and_told_of_ops_at_the_end_is_the_same() {
    let ops = [saved(1, 0, ADA, titled("Brass lamp"), State::Pending), saved(2, 2, ADA, Intent::Delete, State::Pending)];
    let at_once = HeldStore::new(ABOUT, moment(3), rows(&store()), &ops);

    let mut filling = Filling::new(ABOUT, moment(3), &[]);
    for row in rows(&store()) {
        filling.add([row]);
    }
    let mut in_parts = filling.finish();
    in_parts.changed(&ops);

    assert_eq!(titles(&in_parts, ""), ["Brass lamp", "bowl"]);
    assert_eq!((titles(&at_once, "q=lamp"), in_parts.held()), (titles(&in_parts, "q=lamp"), at_once.held()));
}
