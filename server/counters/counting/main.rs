//! The hot paths, each once with as much as it has to do in life. What counts is what a function below does: what it is given is made before,
//! and what it gives back is dropped afterwards. The budget of each is in `performance-budgets.toml` under the function's name.
//!
//! Nothing in here depends on a clock. Of chance there is what std seeds its hashes with, which makes three instructions
//! in a thousand where there are many of them.

#![allow(clippy::unwrap_used, reason = "a count of something that has failed is none")]

mod inputs;

use std::{
    hint::black_box,
    pin::pin,
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use catalogue_index::{CatalogueIndex, Entry, Listing};
use domain::{
    op::Op,
    product::Product,
    query::Window,
    reduce::{Outcome, reduce},
    sync::{
        server::{Decision, Session, open},
        wire::Sealed,
    },
    words::{Words, brief::Brief, part::Part, source::Source},
};
use gungraun::{Callgrind, LibraryBenchmarkConfig, library_benchmark, library_benchmark_group, main};
use measuring::{Recorder, Sketch};
use mimalloc::MiMalloc;
use roaring::RoaringBitmap;
use shopify_csv::{Item, Options, Reader};
use traces::{Kind, Outcome as Ended, Recording, Tracer, happened};
use vitals::Beacon;

/// As the server has it.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

// Title, tags and a price of a hundred products.
#[library_benchmark]
#[bench::hundred(setup = inputs::edits)]
fn edit(edits: Vec<(Product, Op)>) -> (Vec<(Product, Op)>, Vec<Outcome>) {
    let outcomes = edits.iter().map(|(product, op)| reduce(Some(product), black_box(op))).collect();
    (edits, outcomes)
}

// What a device sends of a hundred products: read, and decided.
#[library_benchmark]
#[bench::hundred(setup = inputs::pushes)]
fn push(pushes: Vec<(Product, Sealed)>) -> (Vec<(Product, Sealed)>, Vec<Decision>) {
    let mut session = Session::default();
    let decisions = pushes.iter().map(|(product, sealed)| session.decide(&open(black_box(sealed)).unwrap(), &inputs::facts(product))).collect();
    (pushes, decisions)
}

// Fifty rows of a hundred thousand, by a search and a filter that nobody has asked for before.
#[library_benchmark]
#[bench::searched(setup = inputs::searched)]
fn list_window((index, window): (CatalogueIndex, Window)) -> (CatalogueIndex, Listing) {
    let listing = index.list(black_box(&window), &RoaringBitmap::new());
    (index, listing)
}

// One of a hundred thousand products has another title, another price and another tag.
#[library_benchmark]
#[bench::one(setup = inputs::changed)]
fn list_change((mut index, product): (CatalogueIndex, Product)) -> CatalogueIndex {
    index.put(black_box(&Entry::of(&product)));
    index
}

// A thousand rows of a catalogue file.
#[library_benchmark]
#[bench::thousand(setup = inputs::file)]
fn csv_page(file: Vec<u8>) -> (Vec<u8>, Vec<Item>) {
    let items = Reader::open(black_box(file.as_slice()), Options { currency: inputs::CURRENCY }).unwrap().map(Result::unwrap).collect();
    (file, items)
}

// Ten thousand durations.
#[library_benchmark]
#[bench::ten_thousand(setup = inputs::durations)]
fn sketch_add(values: Vec<u64>) -> Sketch {
    let mut sketch = Sketch::default();
    for value in values {
        sketch.add(black_box(value));
    }
    sketch
}

// An hour out of its minutes.
#[library_benchmark]
#[bench::hour(setup = inputs::minutes)]
fn sketch_merge(minutes: Vec<Sketch>) -> (Vec<Sketch>, Sketch) {
    let mut hour = Sketch::default();
    for minute in &minutes {
        hour.merge(black_box(minute));
    }
    (minutes, hour)
}

// The minutes of an hour, as the store keeps them, and back.
#[library_benchmark]
#[bench::hour(setup = inputs::minutes)]
fn sketch_bytes(minutes: Vec<Sketch>) -> (Vec<Sketch>, Vec<Sketch>) {
    let read = minutes.iter().map(|minute| Sketch::from_bytes(&black_box(minute.to_bytes())).unwrap()).collect();
    (minutes, read)
}

// A thousand values of forty series that are known already.
#[library_benchmark]
#[bench::thousand(setup = inputs::recorder)]
fn record((recorder, values): (Recorder, Vec<u64>)) -> Recorder {
    for (at, value) in values.iter().enumerate() {
        let (route, class) = inputs::series(at);
        recorder.record("http.duration", black_box(route), class, *value);
    }
    recorder
}

// A hundred beacons.
#[library_benchmark]
#[bench::hundred(setup = inputs::beacons)]
fn beacon(sent: Vec<String>) -> (Vec<String>, Vec<Beacon>) {
    let read = sent.iter().map(|sent| vitals::read(black_box(sent.as_bytes())).unwrap()).collect();
    (sent, read)
}

// All words of a product.
#[library_benchmark]
#[bench::one(setup = inputs::source)]
fn write((source, brief): (Source, Brief)) -> (Source, Words) {
    let words = rule_writer::write(black_box(&source), &brief, &Part::ALL);
    (source, words)
}

// A hundred requests, with five statements each, with which nothing was wrong.
#[library_benchmark]
#[bench::hundred(setup = inputs::tracer)]
fn trace((tracer, begun): (Tracer, Instant)) -> (Tracer, Vec<String>) {
    let timings = (0..100).map(|_| traced(&tracer, begun)).collect();
    (tracer, timings)
}

/// What is told of a request in `Server-Timing`.
#[inline(never)]
fn traced(tracer: &Tracer, begun: Instant) -> String {
    let recording: Recording = tracer.begin(inputs::request(begun));
    at_once(recording.scope(async {
        for name in black_box(["SESSION", "PRODUCT", "VARIANTS", "IMAGES", "HISTORY"]) {
            happened(Kind::Statement, || name, begun, Duration::from_micros(70), false, &[("rows", 3_u32.into())]);
        }
    }));
    let timing = recording.server_timing(false);
    recording.finish(Ended::Answered(200));
    timing
}

/// What waits for nothing, without a runtime.
fn at_once<T>(work: impl Future<Output = T>) -> T {
    match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => panic!("this should wait for nothing"),
    }
}

// What takes longest to be made comes first, as they are counted beside each other.
library_benchmark_group!(
    name = hot_paths,
    benchmarks = [list_window, list_change, edit, push, csv_page, sketch_add, sketch_merge, sketch_bytes, record, beacon, write, trace]
);

main!(
    config = LibraryBenchmarkConfig::default()
        // Instructions alone: what a processor's caches do with them is another thing on every machine.
        .tool(Callgrind::with_args(["--cache-sim=no"])),
    library_benchmark_groups = hot_paths
);
