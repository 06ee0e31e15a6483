//! Samples as a tree: who called whom and how often that was seen; and the functions that took the most themselves.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::{Samples, Stack};

/// A function as it was called from one place, or, at the top, everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node<'a> {
    /// A thread's, in the row below the top.
    pub name: &'a str,
    /// How often it was seen, at work itself or waiting for what it called.
    pub total: u64,
    /// Of that, at work itself.
    pub own: u64,
    /// What was seen most first.
    pub below: Vec<Node<'a>>,
}

/// A function, wherever it was called from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share<'a> {
    pub name: &'a str,
    /// How often it was seen at work itself.
    pub own: u64,
    /// How often it was seen, once a stack however often it is in it.
    pub total: u64,
}

/// Whose a function is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Whose {
    Ours,
    /// Rust's own library.
    Library,
    /// Of others, in Rust.
    Others,
    /// C, assembler and the system.
    System,
}

/// Crates of this workspace that are in the program: a test compares with the manifest.
const OURS: [&str; 26] = [
    "alerting",
    "alerts",
    "api",
    "app",
    "budgets",
    "cache",
    "capacity",
    "catalogue_index",
    "demo_catalogue",
    "domain",
    "jobs",
    "limits",
    "listen",
    "measuring",
    "ports",
    "profile",
    "regressions",
    "rule_writer",
    "server",
    "shopify_csv",
    "store",
    "traces",
    "vitals",
    "vitrine",
    "writers",
    "held",
];

/// What stands between two functions that say something, and says nothing. Left out of pictures, unless it is at work itself.
const BETWEEN: [&str; 9] = [
    "core::ops::function::",
    "core::panic::unwind_safe::",
    "std::panic::",
    "std::panicking::",
    "__rust_try",
    "core::pin::",
    "core::future::",
    "alloc::boxed::",
    "std::sys::backtrace::",
];

/// Below it a thread's own work begins; what is above is how threads are started.
const BEGIN: &str = "__rust_begin_short_backtrace";

/// Everything, by threads.
pub fn tree(samples: &Samples) -> Node<'_> {
    let mut top = Growing::default();
    for stack in &samples.stacks {
        let mut at = top.seen(&stack.thread, stack.count);
        for name in shown(samples, stack) {
            at = at.seen(name, stack.count);
        }
        at.own = at.own.saturating_add(stack.count);
    }
    top.grown("everything")
}

/// The functions that took the most themselves, `most` of them.
pub fn shares(samples: &Samples, most: usize) -> Vec<Share<'_>> {
    let mut shares: HashMap<&str, (u64, u64)> = HashMap::new();
    for stack in &samples.stacks {
        let names: HashSet<&str> = stack.frames.iter().map(|frame| samples.name(*frame)).collect();
        for name in names {
            let share = shares.entry(name).or_default();
            share.1 = share.1.saturating_add(stack.count);
        }
        if let Some(innermost) = stack.frames.last() {
            let share = shares.entry(samples.name(*innermost)).or_default();
            share.0 = share.0.saturating_add(stack.count);
        }
    }
    let mut shares: Vec<_> = shares.into_iter().map(|(name, (own, total))| Share { name, own, total }).collect();
    shares.retain(|share| share.own > 0);
    shares.sort_by(|one, other| (other.own, other.total, one.name).cmp(&(one.own, one.total, other.name)));
    shares.truncate(most);
    shares
}

/// Whose a function of this name is.
pub fn whose(name: &str) -> Whose {
    match name.split_once("::").map(|(first, _)| first) {
        Some(first) if OURS.contains(&first) => Whose::Ours,
        Some("std" | "core" | "alloc" | "slice" | "tuple" | "fn" | "str") => Whose::Library,
        Some(_) => Whose::Others,
        None => Whose::System,
    }
}

