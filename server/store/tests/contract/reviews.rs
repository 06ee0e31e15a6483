//! Reviews: what a queue shows, and what decisions do. Suggestions are written here as a run writes them.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    clock::Timestamp,
    field::{Field, ImageField, Value},
    ids::{JobId, ProviderId, ReviewId, Seq, UserId, VersionId},
    money::Cost,
    op::{Action, Base, Op},
    product::{OptimisationStatus, Product, limits},
    role::Role,
    words::{
        Words,
        brief::Brief,
        check::{Finding, FindingKind},
        part::Part,
        score::scores,
        source::Source,
        versions_of,
    },
};
use ports::{
    Access, Catalogue,
    error::AppError,
    jobs::{JobKind, JobState},
    product::Receipt,
    review::{Assignee, Card, Cursor, Decided, Decision, ManyOutcome, Outcome, QueueFilter, ReviewStatus, Reviews, Verdict},
    runs::{RunSpec, Selection},
};
use store::{
    NewJob, StoreRef,
    words::records::{ItemCame, NewVersion, RunBatch, RunItem, RunParams},
};

use crate::support::{Arranged, Build, START, edit, op_id, product, rich};

pub fn title(text: &str) -> Words {
    Words { title: Some(text.into()), ..Words::default() }
}

/// As the built-in writer writes it, with nothing wrong in it.
pub fn version_of(product: &Product, words: Words) -> NewVersion {
    let id = VersionId(op_id().0);
    let mut fingerprint = [0; 32];
    fingerprint[..16].copy_from_slice(id.0.as_bytes());
    NewVersion {
        id,
        product: product.id,
        run: None,
        provider: Some(ProviderId::BUILT_IN),
        model: "rules".into(),
        user: None,
        fingerprint,
        reused: false,
        brief: Brief::default(),
        remark: String::new(),
        source: Source::of(&product.content),
        source_versions: versions_of(&product.content, &product.versions),
        words,
        findings: Vec::new(),
        quality: (40, 80),
        seo: (30, 90),
        tokens_in: 10,
        tokens_out: 20,
        cost: Cost(1_500),
    }
}

pub fn odd(version: &mut NewVersion) {
    version.findings = vec![Finding { part: Part::Title, kind: FindingKind::Banned, excerpt: "cheap".into() }];
}

/// Writes suggestions in a run of their own.
pub async fn suggest_in(arranged: &Arranged, shop: &StoreRef, versions: Vec<(&Product, NewVersion)>) -> JobId {
    let store = &arranged.store;
    let run = store.new_job_id();
    let job = NewJob { kind: JobKind::Optimise, subject: "some", params: "{}", progress: "{}", user: None };
    store.start_run(run, shop, job, &versions.iter().map(|(product, _)| product.ord).collect()).await.unwrap();
    store.lease(run, "w", 600, false).await.unwrap().unwrap();
    let item = |(product, mut version): (&Product, NewVersion)| {
        version.run = Some(run);
        RunItem { ord: product.ord, came: ItemCame::Written { op: op_id(), version: Box::new(version) } }
    };
    let items = versions.into_iter().map(item).collect();
    let written =
        store.write_run(shop, RunBatch { run, leased_by: "w", user: None, progress: "{}", items, usage: Vec::new(), done: &[] }).await.unwrap();
    assert_eq!(written.gone, [] as [u32; 0]);
    store.finish(run, "w", JobState::Done, "").await.unwrap();
    run
}

/// Writes one suggestion; its card as everybody sees it.
pub async fn suggest(arranged: &Arranged, product: &Product, words: Words) -> Card {
    let run = suggest_in(arranged, &arranged.shop, vec![(product, version_of(product, words))]).await;
    of_run(arranged, run).await.remove(0)
}

async fn of_run(arranged: &Arranged, run: JobId) -> Vec<Card> {
    let filter = QueueFilter { run: Some(run), ..QueueFilter::default() };
    arranged.store.queue(&arranged.who(Role::Viewer), &filter, None, 50).await.unwrap().cards
}

pub async fn member(arranged: &Arranged, name: &str, role: Role) -> Access {
    let user = arranged.store.create_user(&format!("{name}@example.com"), name, "correct horse").await.unwrap();
    arranged.store.set_member(user, &arranged.shop, role).await.unwrap();
    Access { user, store: arranged.shop.id, role }
}

pub fn reviewer(arranged: &Arranged) -> Access {
    arranged.who(Role::Reviewer)
}

pub fn approve(card: &Card, words: Words) -> Decision {
    Decision { op_id: op_id(), review: card.review, verdict: Verdict::Approve { words, seen: BTreeMap::new() } }
}

fn reject(card: &Card, reason: &str) -> Decision {
    Decision { op_id: op_id(), review: card.review, verdict: Verdict::Reject { reason: reason.into() } }
}

pub fn changes(card: &Card, remark: &str) -> Decision {
    Decision { op_id: op_id(), review: card.review, verdict: Verdict::Changes { remark: remark.into() } }
}

async fn card(arranged: &Arranged, review: ReviewId) -> Card {
    arranged.store.card(&arranged.who(Role::Viewer), review).await.unwrap().unwrap()
}

async fn decide(arranged: &Arranged, decision: Decision) -> Outcome {
    arranged.store.decide(&reviewer(arranged), decision).await.unwrap()
}

async fn count(arranged: &Arranged, filter: &QueueFilter) -> (u64, u64) {
    let queue = arranged.store.queue(&arranged.who(Role::Viewer), filter, None, 1).await.unwrap();
    (queue.total, queue.odd)
}

fn refused(outcome: &Outcome) -> &str {
    let Outcome::Refused(sentence) = outcome else { panic!("{outcome:?}") };
    sentence
}

