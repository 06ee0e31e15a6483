//! The versions of a product: all of them side by side, one put into the product, and the words it had first.

use std::collections::BTreeMap;

use domain::{
    clock::Timestamp,
    field::{Field, Value},
    ids::{Seq, VersionId},
    money::Cost,
    product::{OptimisationStatus, Product},
    role::Role,
    words::{Words, brief::Brief, score::scores, source::Source},
};
use ports::{
    Access, Catalogue,
    error::AppError,
    review::{Card, Decided, Outcome, ReviewStatus, Reviews, VersionsView},
};

use crate::{
    reviews::{approve, member, odd, reviewer, suggest, suggest_in, title, version_of},
    support::{Arranged, START, op_id, product, rich},
};

async fn versions(arranged: &Arranged, handle: &str) -> VersionsView {
    arranged.store.versions(&arranged.who(Role::Viewer), &handle.parse().unwrap()).await.unwrap().unwrap()
}

fn active(view: &VersionsView) -> Vec<u32> {
    view.versions.iter().filter(|version| version.active).map(|version| version.number).collect()
}

/// What somebody has seen who looks at a product now.
async fn seen(arranged: &Arranged, handle: &str) -> BTreeMap<Field, Seq> {
    versions(arranged, handle).await.seen
}

pub async fn versions_are_told_with_what_was_there_first(arranged: &Arranged) {
    let ada = member(arranged, "Ada", Role::Reviewer).await;
    let lamp = arranged.create(rich("lamp")).await;
    let none = versions(arranged, "lamp").await;
    assert_eq!((none.product, none.title.as_str(), none.versions.len(), &none.original), (lamp.id, "lamp", 0, &None));
    assert_eq!((&none.now, &none.seen), (&Words::of(&lamp.content), &domain::words::versions_of(&lamp.content, &lamp.versions)));
    assert_eq!(arranged.store.versions(&ada, &"unknown".parse().unwrap()).await.unwrap(), None);

    let mut version = version_of(&lamp, title("Brass lamp"));
    odd(&mut version);
    version.remark = "Shorter".into();
    let run = suggest_in(arranged, &arranged.shop, vec![(&lamp, version.clone())]).await;
    arranged.clock.advance(1);
    let second = suggest(arranged, &arranged.load("lamp").await, title("Copper lamp")).await;
    arranged.store.decide(&ada, approve(&second, title("Copper lamp"))).await.unwrap();

    let view = versions(arranged, "lamp").await;
    let shown: Vec<_> = view.versions.iter().map(|version| (version.number, version.active, version.status)).collect();
    assert_eq!(shown, [(2, true, Some(ReviewStatus::Approved)), (1, false, Some(ReviewStatus::Superseded))]);
    let (source, brief) = (Source::of(&lamp.content), Brief::default());
    assert_eq!((&view.original, view.now.title.as_deref()), (&Some(source.words()), Some("Copper lamp")));
    let first = &view.versions[1];
    assert_eq!((first.id, first.by.as_str(), first.model.as_str(), first.run), (version.id, "Built-in rules", "rules", Some(run)));
    assert_eq!((first.created_at, first.tokens_in, first.tokens_out, first.cost), (Timestamp::from_micros(START), 10, 20, Cost(1_500)));
    assert_eq!((&first.words, &first.before, first.remark.as_str()), (&version.words, &source.words(), "Shorter"));
    assert_eq!(first.findings, version.findings);
    assert_eq!(first.scores_before, scores(&source.words(), &source, &brief));
    assert_eq!(first.scores_after, scores(&version.words.over(&source.words()), &source, &brief));
    let at = Timestamp::from_micros(START).plus_seconds(1);
    assert_eq!(view.versions[0].decided, Some(Decided { who: "Ada".into(), at, reason: String::new() }));
}

