//! Server functions are addresses like any other: each is asked from another store's session, and nothing comes of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use app::runs::Steering;
use domain::{
    clock::Timestamp,
    field::{Field, Value},
    ids::{OpId, ProviderId, ReviewId, Seq, UserId},
    op::{Base, Edit},
    words::Words,
};
use leptos::server_fn::{Decodes, Encodes, codec::PostcardEncoding};
use ports::{
    error::AppError,
    product::{EditRequest, Receipt},
    review::{Cursor, Decision, Judgement, ManyOutcome, Outcome, Queue, Verdict},
    runs::{Estimate, Picture, RunView},
    usage::UsageView,
};
use reqwest::Method;
use serde::{Serialize, de::DeserializeOwned};

use super::shops::{HOOK, PROVIDER, SUBJECT, Shops, TOKEN, TONE, VOICE};
use crate::support::{Client, Engine, Reply, encoded, on_both_engines};

/// Every server function there is; [`each_is_asked`] compares it with the sources.
const READ: [&str; 24] = [
    "products/list",
    "products/facets",
    "products/facet",
    "products/names",
    "product/get",
    "product/history",
    "jobs/list",
    "jobs/get",
    "settings/members",
    "review/queue",
    "review/card",
    "review/reviewers",
    "review/versions",
    "runs/overview",
    "runs/list",
    "runs/get",
    "runs/prepare",
    "runs/estimate",
    "usage/get",
    "briefs/page",
    "providers/page",
    "tokens/page",
    "webhooks/page",
    "performance/open",
];
/// In the order they are asked in: each leaves something for the next.
const WRITE: [&str; 14] = [
    "product/edit",
    "review/judge",
    "review/assign",
    "review/decide",
    "review/activate",
    "review/back",
    "review/all",
    "briefs/preview",
    "providers/try",
    "runs/start",
    "runs/steer",
    "jobs/cancel",
    "jobs/import",
    "product/trash",
];

on_both_engines!(
    reads_show_nothing_of_another_store,
    counts_are_of_ones_own_store,
    writes_reach_nothing_of_another_store,
    what_is_another_stores_is_of_no_use_in_ones_own,
    arguments_that_cannot_be_read_are_the_senders_fault,
);

async fn reads_show_nothing_of_another_store(engine: Engine) {
    let shops = Shops::open(engine).await;
    let Shops { handle, vendor, product, job, run, provider, .. } = &shops;
    let suggestion = &shops.suggestions[0];
    let suggested = suggestion.handle.as_str();

    for read in READ {
        // What to ask, and what the store's own people find in the answer.
        let asked: Vec<(String, &str)> = match read {
            "products/list" => vec![("address=&start=0&count=200".to_owned(), handle)],
            "products/facets" => vec![("address=".to_owned(), "active")],
            "products/facet" => vec![(format!("address=&facet=vendor&containing={}", encoded(vendor)), vendor)],
            "products/names" => vec![(format!("products={product}"), handle)],
            "product/get" => vec![(format!("handle={handle}&list="), handle)],
            "product/history" => vec![(format!("product={product}"), "Demo Owner")],
            "jobs/get" => vec![(format!("id={job}"), "theirs.csv")],
            "jobs/list" => vec![(String::new(), "theirs.csv")],
            "settings/members" => vec![(String::new(), "editor@test.test")],
            "review/queue" => [String::new(), format!("run={run}"), "sort=newest".to_owned(), "assignee=nobody".to_owned()]
                .iter()
                .map(|filter| {
                    (format!("filter={}&behind=&count=50", encoded(filter)), if filter.starts_with("sort") { "Built-in rules" } else { suggested })
                })
                .collect(),
            "review/card" => vec![(format!("review={}", suggestion.review), suggested)],
            "review/reviewers" => vec![(String::new(), "Demo Owner")],
            "review/versions" => vec![(format!("handle={suggested}"), suggested)],
            "runs/overview" | "runs/list" => vec![(String::new(), SUBJECT)],
            "runs/get" => vec![(format!("id={run}"), SUBJECT)],
            "runs/prepare" => vec![("address=".to_owned(), PROVIDER), (format!("address={}", encoded(&format!("handles={suggested}"))), PROVIDER)],
            // What it takes are numbers: [`counts_are_of_ones_own_store`] reads them.
            "runs/estimate" => [ProviderId::BUILT_IN, *provider]
                .map(|provider| (format!("address={}", encoded(&format!("handles={suggested}&provider={provider}"))), ""))
                .into(),
            "usage/get" => vec![("address=".to_owned(), "their-model"), ("address=days%3D7".to_owned(), "their-model")],
            "briefs/page" => vec![("search=".to_owned(), VOICE), ("search=template%3DLamps".to_owned(), TONE)],
            "providers/page" => vec![("search=".to_owned(), PROVIDER), (format!("search=edit%3D{provider}"), "/theirs/v1")],
            "tokens/page" => vec![("search=".to_owned(), TOKEN), ("search=all".to_owned(), TOKEN), ("search=new".to_owned(), "Make a token")],
            "webhooks/page" => vec![("search=".to_owned(), HOOK), (format!("search=log%3D{}", shops.program.id("webhooks", "1 = 1")), HOOK)],
            // An owner of one store of several is told whom it is for.
            "performance/open" => [
                "",
                "/database%3Fsort%3Dp95",
                "/vitals",
                "/requests%3Frange%3D7d",
                "/caches",
                "/traces",
                "/traces%3Fid%3Dab",
                "/jobs",
                "/sync",
                "/report",
                "/alerts",
                "/budgets",
                "/regressions",
                "/bottlenecks",
                "/capacity",
                "/lab",
            ]
            .map(|place| (format!("address=%2Fperformance{}", place.replace('/', "%2F")), "whoever owns every store"))
            .into(),
            other => panic!("say what {other:?} must not show"),
        };
        for (query, found) in asked {
            let address = format!("/api/fn/{read}?{query}");

            let (own, others) = (shops.owner.get(&address).await, shops.stranger.get(&address).await);
            let nobody = shops.program.client().get(&address).await;

            assert!(own.status == 200 && own.text.contains(found), "{address}: {own:?}");
            assert!(matches!(others.status, 200 | 404 | 422), "{address}: {others:?}");
            assert_eq!(shops.secret_in(&others.text), None, "{address}: {others:?}");
            assert!(nobody.status == 401 && shops.secret_in(&nobody.text).is_none(), "{address}: {nobody:?}");
        }
    }
    let facets = shops.stranger.get("/api/fn/products/facets?address=").await;
    assert!(facets.bytes.len() < shops.owner.get("/api/fn/products/facets?address=").await.bytes.len());
}

