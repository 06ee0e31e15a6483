//! In which form somebody takes an answer. Whoever refuses every form there is gets it as it is: told that there is none (406) after
//! the fact, they would take for undone what was done.

use axum::http::{HeaderMap, HeaderValue, header::ACCEPT_ENCODING};

/// Takes out of `Accept-Encoding` that the plain form is refused.
pub(crate) fn accept_any(headers: &mut HeaderMap) {
    let refuses = |member: &str| {
        let (coding, weight) = member.split_once(';').unwrap_or((member, ""));
        let weight = weight.trim().strip_prefix(['q', 'Q']).and_then(|weight| weight.trim_start().strip_prefix('='));
        let is_plain = coding.trim() == "*" || coding.trim().eq_ignore_ascii_case("identity");
        is_plain && weight.is_some_and(|weight| weight.trim().trim_matches(['0', '.']).is_empty())
    };
    let lines = || headers.get_all(ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
    if !lines().any(refuses) {
        return;
    }
    let rest: Vec<&str> = lines().filter(|member| !refuses(member)).collect();
    match HeaderValue::from_str(&rest.join(",")) {
        Ok(rest) if !rest.is_empty() => headers.insert(ACCEPT_ENCODING, rest),
        _ => headers.remove(ACCEPT_ENCODING),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(lines: &[&'static str]) -> Option<String> {
        let mut headers: HeaderMap = lines.iter().map(|line| (ACCEPT_ENCODING, HeaderValue::from_static(line))).collect();
        accept_any(&mut headers);
        let lines: Vec<_> = headers.get_all(ACCEPT_ENCODING).iter().map(|line| line.to_str().unwrap()).collect();
        (!lines.is_empty()).then(|| lines.join("|"))
    }

    #[test]
    fn the_plain_form_is_refused_by_nobody() {
        assert_eq!(accepted(&["identity;q=0"]), None);
        assert_eq!(accepted(&["identity; q=0.0, *;q=0"]), None);
        assert_eq!(accepted(&["gzip;q=0, br", "*;q=0"]).as_deref(), Some("gzip;q=0, br"));
        assert_eq!(accepted(&["Identity;Q=0,gzip"]).as_deref(), Some("gzip"));
    }

    #[test]
    fn everything_else_stays_as_it_is() {
        assert_eq!(accepted(&["br;q=0, *", "gzip"]).as_deref(), Some("br;q=0, *|gzip"));
        assert_eq!(accepted(&["identity;q=0.001"]).as_deref(), Some("identity;q=0.001"));
        assert_eq!(accepted(&[""]).as_deref(), Some(""));
        assert_eq!(accepted(&[]), None);
    }
}
