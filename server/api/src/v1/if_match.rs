//! `If-Match` (RFC 9110, section 13.1.1): a product and its parts are changed as somebody has seen them, or not at all.

use axum::http::header;
use domain::{
    ids::{ProductId, Seq},
    op::{Action, Base, Edit, Op},
};
use ports::product::{Name, ProductView, Receipt};

use super::{
    products::{by_id, find, known},
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

/// Changes a product by all edits or none, which are made of it as it is and of what they were decided upon; the product as it is then.
/// What was done before needs none.
///
/// The write itself sees that it is still what the edits were made of.
pub(super) async fn edit(
    work: &Work,
    product: &str,
    tags: Option<Tags>,
    sent: Sent<'_>,
    edits: impl Fn(&ProductView, Base) -> Result<Vec<Edit>, Problem>,
) -> Result<ProductView, Problem> {
    let before = work.done_before(0).await?;
    // What comes between this look and the write is noticed by the write, whose edits say what they were decided upon. No edit at all
    // changes nothing, but is no way around who may.
    let decide = |view: &ProductView| {
        holds(tags.as_ref(), view)?;
        let base = if matches!(tags, None | Some(Tags::Any)) { Base::Any } else { Base::Seen(view.versions.latest) };
        Ok::<Op, Problem>(Op { id: work.ids.op(0), product: view.id, action: Action::Edit(edits(view, base)?) })
    };
    let (id, receipt) = match before {
        Some(receipt) => (find(&work.api, &work.bearer.access, product).await?.ok_or_else(Problem::not_found)?.id, receipt),
        None => upon_present(work, product, decide).await?,
    };
    as_it_is(work, id, version(receipt, sent)?).await
}

/// How often a product is read again that others change meanwhile.
const TRIES: u32 = 8;

/// Does an op that is made of a product as it is in the moment in which it is done; what became of it, and of which product. It is made of
/// the product in memory first. Whatever speaks against that is looked at again in the tables, as somebody else may have changed it elsewhere.
pub(super) async fn upon_present(
    work: &Work,
    product: &str,
    decide: impl Fn(&ProductView) -> Result<Op, Problem>,
) -> Result<(ProductId, Receipt), Problem> {
    if let Some(view) = known(work, product).await?
        && let Ok(op) = decide(&view)
        && let Some(receipt) = work.submit_upon(op, view.versions.latest).await?
    {
        return Ok((view.id, receipt));
    }
    for _ in 0..TRIES {
        let view = find(&work.api, &work.bearer.access, product).await?.ok_or_else(Problem::not_found)?;
        if let Some(receipt) = work.submit_upon(decide(&view)?, view.versions.latest).await? {
            return Ok((view.id, receipt));
        }
    }
    Err(changed_meanwhile())
}

/// A product after a change, with the change or later.
pub(super) async fn as_it_is(work: &Work, id: ProductId, version: Seq) -> Result<ProductView, Problem> {
    let (api, who) = (&work.api, &work.bearer.access);
    match api.ports.catalogue.known(who, Name::Id(id)).await?.filter(|view| view.versions.latest >= version) {
        Some(view) => Ok(view),
        None => by_id(api, who, id).await?.ok_or_else(Problem::not_found),
    }
}
