//! What the index of a large store costs: memory, time to build, and each operation at its median, its 95th
//! percentile and its worst. `cargo run --release -p catalogue-index --example bench -- [products]`
#![allow(clippy::print_stdout)] // printing is what this is for

use std::{
    collections::HashSet,
    fmt::Write,
    fs,
    hint::black_box,
    time::{Duration, Instant},
};

use catalogue_index::{CatalogueIndex, Entry, MissingSet};
use domain::{
    ids::Seq,
    money::Money,
    product::{Missing, OptimisationStatus, Status},
    query::{Facet, ListQuery, Sort, SortKey, Window},
};
use mimalloc::MiMalloc;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use roaring::RoaringBitmap;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() {
    let products = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(1_000_000);
    let store = Store::new();
    println!("{products} products, one thread; what is cold is the best of three\n");

    let before = resident();
    let started = Instant::now();
    let mut generating = 0.0;
    let mut builder = CatalogueIndex::build();
    let mut rng = StdRng::seed_from_u64(1);
    for ord in 0..products {
        let asked = Instant::now();
        let product = store.product(&mut rng);
        generating += asked.elapsed().as_secs_f64();
        builder.push(&product.entry(ord));
    }
    let mut index = builder.finish();
    println!("build from entries                    {:8.2} s", started.elapsed().as_secs_f64() - generating);
    println!("memory by its own count               {:8.1} MB", megabytes(index.memory()));
    settle();
    println!("memory of the process, more than before{:7.1} MB, at its highest {:.1} MB", (resident() - before) / 1e3, (highest() - before) / 1e3);
    println!();

    windows(&mut index, &store, products);
    searches(&mut index, &store);
    facets(&mut index, &store);
    positions(&index, products);
    parts(&index);
    println!("memory by its own count, cache full   {:8.1} MB", megabytes(index.memory()));
    println!();
    writes(index, &store, products);
}

fn windows(index: &mut CatalogueIndex, store: &Store, products: u32) {
    let mut rng = StdRng::seed_from_u64(2);
    let mut cold = Timings::new("a window of 50 at any depth, 1.6 filters, cold");
    let mut filtered = Timings::new("a window of 50 at any depth, 3.6 filters, cold");
    let mut kept = Timings::new("another window of the same list");
    let mut unfiltered = Timings::new("a window without filter or search, cold");
    for round in 0..400 {
        let query = store.query(&mut rng, if round % 2 == 0 { 0.2 } else { 0.45 });
        let total = list(index, &query, 0).total;
        let start = rng.random_range(0..total.max(1));
        let timings = if round % 2 == 0 { &mut cold } else { &mut filtered };
        timings.add(store.cold(index, |index| list(index, &query, start)));
        for _ in 0..5 {
            let start = rng.random_range(0..total.max(1));
            kept.time(|| list(index, &query, start));
        }
        let query = ListQuery { sort: query.sort, ..ListQuery::default() };
        let start = rng.random_range(0..products);
        unfiltered.add(store.cold(index, |index| list(index, &query, start)));
    }
    for timings in [cold, filtered, kept, unfiltered] {
        timings.print();
    }
}

fn searches(index: &mut CatalogueIndex, store: &Store) {
    let mut rng = StdRng::seed_from_u64(3);
    let mut all = Timings::new("search as one types, 1 to 10 letters, cold");
    for letters in 1..=10 {
        let mut timings = Timings::new(&format!("  {letters} letters"));
        for _ in 0..60 {
            let word = std::iter::repeat_with(|| store.word(&mut rng)).find(|word| word.len() >= letters).unwrap_or_default();
            let search = word[..letters].to_owned();
            let query = ListQuery { search, sort: any_sort(&mut rng), ..ListQuery::default() };
            let taken = store.cold(index, |index| list(index, &query, 0));
            timings.add(taken);
            all.add(taken);
        }
        timings.print();
    }
    all.print();
    let mut two = Timings::new("search of two words, cold");
    for _ in 0..200 {
        let search = format!("{} {}", store.word(&mut rng), &store.word(&mut rng)[..2]);
        let query = ListQuery { search, sort: any_sort(&mut rng), ..ListQuery::default() };
        two.add(store.cold(index, |index| list(index, &query, 0)));
    }
    two.print();
}

