//! What a product is asked for, and whether it need be asked at all.

use std::collections::BTreeMap;

use domain::{
    field::Field,
    ids::{ImageId, ProductId, Seq},
    words::{self, Words, brief::Brief, part::Part, source::Source},
};
use sha2::{Digest, Sha256};
use store::words::records::{RunParams, RunProduct};

use super::briefs::Briefs;

/// A product with everything its writer and its judge need.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    pub(crate) ord: u32,
    pub(crate) product: ProductId,
    pub(crate) source: Source,
    pub(crate) source_versions: BTreeMap<Field, Seq>,
    pub(crate) brief: Brief,
    pub(crate) parts: Vec<Part>,
    pub(crate) remark: String,
    /// Whether what is not empty is left alone, as far as single pictures.
    pub(crate) only_gaps: bool,
    pub(crate) fingerprint: [u8; 32],
}

/// What is asked of every product.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) parts: Vec<Part>,
    pub(crate) only_empty: bool,
    /// Whether what was asked before is asked again.
    pub(crate) anew: bool,
    pub(crate) remark: String,
    /// Provider and model, as a fingerprint has them.
    pub(crate) writer: (String, String),
}

impl Order {
    pub(crate) fn new(params: &RunParams, model: &str) -> Self {
        let RunParams { spec, remark, .. } = params;
        Self {
            parts: spec.parts.clone(),
            only_empty: spec.only_empty,
            anew: spec.again || !remark.is_empty(),
            remark: remark.clone(),
            writer: (spec.provider.to_string(), model.to_owned()),
        }
    }

    /// None when there is nothing to do.
    pub(crate) fn prepare(&self, product: RunProduct, briefs: &Briefs) -> Option<Prepared> {
        let RunProduct { ord, product, last_fingerprint } = product;
        if product.deleted {
            return None;
        }
        let source = Source::of(&product.content);
        let mut parts = self.parts.clone();
        if self.only_empty {
            let empty = words::gaps::empty_parts(&source);
            parts.retain(|part| empty.contains(part));
        }
        // A product without pictures has no texts for them.
        parts.retain(|part| *part != Part::Alt || !source.images.is_empty());
        if parts.is_empty() {
            return None;
        }
        let brief = briefs.of(&source.product_type);
        let (provider, model) = &self.writer;
        let mut question = words::fingerprint::asked(&source, brief, &parts, provider, model, &self.remark);
        if self.only_empty && parts.contains(&Part::Alt) {
            // Of the answer only some pictures are kept: no answer for who wants all of them.
            question.push_str("gaps\n");
        }
        let fingerprint: [u8; 32] = Sha256::digest(question).into();
        if !self.anew && last_fingerprint == Some(fingerprint) {
            return None;
        }
        let source_versions = words::versions_of(&product.content, &product.versions);
        Some(Prepared {
            ord,
            product: product.id,
            source,
            source_versions,
            brief: brief.clone(),
            parts,
            remark: self.remark.clone(),
            only_gaps: self.only_empty,
            fingerprint,
        })
    }
}

impl Prepared {
    /// The same words for this product's own pictures, which are others of the same texts in the same order. None when some are for
    /// pictures that nothing is known of.
    pub(crate) fn own(&self, mut words: Words, pictures: &[ImageId]) -> Option<Words> {
        let own: BTreeMap<ImageId, ImageId> = pictures.iter().copied().zip(self.source.images.iter().map(|(id, _)| *id)).collect();
        words.alts = words.alts.into_iter().map(|(id, alt)| Some((*own.get(&id)?, alt))).collect::<Option<_>>()?;
        Some(words)
    }

    pub(crate) fn pictures(&self) -> Vec<ImageId> {
        self.source.images.iter().map(|(id, _)| *id).collect()
    }
}
