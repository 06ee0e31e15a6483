//! In whose name somebody wants to log in.

use axum::http::{HeaderMap, header};
use domain::fold::fold;
use serde::Deserialize;

/// However it is written: handlers understand it, too.
const FORM: &[u8] = b"application/x-www-form-urlencoded";

/// The email in a body, as the store compares emails.
pub(super) fn of(headers: &HeaderMap, body: &[u8]) -> Option<String> {
    let is_form =
        headers.get(header::CONTENT_TYPE).and_then(|kind| kind.as_bytes().get(..FORM.len())).is_some_and(|kind| kind.eq_ignore_ascii_case(FORM));
    let email = if is_form { in_form(body) } else { in_json(body) };
    email.map(|email| fold(email.trim())).filter(|email| !email.is_empty())
}

fn in_form(body: &[u8]) -> Option<String> {
    url::form_urlencoded::parse(body).find(|(name, _)| name == "email").map(|(_, email)| email.into_owned())
}

fn in_json(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Credentials {
        email: String,
    }
    serde_json::from_slice::<Credentials>(body).ok().map(|credentials| credentials.email)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn email(kind: &'static str, body: &str) -> Option<String> {
        of(&HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(kind))]), body.as_bytes())
    }

    #[test]
    fn an_email_is_found_however_it_is_written() {
        let (form, json) = ("application/x-www-form-urlencoded; charset=utf-8", "application/json");

        assert_eq!(email(form, "password=x+y&email=+%C3%96wner%40Demo.test").unwrap(), "owner@demo.test");
        assert_eq!(email("Application/X-WWW-Form-URLencoded", "email=a@b.test").unwrap(), "a@b.test");
        assert_eq!(email(json, r#"{"password":"x","email":"Owner@Demo.test","store":null}"#).unwrap(), "owner@demo.test");
        for none in ["", "{}", "{\"email\":7}", "email"] {
            assert_eq!((email(form, none), email(json, none)), (None, None), "{none}");
        }
    }
}
