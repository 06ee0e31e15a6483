//! How many products a second are written anew: `speed [PRODUCTS]`.

use std::{
    io::{self, Write as _},
    time::Instant,
};

use demo_catalogue::product;
use domain::{
    clock::Timestamp,
    words::{brief::Brief, check::findings, part::Part, score::scores, source::Source},
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let count: u64 = std::env::args().nth(1).map_or(Ok(20_000), |count| count.parse())?;
    let sources: Vec<Source> = (0..count).map(|n| Source::of(&product(n, Timestamp::from_micros(1_760_000_000_000_000)).1)).collect();
    let brief = Brief::default();
    let mut out = io::stdout().lock();
    let tell = |out: &mut io::StdoutLock<'_>, what: &str, started: Instant| {
        writeln!(out, "{what}: {:.0} products/s", count as f64 / started.elapsed().as_secs_f64())
    };

    let started = Instant::now();
    let written: Vec<_> = sources.iter().map(|source| rule_writer::write(source, &brief, &Part::ALL)).collect();
    tell(&mut out, "written", started)?;

    let started = Instant::now();
    let quality: u64 =
        sources.iter().zip(&written).map(|(source, words)| u64::from(scores(&words.over(&source.words()), source, &brief).quality.value)).sum();
    tell(&mut out, "scored", started)?;

    let started = Instant::now();
    let found: usize = sources.iter().zip(&written).map(|(source, words)| findings(words, source, &brief).len()).sum();
    tell(&mut out, "checked", started)?;
    let html = sources.iter().map(|source| source.description.as_str()).collect::<String>();
    let long = Source { description: html.chars().take(10_000).collect(), ..sources[0].clone() };
    let words = long.words();
    let started = Instant::now();
    (0..100).for_each(|_| drop(scores(&words, &long, &brief)));
    let (scored, started) = (started.elapsed(), Instant::now());
    (0..100).for_each(|_| drop(findings(&words, &long, &brief)));
    writeln!(out, "10 kB: scored in {:?}, checked in {:?}", scored / 100, started.elapsed() / 100)?;
    writeln!(out, "quality {:.1} on average, {found} findings", quality as f64 / count as f64)?;
    Ok(())
}
