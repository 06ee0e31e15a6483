//! A state as a word with a shape beside it.

use domain::product::{OptimisationStatus, Status};
use leptos::prelude::*;

/// `tone` is what `badge.css` knows.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Look {
    pub(crate) tone: &'static str,
    pub(crate) word: &'static str,
}

pub(crate) const fn status(status: Status) -> Look {
    match status {
        Status::Active => Look { tone: "ok", word: "Active" },
        Status::Draft => Look { tone: "draft", word: "Draft" },
        Status::Archived => Look { tone: "off", word: "Archived" },
    }
}

pub(crate) const fn optimisation(status: OptimisationStatus) -> Look {
    match status {
        OptimisationStatus::None => Look { tone: "off", word: "Not optimised" },
        OptimisationStatus::Queued => Look { tone: "busy", word: "Queued" },
        OptimisationStatus::Suggested => Look { tone: "info", word: "In review" },
        OptimisationStatus::Approved => Look { tone: "info", word: "Approved" },
        OptimisationStatus::Rejected => Look { tone: "draft", word: "Rejected" },
        OptimisationStatus::Published => Look { tone: "ok", word: "Optimised" },
        OptimisationStatus::Failed => Look { tone: "bad", word: "Failed" },
    }
}

#[component]
pub(crate) fn Badge(look: Look) -> impl IntoView {
    view! { <span class="badge" data-tone=look.tone>{look.word}</span> }
}
