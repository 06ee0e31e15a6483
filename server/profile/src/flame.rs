//! The tree as boxes: each function as wide as it was seen, below what called it. Figures alone; [`crate::svg`] draws them.

use crate::tree::Node;

/// A function in the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Box<'a> {
    pub name: &'a str,
    /// How far down: 0 is everything, 1 the threads.
    pub row: usize,
    /// From where on, and how wide, of [`WIDTH`].
    pub left: u64,
    pub width: u64,
    pub total: u64,
    pub own: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flame<'a> {
    /// What calls stands before what it calls.
    pub boxes: Vec<Box<'a>>,
    pub rows: usize,
    /// How many are not in it, as they are too narrow or too deep.
    pub left_out: usize,
}

/// Of the whole picture.
pub const WIDTH: u64 = 1_200;
/// What is narrower is not drawn.
const NARROWEST: u64 = 2;
/// Boxes and rows that are drawn.
pub const MOST: usize = 2_000;
pub const DEEPEST: usize = 64;

/// The boxes of a tree. Where there are too many the narrowest are left out.
pub fn flame<'a>(tree: &Node<'a>) -> Flame<'a> {
    let mut narrowest = NARROWEST;
    loop {
        let mut flame = Flame::default();
        put(&mut flame, tree, 0, 0, tree.total, narrowest);
        if flame.boxes.len() <= MOST {
            return flame;
        }
        narrowest *= 2;
    }
}

fn put<'a>(flame: &mut Flame<'a>, node: &Node<'a>, row: usize, before: u64, all: u64, narrowest: u64) {
    // Rounded where it begins and where the next one does, so that neighbours touch each other and nothing sticks out.
    let place = |count: u64| u64::try_from(u128::from(count) * u128::from(WIDTH) / u128::from(all.max(1))).unwrap_or(WIDTH);
    let (left, right) = (place(before), place(before.saturating_add(node.total).min(all)));
    let width = right.saturating_sub(left);
    if width < narrowest || row >= DEEPEST {
        flame.left_out += count(node);
        return;
    }
    flame.rows = flame.rows.max(row + 1);
    flame.boxes.push(Box { name: node.name, row, left, width, total: node.total, own: node.own });
    let mut before = before;
    for below in &node.below {
        put(flame, below, row + 1, before, all, narrowest);
        before = before.saturating_add(below.total);
    }
}

fn count(node: &Node<'_>) -> usize {
    1 + node.below.iter().map(count).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{tests::samples, tree::tree};

    #[test]
    fn a_function_is_as_wide_as_it_was_seen_and_below_what_called_it() {
        let samples = samples(&["t;main;read 25", "t;main;write 50", "t;main 25"]);

        let flame = flame(&tree(&samples));

        let told: Vec<_> = flame.boxes.iter().map(|one| (one.name, one.row, one.left, one.width)).collect();
        let expected = [("everything", 0, 0, 1_200), ("t", 1, 0, 1_200), ("main", 2, 0, 1_200), ("write", 3, 0, 600), ("read", 3, 600, 300)];
        assert_eq!((told.as_slice(), flame.rows, flame.left_out), (&expected[..], 4, 0));
    }

    #[test]
    fn what_cannot_be_seen_is_counted_and_not_drawn() {
        let samples = samples(&["t;wide 1200", "t;narrow;inside 1"]);

        let flame = flame(&tree(&samples));

        assert_eq!((flame.boxes.len(), flame.left_out), (3, 2));
    }

    #[test]
    fn there_are_never_more_than_somebody_can_look_at() {
        let stacks: Vec<String> =
            (0..400).map(|at| format!("t;f{at};{} 10", (0..90).map(|row| format!("g{at}x{row}")).collect::<Vec<_>>().join(";"))).collect();
        let samples = samples(&stacks.iter().map(String::as_str).collect::<Vec<_>>());

        let flame = flame(&tree(&samples));

        assert!(flame.boxes.len() <= MOST && flame.rows <= DEEPEST && flame.left_out > 0, "{} {}", flame.boxes.len(), flame.rows);
    }

    #[test]
    fn nothing_makes_nothing() {
        assert_eq!(flame(&tree(&crate::Samples::default())), Flame { left_out: 1, ..Flame::default() });
    }
}
