//! Measures what runs, reviews and usage cost the database: a run over a store of made-up products, then the figures over many
//! calls.
//!
//! ```sh
//! cargo run --release -p store --example words -- sqlite:/tmp/words.db 50000 1000000
//! cargo run --release -p store --example words -- postgres://vitrine@127.0.0.1:25329/words 50000 1000000
//! ```
//! The arguments: where (the database is there already on PostgreSQL), how many products, how many calls.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a measuring program of its own")]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use domain::{
    clock::{Clock, Timestamp},
    handle::Handle,
    ids::{ImageId, OpId, ProductId, ProviderId, UserId, VariantId, VersionId},
    money::{Cost, Currency, Money},
    op::{Action, Op},
    product::{Content, Image, Variant},
    query::ListQuery,
    role::Role,
    words::{Words, brief::Brief, source::Source, versions_of},
};
use ports::{
    Access,
    jobs::JobKind,
    product::Source as Door,
    usage::{Days, Usage},
};
use roaring::RoaringBitmap;
use store::{
    Author, Location, NewJob, OsEntropy, Store, StoreRef,
    words::records::{ItemCame, NewUsage, NewVersion, RunBatch, RunItem, RunProduct},
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const BEGIN: i64 = 1_760_000_000_000_000;
const DAY: i64 = 86_400_000_000;

/// Products of a run written at once.
const BATCH: usize = 256;

struct Wall(Instant);

impl Clock for Wall {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(BEGIN + self.0.elapsed().as_micros() as i64)
    }
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let location = Location::from_url(&arguments.next().expect("the database")).unwrap();
    let products: u64 = arguments.next().map_or(50_000, |text| text.parse().unwrap());
    let calls: u64 = arguments.next().map_or(1_000_000, |text| text.parse().unwrap());

    let store = Store::open(&location, Arc::new(Wall(Instant::now())), Arc::new(OsEntropy)).await.unwrap();
    let shop = match store.store_by_slug("words").await.unwrap() {
        Some(shop) => shop,
        None => store.create_store("words", "Words", Currency::EUR).await.unwrap(),
    };
    let author = Author { user: None, source: Door::Demo, job: None, remember: false };
    let begin = store.product_count(&shop).await.unwrap();
    let mut number = begin;
    while number < products {
        let ops: Vec<Op> = (number..(number + 2_000).min(products)).map(product).collect();
        number += ops.len() as u64;
        store.write(&shop, &author, ops, None).await.unwrap();
    }

    for round in ["first", "again"] {
        run(&store, &shop, round).await;
    }
    figures(&store, &shop).await;
    spend(&store, &shop, calls).await;
    usage(&store, &shop).await;
    store.close().await;
}

/// A run over all products with a provider that answers at once.
async fn run(store: &Store, shop: &StoreRef, round: &str) {
    let start = Instant::now();
    let ords = store.matching(shop, &ListQuery::default()).await.unwrap();
    let (id, provider) = (store.new_job_id(), ProviderId(store.new_job_id().0));
    let job = NewJob { kind: JobKind::Optimise, subject: "all", params: "{}", progress: "{}", user: None };
    store.start_run(id, shop, job, &ords).await.unwrap();
    println!("{round}: {} products chosen and a run started in {:?}", ords.len(), start.elapsed());
    store.lease(id, "measuring", 3_600, true).await.unwrap().unwrap();

    let (mut reading, mut looking, mut writing) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
    let mut done = RoaringBitmap::new();
    let all: Vec<u32> = ords.iter().collect();
    for ords in all.chunks(BATCH) {
        let before = Instant::now();
        let products = store.load_run_products(shop, ords).await.unwrap();
        reading += before.elapsed();
        let fingerprints: Vec<[u8; 32]> = products.iter().map(fingerprint).collect();
        let before = Instant::now();
        store.known_answers(shop, &fingerprints).await.unwrap();
        looking += before.elapsed();
        let usage = products.iter().map(|product| call(provider, BEGIN, &product.product.content.product_type)).collect();
        let items = products.iter().map(|product| suggestion(store, product, id, provider)).collect();
        done.extend(ords);
        let mut bytes = Vec::new();
        done.serialize_into(&mut bytes).unwrap();
        let batch = RunBatch { run: id, leased_by: "measuring", user: None, progress: "{}", items, usage, done: &bytes };
        let before = Instant::now();
        store.write_run(shop, batch).await.unwrap();
        writing += before.elapsed();
    }
    let rate = |taken: Duration| all.len() as f64 / taken.as_secs_f64();
    println!("{round}: read {:.0}/s, known answers {:.0}/s, written {:.0}/s", rate(reading), rate(looking), rate(writing));
}

async fn figures(store: &Store, shop: &StoreRef) {
    time("open reviews", async || store.open_reviews(shop, None).await.map(|_| ()).unwrap()).await;
    time("mean scores", async || store.mean_scores(shop).await.map(|_| ()).unwrap()).await;
    let runs = store.jobs(shop, &[JobKind::Optimise], 1).await.unwrap();
    time("results of a run", async || store.run_results(shop, runs[0].id, 50).await.map(|_| ()).unwrap()).await;
}