fn facets(index: &mut CatalogueIndex, store: &Store) {
    let mut rng = StdRng::seed_from_u64(4);
    let mut timings =
        [0.0, 0.2, 0.45].map(|share| (share, Timings::new(&format!("all six facets, of eight filters {:.1} chosen, cold", share * 8.0))));
    let mut kept = Timings::new("all six facets again");
    for _ in 0..200 {
        for (share, timings) in &mut timings {
            let query = store.query(&mut rng, *share);
            timings.add(store.cold(index, |index| all_facets(index, &query)));
            kept.time(|| all_facets(index, &query));
        }
    }
    for (_, timings) in timings {
        timings.print();
    }
    kept.print();
}

fn positions(index: &CatalogueIndex, products: u32) {
    let mut rng = StdRng::seed_from_u64(5);
    let mut timings = Timings::new("the position of a product in a kept list");
    for _ in 0..1_000 {
        let query = ListQuery { status: vec![Status::Active], sort: any_sort(&mut rng), ..ListQuery::default() };
        timings.time(|| index.position(&query, &RoaringBitmap::new(), rng.random_range(0..products)));
    }
    timings.print();
}

fn parts(index: &CatalogueIndex) {
    let mut rng = StdRng::seed_from_u64(8);
    let none = RoaringBitmap::new();
    let active = ListQuery { status: vec![Status::Active], ..ListQuery::default() };
    let mut newest = Timings::new("the newest 20 of a status, kept");
    let mut behind = Timings::new("20 of a status behind a place, any order, kept");
    for _ in 0..10_000 {
        newest.time(|| (index.is_at_hand(&active, &none), index.behind(&active, &none, None, 20)));
    }
    for _ in 0..1_000 {
        let query = ListQuery { sort: any_sort(&mut rng), ..active.clone() };
        let place = index.behind(&query, &none, None, rng.random_range(1..1_000)).and_then(|part| part.next);
        behind.time(|| index.behind(&query, &none, place.as_ref(), 20));
    }
    newest.print();
    behind.print();
}

fn writes(mut index: CatalogueIndex, store: &Store, products: u32) {
    let mut rng = StdRng::seed_from_u64(6);
    let mut seq = 2_000_000;
    let mut put = |index: &mut CatalogueIndex, rng: &mut StdRng, timings: &mut Timings, ord: u32| {
        seq += 1;
        let product = Product { seq, ..store.product(rng) };
        timings.time(|| index.put(&product.entry(ord)));
    };
    let mut changed = Timings::new("put of a product with everything changed");
    for _ in 0..100_000 {
        let ord = rng.random_range(0..products);
        put(&mut index, &mut rng, &mut changed, ord);
    }
    changed.print();
    println!("memory by its own count               {:8.1} MB", megabytes(index.memory()));
    let mut appended = Timings::new("put of a new product");
    for ord in products..products + products / 4 {
        put(&mut index, &mut rng, &mut appended, ord);
    }
    appended.print();
    println!("memory by its own count, a quarter more{:7.1} MB, of the process {:.1} MB", megabytes(index.memory()), resident() / 1e3);
    let mut removed = Timings::new("remove");
    for _ in 0..50_000 {
        removed.time(|| index.remove(rng.random_range(0..products)));
    }
    removed.print();
    let mut empty = CatalogueIndex::new();
    let mut filled = Timings::new("put of new products into an empty index");
    for ord in 0..products / 4 {
        put(&mut empty, &mut rng, &mut filled, ord);
    }
    filled.print();
}

