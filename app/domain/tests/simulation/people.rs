//! What people do on a device: they edit what is on their screen.

use domain::{
    field::Field,
    handle::Handle,
    ids::{OpId, ProductId, ReviewId},
    sync::{
        core::Event,
        end::{Conflict, End},
        intent::{Intent, Payload, Seen, Suggestion, Verdict, Wanted},
        outbox::{Draft, State},
    },
};

use crate::{
    backing::Backing,
    device::wanted,
    oracle::Typed,
    world::{Next, Who, World},
};

impl World {
    pub fn types(&mut self, device: usize) {
        let alive = self.alive(device);
        let Some(who) = self.rng.pick(&alive).copied() else {
            if !self.quiet {
                self.after(800, Next::Types(device));
            }
            return;
        };
        if self.devices[device].lost || self.quiet {
            return;
        }
        if self.rng.chance(self.faults.offline) {
            self.devices[device].online = false;
            let back = self.rng.between(500, 15_000);
            self.after(back, Next::Online(device));
        }
        if self.rng.chance(40) {
            self.discard(device, who);
        }
        for _ in 0..self.rng.between(1, 3) {
            if let Some((lane, row, intent)) = self.intent(device) {
                let id = self.new_op(device);
                let (user, at) = (self.devices[device].user, self.wall(device));
                let payload = Payload { intent: intent.clone(), at, batch: None }.seal();
                let typed = Typed { device, user, lane, intent: Some(intent), said_saved: false, straight: false, excused: false };
                self.oracle.typed.insert(id, typed);
                self.step(who, Event::Save(Draft { id, lane, user, payload, row, at }));
            }
        }
    }

    /// Somebody throws an op away that waits, and has typed that they mean it.
    fn discard(&mut self, device: usize, who: Who) {
        let user = self.devices[device].user;
        let waiting = self.devices[device].outbox.ops.values().filter(|saved| saved.is_waiting() && saved.draft.user == user);
        let ops: Vec<OpId> = waiting.map(|saved| saved.draft.id).take(1).collect();
        self.step(who, Event::Discard(ops));
    }

    fn intent(&mut self, device: usize) -> Option<(ProductId, Option<u32>, Intent)> {
        if self.rng.chance(60) {
            let id = self.new_product();
            let handle = Handle::from_title(&format!("p-{id}"))?;
            let title = self.token();
            return Some((id, None, Intent::Create { handle, fields: vec![(Field::Title, title)] }));
        }
        if self.rng.chance(250)
            && let Some(found) = self.answer_to_conflict(device)
        {
            return Some(found);
        }
        let rows: Vec<u32> = self.devices[device].replica.rows().map(|row| row.ord).collect();
        let ord = *self.rng.pick(&rows)?;
        let product = self.devices[device].shown(ord, self.bug)?;
        let intent = match self.rng.below(20) {
            0 => Intent::Delete,
            1 => Intent::Restore,
            2..=6 => {
                let basis_points = [-1_000, 500, 2_500][self.rng.below(3) as usize];
                Intent::AdjustPrice { variants: Vec::new(), basis_points }
            }
            7..=8 => {
                let suggestions: Vec<_> = self.server.store.suggestions.values().filter(|of| of.words[0].1 == suggested(ord)).collect();
                let suggestion = (*suggestions.first()?).clone();
                if self.rng.chance(300) {
                    Intent::Decide { version: suggestion.id, approve: self.rng.chance(600) }
                } else {
                    self.review(device, product.id, &suggestion)?
                }
            }
            _ => {
                let field = self.rng.pick(&Self::FIELDS)?.clone();
                let seen = self.seen(device, product.id, ord, &field)?;
                Intent::edit(field.clone(), seen, product.get(&field), self.token())
            }
        };
        Some((product.id, Some(ord), intent))
    }

    /// As the card of a suggestion was when it was fetched, or with what is on the screen of the product by now.
    fn review(&mut self, device: usize, lane: ProductId, suggestion: &Suggestion) -> Option<Intent> {
        let (field, words) = suggestion.words.first()?.clone();
        let (seq, was) = suggestion.source.get(&field)?.clone();
        let value = if self.rng.chance(500) { self.token() } else { words };
        let verdict = match self.rng.below(5) {
            0 => Verdict::Reject { reason: String::new() },
            1 => Verdict::Changes { remark: "shorter".to_owned() },
            2 => {
                let ord = self.server.store.product(lane)?.ord;
                let (seen, was) = (self.seen(device, lane, ord, &field)?, self.devices[device].shown(ord, self.bug)?.get(&field));
                Verdict::Approve(vec![Wanted { field, value, seen, was }])
            }
            _ => Verdict::Approve(vec![Wanted { field, value, seen: Seen::At(seq), was }]),
        };
        Some(Intent::Review { review: ReviewId(suggestion.id.0), version: suggestion.id, verdict })
    }

    fn seen(&self, device: usize, lane: ProductId, ord: u32, field: &Field) -> Option<Seen> {
        let row = crate::row::product(self.devices[device].replica.row(ord)?)?;
        let version = row.versions.current(field);
        let touches = |intent: &Intent| wanted(intent).iter().any(|wanted| wanted.field == *field);
        let own: Option<OpId> = self.devices[device].ahead(lane, self.bug).iter().rev().find(|(_, intent)| touches(intent)).map(|(op, _)| *op);
        Some(own.map_or(Seen::At(version), |own| Seen::After(own, version)))
    }

    /// Keeps one side of a conflict that is shown on this device.
    fn answer_to_conflict(&mut self, device: usize) -> Option<(ProductId, Option<u32>, Intent)> {
        let conflicts: Vec<_> = self.devices[device]
            .outbox
            .ops
            .values()
            .filter_map(|saved| match &saved.state {
                State::Ended { end: End::Conflict(Conflict::Fields(fields)), seq: Some(seq), .. } => {
                    Some((saved.draft.clone(), fields.clone(), *seq))
                }
                _ => None,
            })
            .collect();
        let (draft, fields, seq) = self.rng.pick(&conflicts)?.clone();
        let differing = fields.first()?.clone();
        let intent = if self.rng.chance(500) {
            Intent::KeepTheirs { conflict: draft.id }
        } else {
            Intent::edit(differing.field, Seen::At(seq), differing.theirs, self.token())
        };
        Some((draft.lane, draft.row, intent))
    }
}

fn suggested(ord: u32) -> domain::field::Value {
    domain::field::Value::text(format!("suggested-{ord}"))
}

impl crate::server::Server {
    pub fn store_len(&self) -> u32 {
        self.store.products()
    }
}
