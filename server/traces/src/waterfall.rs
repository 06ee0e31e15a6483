//! A trace as a picture: rows with a place and a width, and a table of what took the time. It is figures and words; who shows it makes
//! elements of them.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::{
    browser,
    id::SpanId,
    model::{Attribute, Kind, MOST_SPANS, Trace, Value},
};

/// What happened, on one line of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waterfall {
    pub id: String,
    pub title: String,
    /// Microseconds since 1970, by the clock of what stands first.
    pub begun_at: u64,
    pub duration_us: u64,
    pub statements: u32,
    /// Some spans are in the table alone, as there were too many.
    pub is_cut: bool,
    pub rows: Vec<Row>,
    /// What took the most first.
    pub table: Vec<Line>,
}

/// A span, or several of one name that are a part of the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub label: String,
    pub kind: Kind,
    pub depth: u16,
    /// Thousandths of the whole: where the first begins, and up to where the last ends.
    pub offset: u16,
    pub width: u16,
    /// Those that are folded into the row, where there are several.
    pub bars: Vec<Bar>,
    pub start_us: u64,
    /// All of them together.
    pub duration_us: u64,
    /// Of that, what is in none of its parts.
    pub own_us: u64,
    pub count: u32,
    pub failed: u32,
    /// As `rows: 50`.
    pub notes: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bar {
    pub offset: u16,
    pub width: u16,
}

/// Everything of one name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub name: String,
    pub kind: Kind,
    pub count: u32,
    pub failed: u32,
    pub total_us: u64,
    pub longest_us: u64,
    /// Thousandths of the whole. What runs at once is more than a thousand together.
    pub share: u16,
    /// A statement that ran again and again.
    pub is_repeated: bool,
}

/// As many of one name, in the same place, are shown one by one.
const UNFOLDED: usize = 3;

/// What is deeper is shown as deep as that.
const DEEPEST: u16 = 32;

#[derive(Debug)]
struct Node<'a> {
    label: Label<'a>,
    kind: Kind,
    depth: u16,
    parent: Option<usize>,
    start: i128,
    duration: i128,
    failed: bool,
    attributes: &'a [Attribute],
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Label<'a> {
    Of(&'a str),
    Made(String),
}

/// Parts of a trace, put together.
#[derive(Default)]
struct Tree<'a> {
    nodes: Vec<Node<'a>>,
    children: Vec<Vec<usize>>,
    roots: Vec<usize>,
    /// Where what asked stands, and the part of a request it is in.
    by_span: HashMap<SpanId, (usize, &'a Trace)>,
}

/// The picture of a trace, of all its parts that are known. None where there are none.
///
/// Clocks of different machines differ: a part that does not fit into the one that asked for it is put into its middle.
pub fn waterfall(parts: &[Trace]) -> Option<Waterfall> {
    let first = first_of(parts)?;
    let tree = Tree::of(parts, first);
    let begin = tree.nodes.iter().map(|node| node.start).min()?;
    let end = tree.nodes.iter().map(|node| node.start + node.duration).max()?;
    let scale = Scale { begin, whole: end - begin };
    let mut rows = Vec::new();
    for group in tree.groups(tree.roots.clone()) {
        tree.row(&group, scale, &mut rows);
    }
    let duration_us = u64::try_from(scale.whole).unwrap_or(u64::MAX);
    Some(Waterfall {
        id: first.id.to_string(),
        title: first.title(),
        begun_at: first.begun_at,
        duration_us,
        statements: parts.iter().map(Trace::statements).fold(0, u32::saturating_add),
        is_cut: parts.iter().flat_map(|part| &part.tallies).any(|tally| tally.beyond > 0),
        rows,
        table: table(parts, duration_us),
    })
}

/// What asked for everything: a browser, or a part that none of the others asked for.
fn first_of(parts: &[Trace]) -> Option<&Trace> {
    let asked_by_another = |part: &&Trace| {
        part.parent.is_some_and(|parent| {
            let has = |other: &Trace| (0..=other.spans.len().min(MOST_SPANS) as u16).any(|place| other.span_id(place) == parent);
            parts.iter().any(|other| !std::ptr::eq(other, *part) && has(other))
        })
    };
    parts.iter().min_by_key(|part| (part.kind != Kind::Browser, asked_by_another(part), part.begun_at))
}

/// Whether a page has asked for it that was answered by then: it is no part of making the page.
fn comes_after(part: &Trace, asking: &Trace) -> bool {
    let is_of_page = asking.kind == Kind::Request && part.kind == Kind::Request && part.parent == Some(asking.span);
    is_of_page && part.begun_at >= asking.begun_at.saturating_add(asking.duration_us)
}

