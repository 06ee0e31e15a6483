//! What others have changed while the page is open.

use domain::{field::Field, ids::Seq};
use ports::product::ProductView;

use super::{Desk, act::share_lane, parts};

impl Desk {
    /// Whether the product is another by this change than what is shown.
    pub fn is_news(&self, seq: Seq) -> bool {
        seq > self.versions.latest
    }

    /// Takes over the product as it is by now, but for what somebody is at here: that stays upon what they have seen, so that the server can tell
    /// that another was there. Whether all of it was taken over; none of what is older than what is known.
    pub fn renew(&mut self, view: &ProductView) -> Option<bool> {
        if view.id != self.product || view.versions.latest < self.versions.latest {
            return None;
        }
        let mut values = parts::values_of(view);
        let mut versions = view.versions.clone();
        let mut is_whole = true;
        let fields: Vec<Field> =
            values.keys().chain(self.saved.keys()).chain(versions.fields.keys()).chain(self.versions.fields.keys()).cloned().collect();
        for field in fields.iter().filter(|field| self.is_at(field)) {
            is_whole &= view.versions.current(field) <= self.versions.current(field);
            match self.saved.get(field) {
                Some(value) => drop(values.insert(field.clone(), value.clone())),
                None => drop(values.remove(field)),
            }
            match self.versions.fields.get(field) {
                Some(seq) => drop(versions.fields.insert(field.clone(), *seq)),
                None => drop(versions.fields.remove(field)),
            }
        }
        (self.saved, self.versions) = (values, versions);
        Some(is_whole)
    }

    /// Whether something that somebody wants here is on its way to a field, or waits for them.
    fn is_at(&self, field: &Field) -> bool {
        let edited = self.ops.iter().flat_map(|op| op.edits.iter().map(|(field, _)| field));
        edited.chain(self.needs.keys()).chain(self.refused.keys()).any(|other| share_lane(other, field))
    }
}
