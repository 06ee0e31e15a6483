//! Reviews and versions as they come out of the tables.

use std::collections::BTreeMap;

use domain::{
    clock::Timestamp,
    field::{Field, Value},
    handle::Handle,
    ids::{ImageId, JobId, ProductId, ProviderId, ReviewId, Seq, UserId, VersionId},
    money::Cost,
    product::Versions,
    words::{Words, brief::Brief, check::Finding, score::Scores, source::Source},
};
use ports::{
    review::{Decided, ReviewStatus},
    writing::ProviderKind,
};
use uuid::Uuid;

use crate::{
    codec::{from_json, from_row, unreadable, word},
    words::rows::WordsColumns,
};

/// A version with the names of who wrote it and what it was asked.
pub(in crate::words) struct VersionRow {
    pub(in crate::words) id: VersionId,
    pub(in crate::words) product: ProductId,
    pub(in crate::words) product_key: i64,
    pub(in crate::words) number: u32,
    pub(in crate::words) active: bool,
    pub(in crate::words) run: Option<JobId>,
    pub(in crate::words) provider: Option<ProviderId>,
    pub(in crate::words) by: String,
    pub(in crate::words) model: String,
    pub(in crate::words) tokens_in: u64,
    pub(in crate::words) tokens_out: u64,
    pub(in crate::words) cost: Cost,
    pub(in crate::words) created_at: Timestamp,
    pub(in crate::words) remark: String,
    pub(in crate::words) source_versions: BTreeMap<Field, Seq>,
    pub(in crate::words) findings: Vec<Finding>,
    pub(in crate::words) words: Words,
    pub(in crate::words) source: Source,
    pub(in crate::words) brief: Brief,
}

/// A review with its version.
pub(in crate::words) struct ReviewRow {
    pub(in crate::words) id: ReviewId,
    pub(in crate::words) status: ReviewStatus,
    pub(in crate::words) assignee: Option<(UserId, String)>,
    pub(in crate::words) asked_at: Timestamp,
    pub(in crate::words) decided: Option<Decided>,
    pub(in crate::words) decided_by: Option<UserId>,
    pub(in crate::words) version: VersionRow,
}

/// A version with what was decided about it, when something was asked.
pub(in crate::words) struct JudgedRow {
    pub(in crate::words) version: VersionRow,
    pub(in crate::words) status: Option<ReviewStatus>,
    pub(in crate::words) decided: Option<Decided>,
}

/// What is needed to approve a suggestion as it is.
pub(in crate::words) struct PendingRow {
    pub(in crate::words) review: ReviewId,
    pub(in crate::words) asked_at: Timestamp,
    pub(in crate::words) version: VersionId,
    pub(in crate::words) product: ProductId,
    pub(in crate::words) source_versions: BTreeMap<Field, Seq>,
    pub(in crate::words) words: Words,
}

/// A product as it is now, as far as its words go. The texts of its pictures are in another table.
pub(in crate::words) struct PresentRow {
    pub(in crate::words) key: i64,
    pub(in crate::words) handle: Handle,
    pub(in crate::words) title: String,
    pub(in crate::words) vendor: String,
    pub(in crate::words) product_type: String,
    pub(in crate::words) thumbnail: String,
    pub(in crate::words) deleted: bool,
    pub(in crate::words) versions: Versions,
    pub(in crate::words) words: Words,
    /// Where its pictures are.
    pub(in crate::words) pictures: BTreeMap<ImageId, String>,
}

/// What a product said before its first version.
pub(in crate::words) struct OriginalRow {
    pub(in crate::words) source: Source,
    pub(in crate::words) source_versions: BTreeMap<Field, Seq>,
}

impl VersionRow {
    /// Before and after.
    pub(in crate::words) fn scores(&self) -> (Scores, Scores) {
        let before = self.source.words();
        let after = self.words.over(&before);
        let scores = |words| domain::words::score::scores(words, &self.source, &self.brief);
        (scores(&before), scores(&after))
    }

    /// The version that a field of the source had; before all changes when the source lacks it.
    pub(in crate::words) fn base(&self, field: &Field) -> Seq {
        self.source_versions.get(field).copied().unwrap_or_default()
    }
}

impl PresentRow {
    pub(in crate::words) fn value(&self, field: &Field) -> Value {
        self.words.get(field).unwrap_or_default()
    }
}

