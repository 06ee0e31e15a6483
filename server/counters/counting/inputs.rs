//! What the hot paths are given: products of the demo catalogue, and numbers of fixed seeds.

use std::{
    fmt::Write,
    time::{Duration, Instant},
};

use catalogue_index::{CatalogueIndex, Entry, MissingSet};
use domain::{
    clock::Timestamp,
    field::{Field, Value, VariantField},
    ids::{OpId, Seq, UserId},
    money::{Currency, Money},
    op::{Action, Base, Edit, Op},
    product::{Content, OptimisationStatus, Product, Status, Versions},
    query::{ListQuery, Window},
    role::Role,
    sync::{
        intent::{Intent, Payload, Seen, Wanted},
        server::Facts,
        wire::{REDUCER, Sealed, SentOp},
    },
    words::{brief::Brief, part::Part, source::Source},
};
use measuring::{Recorder, Sketch};
use roaring::RoaringBitmap;
use traces::{Begin, Kind, Options, Share, Slow, Tracer};
use uuid::Uuid;

pub(crate) const CURRENCY: Currency = Currency::USD;

const AT: Timestamp = Timestamp::from_micros(1_760_000_000_000_000);
const USER: UserId = UserId(Uuid::from_u128(1));

/// Products of a store, as long as it takes to count one change of it.
const LISTED: u32 = 100_000;
/// Products of the demo catalogue that those of the large store are made of: making a hundred thousand takes minutes under Valgrind.
const MADE: u64 = 200;

/// A hundred products, and an edit of each.
pub(crate) fn edits() -> Vec<(Product, Op)> {
    products(100).map(|product| (product.clone(), edit_of(&product))).collect()
}

/// The same as devices send it.
pub(crate) fn pushes() -> Vec<(Product, Sealed)> {
    products(100).map(|product| (product.clone(), Sealed::of(&sent(&product)))).collect()
}

/// What the server has read before it decides.
pub(crate) const fn facts(product: &Product) -> Facts<'_> {
    Facts {
        user: USER,
        role: Role::Editor,
        recorded: None,
        numbered: None,
        product: Some(product),
        suggestion: None,
        handle_taken: false,
        after: &[],
    }
}

/// A large store, and a part of a list of it.
pub(crate) fn searched() -> (CatalogueIndex, Window) {
    let contents = contents();
    let word = contents[0].title.split(' ').next_back().unwrap_or_default().to_lowercase();
    let query = ListQuery { search: word, status: vec![Status::Active], ..ListQuery::default() };
    let (mut index, window) = (index(&contents), Window { query, start: 100, count: 50 });
    let found = index.list(&window, &RoaringBitmap::new()).total;
    assert!(found > 1_000, "{:?} finds {found} products: an empty list would cost nothing", window.query.search);
    // Whatever is written, nothing is kept of earlier lists.
    index.remove(0);
    (index, window)
}

/// A large store, and one of its products as it is after an edit.
pub(crate) fn changed() -> (CatalogueIndex, Product) {
    let contents = contents();
    let index = index(&contents);
    let mut product = products(1).next().unwrap();
    product.ord = LISTED / 2;
    product.versions.latest = Seq(i64::from(LISTED) + 1);
    product.content.title.push_str(" of another kind");
    product.content.tags.push("changed".to_owned());
    (index, product)
}

/// A catalogue file of a thousand rows.
pub(crate) fn file() -> Vec<u8> {
    let mut contents = Vec::new();
    let mut rows = 0;
    for content in products(1_000).map(|product| product.content) {
        rows += content.variants.len().max(content.images.len()).max(1);
        contents.push(content);
        if rows >= 1_000 {
            break;
        }
    }
    let extras: Vec<&str> = contents.iter().flat_map(shopify_csv::extra_columns).collect();
    let mut writer = shopify_csv::Writer::new(Vec::new(), CURRENCY, extras).unwrap();
    for content in &contents {
        writer.write(content).unwrap();
    }
    writer.finish().unwrap()
}

/// In microseconds, of most sizes between one and a million.
pub(crate) fn durations() -> Vec<u64> {
    numbers(7).take(10_000).collect()
}

/// Sixty minutes with two hundred answers each.
pub(crate) fn minutes() -> Vec<Sketch> {
    (0..60).map(|minute| numbers(minute).take(200).collect()).collect()
}

/// One that knows its series, and values for them.
pub(crate) fn recorder() -> (Recorder, Vec<u64>) {
    let recorder = Recorder::new(2_000);
    (0..40).for_each(|at| [1, 1_000_000].into_iter().for_each(|value| recorder.record("http.duration", series(at).0, series(at).1, value)));
    (recorder, numbers(9).take(1_000).collect())
}

/// The route and the class of status of the value at that place.
pub(crate) const fn series(at: usize) -> (&'static str, &'static str) {
    const ROUTES: [&str; 10] = [
        "GET /products",
        "GET /products/{handle}",
        "GET /review",
        "GET /api/v1/products",
        "GET /api/v1/products/{product}",
        "PATCH /api/v1/products/{product}",
        "POST /sync/v1/push",
        "POST /sync/v1/pull",
        "POST /vitals",
        "GET /pkg/{file}",
    ];
    (ROUTES[at % ROUTES.len()], ["2xx", "3xx", "4xx", "5xx"][at / ROUTES.len() % 4])
}

