//! What a reviewer says of a suggestion, and whether that can be said at all.

use serde::{Deserialize, Serialize};

use super::{Decided, Wanted, decide::mark};
use crate::{
    field::Field,
    op::{Base, Edit},
    product::OptimisationStatus,
    words::Words,
};

/// The longest reason or remark, in characters.
pub const LONGEST_REASON: usize = 2_000;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// Puts these into the product: the fields that were ticked, edited or as they were suggested, each with what the reviewer saw of it.
    Approve(Vec<Wanted>),
    Reject {
        reason: String,
    },
    /// Has it written again, with a remark for the writer.
    Changes {
        remark: String,
    },
}

impl Verdict {
    /// Why it cannot be given, as a sentence with what it is about; `says` is whether the suggestion has words for a field.
    pub fn check(&self, says: impl Fn(&Field) -> bool) -> Result<(), (Field, String)> {
        let about = |sentence: String| (Field::Optimisation, sentence);
        match self {
            Self::Approve(wanted) if wanted.is_empty() => {
                Err(about("Nothing was chosen. Choose at least one text to approve, or reject the suggestion.".into()))
            }
            Self::Approve(wanted) => match wanted.iter().find(|wanted| !says(&wanted.field)) {
                Some(Wanted { field, .. }) => {
                    let name = field.label();
                    let sentence = format!("{name} was not written in this suggestion. Approve what was written, and edit the rest in the product.");
                    Err((field.clone(), sentence))
                }
                None => Ok(()),
            },
            Self::Reject { .. } => self.fits("reason").map_err(about),
            Self::Changes { .. } if self.reason().is_empty() => Err(about("Say in a remark what is to be written differently.".into())),
            Self::Changes { .. } => self.fits("remark").map_err(about),
        }
    }

    /// The reason or the remark, as it is kept.
    pub fn reason(&self) -> String {
        match self {
            Self::Approve(_) => String::new(),
            Self::Reject { reason: text } | Self::Changes { remark: text } => text.trim().replace('\0', ""),
        }
    }

    /// The words that go into the product, when some do.
    pub fn words(&self) -> Option<Words> {
        match self {
            Self::Approve(wanted) => Some(wanted.iter().map(|wanted| (wanted.field.clone(), wanted.value.clone())).collect()),
            Self::Reject { .. } | Self::Changes { .. } => None,
        }
    }

    /// What it does to the product. `base` gives the version that a field has to have.
    pub fn edits(&self, base: impl Fn(&Wanted) -> Base) -> Vec<Edit> {
        let edit = |wanted: &Wanted| Edit { field: wanted.field.clone(), base: base(wanted), value: wanted.value.clone() };
        self.wanted().iter().map(edit).chain([mark(self.status())]).collect()
    }

    /// What is wanted of the product's fields.
    pub fn wanted(&self) -> &[Wanted] {
        match self {
            Self::Approve(wanted) => wanted,
            Self::Reject { .. } | Self::Changes { .. } => &[],
        }
    }

    /// What the product says then of its words. What is approved is in it at once.
    pub const fn status(&self) -> OptimisationStatus {
        match self {
            Self::Approve(_) => OptimisationStatus::Published,
            Self::Reject { .. } => OptimisationStatus::Rejected,
            Self::Changes { .. } => OptimisationStatus::Queued,
        }
    }

    /// What has become of the suggestion then.
    pub const fn decided(&self) -> Decided {
        match self {
            Self::Approve(_) => Decided::Approved,
            Self::Reject { .. } => Decided::Rejected,
            Self::Changes { .. } => Decided::Superseded,
        }
    }

    fn fits(&self, what: &str) -> Result<(), String> {
        let characters = self.reason().chars().count();
        if characters > LONGEST_REASON {
            return Err(format!("The {what} has {characters} characters; the limit is {LONGEST_REASON}. Shorten it."));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{field::Value, ids::Seq, sync::intent::Seen};

    fn wanted(field: Field, value: &str) -> Wanted {
        Wanted { field, value: Value::text(value), seen: Seen::At(Seq(1)), was: Value::None }
    }

    fn sentence(verdict: &Verdict) -> String {
        verdict.check(|field| *field == Field::Title).err().map(|(_, sentence)| sentence).unwrap_or_default()
    }

    #[test]
    fn only_what_was_suggested_can_be_approved() {
        assert_eq!(sentence(&Verdict::Approve(vec![wanted(Field::Title, "Oak lamp")])), "");
        assert!(sentence(&Verdict::Approve(Vec::new())).starts_with("Nothing was chosen."));
        let vendor = Verdict::Approve(vec![wanted(Field::Title, "Oak lamp"), wanted(Field::Vendor, "Acme")]);
        assert!(sentence(&vendor).starts_with("Vendor was not written in this suggestion."), "{}", sentence(&vendor));
    }

    #[test]
    fn a_remark_has_to_say_something_and_a_reason_need_not() {
        let (reject, changes) = (|text: &str| Verdict::Reject { reason: text.into() }, |text: &str| Verdict::Changes { remark: text.into() });

        assert_eq!([sentence(&reject("")), sentence(&reject(&"é".repeat(2_000))), sentence(&changes(" Shorter \0"))], ["", "", ""]);
        assert_eq!(changes(" Shorter \0").reason(), "Shorter ");
        assert!(sentence(&changes(" \n")).starts_with("Say in a remark"));
        assert_eq!(sentence(&reject(&"é".repeat(2_001))), "The reason has 2001 characters; the limit is 2000. Shorten it.");
        assert!(sentence(&changes(&"é".repeat(2_001))).starts_with("The remark has 2001"));
    }

    #[test]
    fn approved_fields_are_words() {
        let verdict = Verdict::Approve(vec![wanted(Field::Title, "Oak lamp"), wanted(Field::SeoTitle, "Oak")]);

        let words = verdict.words().unwrap();

        assert_eq!((words.title.as_deref(), words.seo_title.as_deref(), words.description), (Some("Oak lamp"), Some("Oak"), None));
    }
}