impl<'a> Tree<'a> {
    fn of(parts: &'a [Trace], first: &'a Trace) -> Self {
        let mut tree = Self::default();
        tree.put(first, None, 0);
        let mut waiting: Vec<_> = parts.iter().filter(|part| !std::ptr::eq(*part, first)).collect();
        waiting.sort_by_key(|part| part.begun_at);
        while !waiting.is_empty() {
            let at = waiting.iter().position(|part| tree.asked_for(part).is_some()).unwrap_or(0);
            let part = waiting.remove(at);
            // A page's first request cannot say who asks. The browser has read afterwards which trace it was.
            let by_browser = || (first.kind == Kind::Browser && part.kind != Kind::Browser && part.parent.is_none()).then_some(first.span);
            match tree.asked_for(part).or_else(|| tree.by_span.get(&by_browser()?).copied()) {
                Some((parent, asking)) if !comes_after(part, asking) => tree.put_into(part, parent, asking),
                _ => tree.put(part, None, i128::from(part.begun_at) - i128::from(first.begun_at)),
            }
        }
        tree
    }

    fn asked_for(&self, part: &Trace) -> Option<(usize, &'a Trace)> {
        self.by_span.get(&part.parent?).copied()
    }

    fn put_into(&mut self, part: &'a Trace, parent: usize, asking: &'a Trace) {
        let (around, duration) = (&self.nodes[parent], i128::from(part.duration_us));
        let asking_began = self.by_span.get(&asking.span).map_or(around.start, |(root, _)| self.root_of(*root).start);
        let by_clock = asking_began + i128::from(part.begun_at) - i128::from(asking.begun_at);
        let spare = around.duration - duration;
        let fits = (around.start..=around.start + spare.max(0)).contains(&by_clock);
        let start = if fits { by_clock } else { around.start + spare.max(0) / 2 };
        self.put(part, Some(parent), start);
    }

    /// The request that a span of it stands for: a browser's waiting stands for the browser.
    fn root_of(&self, node: usize) -> &Node<'a> {
        let node = &self.nodes[node];
        match node.parent {
            Some(parent) if node.label == Label::Of(browser::WAITING) && node.kind == Kind::Browser => &self.nodes[parent],
            _ => node,
        }
    }

    fn put(&mut self, part: &'a Trace, parent: Option<usize>, start: i128) {
        let failed = part.outcome.is_failure();
        let root = Node {
            label: Label::Made(part.title()),
            kind: part.kind,
            depth: 0,
            parent,
            start,
            duration: part.duration_us.into(),
            failed,
            attributes: &[],
        };
        let root = self.push(root);
        self.by_span.insert(part.span, (root, part));
        let mut places = vec![root];
        for (span, place) in part.spans.iter().take(MOST_SPANS).zip(1_u16..) {
            let node = Node {
                label: Label::Of(span.name.as_str()),
                kind: span.kind,
                depth: 0,
                parent: places.get(usize::from(span.parent)).copied().or(Some(root)),
                start: start + i128::from(span.start_us),
                duration: span.duration_us.into(),
                failed: span.failed,
                attributes: &span.attributes,
            };
            let node = self.push(node);
            places.push(node);
            self.by_span.insert(part.span_id(place), (node, part));
            if span.kind == Kind::Browser && span.name.as_str() == browser::WAITING {
                self.by_span.insert(part.span, (node, part));
            }
        }
    }

    fn push(&mut self, mut node: Node<'a>) -> usize {
        let place = self.nodes.len();
        if let Some(parent) = node.parent {
            let around = &self.nodes[parent];
            // Too deep: beside what it is a part of.
            if around.depth >= DEEPEST {
                node.parent = around.parent;
            }
        }
        match node.parent {
            Some(parent) => {
                node.depth = self.nodes[parent].depth + 1;
                self.children[parent].push(place);
            }
            None => self.roots.push(place),
        }
        self.nodes.push(node);
        self.children.push(Vec::new());
        place
    }

    /// Those of one name together, where they are many; in the order in which the first of each began.
    fn groups(&self, mut places: Vec<usize>) -> Vec<Vec<usize>> {
        places.sort_by_key(|place| self.nodes[*place].start);
        let mut counts: HashMap<(&Label<'_>, Kind), usize> = HashMap::new();
        for node in places.iter().map(|place| &self.nodes[*place]) {
            *counts.entry((&node.label, node.kind)).or_default() += 1;
        }
        let mut groups: Vec<Vec<usize>> = Vec::new();
        let mut folded: HashMap<(&Label<'_>, Kind), usize> = HashMap::new();
        for place in places {
            let key = (&self.nodes[place].label, self.nodes[place].kind);
            if counts[&key] <= UNFOLDED {
                groups.push(vec![place]);
            } else if let Some(group) = folded.get(&key) {
                groups[*group].push(place);
            } else {
                folded.insert(key, groups.len());
                groups.push(vec![place]);
            }
        }
        groups
    }

    /// The row of a group, and those below it. They are no deeper than [`DEEPEST`].
    fn row(&self, group: &[usize], scale: Scale, rows: &mut Vec<Row>) {
        let Some(first) = group.first().map(|place| &self.nodes[*place]) else { return };
        let nodes = || group.iter().map(|place| &self.nodes[*place]);
        let end = nodes().map(|node| node.start + node.duration).max().unwrap_or(first.start);
        let duration: i128 = nodes().map(|node| node.duration).sum();
        let own: i128 = group.iter().map(|place| self.own(*place)).sum();
        let Bar { offset, width } = scale.bar(first.start, end);
        rows.push(Row {
            label: first.label.as_str().to_owned(),
            kind: first.kind,
            depth: first.depth,
            offset,
            width,
            bars: if group.len() > 1 { joined(nodes().map(|node| scale.bar(node.start, node.start + node.duration))) } else { Vec::new() },
            start_us: micros(first.start - scale.begin),
            duration_us: micros(duration),
            own_us: micros(own),
            count: group.len() as u32,
            failed: nodes().filter(|node| node.failed).count() as u32,
            notes: if group.len() > 1 { Vec::new() } else { first.attributes.iter().map(note).collect() },
        });
        let below: Vec<_> = group.iter().flat_map(|place| &self.children[*place]).copied().collect();
        for group in self.groups(below) {
            self.row(&group, scale, rows);
        }
    }

    /// What of a span is in none of its parts.
    fn own(&self, place: usize) -> i128 {
        let node = &self.nodes[place];
        let end = node.start + node.duration;
        let mut parts: Vec<_> =
            self.children[place].iter().map(|child| &self.nodes[*child]).map(|child| (child.start, child.start + child.duration)).collect();
        parts.sort_unstable();
        let (mut own, mut seen) = (node.duration, node.start);
        for (from, to) in parts {
            let (from, to) = (from.clamp(seen, end), to.clamp(seen, end));
            own -= to - from;
            seen = to;
        }
        own
    }
}

impl Label<'_> {
    fn as_str(&self) -> &str {
        match self {
            Self::Of(label) => label,
            Self::Made(label) => label,
        }
    }
}

