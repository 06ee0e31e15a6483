//! How often the rules tell of what is not there, and how much of what is there they miss, in made-up series.
//!
//!     cargo run -p regressions --release --example self-test [-- SERIES]
#![allow(clippy::print_stdout, reason = "printing is what this is for")]

use std::process::ExitCode;

use regressions::{
    Bigger, Verdict,
    bootstrap::Chance,
    change_points::{Change, find},
    compare::{LEAST_OF, verdict},
    synthetic::{Noise, Story, series, step},
};

/// So many runs away it is the same step, and here it is told where it is.
const SAME: usize = 10;
const NEAR: usize = 5;
const MOST_FALSE: f64 = 5.0;
const LEAST_FOUND: f64 = 95.0;

fn main() -> ExitCode {
    let count = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(2_000);
    println!("Change points, in {count} series of 60 runs each.\n");
    println!("Found is a step that is told within {SAME} runs of where it is, near within {NEAR}.\n");
    println!("{:<68} {:>12} {:>8} {:>8} {:>8}", "", "false alarms", "found", "missed", "near");
    let mut holds = true;
    for (name, group, noise) in [
        ("least of three, 3 % noise", LEAST_OF, Noise::of(0.03)),
        ("least of three, 8 % noise", LEAST_OF, Noise::of(0.08)),
        ("single measurements, 8 % noise", 1, Noise::of(0.08)),
        ("least of three, 8 % noise, half as much that lasts", LEAST_OF, Noise { lasting: 0.5, ..Noise::of(0.08) }),
    ] {
        let alarms = alarms(count, Story::Nothing, noise, group);
        line(name, "nothing happens", Some(alarms), None);
        line(name, "drift of 5 %", Some(self::alarms(count, Story::Drift { by: 0.05 }, noise, group)), None);
        for by in [0.05, 0.10, 0.20, -0.10] {
            let found = found(count, by, noise, group);
            line(name, &format!("step of {:+.0} %", by * 100.0), Some(found.alarms), Some(found));
            if group == LEAST_OF && noise.lasting == 0.0 {
                holds &= by.abs() < 0.1 || found.same >= LEAST_FOUND;
            }
        }
        holds &= group != LEAST_OF || noise.lasting > 0.0 || alarms <= MOST_FALSE;
    }
    let none = Noise { spread: 0.0, outliers: 0.0, lasting: 0.0 };
    line("constants", "nothing happens", Some(alarms(count, Story::Nothing, none, 1)), None);
    let found = found(count, 0.001, none, 1);
    line("constants", "step of +0.1 %", Some(found.alarms), Some(found));

    println!("\nTwo builds, least of three, {count} times each: how often the new one is called worse (better).\n");
    println!("{:<30} {:>12} {:>8} {:>8}", "", "no change", "+10 %", "+20 %");
    for noise in [0.03, 0.08] {
        for pairs in [15, 20, 30] {
            let said = [1.0, 1.1, 1.2].map(|ratio| said(count, ratio, Noise::of(noise), pairs));
            let [none, ten, twenty] =
                said.map(|(worse, better)| if better > 0.0 { format!("{worse:.2} ({better:.2})") } else { format!("{worse:.2}") });
            println!("{:<30} {none:>12} {ten:>8} {twenty:>8}", format!("{pairs} pairs, {:.0} % noise", noise * 100.0));
        }
    }
    println!("\nAll in percent. {}", if holds { "The bars hold." } else { "A BAR IS MISSED." });
    if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Steps that are told, in percent, and series in which something is told that is none.
#[derive(Clone, Copy)]
struct Found {
    same: f64,
    near: f64,
    alarms: f64,
}

fn line(name: &str, story: &str, alarms: Option<f64>, found: Option<Found>) {
    let shown = |percent: Option<f64>| percent.map_or_else(String::new, |percent| format!("{percent:.2}"));
    let [same, missed, near] = [found.map(|found| found.same), found.map(|found| 100.0 - found.same), found.map(|found| found.near)].map(shown);
    println!("{:<68} {:>12} {same:>8} {missed:>8} {near:>8}", format!("{name}: {story}"), shown(alarms));
}

/// Series in which something is told, in percent.
fn alarms(count: usize, story: Story, noise: Noise, group: usize) -> f64 {
    let mut chance = Chance::new(1);
    share(count, || !find(&series(story, noise, group, &mut chance), Bigger::Worse).is_empty())
}

fn found(count: usize, by: f64, noise: Noise, group: usize) -> Found {
    let mut chance = Chance::new(2);
    let (mut near, mut others) = (0, 0);
    let same = share(count, || {
        let story = step(by, &mut chance);
        let Story::Step { at, .. } = story else { return false };
        let told = find(&series(story, noise, group, &mut chance), Bigger::Worse);
        let way = if by > 0.0 { Change::Worse } else { Change::Better };
        let right = |within: usize| told.iter().filter(|point| point.index.abs_diff(at) <= within && point.change == way).count();
        near += usize::from(right(NEAR) > 0);
        others += usize::from(told.len() > right(SAME).min(1));
        right(SAME) > 0
    });
    let percent = |cases: usize| cases as f64 / count as f64 * 100.0;
    Found { same, near: percent(near), alarms: percent(others) }
}

fn said(count: usize, ratio: f64, noise: Noise, pairs: usize) -> (f64, f64) {
    let mut chance = Chance::new(3);
    let mut better = 0;
    let worse = share(count, || {
        let mut sample = |middle: f64| -> Vec<f64> { (0..pairs).map(|_| middle * noise.least_of(LEAST_OF, &mut chance)).collect() };
        let verdict = verdict(&sample(1.0), &sample(ratio));
        better += usize::from(matches!(verdict, Verdict::Better(_)));
        matches!(verdict, Verdict::Worse(_))
    });
    (worse, better as f64 / count as f64 * 100.0)
}

fn share(count: usize, mut is: impl FnMut() -> bool) -> f64 {
    (0..count).filter(|_| is()).count() as f64 / count as f64 * 100.0
}
