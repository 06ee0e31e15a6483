//! Which questions the shelf has answers to, read from the address as the server functions write it.

use domain::query::{encode, pairs};
use ports::review::{Assignee, QueueFilter};

use crate::{
    review::state::address::{parse, print},
    usage::Range,
};

/// What the keys of queues begin with.
pub(super) const QUEUES: &str = "review/queue?";
/// What the keys of spans of days begin with.
pub(super) const DAYS: &str = "usage/get?";

/// Suggestions that are asked for ahead: more than one decides about between two looks at the server, and no more than it gives at once.
const CARDS: u32 = 50;

/// A question that the shelf may have an answer to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Asked {
    Queue(QueueFilter),
    /// What is behind some place of a queue.
    Further,
    Card(String),
    Reviewers,
    Usage(Range),
}

impl Asked {
    /// None when it is about something else.
    pub(crate) fn read(address: &str) -> Option<Self> {
        let (_, asked) = address.split_once("/api/fn/")?;
        let (function, arguments) = asked.split_once('?').unwrap_or((asked, ""));
        let text = |name: &str| pairs(arguments).find(|(other, _)| other == name).map(|(_, value)| value).unwrap_or_default();
        Some(match function {
            "review/queue" if !text("behind").is_empty() => Self::Further,
            "review/queue" => Self::Queue(parse(&text("filter"))),
            "review/card" => Self::Card(text("review")),
            "review/reviewers" => Self::Reviewers,
            "usage/get" => Self::Usage(Range::read(&text("address"))),
            _ => return None,
        })
    }

    /// What an answer is found by; none when it is not kept.
    pub(crate) fn key(&self) -> Option<String> {
        Some(match self {
            Self::Queue(filter) => format!("{QUEUES}{}", print(filter)),
            Self::Further => return None,
            Self::Card(review) => format!("review/card?{review}"),
            Self::Reviewers => "review/reviewers".to_owned(),
            Self::Usage(range) => format!("{DAYS}{}", range.to_address()),
        })
    }

    /// Whether it is asked ahead, and of more than a page asks for: an answer to a page does not take its place.
    pub(crate) fn is_ahead(&self) -> bool {
        matches!(self, Self::Queue(filter) if queues().contains(filter))
    }

    /// Where the server is asked.
    fn address(&self) -> Option<String> {
        Some(match self {
            Self::Queue(filter) => format!("/api/fn/review/queue?filter={}&behind=&count={CARDS}", value(&print(filter))),
            Self::Reviewers => "/api/fn/review/reviewers?".to_owned(),
            Self::Usage(range) => format!("/api/fn/usage/get?address={}", value(&range.to_address())),
            Self::Further | Self::Card(_) => return None,
        })
    }
}

/// What is asked before anybody wants to know: the key of each answer, and the address.
pub(crate) fn ahead() -> Vec<(String, String)> {
    let usual = [Asked::Reviewers, Asked::Usage(Range::read(""))];
    let all = queues().into_iter().map(Asked::Queue).chain(usual);
    all.filter_map(|asked| Some((asked.key()?, asked.address()?))).collect()
}

fn queues() -> [QueueFilter; 2] {
    [QueueFilter::default(), QueueFilter { assignee: Assignee::Me, ..QueueFilter::default() }]
}

fn value(text: &str) -> String {
    let mut value = String::new();
    encode(text, &mut value);
    value
}

#[cfg(test)]
mod tests {
    use ports::review::ReviewStatus;
    use serde::Serialize;

    use super::*;

    #[derive(Serialize)]
    struct Queue {
        filter: String,
        behind: String,
        count: u32,
    }

    #[derive(Serialize)]
    struct Usage {
        address: String,
    }

    /// A request as `server_fn` makes it of a function's arguments.
    fn address(function: &str, arguments: &impl Serialize) -> String {
        format!("/api/fn/{function}?{}", serde_qs::to_string(arguments).unwrap())
    }

    #[test]
    fn what_is_asked_is_read_as_it_was_meant() {
        let filter = QueueFilter { status: ReviewStatus::Approved, product_type: Some("Lamps & <b> + 10 %".into()), ..QueueFilter::default() };
        let queue = |behind: &str| address("review/queue", &Queue { filter: print(&filter), behind: behind.into(), count: 10 });

        assert_eq!(Asked::read(&queue("")), Some(Asked::Queue(filter.clone())));
        assert_eq!(Asked::read(&queue("7.01890000-0000-7000-8000-000000000007")), Some(Asked::Further));
        assert_eq!(Asked::read(&address("usage/get", &Usage { address: "?days=month".into() })), Some(Asked::Usage(Range::read("days=month"))));
        assert_eq!(Asked::read("https://shop.test/api/fn/review/card?review=x"), Some(Asked::Card("x".into())));
        assert_eq!(Asked::read("/api/fn/review/reviewers?"), Some(Asked::Reviewers));
    }

    #[test]
    fn what_would_be_acted_upon_is_not_answered_from_a_shelf() {
        // To take a decision back one has to know what is there now.
        for address in ["/api/fn/review/versions?handle=lamp", "/api/fn/runs/list?x=1", "/api/fn/products/list?start=0", "/review?status=open"] {
            assert_eq!(Asked::read(address), None, "{address}");
        }
    }

    #[test]
    fn what_is_asked_ahead_is_asked_as_the_page_does_and_found_by_its_question() {
        let ahead = ahead();
        let queue = |filter: &str| address("review/queue", &Queue { filter: filter.into(), behind: String::new(), count: CARDS });

        assert_eq!(ahead[0].1, queue(""));
        assert_eq!(ahead[1].1, queue("assignee=me"));
        assert_eq!(ahead[3].1, address("usage/get", &Usage { address: String::new() }));
        for (key, address) in ahead {
            assert_eq!(Asked::read(&address).and_then(|asked| asked.key()), Some(key));
        }
    }

    #[test]
    fn another_part_of_a_queue_that_is_asked_ahead_does_not_take_its_place() {
        let read = |filter: &str| Asked::read(&address("review/queue", &Queue { filter: filter.into(), behind: String::new(), count: 10 }));

        assert_eq!(
            [read(""), read("assignee=me"), read("findings=no")].map(|asked| asked.is_some_and(|asked| asked.is_ahead())),
            [true, true, false]
        );
    }
}