/// Numbers have no words in them that could be looked for.
async fn counts_are_of_ones_own_store(engine: Engine) {
    let shops = Shops::open(engine).await;

    for filter in [String::new(), format!("run={}", shops.run), "status=superseded".to_owned()] {
        let address = format!("/api/fn/review/queue?filter={}&behind=&count=50", encoded(&filter));
        let [own, others]: [Queue; 2] = both(&shops, &address).await;
        assert!(own.total > 0, "{filter}");
        assert_eq!((others.total, others.odd, others.cards.len()), (0, 0, 0), "{filter}");
    }
    let address = format!("handles={}&provider={}", shops.suggestions[0].handle, ProviderId::BUILT_IN);
    let [own, others]: [Estimate; 2] = both(&shops, &format!("/api/fn/runs/estimate?address={}", encoded(&address))).await;
    assert!(own.products == 1 && own.budget_left.is_some(), "{own:?}");
    assert!(others.products == 0 && others.budget_left.is_none(), "{others:?}");
    let [own, others]: [UsageView; 2] = both(&shops, "/api/fn/usage/get?address=").await;
    assert!(own.total.calls == 1 && own.budget.monthly.is_some(), "{own:?}");
    assert!(others.total.calls == 0 && others.budget.monthly.is_none() && others.by_day.iter().all(|(_, day)| day.calls == 0), "{others:?}");
    let [own, others]: [(Vec<RunView>, Picture); 2] = both(&shops, "/api/fn/runs/overview").await;
    assert!(own.0.len() == 2 && own.1.products == 60 && own.1.open_reviews > 0, "{own:?}");
    assert!(others.0.is_empty() && others.1.products == 0 && others.1.open_reviews == 0, "{others:?}");
}

