//! The views that are to be here: which rows these are, and how far it is.

use domain::{
    clock::Timestamp,
    ids::Seq,
    sync::{
        pins::{Pin, Told, Trouble},
        replica::{Meta, Survey},
        wire::Span,
    },
};

use super::{Found, Keeper, seq};
use crate::{chance::now, view};

/// What there is in a view.
pub(super) struct Viewed {
    of: u32,
    seq: Seq,
    at: Timestamp,
    /// Its rows, as far as there is room.
    rows: Vec<Span>,
}

impl Keeper {
    /// The rows of all views, as far as there is room; none while they are not known.
    pub(super) async fn wished(&self, known: &mut Found, meta: &Meta, room: usize) -> Option<Vec<Span>> {
        let pins = self.pins();
        known.views.retain(|view, _| pins.pins.iter().any(|pin| pin.view == *view));
        for Pin { view, .. } in
            pins.pins.iter().filter(|pin| pin.is_due(seq(meta), now().wall) || !known.views.contains_key(&pin.view)).collect::<Vec<_>>()
        {
            if let Ok(told) = view::rows(&self.address, self.user, view, room).await {
                let viewed = Viewed { of: told.of, seq: told.as_of, at: now().wall, rows: told.spans };
                known.views.insert(view.clone(), viewed);
                continue;
            }
            self.board.change(|pins| pins.trouble = pins.trouble.or(Some(Trouble::Away)));
            if !known.views.contains_key(view) {
                return None;
            }
        }
        self.board.change(|pins| pins.trouble = pins.trouble.filter(|trouble| *trouble != Trouble::Away));
        let all = known.views.values().fold(Vec::new(), |all, viewed| Span::union(&all, &viewed.rows));
        let wished = Span::newest(&all, room);
        // The newest of each: the others have no room.
        let first = wished.first().map_or(u32::MAX, |span| span.from);
        for viewed in known.views.values_mut() {
            viewed.rows = Span::from(&viewed.rows, first);
        }
        Some(wished)
    }

    /// Writes down how far each view is.
    pub(super) fn note(&self, known: &Found, survey: &Survey, meta: &Meta) {
        self.board.change(|pins| {
            for pin in &mut pins.pins {
                let Some(Viewed { of, seq, at, rows }) = known.views.get(&pin.view) else { continue };
                let wanted: usize = rows.iter().map(|span| meta.wanted.range(span.from..span.end()).count()).sum();
                pin.here = number(survey.count(rows).saturating_sub(wanted));
                pin.changes = meta.changes;
                pin.told = Some(Told { of: *of, room: number(Span::total(rows)), seq: *seq, at: *at });
            }
        });
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
