//! What reviewers decide on a device, with or without a network: the same as on the page, once, and told to whoever came second.

use domain::{
    change::ChangeKind,
    field::{Field, Value},
    ids::{ProviderId, Seq},
    product::OptimisationStatus,
    role::Role,
    sync::{
        end::{Conflict, Differing, End, Refusal},
        intent::{Decided, Intent, LONGEST_REASON, Seen, Verdict, Wanted},
        wire::SentOp,
    },
    words::{Words, brief::Brief, part::Part, score::scores, source::Source as Record},
};
use ports::{
    Catalogue,
    jobs::{JobKind, JobState},
    product::Source,
    review::{Card, Outcome, QueueFilter, ReviewStatus, Reviews},
    runs::{RunSpec, Selection},
};
use store::words::records::{Queued, RunParams};

use crate::{
    devices::{Device, end, ended},
    reviews::{approve, member, suggest, title},
    support::{Arranged, product, rich},
};

fn review(card: &Card, verdict: Verdict) -> Intent {
    Intent::Review { review: card.review, version: card.version, verdict }
}

/// Fields of a card as they were seen on it, with what they get.
fn ticked(card: &Card, values: &[(Field, &str)]) -> Verdict {
    let wanted = |(field, value): &(Field, &str)| {
        let shown = card.fields.iter().find(|shown| shown.field == *field).unwrap();
        Wanted { field: field.clone(), value: Value::text(*value), seen: Seen::At(shown.base), was: shown.before.clone() }
    };
    Verdict::Approve(values.iter().map(wanted).collect())
}

fn rejected(reason: &str) -> Verdict {
    Verdict::Reject { reason: reason.into() }
}

fn sent_back(remark: &str) -> Verdict {
    Verdict::Changes { remark: remark.into() }
}

async fn now(arranged: &Arranged, card: &Card) -> Card {
    arranged.store.card(&arranged.who(Role::Viewer), card.review).await.unwrap().unwrap()
}

pub async fn p02_words_that_were_edited_on_a_device_are_approved_once(arranged: &Arranged) {
    let lamp = arranged.create(rich("lamp")).await;
    let card = suggest(arranged, &lamp, Words { description: Some("<p>New</p>".into()), ..title("Brass lamp") }).await;
    let mut phone = Device::of(member(arranged, "rita", Role::Reviewer).await);
    let ops = [phone.op(lamp.id, review(&card, ticked(&card, &[(Field::Title, "Lamp of brass")])))];

    let first = phone.sends(&arranged.store, &ops).await;
    let again = phone.sends(&arranged.second_store().await, &ops).await;

    assert_eq!((end(&first[0]), &again), (&End::Applied, &first));
    let made = arranged.load("lamp").await;
    // What was not ticked stays as it was.
    assert_eq!((made.content.title.as_str(), &made.content.description), ("Lamp of brass", &lamp.content.description));
    assert_eq!(made.optimisation, OptimisationStatus::Published);
    let decided = now(arranged, &card).await;
    assert_eq!((decided.status, decided.decided.unwrap().who.as_str()), (ReviewStatus::Approved, "rita"));
    let versions = arranged.store.versions(&phone.who, &lamp.content.handle).await.unwrap().unwrap().versions;
    let shown: Vec<_> = versions.iter().map(|version| (version.number, version.by.as_str(), version.active, version.status)).collect();
    assert_eq!(shown, [(2, "rita", true, None), (1, "Built-in rules", false, Some(ReviewStatus::Approved))]);
    let record = Record::of(&lamp.content);
    assert_eq!((&versions[0].words, &versions[0].before), (&title("Lamp of brass"), &record.words()));
    assert_eq!(versions[0].scores_after, scores(&title("Lamp of brass").over(&record.words()), &record, &Brief::default()));
    // The history says that it was a decision, as it does of one made on the page.
    let history = arranged.store.history(&phone.who, lamp.id, None).await.unwrap();
    let latest = &history[0];
    assert_eq!((latest.who.as_str(), latest.source, latest.kind, latest.fields.len()), ("rita", Source::Review, ChangeKind::Edited, 2));
    assert_eq!(latest.seq, ended(&first[0]).seq);
    assert_eq!(arranged.store.queue(&phone.who, &QueueFilter::default(), None, 1).await.unwrap().total, 0);
    assert_eq!(arranged.handles("optimisation=published").await, ["lamp"]);
}