async fn writes_reach_nothing_of_another_store(engine: Engine) {
    let shops = Shops::open(engine).await;
    let failed = format!("j.subject LIKE '%{SUBJECT}' AND p.handle = '{}'", shops.suggestions[0].handle);
    shops.program.sql(&format!("INSERT INTO run_failures SELECT j.id, p.key, 'No answer.', 0 FROM jobs j, products p WHERE {failed}"));
    let mut number = 0;

    for write in WRITE {
        for way in 0.. {
            let op = |of: u8| OpId::new(Timestamp::from_micros(1_760_000_000_000_000), [of; 10]);
            let Some(asked) = arguments(&shops, write, way, op(number)) else { break };
            let told = format!("{write}, the way {way}");
            shops.at_rest().await;
            let before = shops.rows();

            let others = call(&shops.stranger, write, asked).await;
            let nobody = call(&shops.program.client(), write, arguments(&shops, write, way, op(number + 1)).unwrap()).await;

            match write {
                "product/edit" | "product/trash" => assert!(matches!(answer(&others), Receipt::Rejected { .. }), "{told}: {others:?}"),
                "review/judge" => assert_eq!(answer::<Option<Judgement>>(&others), None, "{told}: {others:?}"),
                "review/all" => assert_eq!(answer::<ManyOutcome>(&others), ManyOutcome::default(), "{told}: {others:?}"),
                "runs/start" => assert_eq!(others.status, 422, "{told}: {others:?}"),
                _ => assert_eq!(others.status, 404, "{told}: {others:?}"),
            }
            assert_eq!(shops.secret_in(&others.text), None, "{told}: {others:?}");
            assert_eq!(nobody.status, 401, "{told}: {nobody:?}");
            assert_eq!(shops.rows(), before, "{told}");

            // The same from the store's own people does something, so it is not for its form that it was refused.
            let own = call(&shops.owner, write, arguments(&shops, write, way, op(number + 2)).unwrap()).await;
            match write {
                "product/edit" | "product/trash" => assert!(matches!(answer(&own), Receipt::Applied { .. }), "{told}: {own:?}"),
                "review/judge" => assert!(answer::<Option<Judgement>>(&own).is_some(), "{told}: {own:?}"),
                "review/decide" | "review/activate" | "review/back" => assert_eq!(answer::<Outcome>(&own), Outcome::Done, "{told}: {own:?}"),
                "review/all" => assert!(answer::<ManyOutcome>(&own).approved > 0, "{told}: {own:?}"),
                _ => assert_eq!(own.status, 200, "{told}: {own:?}"),
            }
            if matches!(write, "product/edit" | "product/trash" | "review/decide" | "review/activate" | "review/back" | "review/all" | "runs/start") {
                assert_ne!(shops.rows(), before, "{told}");
            }
            number += 3;
        }
    }
}

/// Ids of another store among what is asked of one's own.
async fn what_is_another_stores_is_of_no_use_in_ones_own(engine: Engine) {
    let shops = Shops::open(engine).await;
    let Shops { stranger, program, provider, .. } = &shops;
    stranger.upload("own.csv", "Handle,Title\nown-lamp,Lamp\n".into(), &[]).await;
    shops.at_rest().await;
    let user = |email: &str| program.id("users", &format!("email = '{email}'")).parse::<UserId>().unwrap();
    let (theirs, own) = (user("owner@demo.test"), user("owner@second.test"));
    let review = shops.suggestions[0].review;
    let before = shops.rows();

    let by_provider = format!("handles=own-lamp&parts=title&sample=0&provider={provider}");
    let for_store = format!("handles=own-lamp&parts=title&sample=0&store={}", program.id("stores", "slug = 'demo'"));
    for (asked, status) in [
        (call(stranger, "runs/start", arguments_of(&(by_provider,))).await, 422),
        (call(stranger, "runs/start", arguments_of(&(for_store,))).await, 422),
        (call(stranger, "briefs/preview", arguments_of(&("own-lamp".to_owned(), provider.to_string()))).await, 422),
        (call(stranger, "review/assign", arguments_of(&(review, Some(own)))).await, 404),
        (call(stranger, "review/assign", arguments_of(&(review, Some(theirs)))).await, 422),
        (call(&shops.owner, "review/assign", arguments_of(&(review, Some(own)))).await, 422),
        (call(stranger, "review/decide", arguments_of(&approved(review, "Theirs now", 7))).await, 404),
    ] {
        assert_eq!((asked.status, shops.secret_in(&asked.text)), (status, None), "{asked:?}");
    }

    assert_eq!(shops.rows(), before);
    let own = call(stranger, "runs/start", arguments_of(&("handles=own-lamp&parts=title&sample=0".to_owned(),))).await;
    assert_eq!(own.status, 200, "{own:?}");
}

async fn arguments_that_cannot_be_read_are_the_senders_fault(engine: Engine) {
    let shops = Shops::open(engine).await;
    let said = |reply: &Reply| PostcardEncoding::decode(reply.bytes.clone().into()).unwrap_or_else(|error| panic!("{error}: {reply:?}"));

    for write in WRITE {
        let reply = call(&shops.owner, write, vec![0xff; 12]).await;

        assert_eq!(reply.status, 422, "{write}: {reply:?}");
        assert!(matches!(said(&reply), AppError::Invalid(sentence) if sentence.contains("Reload the page")), "{write}: {reply:?}");
    }
    for read in ["products/list?address=&start=many&count=1", "product/get", "product/history?product=1"] {
        assert_eq!(shops.owner.get(&format!("/api/fn/{read}")).await.status, 422, "{read}");
    }
}