pub async fn what_was_there_first_is_told_behind_a_hundred_versions(arranged: &Arranged) {
    let lamp = arranged.create(product("lamp")).await;
    for number in 1..=102 {
        let now = arranged.load("lamp").await;
        let mut version = version_of(&now, title(&format!("Lamp {number}")));
        // As if somebody had edited it in between.
        version.source.title = format!("lamp before {number}");
        suggest_in(arranged, &arranged.shop, vec![(&now, version)]).await;
    }

    let view = versions(arranged, "lamp").await;

    assert_eq!((view.versions.len(), view.versions[0].number, view.versions[99].number), (100, 102, 3));
    assert_eq!(view.original.unwrap().title.as_deref(), Some("lamp before 1"));
    assert_eq!(lamp.ord, 0);
    // So are those that are asked for part by part, and one alone.
    let (store, who) = (&arranged.store, arranged.who(Role::Viewer));
    for (below, numbers) in [(Some(3), &[2, 1][..]), (Some(1), &[]), (Some(103), &[102, 101, 100, 99, 98])] {
        let part = store.versions_below(&who, &lamp.content.handle, below, 5).await.unwrap().unwrap();
        assert_eq!(part.versions.iter().map(|version| version.number).collect::<Vec<_>>(), numbers);
        assert_eq!(part.original.unwrap().title.as_deref(), Some("lamp before 1"), "{below:?}");
    }
    assert_eq!(store.version(&who, view.versions[7].id).await.unwrap(), Some((lamp.id, view.versions[7].clone())));
    let elsewhere = Access { store: arranged.other_shop.id, ..who };
    assert_eq!(store.version(&elsewhere, view.versions[7].id).await.unwrap(), None);
}

async fn with_two_versions(arranged: &Arranged) -> (Product, VersionId, VersionId) {
    let lamp = arranged.create(rich("lamp")).await;
    let first = suggest(arranged, &lamp, title("Brass lamp")).await;
    arranged.store.decide(&reviewer(arranged), approve(&first, title("Brass lamp"))).await.unwrap();
    let second = suggest(arranged, &arranged.load("lamp").await, Words { seo_title: Some("Lamps".into()), ..title("Copper lamp") }).await;
    (lamp, first.version, second.version)
}

pub async fn a_version_is_activated_once(arranged: &Arranged) {
    let ada = member(arranged, "Ada", Role::Reviewer).await;
    let (_, first, second) = with_two_versions(arranged).await;
    let (store, op) = (&arranged.store, op_id());
    let now = seen(arranged, "lamp").await;

    assert_eq!(store.activate(&ada, op, second, now.clone()).await.unwrap(), Outcome::Done);

    let lamp = arranged.load("lamp").await;
    assert_eq!((lamp.content.title.as_str(), lamp.content.seo_title.as_str()), ("Copper lamp", "Lamps"));
    assert_eq!(lamp.optimisation, OptimisationStatus::Published);
    let view = versions(arranged, "lamp").await;
    assert_eq!(active(&view), [2]);
    // Nothing is left to decide about it.
    assert_eq!((view.versions[0].status, view.versions[0].decided.as_ref().unwrap().who.as_str()), (Some(ReviewStatus::Approved), "Ada"));
    // The same again, and the same anew: done, and nothing changes.
    assert_eq!(store.activate(&ada, op, second, now).await.unwrap(), Outcome::Done);
    assert_eq!(store.activate(&ada, op_id(), second, BTreeMap::new()).await.unwrap(), Outcome::Done);
    assert_eq!((arranged.load("lamp").await, versions(arranged, "lamp").await), (lamp, view));

    // And back to the first one.
    let now = seen(arranged, "lamp").await;
    assert_eq!(store.activate(&ada, op_id(), first, now).await.unwrap(), Outcome::Done);
    let lamp = arranged.load("lamp").await;
    assert_eq!((lamp.content.title.as_str(), lamp.content.seo_title.as_str()), ("Brass lamp", "Lamps"));
    assert_eq!(active(&versions(arranged, "lamp").await), [1]);
    assert_eq!(store.activate(&ada, op_id(), VersionId(op_id().0), BTreeMap::new()).await, Err(AppError::NotFound));
}

async fn card(arranged: &Arranged, card: &Card) -> Card {
    arranged.store.card(&arranged.who(Role::Viewer), card.review).await.unwrap().unwrap()
}

