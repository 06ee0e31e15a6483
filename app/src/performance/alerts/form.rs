//! The form of a silence, and how what it is about stands in addresses and forms: `everything`, `group Pages`, `rule lcp`, `one budget@lcp-products`.

use alerts::{AlertKey, Matcher};
use ports::alerts::{LONGEST_REASON, Lasting, NewSilence};

use crate::forms::Form;

/// With what is to be silenced chosen.
pub(super) fn begun(what: Option<&str>) -> Form {
    Form::default().with("what", what.unwrap_or_default()).with("for", Lasting::Hour.name())
}

/// What somebody wants; none where something is wrong, which the form then says.
pub fn silence(form: &mut Form) -> Option<NewSilence> {
    let what = what(form.text("what"));
    let lasting = Lasting::from_name(form.text("for"));
    let why = form.text("why").to_owned();
    if what.is_none() {
        form.refuse("what", "Choose what nobody shall be told of.");
    }
    if lasting.is_none() {
        form.refuse("for", "Choose an hour, a day or a week.");
    }
    if why.is_empty() {
        form.refuse("why", "Say why: others will wonder.");
    } else if why.chars().count() > LONGEST_REASON || why.chars().any(char::is_control) {
        form.refuse("why", format!("Write one line of {LONGEST_REASON} characters at most."));
    }
    if !form.is_right() {
        return None;
    }
    Some(NewSilence { what: what?, lasting: lasting?, why })
}

/// Which alert a form is about.
pub fn key(form: &Form) -> Option<AlertKey> {
    match form.text("key") {
        "" => None,
        text => text.parse().ok(),
    }
}

pub(super) fn name(what: &Matcher) -> String {
    match what {
        Matcher::Everything => "everything".to_owned(),
        Matcher::Group(group) => format!("group {group}"),
        Matcher::Rule(rule) => format!("rule {rule}"),
        Matcher::One(rule, subject) => format!("one {}", AlertKey::new(rule, subject)),
    }
}

fn what(name: &str) -> Option<Matcher> {
    if name == "everything" {
        return Some(Matcher::Everything);
    }
    let (kind, of) = name.split_once(' ')?;
    match kind {
        "group" => Some(Matcher::Group(of.to_owned())),
        "rule" => Some(Matcher::Rule(of.to_owned())),
        "one" => of.parse::<AlertKey>().ok().map(|key| Matcher::One(key.rule, key.subject)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> Form {
        Form::sent(pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect())
    }

    #[test]
    fn what_is_silenced_comes_back_from_its_name() {
        let one = |subject: &str| Matcher::One("budget".into(), subject.into());
        for matcher in [Matcher::Everything, Matcher::Group("Own rules".into()), Matcher::Rule("lcp".into()), one(""), one("lcp /a@b c")] {
            assert_eq!(what(&name(&matcher)), Some(matcher));
        }
        for odd in ["", "everything else", "all", "rule"] {
            assert_eq!(what(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_form_is_a_silence_or_says_what_is_wrong() {
        let mut right = form(&[("what", "rule lcp"), ("for", "1d"), ("why", " We move. ")]);
        let mut wrong = form(&[("what", "x"), ("for", "2h"), ("why", "")]);
        let mut long = form(&[("what", "everything"), ("for", "1h"), ("why", &"x".repeat(201))]);

        let new = silence(&mut right).unwrap();

        assert_eq!((new.what, new.lasting, new.why.as_str()), (Matcher::Rule("lcp".into()), Lasting::Day, "We move."));
        assert_eq!((silence(&mut wrong), silence(&mut long)), (None, None));
        assert!(["what", "for", "why"].into_iter().all(|name| wrong.why(name).is_some()) && long.why("why").is_some());
        assert_eq!((key(&form(&[("key", "lcp@/a")])), key(&form(&[]))), (Some(AlertKey::new("lcp", "/a")), None));
    }
}
