//! Whatever is sent is answered: no input makes the server fail, whoever reads it first. Inputs that are worth keeping are in
//! `server/tests/corpus`, a folder for each decoder; from them others are made by chance. One that is not answered as it should be is
//! put beside them, so that it is tried ever after. `PROPTEST_CASES=100000` looks for longer.

mod corpus;
mod sent;

use proptest::{
    prelude::*,
    sample::{Index, select},
    test_runner::{Config, TestCaseError, TestError, TestRunner},
};
use shopify_csv::{Item, Options, Reader};

use self::{
    corpus::{keep, saved},
    sent::{DECODERS, Target},
};
use crate::support::Engine;

/// What some decoder takes for something else than a letter.
const ODD: [&[u8]; 22] = [
    b"\0",
    b"%00",
    b"%ff",
    b"%",
    b"%2e%2e%2f",
    b"../",
    b"\"",
    b"'",
    b"\\",
    b"<",
    b"&",
    b"=",
    b",,",
    b"\r\n",
    b"[[[[[[[[",
    b"-1",
    b"99999999999999999999",
    b"1e999",
    "\u{202e}\u{0}\u{feff}".as_bytes(),
    "\u{d7ff}\u{10ffff}".as_bytes(),
    b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
    b"\xed\xa0\x80",
];

/// Longer ones are for the tests of what is too large.
const LONGEST: usize = 6_000;

/// How many inputs are made for each decoder, unless more are asked for: each is a request, on both engines.
const CASES: u32 = 40;

#[test]
fn whatever_is_sent_is_answered_on_sqlite() {
    whatever_is_sent_is_answered(Engine::Sqlite);
}

#[test]
fn whatever_is_sent_is_answered_on_postgres() {
    whatever_is_sent_is_answered(Engine::Postgres);
}

fn whatever_is_sent_is_answered(engine: Engine) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let target = runtime.block_on(Target::open(engine));
    for decoder in DECODERS {
        search(decoder, |input| runtime.block_on(target.complaint(decoder, input)));
    }
}

#[test]
fn whatever_is_imported_is_read_to_its_end() {
    search("csv", imported);
}

/// Tries what is kept, and then others.
fn search(decoder: &str, complaint: impl Fn(&[u8]) -> Option<String>) {
    let saved = saved(decoder);
    assert!(saved.len() > 2, "there is nothing to begin with in server/tests/corpus/{decoder}");
    for (name, input) in &saved {
        assert_eq!(complaint(input), None, "server/tests/corpus/{decoder}/{name}");
    }
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { Config::default().cases } else { CASES };
    let mut runner = TestRunner::new(Config { failure_persistence: None, cases, ..Config::default() });
    let outcome = runner.run(&inputs(saved.into_iter().map(|(_, input)| input).collect()), |input| {
        complaint(&input).map_or(Ok(()), |complaint| Err(TestCaseError::fail(complaint)))
    });
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(reason, input)) => panic!("{decoder}: {reason}\nThe input is kept in {}", keep(decoder, &input)),
        Err(TestError::Abort(reason)) => panic!("{decoder}: {reason}"),
    }
}

/// Noise, what is kept with some changes, and two of what is kept in one.
fn inputs(saved: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let noise = proptest::collection::vec(any::<u8>(), 0..120);
    let changes = proptest::collection::vec((any::<Index>(), 0_usize..6, any::<u8>()), 1..8);
    let changed = (select(saved.clone()), changes).prop_map(|(input, changes)| changes.into_iter().fold(input, changed_once));
    let spliced = (select(saved.clone()), any::<Index>(), select(saved), any::<Index>()).prop_map(|(one, at, other, from)| {
        let (at, from) = (at.index(one.len() + 1), from.index(other.len() + 1));
        [&one[..at], &other[from..]].concat()
    });
    prop_oneof![1 => noise, 6 => changed, 2 => spliced]
}

fn changed_once(mut input: Vec<u8>, (at, how, byte): (Index, usize, u8)) -> Vec<u8> {
    let at = at.index(input.len() + 1);
    match how {
        0 if at < input.len() => input[at] = byte,
        1 if at < input.len() => {
            input.remove(at);
        }
        2 => input.insert(at, byte),
        3 => input.truncate(at),
        4 if input.len() - at < LONGEST / 2 => input.extend_from_within(at..),
        _ => drop(input.splice(at..at, ODD[usize::from(byte) % ODD.len()].iter().copied())),
    }
    input.truncate(LONGEST);
    input
}

/// What is wrong with how a file is read.
fn imported(input: &[u8]) -> Option<String> {
    let options = Options { currency: domain::money::Currency::EUR };
    let reader = match Reader::open(input, options) {
        Ok(reader) => reader,
        Err(refused) => {
            let sentence = refused.to_string();
            return (!sentence.ends_with('.')).then_some(sentence);
        }
    };
    // Each line is at most a product or a bad row, and a bad row at most one of each of its cells.
    let most = input.len() + 2;
    for (number, item) in reader.enumerate() {
        match item {
            Ok(Item::Product(_)) => {}
            Ok(Item::Bad(row)) if row.reason.ends_with(['.', '?']) && row.value.chars().count() <= 80 && row.line > 0 => {}
            Ok(Item::Bad(row)) => return Some(format!("{row:?}")),
            Err(error) => return Some(error.to_string()),
        }
        if number > most {
            return Some(format!("more than {most} rows are read of {} bytes", input.len()));
        }
    }
    None
}
