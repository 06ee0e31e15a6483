//! The answers.

use ::device::{Reader, Shelf};
use domain::sync::{outbox::Failed, shelf::Answer};
use held::review::{KeptQueue, card, queue};
use leptos::prelude::document;
use ports::{
    error::AppError,
    people::Me,
    review::{Card, Queue},
    usage::UsageView,
};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    asked::{Asked, DAYS, QUEUES},
    own::Decisions,
};
use crate::review::state::address::parse;

const FURTHER: &str = "The rest of this queue is on the server, which cannot be reached.";
const NO_CARD: &str = "This suggestion is not on this device. It can be looked at once the server can be reached.";
const NO_DAYS: &str = "These days are not on this device. They can be looked at once the server can be reached.";

/// None when nothing is known of it, as without a device.
pub(in crate::offline) async fn answer(asked: Asked, me: &Me) -> Option<Result<Vec<u8>, AppError>> {
    let shelf = Shelf::of(me.store.id, me.id).await.ok()?;
    let shelf = Read { shelf, build: build()? };
    match asked {
        Asked::Queue(filter) => {
            let queues = shelf.queues().await.ok()?;
            // Without an outbox nothing was decided.
            let ops = match Reader::open(me.store.id, me.id).await {
                Ok(reader) => reader.ops().await.unwrap_or_default(),
                Err(_) => Vec::new(),
            };
            let decisions = Decisions::of(&ops, me.id);
            queue(&queues, &filter, me.id, |card, seq| decisions.have(card, seq)).as_ref().and_then(written).map(Ok)
        }
        Asked::Further => Some(Err(AppError::Unavailable(FURTHER.to_owned()))),
        Asked::Card(review) => {
            if let Some(found) = card(&shelf.queues().await.ok()?, |card| card.review.to_string() == review) {
                return written(&Some(found)).map(Ok);
            }
            let alone = shelf.get(&Asked::Card(review)).await.ok()?.filter(|alone| opened::<Option<Card>>(alone).is_some());
            Some(alone.map(|alone| alone.bytes).ok_or_else(|| AppError::Unavailable(NO_CARD.to_owned())))
        }
        Asked::Reviewers => Some(Ok(shelf.get(&asked).await.ok()??.bytes)),
        Asked::Usage(_) => match shelf.get(&asked).await.ok()? {
            Some(answer) => written(&UsageView { as_of: Some(answer.slip.at), ..opened(&answer)? }).map(Ok),
            None if shelf.has(DAYS).await.ok()? => Some(Err(AppError::Unavailable(NO_DAYS.to_owned()))),
            None => None,
        },
    }
}

/// What tells the build of this page from others: the address of the script that it begins with.
pub(crate) fn build() -> Option<String> {
    document().query_selector("link[rel=modulepreload]").ok().flatten()?.get_attribute("href")
}

/// What of a shelf this build can read.
struct Read {
    shelf: Shelf,
    build: String,
}

impl Read {
    async fn get(&self, asked: &Asked) -> Result<Option<Answer>, Failed> {
        let Some(key) = asked.key() else { return Ok(None) };
        Ok(self.shelf.get(&key).await?.filter(|answer| answer.slip.build == self.build))
    }

    async fn has(&self, beginning: &str) -> Result<bool, Failed> {
        Ok(self.shelf.slips().await?.iter().any(|(key, slip)| key.starts_with(beginning) && slip.build == self.build))
    }

    async fn queues(&self) -> Result<Vec<KeptQueue>, Failed> {
        let mut all = self.shelf.under(QUEUES).await?;
        all.retain(|(_, answer)| answer.slip.build == self.build);
        let read = |(key, answer): (String, Answer)| {
            let filter = parse(key.strip_prefix(QUEUES)?);
            Some(KeptQueue { filter, queue: opened::<Queue>(&answer)?, at: answer.slip.at, seq: answer.slip.seq })
        };
        Ok(all.into_iter().filter_map(read).collect())
    }
}

fn opened<T: DeserializeOwned>(answer: &Answer) -> Option<T> {
    postcard::from_bytes(&answer.bytes).ok()
}

fn written(answer: &impl Serialize) -> Option<Vec<u8>> {
    postcard::to_allocvec(answer).ok()
}
