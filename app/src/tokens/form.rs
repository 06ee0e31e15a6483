//! A new token as a form, and back.

use domain::{
    clock::Timestamp,
    ids::UserId,
    scope::{Scope, Scopes},
};
use ports::tokens::{LONGEST_NAME, NewToken, TokenView};

use crate::forms::Form;

/// How long a token may be good for: the value, its words, and the days.
pub(super) const LIFETIMES: [(&str, &str, Option<u32>); 4] =
    [("30", "30 days", Some(30)), ("90", "90 days", Some(90)), ("365", "A year", Some(365)), ("none", "Without end", None)];

/// What a new one begins with.
pub(super) fn empty() -> Form {
    Form::default().with("lifetime", "90").with("scopes", Scope::ReadProducts.name())
}

pub(super) fn has_run_out(token: &TokenView, now: Timestamp) -> bool {
    token.expires_at.is_some_and(|at| at <= now)
}

/// The token that was sent; none when something is wrong with it, which the form then says. `known` are those that `me` may see.
///
/// A name is given once: tokens can be told apart by it, and a form that a reload sends again makes nothing.
pub fn read(form: &mut Form, known: &[TokenView], me: UserId, now: Timestamp) -> Option<NewToken> {
    let name = form.text("name").to_owned();
    let length = name.chars().count();
    if length == 0 {
        form.refuse("name", "Give it a name.");
    } else if length > LONGEST_NAME {
        form.refuse("name", format!("It may have {LONGEST_NAME} characters and has {length}."));
    } else if name.chars().any(char::is_control) {
        form.refuse("name", "Write the name in one line, of letters that can be seen.");
    } else if known.iter().any(|token| token.user == me && token.name == name && !has_run_out(token, now)) {
        form.refuse("name", "You have a token of this name. Choose another name, or revoke that one first.");
    }
    let scopes: Scopes = Scope::ALL.into_iter().filter(|scope| form.has("scopes", scope.name())).collect();
    if scopes.is_empty() {
        form.refuse("scopes", "Tick at least one: with none it may do nothing.");
    }
    let lifetime = LIFETIMES.into_iter().find(|(value, ..)| *value == form.text("lifetime"));
    if lifetime.is_none() {
        form.refuse("lifetime", "Choose how long it is good for.");
    }
    let (_, _, days) = lifetime.filter(|_| form.is_right())?;
    Some(NewToken { name, scopes, days })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::sample::{NOW, me, somebody, token};

    fn sent(over: &[(&str, &str)]) -> Form {
        let usual = [("name", " Stock sync "), ("lifetime", "90"), ("scopes", "products:read"), ("scopes", "products:write")];
        Form::sent([over, &usual].concat().into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect())
    }

    fn why(form: &mut Form, known: &[TokenView], name: &str) -> String {
        assert_eq!(read(form, known, me(), NOW), None);
        form.why(name).unwrap_or_default().to_owned()
    }

    #[test]
    fn a_token_is_read_with_what_is_ticked() {
        let new = read(&mut sent(&[]), &[], me(), NOW).unwrap();

        assert_eq!((new.name.as_str(), new.scopes.to_string().as_str(), new.days), ("Stock sync", "products:read products:write", Some(90)));
        assert_eq!(read(&mut sent(&[("lifetime", "none")]), &[], me(), NOW).unwrap().days, None);
    }

    #[test]
    fn what_a_new_one_begins_with_lacks_its_name_alone() {
        assert_eq!(why(&mut empty(), &[], "name"), "Give it a name.");
        assert!(read(&mut empty().with("name", "Stock sync"), &[], me(), NOW).is_some());
    }

    #[test]
    fn what_cannot_be_made_is_refused_beside_its_field() {
        let long = "é".repeat(81);
        for (name, text, says) in [
            ("name", " ", "Give it a name."),
            ("name", &long, "It may have 80 characters and has 81."),
            ("name", "a\nb", "in one line"),
            ("lifetime", "", "Choose how long"),
            ("lifetime", "31", "Choose how long"),
        ] {
            let why = why(&mut sent(&[(name, text)]), &[], name);
            assert!(why.contains(says), "{name}={text}: {why}");
        }
        let mut unticked = sent(&[]).without("scopes").with("scopes", "everything");
        assert!(why(&mut unticked, &[], "scopes").contains("Tick at least one"));
    }

    #[test]
    fn a_name_is_given_once_to_each_person_for_as_long_as_its_token_is_good() {
        let named = |user, expires_at| vec![TokenView { name: "Stock sync".into(), user, expires_at, ..token() }];

        assert!(why(&mut sent(&[]), &named(me(), None), "name").contains("You have a token of this name"));
        for known in [named(somebody(), None), named(me(), Some(NOW))] {
            assert!(read(&mut sent(&[]), &known, me(), NOW).is_some(), "{known:?}");
        }
    }
}