pub async fn a_card_has_all_that_a_decision_needs(arranged: &Arranged) {
    let lamp = arranged.create(rich("lamp")).await;
    let picture = &lamp.content.images[0];
    let words = Words {
        title: Some("Brass lamp".into()),
        description: Some("<p>A <script>warm</script> light</p>".into()),
        tags: Some(vec!["brass".into()]),
        alts: BTreeMap::from([(picture.id, "A lamp of brass".into())]),
        ..Words::default()
    };
    let mut version = version_of(&lamp, words.clone());
    odd(&mut version);
    version.remark = "Shorter".into();
    version.brief.banned = vec!["cheap".into()];
    let run = suggest_in(arranged, &arranged.shop, vec![(&lamp, version.clone())]).await;

    let card = of_run(arranged, run).await.remove(0);

    assert_eq!((card.version, card.status, card.product, card.handle.as_str()), (version.id, ReviewStatus::Open, lamp.id, "lamp"));
    assert_eq!((card.title.as_str(), card.vendor.as_str(), card.product_type.as_str()), ("lamp", "Ærø & Søn", "Lamps"));
    assert_eq!((card.thumbnail.as_str(), card.created_at), (picture.url.as_str(), Timestamp::from_micros(START)));
    assert_eq!((card.run, card.provider.as_str(), card.model.as_str(), card.cost), (Some(run), "Built-in rules", "rules", Cost(1_500)));
    assert_eq!((&card.assignee, &card.decided, card.remark.as_str()), (&None, &None, "Shorter"));
    assert_eq!(card.findings, version.findings);
    let source = Source::of(&lamp.content);
    assert_eq!(card.scores_before, scores(&source.words(), &source, &version.brief));
    assert_eq!(card.scores_after, scores(&words.over(&source.words()), &source, &version.brief));
    // What the writer did not write is not there; texts travel as they are stored.
    let fields: Vec<_> = card.fields.iter().map(|field| (field.part, field.image.as_str(), &field.before, &field.after, field.base)).collect();
    let list = |items: &[&str]| Value::List(items.iter().map(ToString::to_string).collect());
    assert_eq!(
        fields,
        [
            (Part::Title, "", &Value::text("lamp"), &Value::text("Brass lamp"), Seq(1)),
            (Part::Description, "", &Value::text("<p>Warm “light” — 100 % brass</p>"), &Value::text("<p>A <script>warm</script> light</p>"), Seq(1)),
            (Part::Tags, "", &list(&["new", "Brass, polished", "\"quoted\""]), &list(&["brass"]), Seq(1)),
            (Part::Alt, picture.url.as_str(), &Value::text("Picture 1"), &Value::text("A lamp of brass"), Seq(1)),
        ]
    );
    assert!(card.fields.iter().all(|field| field.changed_since.is_none()));
    assert_eq!(arranged.load("lamp").await.optimisation, OptimisationStatus::Suggested);
}

pub async fn a_card_says_what_was_edited_since(arranged: &Arranged) {
    let lamp = arranged.create(product("lamp")).await;
    let words = Words { seo_title: Some("Lamp".into()), tags: Some(vec!["brass".into()]), ..title("Brass lamp") };
    let suggested = suggest(arranged, &lamp, words).await;

    // To something else; there and back; to what is suggested; and something that is not suggested.
    let lamp = arranged.load("lamp").await;
    arranged.edit(&lamp, Field::Title, Value::text("Red lamp")).await;
    arranged.edit(&arranged.load("lamp").await, Field::SeoTitle, Value::text("X")).await;
    let back = arranged.edit(&arranged.load("lamp").await, Field::SeoTitle, Value::text("")).await;
    arranged.edit(&arranged.load("lamp").await, Field::Tags, Value::List(vec!["brass".into()])).await;
    arranged.edit(&arranged.load("lamp").await, Field::Vendor, Value::text("Acme")).await;

    let now = card(arranged, suggested.review).await;
    let versions = arranged.load("lamp").await.versions;
    let since = |field: &Field| now.fields.iter().find(|known| known.field == *field).unwrap();
    assert_eq!(since(&Field::Title).changed_since, Some((Value::text("Red lamp"), versions.current(&Field::Title))));
    assert_eq!((&since(&Field::Title).before, since(&Field::Title).base), (&Value::text("lamp"), Seq(1)));
    assert_eq!((&since(&Field::SeoTitle).changed_since, since(&Field::SeoTitle).base), (&None, crate::support::seq(&back)));
    assert_eq!((&since(&Field::Tags).changed_since, now.title.as_str()), (&None, "Red lamp"));
}

pub async fn a_queue_is_filtered_and_comes_in_parts(arranged: &Arranged) {
    let ada = member(arranged, "Ada", Role::Reviewer).await;
    let mut runs = Vec::new();
    let mut cards = Vec::new();
    for number in 0..6 {
        arranged.clock.advance(1);
        let product_type = if number % 2 == 0 { "Lamps" } else { "Bowls" };
        let made = arranged.create(product(&format!("p-{number}")).with(|content| content.product_type = product_type.into())).await;
        let other = arranged.create(product(&format!("q-{number}")).with(|content| content.product_type = product_type.into())).await;
        let mut version = version_of(&made, title("New"));
        if number % 3 == 0 {
            odd(&mut version);
        }
        // Two in the same moment: their ids tell them apart.
        let run = suggest_in(arranged, &arranged.shop, vec![(&made, version), (&other, version_of(&other, title("New")))]).await;
        runs.push(run);
        cards.extend(of_run(arranged, run).await);
    }
    for card in &cards[..3] {
        arranged.store.assign(&ada, card.review, Some(ada.user)).await.unwrap();
    }
    let in_order: Vec<ReviewId> = cards.iter().map(|card| card.review).collect();
    let by_moment: BTreeSet<(Timestamp, ReviewId)> = cards.iter().map(|card| (card.created_at, card.review)).collect();
    assert!(in_order.iter().eq(by_moment.iter().map(|(_, review)| review)));

    for filter in [
        QueueFilter::default(),
        QueueFilter { newest: true, ..QueueFilter::default() },
        QueueFilter { assignee: Assignee::Me, ..QueueFilter::default() },
        QueueFilter { assignee: Assignee::Me, newest: true, ..QueueFilter::default() },
        QueueFilter { assignee: Assignee::Nobody, ..QueueFilter::default() },
        QueueFilter { assignee: Assignee::Nobody, newest: true, ..QueueFilter::default() },
        QueueFilter { run: Some(runs[1]), ..QueueFilter::default() },
        QueueFilter { run: Some(runs[1]), newest: true, ..QueueFilter::default() },
        QueueFilter { run: Some(runs[1]), assignee: Assignee::Me, ..QueueFilter::default() },
        QueueFilter { run: Some(runs[1]), assignee: Assignee::Nobody, newest: true, ..QueueFilter::default() },
        QueueFilter { product_type: Some("Lamps".into()), ..QueueFilter::default() },
        QueueFilter { product_type: Some("Bowls".into()), assignee: Assignee::Me, newest: true, ..QueueFilter::default() },
        QueueFilter { odd: Some(true), ..QueueFilter::default() },
        QueueFilter { odd: Some(false), product_type: Some("Lamps".into()), assignee: Assignee::Nobody, ..QueueFilter::default() },
    ] {
        let mine = |card: &Card| cards[..3].iter().any(|assigned| assigned.review == card.review);
        let wanted = |card: &&Card| {
            filter.run.is_none_or(|run| card.run == Some(run))
                && filter.product_type.as_ref().is_none_or(|kind| card.product_type == *kind)
                && filter.odd.is_none_or(|odd| card.findings.is_empty() != odd)
                && match filter.assignee {
                    Assignee::Anybody => true,
                    Assignee::Me => mine(card),
                    Assignee::Nobody => !mine(card),
                }
        };
        let mut expected: Vec<ReviewId> = cards.iter().filter(wanted).map(|card| card.review).collect();
        let odd = cards.iter().filter(wanted).filter(|card| !card.findings.is_empty()).count();
        if filter.newest {
            expected.reverse();
        }
        let (mut found, mut behind) = (Vec::new(), None);
        loop {
            let part = arranged.store.queue(&ada, &filter, behind, 5).await.unwrap();
            assert_eq!((part.total, part.odd), (expected.len() as u64, odd as u64), "{filter:?}");
            assert!(part.cards.len() <= 5);
            found.extend(part.cards.iter().map(|card| card.review));
            behind = part.next;
            if behind.is_none() {
                break;
            }
            assert_eq!(part.cards.len(), 5);
        }
        assert!(!expected.is_empty(), "{filter:?}");
        assert_eq!(found, expected, "{filter:?}");
    }

    // No more than fifty, and no part behind the end.
    let end = Cursor { at: Timestamp::from_micros(i64::MAX), review: in_order[0] };
    let behind = arranged.store.queue(&ada, &QueueFilter::default(), Some(end), u32::MAX).await.unwrap();
    assert_eq!((behind.cards.len(), behind.next, behind.total), (0, None, 12));
}