from_row!(VersionRow, |row| {
    let provider = row.try_get::<Option<Uuid>, _>("provider_id")?.map(ProviderId);
    let by = match provider {
        Some(ProviderId::BUILT_IN) => Some(ProviderKind::BuiltIn.label().to_owned()),
        Some(_) => row.try_get("provider")?,
        None => row.try_get("writer")?,
    };
    Ok(Self {
        id: VersionId(row.try_get("version_id")?),
        product: ProductId(row.try_get("product_id")?),
        product_key: row.try_get("product_key")?,
        number: row.try_get::<i64, _>("number")? as u32,
        active: row.try_get("is_active")?,
        run: row.try_get::<Option<Uuid>, _>("run_id")?.map(JobId),
        provider,
        by: by.unwrap_or_default(),
        model: row.try_get("model")?,
        tokens_in: row.try_get::<i64, _>("tokens_in")? as u64,
        tokens_out: row.try_get::<i64, _>("tokens_out")? as u64,
        cost: Cost(row.try_get("cost")?),
        created_at: Timestamp::from_micros(row.try_get("written_at")?),
        remark: row.try_get("remark")?,
        source_versions: from_json(row.try_get("source_versions")?, "versions of a source")?,
        findings: from_json(row.try_get("findings")?, "findings")?,
        words: WordsColumns::from_row(row)?.0,
        source: from_json(row.try_get("source")?, "a source")?,
        brief: match row.try_get::<Option<&str>, _>("brief")? {
            Some(brief) => from_json(brief, "a brief")?,
            None => Brief::default(),
        },
    })
});

from_row!(ReviewRow, |row| {
    let assignee = row.try_get::<Option<Uuid>, _>("assignee_id")?.map(UserId);
    let assignee_name = row.try_get::<Option<String>, _>("assignee")?.unwrap_or_default();
    Ok(Self {
        id: ReviewId(row.try_get("review_id")?),
        status: word(row.try_get("status")?, ReviewStatus::from_name, "status of a review")?,
        assignee: assignee.map(|id| (id, assignee_name)),
        asked_at: Timestamp::from_micros(row.try_get("asked_at")?),
        decided: DecidedRow::from_row(row)?.0,
        decided_by: row.try_get::<Option<Uuid>, _>("decided_by")?.map(UserId),
        version: VersionRow::from_row(row)?,
    })
});

from_row!(JudgedRow, |row| {
    let status: Option<&str> = row.try_get("status")?;
    Ok(Self {
        version: VersionRow::from_row(row)?,
        status: status.map(|name| word(name, ReviewStatus::from_name, "status of a review")).transpose()?,
        decided: DecidedRow::from_row(row)?.0,
    })
});

from_row!(PendingRow, |row| {
    Ok(Self {
        review: ReviewId(row.try_get("review_id")?),
        asked_at: Timestamp::from_micros(row.try_get("asked_at")?),
        version: VersionId(row.try_get("version_id")?),
        product: ProductId(row.try_get("product_id")?),
        source_versions: from_json(row.try_get("source_versions")?, "versions of a source")?,
        words: WordsColumns::from_row(row)?.0,
    })
});

from_row!(PresentRow, |row| {
    let handle: String = row.try_get("handle")?;
    let title: String = row.try_get("title")?;
    Ok(Self {
        key: row.try_get("key")?,
        handle: handle.parse().map_err(|_| unreadable(format!("the handle {handle:?}")))?,
        vendor: row.try_get("vendor")?,
        product_type: row.try_get("product_type")?,
        thumbnail: row.try_get("thumbnail")?,
        deleted: row.try_get("deleted")?,
        versions: Versions {
            created: Seq(row.try_get("created_seq")?),
            latest: Seq(row.try_get("updated_seq")?),
            fields: from_json(row.try_get("field_versions")?, "field versions")?,
        },
        words: Words {
            title: Some(title.clone()),
            description: row.try_get("description")?,
            seo_title: row.try_get("seo_title")?,
            seo_description: row.try_get("seo_description")?,
            tags: Some(from_json(row.try_get("tags")?, "tags")?),
            alts: BTreeMap::new(),
        },
        pictures: BTreeMap::new(),
        title,
    })
});

from_row!(OriginalRow, |row| {
    Ok(Self {
        source: from_json(row.try_get("source")?, "a source")?,
        source_versions: from_json(row.try_get("source_versions")?, "versions of a source")?,
    })
});

/// Who decided, when and why; none while nothing is decided.
struct DecidedRow(Option<Decided>);

from_row!(DecidedRow, |row| {
    let at: Option<i64> = row.try_get("decided_at")?;
    let who = row.try_get::<Option<String>, _>("decider")?.unwrap_or_default();
    let reason = row.try_get::<Option<String>, _>("reason")?.unwrap_or_default();
    Ok(Self(at.map(|at| Decided { who, at: Timestamp::from_micros(at), reason })))
});
