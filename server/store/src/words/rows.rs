//! Rows of words on their way into their tables, and words on their way out.

use std::{borrow::Cow, collections::BTreeMap};

use domain::{
    clock::Timestamp,
    ids::{ImageId, JobId, ReviewId},
    words::{Words, brief::Brief},
};
use ports::review::ReviewStatus;
use sha2::{Digest, Sha256};

use super::records::NewVersion;
use crate::{
    codec::{from_json, from_row, key_of, to_json},
    write::{Record, Sink},
};

/// A version made ready to be written: what takes time is done before any lock is taken.
pub(crate) struct VersionRecord<'a> {
    pub(crate) version: &'a NewVersion,
    pub(crate) store_num: i64,
    pub(crate) product_key: i64,
    /// From 1 in its product; known once the product is locked.
    pub(crate) number: i64,
    pub(crate) active: bool,
    pub(crate) at: i64,
    brief: AskedBrief,
    /// JSON.
    source_versions: String,
    findings: String,
    tags: Option<String>,
    alts: String,
    source: String,
}

/// A brief as it was when something was written to it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AskedBrief {
    pub(crate) hash: [u8; 32],
    /// JSON.
    pub(crate) brief: String,
}

/// A suggestion that waits.
pub(crate) struct ReviewRecord<'a> {
    pub(crate) id: ReviewId,
    pub(crate) store_num: i64,
    pub(crate) product_key: i64,
    pub(crate) version: &'a NewVersion,
    pub(crate) at: i64,
}

pub(crate) struct FailureRecord<'a> {
    pub(crate) run: JobId,
    pub(crate) product_key: i64,
    pub(crate) reason: &'a str,
    pub(crate) at: i64,
}

impl<'a> VersionRecord<'a> {
    pub(crate) fn new(store_num: i64, ord: u32, version: &'a NewVersion) -> Self {
        let tags = version.words.tags.as_ref().map(to_json);
        Self {
            version,
            store_num,
            product_key: key_of(store_num, ord),
            number: 0,
            active: false,
            at: 0,
            brief: AskedBrief::new(&version.brief),
            source_versions: to_json(&version.source_versions),
            findings: to_json(&version.findings),
            tags,
            alts: to_json(&version.words.alts),
            source: to_json(&version.source),
        }
    }

    pub(crate) const fn brief(&self) -> &AskedBrief {
        &self.brief
    }
}

impl AskedBrief {
    pub(crate) fn new(brief: &Brief) -> Self {
        let brief = to_json(brief);
        Self { hash: Sha256::digest(&brief).into(), brief }
    }
}

impl Record for VersionRecord<'_> {
    fn put(&self, sink: &mut impl Sink) {
        let version = self.version;
        let words = &version.words;
        sink.id(Some(version.id.0));
        sink.int(Some(self.store_num));
        sink.int(Some(self.product_key));
        sink.id(Some(version.product.0));
        sink.int(Some(self.number));
        sink.flag(self.active);
        sink.id(version.run.map(|run| run.0));
        sink.id(version.provider.map(|provider| provider.0));
        sink.text(&kept(&version.model));
        sink.id(version.user.map(|user| user.0));
        sink.bytes(&version.fingerprint);
        sink.flag(version.reused);
        sink.int(Some(count(version.tokens_in)));
        sink.int(Some(count(version.tokens_out)));
        sink.int(Some(version.cost.0));
        sink.int(Some(i64::from(version.quality.0)));
        sink.int(Some(i64::from(version.quality.1)));
        sink.int(Some(i64::from(version.seo.0)));
        sink.int(Some(i64::from(version.seo.1)));
        sink.int(Some(version.findings.len() as i64));
        sink.int(Some(self.at));
        sink.bytes(&self.brief.hash);
        sink.text(&kept(&version.remark));
        sink.text(&self.source_versions);
        sink.text(&self.findings);
        sink.maybe_text(words.title.as_deref().map(kept).as_deref());
        sink.maybe_text(words.seo_title.as_deref().map(kept).as_deref());
        sink.maybe_text(words.seo_description.as_deref().map(kept).as_deref());
        sink.maybe_text(self.tags.as_deref());
        sink.text(&self.alts);
        sink.maybe_text(words.description.as_deref().map(kept).as_deref());
        sink.text(&self.source);
    }
}

impl Record for AskedBrief {
    fn put(&self, sink: &mut impl Sink) {
        sink.bytes(&self.hash);
        sink.text(&self.brief);
    }
}

impl Record for ReviewRecord<'_> {
    fn put(&self, sink: &mut impl Sink) {
        let version = self.version;
        sink.id(Some(self.id.0));
        sink.int(Some(self.store_num));
        sink.id(Some(version.id.0));
        sink.int(Some(self.product_key));
        sink.text(&version.source.product_type);
        sink.id(version.run.map(|run| run.0));
        sink.text(ReviewStatus::Open.name());
        sink.flag(!version.findings.is_empty());
        sink.id(None);
        sink.int(Some(self.at));
        sink.int(None);
        sink.id(None);
        sink.text("");
        sink.text("[]");
    }
}

impl Record for FailureRecord<'_> {
    fn put(&self, sink: &mut impl Sink) {
        sink.id(Some(self.run.0));
        sink.int(Some(self.product_key));
        sink.text(&kept(self.reason));
        sink.int(Some(self.at));
    }
}

/// The words of a version, from `sql::words_columns`.
pub(crate) struct WordsColumns(pub(crate) Words);

from_row!(WordsColumns, |row| {
    let tags: Option<&str> = row.try_get("optimized_tags")?;
    let alts: BTreeMap<ImageId, String> = from_json(row.try_get("optimized_alts")?, "picture texts")?;
    Ok(Self(Words {
        title: row.try_get("optimized_title")?,
        description: row.try_get("optimized_description")?,
        seo_title: row.try_get("optimized_seo_title")?,
        seo_description: row.try_get("optimized_seo_description")?,
        tags: tags.map(|tags| from_json(tags, "tags")).transpose()?,
        alts,
    }))
});

/// What was written outside may hold the one character that no text column takes.
pub(crate) fn kept(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "").into() } else { text.into() }
}

pub(crate) fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Days since 1970 (UTC).
pub(crate) const fn day_of(at: Timestamp) -> i64 {
    at.micros().div_euclid(DAY)
}

/// A day in microseconds.
pub(crate) const DAY: i64 = 86_400 * 1_000_000;

/// The first day of the calendar month (UTC) that holds a moment, and the first of the next.
pub(crate) fn month_of(at: Timestamp) -> (i64, i64) {
    let first_of = |day: i64| {
        let (_, _, day_of_month, ..) = Timestamp::from_micros(day.saturating_mul(DAY)).civil();
        day - i64::from(day_of_month) + 1
    };
    let first = first_of(day_of(at));
    // No month has more than 31 days, and none fewer than 28.
    (first, first_of(first + 31))
}
