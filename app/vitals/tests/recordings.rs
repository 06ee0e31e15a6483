//! What Chromium has noted down on pages, and what the script in them has said: the rules say the same. `node frontend/vitals/record.mjs` records anew.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{collections::BTreeMap, fs, path::Path};

use serde::Deserialize;
use vitals::{Metric, rules};

#[derive(Deserialize)]
struct Recording {
    interactions: u64,
    said: BTreeMap<String, u64>,
    entries: Vec<rules::Entry>,
}

fn recordings() -> Vec<(String, Recording)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files
        .iter()
        .map(|file| (file.file_stem().unwrap().to_string_lossy().into_owned(), serde_json::from_slice(&fs::read(file).unwrap()).unwrap()))
        .collect()
}

fn one(wanted: &str) -> Recording {
    recordings().into_iter().find(|(name, _)| name == wanted).unwrap().1
}

/// What is worked out of entries here; the rest is what the app marks, and frames.
fn is_by_rule(metric: Metric) -> bool {
    matches!(metric, Metric::Lcp | Metric::Inp | Metric::Cls | Metric::Fcp | Metric::Ttfb)
        || ["lcp-", "inp-"].iter().any(|whole| metric.name().starts_with(whole))
}

#[test]
fn the_rules_say_what_the_browser_said() {
    for (name, recording) in recordings() {
        let said: BTreeMap<Metric, u64> =
            recording.said.iter().map(|(name, value)| (Metric::from_name(name).unwrap(), *value)).filter(|(metric, _)| is_by_rule(*metric)).collect();

        let worked_out: BTreeMap<Metric, u64> = rules::values(&recording.entries, recording.interactions).into_iter().collect();

        assert_eq!(worked_out, said, "{name}");
    }
}

#[test]
fn the_recordings_tell_the_rules_apart() {
    let durations = |recording: &Recording| {
        let mut slowest: BTreeMap<u64, u64> = BTreeMap::new();
        for entry in &recording.entries {
            if let rules::Entry::Event(event) = entry
                && event.interaction_id != 0
            {
                let known = slowest.entry(event.interaction_id).or_default();
                *known = (*known).max(event.duration as u64 * 1_000);
            }
        }
        let mut slowest: Vec<u64> = slowest.into_values().collect();
        slowest.sort_unstable_by(|a, b| b.cmp(a));
        slowest
    };
    let shifts = |recording: &Recording| -> (f64, f64) {
        recording.entries.iter().fold((0.0, 0.0), |(unexpected, expected), entry| match entry {
            rules::Entry::LayoutShift(shift) if shift.had_recent_input => (unexpected, expected + shift.value),
            rules::Entry::LayoutShift(shift) => (unexpected + shift.value, expected),
            _ => (unexpected, expected),
        })
    };
    let many = one("many");
    let (shifted, expected) = (one("shifts"), one("expected"));

    // The two worst of a hundred are left out, and were worse.
    assert!(many.interactions >= 100 && durations(&many)[1] > many.said["inp"] && durations(&many)[2] == many.said["inp"]);
    // The sum of all shifts is more than that of the worst window.
    assert!(shifts(&shifted).0 * 10_000.0 > shifted.said["cls"] as f64 + 1.0);
    assert!(shifts(&expected).1 > 0.0);
    // A picture has all four parts.
    assert!(["lcp-ttfb", "lcp-load-delay", "lcp-load-time", "lcp-render-delay"].iter().all(|part| one("picture").said[*part] > 0));
    assert!(!one("looked").said.contains_key("inp"));
    assert!(one("ahead").entries.iter().any(|entry| matches!(entry, rules::Entry::Navigation(navigation) if navigation.activation_start > 1_000.0)));
}
