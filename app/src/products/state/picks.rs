//! Which products are selected, for a run over them.

/// As many as an address can name.
pub(crate) const MOST: usize = 100;

#[derive(Default)]
pub(crate) struct Picks {
    /// In the order they were selected.
    handles: Vec<String>,
    /// The row that was selected last, which a range begins at.
    from: Option<u32>,
    /// Whether more was to be selected than there may be.
    full: bool,
}

impl Picks {
    pub(crate) fn has(&self, handle: &str) -> bool {
        self.handles.iter().any(|known| known == handle)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.handles.is_empty()
    }

    /// Selects a row, or no longer; with `range`, all from the last one to it that are there. `handle` knows the handle of a
    /// row that is there.
    pub(crate) fn set<'a>(&mut self, row: u32, on: bool, range: bool, handle: impl Fn(u32) -> Option<&'a str>) {
        let from = self.from.replace(row).filter(|_| range).unwrap_or(row);
        self.full = false;
        for handle in (from.min(row)..=from.max(row)).filter_map(handle) {
            let known = self.handles.iter().position(|known| known == handle);
            match known {
                Some(at) if !on => {
                    self.handles.remove(at);
                }
                None if on && self.handles.len() < MOST => self.handles.push(handle.to_owned()),
                None if on => self.full = true,
                _ => {}
            }
        }
    }

    /// Rows are other ones now: a range begins anew.
    pub(crate) fn forget_row(&mut self) {
        self.from = None;
    }

    pub(crate) fn says(&self) -> String {
        let count = self.handles.len();
        if self.full { format!("{count} selected, which is the most. For more, improve all that match.") } else { format!("{count} selected") }
    }

    /// Where a run over them begins.
    pub(crate) fn address(&self) -> String {
        format!("/runs/new?handles={}", self.handles.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HANDLES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

    /// The fourth row has not come yet.
    fn handle(row: u32) -> Option<&'static str> {
        HANDLES.get(row as usize).copied().filter(|handle| *handle != "d")
    }

    #[test]
    fn rows_are_selected_one_by_one_and_no_longer() {
        let mut picks = Picks::default();
        for (row, on) in [(2, true), (0, true), (5, true), (0, false), (3, true)] {
            picks.set(row, on, false, handle);
        }

        assert_eq!((picks.says().as_str(), picks.address().as_str()), ("2 selected", "/runs/new?handles=c,f"));
        assert!(picks.has("c") && !picks.has("a"));
    }

    #[test]
    fn a_range_takes_what_is_there_between_the_last_row_and_this_one() {
        let mut picks = Picks::default();
        picks.set(5, true, false, handle);
        picks.set(1, true, true, handle);
        assert_eq!(picks.address(), "/runs/new?handles=f,b,c,e");

        picks.set(2, false, true, handle);
        assert_eq!(picks.address(), "/runs/new?handles=f,e");
        picks.forget_row();
        picks.set(0, true, true, handle);
        assert_eq!(picks.address(), "/runs/new?handles=f,e,a");
    }

    #[test]
    fn more_than_an_address_can_name_are_not_selected_and_it_says_so() {
        let all: Vec<String> = (0..150).map(|row| format!("p{row}")).collect();
        let mut picks = Picks::default();
        picks.set(0, true, false, |row| all.get(row as usize).map(String::as_str));
        picks.set(140, true, true, |row| all.get(row as usize).map(String::as_str));

        assert!(picks.says().starts_with("100 selected, which is the most."), "{}", picks.says());
        picks.set(0, false, false, |row| all.get(row as usize).map(String::as_str));
        assert_eq!(picks.says(), "99 selected");
        picks.set(0, false, true, |row| all.get(row as usize).map(String::as_str));
        picks.set(140, false, true, |row| all.get(row as usize).map(String::as_str));
        assert!(picks.is_empty());
    }
}
