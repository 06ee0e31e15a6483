//! The server functions of a product.

use domain::ids::{OpId, ProductId, Seq};
use leptos::prelude::*;
use ports::{
    error::AppError,
    product::{EditRequest, HistoryEntry, Neighbours, ProductView, Receipt},
};
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use crate::context::{answer_status, authorised};

/// Everything the page opens with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Opened {
    pub product: ProductView,
    pub neighbours: Neighbours,
    pub history: Vec<HistoryEntry>,
}

use crate::wire::{Read, Write};

/// A product, its neighbours in the list one came from, and its latest changes: in one answer, since going
/// from product to product should take one round trip. `list` is the list's address.
#[server(prefix = "/api/fn", endpoint = "product/get", protocol = Read)]
pub(crate) async fn open_product(handle: String, list: String) -> Result<Option<Opened>, AppError> {
    use domain::{handle::Handle, query::ListQuery};

    let (ports, access) = authorised().inspect_err(answer_status)?;
    let Ok(handle) = handle.parse::<Handle>() else { return Ok(None) };
    let opened = async {
        let Some(mut product) = ports.catalogue.product(&access, &handle).await? else { return Ok(None) };
        product.description_shown = sanitised(&product.description);
        let neighbours = ports.catalogue.neighbours(&access, &ListQuery::from_address(&list), product.id).await?;
        let history = ports.catalogue.history(&access, product.id, None).await?;
        Ok(Some(Opened { product, neighbours, history }))
    };
    opened.await.inspect_err(answer_status)
}

/// The changes before `before`, or the latest.
#[server(prefix = "/api/fn", endpoint = "product/history", protocol = Read)]
pub(crate) async fn product_history(product: ProductId, before: Option<Seq>) -> Result<Vec<HistoryEntry>, AppError> {
    let (ports, access) = authorised().inspect_err(answer_status)?;
    ports.catalogue.history(&access, product, before).await.inspect_err(answer_status)
}

/// For pages of earlier builds: today's hand an intent to the outbox (`crate::device`).
#[server(prefix = "/api/fn", endpoint = "product/edit", protocol = Write)]
pub(crate) async fn edit_product(request: EditRequest) -> Result<Receipt, AppError> {
    use domain::op::{Action, Op};

    let (ports, access) = authorised().inspect_err(answer_status)?;
    let op = Op { id: request.op_id, product: request.product, action: Action::Edit(request.edits) };
    ports.catalogue.submit(&access, op).await.inspect_err(answer_status)
}

/// Into the trash, or out of it. For pages of earlier builds, as above.
#[server(prefix = "/api/fn", endpoint = "product/trash", protocol = Write)]
pub(crate) async fn trash_product(op_id: OpId, product: ProductId, deleted: bool) -> Result<Receipt, AppError> {
    use domain::op::{Action, Op};

    let (ports, access) = authorised().inspect_err(answer_status)?;
    let action = if deleted { Action::Delete } else { Action::Restore };
    ports.catalogue.submit(&access, Op { id: op_id, product, action }).await.inspect_err(answer_status)
}

/// A description without anything that runs or reaches outside. It keeps what the editor keeps: what is shown is what
/// the editor saves.
#[cfg(feature = "ssr")]
fn sanitised(description: &str) -> String {
    use std::{borrow::Cow, sync::LazyLock};

    use ammonia::Builder;

    use crate::ui::html;

    static RULES: LazyLock<Builder<'static>> = LazyLock::new(|| {
        let mut rules = Builder::default();
        rules
            .tags(html::KEPT.iter().copied().collect())
            .clean_content_tags(html::HOLLOW.iter().copied().collect())
            .generic_attributes(html::ANYWHERE.iter().copied().collect())
            .tag_attributes(html::ATTRIBUTES.iter().map(|(tag, own)| (*tag, own.iter().copied().collect())).collect())
            .attribute_filter(|_, attribute, value| html::may_be(attribute, value).then_some(Cow::Borrowed(value)))
            .url_schemes(["http", "https", "mailto", "tel"].into())
            .link_rel(None);
        rules
    });
    RULES.clean(description).to_string()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::sanitised;
    use crate::ui::html::clean;

    #[test]
    fn a_shown_description_runs_nothing() {
        let given = r#"<p onclick="x()">Oak<script>x()</script></p><a href="javascript:x()">a</a><a href="https://x.test/">b</a>"#;
        assert_eq!(sanitised(given), r#"<p>Oak</p><a>a</a><a href="https://x.test/">b</a>"#);
    }

    #[test]
    fn what_is_shown_is_what_the_editor_keeps() {
        let allowed = [
            r#"<a href="https://x.test/?a=1" target="_blank" rel="noopener nofollow" title="x">x</a><a href="/y">y</a><a href="mailto:a@x.test">z</a>"#,
            r#"<p dir="rtl" lang="he">a &amp; b &lt; c<br>d</p><blockquote title="q">e</blockquote><hr>"#,
            r#"<img src="https://x.test/1.jpg" alt="Oak" width="3" height="4"><figure><img src="/2.jpg"><figcaption>f</figcaption></figure>"#,
            r#"<ol start="3"><li>a</li></ol><ul><li><b>b</b><i>i</i><u>u</u><s>s</s></li></ul><dl><dt>t</dt><dd>d</dd></dl>"#,
            r#"<table><caption>c</caption><thead><tr><th colspan="2">h</th></tr></thead><tbody><tr><td rowspan="2">d</td></tr></tbody></table>"#,
            "<h1>1</h1><h6>6</h6><pre><code>c</code></pre><div><abbr>a</abbr><del>d</del><ins>i</ins><em>e</em><strong>s</strong></div>",
            "<p>H<sub>2</sub>O<sup>+</sup> <small>s</small></p>",
        ];
        for html in allowed {
            let cleaned = clean(html);
            assert_eq!((cleaned.html.as_str(), cleaned.lost), (html, false));
            assert_eq!(sanitised(html), cleaned.html);
        }
        for html in [r#"<p style="color:red">a</p>"#, "<span>a</span><section>b</section>", r#"<a href="page.html">a</a>"#, "<iframe>x</iframe>y"] {
            assert_eq!(sanitised(html), clean(html).html);
        }
    }
}