pub async fn approved_words_are_in_the_product(arranged: &Arranged) {
    let ada = member(arranged, "Ada", Role::Reviewer).await;
    let lamp = arranged.create(rich("lamp")).await;
    let words = Words { seo_title: Some("Brass lamp | Shop".into()), ..title("Brass lamp") };
    let suggested = suggest(arranged, &lamp, words).await;
    let decision = approve(&suggested, title("Brass lamp"));
    arranged.clock.advance(5);

    assert_eq!(arranged.store.decide(&ada, decision.clone()).await.unwrap(), Outcome::Done);

    let lamp = arranged.load("lamp").await;
    // Accepted field by field: the other one stays as it was.
    assert_eq!((lamp.content.title.as_str(), lamp.content.seo_title.as_str()), ("Brass lamp", "Lamp"));
    assert_eq!(lamp.optimisation, OptimisationStatus::Published);
    let decided = card(arranged, suggested.review).await;
    assert_eq!(decided.status, ReviewStatus::Approved);
    let at = Timestamp::from_micros(START).plus_seconds(5);
    assert_eq!(decided.decided, Some(Decided { who: "Ada".into(), at, reason: String::new() }));
    assert!(decided.fields.iter().all(|field| field.changed_since.is_none()), "what it says itself is nobody's change");
    let history = arranged.store.history(&ada, lamp.id, None).await.unwrap();
    assert_eq!((history[0].who.as_str(), history[0].source, history[0].fields.len()), ("Ada", ports::product::Source::Review, 2));
    let versions = arranged.store.versions(&ada, &lamp.content.handle).await.unwrap().unwrap().versions;
    assert_eq!(versions.iter().map(|version| (version.id, version.active)).collect::<Vec<_>>(), [(suggested.version, true)]);
    assert_eq!((count(arranged, &QueueFilter::default()).await, arranged.handles("optimisation=published").await), ((0, 0), vec!["lamp".to_owned()]));

    // Sent again, it is the same decision, and nothing is done.
    assert_eq!(arranged.store.decide(&ada, decision.clone()).await.unwrap(), Outcome::Done);
    assert_eq!(arranged.load("lamp").await, lamp);
    // Another decision under the same id is none.
    let other = Decision { verdict: Verdict::Approve { words: title("Other"), seen: BTreeMap::new() }, ..decision };
    refused(&arranged.store.decide(&ada, other).await.unwrap());
    assert_eq!(arranged.load("lamp").await, lamp);
}

pub async fn words_that_a_reviewer_edited_are_a_version_of_their_own(arranged: &Arranged) {
    let ada = member(arranged, "Ada", Role::Reviewer).await;
    let lamp = arranged.create(rich("lamp")).await;
    let suggested = suggest(arranged, &lamp, Words { description: Some("<p>New</p>".into()), ..title("Brass lamp") }).await;
    let edited = title("Lamp of brass");
    let decision = approve(&suggested, edited.clone());

    assert_eq!(arranged.store.decide(&ada, decision.clone()).await.unwrap(), Outcome::Done);
    assert_eq!(arranged.store.decide(&ada, decision).await.unwrap(), Outcome::Done);

    assert_eq!(arranged.load("lamp").await.content.title, "Lamp of brass");
    let versions = arranged.store.versions(&ada, &lamp.content.handle).await.unwrap().unwrap().versions;
    let shown: Vec<_> = versions.iter().map(|version| (version.number, version.by.as_str(), version.active, version.status)).collect();
    assert_eq!(shown, [(2, "Ada", true, None), (1, "Built-in rules", false, Some(ReviewStatus::Approved))]);
    let own = &versions[0];
    assert_eq!((&own.words, own.model.as_str(), own.run, own.cost), (&edited, "", None, Cost::ZERO));
    let source = Source::of(&lamp.content);
    assert_eq!(own.scores_after, scores(&edited.over(&source.words()), &source, &Brief::default()));
    assert_eq!(own.findings, domain::words::check::findings(&edited, &source, &Brief::default()));
    assert_eq!(own.before, source.words());
    // It was asked of nobody: no later question is answered with it.
    assert!(arranged.store.known_answers(&arranged.shop, &[[0; 32]]).await.unwrap().is_empty());
}

