//! What an entry depends on, and which of the latest changes are known to concern it.
//!
//! A group (a store) has a version that each change counts up by one: its change number. Who looks something up knows the version, as
//! they read the log. Beside that, changes may be known in detail: which member of the group each concerned, and who made it. With the
//! details an entry outlives changes of other members; without them it does not. So details may come late, twice or never.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
};

use serde::{Deserialize, Serialize};

/// What an entry depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Tag {
    /// Everything in the group, such as a list of its members.
    Group,
    /// One member alone.
    Member(u128),
}

/// A change known in detail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub group: u128,
    /// The version that the group has since.
    pub version: u64,
    pub member: u128,
    /// Who made it; they see it at once.
    pub by: u128,
}

/// How an entry stands to the present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nothing it depends on has changed.
    Current,
    /// Somebody other than who asks changed it, first at that moment (microseconds since 1970).
    Behind {
        since: i64,
    },
    Outdated,
}

/// Details kept a group: as many changes as come in some seconds.
const KEPT: usize = 1_024;

/// More groups than one process serves at once: then it begins anew. With all their details they take some hundred megabytes.
const MOST_GROUPS: usize = 4_000;

#[derive(Default)]
pub(crate) struct Tags {
    groups: RwLock<HashMap<u128, Arc<Mutex<Group>>>>,
}

#[derive(Default)]
struct Group {
    /// The highest that anybody has named, and when they did.
    version: u64,
    named_at: i64,
    changes: BTreeMap<u64, Detail>,
}

struct Detail {
    member: u128,
    by: u128,
    /// When it was made; none when it was already named before its details came: then nobody knows for how long it has been there.
    at: Option<i64>,
}

impl Tags {
    /// Somebody has read in the log that the group is at a version.
    pub(crate) fn named(&self, group: u128, version: u64, now: i64) {
        let known = self.group(group);
        let mut known = lock(&known);
        if version > known.version {
            (known.version, known.named_at) = (version, now);
        }
    }

    /// A change that this process has just made. Somebody may have read of it already.
    pub(crate) fn made(&self, change: &Change, now: i64) {
        self.note(change, |known| match change.version.cmp(&known.version) {
            Ordering::Greater => Some(now),
            Ordering::Equal => Some(known.named_at),
            Ordering::Less => None,
        });
    }

    /// A change that another process tells of. When somebody has read of it already, it may have been there for any time.
    pub(crate) fn heard(&self, change: &Change, now: i64) {
        self.note(change, |known| (change.version > known.version).then_some(now));
    }

    /// How an entry stands that was made from a version, for somebody who knows of a later one.
    pub(crate) fn standing(&self, group: u128, made_from: u64, version: u64, tag: Tag, asker: Option<u128>) -> Standing {
        if made_from >= version {
            return Standing::Current;
        }
        let missed = version - made_from;
        if missed > KEPT as u64 {
            return Standing::Outdated;
        }
        let known = self.group(group);
        let known = lock(&known);
        let mut next = made_from;
        let mut since: Option<i64> = None;
        for (number, change) in known.changes.range(made_from + 1..=version) {
            next += 1;
            if *number != next {
                return Standing::Outdated;
            }
            if tag != Tag::Group && tag != Tag::Member(change.member) {
                continue;
            }
            match change.at {
                Some(at) if asker.is_some_and(|asker| asker != change.by) => since = Some(since.map_or(at, |since| since.min(at))),
                _ => return Standing::Outdated,
            }
        }
        if next != version {
            return Standing::Outdated;
        }
        since.map_or(Standing::Current, |since| Standing::Behind { since })
    }

    fn note(&self, change: &Change, at: impl FnOnce(&Group) -> Option<i64>) {
        let known = self.group(change.group);
        let mut known = lock(&known);
        let at = at(&known);
        // What is known first stays: told again, it is known later.
        known.changes.entry(change.version).or_insert(Detail { member: change.member, by: change.by, at });
        while known.changes.len() > KEPT {
            known.changes.pop_first();
        }
    }

    fn group(&self, group: u128) -> Arc<Mutex<Group>> {
        if let Some(known) = self.groups.read().unwrap_or_else(PoisonError::into_inner).get(&group) {
            return known.clone();
        }
        let mut groups = self.groups.write().unwrap_or_else(PoisonError::into_inner);
        if groups.len() >= MOST_GROUPS {
            groups.clear();
        }
        groups.entry(group).or_default().clone()
    }
}

