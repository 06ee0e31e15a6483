//! Which tokens two texts have in common, in the same order.
//!
//! Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), which finds the fewest differences, as far as a
//! bound; from the furthest place it has reached by then it goes on anew. So a text of any kind costs a time in
//! proportion to its length. Long texts are taken apart first at words that both have exactly once (Bram Cohen's patience
//! diff), so that a paragraph put in front does not hide that the rest is the same.

use std::cmp::Ordering;

/// How many tokens may differ before the search goes on anew.
const BOUND: i32 = 128;

/// Texts with fewer tokens than this together are searched as a whole.
const SHORT: usize = 500;

/// Of texts with more tokens than this together only the same beginning and the same end are found.
const LONGEST: usize = 200_000;

const NOWHERE: i32 = -1;

/// A piece of text that is the same or not. The number makes most comparisons one of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Token<'a> {
    hash: u32,
    text: &'a str,
}

impl<'a> Token<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        // FNV-1a
        let hash = text.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        Self { hash, text }
    }

    pub(crate) const fn text(&self) -> &'a str {
        self.text
    }
}

/// Pairs of places, rising on both sides.
pub(crate) fn common(old: &[Token<'_>], new: &[Token<'_>]) -> Vec<(usize, usize)> {
    let start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let end = old[start..].iter().rev().zip(new[start..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (old_end, new_end) = (old.len() - end, new.len() - end);

    let mut found: Vec<(usize, usize)> = (0..start).map(|at| (at, at)).collect();
    let size = old_end + new_end - 2 * start;
    if size <= LONGEST {
        let mut search = Search::new(old, new);
        let (mut x, mut y) = (start, start);
        if size > SHORT {
            for (a, b) in anchors(old, new, start, (old_end, new_end)) {
                search.between((x, y), (a, b), &mut found);
                found.push((a, b));
                (x, y) = (a + 1, b + 1);
            }
        }
        search.between((x, y), (old_end, new_end), &mut found);
    }
    // Numbers were compared: two texts may share one, however seldom.
    found.retain(|(x, y)| old[*x] == new[*y]);
    found.extend((0..end).map(|at| (old_end + at, new_end + at)));
    found
}

/// The longest series of tokens, rising on both sides, that each side has exactly once.
fn anchors(old: &[Token<'_>], new: &[Token<'_>], start: usize, (old_end, new_end): (usize, usize)) -> Vec<(usize, usize)> {
    let once = |tokens: &[Token<'_>], end: usize| -> Vec<usize> {
        let mut places: Vec<usize> = (start..end).collect();
        places.sort_unstable_by(|a, b| tokens[*a].cmp(&tokens[*b]));
        let is_alone = |at: usize| {
            let same = |other: Option<&usize>| other.is_some_and(|other| tokens[*other] == tokens[places[at]]);
            !(same(places.get(at + 1)) || at > 0 && same(places.get(at - 1)))
        };
        (0..places.len()).filter(|at| is_alone(*at)).map(|at| places[at]).collect()
    };
    let (left, right) = (once(old, old_end), once(new, new_end));
    let mut both = Vec::new();
    let (mut a, mut b) = (0, 0);
    while let (Some(x), Some(y)) = (left.get(a), right.get(b)) {
        let order = old[*x].cmp(&new[*y]);
        if order == Ordering::Equal {
            both.push((*x, *y));
        }
        a += usize::from(order != Ordering::Greater);
        b += usize::from(order != Ordering::Less);
    }
    both.sort_unstable();
    longest_rising(&both)
}

fn longest_rising(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // The pair that ends the best series of each length, and the pair before each pair.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (at, (_, y)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| pairs[*end].1 < *y);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        if length == ends.len() {
            ends.push(at);
        } else {
            ends[length] = at;
        }
    }
    let mut series = Vec::with_capacity(ends.len());
    let mut next = ends.last().copied();
    while let Some(at) = next {
        series.push(pairs[at]);
        next = before[at];
    }
    series.reverse();
    series
}

struct Search {
    old: Vec<u32>,
    new: Vec<u32>,
    /// How far each diagonal was followed, as a place in the old text.
    furthest: Vec<i32>,
    /// What `furthest` was before each round; round `d` has `2 d + 1` places.
    rounds: Vec<i32>,
}

impl Search {
    fn new(old: &[Token<'_>], new: &[Token<'_>]) -> Self {
        let numbers = |tokens: &[Token<'_>]| tokens.iter().map(|token| token.hash).collect();
        Self { old: numbers(old), new: numbers(new), furthest: vec![NOWHERE; 2 * BOUND as usize + 3], rounds: Vec::new() }
    }

    fn between(&mut self, (mut x, mut y): (usize, usize), (x_end, y_end): (usize, usize), found: &mut Vec<(usize, usize)>) {
        while x < x_end && y < y_end {
            (x, y) = self.reach((x, y), (x_end, y_end), found);
        }
    }

    /// Goes from a place to the end, or as far as the bound allows.
    #[expect(clippy::many_single_char_names, reason = "as the paper has them")]
    fn reach(&mut self, (x0, y0): (usize, usize), (x_end, y_end): (usize, usize), found: &mut Vec<(usize, usize)>) -> (usize, usize) {
        let (old, new) = (&self.old[x0..x_end], &self.new[y0..y_end]);
        let (n, m) = (old.len() as i32, new.len() as i32);
        let along = |mut x: i32, k: i32| {
            while let (Some(a), Some(b)) = (old.get(x as usize), new.get((x - k) as usize))
                && a == b
            {
                x += 1;
            }
            x
        };
        let at = |k: i32| (k + BOUND + 1) as usize;
        self.furthest.fill(NOWHERE);
        self.rounds.clear();
        let mut reached = (along(0, 0), 0, 0);
        self.furthest[at(0)] = reached.0;
        'search: for d in 1..=BOUND.min(n + m) {
            if reached.0 == n && reached.0 - reached.1 == m {
                break;
            }
            self.rounds.extend_from_slice(&self.furthest[at(-d)..=at(d)]);
            // Of places equally far, the one nearest to the middle.
            let mut best = (NOWHERE, 0, d);
            for k in (-d..=d).step_by(2) {
                let (x, _) = step(self.furthest[at(k - 1)], self.furthest[at(k + 1)], k, n, m);
                let x = if x == NOWHERE { x } else { along(x, k) };
                self.furthest[at(k)] = x;
                if x == NOWHERE {
                    continue;
                }
                let (far, before) = (2 * x - k, 2 * best.0 - best.1);
                if best.0 == NOWHERE || far > before || (far == before && k.abs() < best.1.abs()) {
                    best = (x, k, d);
                }
                if x == n && x - k == m {
                    reached = best;
                    break 'search;
                }
            }
            reached = best;
        }
        let (x, k, d) = reached;
        self.back((x, x - k), d, (n, m), (x0, y0), found);
        (x0 + x as usize, y0 + (x - k) as usize)
    }

