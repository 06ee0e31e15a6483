//! What counting a value costs: `cargo run -p measuring --release --example cost`.

#![allow(clippy::print_stdout, reason = "it is what it is for")]

use std::{hint::black_box, time::Instant};

use measuring::Recorder;

const MANY: u32 = 1_000_000;

fn main() {
    let recorder = Recorder::new(2_000);
    let routes = ["GET /products", "GET /products/{handle}", "GET /api/v1/products", "PATCH /api/v1/products/{handle}"];
    let best = (0..5)
        .map(|_| {
            let begun = Instant::now();
            for at in 0..MANY {
                recorder.record(black_box("http.duration"), routes[at as usize % routes.len()], "2xx", u64::from(at % 5_000));
            }
            begun.elapsed().as_nanos() as u32 / MANY
        })
        .min();
    println!("{} ns a value", best.unwrap_or_default());
}