pub async fn p02_many_decisions_of_a_day_without_a_network_are_one_push(arranged: &Arranged) {
    let mut phone = Device::of(member(arranged, "rita", Role::Reviewer).await);
    let mut ops: Vec<SentOp> = Vec::new();
    let mut cards = Vec::new();
    for number in 0..12 {
        let made = arranged.create(product(&format!("p-{number}"))).await;
        let card = suggest(arranged, &made, title(&format!("Suggested {number}"))).await;
        let verdict = match number {
            10 => rejected("Not true."),
            11 => rejected("Too long."),
            // Two of them with words of the reviewer's own.
            0 | 1 => ticked(&card, &[(Field::Title, "Edited")]),
            _ => ticked(&card, &[(Field::Title, &format!("Suggested {number}"))]),
        };
        ops.push(phone.op(made.id, review(&card, verdict)));
        cards.push(card);
    }

    let first = phone.sends(&arranged.store, &ops).await;
    let again = phone.sends(&arranged.store, &ops).await;

    assert!(first.iter().all(|told| *end(told) == End::Applied), "{first:?}");
    assert_eq!(again, first);
    for (number, card) in cards.iter().enumerate() {
        let (made, decided) = (arranged.load(&format!("p-{number}")).await, now(arranged, card).await);
        let handle = made.content.handle.clone();
        let versions = arranged.store.versions(&phone.who, &handle).await.unwrap().unwrap().versions;
        let said = (made.content.title.as_str(), decided.status, decided.decided.unwrap().reason, versions.len());
        let expected = match number {
            0 | 1 => ("Edited".to_owned(), ReviewStatus::Approved, "", 2),
            10 => ("p 10".to_owned(), ReviewStatus::Rejected, "Not true.", 1),
            11 => ("p 11".to_owned(), ReviewStatus::Rejected, "Too long.", 1),
            _ => (format!("Suggested {number}"), ReviewStatus::Approved, "", 1),
        };
        assert_eq!(said, (expected.0.as_str(), expected.1, expected.2.to_owned(), expected.3), "{number}");
        assert_eq!(versions.iter().filter(|version| version.active).count(), usize::from(number < 10), "{number}");
        assert_eq!(versions[0].active, number < 10, "{number}");
    }
}

pub async fn p02_what_is_sent_back_from_a_device_is_written_again_by_one_run(arranged: &Arranged) {
    let lamp = arranged.create(rich("lamp")).await;
    let card = suggest(arranged, &lamp, Words { tags: Some(vec!["a".into()]), ..title("Brass lamp") }).await;
    let mut phone = Device::of(member(arranged, "rita", Role::Reviewer).await);
    let before = arranged.store.jobs(&arranged.shop, &[JobKind::Optimise], 10).await.unwrap().len();
    let ops = [phone.op(lamp.id, review(&card, sent_back(" Say that it is brass. ")))];

    let first = phone.sends(&arranged.store, &ops).await;
    let again = phone.sends(&arranged.store, &ops).await;

    assert_eq!((end(&first[0]), &again), (&End::Applied, &first));
    let made = arranged.load("lamp").await;
    assert_eq!((&made.content, made.optimisation), (&lamp.content, OptimisationStatus::Queued));
    let decided = now(arranged, &card).await;
    assert_eq!((decided.status, decided.decided.unwrap().reason.as_str()), (ReviewStatus::Changes, "Say that it is brass."));
    let jobs = arranged.store.jobs(&arranged.shop, &[JobKind::Optimise], 10).await.unwrap();
    assert_eq!(jobs.len(), before + 1, "sent twice, one run");
    let job = jobs.iter().find(|job| job.state == JobState::Queued).unwrap();
    assert_eq!((job.subject.as_str(), job.who.as_str()), ("1 product, changes requested", "rita"));
    let params: RunParams = serde_json::from_str(&job.params).unwrap();
    let expected = RunSpec {
        selection: Selection::Products(vec![lamp.content.handle.clone()]),
        provider: ProviderId::BUILT_IN,
        parts: vec![Part::Title, Part::Tags],
        only_empty: false,
        again: true,
        cap: None,
        sample_first: false,
    };
    assert_eq!((params.spec, params.remark.as_str()), (expected, "Say that it is brass."));
    // The product waits for this run and for no other.
    let seq = made.versions.current(&Field::Optimisation);
    assert_eq!((params.queued, ended(&first[0]).seq), (Some(Queued { product: lamp.id, seq }), seq));
}

