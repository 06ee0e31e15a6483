//! Which row the keyboard leads to.

use super::scroll::Scroll;

/// The row a key leads to from the active one; none when the key is none of the list's.
pub(crate) fn row_of(key: &str, active: Option<u32>, scroll: &Scroll) -> Option<u32> {
    let last = scroll.rows().checked_sub(1)?;
    let page = scroll.fitting().saturating_sub(1).max(1);
    // Without an active row one starts at the first that is seen.
    let Some(active) = active else {
        return match key {
            "End" => Some(last),
            "Home" => Some(0),
            "ArrowDown" | "ArrowUp" | "PageDown" | "PageUp" => Some(scroll.first().min(last)),
            _ => None,
        };
    };
    match key {
        "ArrowDown" => Some(active.saturating_add(1).min(last)),
        "ArrowUp" => Some(active.saturating_sub(1).min(last)),
        "PageDown" => Some(active.saturating_add(page).min(last)),
        "PageUp" => Some(active.saturating_sub(page).min(last)),
        "Home" => Some(0),
        "End" => Some(last),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(rows: u32) -> Scroll {
        let mut scroll = Scroll::new(rows);
        scroll.resize(40.0, 400.0);
        scroll
    }

    #[test]
    fn keys_lead_from_row_to_row_and_stop_at_the_ends() {
        let scroll = list(1_000_000);
        let to = |key, from| row_of(key, Some(from), &scroll);

        assert_eq!([to("ArrowDown", 5), to("ArrowUp", 5), to("PageDown", 5), to("PageUp", 50)], [Some(6), Some(4), Some(14), Some(41)]);
        assert_eq!([to("ArrowUp", 0), to("PageUp", 3), to("ArrowDown", 999_999)], [Some(0), Some(0), Some(999_999)]);
        assert_eq!([to("Home", 700), to("End", 700), to("a", 700)], [Some(0), Some(999_999), None]);
    }

    #[test]
    fn the_first_key_starts_where_one_looks() {
        let mut scroll = list(1_000);
        scroll.jump(300);

        assert_eq!(row_of("ArrowDown", None, &scroll), Some(300));
        assert_eq!(row_of("End", None, &scroll), Some(999));
    }

    #[test]
    fn an_empty_list_has_no_rows_to_go_to() {
        assert_eq!(row_of("ArrowDown", None, &list(0)), None);
    }

    #[test]
    fn a_row_that_is_gone_leads_back_into_the_list() {
        assert_eq!(row_of("ArrowDown", Some(50), &list(3)), Some(2));
    }
}
