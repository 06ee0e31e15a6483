//! Silences: what somebody does not want to be told for a while. Everything goes on but the telling.

use domain::clock::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Alert;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    pub id: String,
    pub what: Matcher,
    pub from: Timestamp,
    pub until: Timestamp,
    pub by: String,
    pub why: String,
}

/// What is not given fits everything; a silence of everything has to say so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Matcher {
    Everything,
    Group(String),
    Rule(String),
    /// One alert of a rule, by its subject.
    One(String, String),
}

/// The silence under which an alert is now: of several the one that ends last.
pub fn silencing<'a>(silences: &'a [Silence], alert: &Alert, now: Timestamp) -> Option<&'a Silence> {
    silences.iter().filter(|silence| silence.from <= now && now < silence.until && silence.what.fits(alert)).max_by_key(|silence| silence.until)
}

impl Matcher {
    pub fn fits(&self, alert: &Alert) -> bool {
        match self {
            Self::Everything => true,
            Self::Group(group) => *group == alert.rule.group,
            Self::Rule(rule) => *rule == alert.key.rule,
            Self::One(rule, subject) => *rule == alert.key.rule && *subject == alert.key.subject,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtin;

    const NOW: Timestamp = Timestamp::from_micros(1_760_000_000_000_000);

    fn silence(what: Matcher, until: i64) -> Silence {
        Silence { id: "a".into(), what, from: NOW, until: NOW.plus_seconds(until), by: "Ada".into(), why: "We move.".into() }
    }

    #[test]
    fn a_silence_is_of_what_it_names_and_ends() {
        let alert = Alert::new(builtin().remove(0), "/products");
        let (rule, group) = (alert.key.rule.clone(), alert.rule.group.clone());
        let is_silenced = |what, after| silencing(&[silence(what, 60)], &alert, NOW.plus_seconds(after)).is_some();

        assert!(is_silenced(Matcher::Everything, 0) && is_silenced(Matcher::Group(group), 0) && is_silenced(Matcher::Rule(rule.clone()), 59));
        assert!(is_silenced(Matcher::One(rule.clone(), "/products".into()), 0));
        assert!(!is_silenced(Matcher::One(rule, "/".into()), 0) && !is_silenced(Matcher::Group("other".into()), 0));
        assert!(!is_silenced(Matcher::Everything, 60) && !is_silenced(Matcher::Everything, -1));
    }

    #[test]
    fn of_several_the_one_that_ends_last_is_shown() {
        let silences = [silence(Matcher::Everything, 60), silence(Matcher::Everything, 600), silence(Matcher::Everything, 30)];

        let found = silencing(&silences, &Alert::new(builtin().remove(0), ""), NOW);

        assert_eq!(found, Some(&silences[1]));
    }
}
