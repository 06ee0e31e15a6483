//! Deciding about a suggestion: who was first, and whether the product is still what the suggestion was written for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    field::{Field, Value},
    ids::{Seq, VersionId},
    op::{Base, Edit},
    product::{OptimisationStatus, Product},
};

/// What has become of a suggestion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Decided {
    Approved,
    Rejected,
    /// A later suggestion took its place, or it was sent back.
    Superseded,
}

/// As much of a suggestion as is needed to decide about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    pub id: VersionId,
    /// None while it is open.
    pub decided: Option<Decided>,
    /// The fields it was written from, with the version and the value each had.
    pub source: BTreeMap<Field, (Seq, Value)>,
    /// What it would make of the product.
    pub words: Vec<(Field, Value)>,
}

impl Suggestion {
    /// Whether it says something of a field.
    pub(super) fn says(&self, field: &Field) -> bool {
        self.words.iter().any(|(known, _)| known == field)
    }

    /// The edits that a decision is. An approval's have the versions that the suggestion was written for, so that anybody's edit since is
    /// a conflict.
    pub(super) fn edits(&self, approve: bool) -> Vec<Edit> {
        // What is approved is in the product at once.
        let mark = mark(if approve { OptimisationStatus::Published } else { OptimisationStatus::Rejected });
        if !approve {
            return vec![mark];
        }
        let seen = |field: &Field| self.source.get(field).map_or(Base::Seen(Seq(0)), |(seq, _)| Base::Seen(*seq));
        self.words.iter().map(|(field, value)| Edit { field: field.clone(), base: seen(field), value: value.clone() }).chain([mark]).collect()
    }

    /// The fields it was written from that somebody has changed since, also where it says nothing about them itself.
    pub(super) fn changed_since<'a>(&'a self, product: &'a Product) -> impl Iterator<Item = (&'a Field, &'a Value)> {
        let changed = |(field, (seq, value)): &(&Field, &(Seq, Value))| product.versions.current(field) > *seq && product.get(field) != *value;
        self.source.iter().filter(changed).map(|(field, (_, value))| (field, value))
    }
}

/// Says at the product what was decided about its words.
pub(super) fn mark(status: OptimisationStatus) -> Edit {
    Edit { field: Field::Optimisation, base: Base::Any, value: Value::text(status.name()) }
}