/// A product that is not in review has no suggestion that waits.
pub async fn whoever_chooses_decides_about_what_waits(arranged: &Arranged) {
    let ada = member(arranged, "Ada", Role::Reviewer).await;
    let (original, first, _) = with_two_versions(arranged).await;
    let store = &arranged.store;
    let third = suggest(arranged, &arranged.load("lamp").await, title("Iron lamp")).await;
    let (op, now) = (op_id(), seen(arranged, "lamp").await);
    arranged.clock.advance(5);

    // An older version than the one that waits.
    assert_eq!(store.activate(&ada, op, first, now.clone()).await.unwrap(), Outcome::Done);

    let decided = Decided { who: "Ada".into(), at: Timestamp::from_micros(START).plus_seconds(5), reason: String::new() };
    let gone = card(arranged, &third).await;
    assert_eq!((gone.status, gone.decided.as_ref()), (ReviewStatus::Superseded, Some(&decided)));
    let lamp = arranged.load("lamp").await;
    assert_eq!((lamp.content.title.as_str(), lamp.optimisation), ("Brass lamp", OptimisationStatus::Published));
    assert_eq!((active(&versions(arranged, "lamp").await), store.open_reviews(&arranged.shop, None).await.unwrap()), (vec![1], 0));
    // What waits in another product, and what was decided before, stays as it is; and late reviewers are told.
    let late = store.decide(&reviewer(arranged), approve(&third, title("Iron lamp"))).await.unwrap();
    assert_eq!(late, Outcome::Already { status: ReviewStatus::Superseded, decided });
    let view = versions(arranged, "lamp").await;
    let statuses: Vec<_> = view.versions.iter().map(|version| version.status.unwrap()).collect();
    assert_eq!(statuses, [ReviewStatus::Superseded, ReviewStatus::Superseded, ReviewStatus::Approved]);

    // What it said first, with another one waiting.
    let bowl = arranged.create(product("bowl")).await;
    let others = suggest(arranged, &bowl, title("Bowl")).await;
    let fourth = suggest(arranged, &arranged.load("lamp").await, title("Tin lamp")).await;
    // The first choice sent again is no new one.
    assert_eq!(store.activate(&ada, op, first, now).await.unwrap(), Outcome::Done);
    assert_eq!(card(arranged, &fourth).await.status, ReviewStatus::Open);
    let now = seen(arranged, "lamp").await;
    assert_eq!(store.roll_back(&ada, op_id(), original.id, now).await.unwrap(), Outcome::Done);

    let lamp = arranged.load("lamp").await;
    assert_eq!((&lamp.content, lamp.optimisation), (&original.content, OptimisationStatus::None));
    assert_eq!((active(&versions(arranged, "lamp").await), card(arranged, &fourth).await.status), (vec![], ReviewStatus::Superseded));
    assert_eq!(card(arranged, &others).await, others);
}

pub async fn of_two_who_choose_at_once_one_is_told_so(arranged: &Arranged) {
    let other = arranged.second_store().await;
    let who = reviewer(arranged);
    for round in 0..6 {
        let handle = format!("lamp-{round}");
        let lamp = arranged.create(product(&handle)).await;
        let first = suggest(arranged, &lamp, title("Brass lamp")).await;
        let second = suggest(arranged, &arranged.load(&handle).await, title("Copper lamp")).await;
        let now = seen(arranged, &handle).await;

        let sent = [(arranged.store.clone(), first.version), (other.clone(), second.version)].map(|(store, version)| {
            let (who, now) = (who.clone(), now.clone());
            tokio::spawn(async move { store.activate(&who, op_id(), version, now).await.unwrap() })
        });
        let mut outcomes = Vec::new();
        for outcome in sent {
            outcomes.push(outcome.await.unwrap());
        }

        let winner = outcomes.iter().position(|outcome| *outcome == Outcome::Done).expect("one of them wins");
        assert!(matches!(&outcomes[1 - winner], Outcome::Stale(conflicts) if conflicts[0].field == Field::Title), "{outcomes:?}");
        let lamp = arranged.load(&handle).await;
        assert_eq!((lamp.content.title.as_str(), lamp.optimisation), (["Brass lamp", "Copper lamp"][winner], OptimisationStatus::Published));
        assert_eq!(active(&versions(arranged, &handle).await), [winner as u32 + 1]);
        assert_eq!(card(arranged, &second).await.status, [ReviewStatus::Superseded, ReviewStatus::Approved][winner]);
    }
    other.close().await;
}

pub async fn what_somebody_edited_is_not_replaced_blindly(arranged: &Arranged) {
    let ada = reviewer(arranged);
    let (_, first, _) = with_two_versions(arranged).await;
    arranged.edit(&arranged.load("lamp").await, Field::Title, Value::text("Red lamp")).await;
    let (lamp, view) = (arranged.load("lamp").await, versions(arranged, "lamp").await);
    let store = &arranged.store;

    let blind = [
        store.activate(&ada, op_id(), first, BTreeMap::new()).await.unwrap(),
        store.roll_back(&ada, op_id(), lamp.id, BTreeMap::new()).await.unwrap(),
    ];

    for outcome in blind {
        let Outcome::Stale(conflicts) = outcome else { panic!("{outcome:?}") };
        assert_eq!((&conflicts[0].field, &conflicts[0].theirs), (&Field::Title, &Value::text("Red lamp")));
    }
    assert_eq!((arranged.load("lamp").await, versions(arranged, "lamp").await), (lamp, view));
    let now = seen(arranged, "lamp").await;
    assert_eq!(store.activate(&ada, op_id(), first, now).await.unwrap(), Outcome::Done);
    assert_eq!(arranged.load("lamp").await.content.title, "Brass lamp");
}

