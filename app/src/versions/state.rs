//! Which two texts are compared, and what comes of using one.

use domain::{
    change::FieldConflict,
    field::{Field, Value},
    query::pairs,
    words::Words,
};
use ports::review::{Outcome, VersionView, VersionsView};

use crate::review::markup::parts::label;

/// One of the texts that can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pick {
    /// What the product said before its first version.
    Original,
    Now,
    Version(u32),
}

impl Pick {
    pub(super) fn name(self) -> String {
        match self {
            Self::Original => "original".to_owned(),
            Self::Now => "now".to_owned(),
            Self::Version(number) => number.to_string(),
        }
    }

    pub(super) fn label(self) -> String {
        match self {
            Self::Original => "Original".to_owned(),
            Self::Now => "As it is now".to_owned(),
            Self::Version(number) => format!("Version {number}"),
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        match name {
            "original" => Some(Self::Original),
            "now" => Some(Self::Now),
            number => number.parse().ok().map(Self::Version),
        }
    }

    /// All words of a product, as they were or would be; none when there is no such text.
    pub(super) fn words(self, view: &VersionsView) -> Option<Words> {
        match self {
            Self::Original => view.original.clone(),
            Self::Now => Some(view.now.clone()),
            Self::Version(number) => version(view, number).map(|version| version.words.over(&version.before)),
        }
    }
}

/// All that can be compared, in the order of time.
pub(super) fn picks(view: &VersionsView) -> Vec<Pick> {
    let versions = view.versions.iter().rev().map(|version| Pick::Version(version.number));
    view.original.iter().map(|_| Pick::Original).chain(versions).chain([Pick::Now]).collect()
}

/// What the address compares; without one, what the latest version has made of the original.
pub(super) fn compared(search: &str, view: &VersionsView) -> (Pick, Pick) {
    let all = picks(view);
    let asked = |name: &str| {
        let value = pairs(search).find(|(known, _)| known == name).map(|(_, value)| value);
        value.and_then(|value| Pick::from_name(&value)).filter(|pick| all.contains(pick))
    };
    let first = all.first().copied().unwrap_or(Pick::Now);
    let latest = view.versions.first().map_or(Pick::Now, |version| Pick::Version(version.number));
    (asked("from").unwrap_or(first), asked("to").unwrap_or(latest))
}

pub(super) fn address(view: &VersionsView, from: Pick, to: Pick) -> String {
    format!("/products/{}/versions?from={}&to={}", view.handle, from.name(), to.name())
}

pub(super) fn version(view: &VersionsView, number: u32) -> Option<&VersionView> {
    view.versions.iter().find(|version| version.number == number)
}

/// Every field that one of two texts has, with both values.
pub(super) fn fields(from: &Words, to: &Words) -> Vec<(Field, Value, Value)> {
    let mut all: Vec<(Field, Value, Value)> = from
        .fields()
        .into_iter()
        .map(|(field, value)| {
            let other = to.get(&field).unwrap_or_default();
            (field, value, other)
        })
        .collect();
    for (field, value) in to.fields() {
        if !all.iter().any(|(known, ..)| *known == field) {
            all.push((field, Value::None, value));
        }
    }
    all
}

/// What using some words would change, in words: `Title, Description`.
pub(super) fn would_change(view: &VersionsView, words: &Words) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (field, value) in words.fields() {
        let name = label(&field);
        if view.now.get(&field).as_ref() != Some(&value) && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// What came of it, when it is not what was wanted.
pub(super) fn trouble(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Done => None,
        Outcome::Already { .. } => Some("It is in use already. Nothing was changed.".to_owned()),
        Outcome::Stale(conflicts) => {
            Some(format!("{} edited since you opened this page. Nothing was changed; below is what is there now.", edited(conflicts)))
        }
        Outcome::Refused(reason) => Some(reason.clone()),
    }
}

fn edited(conflicts: &[FieldConflict]) -> String {
    let mut names: Vec<String> = Vec::new();
    for conflict in conflicts {
        let name = label(&conflict.field);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    match names.split_last() {
        None => "The product was".to_owned(),
        Some((only, [])) => format!("{only} was"),
        Some((last, before)) => format!("{} and {last} were", before.join(", ")),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeMap;

    use domain::{
        clock::Timestamp,
        ids::{ProductId, Seq, VersionId},
        money::{Cost, Currency},
        words::score::Scores,
    };

    use super::*;

    pub(crate) fn view(titles: &[&str]) -> VersionsView {
        let titled = |title: &str| Words { title: Some(title.into()), ..Words::default() };
        let version = |(at, title): (usize, &&str)| VersionView {
            id: VersionId::new(Timestamp::from_micros(1), [at as u8; 10]),
            number: at as u32 + 1,
            created_at: Timestamp::from_micros(1),
            by: "Built-in rules".into(),
            model: String::new(),
            run: None,
            words: titled(title),
            before: Words { seo_title: Some("seo".into()), ..titled("Lamp") },
            scores_before: Scores::default(),
            scores_after: Scores::default(),
            findings: Vec::new(),
            tokens_in: 0,
            tokens_out: 0,
            cost: Cost::ZERO,
            remark: String::new(),
            active: at + 1 == titles.len(),
            status: None,
            decided: None,
        };
        let mut versions: Vec<VersionView> = titles.iter().enumerate().map(version).collect();
        versions.reverse();
        VersionsView {
            product: ProductId::new(Timestamp::from_micros(1), [0; 10]),
            handle: "lamp".parse().unwrap(),
            title: "Lamp".into(),
            now: Words { seo_title: Some("seo".into()), ..titled(titles.last().unwrap_or(&"Lamp")) },
            original: (!titles.is_empty()).then(|| Words { seo_title: Some("seo".into()), ..titled("Lamp") }),
            seen: BTreeMap::new(),
            versions,
            currency: Currency::EUR,
            may_decide: true,
        }
    }

    #[test]
    fn without_an_address_the_latest_is_compared_with_the_original() {
        let view = view(&["Brass lamp", "Round brass lamp"]);

        assert_eq!(compared("", &view), (Pick::Original, Pick::Version(2)));
        assert_eq!(compared("from=9&to=later", &view), (Pick::Original, Pick::Version(2)));
        assert_eq!(picks(&view), [Pick::Original, Pick::Version(1), Pick::Version(2), Pick::Now]);
    }

    #[test]
    fn any_two_stand_in_the_address() {
        let view = view(&["Brass lamp", "Round brass lamp"]);
        for from in picks(&view) {
            for to in picks(&view) {
                let address = address(&view, from, to);
                let search = address.split_once('?').map_or("", |(_, search)| search);

                assert_eq!(compared(search, &view), (from, to));
            }
        }
    }

    #[test]
    fn what_a_version_did_not_write_is_as_it_was() {
        let view = view(&["Brass lamp"]);
        let words = |pick: Pick| pick.words(&view).unwrap();

        let fields = fields(&words(Pick::Original), &words(Pick::Version(1)));

        let text = Value::text;
        assert_eq!(fields, [(Field::Title, text("Lamp"), text("Brass lamp")), (Field::SeoTitle, text("seo"), text("seo"))]);
    }

    #[test]
    fn what_would_change_is_told_before() {
        let view = view(&["Brass lamp", "Round brass lamp"]);

        assert_eq!(would_change(&view, &view.versions[1].words), ["Title"]);
        assert!(would_change(&view, &view.versions[0].words).is_empty());
    }

    #[test]
    fn conflicts_are_told_in_words() {
        let conflict = |field| FieldConflict { field, seen: Seq(1), current: Seq(2), theirs: Value::None, mine: Value::None };
        let told = |fields: Vec<Field>| trouble(&Outcome::Stale(fields.into_iter().map(conflict).collect())).unwrap_or_default();

        assert!(told(vec![Field::Title]).starts_with("Title was edited since"));
        assert!(told(vec![Field::Title, Field::Tags, Field::SeoTitle]).starts_with("Title, Tags and SEO title were edited since"));
        assert!(trouble(&Outcome::Done).is_none());
    }
}