    /// Walks back from where `d` rounds have led.
    #[expect(clippy::many_single_char_names, reason = "as the paper has them")]
    fn back(&self, (mut x, mut y): (i32, i32), d: i32, (n, m): (i32, i32), (x0, y0): (usize, usize), found: &mut Vec<(usize, usize)>) {
        let first = found.len();
        let pair = |x: i32, y: i32| (x0 + x as usize, y0 + y as usize);
        for d in (1..=d).rev() {
            let k = x - y;
            let round = &self.rounds[(d * d - 1) as usize..][..(2 * d + 1) as usize];
            let at = |k: i32| usize::try_from(k + d).ok().and_then(|at| round.get(at)).copied().unwrap_or(NOWHERE);
            let (start, is_down) = step(at(k - 1), at(k + 1), k, n, m);
            if start == NOWHERE {
                break;
            }
            while x > start {
                (x, y) = (x - 1, y - 1);
                found.push(pair(x, y));
            }
            if is_down {
                y -= 1;
            } else {
                x -= 1;
            }
        }
        while x > 0 && y > 0 {
            (x, y) = (x - 1, y - 1);
            found.push(pair(x, y));
        }
        found[first..].reverse();
    }
}

/// Where one comes onto a diagonal from its neighbours, and whether by leaving out a token of the new text.
#[inline]
const fn step(left: i32, right: i32, k: i32, n: i32, m: i32) -> (i32, bool) {
    let across = if left == NOWHERE || left >= n { NOWHERE } else { left + 1 };
    let down = if right == NOWHERE || right - k > m { NOWHERE } else { right };
    if across > down { (across, false) } else { (down, true) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<Token<'_>> {
        text.split(' ').filter(|word| !word.is_empty()).map(Token::new).collect()
    }

    /// How many words are found; that they are the same and rise is checked on the way.
    fn found(old: &str, new: &str) -> usize {
        let (old, new) = (tokens(old), tokens(new));
        let pairs = common(&old, &new);
        assert!(pairs.iter().all(|(x, y)| old[*x] == new[*y]), "{pairs:?}");
        assert!(pairs.windows(2).all(|two| two[0].0 < two[1].0 && two[0].1 < two[1].1), "{pairs:?}");
        pairs.len()
    }

    /// The longest there is, by looking at all.
    fn longest(old: &[Token<'_>], new: &[Token<'_>]) -> usize {
        let mut row = vec![0; new.len() + 1];
        for a in old {
            let mut corner = 0;
            for (at, b) in new.iter().enumerate() {
                let above = row[at + 1];
                row[at + 1] = if a == b { corner + 1 } else { above.max(row[at]) };
                corner = above;
            }
        }
        row[new.len()]
    }

    /// Words by a small generator of numbers, so that each run has the same ones.
    fn text(seed: u32, count: u32, of: u32) -> String {
        let mut number = seed;
        let mut next = || {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            number >> 8
        };
        (0..count).flat_map(|_| ["w".to_owned(), (next() % of).to_string(), " ".to_owned()]).collect()
    }

    #[test]
    fn the_most_is_found_in_short_texts() {
        for seed in 0..300 {
            let (old, new) = (text(seed, seed % 40, 2 + seed % 7), text(seed + 1_000, 17 + seed % 23, 2 + seed % 7));

            assert_eq!(found(&old, &new), longest(&tokens(&old), &tokens(&new)), "{old} / {new}");
        }
    }

    #[test]
    fn what_is_put_in_front_does_not_hide_that_the_rest_is_the_same() {
        let rest = text(1, 900, 300);
        let new = format!("{} {}", text(2, 700, 5_000).replace('w', "n"), rest.replacen("w1 ", "x ", 3));

        assert!(found(&rest, &new) >= 890, "{}", found(&rest, &new));
    }

    #[test]
    fn texts_of_any_kind_end() {
        assert_eq!(found("", ""), 0);
        assert_eq!(found("a", ""), 0);
        assert_eq!(found(&"a ".repeat(3_000), &"b ".repeat(3_000)), 0);
        assert_eq!(found(&"a ".repeat(3_000), &"a ".repeat(2_000)), 2_000);
        assert!(found(&text(3, 40_000, 40), &text(4, 40_000, 40)) > 5_000);
        assert_eq!(found(&format!("a {}", "b ".repeat(150_000)), &format!("a {}", "c ".repeat(150_000))), 1);
    }
}
