//! Addresses of pages, and the one a page is at.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// What the address of a page asks for, read from what stands behind its path. While another page is on its way it stays
/// what it was.
pub(crate) fn asked_at<T: Clone + PartialEq + Send + Sync + 'static>(
    path: &'static str,
    read: impl Fn(&str) -> T + Send + Sync + 'static,
) -> Memo<T> {
    let location = use_location();
    Memo::new(move |before: Option<&T>| match before {
        Some(before) if location.pathname.with(|here| here != path) => before.clone(),
        _ => location.search.with(|search| read(search)),
    })
}

/// A path with what stands behind its `?`.
pub(crate) fn address(path: &str, search: &str) -> String {
    if search.is_empty() { path.to_owned() } else { format!("{path}?{search}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_stands_behind_a_path_without_a_question_mark() {
        assert_eq!([address("/usage", ""), address("/usage", "days=7")], ["/usage", "/usage?days=7"]);
    }
}
