//! Bottlenecks in words.

use super::{Bottlenecks, Kind, Resource};
use crate::words::{number, percent, table, whole};

impl Kind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Processor => "processor",
            Self::Pool => "pool",
            Self::Connections => "connections",
            Self::Lock => "lock",
            Self::Disk => "disk",
            Self::Provider => "provider",
            Self::Runtime => "runtime",
        }
    }

    /// What helps when there is no more of it.
    const fn helps(self) -> &'static str {
        match self {
            Self::Processor => "A faster processor, more cores or a second machine helps; so does work that a request does not do.",
            Self::Pool => "More connections help as long as the database has processor left; so do shorter statements.",
            Self::Connections => "A higher limit of connections helps, if memory allows it.",
            Self::Lock => "Only one holds it at a time: holding it for shorter helps, and more processes or cores do not.",
            Self::Disk => "A faster disk helps, and fewer or larger writes.",
            Self::Provider => "A higher limit at the provider helps, or a second provider.",
            Self::Runtime => "Its threads are busy: work that takes long belongs on threads of its own.",
        }
    }
}

impl Bottlenecks {
    /// What to tell people, the bottleneck first.
    pub fn sentences(&self) -> Vec<String> {
        let mut said = Vec::new();
        if let Some(first) = self.first() {
            said.push(match first.ends_at {
                Some(end) if end <= self.throughput => {
                    format!("{} is used up first, and was: at {} requests a second there was no more of it.", capital(&first.name), whole(end))
                }
                Some(end) => format!("{} is used up first, at about {} requests a second.", capital(&first.name), whole(end)),
                None => format!("{} is used up first.", capital(&first.name)),
            });
            said.extend(evidence(first));
            said.push(first.kind.helps().to_owned());
            if let Some((second, end)) = self.resources.get(1).and_then(|second| Some((second, second.ends_at?))) {
                said.push(format!("The next would be {}, at about {} requests a second.", second.name, whole(end)));
            }
        } else if let Some(first) = self.resources.first() {
            let highest = self.resources.iter().max_by(|a, b| a.highest.total_cmp(&b.highest)).unwrap_or(first);
            said.push(format!(
                "Nothing is near its end: the most that was in use is {} of {}, at up to {} requests a second.",
                percent(highest.highest),
                highest.name,
                whole(self.throughput)
            ));
            if let Some(end) = first.ends_at {
                said.push(format!("If it goes on as it does, {} will be used up first, at about {} requests a second.", first.name, whole(end)));
                said.extend(evidence(first));
            }
        }
        said
    }

    /// A line a resource.
    pub fn table(&self) -> String {
        let rows: Vec<Vec<String>> = self
            .resources
            .iter()
            .map(|resource| {
                vec![
                    resource.name.clone(),
                    number(resource.units),
                    percent(resource.highest),
                    percent(resource.idle),
                    number(resource.demand_ms),
                    resource.ends_at.map_or_else(|| "never".into(), whole),
                    resource.wait_ms.map_or_else(|| "-".into(), |[few, many]| format!("{} / {}", number(few), number(many))),
                ]
            })
            .collect();
        table(&["resource", "units", "highest", "at rest", "ms a request", "ends at /s", "wait ms, low / high"], &rows)
    }
}

fn evidence(resource: &Resource) -> Vec<String> {
    let mut said = vec![format!(
        "The highest that was seen is {} of {}; a request demands {} ms of one{}.",
        percent(resource.highest),
        units(resource),
        number(resource.demand_ms),
        match (resource.is_line, resource.idle >= 0.01) {
            (true, true) => format!(", and {} is in use without any", percent(resource.idle)),
            (true, false) => String::new(),
            (false, _) => ", with all that is in use counted as that of requests, as throughput hardly differed".to_owned(),
        }
    )];
    if resource.bends {
        said.push("A request has it for longer the more there are, so that it ends sooner than a straight line would say.".into());
    }
    if let Some([few, many]) = resource.wait_ms {
        said.push(format!("Requests waited for it {} ms while there were few of them, and {} ms while there were many.", number(few), number(many)));
    }
    said
}

fn units(resource: &Resource) -> String {
    let of = match resource.kind {
        Kind::Processor => "cores",
        Kind::Pool | Kind::Connections => "connections",
        Kind::Runtime => "threads",
        Kind::Lock | Kind::Disk | Kind::Provider => "",
    };
    let one = (resource.units - 1.0).abs() < 1e-9;
    if of.is_empty() || one { "it".to_owned() } else { format!("{} {of}", number(resource.units)) }
}

fn capital(text: &str) -> String {
    // As it is called: a name may begin with anything, and a sentence that begins with a small letter is read all the same.
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
