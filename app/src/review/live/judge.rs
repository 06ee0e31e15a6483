//! Has the server judge what the reviewer writes: it has all of the record, and the tables that judging takes.

use std::time::Duration;

use domain::{
    ids::ReviewId,
    words::{Words, check::Finding, part::Part},
};
use leptos::task::spawn_local;
use ports::review::Judgement;

use super::Live;
use crate::review::api;

/// Without a key for so long, what was typed is judged anew.
const PAUSE: Duration = Duration::from_millis(300);

impl Live {
    /// Has a suggestion judged once nothing more is written into it. What was found before stands until then.
    pub(super) fn judge_soon(&self, review: ReviewId) {
        if self.is_held() {
            return;
        }
        let page = self.page;
        self.judging.run(PAUSE, move || {
            page.with(|live| live.judge(review));
        });
    }

    fn judge(&mut self, review: ReviewId) {
        let Some(seat) = self.desk.as_mut().and_then(|desk| desk.seat_mut(review)) else { return };
        if !seat.is_edited() {
            return;
        }
        let (page, words) = (self.page, seat.all_words());
        spawn_local(async move {
            // Without an answer one can decide all the same.
            if let Ok(Some(judgement)) = api::judge(review, words.clone()).await {
                page.with(|live| live.judged(review, &words, judgement));
            }
        });
    }

    fn judged(&mut self, review: ReviewId, words: &Words, judgement: Judgement) {
        let Some(seat) = self.desk.as_mut().and_then(|desk| desk.seat_mut(review)) else { return };
        let before = seat.findings().to_vec();
        if seat.take_judgement(words, judgement) && self.shown().is_some_and(|seat| seat.card.review == review) {
            self.draw_judged(Some(&before));
        }
    }
}

/// Whether two judgements find the same in a part.
pub(super) fn is_same(before: &[Finding], now: &[Finding], part: Part) -> bool {
    let of = |finding: &&Finding| finding.part == part;
    before.iter().filter(of).eq(now.iter().filter(of))
}
