//! What the server, the pages and the service worker agree upon.

use crate::ids::{StoreId, UserId};

/// A header of every answer of ours, and its value: a captive portal's page is told from ours by it, and never kept.
pub const MARKER: (&str, &str) = ("vitrine", "1");

/// A header of every answer of a server function: which store and which person it is for. Cookies are shared by tabs, so that a page may be
/// answered as somebody else than it was opened by.
pub const WHOSE: &str = "vitrine-for";

/// The value of [`WHOSE`].
pub fn whose(store: StoreId, user: UserId) -> String {
    format!("{}-{}", store.0.simple(), user.0.simple())
}

/// Where the service worker's script is.
pub const SCRIPT: &str = "/sw.js";

/// The frame without a page in it, for when the server cannot be reached.
pub const SHELL: &str = "/offline";

/// A page's question to a worker, which begins to fetch the rest of its files then: the answer is the address of the script that
/// pages of its build begin with.
pub const WHICH: &str = "which";

/// A page's word to a worker that waits: it may take over now.
pub const NOW: &str = "now";

/// The files of a build, as the server tells the worker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files {
    /// A name that changes when anything of them does.
    pub build: String,
    /// What the addresses of hashed files begin with.
    pub hashed: String,
    /// Without these there is no page. The first is the script that pages begin with.
    pub needed: Vec<String>,
    /// What single pages are made of.
    pub later: Vec<String>,
}

impl Files {
    /// Two lines, a line for each file, and an empty one between those that are needed and those that are not.
    pub fn written(&self) -> String {
        [&self.build, &self.hashed]
            .into_iter()
            .chain(&self.needed)
            .chain([&String::new()])
            .chain(&self.later)
            .fold(String::new(), |text, line| if text.is_empty() { line.clone() } else { text + "\n" + line })
    }

    pub fn read(text: &str) -> Self {
        let mut lines = text.split('\n').map(str::to_owned);
        let mut next = || lines.next().unwrap_or_default();
        let (build, hashed) = (next(), next());
        let needed = lines.by_ref().take_while(|line| !line.is_empty()).collect();
        Self { build, hashed, needed, later: lines.collect() }
    }

    /// The script that pages of this build begin with.
    pub fn entry(&self) -> &str {
        self.needed.first().map_or("", String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_as_it_was_written() {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let files = Files {
            build: "b1".to_owned(),
            hashed: "/pkg/".to_owned(),
            needed: texts(&["/pkg/vitrine.a.js", "/icons.svg"]),
            later: texts(&["/pkg/page_products.c.bin", "/pkg/page_review.d.bin"]),
        };

        assert_eq!(Files::read(&files.written()), files);
        assert_eq!(files.entry(), "/pkg/vitrine.a.js");
    }

    #[test]
    fn what_is_no_list_has_nothing_in_it() {
        assert_eq!(Files::read(""), Files::default());
        assert_eq!(Files::default().entry(), "");
    }
}
