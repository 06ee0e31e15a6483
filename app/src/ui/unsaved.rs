//! What was typed and is not saved yet, on whichever page: shown on every page, so that nobody walks away
//! from it unawares.

use domain::ids::ProductId;
use leptos::prelude::*;

/// Stands in context; the frame shows it.
#[derive(Clone, Copy)]
pub(crate) struct Unsaved(RwSignal<Vec<Outstanding>>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outstanding {
    pub product: ProductId,
    /// Where it can be settled.
    pub address: String,
    pub saving: usize,
    pub failed: usize,
    pub conflicts: usize,
}

impl Unsaved {
    pub(crate) fn new() -> Self {
        Self(RwSignal::new(Vec::new()))
    }

    pub(crate) fn tell(self, outstanding: Outstanding) {
        let nothing = outstanding.saving + outstanding.failed + outstanding.conflicts == 0;
        self.0.try_update(|all| {
            all.retain(|known| known.product != outstanding.product);
            if !nothing {
                all.push(outstanding);
            }
        });
    }
}

impl Unsaved {
    /// What to settle first: its address, the tone, the words. None while everything is saved.
    #[cfg(feature = "hydrate")]
    pub(crate) fn worst(self) -> Option<(String, &'static str, String)> {
        let all = self.0.read();
        let sum = |count: fn(&Outstanding) -> usize| all.iter().map(count).sum::<usize>();
        let (conflicts, failed, saving) = (sum(|one| one.conflicts), sum(|one| one.failed), sum(|one| one.saving));
        let first = all.iter().find(|one| one.conflicts > 0).or_else(|| all.iter().find(|one| one.failed > 0)).or_else(|| all.first())?;
        let (tone, words) = told(conflicts, failed, saving);
        Some((first.address.clone(), tone, words))
    }
}

#[cfg(any(feature = "hydrate", test))]
fn told(conflicts: usize, failed: usize, saving: usize) -> (&'static str, String) {
    match (conflicts, failed, saving) {
        (1, ..) => ("warn", "1 conflict".to_owned()),
        (2.., ..) => ("warn", format!("{conflicts} conflicts")),
        (_, 1.., _) => ("bad", format!("{failed} not saved")),
        _ => ("busy", "Saving".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_is_told_first() {
        assert_eq!(told(1, 2, 3), ("warn", "1 conflict".into()));
        assert_eq!(told(0, 2, 3), ("bad", "2 not saved".into()));
        assert_eq!(told(0, 0, 1), ("busy", "Saving".into()));
    }
}