/// A panic elsewhere leaves a group whole: it is changed in steps that each keep it so.
fn lock(group: &Mutex<Group>) -> MutexGuard<'_, Group> {
    group.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOP: u128 = 1;
    const ANN: u128 = 10;
    const BEN: u128 = 11;
    const LAMP: u128 = 100;
    const VASE: u128 = 101;

    fn change(version: u64, member: u128, by: u128) -> Change {
        Change { group: SHOP, version, member, by }
    }

    #[test]
    fn an_entry_is_current_until_its_group_changes() {
        let tags = Tags::default();
        assert_eq!(tags.standing(SHOP, 7, 7, Tag::Group, Some(ANN)), Standing::Current);
        assert_eq!(tags.standing(SHOP, 7, 8, Tag::Group, Some(ANN)), Standing::Outdated);
        assert_eq!(tags.standing(SHOP, 8, 7, Tag::Group, Some(ANN)), Standing::Current);
    }

    #[test]
    fn a_member_outlives_the_changes_of_others() {
        let tags = Tags::default();
        tags.made(&change(8, LAMP, ANN), 1);
        tags.made(&change(9, LAMP, ANN), 2);

        assert_eq!(tags.standing(SHOP, 7, 9, Tag::Member(VASE), Some(ANN)), Standing::Current);
        assert_eq!(tags.standing(SHOP, 7, 9, Tag::Member(LAMP), Some(ANN)), Standing::Outdated);
    }

    #[test]
    fn a_change_without_details_concerns_every_member() {
        let tags = Tags::default();
        tags.made(&change(8, LAMP, ANN), 1);
        tags.made(&change(10, LAMP, ANN), 2);

        assert_eq!(tags.standing(SHOP, 7, 10, Tag::Member(VASE), Some(ANN)), Standing::Outdated);
        assert_eq!(tags.standing(SHOP, 7, 11, Tag::Member(VASE), Some(ANN)), Standing::Outdated);
        assert_eq!(tags.standing(SHOP, 9, 10, Tag::Member(VASE), Some(ANN)), Standing::Current);
    }

    #[test]
    fn everybody_but_the_author_may_see_what_was_there_before() {
        let tags = Tags::default();
        tags.made(&change(8, LAMP, ANN), 5);
        tags.made(&change(9, VASE, ANN), 6);

        assert_eq!(tags.standing(SHOP, 7, 9, Tag::Group, Some(BEN)), Standing::Behind { since: 5 });
        assert_eq!(tags.standing(SHOP, 7, 9, Tag::Group, Some(ANN)), Standing::Outdated);
        assert_eq!(tags.standing(SHOP, 7, 9, Tag::Group, None), Standing::Outdated);
    }

    #[test]
    fn what_was_named_before_its_details_came_is_of_unknown_age() {
        let tags = Tags::default();
        tags.named(SHOP, 8, 1);
        tags.heard(&change(8, LAMP, ANN), 5);
        tags.heard(&change(9, LAMP, ANN), 6);

        assert_eq!(tags.standing(SHOP, 7, 8, Tag::Group, Some(BEN)), Standing::Outdated);
        assert_eq!(tags.standing(SHOP, 7, 8, Tag::Member(VASE), Some(BEN)), Standing::Current);
        assert_eq!(tags.standing(SHOP, 8, 9, Tag::Group, Some(BEN)), Standing::Behind { since: 6 });
    }

    #[test]
    fn what_this_process_made_is_as_old_as_it_can_be() {
        let tags = Tags::default();
        tags.named(SHOP, 8, 3);
        tags.made(&change(7, LAMP, ANN), 5);
        tags.made(&change(8, LAMP, ANN), 5);

        assert_eq!(tags.standing(SHOP, 7, 8, Tag::Group, Some(BEN)), Standing::Behind { since: 3 });
        assert_eq!(tags.standing(SHOP, 6, 8, Tag::Group, Some(BEN)), Standing::Outdated);
    }

    #[test]
    fn details_are_bounded() {
        let tags = Tags::default();
        for version in 1..=3 * KEPT as u64 {
            tags.made(&change(version, LAMP, ANN), 1);
        }
        let last = 3 * KEPT as u64;
        assert_eq!(tags.standing(SHOP, last - KEPT as u64, last, Tag::Member(VASE), None), Standing::Current);
        assert_eq!(tags.standing(SHOP, last - KEPT as u64 - 1, last, Tag::Member(VASE), None), Standing::Outdated);
    }
}