pub async fn only_what_was_suggested_can_be_approved(arranged: &Arranged) {
    let lamp = arranged.create(rich("lamp")).await;
    let suggested = suggest(arranged, &lamp, Words { tags: Some(vec!["a".into()]), ..title("Brass lamp") }).await;
    let before = arranged.load("lamp").await;
    let sentence = async |words: Words| refused(&decide(arranged, approve(&suggested, words)).await).to_owned();

    assert_eq!(sentence(Words::default()).await, "Nothing was chosen. Choose at least one text to approve, or reject the suggestion.");
    let foreign = Words { seo_title: Some("Mine".into()), ..title("Brass lamp") };
    assert_eq!(sentence(foreign).await, "SEO title was not written in this suggestion. Approve what was written, and edit the rest in the product.");
    let picture = Words { alts: BTreeMap::from([(lamp.content.images[0].id, "Mine".into())]), ..Words::default() };
    assert!(sentence(picture).await.starts_with("Picture text was not written"));
    assert_eq!(sentence(title("  ")).await, "Title: This cannot be empty.");
    assert_eq!(sentence(title(&"x".repeat(300))).await, "Title: This has 300 characters; the limit is 255.");

    assert_eq!((arranged.load("lamp").await, card(arranged, suggested.review).await), (before, suggested.clone()));
    let unknown = Decision { review: ReviewId(op_id().0), ..approve(&suggested, title("Brass lamp")) };
    assert_eq!(arranged.store.decide(&reviewer(arranged), unknown).await, Err(AppError::NotFound));
    assert_eq!(arranged.store.card(&reviewer(arranged), ReviewId(op_id().0)).await, Ok(None));
}

pub async fn a_rejected_suggestion_leaves_the_words(arranged: &Arranged) {
    let ada = member(arranged, "Ada", Role::Reviewer).await;
    let lamp = arranged.create(rich("lamp")).await;
    let suggested = suggest(arranged, &lamp, title("Brass lamp")).await;

    let long = arranged.store.decide(&ada, reject(&suggested, &"é".repeat(2_001))).await.unwrap();
    assert_eq!(refused(&long), "The reason has 2001 characters; the limit is 2000. Shorten it.");
    let decision = reject(&suggested, &format!(" {}\0 ", "é".repeat(2_000)));
    assert_eq!(arranged.store.decide(&ada, decision.clone()).await.unwrap(), Outcome::Done);
    assert_eq!(arranged.store.decide(&ada, decision).await.unwrap(), Outcome::Done);

    let now = arranged.load("lamp").await;
    assert_eq!((&now.content, now.optimisation), (&lamp.content, OptimisationStatus::Rejected));
    let decided = card(arranged, suggested.review).await;
    assert_eq!((decided.status, decided.decided.unwrap().reason), (ReviewStatus::Rejected, "é".repeat(2_000)));
    assert!(!arranged.store.versions(&ada, &lamp.content.handle).await.unwrap().unwrap().versions[0].active);
    // No reason is one too.
    let bowl = arranged.create(product("bowl")).await;
    let suggested = suggest(arranged, &bowl, title("Bowl")).await;
    assert_eq!(decide(arranged, reject(&suggested, "")).await, Outcome::Done);
}

pub async fn changes_are_written_by_a_run_of_their_own(arranged: &Arranged) {
    let ada = member(arranged, "Ada", Role::Reviewer).await;
    arranged.create(product("bowl")).await;
    let lamp = arranged.create(rich("lamp")).await;
    let words = Words {
        tags: Some(vec!["a".into()]),
        alts: lamp.content.images.iter().map(|image| (image.id, "A lamp".into())).collect(),
        ..title("Brass lamp")
    };
    let suggested = suggest(arranged, &lamp, words).await;
    let before = arranged.store.jobs(&arranged.shop, &[JobKind::Optimise], 10).await.unwrap().len();

    for remark in ["", " \n", &"x".repeat(2_001)] {
        refused(&arranged.store.decide(&ada, changes(&suggested, remark)).await.unwrap());
    }
    let decision = changes(&suggested, "Say that it is brass.");
    assert_eq!(arranged.store.decide(&ada, decision.clone()).await.unwrap(), Outcome::Done);
    assert_eq!(arranged.store.decide(&ada, decision).await.unwrap(), Outcome::Done);

    let now = arranged.load("lamp").await;
    assert_eq!((&now.content, now.optimisation), (&lamp.content, OptimisationStatus::Queued));
    let decided = card(arranged, suggested.review).await;
    assert_eq!((decided.status, decided.decided.unwrap().reason.as_str()), (ReviewStatus::Changes, "Say that it is brass."));
    let jobs = arranged.store.jobs(&arranged.shop, &[JobKind::Optimise], 10).await.unwrap();
    assert_eq!(jobs.len(), before + 1, "sent twice, one run");
    let job = jobs.iter().find(|job| job.state == JobState::Queued).unwrap();
    assert_eq!((job.subject.as_str(), job.who.as_str()), ("1 product, changes requested", "Ada"));
    let params: RunParams = serde_json::from_str(&job.params).unwrap();
    let expected = RunSpec {
        selection: Selection::Products(vec![lamp.content.handle.clone()]),
        provider: ProviderId::BUILT_IN,
        parts: vec![Part::Title, Part::Tags, Part::Alt],
        only_empty: false,
        again: true,
        cap: None,
        sample_first: false,
    };
    assert_eq!((params.spec, params.remark.as_str()), (expected, "Say that it is brass."));
    let (products, done) = arranged.store.run_products(job.id).await.unwrap().unwrap();
    assert_eq!((products.iter().collect::<Vec<_>>(), done.len()), (vec![lamp.ord], 0));
}

pub async fn what_was_decided_is_not_decided_again(arranged: &Arranged) {
    let ada = member(arranged, "Ada", Role::Editor).await;
    let lamp = arranged.create(product("lamp")).await;
    let first = suggest(arranged, &lamp, title("Brass lamp")).await;
    let second = suggest(arranged, &lamp, title("Copper lamp")).await;
    // The second took the place of the first.
    let Outcome::Already { status, .. } = decide(arranged, approve(&first, title("Brass lamp"))).await else { panic!() };
    assert_eq!(status, ReviewStatus::Superseded);
    assert_eq!(arranged.store.decide(&ada, reject(&second, "Not copper.")).await.unwrap(), Outcome::Done);
    let before = arranged.load("lamp").await;
    arranged.clock.advance(60);

    let already = Outcome::Already {
        status: ReviewStatus::Rejected,
        decided: Decided { who: "Ada".into(), at: Timestamp::from_micros(START), reason: "Not copper.".into() },
    };
    for decision in [approve(&second, title("Copper lamp")), approve(&second, title("Mine")), reject(&second, "x"), changes(&second, "x")] {
        assert_eq!(decide(arranged, decision).await, already);
    }

    assert_eq!(arranged.load("lamp").await, before);
    assert_eq!(arranged.store.versions(&ada, &lamp.content.handle).await.unwrap().unwrap().versions.len(), 2);
    assert!(arranged.store.jobs(&arranged.shop, &[JobKind::Optimise], 10).await.unwrap().iter().all(|job| job.state == JobState::Done));
}