/// As browsers send them when a page is left.
pub(crate) fn beacons() -> Vec<String> {
    let beacon = |(view, lcp): (usize, u64)| {
        format!(
            r#"{{"v":1,"view":"11qafzmyiskur1o0190qqt{view}","part":2,"route":"/products/:handle","build":"jD1UREwnjcSHSVaajKI5IT","navigation":"navigate","connection":"4g","device":"phone","viewport":"narrow","cache":"network","age":{age},"values":{{"ttfb":41000,"fcp":256000,"lcp":{lcp},"hydrated":309800,"cls":12,"inp":48000}}}}"#,
            age = 61_000 + view,
        )
    };
    numbers(11).take(100).enumerate().map(beacon).collect()
}

/// A product whose words are poor. Lists of words that are made when they are first needed are there.
pub(crate) fn source() -> (Source, Brief) {
    let brief = Brief::default();
    let of = |n| Source::of(&demo_catalogue::product(n, AT).1);
    rule_writer::write(&of(2), &brief, &Part::ALL);
    (of(17), brief)
}

/// One that keeps nothing that is not slow, and to which nothing is slow; it has room of an earlier request.
pub(crate) fn tracer() -> (Tracer, Instant) {
    let long = Duration::from_hours(10);
    let slow = Slow { request: long, statement: long, cache: long, wait: long, provider: long, job: long };
    let tracer = Tracer::new(Options { share: Share::new(0.0, 0), slow, most_a_second: 50 }, [7; 24], drop);
    let begun = Instant::now();
    tracer.begin(request(begun)).finish(traces::Outcome::Answered(200));
    (tracer, begun)
}

pub(crate) const fn request(began: Instant) -> Begin {
    Begin { kind: Kind::Request, method: Some("GET"), route: "/products/{handle}", parent: None, at: 5_000_000, began, slow: None }
}

fn products(count: u64) -> impl Iterator<Item = Product> {
    (0..count).map(|n| {
        let (id, content) = demo_catalogue::product(n, AT);
        Product { id, ord: n as u32, content, optimisation: OptimisationStatus::None, deleted: false, versions: Versions::new(Seq(1)) }
    })
}

/// A new title, one tag more, and the first variant for less.
fn wanted(product: &Product) -> Vec<(Field, Value)> {
    let mut wanted = vec![
        (Field::Title, Value::text(format!("{} of another kind", product.content.title))),
        (Field::Tags, Value::List(product.content.tags.iter().cloned().chain(["changed".to_owned()]).collect())),
    ];
    wanted.extend(product.content.variants.first().map(|variant| (Field::VariantField(variant.id, VariantField::Price), Value::Number(995))));
    wanted
}

fn edit_of(product: &Product) -> Op {
    let edits = wanted(product).into_iter().map(|(field, value)| Edit { field, base: Base::Seen(Seq(1)), value }).collect();
    Op { id: OpId(Uuid::from_u128(2)), product: product.id, action: Action::Edit(edits) }
}

fn sent(product: &Product) -> SentOp {
    let wanted =
        wanted(product).into_iter().map(|(field, value)| Wanted { was: product.get(&field), field, value, seen: Seen::At(Seq(1)) }).collect();
    let payload = Payload { intent: Intent::Edit(wanted), at: AT, batch: None }.seal();
    SentOp { id: OpId(Uuid::from_u128(u128::from(product.ord) + 1_000)), number: u64::from(product.ord), lane: product.id, reducer: REDUCER, payload }
}

fn contents() -> Vec<Content> {
    (0..MADE).map(|n| demo_catalogue::product(n, AT).1).collect()
}

/// Of as many products as a large store has: those of the demo catalogue again and again, each with a word and a price of its own.
fn index(contents: &[Content]) -> CatalogueIndex {
    let mut builder = CatalogueIndex::build();
    let mut chance = numbers(3);
    let mut title = String::new();
    for (ord, content) in (0..LISTED).zip(contents.iter().cycle()) {
        let number = chance.next().unwrap_or_default();
        title.clear();
        write!(title, "{} No. {}", content.title, number % 10_000).unwrap();
        builder.push(&Entry {
            ord,
            seq: Seq(i64::from(LISTED - ord)),
            title: &title,
            vendor: &content.vendor,
            product_type: &content.product_type,
            tags: &content.tags,
            status: content.status,
            optimisation: OptimisationStatus::None,
            missing: MissingSet::EMPTY,
            price: Some(Money((number % 50_000) as i64)),
        });
    }
    builder.finish()
}

/// From 1 to 2^20, of every size about as often: `SplitMix64` (Steele, Lea, Flood 2014), and of it as many bits as chance has it.
fn numbers(seed: u64) -> impl Iterator<Item = u64> {
    let mut state = seed;
    std::iter::repeat_with(move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        1 + (bits >> 8) % (1 << (bits % 21))
    })
}