#[test]
fn each_is_asked() {
    let mut known = BTreeSet::new();
    named_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../app/src"), &mut known);

    let asked: BTreeSet<String> = READ.into_iter().chain(WRITE).map(str::to_owned).collect();
    assert_eq!(known, asked);
}

/// What a function is asked with, each way there is to ask it: none behind the last.
fn arguments(shops: &Shops, write: &str, way: usize, op: OpId) -> Option<Vec<u8>> {
    let Shops { product, job, sampled, run, provider, suggestions, .. } = shops;
    let seen = BTreeMap::<Field, Seq>::new;
    let decided = |verdict| (Decision { op_id: op, review: suggestions[way].review, verdict },);
    let ever = Timestamp::from_micros(4_000_000_000_000_000);
    let asked = match (write, way) {
        ("product/edit", 0) => {
            let edits = vec![Edit { field: Field::Title, base: Base::Any, value: Value::text("Taken") }];
            arguments_of(&(EditRequest { op_id: op, product: *product, edits },))
        }
        ("product/trash", 0) => arguments_of(&(op, *product, true)),
        ("review/judge", 0) => arguments_of(&(suggestions[0].review, words("Taken"))),
        ("review/assign", 0) => arguments_of(&(suggestions[0].review, None::<UserId>)),
        ("review/decide", 0) => arguments_of(&decided(Verdict::Reject { reason: "Taken".into() })),
        ("review/decide", 1) => arguments_of(&decided(Verdict::Approve { words: words("Taken"), seen: seen() })),
        ("review/decide", 2) => arguments_of(&decided(Verdict::Changes { remark: "Taken".into() })),
        ("review/activate", 0) => arguments_of(&(op, suggestions[3].version, seen())),
        ("review/back", 0) => arguments_of(&(op, suggestions[4].product, seen())),
        ("review/all", 0) => arguments_of(&(String::new(), ever, None::<Cursor>)),
        ("review/all", 1) => arguments_of(&(format!("run={run}&findings=yes"), ever, None::<Cursor>)),
        ("briefs/preview", 0) => arguments_of(&(suggestions[5].handle.clone(), ProviderId::BUILT_IN.to_string())),
        ("providers/try", 0) => arguments_of(&(provider.to_string(),)),
        ("runs/start", 0) => arguments_of(&(format!("handles={}&parts=title&sample=0&provider={}", suggestions[5].handle, ProviderId::BUILT_IN),)),
        ("runs/steer", 0) => arguments_of(&(*sampled, Steering::Pause, "")),
        ("runs/steer", 1) => arguments_of(&(*sampled, Steering::Resume, "9.00")),
        ("runs/steer", 2) => arguments_of(&(*sampled, Steering::Cancel, "")),
        ("runs/steer", 3) => arguments_of(&(*run, Steering::Retry, "")),
        ("jobs/cancel" | "jobs/import", 0) => arguments_of(&(*job,)),
        (_, 0) => panic!("say how {write:?} is asked"),
        _ => return None,
    };
    Some(asked)
}

fn approved(review: ReviewId, title: &str, op: u8) -> (Decision,) {
    let op_id = OpId::new(Timestamp::from_micros(1_760_000_000_000_000), [op; 10]);
    (Decision { op_id, review, verdict: Verdict::Approve { words: words(title), seen: BTreeMap::new() } },)
}

fn words(title: &str) -> Words {
    Words { title: Some(title.to_owned()), ..Words::default() }
}

/// What a store's own people are answered, and the stranger.
async fn both<T: DeserializeOwned>(shops: &Shops, address: &str) -> [T; 2] {
    [answer(&shops.owner.get(address).await), answer(&shops.stranger.get(address).await)]
}

/// The arguments of a server function as the browser sends them: one after the other, as the struct of them is written.
pub(crate) fn arguments_of(arguments: &impl Serialize) -> Vec<u8> {
    PostcardEncoding::encode(arguments).unwrap().to_vec()
}

pub(super) async fn call(who: &Client, function: &str, arguments: Vec<u8>) -> Reply {
    let headers = [("content-type", "application/x-postcard"), ("sec-fetch-site", "same-origin")];
    who.send(Method::POST, &format!("/api/fn/{function}"), &headers, arguments).await
}

fn answer<T: DeserializeOwned>(reply: &Reply) -> T {
    assert_eq!(reply.status, 200, "{reply:?}");
    PostcardEncoding::decode(reply.bytes.clone().into()).unwrap_or_else(|error| panic!("{error}: {reply:?}"))
}

/// The server functions that sources name.
fn named_in(dir: &Path, known: &mut BTreeSet<String>) {
    for entry in fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            named_in(&entry, known);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&entry).unwrap();
            known.extend(text.split("endpoint = \"").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
        }
    }
}
