//! What holds of any samples, and of any name.
#![allow(clippy::unwrap_used, reason = "the reader is a part of the test")]

use profile::{
    Builder, Function, Samples, UNKNOWN, collapsed,
    flame::{Flame, MOST, WIDTH, flame},
    protobuf, short, svg,
    tree::{Node, shares, tree},
};
use proptest::{collection::vec, prelude::*};

const NAMES: [&str; 6] = ["main", "store::read::list", "<a::B<C> as d::E>::f", "sqlite3Step", "core::ops::function::FnOnce::call_once", ""];

fn function(name: &str) -> Function {
    Function { name: short(name), whole_name: name.to_owned(), file: String::new() }
}

fn any_samples() -> impl Strategy<Value = Samples> {
    let stack = (0..3_usize, vec((0..NAMES.len(), 0..3_u32), 0..12), 1..50_u64);
    vec(stack, 0..40).prop_map(|stacks| {
        let mut builder = Builder::default();
        for (thread, frames, count) in stacks {
            builder.add(["worker", "sqlx;x", ""][thread], frames.into_iter().map(|(name, line)| (function(NAMES[name]), line)), count);
        }
        builder.finish(99, 2_000_000)
    })
}

/// Texts that look like names of functions.
fn any_name() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[a-zA-Z_:<>{}()\\[\\]&;, #0-9-]{0,80}", "(<|::|as |impl |for |[a-zA-Z]|>){0,60}"]
}

proptest! {
    #[test]
    fn every_name_is_told_shortly_and_is_something(name in any_name()) {
        let told = short(&name);

        prop_assert!(!told.is_empty() && told.chars().count() <= 120, "{}", told);
        prop_assert!(!told.contains([';', '\n', '\r']) && told.trim() == told, "{:?}", told);
    }

    #[test]
    fn what_was_seen_is_in_the_tree_once(samples in any_samples()) {
        let tree = tree(&samples);

        prop_assert_eq!(tree.total, samples.total());
        prop_assert_eq!(own(&tree), samples.total());
        prop_assert!(is_whole(&tree));
    }

    #[test]
    fn own_shares_add_up_to_what_had_a_name(samples in any_samples()) {
        let of_stacks: u64 = samples.stacks.iter().filter(|stack| !stack.frames.is_empty()).map(|stack| stack.count).sum();

        let shares = shares(&samples, usize::MAX);

        prop_assert_eq!(shares.iter().map(|share| share.own).sum::<u64>(), of_stacks);
        prop_assert!(shares.iter().all(|share| share.own <= share.total && share.total <= samples.total()));
        prop_assert!(shares.is_sorted_by(|one, other| one.own >= other.own));
    }

    #[test]
    fn boxes_lie_below_what_called_them_and_beside_each_other(samples in any_samples()) {
        let tree = tree(&samples);

        let flame = flame(&tree);

        prop_assert!(flame.boxes.len() <= MOST && lies_well(&flame), "{:?}", flame);
        prop_assert_eq!(svg(&flame, "x").matches("<rect ").count(), flame.boxes.len());
    }

    #[test]
    fn the_text_has_everything(samples in any_samples()) {
        let text = collapsed::write(&samples);

        let mut sum = 0;
        for line in text.lines() {
            let (stack, count) = line.rsplit_once(' ').unwrap();
            prop_assert!(stack.split(';').all(|name| !name.is_empty()), "{}", line);
            sum += count.parse::<u64>().unwrap();
        }
        prop_assert_eq!(sum, samples.total());
    }

    #[test]
    fn the_file_of_pprof_says_the_same(samples in any_samples()) {
        let file = protobuf::write(&samples, 1_000_000, "of a test");

        let read = Read::of(&file);
        prop_assert_eq!(read.texts.first().map(String::as_str), Some(""));
        let mut expected: Vec<_> = samples.stacks.iter().map(|stack| {
            let frames = stack.frames.iter().rev().map(|frame| (samples.functions[frame.function as usize].name.clone(), u64::from(frame.line)));
            (stack.thread.clone(), frames.collect::<Vec<_>>(), stack.count)
        }).collect();
        expected.sort();
        prop_assert_eq!(read.stacks(), expected);
        prop_assert_eq!(read.comment(), "of a test");
    }
}