pub async fn of_two_reviewers_at_once_one_is_told_so(arranged: &Arranged) {
    let (ada, bob) = (member(arranged, "Ada", Role::Reviewer).await, member(arranged, "Bob", Role::Editor).await);
    let other = arranged.second_store().await;
    for round in 0..6 {
        let lamp = arranged.create(product(&format!("lamp-{round}"))).await;
        let suggested = suggest(arranged, &lamp, title("Brass lamp")).await;
        // In some rounds one of them rejects; else both approve, each with words of their own.
        let hers = approve(&suggested, title("Ada's lamp"));
        let his = if round % 2 == 0 { reject(&suggested, "No.") } else { approve(&suggested, title("Bob's lamp")) };

        let sent = [(arranged.store.clone(), ada.clone(), hers), (other.clone(), bob.clone(), his)]
            .map(|(store, who, decision)| tokio::spawn(async move { store.decide(&who, decision).await.unwrap() }));
        let mut outcomes = Vec::new();
        for outcome in sent {
            outcomes.push(outcome.await.unwrap());
        }

        let winner = outcomes.iter().position(|outcome| *outcome == Outcome::Done).expect("one of them wins");
        let name = ["Ada", "Bob"][winner];
        let Outcome::Already { status, decided } = &outcomes[1 - winner] else { panic!("{outcomes:?}") };
        let now = card(arranged, suggested.review).await;
        assert_eq!((decided.who.as_str(), *status, Some(decided)), (name, now.status, now.decided.as_ref()));
        let title = arranged.load(&format!("lamp-{round}")).await.content.title;
        assert_eq!(title == format!("{name}'s lamp"), now.status == ReviewStatus::Approved, "{title}");
        // Nothing is left of what the other wanted.
        let versions = arranged.store.versions(&ada, &lamp.content.handle).await.unwrap().unwrap().versions;
        let approved = usize::from(now.status == ReviewStatus::Approved);
        assert_eq!((versions.len(), versions.iter().filter(|version| version.active).count()), (1 + approved, approved));
        // Created, suggested, decided.
        assert_eq!(arranged.store.history(&ada, lamp.id, None).await.unwrap().len(), 3);
    }
    other.close().await;
}

pub async fn the_same_decision_many_times_at_once_is_done_once(arranged: &Arranged) {
    let lamp = arranged.create(product("lamp")).await;
    let suggested = suggest(arranged, &lamp, title("Brass lamp")).await;
    let decision = approve(&suggested, title("Lamp of brass"));

    let sent: Vec<_> = (0..6)
        .map(|_| {
            let (store, who, decision) = (arranged.store.clone(), reviewer(arranged), decision.clone());
            tokio::spawn(async move { store.decide(&who, decision).await.unwrap() })
        })
        .collect();
    for outcome in sent {
        assert_eq!(outcome.await.unwrap(), Outcome::Done);
    }

    assert_eq!(arranged.store.history(&reviewer(arranged), lamp.id, None).await.unwrap().len(), 3);
    assert_eq!(arranged.store.versions(&reviewer(arranged), &lamp.content.handle).await.unwrap().unwrap().versions.len(), 2);
}

pub async fn what_somebody_edited_since_is_not_overwritten_blindly(arranged: &Arranged) {
    let lamp = arranged.create(rich("lamp")).await;
    let suggested = suggest(arranged, &lamp, Words { seo_title: Some("Brass lamp".into()), ..title("Brass lamp") }).await;
    arranged.edit(&arranged.load("lamp").await, Field::Title, Value::text("Red lamp")).await;
    let before = arranged.load("lamp").await;
    let decision = approve(&suggested, Words { seo_title: Some("Brass lamp".into()), ..title("Brass lamp") });

    for _ in 0..2 {
        let Outcome::Stale(conflicts) = decide(arranged, decision.clone()).await else { panic!() };
        assert_eq!((conflicts.len(), &conflicts[0].field, conflicts[0].seen), (1, &Field::Title, Seq(1)));
        assert_eq!((&conflicts[0].theirs, &conflicts[0].mine), (&Value::text("Red lamp"), &Value::text("Brass lamp")));
    }
    assert_eq!((arranged.load("lamp").await, card(arranged, suggested.review).await.status), (before, ReviewStatus::Open));

    // The field that nobody touched can be approved alone, and the other one by whoever has seen it.
    let (_, current) = card(arranged, suggested.review).await.fields[0].changed_since.clone().unwrap();
    let seen = BTreeMap::from([(Field::Title, current)]);
    let decision = Decision { op_id: op_id(), review: suggested.review, verdict: Verdict::Approve { words: title("Brass lamp"), seen } };
    assert_eq!(decide(arranged, decision).await, Outcome::Done);
    assert_eq!(arranged.load("lamp").await.content.title, "Brass lamp");
}

pub async fn a_product_in_the_trash_is_not_in_the_way(arranged: &Arranged) {
    let ada = member(arranged, "Ada", Role::Reviewer).await;
    let lamp = arranged.create(product("lamp")).await;
    let suggested = suggest(arranged, &lamp, title("Brass lamp")).await;
    let delete = Op { id: op_id(), product: lamp.id, action: Action::Delete };
    assert!(matches!(arranged.store.submit(&arranged.editor(), delete).await.unwrap(), Receipt::Applied { .. }));

    assert_eq!(card(arranged, suggested.review).await.title, "lamp (in the trash)");
    for decision in [approve(&suggested, title("Brass lamp")), changes(&suggested, "Shorter.")] {
        assert_eq!(refused(&arranged.store.decide(&ada, decision).await.unwrap()), "This product is in the trash. Restore it to edit it.");
    }
    assert_eq!(card(arranged, suggested.review).await.status, ReviewStatus::Open);
    let jobs = arranged.store.jobs(&arranged.shop, &[JobKind::Optimise], 10).await.unwrap();
    assert!(jobs.iter().all(|job| job.state == JobState::Done), "nothing is written for it");

    // Rejecting it gets it out of the way, once.
    let decision = reject(&suggested, "Gone.");
    for _ in 0..2 {
        assert_eq!(arranged.store.decide(&ada, decision.clone()).await.unwrap(), Outcome::Done);
    }
    let decided = card(arranged, suggested.review).await;
    assert_eq!((decided.status, decided.decided.unwrap().who.as_str()), (ReviewStatus::Rejected, "Ada"));
    let other = reject(&suggested, "Gone.");
    assert!(matches!(arranged.store.decide(&ada, other).await.unwrap(), Outcome::Already { status: ReviewStatus::Rejected, .. }));
    assert_eq!(count(arranged, &QueueFilter::default()).await, (0, 0));
    assert_eq!(arranged.store.history(&ada, lamp.id, None).await.unwrap().len(), 4, "made, suggested, deleted, rejected");
}