fn list(index: &CatalogueIndex, query: &ListQuery, start: u32) -> catalogue_index::Listing {
    index.list(&Window { query: query.clone(), start, count: 50 }, &RoaringBitmap::new())
}

fn all_facets(index: &CatalogueIndex, query: &ListQuery) -> usize {
    Facet::ALL.into_iter().map(|facet| index.facet(query, &RoaringBitmap::new(), facet, 12, "").values.len()).sum()
}

/// The allocator gives memory back some time after, when blocks of other sizes come and go.
fn settle() {
    for round in 0..20 {
        std::thread::sleep(Duration::from_millis(100));
        black_box(vec![0_u8; 1_000 << (round % 10)]);
    }
}

/// Texts as a large shop has them.
struct Store {
    words: Vec<String>,
    vendors: Vec<String>,
    types: Vec<String>,
    tags: Vec<String>,
}

struct Product {
    seq: i64,
    title: String,
    vendor: String,
    kind: String,
    tags: Vec<String>,
    status: Status,
    optimisation: OptimisationStatus,
    missing: MissingSet,
    price: Option<Money>,
}

impl Store {
    fn new() -> Self {
        let mut rng = StdRng::seed_from_u64(0);
        let words = names(&mut rng, 20_000, 1);
        let vendors = names(&mut rng, 800, 2);
        let types = names(&mut rng, 120, 2);
        let tags = names(&mut rng, 3_000, 1);
        Self { words, vendors, types, tags }
    }

    fn product(&self, rng: &mut StdRng) -> Product {
        let mut title = String::new();
        for _ in 0..rng.random_range(4..=6) {
            let word = &self.words[zipf(rng, self.words.len())];
            let _ = write!(title, "{}{} ", word[..1].to_uppercase(), &word[1..]);
        }
        if rng.random_bool(0.3) {
            let letters: String = (0..2).map(|_| rng.random_range('A'..='Z')).collect();
            let _ = write!(title, "{letters}{}", rng.random_range(100_000..10_000_000));
        }
        Product {
            seq: rng.random_range(1..1_200_000),
            title,
            vendor: self.vendors[zipf(rng, self.vendors.len())].clone(),
            kind: self.types[zipf(rng, self.types.len())].clone(),
            tags: (0..3).map(|_| self.tags[rng.random_range(0..self.tags.len())].clone()).collect(),
            status: Status::ALL[[0, 0, 0, 0, 0, 0, 0, 1, 1, 2][rng.random_range(0..10)]],
            optimisation: OptimisationStatus::ALL[zipf(rng, OptimisationStatus::ALL.len())],
            missing: Missing::ALL.iter().copied().filter(|_| rng.random_bool(0.2)).collect(),
            price: rng.random_bool(0.98).then(|| Money(rng.random_range(100..200_000))),
        }
    }

    /// A query in which each facet, the price and the search are used with the given likelihood.
    fn query(&self, rng: &mut StdRng, share: f64) -> ListQuery {
        let mut query = ListQuery { sort: any_sort(rng), ..ListQuery::default() };
        if rng.random_bool(share) {
            let letters = rng.random_range(1..=10);
            query.search = self.word(rng).chars().take(letters).collect();
        }
        if rng.random_bool(share) {
            query.status = vec![Status::ALL[rng.random_range(0..3)]];
        }
        if rng.random_bool(share) {
            query.vendor = (0..rng.random_range(1..3)).map(|_| self.vendors[zipf(rng, 800)].clone()).collect();
        }
        if rng.random_bool(share) {
            query.product_type = (0..rng.random_range(1..3)).map(|_| self.types[zipf(rng, 120)].clone()).collect();
        }
        if rng.random_bool(share) {
            query.tag = (0..rng.random_range(1..4)).map(|_| self.tags[rng.random_range(0..3_000)].clone()).collect();
        }
        if rng.random_bool(share) {
            query.optimisation = vec![OptimisationStatus::ALL[rng.random_range(0..3)]];
        }
        if rng.random_bool(share) {
            query.missing = vec![Missing::ALL[rng.random_range(0..Missing::ALL.len())]];
        }
        if rng.random_bool(share) {
            query.price_min = Some(Money(rng.random_range(0..150_000)));
        }
        query
    }