/// The names of a stack as they are drawn: each of a row of equals once, without how its thread was started and what says nothing.
fn shown<'a>(samples: &'a Samples, stack: &'a Stack) -> Vec<&'a str> {
    let names = || stack.frames.iter().map(|frame| samples.name(*frame));
    let begun = names().rposition(|name| name.ends_with(BEGIN)).map_or(0, |at| at + 1);
    let last = stack.frames.len().saturating_sub(1);
    let says = |(at, name): &(usize, &str)| *at == last || !BETWEEN.iter().any(|between| name.starts_with(between));
    let mut shown: Vec<&str> = names().enumerate().skip(begun).filter(says).map(|(_, name)| name).collect();
    shown.dedup();
    shown
}

#[derive(Default)]
struct Growing<'a> {
    total: u64,
    own: u64,
    below: BTreeMap<&'a str, Growing<'a>>,
}

impl<'a> Growing<'a> {
    fn seen(&mut self, name: &'a str, count: u64) -> &mut Self {
        self.below.entry(name).or_default().add(count)
    }

    fn add(&mut self, count: u64) -> &mut Self {
        self.total = self.total.saturating_add(count);
        self
    }

    /// No deeper than stacks are.
    fn grown(self, name: &'a str) -> Node<'a> {
        let mut below: Vec<Node<'a>> = self.below.into_iter().map(|(name, growing)| growing.grown(name)).collect();
        below.sort_by_key(|node| std::cmp::Reverse(node.total));
        let total = below.iter().map(|node| node.total).fold(self.own, u64::saturating_add);
        Node { name, total, own: self.own, below }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::samples;

    #[test]
    fn the_same_way_is_one_branch_and_the_most_frequent_stands_first() {
        let samples = samples(&["t;main;read 2", "t;main;write;hash 5", "t;main;write 1", "u;main 1"]);

        let tree = tree(&samples);

        assert_eq!((tree.total, tree.below.len(), tree.below[0].name), (9, 2, "t"));
        let main = &tree.below[0].below[0];
        let told: Vec<_> = main.below.iter().map(|node| (node.name, node.total, node.own)).collect();
        assert_eq!((main.total, main.own, told), (8, 0, vec![("write", 6, 1), ("read", 2, 2)]));
    }

    #[test]
    fn what_starts_threads_and_what_stands_between_is_not_drawn() {
        let samples = samples(&[
            "t;start_thread;std::sys::backtrace::__rust_begin_short_backtrace;tokio::run;core::ops::function::FnOnce::call_once;api::list;api::list 3",
            "t;tokio::run;core::ops::function::FnOnce::call_once 2",
        ]);

        let tree = tree(&samples);

        let run = &tree.below[0].below[0];
        let told: Vec<_> = run.below.iter().map(|node| (node.name, node.own)).collect();
        assert_eq!((run.name, run.total, told), ("tokio::run", 5, vec![("api::list", 3), ("core::ops::function::FnOnce::call_once", 2)]));
    }

    #[test]
    fn a_function_that_calls_itself_is_seen_once_a_stack() {
        let samples = samples(&["t;walk;walk;walk 4", "t;walk;hash 6"]);

        assert_eq!(shares(&samples, 9), [Share { name: "hash", own: 6, total: 6 }, Share { name: "walk", own: 4, total: 10 }]);
        assert_eq!(shares(&samples, 1).len(), 1);
    }

    #[test]
    fn it_is_told_whose_a_function_is() {
        let told = ["store::read::list", "core::fmt::write", "hyper::proto::h1", "sqlite3VdbeExec"].map(whose);

        assert_eq!(told, [Whose::Ours, Whose::Library, Whose::Others, Whose::System]);
    }

    #[test]
    fn our_crates_are_those_of_the_manifest() {
        let manifest = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml")).unwrap();
        let of_server = manifest.lines().filter_map(|line| line.split_once(" = { path = \"")).map(|(name, _)| name.trim());

        // In the browser alone, and in tests.
        for name in of_server.filter(|name| !["device", "scripted_provider"].contains(name)) {
            assert!(OURS.contains(&name), "{name} is missing among OURS");
        }
    }
}