pub async fn p04_of_two_reviewers_the_one_who_was_offline_is_told(arranged: &Arranged) {
    let ada = member(arranged, "ada", Role::Reviewer).await;
    let lamp = arranged.create(product("lamp")).await;
    let card = suggest(arranged, &lamp, title("Brass lamp")).await;
    let mut phone = Device::of(member(arranged, "rita", Role::Reviewer).await);
    let ops = [
        phone.op(lamp.id, review(&card, rejected("Not brass."))),
        phone.op(lamp.id, review(&card, sent_back("Not brass."))),
        phone.op(lamp.id, review(&card, ticked(&card, &[(Field::Title, "Lamp of brass")]))),
        // The same as hers.
        phone.op(lamp.id, review(&card, ticked(&card, &[(Field::Title, "Brass lamp")]))),
    ];
    assert_eq!(arranged.store.decide(&ada, approve(&card, title("Brass lamp"))).await.unwrap(), Outcome::Done);
    let before = arranged.load("lamp").await;

    let told = phone.sends(&arranged.store, &ops).await;

    let too_late = End::Conflict(Conflict::Decided(Decided::Approved));
    assert_eq!(told.iter().map(end).collect::<Vec<_>>(), [&too_late, &too_late, &too_late, &End::NoOp]);
    assert_eq!(arranged.load("lamp").await, before);
    let decided = now(arranged, &card).await;
    assert_eq!((decided.status, decided.decided.unwrap().who.as_str()), (ReviewStatus::Approved, "ada"));
    assert_eq!(arranged.store.versions(&ada, &lamp.content.handle).await.unwrap().unwrap().versions.len(), 1);
    // It is kept until she has seen it: a reviewer closes what came of her own decision.
    let open = "SELECT count(*) FROM op_result WHERE conflict = 'open'";
    assert_eq!(arranged.number(open).await, 3);
    let close = phone.op(lamp.id, Intent::KeepTheirs { conflict: ops[0].id });
    assert_eq!(end(&phone.sends(&arranged.store, &[close]).await[0]), &End::NoOp);
    assert_eq!(arranged.number(open).await, 2);
}