pub async fn every_word_can_be_taken_back(arranged: &Arranged) {
    let ada = reviewer(arranged);
    let (original, _, second) = with_two_versions(arranged).await;
    let store = &arranged.store;
    let now = seen(arranged, "lamp").await;
    store.activate(&ada, op_id(), second, now).await.unwrap();
    let (op, now) = (op_id(), seen(arranged, "lamp").await);

    assert_eq!(store.roll_back(&ada, op, original.id, now.clone()).await.unwrap(), Outcome::Done);
    assert_eq!(store.roll_back(&ada, op, original.id, now).await.unwrap(), Outcome::Done);

    let lamp = arranged.load("lamp").await;
    assert_eq!((&lamp.content, lamp.optimisation), (&original.content, OptimisationStatus::None));
    assert_eq!(active(&versions(arranged, "lamp").await), [] as [u32; 0]);
    let history = store.history(&ada, lamp.id, None).await.unwrap();
    assert_eq!(history.iter().filter(|entry| entry.source == ports::product::Source::Review).count(), 3);

    let bowl = arranged.create(product("bowl")).await;
    assert!(matches!(store.roll_back(&ada, op_id(), bowl.id, BTreeMap::new()).await.unwrap(), Outcome::Refused(_)));
    let unknown = domain::ids::ProductId(op_id().0);
    assert_eq!(store.roll_back(&ada, op_id(), unknown, BTreeMap::new()).await, Err(AppError::NotFound));
}

pub async fn a_picture_that_is_gone_is_not_in_the_way_of_a_version(arranged: &Arranged) {
    let ada = reviewer(arranged);
    let lamp = arranged.create(rich("lamp")).await;
    let [kept, gone] = [0, 1].map(|at| lamp.content.images[at].id);
    let words = Words { alts: BTreeMap::from([(kept, "Kept".into()), (gone, "Gone".into())]), ..title("Brass lamp") };
    let suggested = suggest(arranged, &lamp, words).await;
    let only = Words { alts: BTreeMap::from([(gone, "Gone".into())]), ..Words::default() };
    let second = suggest(arranged, &arranged.load("lamp").await, only).await;
    arranged.edit(&arranged.load("lamp").await, Field::Image(gone), Value::None).await;
    let store = &arranged.store;

    assert_eq!(store.activate(&ada, op_id(), suggested.version, BTreeMap::new()).await.unwrap(), Outcome::Done);

    let now = arranged.load("lamp").await;
    assert_eq!((now.content.title.as_str(), now.content.images.len(), now.content.images[0].alt.as_str()), ("Brass lamp", 1, "Kept"));
    assert!(matches!(store.activate(&ada, op_id(), second.version, BTreeMap::new()).await.unwrap(), Outcome::Refused(_)));
    let now = seen(arranged, "lamp").await;
    assert_eq!(store.roll_back(&ada, op_id(), lamp.id, now).await.unwrap(), Outcome::Done);
    assert_eq!(arranged.load("lamp").await.content.images[0].alt, "Picture 1");
}

pub async fn a_version_of_a_product_in_the_trash_is_refused(arranged: &Arranged) {
    let ada = reviewer(arranged);
    let (lamp, first, _) = with_two_versions(arranged).await;
    let delete = domain::op::Op { id: op_id(), product: lamp.id, action: domain::op::Action::Delete };
    arranged.store.submit(&arranged.editor(), delete).await.unwrap();
    let view = versions(arranged, "lamp").await;

    let outcomes = [
        arranged.store.activate(&ada, op_id(), first, view.seen.clone()).await.unwrap(),
        arranged.store.roll_back(&ada, op_id(), lamp.id, view.seen.clone()).await.unwrap(),
    ];

    assert_eq!(outcomes, [(); 2].map(|()| Outcome::Refused("This product is in the trash. Restore it to edit it.".into())));
    assert_eq!(versions(arranged, "lamp").await, view);
}
