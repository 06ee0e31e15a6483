//! Bottlenecks in words.

use super::{Bottlenecks, FEWEST, Kind, Refused, Resource};
use crate::words::{number, percent, table, whole};

/// Of what throughput is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Of clients.
    Requests,
    /// Of providers of texts. They take seconds, so that there are few even in a minute.
    Calls,
}

impl Work {
    /// What one of it is called.
    pub const fn one(self) -> &'static str {
        match self {
            Self::Requests => "request",
            Self::Calls => "call",
        }
    }

    /// In what time people count it.
    const fn time(self) -> &'static str {
        match self {
            Self::Requests => "second",
            Self::Calls => "minute",
        }
    }

    /// What is so many a second, in that time.
    pub fn in_time(self, a_second: f64) -> f64 {
        match self {
            Self::Requests => a_second,
            Self::Calls => a_second * 60.0,
        }
    }

    /// `1,200 requests a second`.
    fn rate(self, a_second: f64) -> String {
        format!("{} {}s a {}", whole(self.in_time(a_second)), self.one(), self.time())
    }
}

impl Refused {
    /// What to tell people who asked about such work. Of requests it is what it says by itself.
    pub fn told(&self, work: Work) -> String {
        match (self, work) {
            (Self::TooFewWindows { windows }, Work::Calls) => {
                format!(
                    "There are {windows} windows with calls, and {FEWEST} are needed to tell what a call demands. Wait until runs have asked for more."
                )
            }
            _ => self.to_string(),
        }
    }
}

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
        self.sentences_of(Work::Requests)
    }

    /// The same of other work.
    pub fn sentences_of(&self, work: Work) -> Vec<String> {
        let mut said = Vec::new();
        if let Some(first) = self.first() {
            said.push(match first.ends_at {
                Some(end) if end <= self.throughput => {
                    format!("{} is used up first, and was: at {} there was no more of it.", capital(&first.name), work.rate(end))
                }
                Some(end) => format!("{} is used up first, at about {}.", capital(&first.name), work.rate(end)),
                None => format!("{} is used up first.", capital(&first.name)),
            });
            said.extend(evidence(first, work));
            said.push(first.kind.helps().to_owned());
            if let Some((second, end)) = self.resources.get(1).and_then(|second| Some((second, second.ends_at?))) {
                said.push(format!("The next would be {}, at about {}.", second.name, work.rate(end)));
            }
        } else if let Some(first) = self.resources.first() {
            let highest = self.resources.iter().max_by(|a, b| a.highest.total_cmp(&b.highest)).unwrap_or(first);
            said.push(format!(
                "Nothing is near its end: the most that was in use is {} of {}, at up to {}.",
                percent(highest.highest),
                highest.name,
                work.rate(self.throughput)
            ));
            if let Some(end) = first.ends_at {
                said.push(format!("If it goes on as it does, {} will be used up first, at about {}.", first.name, work.rate(end)));
                said.extend(evidence(first, work));
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

fn evidence(resource: &Resource, work: Work) -> Vec<String> {
    let one = work.one();
    let mut said = vec![format!(
        "The highest that was seen is {} of {}; a {one} demands {} ms of one{}.",
        percent(resource.highest),
        units(resource),
        number(resource.demand_ms),
        match (resource.is_line, resource.idle >= 0.01) {
            (true, true) => format!(", and {} is in use without any", percent(resource.idle)),
            (true, false) => String::new(),
            (false, _) => format!(", with all that is in use counted as that of {one}s, as throughput hardly differed"),
        }
    )];
    if resource.bends {
        said.push(format!("A {one} has it for longer the more there are, so that it ends sooner than a straight line would say."));
    }
    if let Some([few, many]) = resource.wait_ms {
        let (who, few, many) = (capital(one), number(few), number(many));
        said.push(format!("{who}s waited for it {few} ms while there were few of them, and {many} ms while there were many."));
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