fn own(node: &Node<'_>) -> u64 {
    node.own + node.below.iter().map(own).sum::<u64>()
}

fn is_whole(node: &Node<'_>) -> bool {
    node.own + node.below.iter().map(|below| below.total).sum::<u64>() == node.total && node.below.iter().all(is_whole)
}

/// Each is within one of the row above, and none lies upon another.
fn lies_well(flame: &Flame<'_>) -> bool {
    flame.boxes.iter().enumerate().all(|(at, one)| {
        let (left, right) = (one.left, one.left + one.width);
        let above = |other: &profile::flame::Box<'_>| other.row + 1 == one.row && other.left <= left && right <= other.left + other.width;
        let apart = |other: &profile::flame::Box<'_>| other.row != one.row || other.left + other.width <= left || right <= other.left;
        right <= WIDTH && one.width > 0 && (one.row == 0 || flame.boxes.iter().any(above)) && flame.boxes.iter().skip(at + 1).all(apart)
    })
}

/// A reader of the format, as far as it is written here.
#[derive(Default)]
struct Read {
    texts: Vec<String>,
    samples: Vec<Fields>,
    locations: Vec<Fields>,
    functions: Vec<Fields>,
    rest: Fields,
}

/// A thread, functions with their lines, and how often that was seen.
type Told = (String, Vec<(String, u64)>, u64);

/// Fields in their order: numbers, and bytes.
#[derive(Default)]
struct Fields(Vec<(u64, u64, Vec<u8>)>);

impl Read {
    fn of(bytes: &[u8]) -> Self {
        let mut read = Self::default();
        for (field, number, bytes) in Fields::of(bytes).0 {
            match field {
                2 => read.samples.push(Fields::of(&bytes)),
                4 => read.locations.push(Fields::of(&bytes)),
                5 => read.functions.push(Fields::of(&bytes)),
                6 => read.texts.push(String::from_utf8(bytes).unwrap()),
                _ => read.rest.0.push((field, number, bytes)),
            }
        }
        read
    }

    fn stacks(&self) -> Vec<Told> {
        let by_id = |all: &[Fields], id: u64| all.iter().position(|fields| fields.number(1) == id).unwrap();
        let frame = |location: u64| {
            let line = Fields::of(&self.locations[by_id(&self.locations, location)].bytes(4));
            let function = &self.functions[by_id(&self.functions, line.number(1))];
            (self.texts[function.number(2) as usize].clone(), line.number(2))
        };
        let mut stacks: Vec<_> = self
            .samples
            .iter()
            .map(|sample| {
                let thread = Fields::of(&sample.bytes(3)).number(2);
                let values = numbers(&sample.bytes(2));
                assert_eq!(values[1], values[0] * 10_101_010);
                (self.texts[thread as usize].clone(), numbers(&sample.bytes(1)).into_iter().map(frame).collect::<Vec<_>>(), values[0])
            })
            .collect();
        stacks.sort();
        stacks
    }

    fn comment(&self) -> &str {
        &self.texts[numbers(&self.rest.bytes(13))[0] as usize]
    }
}

impl Fields {
    fn of(mut bytes: &[u8]) -> Self {
        let mut fields = Self::default();
        while !bytes.is_empty() {
            let key = number(&mut bytes);
            let value = number(&mut bytes);
            let inside = if key & 7 == 2 { bytes.split_off(..value as usize).unwrap().to_vec() } else { Vec::new() };
            fields.0.push((key >> 3, value, inside));
        }
        fields
    }

    fn number(&self, field: u64) -> u64 {
        self.0.iter().find(|(known, ..)| *known == field).map_or(0, |(_, number, _)| *number)
    }

    fn bytes(&self, field: u64) -> Vec<u8> {
        self.0.iter().find(|(known, ..)| *known == field).map(|(.., bytes)| bytes.clone()).unwrap_or_default()
    }
}

fn numbers(mut bytes: &[u8]) -> Vec<u64> {
    let mut numbers = Vec::new();
    while !bytes.is_empty() {
        numbers.push(number(&mut bytes));
    }
    numbers
}

fn number(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..).step_by(7) {
        let byte = *bytes.split_off_first().unwrap();
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    value
}

#[test]
fn a_name_that_is_none_is_unknown() {
    assert_eq!(short("  \n "), UNKNOWN);
}