pub async fn p04_what_was_edited_since_is_not_replaced_by_an_approval(arranged: &Arranged) {
    let lamp = arranged.create(product("lamp")).await;
    let card = suggest(arranged, &lamp, Words { seo_title: Some("Brass lamp | Shop".into()), ..title("Brass lamp") }).await;
    let mut phone = Device::of(member(arranged, "rita", Role::Reviewer).await);
    let both = phone.op(lamp.id, review(&card, ticked(&card, &[(Field::Title, "Brass lamp"), (Field::SeoTitle, "Brass lamp | Shop")])));
    arranged.edit(&arranged.load("lamp").await, Field::Title, Value::text("Theirs")).await;

    let told = phone.sends(&arranged.store, &[both]).await;

    let sides = Differing { field: Field::Title, base: Value::text("lamp"), theirs: Value::text("Theirs"), mine: Value::text("Brass lamp") };
    assert_eq!(end(&told[0]), &End::Conflict(Conflict::Stale(vec![sides])));
    let made = arranged.load("lamp").await;
    assert_eq!((made.content.title.as_str(), made.content.seo_title.as_str()), ("Theirs", lamp.content.seo_title.as_str()));
    assert_eq!(now(arranged, &card).await.status, ReviewStatus::Open);

    // A version that fits is not enough: a server that went back counts them anew.
    let unseen = |was: &str, seen: Seq| {
        Verdict::Approve(vec![Wanted { field: Field::Title, value: Value::text("Brass lamp"), seen: Seen::At(seen), was: Value::text(was) }])
    };
    let again = phone.op(lamp.id, review(&card, unseen("lamp", Seq(i64::MAX))));
    assert!(matches!(end(&phone.sends(&arranged.store, &[again]).await[0]), End::Conflict(Conflict::Stale(_))));
    // What she has seen and agreed to replace is replaced.
    let agreed = phone.op(lamp.id, review(&card, unseen("Theirs", ended(&told[0]).seq)));
    assert_eq!(end(&phone.sends(&arranged.store, &[agreed]).await[0]), &End::Applied);
    assert_eq!((arranged.load("lamp").await.content.title.as_str(), now(arranged, &card).await.status), ("Brass lamp", ReviewStatus::Approved));
}

pub async fn p03_a_decision_that_cannot_be_made_is_refused_with_a_reason(arranged: &Arranged) {
    let (lamp, bowl) = (arranged.create(rich("lamp")).await, arranged.create(product("bowl")).await);
    let card = suggest(arranged, &lamp, title("Brass lamp")).await;
    let mut phone = Device::of(member(arranged, "rita", Role::Reviewer).await);
    let mut viewer = Device::of(member(arranged, "eve", Role::Viewer).await);
    let vendor = Wanted { field: Field::Vendor, value: Value::text("Acme"), seen: Seen::At(Seq(1)), was: Value::None };
    let before = arranged.load("lamp").await;
    let ops = [
        phone.op(lamp.id, review(&card, Verdict::Approve(vec![vendor]))),
        phone.op(lamp.id, review(&card, Verdict::Approve(Vec::new()))),
        phone.op(lamp.id, review(&card, ticked(&card, &[(Field::Title, "  ")]))),
        phone.op(lamp.id, review(&card, rejected(&"é".repeat(LONGEST_REASON + 1)))),
        phone.op(lamp.id, review(&card, sent_back(" \n"))),
        phone.op(bowl.id, review(&card, rejected(""))),
    ];
    let theirs = viewer.op(lamp.id, review(&card, rejected("")));

    let told = phone.sends(&arranged.store, &ops).await;
    let not_allowed = viewer.sends(&arranged.store, &[theirs]).await;

    let about: Vec<_> = told[..5]
        .iter()
        .map(|told| match end(told) {
            End::Rejected(Refusal::Invalid(field, sentence)) => (field.clone(), sentence.split(' ').next().unwrap_or_default()),
            other => panic!("{other:?}"),
        })
        .collect();
    let expected = [
        (Field::Vendor, "Vendor"),
        (Field::Optimisation, "Nothing"),
        (Field::Title, "This"),
        (Field::Optimisation, "The"),
        (Field::Optimisation, "Say"),
    ];
    assert_eq!(about, expected);
    // The suggestion is of another product.
    assert_eq!(*end(&told[5]), End::Rejected(Refusal::NotFound));
    assert_eq!(*end(&not_allowed[0]), End::Rejected(Refusal::NotAllowed));
    assert_eq!((arranged.load("lamp").await, now(arranged, &card).await.status), (before, ReviewStatus::Open));
}
