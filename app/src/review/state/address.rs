//! The page's address: which suggestions, and which of them first.

use domain::{
    ids::ReviewId,
    query::{encode, pairs},
};
#[cfg(any(feature = "ssr", feature = "hydrate", test))]
use ports::review::Cursor;
use ports::review::{Assignee, QueueFilter, ReviewStatus};

pub(crate) const PATH: &str = "/review";

/// Types are no longer than this in a catalogue.
const LONGEST_TYPE: usize = 255;

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Place {
    pub(crate) filter: QueueFilter,
    /// The suggestion that is shown first, wherever it stands.
    pub(crate) card: Option<ReviewId>,
}

impl Place {
    /// Reads `name=value` pairs; what is not understood is left out.
    pub(crate) fn of(search: &str) -> Self {
        let card = pairs(search).find(|(name, _)| name == "card").and_then(|(_, id)| id.parse().ok());
        Self { filter: parse(search), card }
    }
}

pub(crate) fn parse(search: &str) -> QueueFilter {
    let mut filter = QueueFilter::default();
    for (name, value) in pairs(search) {
        match name.as_str() {
            "status" => filter.status = ReviewStatus::from_name(&value).unwrap_or_default(),
            "assignee" => filter.assignee = assignee(&value),
            "run" => filter.run = value.parse().ok(),
            "type" => filter.product_type = Some(value.trim().chars().take(LONGEST_TYPE).collect()).filter(|text: &String| !text.is_empty()),
            "findings" => filter.odd = [("yes", true), ("no", false)].into_iter().find(|(word, _)| *word == value).map(|(_, odd)| odd),
            "sort" => filter.newest = value == "newest",
            _ => {}
        }
    }
    filter
}

/// The pairs that [`parse`] reads; nothing for what is usual.
pub(crate) fn kept(filter: &QueueFilter) -> Vec<(&'static str, String)> {
    let mut kept = Vec::new();
    if filter.status != ReviewStatus::default() {
        kept.push(("status", filter.status.name().to_owned()));
    }
    match filter.assignee {
        Assignee::Anybody => {}
        Assignee::Me => kept.push(("assignee", "me".to_owned())),
        Assignee::Nobody => kept.push(("assignee", "nobody".to_owned())),
    }
    kept.extend(filter.run.map(|run| ("run", run.to_string())));
    kept.extend(filter.product_type.clone().map(|name| ("type", name)));
    kept.extend(filter.odd.map(|odd| ("findings", if odd { "yes" } else { "no" }.to_owned())));
    if filter.newest {
        kept.push(("sort", "newest".to_owned()));
    }
    kept
}

pub(crate) fn print(filter: &QueueFilter) -> String {
    let mut text = String::new();
    for (name, value) in kept(filter) {
        if !text.is_empty() {
            text.push('&');
        }
        text.push_str(name);
        text.push('=');
        encode(&value, &mut text);
    }
    text
}

/// The address of a queue.
pub(crate) fn address(filter: &QueueFilter) -> String {
    match print(filter) {
        text if text.is_empty() => PATH.to_owned(),
        text => format!("{PATH}?{text}"),
    }
}

/// The address of a queue with one of its suggestions first.
pub(crate) fn address_at(filter: &QueueFilter, card: ReviewId) -> String {
    let queue = address(filter);
    let mark = if queue.contains('?') { '&' } else { '?' };
    format!("{queue}{mark}card={card}")
}

/// The address of one suggestion, in no particular queue.
pub(crate) fn card_address(card: ReviewId) -> String {
    format!("{PATH}?card={card}")
}

/// Behind which suggestion a part begins, as it is sent.
#[cfg(any(feature = "hydrate", test))]
pub(crate) fn print_cursor(cursor: Option<Cursor>) -> String {
    cursor.map_or_else(String::new, |cursor| format!("{}.{}", cursor.at.micros(), cursor.review))
}

/// `Err` for what is neither nothing nor a place.
#[cfg(any(feature = "ssr", test))]
pub(crate) fn parse_cursor(text: &str) -> Result<Option<Cursor>, ()> {
    if text.is_empty() {
        return Ok(None);
    }
    let (at, review) = text.split_once('.').ok_or(())?;
    let at = domain::clock::Timestamp::from_micros(at.parse().map_err(|_| ())?);
    Ok(Some(Cursor { at, review: review.parse().map_err(|_| ())? }))
}

fn assignee(word: &str) -> Assignee {
    match word {
        "me" => Assignee::Me,
        "nobody" => Assignee::Nobody,
        _ => Assignee::Anybody,
    }
}

#[cfg(test)]
mod tests {
    use domain::{clock::Timestamp, ids::JobId};

    use super::*;

    #[test]
    fn every_filter_stands_in_the_address_and_is_read_from_it() {
        let run = Some(JobId::new(Timestamp::from_micros(1), [1; 10]));
        for status in ReviewStatus::ALL {
            for assignee in [Assignee::Anybody, Assignee::Me, Assignee::Nobody] {
                for odd in [None, Some(true), Some(false)] {
                    for (product_type, run, newest) in [(None, None, false), (Some("Lamps & <b> + 10 %".to_owned()), run, true)] {
                        let filter = QueueFilter { status, assignee, run, product_type, odd, newest };

                        assert_eq!(parse(&print(&filter)), filter);
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_usual_is_not_in_the_address() {
        assert_eq!(address(&QueueFilter::default()), "/review");
        assert_eq!(address(&QueueFilter { odd: Some(true), ..QueueFilter::default() }), "/review?findings=yes");
    }

    #[test]
    fn what_is_not_understood_is_left_out() {
        let place = Place::of("?status=lost&assignee=Ann&run=1&type=%20&findings=maybe&sort=x&card=x&y=z");

        assert_eq!(place, Place::default());
    }

    #[test]
    fn a_card_stands_in_the_address() {
        let card = ReviewId::new(Timestamp::from_micros(1), [2; 10]);
        let address = card_address(card);

        assert_eq!(Place::of(address.trim_start_matches("/review")).card, Some(card));
        for filter in [QueueFilter::default(), QueueFilter { odd: Some(true), newest: true, ..QueueFilter::default() }] {
            let address = address_at(&filter, card);
            assert_eq!(Place::of(address.trim_start_matches("/review?")), Place { filter, card: Some(card) });
        }
    }

    #[test]
    fn a_place_in_the_queue_survives_being_sent() {
        let cursor = Cursor { at: Timestamp::from_micros(-5), review: ReviewId::new(Timestamp::from_micros(1), [2; 10]) };

        assert_eq!(parse_cursor(&print_cursor(Some(cursor))), Ok(Some(cursor)));
        assert_eq!(parse_cursor(&print_cursor(None)), Ok(None));
        assert!(["x", "1.x", "1", "x.y"].iter().all(|text| parse_cursor(text).is_err()));
    }
}
