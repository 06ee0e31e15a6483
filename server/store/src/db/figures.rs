//! What statements cost, by their names: how many, how long, how many rows. A statement is counted in a few atomic
//! additions, so that counting costs nothing that could be seen beside it.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use measuring::Sketch;
use ports::database::BOUNDS;
use sqlx::SqlStr;

use super::times::{Seen, Times};

/// A place in the program that runs a statement. It is named after the constant that holds the statement's text, which is found
/// in the tokens of the place when it first runs; constants of a part of the program that has its own are named with it.
#[derive(Debug)]
pub(crate) struct Site {
    tokens: &'static str,
    module: &'static str,
    /// The place of its name in [`NAMES`], and the name, once it has run.
    known: OnceLock<(usize, &'static str)>,
}

/// The figures of one database.
#[derive(Debug)]
pub(crate) struct Figures {
    began: Instant,
    by_name: Box<[OnceLock<Box<Figure>>]>,
    /// From when on a statement is slow, in nanoseconds.
    slow: u64,
    slowest: Mutex<VecDeque<SlowStatement>>,
    /// When the last lines about slow statements were written, for their limit.
    told: Mutex<VecDeque<Instant>>,
}

/// What came of one statement.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) duration: Duration,
    pub(crate) rows: u64,
    pub(crate) ok: bool,
}

/// What is known of all statements of one name.
#[derive(Debug, Default)]
struct Figure {
    failed: AtomicU64,
    rows: AtomicU64,
    nanoseconds: AtomicU64,
    longest: AtomicU64,
    slow: AtomicU64,
    /// Seconds since the start, plus one: when a line, and when a plan, was last written of it.
    told_at: AtomicU64,
    planned_at: AtomicU64,
    times: Times,
}

/// The figures of all statements of one name at a moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct OfName {
    pub(crate) name: &'static str,
    pub(crate) count: u64,
    pub(crate) failed: u64,
    pub(crate) rows: u64,
    pub(crate) slow: u64,
    pub(crate) total: Duration,
    pub(crate) longest: Duration,
    pub(crate) p50: Duration,
    pub(crate) p95: Duration,
    pub(crate) p99: Duration,
    /// How many took less than each of [`BOUNDS`].
    pub(crate) within: [u64; BOUNDS.len()],
}

/// How far each statement was counted when it was last looked.
#[derive(Debug, Default)]
pub struct StatementTimes(HashMap<usize, (Seen, u64)>);

/// A statement that took long.
#[derive(Clone, Debug)]
pub(crate) struct SlowStatement {
    pub(crate) name: &'static str,
    pub(crate) at: Instant,
    pub(crate) duration: Duration,
    pub(crate) rows: u64,
    pub(crate) plan: Option<String>,
}

/// What is to be done about a slow statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tell {
    Nothing,
    Line,
    LineAndPlan,
}

/// Names that are told apart; the rest would be counted together. There are some two hundred.
const MOST_NAMES: usize = 512;

/// Slow statements that are kept.
const MOST_SLOW: usize = 50;

/// A statement is told of every ten seconds at most, all together twenty times a minute; its plan is read every ten minutes.
const TOLD_EVERY: u64 = 10;
const MOST_TOLD: usize = 20;
const PLANNED_EVERY: u64 = 600;

/// What all others are counted under when there are too many names.
const OTHERS: &str = "others";

/// Parts of the program whose statements have a file of their own.
const PARTS: [&str; 3] = ["api", "webhooks", "words"];

/// The names of all statements that ran in this program, in the order in which they first did.
static NAMES: Mutex<Vec<&'static str>> = Mutex::new(Vec::new());

impl Site {
    pub(crate) const fn new(tokens: &'static str, module: &'static str) -> Self {
        Self { tokens, module, known: OnceLock::new() }
    }

    fn index(&self) -> usize {
        self.known.get_or_init(|| self.find()).0
    }

    #[cold]
    fn find(&self) -> (usize, &'static str) {
        let name = name_in(self.tokens);
        let part = self.module.split("::").nth(1).filter(|part| PARTS.contains(part) && !self.tokens.contains("crate::sql::"));
        let index = index_of(part.map_or(name, |part| called(part, ".", name)));
        (index, names().get(index).copied().unwrap_or(OTHERS))
    }

    pub(crate) fn name(&self) -> &'static str {
        self.known.get_or_init(|| self.find()).1
    }
}

/// The place of a name among all of them.
pub(crate) fn index_of(name: &'static str) -> usize {
    let mut names = names();
    if let Some(index) = names.iter().position(|known| *known == name) {
        return index;
    }
    if names.len() >= MOST_NAMES - 1 {
        return MOST_NAMES - 1;
    }
    names.push(name);
    names.len() - 1
}

