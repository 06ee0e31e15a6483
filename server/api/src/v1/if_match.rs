//! `If-Match` (RFC 9110, section 13.1.1): a product and its parts are changed as somebody has seen them, or not at all.

use axum::http::header;
use domain::op::{Action, Base, Edit, Op};
use ports::product::{ProductView, Receipt};

use super::{
    products::{by_id, find},
    receipts::{Sent, changed_meanwhile, version},
};
use crate::{
    answer::Answer,
    body::Asked,
    etag::{self, Tags},
    idempotency::Work,
    problem::{Kind, Problem},
};

/// Upon which version a change was decided; none when it does not matter.
pub(super) fn condition(asked: &Asked) -> Result<Option<Tags>, Problem> {
    let wrong = |_| Problem::parameter("If-Match", "Send entity tags as they came, with their quotes, or *.");
    Tags::of(&asked.headers, &header::IF_MATCH).map_err(wrong)
}

/// The same of a change that has to say it.
pub(super) fn condition_needed(asked: &Asked) -> Result<Tags, Problem> {
    let detail = "Send the entity tag of the product in the header If-Match, or * to replace whatever is there.";
    condition(asked)?.ok_or_else(|| Problem::at_parameter(Kind::PreconditionRequired, "If-Match", detail))
}

/// Whether a product still is what a change was decided upon.
pub(super) fn holds(tags: Option<&Tags>, view: &ProductView) -> Result<(), Problem> {
    let same = tags.is_none_or(|tags| tags.holds(&etag::of_version(view.versions.latest)));
    if same { Ok(()) } else { Err(changed_meanwhile()) }
}

/// With the entity tag that the next change can be decided upon: a product's version is that of its parts, too.
pub(super) fn with_version(answer: Answer, view: &ProductView) -> Answer {
    answer.text_header(header::ETAG, &etag::of_version(view.versions.latest))
}

/// A product that is about to be edited, and what its edits were decided upon.
pub(super) struct Decided {
    pub(super) view: ProductView,
    base: Base,
    /// What became of it when it was sent before.
    before: Option<Receipt>,
}

impl Decided {
    pub(super) async fn of(work: &Work, product: &str, tags: Option<Tags>) -> Result<Self, Problem> {
        let before = work.done_before(0).await?;
        let view = find(&work.api, &work.bearer.access, product).await?.ok_or_else(Problem::not_found)?;
        if before.is_none() {
            holds(tags.as_ref(), &view)?;
        }
        // What comes between this look and the write is noticed by the write, whose edits say what they were decided upon.
        let base = if matches!(tags, None | Some(Tags::Any)) { Base::Any } else { Base::Seen(view.versions.latest) };
        Ok(Self { view, base, before })
    }

    /// Does all edits or none; the product as it is then. What was done before needs none.
    pub(super) async fn edit(
        self,
        work: &Work,
        sent: Sent<'_>,
        edits: impl FnOnce(&ProductView, Base) -> Result<Vec<Edit>, Problem>,
    ) -> Result<ProductView, Problem> {
        let Self { view, base, before } = self;
        let receipt = if let Some(receipt) = before {
            receipt
        } else {
            // No edit at all changes nothing, but is no way around who may.
            let op = Op { id: work.ids.op(0), product: view.id, action: Action::Edit(edits(&view, base)?) };
            work.submit(op).await?
        };
        version(receipt, sent)?;
        by_id(&work.api, &work.bearer.access, view.id).await?.ok_or_else(Problem::not_found)
    }
}
