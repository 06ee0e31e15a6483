//! Which suggestions a queue shows: its address, read strictly.

use domain::ids::StoreId;
use ports::review::{Assignee, Cursor, QueueFilter, ReviewStatus};

use super::{common::word, parameters::Parameters};
use crate::{cursor::List, problem::Problem};

/// Cards have whole descriptions in them.
const DEFAULT_LIMIT: u32 = 20;
const MOST: u32 = 50;

const KNOWN: [&str; 8] = ["status", "assignee", "run", "type", "findings", "sort", "limit", "cursor"];

#[derive(Debug, PartialEq)]
pub(super) struct Wanted {
    pub(super) filter: QueueFilter,
    pub(super) limit: u32,
    pub(super) behind: Option<Cursor>,
    pub(super) list: List,
}

impl Wanted {
    pub(super) fn read(address: &str, store: StoreId) -> Result<Self, Problem> {
        let parameters = Parameters::read(address, &KNOWN)?;
        let chosen = |name: &str| parameters.text(name);
        let no_id = |_| Problem::parameter("run", "A run is named by its id, a UUID.");
        let filter = QueueFilter {
            status: chosen("status").map_or(Ok(ReviewStatus::Open), |text| word("status", text, &statuses()))?,
            assignee: chosen("assignee").map_or(Ok(Assignee::Anybody), |text| word("assignee", text, &ASSIGNEES))?,
            run: chosen("run").map(|text| text.parse().map_err(no_id)).transpose()?,
            product_type: chosen("type").map(str::to_owned),
            odd: chosen("findings").map(|_| parameters.flag("findings")).transpose()?,
            newest: chosen("sort").map_or(Ok(false), |text| word("sort", text, &[("created", false), ("-created", true)]))?,
        };
        let limit = parameters.number("limit", 1..=MOST, DEFAULT_LIMIT)?;
        let list = List::of(store, &("reviews", &filter));
        Ok(Self { limit, behind: parameters.cursor(list)?, list, filter })
    }
}

fn statuses() -> [(&'static str, ReviewStatus); 5] {
    ReviewStatus::ALL.map(|status| (status.name(), status))
}

const ASSIGNEES: [(&str, Assignee); 3] = [("anybody", Assignee::Anybody), ("me", Assignee::Me), ("nobody", Assignee::Nobody)];

#[cfg(test)]
mod tests {
    use domain::clock::Timestamp;

    use super::*;

    fn read(address: &str) -> Result<Wanted, Problem> {
        Wanted::read(address, StoreId::new(Timestamp::from_micros(1), [1; 10]))
    }

    #[test]
    fn an_address_asks_for_a_queue() {
        let run = "0198c0de-0000-7000-8000-000000000001";
        let chosen = format!("status=rejected&assignee=nobody&run={run}&type=Lamps&findings=false&sort=-created&limit=50");
        let cursor = Cursor { at: Timestamp::from_micros(7), review: run.parse().unwrap() };
        let first = read(&chosen).unwrap();

        let wanted = read(&format!("{chosen}&cursor={}", first.list.write(&cursor).unwrap())).unwrap();

        let filter = QueueFilter {
            status: ReviewStatus::Rejected,
            assignee: Assignee::Nobody,
            run: run.parse().ok(),
            product_type: Some("Lamps".into()),
            odd: Some(false),
            newest: true,
        };
        assert_eq!(wanted, Wanted { filter, limit: 50, behind: Some(cursor), list: first.list });
        let usual = read("").unwrap();
        assert_eq!((&usual.filter, usual.limit, usual.behind), (&QueueFilter::default(), 20, None));
        assert_ne!(usual.list, first.list);
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (address, name) in [
            ("status=new", "status"),
            ("assignee=ada", "assignee"),
            ("run=latest", "run"),
            ("findings=yes", "findings"),
            ("sort=title", "sort"),
            ("limit=51", "limit"),
            ("page=2", "page"),
            ("cursor=x", "cursor"),
        ] {
            let problem = serde_json::to_value(read(address).unwrap_err()).unwrap();
            assert_eq!((&problem["status"], &problem["errors"][0]["parameter"]), (&400.into(), &name.into()), "{address}");
        }
    }
}