/// What putting rows into a table is called.
pub(crate) fn inserting_into(table: &'static str) -> &'static str {
    called("INSERT", " ", table)
}

/// A name in two parts. It is kept for ever, once each.
fn called(first: &'static str, between: &'static str, second: &'static str) -> &'static str {
    static CALLED: Mutex<Vec<(&str, &str, &str)>> = Mutex::new(Vec::new());
    let mut called = CALLED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, _, name)) = called.iter().find(|known| (known.0, known.1) == (first, second)) {
        return name;
    }
    let name = String::leak(format!("{first}{between}{second}"));
    called.push((first, second, name));
    name
}

fn names() -> MutexGuard<'static, Vec<&'static str>> {
    NAMES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The name of a constant in what is given to a query: `SUMMARIES_BY_KEY` in `sqlx::query_as(db.sql(&sql::SUMMARIES_BY_KEY)).bind(..)`. Where
/// there is none, what is given to it.
fn name_in(tokens: &'static str) -> &'static str {
    let Some(at) = tokens.find("query") else {
        let head = tokens.split(['(', '!']).next().unwrap_or(tokens);
        return head.rsplit(|character: char| character == '{' || character.is_whitespace()).find(|word| !word.is_empty()).unwrap_or(head);
    };
    let given = tokens[at..].find('(').map_or("", |open| inside(&tokens[at + open + 1..]));
    let mut words = given.split(|character: char| !(character.is_ascii_alphanumeric() || character == '_'));
    words.find(|word| is_constant(word)).unwrap_or(given).trim()
}

/// Up to the bracket that closes.
fn inside(text: &'static str) -> &'static str {
    let mut open = 1;
    for (at, character) in text.char_indices() {
        match character {
            '(' => open += 1,
            ')' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return &text[..at];
        }
    }
    text
}

fn is_constant(word: &str) -> bool {
    word.len() > 2 && word.starts_with(|first: char| first.is_ascii_uppercase()) && !word.contains(|character: char| character.is_ascii_lowercase())
}

impl Figures {
    pub(crate) fn new(slow: Duration) -> Self {
        Self {
            began: Instant::now(),
            by_name: std::iter::repeat_with(OnceLock::new).take(MOST_NAMES).collect(),
            slow: nanoseconds(slow),
            slowest: Mutex::default(),
            told: Mutex::default(),
        }
    }

    /// Counts a statement, and says whether it is to be told of.
    pub(crate) fn count(&self, site: &Site, ran: &Ran) -> Tell {
        self.count_at(site.index(), ran)
    }

    /// The same for a name that is known only when it runs.
    pub(crate) fn count_at(&self, index: usize, ran: &Ran) -> Tell {
        let Some(slot) = self.by_name.get(index) else { return Tell::Nothing };
        let figure = slot.get_or_init(Box::default);
        let nanoseconds = nanoseconds(ran.duration);
        figure.count(nanoseconds, ran);
        if nanoseconds < self.slow { Tell::Nothing } else { self.is_slow(figure) }
    }

    pub(crate) fn slow_from(&self) -> Duration {
        Duration::from_nanos(self.slow)
    }

    #[cold]
    fn is_slow(&self, figure: &Figure) -> Tell {
        figure.slow.fetch_add(1, Ordering::Relaxed);
        let now = self.began.elapsed().as_secs() + 1;
        if !is_due(&figure.told_at, now, TOLD_EVERY) || !self.may_tell() {
            return Tell::Nothing;
        }
        if is_due(&figure.planned_at, now, PLANNED_EVERY) { Tell::LineAndPlan } else { Tell::Line }
    }

    fn may_tell(&self) -> bool {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        while told.front().is_some_and(|at| at.elapsed() > Duration::from_mins(1)) {
            told.pop_front();
        }
        let may = told.len() < MOST_TOLD;
        if may {
            told.push_back(Instant::now());
        }
        may
    }

    /// Keeps a statement that took long.
    pub(crate) fn keep(&self, slow: SlowStatement) {
        let mut slowest = self.slowest();
        if slowest.len() >= MOST_SLOW {
            slowest.pop_front();
        }
        slowest.push_back(slow);
    }

    /// Adds the plan to the latest slow statement of a name.
    pub(crate) fn planned(&self, name: &'static str, plan: String) {
        if let Some(slow) = self.slowest().iter_mut().rev().find(|slow| slow.name == name) {
            slow.plan = Some(plan);
        }
    }

    /// The latest first.
    pub(crate) fn slow_statements(&self) -> Vec<SlowStatement> {
        self.slowest().iter().rev().cloned().collect()
    }

    fn slowest(&self) -> MutexGuard<'_, VecDeque<SlowStatement>> {
        self.slowest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was counted since it was last looked: of each name the times in microseconds, and how many failed.
    pub(crate) fn since(&self, last: &mut StatementTimes) -> Vec<(&'static str, Sketch, u64)> {
        let names = names().clone();
        let mut all = Vec::new();
        for (index, figure) in self.by_name.iter().enumerate().filter_map(|(index, figure)| Some((index, figure.get()?))) {
            let (seen, failed) = last.0.entry(index).or_default();
            let times = figure.times.since(seen);
            let failed_now = figure.failed.load(Ordering::Relaxed);
            let failed = failed_now.saturating_sub(std::mem::replace(failed, failed_now));
            if !times.is_empty() {
                all.push((names.get(index).copied().unwrap_or(OTHERS), times, failed));
            }
        }
        all
    }

    /// What was counted so far, what took most first.
    pub(crate) fn by_name(&self) -> Vec<OfName> {
        let names = names().clone();
        let name = |index: usize| names.get(index).copied().unwrap_or(OTHERS);
        let figures = self.by_name.iter().enumerate().filter_map(|(index, figure)| figure.get().map(|figure| figure.read(name(index))));
        let mut figures: Vec<OfName> = figures.collect();
        figures.sort_by_key(|figure| std::cmp::Reverse(figure.total));
        figures
    }
}

impl Figure {
    fn count(&self, nanoseconds: u64, ran: &Ran) {
        self.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
        self.times.count(nanoseconds);
        if ran.rows > 0 {
            self.rows.fetch_add(ran.rows, Ordering::Relaxed);
        }
        if !ran.ok {
            self.failed.fetch_add(1, Ordering::Relaxed);
        }
        if nanoseconds > self.longest.load(Ordering::Relaxed) {
            self.longest.fetch_max(nanoseconds, Ordering::Relaxed);
        }
    }

    fn read(&self, name: &'static str) -> OfName {
        let times = self.times.read();
        let read = |value: &AtomicU64| value.load(Ordering::Relaxed);
        let longest = Duration::from_nanos(read(&self.longest));
        let percentile = |percent| times.percentile(percent).min(longest);
        OfName {
            name,
            count: times.count(),
            failed: read(&self.failed),
            rows: read(&self.rows),
            slow: read(&self.slow),
            total: Duration::from_nanos(read(&self.nanoseconds)),
            longest,
            p50: percentile(50),
            p95: percentile(95),
            p99: percentile(99),
            within: BOUNDS.map(|bound| times.below(bound)),
        }
    }
}

/// Whether so many seconds have passed since a moment. Whoever is told so does it.
fn is_due(last: &AtomicU64, now: u64, every: u64) -> bool {
    let known = last.load(Ordering::Relaxed);
    (known == 0 || now >= known + every) && last.compare_exchange(known, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// A statement's text, as long as it is one whose plan can be read.
pub(crate) fn can_be_explained(text: &SqlStr) -> bool {
    let first = text.as_str().trim_start().split(char::is_whitespace).next().unwrap_or_default();
    ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].contains(&first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(nanoseconds: &[u64]) -> OfName {
        let figure = Figure::default();
        for nanoseconds in nanoseconds {
            figure.count(*nanoseconds, &Ran { duration: Duration::from_nanos(*nanoseconds), rows: 2, ok: true });
        }
        figure.read("ONE")
    }

    #[test]
    fn times_are_counted_below_the_bound_they_are_below() {
        for (at, bound) in BOUNDS.into_iter().enumerate() {
            let within = |nanoseconds| counted(&[nanoseconds]).within;

            assert_eq!((within(bound - 1)[at], within(bound)[at]), (1, 0), "{bound}");
            assert!(within(bound)[at + 1..].iter().all(|count| *count == 1), "{bound}");
        }
        assert_eq!(counted(&[0, 20_000, u64::MAX / 4]).within, [1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2]);
    }

    #[test]
    fn percentiles_are_a_sixty_fourth_off_at_most_and_never_longer_than_the_longest() {
        let times: Vec<u64> = (1..=1_000).map(|number| number * 1_000_000).collect();
        let figures = counted(&times);

        assert_eq!((figures.count, figures.rows, figures.longest), (1_000, 2_000, Duration::from_secs(1)));
        for (found, right) in [(figures.p50, 500), (figures.p95, 950), (figures.p99, 990)] {
            assert!(found.abs_diff(Duration::from_millis(right)) <= Duration::from_millis(right) / 64, "{found:?} for {right} ms");
        }
        let one = counted(&[1_500]);
        assert!(Duration::ZERO < one.p50 && one.p99 <= one.longest, "{one:?}");
    }
}