pub async fn what_was_rejected_in_the_trash_is_not_in_review_when_it_is_restored(arranged: &Arranged) {
    let mut products = Vec::new();
    for handle in ["rejected", "waiting"] {
        let product = arranged.create(product(handle)).await;
        let suggested = suggest(arranged, &product, title("Brass lamp")).await;
        arranged.store.submit(&arranged.editor(), Op { id: op_id(), product: product.id, action: Action::Delete }).await.unwrap();
        products.push((product, suggested));
    }
    assert_eq!(decide(arranged, reject(&products[0].1, "Gone.")).await, Outcome::Done);
    assert!(arranged.load("rejected").await.deleted, "that does not restore it");

    for (product, _) in &products {
        arranged.store.submit(&arranged.editor(), Op { id: op_id(), product: product.id, action: Action::Restore }).await.unwrap();
    }

    assert_eq!(arranged.load("rejected").await.optimisation, OptimisationStatus::Rejected);
    assert_eq!(arranged.load("waiting").await.optimisation, OptimisationStatus::Suggested);
    assert_eq!(arranged.handles("optimisation=suggested").await, ["waiting"]);
    assert_eq!(arranged.handles("optimisation=rejected").await, ["rejected"]);
}

pub async fn many_are_approved_at_once(arranged: &Arranged) {
    let ada = member(arranged, "Ada", Role::Reviewer).await;
    // More than one batch, and in it whatever can be in the way.
    let mut products = Vec::new();
    for number in 0..230 {
        products.push(arranged.create(product(&format!("p-{number}"))).await);
    }
    let version = |(number, product): (usize, &Product)| {
        let mut version = version_of(product, title(&format!("New {number}")));
        if number == 7 {
            odd(&mut version);
        }
        version
    };
    let versions: Vec<_> = products.iter().enumerate().map(|(number, product)| (product, version((number, product)))).collect();
    let run = suggest_in(arranged, &arranged.shop, versions).await;
    let until = Timestamp::from_micros(START);
    arranged.edit(&arranged.load("p-3").await, Field::Title, Value::text("Edited")).await;
    let delete = Op { id: op_id(), product: products[4].id, action: Action::Delete };
    arranged.store.submit(&arranged.editor(), delete).await.unwrap();
    arranged.clock.advance(1);
    let late = arranged.create(product("late")).await;
    let late = suggest(arranged, &late, title("Late")).await;
    let filter = QueueFilter::default();

    let outcome = arranged.store.approve_all(&ada, &filter, until).await.unwrap();

    assert_eq!(outcome, ManyOutcome { approved: 227, already: 0, stale: 1, refused: 1 });
    assert_eq!(count(arranged, &filter).await, (4, 1));
    let still_open = arranged.store.queue(&ada, &filter, None, 50).await.unwrap().cards;
    let mut open: Vec<&str> = still_open.iter().map(|card| card.handle.as_str()).collect();
    open.sort_unstable();
    assert_eq!(open, ["late", "p-3", "p-4", "p-7"]);
    for (number, title) in [(0, "New 0"), (3, "Edited"), (7, "p 7"), (229, "New 229")] {
        assert_eq!(arranged.load(&format!("p-{number}")).await.content.title, title);
    }
    let approved = QueueFilter { status: ReviewStatus::Approved, run: Some(run), ..filter.clone() };
    let cards = arranged.store.queue(&ada, &approved, None, 1).await.unwrap();
    assert_eq!((cards.total, cards.cards[0].decided.as_ref().unwrap().who.as_str()), (227, "Ada"));
    let versions = arranged.store.versions(&ada, &"p-0".parse().unwrap()).await.unwrap().unwrap().versions;
    assert_eq!((versions.len(), versions[0].active, versions[0].status), (1, true, Some(ReviewStatus::Approved)));

    // Again: nothing is done twice. Then just the odd ones.
    let again = arranged.store.approve_all(&ada, &filter, until).await.unwrap();
    assert_eq!(again, ManyOutcome { stale: 1, refused: 1, ..ManyOutcome::default() });
    assert_eq!(arranged.store.history(&ada, products[0].id, None).await.unwrap().len(), 3);
    let odd = arranged.store.approve_all(&ada, &QueueFilter { odd: Some(true), ..filter.clone() }, until).await.unwrap();
    assert_eq!(odd, ManyOutcome { approved: 1, ..ManyOutcome::default() });
    assert_eq!(card(arranged, late.review).await.status, ReviewStatus::Open);
    // What was decided is approved one by one.
    let rejected = QueueFilter { status: ReviewStatus::Rejected, ..filter };
    assert!(matches!(arranged.store.approve_all(&ada, &rejected, until).await, Err(AppError::Invalid(_))));
}

pub async fn two_who_approve_all_at_once_do_it_once(arranged: &Arranged) {
    let other = arranged.second_store().await;
    let mut products = Vec::new();
    for number in 0..60 {
        products.push(arranged.create(product(&format!("p-{number}"))).await);
    }
    suggest_in(arranged, &arranged.shop, products.iter().map(|product| (product, version_of(product, title("New")))).collect()).await;

    let sent = [arranged.store.clone(), other.clone()].map(|store| {
        let who = reviewer(arranged);
        tokio::spawn(async move { store.approve_all(&who, &QueueFilter::default(), Timestamp::from_micros(i64::MAX)).await.unwrap() })
    });
    let mut sum = ManyOutcome::default();
    for outcome in sent {
        let outcome = outcome.await.unwrap();
        assert_eq!((outcome.stale, outcome.refused), (0, 0));
        sum.approved += outcome.approved;
    }

    assert_eq!((sum.approved, count(arranged, &QueueFilter::default()).await), (60, (0, 0)));
    for product in &products {
        assert_eq!(arranged.store.history(&reviewer(arranged), product.id, None).await.unwrap().len(), 3);
    }
    other.close().await;
}

