//! Where programs reach this server.

use axum::http::{request::Parts, uri::Authority};
use leptos::prelude::use_context;

/// The address that people type, where the operator has set one.
#[derive(Clone, Debug, Default)]
pub struct PublicUrl(pub Option<String>);

/// As the operator says, or else as this request was sent.
pub(super) fn address() -> String {
    let set = use_context::<PublicUrl>().and_then(|url| url.0);
    let address = set.or_else(|| use_context::<Parts>().as_ref().and_then(of_request));
    address.unwrap_or_else(|| "https://vitrine.example".to_owned())
}

fn of_request(request: &Parts) -> Option<String> {
    let header = |name: &str| request.headers.get(name).and_then(|value| value.to_str().ok());
    let host = header("host").or_else(|| request.uri.authority().map(Authority::as_str))?;
    // It stands in a line that is copied into a shell.
    let is_plain = !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-:[]".contains(c));
    // A proxy in front says how it was asked.
    let scheme = if header("x-forwarded-proto") == Some("https") { "https" } else { "http" };
    is_plain.then(|| format!("{scheme}://{host}"))
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn asked(uri: &str, headers: &[(&str, &str)]) -> Option<String> {
        let request = headers.iter().fold(Request::get(uri), |request, (name, value)| request.header(*name, *value));
        of_request(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn a_request_says_where_the_server_is() {
        assert_eq!(asked("/", &[("host", "shop.example:8443")]).as_deref(), Some("http://shop.example:8443"));
        assert_eq!(asked("/", &[("host", "shop.example"), ("x-forwarded-proto", "https")]).as_deref(), Some("https://shop.example"));
        assert_eq!(asked("http://[::1]:3000/", &[]).as_deref(), Some("http://[::1]:3000"));
    }

    #[test]
    fn what_would_do_something_in_a_shell_is_no_host() {
        assert_eq!([asked("/", &[]), asked("/", &[("host", "")]), asked("/", &[("host", "a\"; rm -r /")])], [None, None, None]);
    }
}