/// Calls of a year, of many people, models and types.
async fn spend(store: &Store, shop: &StoreRef, calls: u64) {
    let start = Instant::now();
    let providers: Vec<ProviderId> = (0..4).map(|_| ProviderId(store.new_job_id().0)).collect();
    let people: Vec<UserId> = (0..20).map(|_| UserId(store.new_job_id().0)).collect();
    let mut number: u64 = 0;
    while number < calls {
        let batch: Vec<NewUsage> = (number..(number + 5_000).min(calls))
            .map(|number| {
                let random = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
                let at = BEGIN - (number as i64 % 365) * DAY - random as i64 % DAY;
                let mut call = call(providers[random as usize % 4], at, &format!("Type {}", random / 4 % 300));
                call.model = format!("model-{}", random / 1_200 % 6);
                call.user = Some(people[random as usize / 7_200 % 20]);
                call
            })
            .collect();
        number += batch.len() as u64;
        store.record_usage(shop, &batch).await.unwrap();
    }
    println!("{calls} calls written, {:.0}/s", calls as f64 / start.elapsed().as_secs_f64());
}

async fn usage(store: &Store, shop: &StoreRef) {
    let today = (BEGIN / DAY) as i32;
    let who = Access { user: UserId(uuid::Uuid::nil()), store: shop.id, role: Role::Viewer };
    for days in [30, 90, 365] {
        let days = Days { from: today - days + 1, to: today };
        time(&format!("usage from day {} on", days.from), async || store.usage(&who, days).await.map(|_| ()).unwrap()).await;
    }
    time("a warning", async || store.warning(&who).await.map(|_| ()).unwrap()).await;
    time("what a month has cost", async || store.budget_now(shop).await.map(|_| ()).unwrap()).await;
    let days = Days { from: today - 29, to: today };
    time("a page of calls", async || store.records(&who, days, None).await.map(|_| ()).unwrap()).await;
    let job = store.new_job_id();
    time("measured", async || store.measured(shop, ProviderId(job.0), "small").await.map(|_| ()).unwrap()).await;
}

async fn time(name: &str, work: impl AsyncFn()) {
    let mut times = Vec::new();
    for _ in 0..20 {
        let before = Instant::now();
        work().await;
        times.push(before.elapsed());
    }
    let first = times[0];
    times.sort_unstable();
    println!("{name}: first {first:?}, then {:?}, at worst {:?}", times[10], times[19]);
}

fn fingerprint(product: &RunProduct) -> [u8; 32] {
    let mut bytes = [7; 32];
    bytes[..16].copy_from_slice(product.product.id.0.as_bytes());
    bytes
}

fn suggestion(store: &Store, read: &RunProduct, run: domain::ids::JobId, provider: ProviderId) -> RunItem {
    let product = &read.product;
    let version = NewVersion {
        id: VersionId(store.new_job_id().0),
        product: product.id,
        run: Some(run),
        provider: Some(provider),
        model: "small".into(),
        user: None,
        fingerprint: fingerprint(read),
        reused: false,
        brief: Brief::default(),
        remark: String::new(),
        source: Source::of(&product.content),
        source_versions: versions_of(&product.content, &product.versions),
        words: Words {
            title: Some(format!("{} for your home", product.content.title)),
            description: Some(product.content.description.replace("made to last", "built to last")),
            seo_title: Some(product.content.title.clone()),
            seo_description: Some("Made to last and easy to care for: a piece for every day.".into()),
            ..Words::default()
        },
        findings: Vec::new(),
        quality: (40, 80),
        seo: (30, 90),
        tokens_in: 400,
        tokens_out: 200,
        cost: Cost(350),
    };
    RunItem { ord: read.ord, came: ItemCame::Written { op: OpId(store.new_job_id().0), version: Box::new(version) } }
}

fn call(provider: ProviderId, at: i64, product_type: &str) -> NewUsage {
    NewUsage {
        provider,
        model: "small".into(),
        at: Timestamp::from_micros(at),
        tokens_in: 400,
        tokens_out: 200,
        cost: Cost(350),
        milliseconds: 900,
        outcome: "ok",
        run: None,
        user: None,
        product: None,
        product_type: product_type.into(),
    }
}

const THINGS: [&str; 8] = ["Lamp", "Bowl", "Chair", "Vase", "Rug", "Mug", "Shelf", "Clock"];

fn product(number: u64) -> Op {
    let bytes = |salt: u64| -> [u8; 10] {
        let mut bytes = [0; 10];
        bytes[2..].copy_from_slice(&(number.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ salt).to_be_bytes());
        bytes
    };
    let at = Timestamp::from_micros(BEGIN + number as i64 * 100);
    let thing = THINGS[number as usize % 8];
    let title = format!("Oak {thing} No. {number}");
    let mut content = Content::new(Handle::from_title(&title).unwrap(), title.clone());
    content.description = format!("<p>{title} is made of oak.</p><p>It is made to last and easy to care for.</p>").repeat(5);
    content.vendor = format!("Vendor {}", number % 500);
    thing.clone_into(&mut content.product_type);
    content.tags = vec![format!("tag-{}", number % 300), thing.to_owned()];
    content.option_names = vec!["Size".into()];
    for position in 1..=1 + (number as i64 & 1) {
        let mut variant = Variant::new(VariantId::new(at, bytes(position as u64)), position);
        variant.options = vec![format!("Size {position}")];
        variant.sku = format!("SKU-{number:08}-{position}");
        variant.price = Some(Money(number as i64 % 10_000));
        content.variants.push(variant);
    }
    content.images.push(Image {
        id: ImageId::new(at, bytes(99)),
        position: 1,
        url: format!("https://cdn.example.com/{number}.jpg"),
        alt: thing.to_owned(),
    });
    Op { id: OpId::new(at, bytes(7)), product: ProductId::new(at, bytes(8)), action: Action::Create(Box::new(content)) }
}
