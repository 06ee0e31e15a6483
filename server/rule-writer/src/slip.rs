//! Slips of the finger: words that are another word but for a letter or two.

/// Shorter words are too often a letter away from each other.
const LEAST: usize = 4;
/// From this length on a word may have two slips.
const LONG: usize = 8;

/// What makes one word of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Slip {
    /// Letters too many, too few, others, or swapped with the next.
    pub(crate) count: usize,
    /// Whether the words end in other letters: that may be another form of the same word.
    pub(crate) is_ending: bool,
    /// Whether it is two letters swapped, which hardly ever makes another word.
    pub(crate) is_swap: bool,
}

/// Whether a word is another one with a slip in it; both are folded.
pub(crate) fn is_slip(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    one.len().min(other.len()) >= LEAST && distance(&one, &other, 1) == Some(1)
}

/// How a word came to be of a `meant` one: by one slip, or two where it is long, and none of them at its start. Both are folded.
pub(crate) fn slip(word: &str, meant: &str) -> Option<Slip> {
    if word.chars().next() != meant.chars().next() {
        return None;
    }
    let (word, meant): (Vec<char>, Vec<char>) = (word.chars().collect(), meant.chars().collect());
    if word.len().min(meant.len()) < LEAST {
        return None;
    }
    let count = distance(&word, &meant, if meant.len() >= LONG { 2 } else { 1 }).filter(|count| *count > 0)?;
    let same = word.iter().zip(&meant).take_while(|(a, b)| a == b).count();
    let is_swap = count == 1 && word.len() == meant.len() && word.get(same) == meant.get(same + 1) && word.get(same + 1) == meant.get(same);
    Some(Slip { count, is_ending: word.last() != meant.last(), is_swap })
}

/// How many letters have to be put in, left out, changed or swapped with the next (the optimal string alignment of Damerau and
/// Levenshtein); none when they are more than `most`.
fn distance(one: &[char], other: &[char], most: usize) -> Option<usize> {
    if one.len().abs_diff(other.len()) > most {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.iter().enumerate() {
        let mut next = vec![at + 1];
        for (beside, with) in other.iter().enumerate() {
            let mut least = (row[beside] + usize::from(letter != with)).min(row[beside + 1] + 1).min(next[beside] + 1);
            if at > 0 && beside > 0 && letter != with && *letter == other[beside - 1] && one[at - 1] == *with {
                least = least.min(before[beside - 1] + 1);
            }
            next.push(least);
        }
        if next.iter().min().is_some_and(|least| *least > most) {
            return None;
        }
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().filter(|count| *count <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_letter_is_a_slip_and_two_are_in_a_long_word() {
        let count = |word, meant| slip(word, meant).map(|slip| slip.count);

        for (word, meant, slips) in [
            ("pillocwase", "pillowcase", Some(1)),
            ("pilowcase", "pillowcase", Some(1)),
            ("pillowwcase", "pillowcase", Some(1)),
            ("pillowcade", "pillowcase", Some(1)),
            ("pilocwase", "pillowcase", Some(2)),
            ("piowcase", "pillowcase", Some(2)),
            ("pilcwaose", "pillowcase", None),
            ("chiars", "chairs", Some(1)),
            ("chiasr", "chairs", None),
            ("illowcase", "pillowcase", None),
            ("lamp", "lamp", None),
            ("rug", "rig", None),
            ("", "", None),
            ("kopfhorer", "kopfhroer", Some(1)),
        ] {
            assert_eq!(count(word, meant), slips, "{word} for {meant}");
        }
    }

    #[test]
    fn endings_and_swaps_are_told_apart_from_the_rest() {
        let of = |word, meant| slip(word, meant).map(|slip| (slip.is_ending, slip.is_swap));

        assert_eq!(of("tischlampe", "tischlampen"), Some((true, false)));
        assert_eq!(of("libro", "libri"), Some((true, false)));
        assert_eq!(of("pillowcaes", "pillowcase"), Some((true, true)));
        assert_eq!(of("pillocwase", "pillowcase"), Some((false, true)));
        assert_eq!(of("pilowcase", "pillowcase"), Some((false, false)));
        assert_eq!(of("hammok", "hammock"), Some((false, false)));
    }

    #[test]
    fn a_name_may_have_its_slip_at_the_start() {
        assert!(is_slip("rbackenside", "brackenside") && is_slip("rackenside", "brackenside"));
        assert!(!is_slip("ivy", "ive") && !is_slip("brackenside", "brackenside") && !is_slip("bracknesdie", "brackenside"));
    }
}