pub async fn a_suggestion_is_given_to_a_reviewer(arranged: &Arranged) {
    let zoe = member(arranged, "zoe", Role::Reviewer).await;
    let ada = member(arranged, "Ada", Role::Owner).await;
    let viewer = member(arranged, "Val", Role::Viewer).await;
    let stranger = arranged.store.create_user("eve@example.com", "Eve", "correct horse").await.unwrap();
    arranged.store.set_member(stranger, &arranged.other_shop, Role::Owner).await.unwrap();
    let lamp = arranged.create(product("lamp")).await;
    let suggested = suggest(arranged, &lamp, title("Brass lamp")).await;
    let store = &arranged.store;

    assert_eq!(store.reviewers(&viewer).await.unwrap(), [(ada.user, "Ada".into()), (zoe.user, "zoe".into())]);
    store.assign(&ada, suggested.review, Some(zoe.user)).await.unwrap();
    assert_eq!(card(arranged, suggested.review).await.assignee, Some((zoe.user, "zoe".into())));
    for nobody in [viewer.user, stranger, UserId(op_id().0)] {
        assert!(matches!(store.assign(&ada, suggested.review, Some(nobody)).await, Err(AppError::Invalid(_))));
    }
    assert_eq!(card(arranged, suggested.review).await.assignee, Some((zoe.user, "zoe".into())));
    store.assign(&zoe, suggested.review, None).await.unwrap();
    assert_eq!(card(arranged, suggested.review).await.assignee, None);
    assert_eq!(store.assign(&ada, ReviewId(op_id().0), Some(zoe.user)).await, Err(AppError::NotFound));

    decide(arranged, reject(&suggested, "")).await;
    assert!(matches!(store.assign(&ada, suggested.review, Some(zoe.user)).await, Err(AppError::Invalid(_))));
}

pub async fn each_role_may_review_what_it_may(arranged: &Arranged) {
    let store = &arranged.store;
    for role in Role::ALL {
        let who = arranged.who(role);
        let lamp = arranged.create(product(&format!("lamp-{}", role.name()))).await;
        let suggested = suggest(arranged, &lamp, title("Brass lamp")).await;
        let may = role != Role::Viewer;
        let answered = |forbidden: bool| assert_eq!(forbidden, !may, "{role:?}");

        let queue = store.queue(&who, &QueueFilter::default(), None, 10).await.unwrap();
        assert_eq!((queue.cards.is_empty(), queue.may_decide), (false, may));
        assert!(store.card(&who, suggested.review).await.unwrap().is_some());
        assert!(store.reviewers(&who).await.is_ok());
        assert_eq!(store.versions(&who, &lamp.content.handle).await.unwrap().unwrap().may_decide, may);
        answered(store.assign(&who, suggested.review, None).await == Err(AppError::Forbidden));
        answered(store.decide(&who, approve(&suggested, title("Brass lamp"))).await == Err(AppError::Forbidden));
        answered(store.approve_all(&who, &QueueFilter::default(), Timestamp::from_micros(0)).await == Err(AppError::Forbidden));
        answered(store.activate(&who, op_id(), suggested.version, BTreeMap::new()).await == Err(AppError::Forbidden));
        answered(store.roll_back(&who, op_id(), lamp.id, BTreeMap::new()).await == Err(AppError::Forbidden));
    }
}

pub async fn reviews_see_their_own_store_only(arranged: &Arranged) {
    let store = &arranged.store;
    let theirs = arranged.create_in(&arranged.other_shop, rich("lamp")).await;
    let mine = arranged.create(rich("lamp")).await;
    let run = suggest_in(arranged, &arranged.other_shop, vec![(&theirs, version_of(&theirs, title("Theirs")))]).await;
    let them = Access { store: arranged.other_shop.id, ..arranged.who(Role::Owner) };
    let me = arranged.who(Role::Owner);
    let of_them = async |filter: QueueFilter| store.queue(&them, &filter, None, 10).await.unwrap();
    let suggested = of_them(QueueFilter::default()).await.cards.remove(0);
    let ada = store.create_user("ada@example.com", "Ada", "correct horse").await.unwrap();
    store.set_member(ada, &arranged.other_shop, Role::Owner).await.unwrap();

    for filter in [
        QueueFilter::default(),
        QueueFilter { run: Some(run), ..QueueFilter::default() },
        QueueFilter { run: Some(run), newest: true, assignee: Assignee::Nobody, ..QueueFilter::default() },
        QueueFilter { assignee: Assignee::Nobody, ..QueueFilter::default() },
        QueueFilter { product_type: Some("Lamps".into()), newest: true, ..QueueFilter::default() },
    ] {
        let queue = store.queue(&me, &filter, None, 10).await.unwrap();
        assert_eq!((queue.total, queue.odd, queue.cards.len()), (0, 0, 0), "{filter:?}");
        let all = store.approve_all(&me, &filter, Timestamp::from_micros(i64::MAX)).await.unwrap();
        assert_eq!(all, ManyOutcome::default(), "{filter:?}");
        assert_eq!(of_them(filter).await.total, 1);
    }
    assert_eq!(store.card(&me, suggested.review).await.unwrap(), None);
    for decision in [approve(&suggested, title("Theirs")), reject(&suggested, ""), changes(&suggested, "x")] {
        assert_eq!(store.decide(&me, decision).await, Err(AppError::NotFound));
    }
    assert_eq!(store.assign(&me, suggested.review, None).await, Err(AppError::NotFound));
    assert_eq!(store.reviewers(&me).await.unwrap(), []);
    assert_eq!(store.activate(&me, op_id(), suggested.version, BTreeMap::new()).await, Err(AppError::NotFound));
    assert_eq!(store.roll_back(&me, op_id(), theirs.id, BTreeMap::new()).await, Err(AppError::NotFound));
    // The handle is one of both.
    let view = store.versions(&me, &theirs.content.handle).await.unwrap().unwrap();
    assert_eq!((view.product, view.versions.len(), view.original), (mine.id, 0, None));

    assert_eq!(store.load_by_handles(&arranged.other_shop, std::slice::from_ref(&theirs.content.handle)).await.unwrap()[0].content, theirs.content);
    assert_eq!(store.decide(&them, approve(&suggested, title("Theirs"))).await.unwrap(), Outcome::Done);
}

pub async fn a_queue_keeps_to_its_budget(arranged: &Arranged) {
    let mut products = Vec::new();
    for number in 0..20 {
        products.push(arranged.create(rich(&format!("p-{number}"))).await);
    }
    suggest_in(arranged, &arranged.shop, products.iter().map(|product| (product, version_of(product, title("New")))).collect()).await;
    let (store, who) = (&arranged.store, reviewer(arranged));
    let cost = async |count: u32| {
        let before = store.db().statements();
        let queue = store.queue(&who, &QueueFilter::default(), None, count).await.unwrap();
        assert_eq!(queue.cards.len(), count as usize);
        store.db().statements() - before
    };

    // The store itself is looked up once.
    store.card(&who, ReviewId(op_id().0)).await.unwrap();
    // Counts, reviews with their versions, products, pictures.
    assert_eq!((cost(1).await, cost(10).await, cost(20).await), (4, 4, 4));
    let suggested = store.queue(&who, &QueueFilter::default(), None, 1).await.unwrap().cards.remove(0);
    let before = store.db().statements();
    store.card(&who, suggested.review).await.unwrap();
    assert_eq!(store.db().statements() - before, 3);
    let before = store.db().statements();
    assert_eq!(decide(arranged, approve(&suggested, title("New"))).await, Outcome::Done);
    // The review; what an edit costs; whether it is open, what was decided, which version is active.
    assert_eq!(store.db().statements() - before, 1 + 8 + 3);
}

