//! Judging what a reviewer writes, before anything is decided.

use domain::{
    field::{Field, ImageField, Value},
    ids::ReviewId,
    product::limits,
    words::{Words, check::findings, score::scores},
};
use ports::{error::AppError, review::Judgement};

use crate::{Store, StoreRef, heavy};

impl Store {
    pub(super) async fn judge_in(&self, store: &StoreRef, review: ReviewId, words: &Words) -> Result<Option<Judgement>, AppError> {
        // Before anything is read: what is too long for a product is not judged at all.
        bounded(words).map_err(AppError::Invalid)?;
        let Some(row) = self.review_of(store, review).await? else { return Ok(None) };
        let (source, brief) = (&row.version.source, &row.version.brief);
        Ok(Some(heavy(|| Judgement { scores: scores(&words.over(&source.words()), source, brief), findings: findings(words, source, brief) })))
    }
}

/// Refuses what no product can hold: judging takes as long as the words are.
fn bounded(words: &Words) -> Result<(), String> {
    if words.alts.len() > limits::IMAGES {
        return Err(format!("There are texts for {} pictures; the limit is {}. Leave some out.", words.alts.len(), limits::IMAGES));
    }
    words.fields().into_iter().try_for_each(|(field, value)| match (&field, &value) {
        (_, Value::Text(text)) => fits(&field, text),
        (_, Value::List(tags)) if tags.len() > limits::TAGS => {
            Err(format!("{}: there are {}; the limit is {}. Leave some out.", field.label(), tags.len(), limits::TAGS))
        }
        (_, Value::List(tags)) => tags.iter().try_for_each(|tag| fits(&field, tag)),
        _ => Ok(()),
    })
}

fn fits(field: &Field, text: &str) -> Result<(), String> {
    let limit = match field {
        Field::Title => limits::TITLE,
        Field::Description => limits::DESCRIPTION,
        Field::SeoTitle => limits::SEO_TITLE,
        Field::SeoDescription => limits::SEO_DESCRIPTION,
        Field::Tags => limits::TAG,
        Field::ImageField(_, ImageField::Alt) => limits::SHORT_TEXT,
        // Words have no others.
        _ => 0,
    };
    // Bytes bound characters: most texts need no counting.
    if text.len() <= limit {
        return Ok(());
    }
    match text.chars().count() {
        characters if characters > limit => Err(format!("{}: {characters} characters; the limit is {limit}. Shorten it.", field.label())),
        _ => Ok(()),
    }
}