#[derive(Clone, Copy)]
struct Scale {
    begin: i128,
    whole: i128,
}

impl Scale {
    /// At least a thousandth wide, so that it is seen, and never beyond the end.
    fn bar(self, from: i128, to: i128) -> Bar {
        let thousandths = |moment: i128| ((moment - self.begin) * 1_000).checked_div(self.whole).unwrap_or(0).clamp(0, 1_000) as u16;
        let offset = thousandths(from).min(999);
        let end = if self.whole == 0 { 1_000 } else { thousandths(to) };
        Bar { offset, width: end.saturating_sub(offset).max(1) }
    }
}

/// Bars that touch each other are one.
fn joined(bars: impl Iterator<Item = Bar>) -> Vec<Bar> {
    let mut joined: Vec<Bar> = Vec::new();
    for bar in bars {
        match joined.last_mut() {
            Some(last) if bar.offset <= last.offset + last.width => last.width = last.width.max(bar.offset + bar.width - last.offset),
            _ => joined.push(bar),
        }
    }
    joined
}

fn table(parts: &[Trace], duration_us: u64) -> Vec<Line> {
    let mut lines: HashMap<(&str, Kind), Line> = HashMap::new();
    let line =
        |name: &str, kind: Kind| Line { name: name.to_owned(), kind, count: 0, failed: 0, total_us: 0, longest_us: 0, share: 0, is_repeated: false };
    for part in parts {
        let tallied: HashMap<_, _> = part.tallies.iter().map(|tally| ((tally.name.as_str(), tally.kind), tally)).collect();
        for (key, tally) in &tallied {
            let line = lines.entry(*key).or_insert_with(|| line(key.0, key.1));
            line.add(tally.count, tally.failed, tally.total_us, tally.longest_us);
            line.is_repeated |= tally.is_repeated();
        }
        for span in &part.spans {
            let key = (span.name.as_str(), span.kind);
            if !tallied.contains_key(&key) {
                lines.entry(key).or_insert_with(|| line(key.0, key.1)).add(1, span.failed.into(), span.duration_us, span.duration_us);
            }
        }
    }
    let mut lines: Vec<_> = lines.into_values().collect();
    for line in &mut lines {
        let share = (u128::from(line.total_us) * 1_000).checked_div(duration_us.into()).unwrap_or(0);
        line.share = u16::try_from(share).unwrap_or(u16::MAX);
    }
    lines.sort_by(|one, other| (other.total_us, &one.name, one.kind).cmp(&(one.total_us, &other.name, other.kind)));
    lines
}

impl Line {
    fn add(&mut self, count: u32, failed: u32, total_us: u64, longest_us: u64) {
        self.count = self.count.saturating_add(count);
        self.failed = self.failed.saturating_add(failed);
        self.total_us = self.total_us.saturating_add(total_us);
        self.longest_us = self.longest_us.max(longest_us);
    }
}

fn note(attribute: &Attribute) -> String {
    match &attribute.value {
        Value::Number(number) => format!("{}: {number}", attribute.key),
        Value::Word(word) => format!("{}: {word}", attribute.key),
        Value::Flag(true) => attribute.key.to_string(),
        Value::Flag(false) => format!("not {}", attribute.key),
    }
}

fn micros(duration: i128) -> u64 {
    u64::try_from(duration.max(0)).unwrap_or(u64::MAX)
}