/// The version of a picture's text is that of the picture too.
pub async fn the_text_of_a_picture_that_is_gone_is_refused(arranged: &Arranged) {
    let lamp = arranged.create(rich("lamp")).await;
    let picture = lamp.content.images[0].id;
    let words = Words { alts: BTreeMap::from([(picture, "A lamp".into())]), ..title("Brass lamp") };
    let suggested = suggest(arranged, &lamp, words.clone()).await;
    arranged.edit(&arranged.load("lamp").await, Field::Image(picture), Value::None).await;

    let now = card(arranged, suggested.review).await;
    let field = now.fields.iter().find(|field| field.field == Field::ImageField(picture, ImageField::Alt)).unwrap();
    assert_eq!((field.image.as_str(), field.changed_since.as_ref().map(|(value, _)| value)), ("", Some(&Value::None)));
    assert_eq!(refused(&decide(arranged, approve(&suggested, words)).await), "Picture text: This variant or picture is no longer there.");
    assert_eq!(decide(arranged, approve(&suggested, title("Brass lamp"))).await, Outcome::Done);
}

/// An op that a page sent is no decision, whatever its id.
pub async fn an_edit_is_not_taken_for_a_decision(arranged: &Arranged) {
    let lamp = arranged.create(product("lamp")).await;
    let suggested = suggest(arranged, &lamp, title("Brass lamp")).await;
    let op = edit(lamp.id, &[(Field::Vendor, Base::Any, Value::text("Acme"))]);
    arranged.store.submit(&arranged.editor(), op.clone()).await.unwrap();

    for decision in [approve(&suggested, title("Brass lamp")), reject(&suggested, "")] {
        refused(&decide(arranged, Decision { op_id: op.id, ..decision }).await);
    }

    assert_eq!(card(arranged, suggested.review).await.status, ReviewStatus::Open);
    assert_eq!(arranged.load("lamp").await.content.title, "lamp");
}

/// Rejecting says the same of every suggestion for a product: what was sent about one decides about no other.
pub async fn a_decision_is_about_one_suggestion(arranged: &Arranged) {
    let lamp = arranged.create(product("lamp")).await;
    let first = suggest(arranged, &lamp, title("Brass lamp")).await;
    let decision = reject(&first, "No.");
    assert_eq!(decide(arranged, decision.clone()).await, Outcome::Done);
    let second = suggest(arranged, &arranged.load("lamp").await, title("Copper lamp")).await;
    let other = Decision { review: second.review, ..decision.clone() };

    refused(&decide(arranged, other.clone()).await);

    assert_eq!(card(arranged, second.review).await, second);
    assert_eq!(decide(arranged, decision).await, Outcome::Done, "the first one stays what it was");
    let ada = member(arranged, "Ada", Role::Reviewer).await;
    arranged.store.decide(&ada, reject(&second, "Not copper.")).await.unwrap();
    assert!(matches!(decide(arranged, other).await, Outcome::Already { decided, .. } if decided.who == "Ada"));
}

/// By the record and the brief that the suggestion was written to, whatever the product has become since.
pub async fn edited_words_are_judged_by_the_whole_record(arranged: &Arranged) {
    let lamp = arranged.create(rich("lamp")).await;
    let mut version = version_of(&lamp, title("Brass lamp"));
    version.brief.banned = vec!["cheap".into()];
    let run = suggest_in(arranged, &arranged.shop, vec![(&lamp, version.clone())]).await;
    let suggested = of_run(arranged, run).await.remove(0);
    arranged.edit(&arranged.load("lamp").await, Field::Description, Value::text("<p>Solid oak, 75 cm</p>")).await;
    let words = Words { tags: Some(vec!["brass".into()]), ..title("Cheap oak lamp, 75 cm") };

    let judged = arranged.store.judge(&arranged.who(Role::Viewer), suggested.review, words.clone()).await.unwrap().unwrap();

    let (source, brief) = (&version.source, &version.brief);
    assert_eq!(judged.scores, scores(&words.over(&source.words()), source, brief));
    let found = |kind: FindingKind| judged.findings.iter().filter(|finding| finding.kind == kind).map(|finding| finding.excerpt.as_str()).collect();
    let (unsupported, banned): (Vec<&str>, Vec<&str>) = (found(FindingKind::Unsupported), found(FindingKind::Banned));
    assert!(unsupported.iter().any(|excerpt| excerpt.contains("75 cm")), "{:?}", judged.findings);
    assert_eq!(banned, ["Cheap"]);
    assert_eq!(card(arranged, suggested.review).await, Card { title: "lamp".into(), ..suggested });
}

pub async fn judging_is_bounded_and_keeps_to_its_store(arranged: &Arranged) {
    let lamp = arranged.create(product("lamp")).await;
    let suggested = suggest(arranged, &lamp, title("Brass lamp")).await;
    let who = arranged.who(Role::Viewer);
    let them = Access { store: arranged.other_shop.id, ..who };
    let judge = async |who: &Access, review, words| arranged.store.judge(who, review, words).await;

    assert!(judge(&who, suggested.review, Words::default()).await.unwrap().unwrap().findings.is_empty());
    let too_long = judge(&who, suggested.review, title(&"a".repeat(256))).await;
    assert_eq!(too_long, Err(AppError::Invalid("Title: 256 characters; the limit is 255. Shorten it.".into())));
    // Limits are of characters, and of tags both one by one and in number.
    assert!(judge(&who, suggested.review, title(&"ø".repeat(limits::TITLE))).await.is_ok());
    let tags = async |count: usize, characters: usize| {
        judge(&who, suggested.review, Words { tags: Some(vec!["a".repeat(characters); count]), ..Words::default() }).await
    };
    assert!(tags(limits::TAGS, limits::TAG).await.is_ok());
    assert!(matches!(tags(limits::TAGS + 1, 1).await, Err(AppError::Invalid(_))));
    assert!(matches!(tags(1, limits::TAG + 1).await, Err(AppError::Invalid(_))));
    assert_eq!(judge(&them, suggested.review, title("Brass lamp")).await, Ok(None));
    assert_eq!(judge(&who, ReviewId(op_id().0), title("Brass lamp")).await, Ok(None));
}
