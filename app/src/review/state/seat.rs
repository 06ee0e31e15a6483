//! One suggestion and what the reviewer has chosen about it so far.

#[cfg(any(feature = "hydrate", test))]
mod choose;

#[cfg(feature = "hydrate")]
pub(crate) use self::choose::Stop;
use domain::{
    field::{Field, Value},
    words::{check::Finding, score::Scores},
};
use ports::review::{Card, Judgement, ReviewStatus};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Seat {
    pub(crate) card: Card,
    /// As many as the card has fields.
    pub(crate) drafts: Vec<Draft>,
    /// What the server said last of what the reviewer has written.
    judgement: Option<Judgement>,
    /// Whether its fields are inputs.
    pub(crate) is_editing: bool,
}

/// What was chosen about one field.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Draft {
    /// Whether it is accepted.
    pub(crate) is_on: bool,
    /// What the reviewer has written instead.
    pub(crate) text: Option<String>,
    /// Whether it may replace what somebody has written since.
    pub(crate) replaces: bool,
}

impl Seat {
    pub(crate) fn new(card: Card) -> Self {
        let drafts = card.fields.iter().map(|_| Draft { is_on: true, text: None, replaces: false }).collect();
        Self { card, drafts, judgement: None, is_editing: false }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.card.status == ReviewStatus::Open
    }

    /// The value a field would get.
    pub(crate) fn value(&self, at: usize) -> Value {
        let (Some(field), Some(draft)) = (self.card.fields.get(at), self.drafts.get(at)) else { return Value::None };
        draft.text.as_ref().map_or_else(|| field.after.clone(), |text| read(&field.field, text))
    }

    /// With what is written now, as far as that is known.
    pub(crate) fn scores(&self) -> &Scores {
        self.judgement.as_ref().map_or(&self.card.scores_after, |judgement| &judgement.scores)
    }

    /// In what is written now, as far as that is known.
    pub(crate) fn findings(&self) -> &[Finding] {
        self.judgement.as_ref().map_or(&self.card.findings, |judgement| &judgement.findings)
    }
}

/// A value as it is written into an input.
pub(crate) fn written(value: &Value) -> String {
    value.to_string()
}

/// What was written into an input, as the field's value.
fn read(field: &Field, text: &str) -> Value {
    match field {
        Field::Tags => {
            let mut tags: Vec<String> = Vec::new();
            for tag in text.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
                if !tags.iter().any(|known| known == tag) {
                    tags.push(tag.to_owned());
                }
            }
            Value::List(tags)
        }
        Field::Description => Value::text(text),
        // One line each.
        _ => Value::text(text.split_whitespace().collect::<Vec<_>>().join(" ")),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use domain::{
        clock::Timestamp,
        ids::{ProductId, ReviewId, Seq, VersionId},
        money::Cost,
        words::{part::Part, score::Scores},
    };
    use ports::review::CardField;

    use super::*;

    pub(crate) fn card(number: u8) -> Card {
        let at = Timestamp::from_micros(i64::from(number) * 1_000_000);
        let field = |field: Field, before: &str, after: &str| CardField {
            part: Part::of(&field).unwrap(),
            field,
            image: String::new(),
            before: Value::text(before),
            after: Value::text(after),
            base: Seq(3),
            changed_since: None,
        };
        Card {
            review: ReviewId::new(at, [number; 10]),
            version: VersionId::new(at, [number; 10]),
            status: ReviewStatus::Open,
            product: ProductId::new(at, [number; 10]),
            handle: format!("lamp-{number}").parse().unwrap(),
            title: format!("Lamp {number}"),
            vendor: "Acme".into(),
            product_type: "Lamps".into(),
            thumbnail: String::new(),
            created_at: at,
            run: None,
            provider: "Built-in rules".into(),
            model: String::new(),
            cost: Cost::ZERO,
            assignee: None,
            decided: None,
            fields: vec![
                field(Field::Title, "lamp", "Brass lamp"),
                field(Field::Description, "<p>old</p>", "<p>new</p>"),
                CardField { before: Value::List(vec!["a".into()]), after: Value::List(vec!["a".into(), "b".into()]), ..field(Field::Tags, "", "") },
            ],
            scores_before: Scores::default(),
            scores_after: Scores::default(),
            findings: Vec::new(),
            remark: String::new(),
        }
    }
}
