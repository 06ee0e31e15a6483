//! Measures the write path alone: fills a store with made-up products and prints products per second.
//!
//! ```sh
//! cargo run --release -p store --example fill -- sqlite:/tmp/fill.db 1000000 2000
//! cargo run --release -p store --example fill -- postgres://vitrine@127.0.0.1:25329/fill 1000000 2000
//! ```
//! The arguments: where (the database is there already on PostgreSQL), how many products, how many a batch.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a measuring program of its own")]

use std::{sync::Arc, time::Instant};

use domain::{
    clock::{Clock, Timestamp},
    handle::Handle,
    ids::{ImageId, OpId, ProductId, VariantId},
    money::{Currency, Money},
    op::{Action, Op},
    product::{Content, Image, Variant},
    query::{ListQuery, Window},
};
use ports::product::{Receipt, Source};
use store::{Author, Location, OsEntropy, Store};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

struct Wall(Instant);

impl Clock for Wall {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(1_760_000_000_000_000 + self.0.elapsed().as_micros() as i64)
    }
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let location = Location::from_url(&arguments.next().expect("the database")).unwrap();
    let products: u64 = arguments.next().map_or(1_000_000, |text| text.parse().unwrap());
    let batch: u64 = arguments.next().map_or(2_000, |text| text.parse().unwrap());

    let store = Store::open(&location, Arc::new(Wall(Instant::now())), Arc::new(OsEntropy)).await.unwrap();
    let shop = match store.store_by_slug("fill").await.unwrap() {
        Some(shop) => shop,
        None => store.create_store("fill", "Fill", Currency::EUR).await.unwrap(),
    };
    let author = Author { user: None, source: Source::Demo, job: None, remember: false };
    let begin = store.product_count(&shop).await.unwrap();

    let (start, mut lap, mut waiting) = (Instant::now(), Instant::now(), std::time::Duration::ZERO);
    let mut number = begin;
    while number < begin + products {
        let ops: Vec<Op> = (number..(number + batch).min(begin + products)).map(op).collect();
        number += ops.len() as u64;
        let before = Instant::now();
        let receipts = store.write(&shop, &author, ops, None).await.unwrap();
        waiting += before.elapsed();
        assert!(receipts.iter().all(|receipt| matches!(receipt, Receipt::Applied { .. })), "{:?}", receipts[0]);
        if number.is_multiple_of(100_000) {
            println!("{number:>9} products, {:>6.0}/s, resident {} MB", 100_000.0 / lap.elapsed().as_secs_f64(), resident());
            lap = Instant::now();
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("{:.0} products/s in all, {:.0}/s in the write path alone", products as f64 / seconds, products as f64 / waiting.as_secs_f64());

    let window = |query: ListQuery, start| Window { query, start, count: 50 };
    let who = ports::Access { user: domain::ids::UserId(uuid::Uuid::nil()), store: shop.id, role: domain::role::Role::Viewer };
    let before = Instant::now();
    ports::Catalogue::list(&store, &who, &window(ListQuery::default(), 0)).await.unwrap();
    println!("first list without an index: {:?}", before.elapsed());
    let before = Instant::now();
    store.warm_up().await.unwrap();
    println!("index built in {:?}, {} MB, resident {} MB", before.elapsed(), store.listings_memory() / 1_000_000, resident());
    for (name, query, start) in [
        ("deep", ListQuery::from_address("sort=title"), 731_400),
        ("search", ListQuery::from_address("q=ceramic"), 1_000),
        ("sku", ListQuery::from_address("q=sku-00"), 0),
        ("common", ListQuery::from_address("q=the"), 0),
    ] {
        let mut times: Vec<_> = Vec::new();
        for _ in 0..20 {
            let before = Instant::now();
            ports::Catalogue::list(&store, &who, &window(query.clone(), start)).await.unwrap();
            times.push(before.elapsed());
        }
        println!("{name}: first {:?}, then {:?}", times[0], times[10]);
    }
    parts(&store, &who).await;
    let before = Instant::now();
    for part in 0..10 {
        let ops = (number + part * batch..number + (part + 1) * batch).map(op).collect();
        store.write(&shop, &author, ops, None).await.unwrap();
    }
    println!("with the list open: {:.0} products/s", (10 * batch) as f64 / before.elapsed().as_secs_f64());
    println!("resident in the end {} MB", resident());
    store.close().await;
}

/// What a program's list costs: the newest 20 of a status, and the next 20, and 20 whole.
async fn parts(store: &Store, who: &ports::Access) {
    const ROUNDS: u32 = 5_000;
    let query = ListQuery::from_address("status=active");
    let first = ports::Catalogue::part(store, who, &query, None, 20).await.unwrap();
    let ids: Vec<ProductId> = first.products.iter().map(|product| product.id).collect();
    for what in ["the newest 20 of a status", "the next 20", "20 whole products"] {
        let (before, used) = (Instant::now(), processor());
        for _ in 0..ROUNDS {
            match what {
                "20 whole products" => drop(ports::Catalogue::products(store, who, &ids).await.unwrap()),
                "the next 20" => drop(ports::Catalogue::part(store, who, &query, first.next.as_ref(), 20).await.unwrap()),
                _ => drop(ports::Catalogue::part(store, who, &query, None, 20).await.unwrap()),
            }
        }
        let used = (processor() - used) * 1_000 / u64::from(ROUNDS);
        println!("{what}: {:?} each, of these {used} µs of this process's processor time", before.elapsed() / ROUNDS);
    }
}

const MATERIALS: [&str; 16] = [
    "Oak", "Ceramic", "Linen", "Brass", "Wool", "Cotton", "Glass", "Steel", "Walnut", "Marble", "Cork", "Rattan", "Leather", "Silk", "Copper", "Jute",
];
const THINGS: [&str; 16] =
    ["Lamp", "Bowl", "Chair", "Vase", "Rug", "Mug", "Shelf", "Clock", "Tray", "Stool", "Basket", "Mirror", "Blanket", "Candle", "Table", "Bench"];

fn op(number: u64) -> Op {
    // As good as random, and the same every time: the order of handles, SKUs and barcodes is not that of age.
    let mut state = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut random = move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    let bytes = |random: u64| -> [u8; 10] {
        let mut bytes = [0; 10];
        bytes[2..].copy_from_slice(&random.to_be_bytes());
        bytes
    };
    let at = Timestamp::from_micros(1_760_000_000_000_000 + number as i64 * 100);
    let (material, thing) = (MATERIALS[random() as usize % 16], THINGS[random() as usize % 16]);
    let title = format!("{material} {thing} No. {number}");
    let mut content = Content::new(Handle::from_title(&title).unwrap(), title.clone());
    content.description = format!("<p>{title} is made of {}.</p><p>It is made to last and easy to care for. </p>", material.to_lowercase()).repeat(3);
    content.vendor = format!("Vendor {}", random() % 500);
    thing.clone_into(&mut content.product_type);
    content.category = format!("Home & Garden > {thing}");
    content.tags = (0..3).map(|_| format!("tag-{}", random() % 300)).collect();
    content.seo_title = title;
    content.option_names = vec!["Size".into()];
    // 1.6 variants and 1.5 images on average.
    for position in 1..=[1, 1, 2, 1, 3][number as usize % 5] {
        let mut variant = Variant::new(VariantId::new(at, bytes(random())), position);
        variant.options = vec![format!("Size {position}")];
        variant.sku = format!("SKU-{:08}-{position}", random() % 100_000_000);
        variant.barcode = format!("{:013}", random() % 10_000_000_000_000);
        variant.price = Some(Money(random() as i64 & 0xffff));
        variant.inventory_quantity = Some(random() as i64 & 0xff);
        variant.weight_grams = Some(500);
        content.variants.push(variant);
    }
    for position in 1..=1 + (number as i64 & 1) {
        let url = format!("https://cdn.example.com/files/{:016x}.jpg", random());
        content.images.push(Image { id: ImageId::new(at, bytes(random())), position, url, alt: thing.to_owned() });
    }
    Op { id: OpId::new(at, bytes(random())), product: ProductId::new(at, bytes(random())), action: Action::Create(Box::new(content)) }
}

fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kilobytes| kilobytes.parse::<u64>().ok()).unwrap_or(0) / 1_000
}

/// Milliseconds of processor time that this process has taken, to a hundredth of a second.
fn processor() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind_name = stat.rsplit(')').next().unwrap_or_default();
    10 * behind_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>()
}
