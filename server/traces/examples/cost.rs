//! What recording costs: nanoseconds a request, the least of several rounds. `cargo run --release -p traces --example cost`.
#![allow(clippy::print_stdout, reason = "somebody reads it")]

use std::{
    hint::black_box,
    pin::pin,
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use traces::{Begin, Kept, KeptOptions, Kind, Options, Outcome, Parent, Share, Tracer, happened, open, span};

const ROUNDS: usize = 25;
const REQUESTS: u32 = 20_000;

fn main() {
    let nothing = Tracer::new(Options { share: Share::new(0.0, 0), ..Options::default() }, [7; 24], |_| {});
    let everything = Tracer::new(Options { share: Share::new(1.0, 0), ..Options::default() }, [7; 24], |trace| drop(black_box(trace)));
    let took = Duration::from_micros(40);
    let at = |name: &str, work: &dyn Fn()| println!("{:>8.1} ns  {name}", least(work));
    let kept = Kept::new(KeptOptions::default());
    let into_memory = Tracer::new(Options { share: Share::new(1.0, 0), ..Options::default() }, [7; 24], move |trace| kept.put(&trace));
    at("a clock is read", &|| {
        black_box(Instant::now());
    });
    at("a span where nothing is recorded", &|| drop(black_box(open(Kind::Statement, || "ROWS"))));
    at("five statements where nothing is recorded", &|| (0..5).for_each(|_| statement(took)));
    at("a request with nothing in it", &|| request(&nothing, || {}));
    at("a request with five statements", &|| request(&nothing, || (0..5).for_each(|_| statement(took))));
    at("a request with five spans that are opened and closed", &|| request(&nothing, five));
    at("the same, kept", &|| request(&everything, five));
    at("the same, kept in memory", &|| request(&into_memory, five));
    at("a request with five spans, and Server-Timing", &|| {
        let recording = begin(&nothing);
        run(recording.scope(async { five() }));
        black_box(recording.server_timing(false));
        recording.finish(Outcome::Answered(200));
    });
    at("a request with three hundred statements", &|| request(&nothing, || (0..300).for_each(|_| statement(took))));
}

fn five() {
    let _cache = span!(Kind::Cache, "memory", "result" = "miss");
    for name in ["ROWS_BY_KEY", "STORE", "SESSION", "SUMMARIES"] {
        let _statement = span!(Kind::Statement, name);
    }
}

fn statement(took: Duration) {
    happened(Kind::Statement, || "ROWS_BY_KEY", Instant::now(), took, false, &[("rows", 50_u32.into())]);
}

fn begin(tracer: &Tracer) -> traces::Recording {
    let context = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00".parse().ok();
    let parent = context.map(|context| Parent { context, is_kept: false });
    tracer.begin(Begin { kind: Kind::Request, method: Some("GET"), route: "/products", parent, at: 1, began: Instant::now(), slow: None })
}

fn request(tracer: &Tracer, work: impl Fn()) {
    let recording = begin(tracer);
    run(recording.scope(async { work() }));
    recording.finish(Outcome::Answered(200));
}

fn run(future: impl Future<Output = ()>) {
    let future = pin!(future);
    assert_eq!(future.poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(()));
}

/// Of several rounds the fastest: what else the machine does only ever makes one slower.
fn least(work: &dyn Fn()) -> f64 {
    let round = || {
        let begun = Instant::now();
        (0..REQUESTS).for_each(|_| work());
        begun.elapsed().as_secs_f64() * 1e9 / f64::from(REQUESTS)
    };
    (0..ROUNDS).map(|_| round()).fold(f64::INFINITY, f64::min)
}
