//! The program `compare`: samples in, a table and an exit code out.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    io::Write,
    process::{Command, Stdio},
};

/// Its exit code, and what it has said.
fn compare(samples: &str) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_compare"));
    let mut program = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    program.stdin.take().unwrap().write_all(samples.as_bytes()).unwrap();
    let done = program.wait_with_output().unwrap();
    (done.status.code().unwrap(), String::from_utf8(done.stdout).unwrap(), String::from_utf8(done.stderr).unwrap())
}

/// Of so many pairs, each the least of three, of which two were disturbed.
fn samples(base: f64, new: f64, pairs: u32) -> String {
    let list = |middle: f64| {
        let triples = (0..pairs).flat_map(|pair| [middle * 1.6, middle * (1.0 + 0.01 * f64::from(pair % 4)), middle * 2.0]);
        triples.map(|value| value.to_string()).collect::<Vec<_>>().join(",")
    };
    let (base, new) = (list(base), list(new));
    format!(
        r#"{{"base":"3f2a91c","new":"the present tree",
             "figures":[{{"name":"a list","unit":"ms","base":[{base}],"new":[{new}]}}],
             "counters":[{{"name":"first load","unit":"bytes","base":70100,"new":70100}}]}}"#
    )
}

#[test]
fn two_equal_builds_are_fine() {
    let (code, said, _) = compare(&samples(2.0, 2.0, 15));

    assert_eq!(code, 0);
    assert!(said.starts_with("the present tree (new) beside 3f2a91c (base)\n"), "{said}");
    assert!(said.ends_with("\nNothing got worse.\n"), "{said}");
}

#[test]
fn a_slower_one_fails() {
    let (code, said, _) = compare(&samples(2.0, 2.4, 15));

    assert_eq!(code, 1);
    assert!(said.contains("+20.0 %") && said.ends_with("\nWORSE: a list, ms.\n"), "{said}");
}

#[test]
fn a_faster_one_does_not() {
    assert_eq!(compare(&samples(2.4, 2.0, 15)).0, 0);
}

#[test]
fn too_few_pairs_are_not_decided() {
    let (code, said, _) = compare(&samples(2.0, 2.4, 14));

    assert_eq!(code, 2);
    assert!(said.contains("measure 1 more"), "{said}");
}

#[test]
fn nothing_to_judge_is_said() {
    let (code, said, complaint) = compare("no samples");

    assert_eq!((code, said.as_str()), (3, ""));
    assert!(complaint.starts_with("compare: The samples cannot be read"), "{complaint}");
}
