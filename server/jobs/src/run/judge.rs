//! A version of what came back: judged, and ready to be written.

use domain::{
    clock::Timestamp,
    ids::{JobId, OpId, ProviderId, VersionId},
    money::Cost,
    words::{Words, check, gaps, score},
};
use store::{
    Entropy,
    words::records::{ItemCame, NewVersion, RunItem},
};

use super::prepare::Prepared;

/// Who wrote words, and what that took.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wrote {
    pub(crate) provider: Option<ProviderId>,
    pub(crate) model: String,
    pub(crate) reused: bool,
    pub(crate) tokens_in: u64,
    pub(crate) tokens_out: u64,
    pub(crate) cost: Cost,
}

/// Gives new versions and ops their ids.
pub(crate) struct Judge<'a> {
    pub(crate) run: JobId,
    pub(crate) entropy: &'a dyn Entropy,
    pub(crate) now: Timestamp,
}

impl Judge<'_> {
    /// Skipped when the words say what the product says already.
    pub(crate) fn item(&self, asked: Prepared, words: Words, wrote: Wrote) -> RunItem {
        let ord = asked.ord;
        let words = words.only(&asked.parts);
        let words = if asked.only_gaps { gaps::only_gaps(words, &asked.source) } else { words };
        let before = asked.source.words();
        if words.is_empty() || words.over(&before) == before {
            return RunItem { ord, came: ItemCame::Skipped };
        }
        let after = words.over(&before);
        let scores = (score::scores(&before, &asked.source, &asked.brief), score::scores(&after, &asked.source, &asked.brief));
        // A part that stays as it was is nothing to look at, where others change.
        let mut findings = check::findings(&words, &asked.source, &asked.brief);
        findings.retain(|finding| finding.kind != check::FindingKind::Unchanged);
        let version = NewVersion {
            id: VersionId::new(self.now, self.chance()),
            product: asked.product,
            run: Some(self.run),
            provider: wrote.provider,
            model: wrote.model,
            user: None,
            fingerprint: asked.fingerprint,
            reused: wrote.reused,
            brief: asked.brief,
            remark: asked.remark,
            source: asked.source,
            source_versions: asked.source_versions,
            words,
            findings,
            quality: (scores.0.quality.value, scores.1.quality.value),
            seo: (scores.0.seo.value, scores.1.seo.value),
            tokens_in: wrote.tokens_in,
            tokens_out: wrote.tokens_out,
            cost: wrote.cost,
        };
        RunItem { ord, came: ItemCame::Written { op: OpId::new(self.now, self.chance()), version: Box::new(version) } }
    }

    fn chance(&self) -> [u8; 10] {
        let mut bytes = [0; 10];
        self.entropy.fill(&mut bytes);
        bytes
    }
}
