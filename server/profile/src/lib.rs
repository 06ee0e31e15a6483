//! Where the processors' time goes: the stacks of a program's own threads, counted, drawn and exported.
//!
//! What is here is pure, but for [`sampling`], which is there with the feature of that name: it looks at the threads, and hands over
//! [`Samples`]. Of these [`tree`] makes the figures, [`flame`] the picture, [`collapsed`] the text and [`protobuf`] the file of `pprof`.

pub mod collapsed;
pub mod flame;
mod name;
pub mod protobuf;
#[cfg(feature = "sampling")]
pub mod sampling;
mod svg;
#[cfg(all(feature = "sampling", target_os = "linux"))]
mod symbols;
pub mod tree;

use std::collections::HashMap;

pub use self::{name::short, svg::svg};

/// What was seen in a while.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Samples {
    /// How often it was looked, in a second of a processor that is busy.
    pub hertz: u32,
    /// How long it was looked, in microseconds.
    pub duration_us: u64,
    /// Each once. Stacks have the places of these.
    pub functions: Vec<Function>,
    /// Each once, those that were seen most first.
    pub stacks: Vec<Stack>,
    /// How often something was seen that is not among the stacks, as there were too many.
    pub left_out: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Function {
    /// For people, as [`short`] makes it.
    pub name: String,
    /// As the compiler tells it.
    pub whole_name: String,
    /// Empty where it is not known.
    pub file: String,
}

/// Which functions called each other.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stack {
    /// What the thread is called.
    pub thread: String,
    /// The outermost first.
    pub frames: Vec<Frame>,
    /// How often it was seen.
    pub count: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Frame {
    /// Its place among the functions.
    pub function: u32,
    /// Where in it; 0 where that is not known.
    pub line: u32,
}

/// Stacks that are kept.
pub const MOST_STACKS: usize = 20_000;
/// Frames of a stack that are kept: the innermost ones.
pub const MOST_FRAMES: usize = 128;
/// What a function is called whose name is not known.
pub const UNKNOWN: &str = "unknown";

/// Puts samples together.
#[derive(Debug, Default)]
pub struct Builder {
    functions: Vec<Function>,
    places: HashMap<Function, u32>,
    counts: HashMap<(String, Vec<Frame>), u64>,
}

impl Builder {
    /// Something was seen so often. The outermost stands first.
    pub fn add(&mut self, thread: &str, frames: impl IntoIterator<Item = (Function, u32)>, count: u64) {
        let mut frames: Vec<Frame> = frames.into_iter().map(|(function, line)| Frame { function: self.place(function), line }).collect();
        frames.drain(..frames.len().saturating_sub(MOST_FRAMES));
        let known = self.counts.entry((thread.to_owned(), frames)).or_default();
        *known = known.saturating_add(count);
    }

    fn place(&mut self, function: Function) -> u32 {
        if let Some(place) = self.places.get(&function) {
            return *place;
        }
        let place = u32::try_from(self.functions.len()).unwrap_or(u32::MAX);
        self.functions.push(function.clone());
        self.places.insert(function, place);
        place
    }

    /// All of it, with the stacks that were seen most.
    pub fn finish(self, hertz: u32, duration_us: u64) -> Samples {
        let mut stacks: Vec<Stack> = self.counts.into_iter().map(|((thread, frames), count)| Stack { thread, frames, count }).collect();
        stacks.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.cmp(other)));
        let left_out = stacks.iter().skip(MOST_STACKS).map(|stack| stack.count).fold(0, u64::saturating_add);
        stacks.truncate(MOST_STACKS);
        Samples { hertz, duration_us, functions: self.functions, stacks, left_out }
    }
}

impl Samples {
    /// How often something was seen, with what was left out.
    pub fn total(&self) -> u64 {
        self.stacks.iter().map(|stack| stack.count).fold(self.left_out, u64::saturating_add)
    }

    /// How many processors were busy on the mean.
    pub fn busy(&self) -> f64 {
        let seconds = self.duration_us as f64 / 1e6;
        if self.hertz == 0 || seconds <= 0.0 { 0.0 } else { self.total() as f64 / f64::from(self.hertz) / seconds }
    }

    /// Whether the names of functions are mostly missing, as in a program that was stripped of them.
    pub fn is_nameless(&self) -> bool {
        let nameless = |stack: &&Stack| stack.frames.iter().all(|frame| self.name(*frame) == UNKNOWN);
        let without: u64 = self.stacks.iter().filter(nameless).map(|stack| stack.count).fold(0, u64::saturating_add);
        without > self.total() / 2
    }

    fn name(&self, frame: Frame) -> &str {
        self.functions.get(frame.function as usize).map_or(UNKNOWN, |function| function.name.as_str())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn function(name: &str) -> Function {
        Function { name: short(name), whole_name: name.to_owned(), file: "src/lib.rs".to_owned() }
    }

    /// Of texts such as `main;work;hash 3`, each of a thread of that name.
    pub(crate) fn samples(stacks: &[&str]) -> Samples {
        let mut builder = Builder::default();
        for stack in stacks {
            let (names, count) = stack.rsplit_once(' ').unwrap();
            let mut names = names.split(';');
            let thread = names.next().unwrap();
            builder.add(thread, names.map(|name| (function(name), 7)), count.parse().unwrap());
        }
        builder.finish(100, 1_000_000)
    }

    #[test]
    fn the_same_stack_is_counted_together_and_the_most_frequent_stands_first() {
        let samples = samples(&["a;f;g 1", "a;f 2", "b;f;g 1", "a;f;g 4"]);

        let told: Vec<_> = samples.stacks.iter().map(|stack| (stack.thread.as_str(), stack.frames.len(), stack.count)).collect();
        assert_eq!(told, [("a", 2, 5), ("a", 1, 2), ("b", 2, 1)]);
        assert_eq!((samples.functions.len(), samples.total()), (2, 8));
        assert!((samples.busy() - 0.08).abs() < 1e-9);
    }

    #[test]
    fn of_a_deep_stack_the_innermost_frames_are_kept_and_of_many_stacks_the_most_frequent() {
        let mut builder = Builder::default();
        builder.add("deep", (0..300).map(|at| (function(&format!("f{at}")), 1)), 9);
        for at in 0..MOST_STACKS as u32 + 4 {
            builder.add("many", [(function("f"), at)], 1);
        }
        let samples = builder.finish(100, 1);

        let deep = &samples.stacks[0];
        assert_eq!((deep.frames.len(), samples.name(deep.frames[0]), samples.name(deep.frames[127])), (128, "f172", "f299"));
        assert_eq!((samples.stacks.len(), samples.left_out, samples.total()), (MOST_STACKS, 5, MOST_STACKS as u64 + 13));
    }

    #[test]
    fn a_program_without_names_is_known() {
        assert!(samples(&["a;unknown 6", "a;f 4"]).is_nameless());
        assert!(!samples(&["a;unknown 4", "a;f 6"]).is_nameless());
        assert!(!Samples::default().is_nameless());
    }
}