    /// Microseconds of work for which nothing is kept, as after a write: the best of three, as the machine may
    /// be busy with other things.
    fn cold<T>(&self, index: &mut CatalogueIndex, work: impl Fn(&CatalogueIndex) -> T) -> f64 {
        let once = |index: &mut CatalogueIndex| {
            index.put(&self.product(&mut StdRng::seed_from_u64(7)).entry(0));
            let started = Instant::now();
            black_box(work(index));
            microseconds(started)
        };
        (0..3).map(|_| once(index)).fold(f64::INFINITY, f64::min)
    }

    fn word(&self, rng: &mut StdRng) -> &str {
        &self.words[zipf(rng, self.words.len())]
    }
}

impl Product {
    fn entry(&self, ord: u32) -> Entry<'_> {
        Entry {
            ord,
            seq: Seq(self.seq),
            title: &self.title,
            vendor: &self.vendor,
            product_type: &self.kind,
            tags: &self.tags,
            status: self.status,
            optimisation: self.optimisation,
            missing: self.missing,
            price: self.price,
        }
    }
}

/// Different names of syllables.
fn names(rng: &mut StdRng, count: usize, words: usize) -> Vec<String> {
    let mut names = HashSet::new();
    let mut list = Vec::new();
    while list.len() < count {
        let mut name = String::new();
        for word in 0..words {
            if word > 0 {
                name.push(' ');
            }
            for _ in 0..rng.random_range(1..=4) {
                name.push(b"bcdfghklmnprstvwz"[rng.random_range(0..17)] as char);
                name.push(b"aeiou"[rng.random_range(0..5)] as char);
                if rng.random_bool(0.4) {
                    name.push(b"lmnrst"[rng.random_range(0..6)] as char);
                }
            }
        }
        if name.len() > 2 && names.insert(name.clone()) {
            list.push(name);
        }
    }
    list
}

/// A rank below `count`, the first the most frequent (Zipf's law, near enough).
fn zipf(rng: &mut StdRng, count: usize) -> usize {
    ((count as f64 + 1.0).powf(rng.random::<f64>()) as usize - 1).min(count - 1)
}

fn any_sort(rng: &mut StdRng) -> Sort {
    Sort { key: SortKey::ALL[rng.random_range(0..4)], descending: rng.random_bool(0.5) }
}

struct Timings {
    name: String,
    /// Microseconds.
    taken: Vec<f64>,
}

impl Timings {
    fn new(name: &str) -> Self {
        Self { name: name.to_owned(), taken: Vec::new() }
    }

    fn time<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let result = black_box(work());
        self.add(microseconds(started));
        result
    }

    fn add(&mut self, taken: f64) {
        self.taken.push(taken);
    }

    fn print(mut self) {
        self.taken.sort_by(f64::total_cmp);
        let at = |share: f64| self.taken[((self.taken.len() - 1) as f64 * share) as usize];
        let mean = self.taken.iter().sum::<f64>() / self.taken.len() as f64;
        println!("{:48} mean {mean:9.1}  p50 {:9.1}  p95 {:9.1}  max {:9.1} µs", self.name, at(0.5), at(0.95), at(1.0));
    }
}

fn microseconds(started: Instant) -> f64 {
    started.elapsed().as_secs_f64() * 1e6
}

fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

/// Memory of the process that is in RAM, in kB; 0 where the system does not tell.
fn resident() -> f64 {
    status_line("VmRSS:")
}

fn highest() -> f64 {
    status_line("VmHWM:")
}

fn status_line(name: &str) -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|value| value.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0.0)
}
