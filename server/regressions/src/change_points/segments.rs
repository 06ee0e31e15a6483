//! Taking a series apart at its clearest place, and each of the parts again, as long as it is clear enough.

use std::ops::Range;

use super::Step;

/// The clearest place of a part: the first run behind it, whether that goes up, and how clear it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clearest {
    pub step: Step,
    pub clarity: f64,
}

/// `look` gives what is seen at a place of a part, if anything. Of places that are as clear the first one is taken.
pub(super) fn apart(length: usize, look: impl Fn(&Range<usize>, usize) -> Option<Clearest>) -> Vec<Step> {
    let mut parts: Vec<_> = std::iter::once(0..length).collect();
    let mut steps = Vec::new();
    while let Some(part) = parts.pop() {
        let seen = part.clone().skip(1).filter_map(|at| look(&part, at));
        let clearest = seen.reduce(|one, other| if other.clarity > one.clarity { other } else { one });
        let Some(Clearest { step, .. }) = clearest else { continue };
        steps.push(step);
        parts.extend([part.start..step.at, step.at..part.end]);
    }
    steps.sort_by_key(|step| step.at);
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clearest_is_first_and_each_part_is_looked_at_again() {
        let clear = [0.0, 0.0, 5.0, 0.0, 9.0, 0.0, 5.0, 0.0];
        let looked = std::cell::RefCell::new(Vec::new());
        let steps = apart(clear.len(), |part, at| {
            if looked.borrow().last() != Some(part) {
                looked.borrow_mut().push(part.clone());
            }
            (clear[at] > 0.0).then_some(Clearest { step: Step { at, up: true }, clarity: clear[at] })
        });

        assert_eq!(steps.iter().map(|step| step.at).collect::<Vec<_>>(), [2, 4, 6]);
        assert_eq!(looked.into_inner()[..2], [0..8, 4..8]);
    }

    #[test]
    fn of_nothing_there_is_nothing() {
        assert!(apart(0, |_, at| Some(Clearest { step: Step { at, up: true }, clarity: 1.0 })).is_empty());
        assert!(apart(1, |_, at| Some(Clearest { step: Step { at, up: true }, clarity: 1.0 })).is_empty());
    }
}
