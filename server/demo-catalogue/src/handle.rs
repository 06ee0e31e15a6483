//! Handles as an old shop made them: from the title, with a number behind.

use domain::handle::Handle;

use crate::words::push_number;

/// The longest part taken from the title, in bytes.
const STEM: usize = 60;

/// Unique for every `n`, as the last part of it is `n`.
pub(crate) fn of(title: &str, n: u64) -> Handle {
    let mut text = String::with_capacity(title.len() + 10);
    text.push_str(title.get(..STEM).unwrap_or(title));
    text.push(' ');
    push_number(&mut text, n);
    match Handle::from_title(&text) {
        Some(handle) => handle,
        None => unreachable!("a text with a digit in it gives a handle"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_is_made_of_the_title_and_the_number() {
        assert_eq!(of("MARLOW  Side Table (OLD)", 7).as_str(), "marlow-side-table-old-7");
        assert_eq!(of("***", 7).as_str(), "7");
    }
}
