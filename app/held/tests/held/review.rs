//! The review queue on a device: what is told of a queue that is here, of another one, and of one that is not.

use domain::{
    clock::Timestamp,
    ids::{ProductId, ReviewId, Seq, UserId, VersionId},
    money::{Cost, Currency},
    words::{
        check::{Finding, FindingKind},
        part::Part,
        score::Scores,
    },
};
use held::review::{KeptQueue, card, queue};
use ports::review::{Assignee, Card, Cursor, HeldQueue, Queue, QueueFilter, ReviewStatus};

const NOON: Timestamp = Timestamp::from_micros(1_709_209_845_000_000);

fn ann() -> UserId {
    UserId::new(NOON, [1; 10])
}

fn suggestion(number: u8) -> Card {
    let at = NOON.plus_seconds(number.into());
    Card {
        review: ReviewId::new(at, [number; 10]),
        version: VersionId::new(at, [number; 10]),
        status: ReviewStatus::Open,
        product: ProductId::new(at, [number; 10]),
        handle: format!("lamp-{number}").parse().unwrap(),
        title: format!("Lamp {number}"),
        vendor: "Acme".into(),
        product_type: if number < 3 { "Lamps".into() } else { "Chairs".into() },
        thumbnail: String::new(),
        created_at: at,
        run: None,
        provider: "Built-in rules".into(),
        model: String::new(),
        cost: Cost::ZERO,
        assignee: number.is_multiple_of(2).then(|| (ann(), "Ann".into())),
        decided: None,
        fields: Vec::new(),
        scores_before: Scores::default(),
        scores_after: Scores::default(),
        findings: (number == 4).then(|| Finding { part: Part::Title, kind: FindingKind::Unsupported, excerpt: "Brass".into() }).into_iter().collect(),
        remark: String::new(),
    }
}

/// The first suggestions of a queue of `total`.
fn kept(filter: QueueFilter, numbers: impl IntoIterator<Item = u8>, total: u64) -> KeptQueue {
    let cards: Vec<Card> = numbers.into_iter().map(suggestion).collect();
    let next = cards.last().filter(|_| (cards.len() as u64) < total).map(|last| Cursor { at: last.created_at, review: last.review });
    let queue = Queue { total, odd: 1, cards, next, currency: Currency::EUR, may_decide: true, held: None };
    KeptQueue { filter, queue, at: NOON, seq: Seq(7) }
}

fn titles(queue: &Queue) -> Vec<&str> {
    queue.cards.iter().map(|card| card.title.as_str()).collect()
}

fn asked(kept: &[KeptQueue], filter: &QueueFilter) -> Queue {
    queue(kept, filter, ann(), |_, _| false).unwrap()
}

fn mine() -> QueueFilter {
    QueueFilter { assignee: Assignee::Me, ..QueueFilter::default() }
}

#[test]
fn p10_a_queue_that_is_here_is_told_with_its_true_length_and_its_time() {
    let here = [kept(QueueFilter::default(), 1..=3, 214)];

    let told = asked(&here, &QueueFilter::default());

    assert_eq!((titles(&told), told.total, told.next), (vec!["Lamp 1", "Lamp 2", "Lamp 3"], 214, None));
    assert_eq!(told.held, Some(HeldQueue { of: Some(214), as_of: NOON }));
}

#[test]
fn p10_of_a_whole_queue_every_narrower_one_is_known() {
    let here = [kept(QueueFilter::default(), 1..=4, 4)];
    let counted = |filter: QueueFilter| {
        let told = asked(&here, &filter);
        (titles(&told).join(", "), told.held.and_then(|held| held.of))
    };

    assert_eq!(counted(mine()), ("Lamp 2, Lamp 4".into(), Some(2)));
    assert_eq!(counted(QueueFilter { odd: Some(true), ..mine() }), ("Lamp 4".into(), Some(1)));
    assert_eq!(counted(QueueFilter { newest: true, ..QueueFilter::default() }), ("Lamp 4, Lamp 3, Lamp 2, Lamp 1".into(), Some(4)));
    // By which type a suggestion is found is not told with it.
    assert_eq!(counted(QueueFilter { product_type: Some("Lamps".into()), ..QueueFilter::default() }), ("Lamp 1, Lamp 2".into(), None));
}

#[test]
fn p10_of_the_first_part_of_a_queue_it_is_not_said_how_many_there_are_in_a_narrower_one() {
    let here = [kept(QueueFilter::default(), 1..=4, 214)];

    let told = asked(&here, &mine());
    assert_eq!((titles(&told), told.held), (vec!["Lamp 2", "Lamp 4"], Some(HeldQueue { of: None, as_of: NOON })));

    // Which are the newest is not known, nor what was decided.
    for filter in [QueueFilter { newest: true, ..QueueFilter::default() }, QueueFilter { status: ReviewStatus::Approved, ..QueueFilter::default() }] {
        let told = asked(&here, &filter);
        assert_eq!((told.cards.len(), told.held), (0, Some(HeldQueue { of: None, as_of: NOON })), "{filter:?}");
    }
    assert_eq!(queue(&[], &QueueFilter::default(), ann(), |_, _| false), None);
}

#[test]
fn p10_a_list_is_of_one_moment() {
    let later = KeptQueue { at: NOON.plus_seconds(60), ..kept(mine(), [6], 1) };
    let here = [kept(QueueFilter::default(), 1..=4, 214), later];

    let told = asked(&here, &mine());

    assert_eq!((titles(&told), told.held.map(|held| held.as_of)), (vec!["Lamp 6"], Some(NOON.plus_seconds(60))));
}

#[test]
fn p07_what_one_has_decided_is_not_in_the_queue_any_more() {
    let here = [kept(QueueFilter::default(), 1..=3, 214)];
    let decided = |card: &Card, seq: Seq| card.title == "Lamp 2" && seq == Seq(7);

    let told = queue(&here, &QueueFilter::default(), ann(), decided).unwrap();

    assert_eq!((titles(&told), told.total, told.held.and_then(|held| held.of)), (vec!["Lamp 1", "Lamp 3"], 213, Some(213)));
}

#[test]
fn one_suggestion_is_found_in_whatever_queue_it_is() {
    let here = [kept(QueueFilter::default(), 1..=3, 214), kept(mine(), [6], 1)];
    let named = |name: &str| card(&here, |card| card.title == name).map(|card| card.title);

    assert_eq!((named("Lamp 6").as_deref(), named("Lamp 3").as_deref(), named("Lamp 9")), (Some("Lamp 6"), Some("Lamp 3"), None));
}
